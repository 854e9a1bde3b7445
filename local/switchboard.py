"""Calls of the console's phone pane, and of the journey: the real contact flow, the deployed function, no Connect.

The insurer's voice menu, which identifies a caller, is the one part that is only said to have happened.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from typing import Any

from local.phone import FLOW_NAMES, Call, FlowError, flow
from local.stack import LocalStack

MOST_CALLS = 50
Json = dict[str, Any]


class Switchboard:
    """Safe to share between threads; a call itself has one caller."""

    def __init__(self, stack: LocalStack) -> None:
        self._client = stack.client("lambda")
        self._function = stack.outputs["ConverseConnectName"]
        values = {
            "ConverseConnect.Arn": self._function,
            "WhisperFlow.ContactFlowArn": "whisper",
            "InboundFlow.ContactFlowArn": "inbound",
            "ConnectServiceQueueArn": "service",
            "ConnectStaffVoice": "Zhiyu",
            "LexBotAliasArn": "no-bot",
        }
        self._flows = {name: flow(name, values) for name in FLOW_NAMES}
        self._calls: OrderedDict[str, Call] = OrderedDict()
        self._lock = threading.Lock()

    def call(
        self,
        phone: str,
        policyholder_id: str | None,
        locale: str = "zh-TW",
        *,
        times: int = 1,
        broken: frozenset[str] = frozenset(),
    ) -> Call:
        """Somebody rings. `policyholder_id` is whom the voice menu identified, None for nobody.

        `times` more than one is Connect asking the function again for each turn; `broken` actions of the flow fail.
        """
        attributes = {"locale": locale, **({"policyholder_id": policyholder_id} if policyholder_id else {})}

        def invoke(event: Json) -> Any:
            return [self._invoke(event) for _ in range(times)][-1]

        call = Call(flows=self._flows, invoke=invoke, phone=phone, attributes=attributes, broken=broken).ring()
        with self._lock:
            self._calls[call.contact_id] = call
            while len(self._calls) > MOST_CALLS:
                self._calls.popitem(last=False)
        return call

    def _invoke(self, event: Json) -> Any:
        answer = self._client.invoke(FunctionName=self._function, Payload=json.dumps(event))
        if "FunctionError" in answer:
            raise FlowError("the function failed")
        return json.load(answer["Payload"])

    def answer(self, path: str, body: Json) -> tuple[int, Json]:
        """`POST /phone/calls` and `POST /phone/calls/{id}`: status and what is heard."""
        call_id = path.removeprefix("/phone/calls").strip("/")
        try:
            if not call_id:
                who = body.get("policyholder_id")
                return 200, _heard(self.call(str(body.get("from") or ""), who, str(body.get("locale") or "zh-TW")))
            with self._lock:
                known = self._calls.get(call_id)
            if known is None or known.awaits is None:
                return 404, {"problem": "no such call"}
            return 200, _heard(known.press(str(body.get("pressed") or "")))
        except FlowError as error:
            return 502, {"problem": str(error)}


def _heard(call: Call) -> Json:
    return {
        "call_id": call.contact_id,
        "heard": [{"text": text, "ssml": ssml} for text, ssml in call.heard],
        "awaits": call.awaits,
        "ended": call.ended,
    }
