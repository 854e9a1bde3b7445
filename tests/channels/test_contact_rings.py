"""A designated contact rings: he is asked about what he was told of, and a number moves nothing."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from safelight.channels import whisper
from safelight.domain.light import Light
from safelight.domain.reply import Word
from tests.channels.deployed import ME, STAFF, Deployed, with_the_shipped_model
from tests.channels.telephone import CONTACT, a_call, designate, key_of, red_request, said
from tests.channels.test_connect import LEAKS, Json, an_event, ask, the_case


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """With the shipped model."""
    return with_the_shipped_model()


@pytest.fixture
def told(insurer: Deployed) -> Json:
    """The contact was told of a RED case."""
    designate(insurer)
    assert red_request(insurer).status == 201
    assert len(insurer.texts_to(CONTACT)) == 2
    return the_case(insurer)


def rings(insurer: Deployed) -> Any:
    return a_call(insurer, who=None, phone=CONTACT).ring()


def test_a_contact_is_recognised_by_number_and_asked_whether_he_knows_of_it(insurer: Deployed, told: Json) -> None:
    call = rings(insurer)
    assert "請問家人提過最近辦理的事嗎" in said(call)
    assert not LEAKS.findall(said(call))
    assert ME not in said(call)
    assert not re.search(r"保單|借款|元|\d{3,}", said(call))


@pytest.mark.parametrize(
    ("choice", "task", "ends"),
    [
        ("提過，是他自己想辦的", "contact_knows", "hung_up"),
        ("沒聽他說過，或覺得不太對", "contact_worried", "transferred"),
        ("還沒聯絡上他", "contact_cannot_reach", "hung_up"),
    ],
)
def test_what_he_says_is_a_task_and_moves_nothing(
    insurer: Deployed, told: Json, choice: str, task: str, ends: str
) -> None:
    for _ in range(3):
        call = rings(insurer)
        call.press(key_of(call, choice))
        assert call.ended is not None
        assert call.ended["how"] == ends
    after = the_case(insurer)
    added = [one["reason"] for one in after["tasks"] if one not in told["tasks"]]
    assert added == [task]
    (word,) = [one for one in after["timeline"] if one not in told["timeline"]]
    reason = task.replace("cannot_reach", "not_reached")
    assert (word["actor"], word["reason"], word["verified"], word["to"]) == ("contact", reason, False, None)
    same = ("light", "state", "next_step", "questions", "decisions", "reasons")
    assert {name: after[name] for name in same} == {name: told[name] for name in same}
    if ends == "transferred":
        assert (call.ended["queue"], "身分未查證" in call.ended["whisper"]) == ("caring", True)


def test_a_word_brought_a_hundred_times_is_one_task(insurer: Deployed, told: Json) -> None:
    event = an_event(None, pressed="2", turn="1", CustomerEndpoint={"Address": CONTACT})
    assert len({json.dumps(ask(insurer, event)) for _ in range(100)}) == 1
    assert [one["reason"] for one in the_case(insurer)["tasks"]].count("contact_worried") == 1


def row_of(insurer: Deployed, kind: str) -> dict[str, Any]:
    """Of an alert, the one about the case."""
    rows = [row for table in insurer.aws.tables.values() for row in table.values() if row["kind"]["S"] == kind]
    about = [row for row in rows if not row["pk"]["S"].startswith("INVITE#")]
    (row,) = [row for row in about if "#holder." not in row["sk"]["S"]]
    return row


def change(insurer: Deployed, kind: str, old: str, new: str) -> None:
    row = row_of(insurer, kind)
    assert re.search(old, row["doc"]["S"]), row["doc"]["S"]
    row["doc"]["S"] = re.sub(old, new, row["doc"]["S"])


NOT_ASKED: dict[str, Callable[[Deployed], object]] = {
    "newly changed": lambda i: change(i, "contact", r'"counts_from":"2020', '"counts_from":"2999'),
    "revoked": lambda i: change(i, "contact", '"confirmed"', '"revoked"'),
    "unconfirmed": lambda i: change(i, "contact", '"state":"confirmed"', '"state":"designated"'),
    "not told": lambda i: change(i, "alert", '"state":"sent"', '"state":"suppressed"'),
    "case ended": lambda i: i.call(
        "POST",
        f"/v1/staff/cases/{the_case(i)['case_id']}/outcome",
        {"label": "genuine", "reason": "told_by_customer"},
        who="st-1",
        groups=STAFF,
    ),
    "beside him": lambda i: i.call(
        "POST",
        "/v1/staff/observations",
        {"policyholder_id": ME, "kind": "contact_beside_policyholder", "observation_id": "n-1"},
        who="st-1",
        groups=STAFF,
    ),
}


@pytest.mark.parametrize("name", NOT_ASKED)
def test_a_contact_who_does_not_count_or_was_not_told_is_asked_nothing(
    insurer: Deployed, told: Json, name: str
) -> None:
    NOT_ASKED[name](insurer)
    call = rings(insurer)
    assert call.ended is not None
    assert (call.ended["how"], call.ended["queue"]) == ("transferred", "service")
    assert "家人" not in said(call)


def test_a_contact_of_two_who_may_mean_either_is_asked_by_a_person(insurer: Deployed, told: Json) -> None:
    """His yes to the one would be taken for the other; and no name is said to a number."""
    insurer.seed("ph-0002")
    designate(insurer, "ph-0002")
    call = rings(insurer)
    assert call.awaits == "key", "only one of them asked for something"
    assert red_request(insurer, "ph-0002").status == 201
    call.press(key_of(call, "提過，是他自己想辦的"))
    for ended in (call.ended, rings(insurer).ended):
        assert ended is not None
        assert (ended["how"], ended["queue"]) == ("transferred", "caring")
        assert "不只一位" in ended["whisper"]
    tasks = [row["doc"]["S"] for row in insurer.aws.tables["cases"].values() if row["kind"]["S"] == "task"]
    assert not [task for task in tasks if "contact_knows" in task]


def test_the_policyholder_of_the_menu_comes_before_the_number(insurer: Deployed, told: Json) -> None:
    assert "保單借款" in said(a_call(insurer, phone=CONTACT).ring())


def test_a_whisper_says_the_light_and_why_and_no_more(insurer: Deployed, told: Json) -> None:
    call = a_call(insurer, who=None, phone=CONTACT).ring().press("0")
    assert call.ended is not None
    assert "紅燈" in call.ended["whisper"]
    assert whisper.of_case(None, None) == ""
    assert len({whisper.of_contact(word, None) for word in (*Word, None)}) == len(Word) + 1
    assert [bool(whisper.of_case(None, light)) for light in Light] == [False, False, True]
    assert CONTACT not in call.ended["whisper"]
