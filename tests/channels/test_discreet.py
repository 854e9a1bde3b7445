"""The whole way over HTTP while somebody reads along: five languages, five answers, and not one word that tells."""

import json
import re
from itertools import product
from typing import Any

import pytest

from safelight.channels.http import bodies_out
from safelight.domain.caring import texts
from safelight.domain.case import case_id_of
from safelight.domain.request import Locale, PolicyholderId, RequestId
from safelight.domain.session_risk import assumed
from tests.channels.deployed import ME, STAFF, STEERED, Answer, Deployed, a_body, a_steered_body
from tests.languages import VERDICTS, left_over, own

SIGNALS = "/v1/sessions/s-1/signals"
CASE = f"/v1/staff/cases/{case_id_of(PolicyholderId(ME), RequestId('r-1'))}"
ALONE = {"on_call": False, "screen_shared": False}
ANSWER = {"answers": [{"question_id": "q1", "choice_id": "c1"}]}
TELLING = (
    *(
        "scam",
        "fraud",
        "165",
        "110",
        "police",
        "prosecutor",
        "official",
        "investigat",
        "protect",
        "suspicio",
        "careful",
    ),
    *("詐", "騙", "警", "檢察", "公務", "可疑", "小心", "保障", "陌生", "通話", "螢幕", "分享", "掛斷", "家人"),
    *("lừa", "gian lận", "công an", "cán bộ", "nghi ngờ", "cẩn thận", "cuộc gọi", "màn hình", "gác máy", "gia đình"),
    *("tipu", "polisi", "petugas pemerintah", "curiga", "hati-hati", "panggilan", "layar", "tutup", "keluarga"),
    *("หลอก", "โกง", "มิจฉาชีพ", "ตำรวจ", "เจ้าหน้าที่รัฐ", "ระวัง", "วางสาย", "หน้าจอ", "ครอบครัว"),
    *("on a call", "phone call", "screen", "hang up", "family", "secret", "stranger"),
)
"""What would tell a listener that he was noticed, or what was."""


def read_along(answer: Answer) -> str:
    """All that a listener could read."""
    assert answer.status in (200, 201), answer
    shown = answer.json
    assert shown["discreet"] is True
    assert shown.get("questions", []) == []
    said = json.dumps([shown.get(name) for name in ("message", "because", "story")], ensure_ascii=False).lower()
    assert [word for word in TELLING if word in said] == []
    assert [word for words in VERDICTS.values() for word in words if word in said] == []
    return said


@pytest.mark.parametrize("locale", list(Locale))
def test_nothing_that_the_customer_gets_tells_a_listener(insurer: Deployed, locale: Locale) -> None:
    insurer.call("POST", SIGNALS, {"account_pasted": True, "sequence": 1}, query={"locale": locale})
    warned = insurer.call("POST", SIGNALS, {**STEERED, "sequence": 2}, query={"locale": locale})
    body = a_steered_body(locale=locale, session_id="s-1")
    answers = [
        warned,
        insurer.call("POST", SIGNALS, {"sequence": 3}, query={"locale": locale}),
        insurer.call("POST", "/v1/requests", body),
        insurer.call("POST", "/v1/requests", body),
        insurer.call("GET", "/v1/requests/r-1"),
        insurer.call("POST", "/v1/requests/r-1/answers", ANSWER),
        insurer.call("GET", "/v1/requests/r-1"),
    ]
    said = [read_along(answer) for answer in answers]
    assert warned.json["advice"] == "pause"
    assert [answer.json["next_step"] for answer in answers[2:]] == ["wait"] * 5
    assert said[2] == said[3]
    message = answers[2].json["message"]
    assert own(message, locale)
    assert not left_over(message, locale)


@pytest.mark.parametrize(("locale", "down"), list(product(Locale, ["everything", "TransactWriteItems"])))
def test_nor_does_the_answer_when_nothing_could_be_kept(insurer: Deployed, locale: Locale, down: str) -> None:
    insurer.restart()
    insurer.aws.down.add(down)
    answer = insurer.call("POST", "/v1/requests", a_steered_body(locale=locale))
    read_along(answer)
    assert answer.json["next_step"] == "talk_to_us"


def test_staff_see_why_and_one_call_back(insurer: Deployed) -> None:
    body = a_body(signals=STEERED, session_id="s-1")
    for _ in range(2):
        insurer.call("POST", "/v1/requests", body)
        insurer.call("POST", SIGNALS, STEERED)
        insurer.call("GET", "/v1/requests/r-1")
        insurer.call("POST", "/v1/requests/r-1/answers", ANSWER)
    for locale in (Locale.ZH_TW, Locale.EN):
        seen = insurer.call("GET", CASE, groups=STAFF, query={"locale": locale}).json
        (task,) = [task for task in seen["tasks"] if task["reason"] == "call_back"]
        assert own(task["text"], locale)
        assert seen["state"] == "review"
        assert seen["questions"][0]["prompt"]


def test_alone_again_he_is_asked_on_the_screen(insurer: Deployed) -> None:
    insurer.call("POST", "/v1/requests", a_steered_body(session_id="s-1"))
    assert insurer.call("GET", "/v1/requests/r-1").json["discreet"]
    assert insurer.call("POST", SIGNALS, ALONE).json["discreet"] is False
    shown = insurer.call("GET", "/v1/requests/r-1").json
    assert (shown["discreet"], shown["next_step"], len(shown["questions"])) == (False, "answer", 1)


@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize("seen", [{"on_call": True}, {"screen_shared": True}, {"remote_control_app": True}], ids=str)
def test_one_of_them_is_enough_and_nothing_tells(insurer: Deployed, locale: Locale, seen: dict[str, bool]) -> None:
    body = a_body(signals=seen, session_id="s-1", locale=locale)
    said = [read_along(insurer.call("POST", "/v1/requests", body)), read_along(insurer.call("GET", "/v1/requests/r-1"))]
    assert said[0] == said[1]
    tasks = insurer.call("GET", CASE, groups=STAFF).json["tasks"]
    assert [task["reason"] for task in tasks].count("call_back") == 1


@pytest.mark.parametrize("locale", list(Locale))
def test_on_a_call_the_answer_is_the_same_when_nothing_could_be_decided(insurer: Deployed, locale: Locale) -> None:
    insurer.restart()
    insurer.aws.down.add("everything")
    answer = insurer.call("POST", "/v1/requests", a_body(locale=locale, signals={"on_call": True}))
    read_along(answer)
    assert answer.json["next_step"] == "talk_to_us"


def test_a_call_alone_makes_the_session_discreet_and_its_end_ends_that(insurer: Deployed) -> None:
    on, off = prompted(insurer, {"on_call": True}, {"on_call": False})
    assert (on["discreet"], on["message"], off["discreet"]) == (True, None, False)


def test_who_begins_to_read_along_after_the_request_finds_nothing(insurer: Deployed) -> None:
    opened = insurer.call("POST", "/v1/requests", a_body(session_id="s-1"))
    assert (opened.json["discreet"], opened.json["next_step"]) == (False, "answer")
    insurer.call("POST", SIGNALS, STEERED)
    read_along(insurer.call("GET", "/v1/requests/r-1"))
    tasks = insurer.call("GET", CASE, groups=STAFF).json["tasks"]
    assert "call_back" in [task["reason"] for task in tasks]


# Signals by themselves


def prompted(insurer: Deployed, *seen: dict[str, Any], locale: str = "zh-TW") -> list[dict[str, Any]]:
    found = []
    for one in seen:
        answer = insurer.call("POST", SIGNALS, one, query={"locale": locale})
        assert answer.status == 200
        bodies_out.PromptOut.model_validate(answer.json)
        assert set(answer.json) == set(bodies_out.PromptOut.model_fields)
        found.append(answer.json)
    return found


@pytest.mark.parametrize("locale", list(Locale))
def test_alone_he_gets_a_caring_question_and_its_story_in_his_language(insurer: Deployed, locale: Locale) -> None:
    (shown,) = prompted(insurer, {"new_device": True, "remote_control_app": False, **MUSING}, locale=locale)
    words = texts(locale)["general.guided"]  # type: ignore[index]
    assert shown["advice"] in ("prompt", "pause")
    assert shown["message"] in words.prompts
    assert shown["story"] == words.story
    assert shown["discreet"] is False


MUSING = {"account_pasted": True, "longest_pause_s": 120, "amount_edits": 6, "value_lookups": 9}


@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize("seen", [{"on_call": True, "account_pasted": True}, {"remote_control_app": True}], ids=str)
def test_perhaps_not_alone_he_gets_a_kind_word_that_tells_nothing(
    insurer: Deployed, locale: Locale, seen: dict[str, Any]
) -> None:
    first, again = prompted(insurer, seen, seen, locale=locale)
    assert own(first["message"], locale)
    assert first["story"] is None
    assert [word for word in TELLING if word in first["message"].lower()] == []
    assert (again["advice"], again["message"]) == ("nothing", None)


def test_a_pause_says_how_long(insurer: Deployed) -> None:
    quiet, steered = prompted(insurer, {"on_call": True}, {"screen_shared": True})
    assert (quiet["advice"], quiet["message"], quiet["pause_s"]) == ("nothing", None, 0)
    assert (steered["advice"], steered["pause_s"]) == ("pause", assumed().pause_s)


@pytest.mark.parametrize("down", ["everything", "dynamodb", "GetItem", "PutItem"])
def test_without_the_store_a_warning_is_no_error_page(insurer: Deployed, down: str) -> None:
    insurer.aws.down.add(down)
    (nothing, warned) = prompted(insurer, {"on_call": True}, STEERED)
    assert (nothing["advice"], nothing["kept"]) == ("nothing", False)
    assert (warned["advice"], warned["discreet"], warned["kept"]) == ("pause", True, False)
    insurer.aws.down.clear()
    assert prompted(insurer, STEERED)[0]["kept"] is True


def test_a_session_row_that_cannot_be_read_is_no_error_page_either(insurer: Deployed) -> None:
    prompted(insurer, {"on_call": True})
    for row in insurer.aws.tables["book"].values():
        row["doc"]["S"] = "{"
    assert prompted(insurer, STEERED)[0]["kept"] is False


def test_no_signal_at_all_is_a_delivery_like_any_other(insurer: Deployed) -> None:
    assert (
        prompted(insurer, {}, {"sequence": 0}, dict.fromkeys(MUSING))
        == [{"advice": "nothing", "message": None, "story": None, "pause_s": 0, "discreet": False, "kept": True}] * 3
    )


def test_what_is_stored_of_a_session_is_signals_and_times(insurer: Deployed) -> None:
    prompted(insurer, {**STEERED, **MUSING, "seconds_on_form": 44.5, "sequence": 3})
    (row,) = [row for row in insurer.aws.tables["book"].values() if row["kind"]["S"] == "session"]
    kept = json.loads(row["memory"]["S"])
    assert set(kept) == {"numbers", "seen_at", "told", "heard_at"}
    assert set(kept["numbers"]) == {*STEERED, *MUSING, "seconds_on_form"}
    assert re.fullmatch(r"\d+", row["version"]["N"])
