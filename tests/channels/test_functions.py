"""The functions' routes, who may call them, what they show to whom, and what they say when everything is down."""

import json
import re
from typing import Any

import pytest

from safelight.channels.http import bodies_out
from safelight.channels.http.openapi import OPERATIONS, Operation
from safelight.domain.assessment import ScamType
from safelight.domain.case import case_id_of
from safelight.domain.light import Light
from safelight.domain.request import Locale, PolicyholderId, RequestId
from safelight.scoring.rules import RULES
from tests.architecture.template import Function, events_of_http, functions, template
from tests.channels.deployed import (
    FUNCTIONS,
    HTTP_FUNCTIONS,
    ME,
    STAFF,
    Answer,
    Deployed,
    a_body,
    a_red_body,
    a_steered_body,
    environment,
    load,
)
from tests.languages import VERDICTS

OTHER = "ph-0002"
CASE = str(case_id_of(PolicyholderId(ME), RequestId("r-1")))
ADMITTED = {"[staff]": True, "[staff tellers]": True, "[tellers staff]": True, "staff": True}
LIKE_STAFF = ["[a,staff]", "a,staff", "[[staff]]", "[staff]]", "[staff,]"]
"""One group each, whose name only holds the word."""
REFUSED: dict[Any, bool] = {
    **dict.fromkeys(["", "[]", "[staffing]", "[not-staff]", "STAFF", "[staff\u200b]"], False),
    **dict.fromkeys(LIKE_STAFF, False),
}


def filled(operation: Operation) -> str:
    return operation.path.format(request_id="r-1", session_id="s-1", contact_id="abc", alert_id="abc", case_id=CASE)


def ask(insurer: Deployed, **over: object) -> Answer:
    answer = insurer.call("POST", "/v1/requests", a_red_body(**over))
    assert answer.status == 201, answer
    return answer


NEVER_AN_ERROR = {"assess_request", "converse_web", "watch_session"}
"""A customer who waits there gets a next step or plain words, whatever is down (`watch_session`: test_discreet)."""
OTHERS = [o for o in OPERATIONS if o.function not in NEVER_AN_ERROR and o.path != "/v1/staff/texts"]
"""All that need anything stored."""


# What each is given

BY_LAMBDA = {
    "AWS_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_LAMBDA_FUNCTION_NAME",
}


@pytest.mark.parametrize("function", functions().values(), ids=functions())
def test_a_function_starts_with_what_the_template_gives_it(
    function: Function, insurer: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    everywhere = template()["Globals"]["Function"]["Environment"]["Variables"]
    own = function.properties.get("Environment", {}).get("Variables", {})
    for name in set(environment(insurer.aws.url)) - BY_LAMBDA - set(everywhere) - set(own):
        monkeypatch.delenv(name)
    insurer.ended.append(load(function.code))


# One table of routes


def test_functions_operations_and_template_name_the_same_routes(insurer: Deployed) -> None:
    table = {(o.function, o.method, o.path) for o in OPERATIONS}
    registered = set()
    for name in HTTP_FUNCTIONS:
        resolver = insurer.function(name).api._resolver
        for route in resolver._static_routes + resolver._dynamic_routes:
            registered.add((name, route.method, re.sub(r"<(\w+)>", r"{\1}", route.path)))
    assert registered == table
    assert events_of_http() == table


def test_every_function_is_in_the_template_and_every_one_there_exists() -> None:
    assert sorted(function.code for function in functions().values()) == FUNCTIONS


# Who may


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.staff], ids=lambda o: f"{o.method} {o.path}")
@pytest.mark.parametrize("groups", [None, *REFUSED, [], ["staffing"], {"staff": 1}, 5, [["staff"]]], ids=str)
def test_staff_operations_refuse_everybody_else(insurer: Deployed, operation: Operation, groups: object) -> None:
    ask(insurer)
    before = insurer.aws.written()
    answer = insurer.call(operation.method, filled(operation), {} if operation.takes else None, groups=groups)
    assert (answer.status, answer.json["detail"]) == (403, "staff_only")
    assert insurer.aws.written() == before


@pytest.mark.parametrize("groups", [*ADMITTED, ["staff"], ["a", "staff"]], ids=str)
def test_staff_are_known_in_every_form_of_the_claim(insurer: Deployed, groups: object) -> None:
    assert insurer.call("GET", "/v1/staff/cases", groups=groups).status == 200


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: f"{o.method} {o.path}")
def test_a_token_without_a_subject_does_nothing(insurer: Deployed, operation: Operation) -> None:
    bodies: dict[str, Any] = {
        "CustomerRequestIn": a_body(),
        "AnswersIn": {"answers": [{"question_id": "q1", "choice_id": "c1"}]},
        "ContactIn": {"relation": "child", "phone": "+886912000345", "adult": True},
        "ConfirmIn": {"code": "123456"},
        "ChatTurnIn": {"chat_id": "c-1", "turn_id": "t-1", "text": "我想借款10萬"},
        "WordIn": {"word": "worried"},
        "OrderIn": {"telling": "all", "order": []},
    }
    body = bodies.get(operation.takes.__name__, {}) if operation.takes else None
    before = insurer.aws.written()
    answer = insurer.call(operation.method, filled(operation), body, who=None)
    assert answer.status == 403
    assert insurer.aws.written() == before


def test_anothers_case_answers_like_a_missing_one(insurer: Deployed) -> None:
    ask(insurer)
    answers = {"answers": [{"question_id": "q1", "choice_id": "c1"}]}
    said = {
        insurer.call(method, path, body, who=who).text
        for method, body in [("GET", None), ("POST", answers)]
        for who, request_id in [(OTHER, "r-1"), (ME, "r-none"), (OTHER, "r-none")]
        for path in [f"/v1/requests/{request_id}" + ("/answers" if body else "")]
    }
    assert len(said) == 1
    assert json.loads(said.pop()) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "not_found",
        "errors": [],
    }


def test_a_policyholder_is_whom_the_token_names_whatever_the_body_says(insurer: Deployed) -> None:
    ask(insurer)
    board = insurer.call("GET", "/v1/staff/cases", groups=STAFF).json["cases"]
    assert [row["policyholder_id"] for row in board] == [ME]


# What is shown


TELLING = re.compile(
    "|".join(
        ("light|score|probab|reason|risk|suspect|scam|fraud|victim|model|rule|floor|alert", *sum(VERDICTS.values(), ()))
    ),
    re.IGNORECASE,
)
NAMES = [*ScamType, *(rule.code for rule in RULES), *(light.name for light in Light)]


@pytest.mark.parametrize("locale", list(Locale))
def test_the_customer_sees_questions_and_never_what_was_noticed(insurer: Deployed, locale: Locale) -> None:
    first = ask(insurer, locale=locale)
    read = insurer.call("GET", "/v1/requests/r-1")
    choice = {"question_id": "q1", "choice_id": "c1"}
    answered = insurer.call("POST", "/v1/requests/r-1/answers", {"answers": [choice]})
    prompt = insurer.call("POST", "/v1/sessions/s-1/signals", {"on_call": True, "screen_shared": True})
    for answer in (first, read, answered, prompt):
        assert answer.status in (200, 201)
        assert not [name for name in NAMES if re.search(rf"\b{re.escape(name)}\b", answer.text, re.IGNORECASE)]
        assert not TELLING.search(answer.text), TELLING.findall(answer.text)
    for answer, asked in ((first, 1), (read, 1), (answered, len(answered.json["questions"]))):
        shown = answer.json
        assert set(shown) == {"request_id", "next_step", "discreet", "message", "because", "questions"}
        assert [q["question_id"] for q in shown["questions"]] == [f"q{n}" for n in range(1, asked + 1)]
        for question in shown["questions"]:
            assert [c["choice_id"] for c in question["choices"]] == [
                f"c{n}" for n in range(1, len(question["choices"]) + 1)
            ]


def test_staff_see_light_reasons_words_and_everything_that_happened(insurer: Deployed) -> None:
    insurer.call("POST", "/v1/requests", a_steered_body())
    seen = insurer.call("GET", f"/v1/staff/cases/{CASE}", groups=STAFF, query={"locale": "en"}).json
    assert seen["light"] == seen["floor"] == "red"
    assert seen["suspected"][0] == "fake_authority"
    assert "rule.steered_to_new_account" in [reason["code"] for reason in seen["reasons"]]
    assert seen["source"] == "rules"
    assert {task["reason"] for task in seen["tasks"]} == {"no_contact", "call_back"}
    assert seen["timeline"][0]["to"] == "review"


def validate(name: str, answer: Answer) -> None:
    """Against the body that OpenAPI promises, with no member more."""
    model = getattr(bodies_out, name)
    parsed = model.model_validate(answer.json)
    assert set(answer.json) == set(parsed.model_dump(by_alias=True))


def test_every_answer_is_what_the_api_promises(insurer: Deployed) -> None:
    validate("RequestOut", ask(insurer))
    validate("RequestOut", insurer.call("GET", "/v1/requests/r-1"))
    given = {"answers": [{"question_id": "q1", "choice_id": "c2"}]}
    validate("RequestOut", insurer.call("POST", "/v1/requests/r-1/answers", given))
    for seen in ({"on_call": True, "screen_shared": True}, {"on_call": False}):
        validate("PromptOut", insurer.call("POST", "/v1/sessions/s-1/signals", seen))
    new = {"relation": "child", "phone": "+886912000345", "adult": True}
    contact = insurer.call("POST", "/v1/contacts", new)
    validate("ContactOut", contact)
    validate("ContactsOut", insurer.call("GET", "/v1/contacts"))
    insurer.relay_and_deliver()
    code = re.search(r"家人(\d{6})", insurer.texts_to("+886912000345")[0])
    assert code is not None
    path = f"/v1/contacts/{contact.json['contact_id']}"
    confirmed = insurer.call("POST", f"{path}/confirm", {"code": code.group(1)})
    validate("ContactOut", confirmed)
    assert confirmed.json["state"] == "confirmed"
    validate("ContactOut", insurer.call("DELETE", path))
    validate("NotedOut", insurer.call("POST", "/v1/staff/calls", {"policyholder_id": ME}, groups=STAFF))
    validate("CallOut", insurer.call("GET", "/v1/calls/current"))
    noted = {"policyholder_id": ME, "kind": "evasive_or_coached"}
    noted["observation_id"] = "n-1"
    for _ in range(2):
        validate("NotedOut", insurer.call("POST", "/v1/staff/observations", noted, groups=STAFF))
    again = insurer.call("POST", "/v1/staff/observations", {**noted, "kind": "hurried_or_afraid"}, groups=STAFF)
    assert (again.status, again.json["detail"]) == (409, "observation_id_reused")
    validate("CasesOut", insurer.call("GET", "/v1/staff/cases", groups=STAFF))
    validate("CaseOut", insurer.call("GET", f"/v1/staff/cases/{CASE}", groups=STAFF))
    end = {"label": "scam", "reason": "told_by_customer", "confidence": 0.9}
    ended = f"/v1/staff/cases/{CASE}/outcome"
    own = insurer.call("POST", ended, end, groups=STAFF)
    assert (own.status, own.json["detail"]) == (403, "own_case")
    validate("CaseOut", insurer.call("POST", ended, end, who=OTHER, groups=STAFF))
    counter = {k: v for k, v in a_body(request_id="r-9").items() if k != "channel"} | {"policyholder_id": ME}
    validate("CaseOut", insurer.call("POST", "/v1/staff/requests", counter, groups=STAFF))


def test_a_retry_gets_the_same_bytes_and_another_body_a_409(insurer: Deployed) -> None:
    first = ask(insurer)
    rows = insurer.aws.rows()
    backwards = dict(reversed(list(a_red_body().items())))
    again = insurer.call("POST", "/v1/requests", backwards)
    assert (again.status, again.text) == (first.status, first.text)
    other = insurer.call("POST", "/v1/requests", a_red_body(amount_twd=96_001))
    assert (other.status, other.json["errors"]) == (409, [{"field": "request_id", "reason": "request_id_reused"}])
    assert insurer.aws.rows() == rows


def test_a_red_request_reaches_its_contacts_phone(insurer: Deployed) -> None:
    """From one end to the other: the contact of 72 hours ago is made by moving his row back in time."""
    contact = insurer.call("POST", "/v1/contacts", {"relation": "child", "phone": "+886912000345", "adult": True}).json
    insurer.relay_and_deliver()
    code = re.search(r"家人(\d{6})", insurer.texts_to("+886912000345")[0])
    assert code is not None
    insurer.call("POST", f"/v1/contacts/{contact['contact_id']}/confirm", {"code": code.group(1)})
    (row,) = [r for r in insurer.aws.tables["book"].values() if r["kind"]["S"] == "contact"]
    row["doc"]["S"] = re.sub(r'("(?:changed_at|designated_at|counts_from)":")\d{4}', r"\g<1>2020", row["doc"]["S"])
    ask(insurer)
    insurer.relay_and_deliver()
    insurer.relay_and_deliver()
    told = insurer.texts_to("+886912000345")
    assert len(told) == 2
    assert "345" in told[1]
    seen = insurer.call("GET", f"/v1/staff/cases/{CASE}", groups=STAFF).json
    assert {(alert["state"], alert["cause"]) for alert in seen["alerts"]} == {("sent", None)}
    assert seen["tasks"] == []


# When things are down


DOWN = ["everything", "dynamodb", "secretsmanager", "Query", "TransactWriteItems", "GetItem"]


@pytest.mark.parametrize("down", DOWN)
@pytest.mark.parametrize("body", [a_body(), a_red_body(session_id="s-1")], ids=["small", "red"])
def test_a_customer_always_gets_a_next_step_and_it_is_never_to_proceed(
    insurer: Deployed, down: str, body: dict[str, object]
) -> None:
    insurer.restart()
    insurer.aws.down.add(down)
    answer = insurer.call("POST", "/v1/requests", body)
    assert answer.status == 201, answer
    validate("RequestOut", answer)
    assert answer.json["next_step"] in ("talk_to_us", "answer")
    assert answer.json["request_id"] == "r-1"
    if down in ("everything", "dynamodb", "secretsmanager", "TransactWriteItems"):
        assert (answer.json["next_step"], answer.json["questions"]) == ("talk_to_us", [])
        assert "r-1" not in str(insurer.aws.tables.get("cases", {}))
    insurer.aws.down.clear()
    assert insurer.call("POST", "/v1/requests", body).json["next_step"] == "answer"


@pytest.mark.parametrize("down", DOWN)
def test_at_the_counter_a_decision_that_could_not_be_kept_may_be_tried_again(insurer: Deployed, down: str) -> None:
    counter = {k: v for k, v in a_body().items() if k != "channel"} | {"policyholder_id": ME}
    insurer.aws.down.add(down)
    answer = insurer.call("POST", "/v1/staff/requests", counter, groups=STAFF)
    assert answer.status in (201, 503)
    if answer.status == 503:
        assert answer.json["detail"] == "try_again"
    insurer.aws.down.clear()
    assert insurer.call("POST", "/v1/staff/requests", counter, groups=STAFF).json["state"] == "review"


@pytest.mark.parametrize("operation", OTHERS, ids=lambda o: o.path)
def test_every_other_operation_says_try_again_as_a_problem(insurer: Deployed, operation: Operation) -> None:
    ask(insurer)
    insurer.aws.down.add("everything")
    bodies: dict[str, Any] = {
        "AnswersIn": {"answers": [{"question_id": "q1", "choice_id": "c1"}]},
        "ContactIn": {"relation": "child", "phone": "+886912000345", "adult": True},
        "ConfirmIn": {"code": "123456"},
        "ChatTurnIn": {"chat_id": "c-1", "turn_id": "t-1", "text": "我想借款10萬"},
        "OutcomeIn": {"label": "scam", "reason": "x"},
        "ObservationIn": {"policyholder_id": ME, "kind": "evasive_or_coached"},
        "CallIn": {"policyholder_id": ME},
        "DoneIn": {"case_id": CASE, "reason": "call_back", "how": "rang_him"},
        "WordIn": {"word": "worried"},
        "OrderIn": {"telling": "all", "order": []},
        "KnownIn": {"policyholder_id": "ph-0002", "contact_id": "c-1", "reason": "x", "excluded": True},
        "ContactReplyIn": {"contact_id": "c-1", "word": "worried", "verified": True},
    }
    body = bodies[operation.takes.__name__] if operation.takes else None
    query = {name: ME for name in operation.queries if name == "policyholder_id"}
    answer = insurer.call(operation.method, filled(operation), body, groups=STAFF, query=query)
    assert (answer.status, answer.json["detail"]) == (503, "try_again")
    assert answer.headers["content-type"] == "application/problem+json"


def test_rows_that_cannot_be_read_let_nothing_go(insurer: Deployed) -> None:
    for row in insurer.aws.tables["book"].values():
        row["doc"]["S"] = "{"
    assert insurer.call("POST", "/v1/requests", a_body()).json["next_step"] == "answer"
    for row in insurer.aws.tables["cases"].values():
        row["doc"]["S"] = "{"
    assert insurer.call("POST", "/v1/requests", a_body()).json["next_step"] == "talk_to_us"
    assert insurer.call("GET", "/v1/requests/r-1").status == 503


def test_the_relay_gives_its_batch_back_while_the_queue_is_down(insurer: Deployed) -> None:
    insurer.call("POST", "/v1/contacts", {"relation": "child", "phone": "+886912000345", "adult": True})
    insurer.aws.down.add("sqs")
    (image, *_) = [row for row in insurer.aws.tables["cases"].values() if row["kind"]["S"] == "alert"]
    event = {"Records": [{"dynamodb": {"NewImage": image, "SequenceNumber": "7"}}]}
    relay = insurer.function("relay_outbox").handler
    assert relay(event, None) == {"batchItemFailures": [{"itemIdentifier": "7"}]}
    insurer.aws.down.clear()
    assert relay(event, None) == {"batchItemFailures": []}
    assert len(insurer.aws.queue) == 1


def test_a_provider_that_is_down_is_asked_once(insurer: Deployed) -> None:
    insurer.call("POST", "/v1/contacts", {"relation": "child", "phone": "+886912000345", "adult": True})
    insurer.aws.down.add("sms")
    insurer.relay_and_deliver()
    insurer.aws.down.clear()
    insurer.relay_and_deliver()
    assert insurer.aws.texts == []


def test_the_sweeper_counts_what_is_stuck(insurer: Deployed) -> None:
    assert insurer.function("sweep_alerts").handler({}, None) == {"stuck": 0}
