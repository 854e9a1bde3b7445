"""What the template grants a function is what it was seen to do: no less, or it fails on AWS, and no more."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from safelight.adapters import stored_models
from safelight.adapters.dynamodb import rows
from safelight.domain.alert import Alert, AlertId, AlertPurpose, AlertState
from safelight.domain.case import CaseId
from safelight.domain.contact import ContactId
from safelight.domain.request import PolicyholderId
from safelight.scoring.pointer import Pointer
from tests.architecture.template import Function, functions
from tests.channels import telephone
from tests.channels.deployed import ME, REPORTED_ACCOUNT, STAFF, STEERED, Deployed, a_body, a_red_body
from tests.channels.line_events import a_message, deliver, link
from tests.channels.loopback_aws import signed_by_loopback
from tests.channels.numbers import has_number
from tests.channels.telephone import CONTACT, a_call, key_of, take_out_a_loan
from tests.channels.test_lex import an_event, hook
from tests.channels.test_receipts import from_gateway

FUNCTIONS = functions()
RESOURCES = {
    "CaseTable.Arn": "cases",
    "${CaseTable.Arn}/index/board": "cases/index/board",
    "${CaseTable.Arn}/index/open_alerts": "cases/index/open_alerts",
    "${CaseTable.Arn}/index/open_tasks": "cases/index/open_tasks",
    "BookTable.Arn": "book",
    "HashKey": "hash-key",
    "LineSecretArn": "line-secret",
    "SmsGatewaySecretArn": "gateway-secret",
    "PushSecretArn": "push-secret",
    "ContactKey.Arn": "contact-key",
    "AlertQueue.Arn": "queue",
    "${ModelBucket.Arn}/*": "/models",
    "ModelKey.Arn": "model-key",
    "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/${DeadlineGroup}/*": "deadlines",
    "DeadlineScheduleRole.Arn": "deadline-role",
}
A_POINTER = Pointer(1, None, None, 0, rules_only=False, earlier=(), at="", by="", why="").as_text()
BY_LAMBDA = {"RelayFailures.Arn", "SweepFailures.Arn"}
"""Where Lambda itself puts what a function could not do."""


NOT_CALLED = {
    "sns:Publish",
    "sms-voice:SendTextMessage",
    "logs:PutLogEvents",
    "dynamodb:GetRecords",
    "sqs:ReceiveMessage",
    "s3:ListBucket",  # S3 asks for it itself, to say that something is not there
}


def granted(function: Function) -> set[tuple[str, str]]:
    """(action, resource) of what its code calls. What Lambda does for it, and sending an SMS, is in test_template."""
    found = set()
    for statement in function.statements:
        actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        if not NOT_CALLED & set(actions):
            (resource,) = statement["Resource"].values()
            if resource in BY_LAMBDA:
                continue
            found |= {(action, RESOURCES[resource]) for action in actions}
    return found


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """With a model store: without one nothing is asked of it, and less is granted."""
    return {"MODEL_STORE": "s3://models", "MODEL_KEY": "model-key"}


def designate(insurer: Deployed) -> str:
    body = {"relation": "child", "phone": "+886912000345", "adult": True}
    return str(insurer.call("POST", "/v1/contacts", body).json["contact_id"])


def waiting(insurer: Deployed, case_id: str, *, lost: bool = False, **ago: int) -> None:
    """An alert about a case, for a contact who is not there any more."""
    at = datetime.now(UTC) - timedelta(**ago)
    alert = Alert.for_case(CaseId(case_id), ContactId("gone"), PolicyholderId(ME), at)
    stored = rows.alert_item(replace(alert.move(AlertState.SENDING, at), version=2) if lost else alert)
    insurer.aws.tables["cases"][(stored["pk"]["S"], stored["sk"]["S"])] = stored


def alerts(insurer: Deployed) -> list[dict[str, dict[str, str]]]:
    return [row for row in insurer.aws.tables["cases"].values() if row["kind"]["S"] == "alert"]


def assess(insurer: Deployed) -> None:
    for _ in range(2):  # the second finds the first
        assert insurer.call("POST", "/v1/requests", a_red_body(session_id="s-1")).status == 201


def answer(insurer: Deployed) -> None:
    """Choice after choice, until a warning has called for help; by then somebody reads along."""
    for number in range(1, 6):
        for place in range(1, 5):
            given = {"answers": [{"question_id": f"q{number}", "choice_id": f"c{place}"}]}
            insurer.call("POST", "/v1/requests/yellow/answers", given)


def keep_contacts(insurer: Deployed) -> None:
    contact = designate(insurer)
    insurer.call("POST", f"/v1/contacts/{contact}/confirm", {"code": "000000"})
    insurer.call("GET", "/v1/contacts")
    insurer.call("POST", "/v1/contacts/order", {"telling": "all", "order": [contact]})
    insurer.call("POST", f"/v1/contacts/{contact}/renew", {})
    insurer.call("GET", "/v1/contacts/of-others")
    insurer.call("DELETE", f"/v1/contacts/of-others/{contact}")
    insurer.call("DELETE", f"/v1/contacts/{contact}")


def note_contacts(insurer: Deployed) -> None:
    """One who was told of a red request turns out to be the payee, and is revoked."""
    (row, *_) = [row for row in insurer.aws.tables["book"].values() if row["kind"]["S"] == "contact"]
    contact = row["sk"]["S"].removeprefix("CONTACT#")
    known = {"policyholder_id": ME, "contact_id": contact, "reason": "told_by_customer", "revoke": True}
    for more in ({"account": REPORTED_ACCOUNT, "national_id": "A123456789"}, {"excluded": True}):
        assert insurer.call("POST", "/v1/staff/contacts", {**known, **more}, who="st-1", groups=STAFF).status == 200


def reply_alert(insurer: Deployed) -> None:
    (told,) = insurer.call("GET", "/v1/alerts", who="ct-1").json["alerts"]
    answer = insurer.call("POST", f"/v1/alerts/{told['alert_id']}/reply", {"word": "worried"}, who="ct-1")
    assert answer.json["word"] == "worried"


def serve_staff(insurer: Deployed) -> None:
    (row, *_) = insurer.call("GET", "/v1/staff/cases", who="st-1", groups=STAFF).json["cases"]
    case = f"/v1/staff/cases/{row['case_id']}"
    for path, body in [
        (f"{case}/outcome", {"label": "scam", "reason": "told_us"}),
        *[("/v1/staff/observations", {"policyholder_id": ME, "kind": "hurried_or_afraid", "observation_id": "n"})] * 2,
        ("/v1/staff/observations", {"policyholder_id": ME, "kind": "contact_beside_policyholder"}),
        ("/v1/staff/calls", {"policyholder_id": ME}),
    ]:
        assert insurer.call("POST", path, body, who="st-1", groups=STAFF).status in (200, 201)


def see_to_tasks(insurer: Deployed) -> None:
    (task, *_) = insurer.call("GET", "/v1/staff/tasks", who="st-1", groups=STAFF).json["tasks"]
    (contact,) = [row for row in insurer.aws.tables["book"].values() if row["kind"]["S"] == "contact"]
    said = {"contact_id": contact["sk"]["S"].partition("#")[2], "word": "worried", "verified": True}
    case_id = task["case"]["case_id"]
    for path, body in [
        (f"/v1/staff/cases/{case_id}/contact-reply", said),
        ("/v1/staff/tasks/done", {"case_id": case_id, "reason": task["reason"], "how": "rang_him"}),
    ]:
        assert insurer.call("POST", path, body, who="st-1", groups=STAFF).status == 200
    assert insurer.call("GET", "/v1/staff/texts", who="st-1", groups=STAFF).status == 200


def relay(insurer: Deployed) -> None:
    records = [{"dynamodb": {"NewImage": image, "SequenceNumber": "1"}} for image in alerts(insurer)]
    insurer.function("relay_outbox").handler({"Records": records}, None)


def alert(insurer: Deployed) -> None:
    """The first provider refuses, and a notice to the policyholder goes to his app as well."""
    insurer.aws.refused.add("/inbox")
    for image in alerts(insurer):
        message = {"messageId": "1", "body": f'{{"alert_id": "{image["alert_id"]["S"]}"}}'}
        insurer.function("alert_contact").handler({"Records": [message]}, None)


def hold(insurer: Deployed) -> None:
    """A sender who is lost while there is time for the next contact, and an alert that is late."""
    for image in alerts(insurer):
        if image["pk"]["S"] in ("CASE#lost", "CASE#late"):
            insurer.function("hold_deadline").handler({"alert_id": image["alert_id"]["S"]}, None)


def chat_in_line(insurer: Deployed) -> None:
    """Linked, asked to the end, handed to a person, and unlinked."""
    link(insurer)
    deliver(insurer, a_message("我想解約"))
    insurer.restart()
    for words in ("1", "我要找專員", "1", "1", "解除連結"):
        assert deliver(insurer, a_message(words)) == 200


def chat_in_lex(insurer: Deployed) -> None:
    said = None
    for words in ("我想解約", "1", "我要找專員", "1", "1"):
        said = hook(insurer, an_event(words, said))


def chat_in_a_page(insurer: Deployed) -> None:
    for number, words in enumerate(["我想解約", "1", "我要找專員", "1", "1"]):
        body = {"chat_id": "c-1", "turn_id": f"t-{number}", "text": words}
        assert insurer.call("POST", "/v1/chat/turns", body).status == 200


def ring(insurer: Deployed) -> None:
    """A policyholder, asked to the end; then his contact, who was told of it and is worried."""
    call = take_out_a_loan(a_call(insurer).ring(), "800000")
    for _ in range(9):
        if call.ended is None:
            call.press("1")
    call = a_call(insurer, who=None, phone=CONTACT).ring()
    call.press(key_of(call, "沒聽他說過，或覺得不太對"))


def take_receipts(insurer: Deployed) -> None:
    """From the gateway, of a message that was sent."""
    assert from_gateway(insurer, {"reference": insurer.aws.texts[-1]["attempt_id"], "status": "delivered"}) == 200


WORK: dict[str, Callable[[Deployed], object]] = {
    "AssessRequest": assess,
    "AnswerQuestions": answer,
    "ReadCase": lambda insurer: insurer.call("GET", "/v1/requests/yellow"),  # somebody reads along by now
    "WatchSession": lambda insurer: insurer.call("POST", "/v1/sessions/s-1/signals", STEERED),
    "CheckCall": lambda insurer: insurer.call("GET", "/v1/calls/current"),
    "ConverseLine": chat_in_line,
    "ConverseLex": chat_in_lex,
    "ConverseWeb": chat_in_a_page,
    "ConverseConnect": ring,
    "LinkLine": lambda insurer: insurer.call("POST", "/v1/chat/line-links", {}),
    "ManageContacts": keep_contacts,
    "NoteContacts": note_contacts,
    "ReplyAlert": reply_alert,
    "SeeToTasks": see_to_tasks,
    "ServeStaff": serve_staff,
    "RelayOutbox": relay,
    "AlertContact": alert,
    "TakeReceipts": take_receipts,
    "HoldDeadline": hold,
    "SweepAlerts": lambda insurer: insurer.function("sweep_alerts").handler({}, None),
}


def test_every_function_is_seen_at_work() -> None:
    assert set(WORK) == set(FUNCTIONS)


@pytest.mark.parametrize("name", WORK)
def test_a_function_may_do_what_it_does_and_nothing_else(
    insurer: Deployed, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_models, "FIRST_WAIT_S", 20.0)  # a busy machine asks for no less
    insurer.aws.objects["/models/current.json"] = signed_by_loopback(A_POINTER)
    assert insurer.call("POST", "/v1/requests", a_body(request_id="yellow", session_id="s-9")).status == 201
    assert insurer.call("POST", "/v1/sessions/s-9/signals", STEERED).json["discreet"]
    if name in ("ConverseConnect", "NoteContacts", "ReplyAlert"):
        has_number(insurer, "ct-1", CONTACT)
        telephone.designate(insurer)
        telephone.red_request(insurer)
    elif name != "ManageContacts":
        designate(insurer)
        waiting(insurer, "fresh", seconds=10)
        waiting(insurer, "stuck", seconds=100)
        waiting(insurer, "late", seconds=200)
        waiting(insurer, "lost", lost=True, seconds=100)
    if name == "AlertContact":
        has_number(insurer, ME, "+886911000777")
        notice = Alert(
            alert_id=AlertId("invite/c-1/1.holder"),
            purpose=AlertPurpose.HOLDER_CONTACTS,
            policyholder_id=PolicyholderId(ME),
            contact_id=None,
            created_at=datetime.now(UTC),
        )
        stored = rows.alert_item(notice)
        insurer.aws.tables["cases"][stored["pk"]["S"], stored["sk"]["S"]] = stored
    if name == "TakeReceipts":
        insurer.relay_and_deliver()
    insurer.restart()  # a new process asks for its keys too
    insurer.aws.asked.clear()
    WORK[name](insurer)
    assert insurer.aws.asked == granted(FUNCTIONS[name])
