"""Calls over the flows of phone/ and the deployed function, and a contact whom the policyholder designated."""

import re
from typing import Any

from local.phone import FLOW_NAMES, Call, flow
from tests.channels.deployed import ME, REPORTED_ACCOUNT, Answer, Deployed, a_body

CONTACT = "+886912000345"
VALUES = {
    "ConverseConnect.Arn": "arn:aws:lambda:ap-northeast-1:123456789012:function:converse-connect",
    "WhisperFlow.ContactFlowArn": "whisper",
    "InboundFlow.ContactFlowArn": "inbound",
    "ConnectServiceQueueArn": "service",
    "ConnectStaffVoice": "Zhiyu",
    "LexBotAliasArn": "arn:aws:lex:ap-northeast-1:123456789012:bot-alias/BOT/ALIAS",
}
FLOWS = {name: flow(name, VALUES) for name in FLOW_NAMES}


def a_call(insurer: Deployed, who: str | None = ME, phone: str = "", **over: Any) -> Call:
    attributes = {**({"policyholder_id": who} if who else {}), **over.pop("attributes", {})}
    invoke = over.pop("invoke", lambda event: insurer.function("converse_connect").handler(event, None))
    return Call(flows=FLOWS, invoke=invoke, phone=phone, attributes=attributes, **over)


def said(call: Call) -> str:
    return "\n".join(text for text, _ in call.heard)


def key_of(call: Call, choice: str) -> str:
    """The key that the caller was told to press for a choice, in Chinese."""
    found = re.search(rf"{re.escape(choice)}，請按(\d)", said(call))
    assert found, said(call)
    return found[1]


def take_out_a_loan(call: Call, amount: str = "100000") -> Call:
    """From the first menu to where the request was sent; he has two policies."""
    call.press(key_of(call, "保單借款"))
    call.press("1")
    assert call.awaits == "sum", said(call)
    return call.press(amount)


def designate(insurer: Deployed, who: str = ME) -> None:
    """A contact who counts: he confirmed, and his row is moved back in time."""
    body = {"relation": "child", "phone": CONTACT, "adult": True}
    contact = insurer.call("POST", "/v1/contacts", body, who=who).json
    insurer.relay_and_deliver()
    code = re.search(r"家人(\d{6})", insurer.texts_to(CONTACT)[-1])
    assert code is not None
    insurer.call("POST", f"/v1/contacts/{contact['contact_id']}/confirm", {"code": code.group(1)}, who=who)
    for row in insurer.aws.tables["book"].values():
        if row["kind"]["S"] == "contact":
            row["doc"]["S"] = re.sub(
                r'("(?:changed_at|designated_at|counts_from)":")\d{4}', r"\g<1>2020", row["doc"]["S"]
            )


def red_request(insurer: Deployed, who: str = ME) -> Answer:
    """RED, and the contact is told."""
    answer = insurer.call("POST", "/v1/requests", a_body(payout_account=REPORTED_ACCOUNT), who=who)
    insurer.relay_and_deliver()
    return answer
