"""Personal data planted everywhere, and looked for in every log line, metric and stored row (promise 8)."""

import json
import logging
import re
from contextlib import suppress
from itertools import count

import pytest

from safelight.domain.errors import SafelightError
from tests.channels.deployed import ME, STAFF, Deployed, a_red_body, load
from tests.channels.line_events import a_message, a_press, an_event, deliver
from tests.channels.test_lex import an_event as a_turn
from tests.channels.test_lex import hook

PHONE, ACCOUNT, NATIONAL_ID, NAME = "+886987654321", "70081234509876", "A123456789", "王小明"
LOCAL = "987654321"
LINE_USER = "U" + "7a5b" * 8
CHATTED = (
    f"我想解約,檢察官說{NAME}的帳戶{ACCOUNT}被監管,身分證{NATIONAL_ID}",
    f"電話{PHONE}",
    f"0{LOCAL}",
    "我要借款10萬",
    "1",
    f"{NAME}叫我不要說",
    "找專員",
    "1",
)
CANARIES = [LOCAL, "0" + LOCAL, ACCOUNT, NATIONAL_ID, NAME, "7008-1234", LINE_USER, "檢察官", "叫我不要說"]

_NUMBERS = count()


def planted(insurer: Deployed) -> None:
    """Personal data where it belongs."""
    account = {"bank_code": "700", "account_number": ACCOUNT}
    contact = {"relation": "child", "phone": PHONE, "adult": True}
    insurer.call("POST", "/v1/requests", a_red_body(payout_account=account))
    insurer.call("POST", "/v1/requests", a_red_body(payout_account=account, amount_twd=1))
    made = insurer.call("POST", "/v1/contacts", contact).json.get("contact_id", "none")
    insurer.relay_and_deliver()
    insurer.call("POST", f"/v1/contacts/{made}/confirm", {"code": "000000"})
    insurer.call("POST", "/v1/requests/r-1/answers", {"answers": [{"question_id": "q1", "choice_id": "c1"}]})
    with suppress(SafelightError):
        insurer.function("sweep_alerts").handler({}, None)
    chatted(insurer)
    rung(insurer)


def chatted(insurer: Deployed) -> None:
    """The same in every chat, by a LINE account whose id is personal too."""
    nonce = insurer.call("POST", "/v1/chat/line-links", {}).json.get("nonce", "none")
    source = {"type": "user", "userId": LINE_USER}
    deliver(insurer, an_event("accountLink", source=source, link={"result": "ok", "nonce": nonce}))
    said = None
    for words in CHATTED:
        deliver(insurer, a_message(words, source=source))
        said = hook(insurer, a_turn(words, said))
        hook(insurer, a_turn(words, None, sessionId=LINE_USER, inputMode=words))
        turn = {"chat_id": "c-1", "turn_id": f"t-{next(_NUMBERS)}", "text": words}
        insurer.call("POST", "/v1/chat/turns", turn)
        insurer.call("POST", "/v1/chat/turns", {**turn, "pressed": words})
    deliver(insurer, a_press(CHATTED[0], source=source), sign=NAME)
    deliver(insurer, a_message(CHATTED[0], source=source, webhookEventId=PHONE), an_event(NAME))


def rung(insurer: Deployed) -> None:
    """From a contact's phone and from the policyholder's, with a number keyed in wherever keys are taken."""
    answer = insurer.function("converse_connect").handler
    for who in ({"policyholder_id": ME}, {"policyholder_id": NAME}, {}):
        for turn, pressed in enumerate(("", "1", "1", "100000", LOCAL, ACCOUNT, NATIONAL_ID, "1", "0")):
            data = {
                "ContactId": "call-1",
                "Attributes": {**who, "locale": NAME, "safelight_whisper": NAME},
                "CustomerEndpoint": {"Address": PHONE, "Type": "TELEPHONE_NUMBER"},
            }
            given = {"pressed": pressed, "turn": str(turn), "silent": NAME}
            told = answer({"Details": {"ContactData": data, "Parameters": given}}, None)
            assert [canary for canary in CANARIES if canary in str(told)] == []


def planted_everywhere(insurer: Deployed) -> None:
    """Every way in, with personal data in every field that takes or refuses it. Ids too: a client chooses some."""
    contact = {"relation": "child", "phone": PHONE, "adult": True}
    for canary in (PHONE, ACCOUNT, NATIONAL_ID, NAME):
        for path, body in [
            ("/v1/requests", a_red_body(request_id=canary)),
            ("/v1/requests", a_red_body(policy_ids=[canary])),
            ("/v1/requests", a_red_body(payout_account={"bank_code": "700", "account_number": canary})),
            ("/v1/requests", {canary: canary}),
            ("/v1/contacts", {**contact, "phone": canary}),
            ("/v1/contacts", {**contact, canary: 1}),
            (f"/v1/contacts/{canary}/confirm", {"code": canary}),
            (f"/v1/requests/{canary}/answers", {"answers": [{"question_id": canary, "choice_id": canary}]}),
            (f"/v1/sessions/{canary}/signals", {"on_call": canary}),
            ("/v1/staff/observations", {"policyholder_id": ME, "kind": canary}),
            (f"/v1/staff/cases/{canary}/outcome", {"label": canary, "reason": canary}),
        ]:
            insurer.call("POST", path, body, groups=STAFF)
        insurer.call("GET", "/v1/staff/cases", groups=STAFF, query={"cursor": canary, "state": canary})
        insurer.call("GET", f"/v1/requests/{canary}")


@pytest.fixture
def fresh(insurer: Deployed, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    """Functions loaded in this test, with a logger of their own that writes where this test reads."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"safelight-{next(_NUMBERS)}")
    insurer.restart()
    return insurer


@pytest.mark.parametrize(
    "down", [set(), {"dynamodb"}, {"kms"}, {"sms"}, {"secretsmanager"}, {"TransactWriteItems"}, {"everything"}], ids=str
)
def test_no_log_line_and_no_metric_holds_personal_data(
    fresh: Deployed, down: set[str], capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)  # as deployed
    fresh.aws.down |= down
    planted(fresh)
    planted_everywhere(fresh)
    out, err = capfd.readouterr()
    logged = out + err + caplog.text
    assert '"_aws"' in out, "metrics were written, so this test reads the right stream"
    if down & {"everything", "dynamodb"}:
        assert "FallbackDecision" in out or "UnforeseenError" in out
    assert [canary for canary in CANARIES if canary in logged] == []


def test_log_lines_are_read_here(fresh: Deployed, capfd: pytest.CaptureFixture[str]) -> None:
    """The guard of the guard: what a function notes comes out where the test above looks."""
    load("read_case").wired.telemetry.note("canary", alert_id="case-1/contact-1", phone=PHONE)
    out, err = capfd.readouterr()
    assert "case-1/contact-1" in out + err
    assert LOCAL not in out + err
    assert "withheld" in out + err


def test_what_is_stored_and_queued_holds_no_number_in_clear(fresh: Deployed) -> None:
    planted(fresh)
    stored = fresh.aws.written()
    assert "r-1" in stored
    assert '"alert_id"' in stored
    assert [canary for canary in CANARIES if canary in stored] == []
    kinds = {row["kind"]["S"] for table in fresh.aws.tables.values() for row in table.values()}
    assert {"case", "decision", "task", "request", "profile", "contact", "alert"} <= kinds
    assert {"talk", "claim", "link", "nonce"} <= kinds


def test_the_queue_holds_an_alerts_id_and_nothing_else(fresh: Deployed) -> None:
    fresh.call("POST", "/v1/contacts", {"relation": "child", "phone": PHONE, "adult": True})
    images = [row for row in fresh.aws.tables["cases"].values() if row["kind"]["S"] == "alert"]
    records = [{"dynamodb": {"NewImage": image, "SequenceNumber": "1"}} for image in images]
    fresh.function("relay_outbox").handler({"Records": records}, None)
    assert fresh.aws.queue
    assert all(list(json.loads(message["body"])) == ["alert_id"] for message in fresh.aws.queue)


def test_no_answer_to_a_customer_repeats_a_number_beyond_its_last_three_digits(fresh: Deployed) -> None:
    shown = fresh.call("POST", "/v1/contacts", {"relation": "child", "phone": PHONE, "adult": True}).text
    shown += fresh.call("GET", "/v1/contacts").text
    assert LOCAL not in shown
    assert set(re.findall(r'"phone_last3": ?"(\d+)"', shown)) == {"321"}
