"""Whatever is sent: a problem document that names the field and the reason, never a 5xx, nothing written."""

import json
from base64 import b64encode
from typing import Any

import pytest

from safelight.channels.http.bodies_out import Problem
from safelight.channels.http.openapi import OPERATIONS, Operation
from tests.channels.deployed import ME, STAFF, Answer, Deployed, a_body

REQUEST, ANSWERS, SIGNALS = "/v1/requests", "/v1/requests/r-1/answers", "/v1/sessions/s-1/signals"
CONTACTS, CONFIRM = "/v1/contacts", "/v1/contacts/abc/confirm"
OUTCOME, OBSERVATION = "/v1/staff/cases/abc/outcome", "/v1/staff/observations"
DONE, WORD, REPLY = "/v1/staff/tasks/done", "/v1/alerts/abc/reply", "/v1/staff/cases/abc/contact-reply"
ORDER, KNOWN = "/v1/contacts/order", "/v1/staff/contacts"
CALL, COUNTER, CHAT = "/v1/staff/calls", "/v1/staff/requests", "/v1/chat/turns"

VALID: dict[str, dict[str, Any]] = {
    REQUEST: a_body(),
    ANSWERS: {"answers": [{"question_id": "q1", "choice_id": "c1"}]},
    SIGNALS: {"on_call": True},
    CONTACTS: {"relation": "child", "phone": "+886912000345", "adult": True},
    CONFIRM: {"code": "123456"},
    OUTCOME: {"label": "scam", "reason": "told_by_customer"},
    OBSERVATION: {"policyholder_id": ME, "kind": "evasive_or_coached"},
    CALL: {"policyholder_id": ME},
    DONE: {"case_id": "abc", "reason": "alert_failed", "how": "rang_him"},
    WORD: {"word": "knows"},
    REPLY: {"contact_id": "c-1", "word": "worried", "verified": True},
    ORDER: {"telling": "in_order", "order": []},
    KNOWN: {"policyholder_id": ME, "contact_id": "c-1", "reason": "told_by_customer", "excluded": True},
    CHAT: {"chat_id": "c-1", "turn_id": "t-1", "text": "我想借款10萬"},
    COUNTER: {**{k: v for k, v in a_body().items() if k != "channel"}, "policyholder_id": ME},
}


def without(path: str, field: str) -> dict[str, Any]:
    return {name: value for name, value in VALID[path].items() if name != field}


def post(insurer: Deployed, path: str, body: object = None, **how: Any) -> Answer:
    return insurer.call("POST", path, body, groups=STAFF, **how)


def assert_problem(answer: Answer, statuses: set[int]) -> Problem:
    assert answer.status in statuses, answer
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    document = answer.json
    assert set(document) == {"type", "title", "status", "detail", "errors"}
    problem = Problem.model_validate(document, strict=True)
    assert problem.status == answer.status
    return problem


def fields(problem: Problem) -> list[str]:
    assert all(error.reason for error in problem.errors)
    return [error.field for error in problem.errors]


@pytest.mark.parametrize("name", ["+886912999888", "0912999888", "A123456789", "王小明", "x" * 65, "<b>"])
def test_the_name_of_an_unknown_field_is_repeated_only_where_it_is_a_word(insurer: Deployed, name: str) -> None:
    answer = post(insurer, WORD, {"word": "knows", name: 1})
    assert fields(assert_problem(answer, {422})) == ["unknown_field"]
    assert name not in answer.text


def test_every_operation_with_a_body_is_tried_below() -> None:
    tried = {(path.replace("r-1", "{}").replace("s-1", "{}").replace("abc", "{}")) for path in VALID}
    with_body: list[Operation] = [operation for operation in OPERATIONS if operation.takes]
    assert {"/".join("{}" if p.startswith("{") else p for p in o.path.split("/")) for o in with_body} == tried


MALFORMED: dict[str, tuple[str | None, bool]] = {
    "nothing": (None, False),
    "empty": ("", False),
    "spaces": ("  ", False),
    "cut off": ('{"request_id": "r', False),
    "trailing": ('{"on_call": true} x', False),
    "single quotes": ("{'on_call': true}", False),
    "deep objects": ('{"a":' * 9_000, False),
    "deep lists": ("[" * 60_000, False),
    "deep and closed": ("[" * 30_000 + "]" * 30_000, False),
    "broken base64": ("abc", True),
    "no base64 at all": ("!!!! {}", True),
    "not UTF-8": (b64encode(b"\xff\xfe{\x80").decode(), True),
    "UTF-16": (b64encode('{"on_call": true}'.encode("utf-16")).decode(), True),
    "half a surrogate": ('{"on_call": "\ud800"}', False),
    "control characters": ('{"on_call": "\x00\x01"}', False),
    "a very long number": ('{"amount_twd": ' + "9" * 20_000 + "}", False),
    "a very large exponent": ('{"seconds_on_form": 1e999999}', False),
    "null": ("null", False),
    "a list": ("[]", False),
    "a list of bodies": ('[{"on_call": true}]', False),
    "a text": ('"on_call"', False),
    "a number": ("1", False),
    "true": ("true", False),
    "a name that is a megabyte long": ('{"' + "a" * 1_000_000 + '": 1}', False),
    "a megabyte": ('{"on_call": "' + "x" * 1_000_000 + '"}', False),
    "a megabyte in base64": (b64encode(b"{" + b" " * 1_000_000 + b"}").decode(), True),
    "just over the limit": ("{" + " " * (64 * 1024 - 1) + "}", False),
    "many unknown fields": (json.dumps({f"f{n}": n for n in range(4_000)}), False),
}


@pytest.mark.parametrize("path", list(VALID))
@pytest.mark.parametrize("what", list(MALFORMED))
def test_what_is_no_body_is_refused_and_nothing_is_written(insurer: Deployed, path: str, what: str) -> None:
    raw, base64 = MALFORMED[what]
    before = insurer.aws.written()
    answer = post(insurer, path, raw=raw, base64=base64)
    problem = assert_problem(answer, {400, 413, 422})
    assert problem.errors
    assert (answer.status == 413) is ("megabyte" in what or "limit" in what)
    assert insurer.aws.written() == before


WRONG: list[tuple[str, dict[str, Any], str]] = [
    *[
        (REQUEST, a_body(amount_twd=amount), "amount_twd")
        for amount in (-1, 0, 10**9 + 1, 10**30, True, False, 1.0, 1.5, "1", None, [], {}, "九萬", float("1e300"))
    ],
    (REQUEST, a_body(kind="steal"), "kind"),
    (REQUEST, a_body(kind=None), "kind"),
    (REQUEST, a_body(kind="contact_change"), "amount_twd"),
    (REQUEST, a_body(policy_ids=[]), "policy_ids"),
    (REQUEST, a_body(policy_ids="pol-1"), "policy_ids"),
    (REQUEST, a_body(policy_ids=[1]), "policy_ids[0]"),
    (REQUEST, a_body(policy_ids=["pol-1", "pol 2"]), "policy_ids[1]"),
    (REQUEST, a_body(policy_ids=["pol-1", "pol-1"]), "policy_ids"),
    (REQUEST, a_body(policy_ids=[f"p{n}" for n in range(21)]), "policy_ids"),
    (REQUEST, a_body(policy_ids=["other"]), "policy_ids[0]"),
    (REQUEST, a_body(amount_twd=1_200_001), "amount_twd"),
    (REQUEST, a_body(channel="counter"), "channel"),
    *[(REQUEST, a_body(locale=bad), "locale") for bad in (1, True, ["vi"], {})],
    *[(REQUEST, a_body(request_id=bad), "request_id") for bad in ("", "a b", "a" * 65, "é", "a\n", 1, None, "../x")],
    (REQUEST, a_body(policyholder_id="ph-0002"), "policyholder_id"),
    (REQUEST, a_body(session_id="a/b"), "session_id"),
    (REQUEST, a_body(payout_account={"bank_code": "81", "account_number": "123456"}), "payout_account.bank_code"),
    (REQUEST, a_body(payout_account={"bank_code": "８１２", "account_number": "123456"}), "payout_account.bank_code"),
    (REQUEST, a_body(payout_account={"bank_code": "812", "account_number": "x"}), "payout_account.account_number"),
    (REQUEST, a_body(payout_account={"bank_code": "812", "account_number": "------"}), "account_number"),
    (REQUEST, a_body(payout_account="812-123456"), "payout_account"),
    *[(REQUEST, without(REQUEST, name), name) for name in ("request_id", "kind", "policy_ids", "channel")],
    *[(SIGNALS, {"on_call": bad}, "on_call") for bad in ("true", 1, 0, [], "yes")],
    *[(SIGNALS, {"amount_edits": bad}, "amount_edits") for bad in (-1, True, 1.5, "3", 10_001)],
    *[(SIGNALS, {"seconds_on_form": bad}, "seconds_on_form") for bad in (-0.1, 86_401, True, "9")],
    *[(SIGNALS, {"value_lookups": bad}, "value_lookups") for bad in (-1, True, 1.5, "3", 10_001)],
    *[(SIGNALS, {"longest_pause_s": bad}, "longest_pause_s") for bad in (-0.1, 86_401, True, "9")],
    *[(SIGNALS, {"sequence": bad}, "sequence") for bad in (-1, True, 1.5, "3", 10**9 + 1)],
    (SIGNALS, {"accessibility_service": "yes"}, "accessibility_service"),
    (REQUEST, a_body(signals={"value_lookups": 3}), "signals.value_lookups"),
    (SIGNALS, {"shoe_size": 44}, "shoe_size"),
    (REQUEST, a_body(signals={"shoe_size": 44}), "signals.shoe_size"),
    (ANSWERS, {"answers": []}, "answers"),
    (ANSWERS, {"answers": [{"question_id": "q0", "choice_id": "c1"}]}, "answers[0].question_id"),
    (ANSWERS, {"answers": [{"question_id": "q１", "choice_id": "c1"}]}, "answers[0].question_id"),
    (ANSWERS, {"answers": [{"question_id": "q1", "choice_id": 1}]}, "answers[0].choice_id"),
    (ANSWERS, {"answers": [{"question_id": "q1"}]}, "answers[0].choice_id"),
    (ANSWERS, {"answers": [{"question_id": "q1", "choice_id": "c1"}] * 21}, "answers"),
    *[
        (CONTACTS, {**VALID[CONTACTS], "phone": bad}, "phone")
        for bad in ("0912000345", "+886", "+88691200034５", "+0912000345", "+8869120003451234", 886912000345)
    ],
    (CONTACTS, {**VALID[CONTACTS], "relation": "friend"}, "relation"),
    *[(CONTACTS, {**VALID[CONTACTS], "adult": bad}, "adult") for bad in (False, 1, "true", None)],
    (CONTACTS, without(CONTACTS, "adult"), "adult"),
    *[
        (CONFIRM, {"code": bad}, "code")
        for bad in ("12345", "1234567", "12345a", "１２３４５６", 123456, " 12345", None)
    ],
    (OUTCOME, {**VALID[OUTCOME], "label": "maybe"}, "label"),
    *[(OUTCOME, {**VALID[OUTCOME], "confidence": bad}, "confidence") for bad in (-0.1, 1.1, "1", True, None)],
    *[(OUTCOME, {**VALID[OUTCOME], "reason": bad}, "reason") for bad in ("", "Free text 0912345678", "a" * 65)],
    (OBSERVATION, {**VALID[OBSERVATION], "kind": "nice"}, "kind"),
    (OBSERVATION, {**VALID[OBSERVATION], "observation_id": "a b"}, "observation_id"),
    (OBSERVATION, {**VALID[OBSERVATION], "policyholder_id": "王小明"}, "policyholder_id"),
    *[(DONE, {**VALID[DONE], "how": bad}, "how") for bad in ("", "Rang him on 0912", "a" * 65, None, 1)],
    *[(DONE, {**VALID[DONE], "reason": bad}, "reason") for bad in ("", "bored", 1, None)],
    *[(DONE, {**VALID[DONE], "about": bad}, "about") for bad in ("", "a b", "a#b", 1)],
    *[(DONE, without(DONE, name), name) for name in ("case_id", "reason", "how")],
    *[(WORD, {"word": bad}, "word") for bad in ("", "yes", "KNOWS", 1, None, ["knows"])],
    *[(REPLY, {**VALID[REPLY], "verified": bad}, "verified") for bad in ("true", 1, 0, None)],
    *[(REPLY, {**VALID[REPLY], "contact_id": bad}, "contact_id") for bad in ("", "a/b", "a" * 65, None)],
    *[(REPLY, without(REPLY, name), name) for name in ("contact_id", "word", "verified")],
    *[(CALL, {**VALID[CALL], "minutes": bad}, "minutes") for bad in (0, 61, "5", 5.5, True)],
    (COUNTER, {**VALID[COUNTER], "channel": "app"}, "channel"),
    (COUNTER, without(COUNTER, "policyholder_id"), "policyholder_id"),
]


@pytest.mark.parametrize(
    ("path", "body", "field"), WRONG, ids=lambda v: str(v)[:40].encode("ascii", "replace").decode()
)
def test_a_wrong_field_is_named_with_the_reason_and_nothing_is_written(
    insurer: Deployed, path: str, body: dict[str, Any], field: str
) -> None:
    before = insurer.aws.written()
    problem = assert_problem(post(insurer, path, body), {422})
    assert fields(problem) == [field]
    assert insurer.aws.written() == before


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (REQUEST, a_body(amount_twd="?"), "amount_twd"),
        (SIGNALS, {"seconds_on_form": "?"}, "seconds_on_form"),
        (OUTCOME, {**VALID[OUTCOME], "confidence": "?"}, "confidence"),
    ],
)
def test_what_is_no_number_is_not_taken_for_one(
    insurer: Deployed, path: str, body: dict[str, Any], field: str, number: str
) -> None:
    problem = assert_problem(post(insurer, path, raw=json.dumps(body).replace('"?"', number)), {400, 422})
    assert fields(problem) in ([field], [""])


def test_every_wrong_field_is_named_at_once(insurer: Deployed) -> None:
    problem = assert_problem(post(insurer, REQUEST, a_body(amount_twd=-1, kind="x", extra=1)), {422})
    assert set(fields(problem)) == {"amount_twd", "kind", "extra"}


def test_of_a_name_given_twice_the_last_counts_for_body_and_digest_alike(insurer: Deployed) -> None:
    """JSON leaves it open; one parser reads both, so a checker before and an actor behind cannot differ."""
    raw = json.dumps(a_body()).replace('"amount_twd": 96000', '"amount_twd": 1, "amount_twd": 96000')
    assert post(insurer, REQUEST, raw=raw).status == 201
    again = post(insurer, REQUEST, a_body())
    assert again.status == 201
    assert assert_problem(post(insurer, REQUEST, a_body(amount_twd=1)), {409}).errors[0].field == "request_id"


def test_a_problem_repeats_no_value_that_was_sent(insurer: Deployed) -> None:
    secret = "A123456789"
    for path, valid in VALID.items():
        for body in ({**valid, "unknown": secret}, dict.fromkeys(valid, secret)):
            assert secret not in post(insurer, path, body).text


PAGES = [
    ({"limit": "0"}, "limit"),
    ({"limit": "101"}, "limit"),
    ({"limit": "-1"}, "limit"),
    ({"limit": "1e1"}, "limit"),
    ({"limit": "1_0"}, "limit"),
    ({"limit": " 9"}, "limit"),
    ({"limit": "１０"}, "limit"),
    ({"limit": "9" * 5_000}, "limit"),
    ({"state": "closed"}, "state"),
    ({"light": "blue"}, "light"),
    ({"cursor": "x"}, "cursor"),
    ({"cursor": "é"}, "cursor"),
    ({"cursor": "A" * 10_000}, "cursor"),
]


@pytest.mark.parametrize(("query", "field"), PAGES, ids=str)
def test_a_wrong_query_is_named(insurer: Deployed, query: dict[str, str], field: str) -> None:
    problem = assert_problem(insurer.call("GET", "/v1/staff/cases", groups=STAFF, query=query), {422})
    assert fields(problem) == [field]


@pytest.mark.parametrize(("query", "field"), [(q, f) for q, f in PAGES if f in ("limit", "cursor")], ids=str)
def test_a_wrong_page_of_tasks_is_named(insurer: Deployed, query: dict[str, str], field: str) -> None:
    problem = assert_problem(insurer.call("GET", "/v1/staff/tasks", groups=STAFF, query=query), {422})
    assert fields(problem) == [field]


LONG = "a" * 3_000


@pytest.mark.parametrize("bad", [LONG, "%F0%9F", "a b", "'; DROP", "..", "é", "#", "x%23"])
def test_an_id_of_another_form_is_nowhere(insurer: Deployed, bad: str) -> None:
    """Longer than a DynamoDB key, too: it must not become the store's error."""
    before = insurer.aws.written()
    for method, path, body in [
        ("GET", f"/v1/requests/{bad}", None),
        ("POST", f"/v1/requests/{bad}/answers", VALID[ANSWERS]),
        ("GET", f"/v1/staff/cases/{bad}", None),
        ("POST", f"/v1/staff/cases/{bad}/outcome", VALID[OUTCOME]),
        ("DELETE", f"/v1/contacts/{bad}", None),
        ("POST", f"/v1/contacts/{bad}/confirm", VALID[CONFIRM]),
        ("POST", f"/v1/alerts/{bad}/reply", VALID[WORD]),
        ("POST", f"/v1/staff/cases/{bad}/contact-reply", VALID[REPLY]),
    ]:
        assert_problem(insurer.call(method, path, body, groups=STAFF), {404})
    assert_problem(post(insurer, f"/v1/sessions/{bad}/signals", VALID[SIGNALS]), {404, 422})
    assert insurer.aws.written() == before


def test_a_route_that_is_not_there_is_a_404_like_any_other(insurer: Deployed) -> None:
    answer = insurer.call("POST", "/v1/nowhere", {}, function="assess_request")
    missing = insurer.call("GET", "/v1/requests/none")
    assert_problem(answer, {404})
    assert answer.text == missing.text
