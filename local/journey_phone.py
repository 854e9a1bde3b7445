"""The journey's row of Amazon Connect: the contact flow of phone/ against the deployed function."""

from __future__ import annotations

from collections.abc import Iterator

from local.people import TEACHER
from local.phone import Call
from local.scene import LEAKS, Check, JourneyError, Scene, check, readable
from local.switchboard import Switchboard
from safelight.domain.asking import MAX_QUESTIONS
from safelight.domain.caring import texts
from safelight.domain.reply import Word
from safelight.domain.request import Locale, RequestKind

SURRENDER = str(list(RequestKind).index(RequestKind.SURRENDER) + 1)
ADDED_TODAY = "2"
"""Key of the newest account among those to choose from; the first is the account of record."""
WORRIED = str(list(Word).index(Word.WORRIED) + 1)
HAS_HER_MONEY = "1"


class PhoneRows:
    """Every call is a new one, so they can be played again on the same stack."""

    def __init__(self, scene: Scene, switchboard: Switchboard) -> None:
        self._scene = scene
        self._switchboard = switchboard

    def connect(self) -> Iterator[Check]:
        """The teacher rings, with the prosecutor's account in her hand. Then her contact does, who had the SMS."""
        before = self._scene.cases_of(TEACHER)
        call = self._switchboard.call("", TEACHER.id, times=2)
        heard = [_said(call)]
        heard += [_said(call.press(key)) for key in (SURRENDER, ADDED_TODAY)]
        opened = self._scene.cases_of(TEACHER) - before
        yield check("connect", TEACHER, "each turn twice: one new case", len(opened), [1])
        case_id = next(iter(opened), "")
        case = self._scene.read(case_id)
        seen = (case["light"], case["state"], case["channel"])
        yield check("connect", TEACHER, "RED, in review, by phone", seen, [("red", "review", "phone")])
        question = case["questions"][0]["question_id"]
        spoken = texts(Locale.ZH_TW)[question].prompt(case_id, question) in heard[-1]
        yield Check("connect", TEACHER.name_en, "a caring question is spoken", question, spoken)
        while call.ended is None and len(heard) < MAX_QUESTIONS + 6:
            heard.append(_said(call.press(HAS_HER_MONEY)))
        yield from self._handed_over(call, heard, case_id)
        yield from self._contact(case_id)
        yield from self._trouble()

    def _handed_over(self, call: Call, heard: list[str], case_id: str) -> Iterator[Check]:
        case = self._scene.read(case_id)
        asked = [question["choice"] for question in case["questions"]]
        yield Check("connect", TEACHER.name_en, "asked to the end", f"{len(asked)} questions", all(asked))
        ended = call.ended or {}
        to = (ended.get("how"), ended.get("queue"))
        yield check("connect", TEACHER, "a person takes over who knows how to ask", to, [("transferred", "caring")])
        whisper = str(ended.get("whisper"))
        knows = "紅燈" in whisper and TEACHER.name_zh not in whisper
        yield Check("connect", TEACHER.name_en, "who hears the light and why, and no name", whisper, knows)
        leaks = [*LEAKS.findall("\n".join(heard)), *(r["text"] for r in case["reasons"] if r["text"] in "".join(heard))]
        yield check("connect", TEACHER, "she hears no light, score or reason", leaks, [[]])

    def _contact(self, case_id: str) -> Iterator[Check]:
        told = self._scene.text_to(TEACHER, since=0)
        if told is None:
            raise JourneyError("connect: her contact was never told")
        call = self._switchboard.call(told.to, None, times=2)
        asks = call.awaits == "key" and TEACHER.name_zh not in _said(call)
        yield Check("connect", TEACHER.name_en, "her contact is known by number, and asked", _said(call)[:40], asks)
        before = self._scene.read(case_id)
        call.press(WORRIED)
        after = self._scene.read(case_id)
        tasks = [task["reason"] for task in after["tasks"] if task not in before["tasks"]]
        yield check("connect", TEACHER, "his worry is a task, once", tasks, [["contact_worried"]])
        same = all(before[name] == after[name] for name in ("light", "state", "next_step"))
        yield Check("connect", TEACHER.name_en, "and moves nothing: a number proves nobody", after["state"], same)

    def _trouble(self) -> Iterator[Check]:
        call = self._switchboard.call("", TEACHER.id, broken=frozenset({"ring"}))
        to = (call.ended or {}).get("queue")
        yield check("connect", TEACHER, "no answer: the flow's safe branch, a person", to, ["service"])


def _said(call: Call) -> str:
    return readable([text for text, _ in call.heard])
