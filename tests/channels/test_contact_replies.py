"""/v1/alerts, staff's queue and the texts, over the functions as they are deployed."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from safelight.channels import words
from safelight.channels.http.bodies_out import CaseOut, SmsTextsOut, TaskOut, TasksOut, ToldOut, ToldsOut
from safelight.domain.alert import AlertPurpose, TaskReason
from safelight.domain.request import Locale
from tests.channels.deployed import ME, STAFF, Deployed
from tests.channels.numbers import has_number
from tests.channels.telephone import CONTACT, designate, red_request
from tests.channels.test_connect import Json, the_case

SON, STRANGER = "ct-1", "ct-2"


@pytest.fixture
def told(insurer: Deployed) -> Deployed:
    """The contact was told of a RED case; he is known by his own number of record."""
    designate(insurer)
    assert red_request(insurer).status == 201
    has_number(insurer, SON, CONTACT)
    has_number(insurer, STRANGER, "+886933000111")
    return insurer


def staff(insurer: Deployed, method: str, path: str, body: object = None, **how: Any) -> Any:
    answer = insurer.call(method, path, body, who="st-1", groups=STAFF, **how)
    assert answer.status == 200, answer.text
    return answer.json


def alerts(insurer: Deployed, who: str = SON) -> list[Json]:
    answer = insurer.call("GET", "/v1/alerts", who=who)
    assert answer.status == 200
    ToldsOut.model_validate(answer.json)
    found: list[Json] = answer.json["alerts"]
    return found


def test_a_contact_reads_what_he_was_told_and_nothing_about_it(told: Deployed) -> None:
    (one,) = alerts(told)
    assert set(one) == {"alert_id", "told_at", "relation", "word"}
    assert (one["relation"], one["word"]) == ("child", None)
    case = the_case(told)
    for secret in (ME, case["case_id"], case["alerts"][0]["contact_id"], "96000", "loan", "red"):
        assert secret not in json.dumps(one)


def test_whoever_was_told_nothing_reads_nothing_and_anothers_alert_is_not_there(told: Deployed) -> None:
    assert [alerts(told, who) for who in (STRANGER, ME, "ct-none")] == [[], [], []]
    (one,) = alerts(told)
    before = told.aws.written()
    for who in (STRANGER, ME, "ct-none"):
        answer = told.call("POST", f"/v1/alerts/{one['alert_id']}/reply", {"word": "knows"}, who=who)
        assert answer.status == 404
    assert told.aws.written() == before


def test_a_number_that_just_changed_is_nobodys(told: Deployed) -> None:
    has_number(told, SON, CONTACT, since=timedelta(hours=71))
    assert alerts(told) == []


@pytest.mark.parametrize(
    ("word", "reason"),
    [("knows", "contact_knows"), ("worried", "contact_worried"), ("not_reached", "contact_cannot_reach")],
)
def test_his_word_is_in_the_timeline_and_a_task_for_staff(told: Deployed, word: str, reason: str) -> None:
    (one,) = alerts(told)
    before = the_case(told)
    for _ in range(2):
        answer = told.call("POST", f"/v1/alerts/{one['alert_id']}/reply", {"word": word}, who=SON)
        assert answer.json == {**one, "word": word}
        ToldOut.model_validate(answer.json)
    after = the_case(told)
    CaseOut.model_validate(after)
    assert (after["light"], after["state"]) == (before["light"], before["state"])
    (said,) = after["timeline"][len(before["timeline"]) :]
    assert said == {
        "from": None,
        "to": None,
        "actor": "contact",
        "by": before["alerts"][0]["contact_id"],
        "reason": f"contact_{word}",
        "at": said["at"],
        "verified": True,
        "noted_by": None,
    }
    queue = staff(told, "GET", "/v1/staff/tasks")
    TasksOut.model_validate(queue)
    (task,) = [task for task in queue["tasks"] if task["reason"] == reason]
    assert task["case"]["case_id"] == after["case_id"]
    assert (task["about"], task["overdue"], task["done"]) == (said["by"], False, None)


def test_a_task_is_done_with_its_reason_and_leaves_the_queue(told: Deployed) -> None:
    (one,) = alerts(told)
    told.call("POST", f"/v1/alerts/{one['alert_id']}/reply", {"word": "worried"}, who=SON)
    (task,) = [t for t in staff(told, "GET", "/v1/staff/tasks")["tasks"] if t["reason"] == "contact_worried"]
    done = {name: task[name] for name in ("reason", "about")} | {"case_id": task["case"]["case_id"], "how": "rang_both"}
    answer = staff(told, "POST", "/v1/staff/tasks/done", done)
    TaskOut.model_validate(answer)
    assert (answer["done"]["by"], answer["done"]["how"]) == ("st-1", "rang_both")
    assert staff(told, "POST", "/v1/staff/tasks/done", done) == answer
    assert "contact_worried" not in [t["reason"] for t in staff(told, "GET", "/v1/staff/tasks")["tasks"]]
    (kept,) = [t for t in the_case(told)["tasks"] if t["reason"] == "contact_worried"]
    assert kept["done"] == answer["done"]
    own = told.call("POST", "/v1/staff/tasks/done", done, who=ME, groups=STAFF)
    assert (own.status, own.json["detail"]) == (403, "own_case")
    none = told.call("POST", "/v1/staff/tasks/done", {**done, "reason": "call_back"}, who="st-1", groups=STAFF)
    assert none.status == 404


def test_staff_take_down_what_a_contact_said(told: Deployed) -> None:
    case = the_case(told)
    path = f"/v1/staff/cases/{case['case_id']}/contact-reply"
    body = {"contact_id": case["alerts"][0]["contact_id"], "word": "not_reached", "verified": True}
    assert staff(told, "POST", path, body) == {"noted": True}
    said = the_case(told)["timeline"][-1]
    assert (said["actor"], said["reason"], said["noted_by"]) == ("contact", "contact_not_reached", "st-1")
    assert told.call("POST", path, body, who=ME, groups=STAFF).status == 403
    assert told.call("POST", path, {**body, "contact_id": "c"}, who="st-1", groups=STAFF).status == 422
    assert told.call("POST", "/v1/staff/cases/none/contact-reply", body, who="st-1", groups=STAFF).status == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/staff/tasks", None),
        ("POST", "/v1/staff/tasks/done", {"case_id": "c", "reason": "call_back", "how": "x"}),
        ("POST", "/v1/staff/cases/c/contact-reply", {"contact_id": "c", "word": "knows", "verified": True}),
        ("GET", "/v1/staff/texts", None),
    ],
)
def test_staffs_pages_are_staffs(insurer: Deployed, method: str, path: str, body: Any) -> None:
    for groups in (None, [], ["customers"], "[not-staff]"):
        assert insurer.call(method, path, body, groups=groups).status == 403


def test_an_alert_says_how_it_went(told: Deployed) -> None:
    for alert in the_case(told)["alerts"]:
        assert set(alert) == {
            "purpose",
            "contact_id",
            "state",
            "cause",
            "provider",
            "attempted_at",
            "delivery",
            "at",
        }
    (one,) = [alert for alert in the_case(told)["alerts"] if alert["purpose"] == "red_request"]
    assert one["state"] == "sent"
    assert one["attempted_at"] is not None
    assert one["delivery"] is None


@pytest.mark.parametrize("locale", list(Locale))
def test_every_text_can_be_looked_at_as_it_would_be_sent(insurer: Deployed, locale: Locale) -> None:
    shown = staff(insurer, "GET", "/v1/staff/texts", query={"locale": locale})
    SmsTextsOut.model_validate(shown)
    assert (shown["locale"], shown["sender"]) == (locale, "安心人壽")
    assert [text["purpose"] for text in shown["texts"]] == list(AlertPurpose)
    for text in shown["texts"]:
        assert text["text"].startswith(("安心人壽", "【安心人壽】"))
        assert text["one_part"]
        assert text["units"] <= {"gsm_7": 160, "ucs_2": 70}[text["encoding"]]
        assert not re.search(r"\{\w+\}", text["text"])
        assert text["to"] == ("policyholder" if AlertPurpose(text["purpose"]).to_holder else "contact")
    confirm = next(text for text in shown["texts"] if text["purpose"] == "confirm_contact")
    assert "123456" in confirm["text"]
    assert "345" in confirm["text"]


@pytest.mark.parametrize("locale", [Locale.ZH_TW, Locale.EN])
def test_every_task_has_words_of_its_own(locale: Locale) -> None:
    said = [words.task(reason, locale) for reason in TaskReason]
    assert len(set(said)) == len(TaskReason)
