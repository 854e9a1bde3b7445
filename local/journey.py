"""The journey: ten stories whose expectations are checked against the deployed stack.

Each step yields its checks; a check that does not hold is a failure of the journey, whatever the rest does.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

from local.build import built_template
from local.client import Answer, ApiClient
from local.inbox import Inbox
from local.people import BORROWER, LONER, NEWCOMER, PEOPLE, TEACHER, TRADESMAN, WIDOW, Person
from local.stack import LocalStack
from safelight.domain.asking import MAX_QUESTIONS
from safelight.domain.caring import Form, Sign, questions, texts
from safelight.domain.case import case_id_of
from safelight.domain.request import Locale, RequestId

SMS_WITHIN_S = 5.0
LIGHTS = ("green", "yellow", "red")
_LEAKS = re.compile(r"\b(?:red|yellow|light|probability|score|fake_authority)\b|紅燈|黃燈", re.IGNORECASE)
FORBIDDEN_IN_SMS = ("http", "www.", "://", "$", "元", "NT", "借款", "貸款", "解約", "保單")


@dataclass(frozen=True)
class Check:
    """`seen` is what was found, for the reader; `holds` whether it was what the journey expects."""

    step: str
    who: str
    expected: str
    seen: str
    holds: bool


class Journey:
    """Plays against a seeded stack. Request ids are fresh, so it can be played again on the same stack."""

    def __init__(self, stack: LocalStack, inbox: Inbox) -> None:
        self._stack = stack
        self._inbox = inbox
        self._run = token_hex(4)
        self._staff = ApiClient(stack.api_url, stack.issuer.mint("demo-staff", groups=["staff"]))

    def steps(self) -> Iterator[tuple[str, Callable[[], Iterator[Check]]]]:
        yield "An ordinary request passes", self.ordinary
        yield "Somebody hovers over the form, on a call", self.early_warning
        yield "A fake prosecutor is on the phone and sees the screen", self.prosecutor
        yield "He hung up, and had taught her what to say", self.coached
        yield "Third loan in ten days", self.romance
        yield "Nobody to tell", self.nobody
        yield "The contact is a day old", self.new_contact
        yield "The same request again, and once with another amount", self.again
        yield "Two policyholders", self.strangers
        yield "A flipped byte in the model", self.flipped_byte

    def ordinary(self) -> Iterator[Check]:
        before = _not_for_others(self._inbox, BORROWER)
        answer, case = self._ask(BORROWER, "ordinary")
        yield self._check("ordinary", BORROWER, "next step proceed", answer.body["next_step"], ["proceed"])
        yield self._check("ordinary", BORROWER, "no question", len(answer.body["questions"]), [0])
        yield self._check("ordinary", BORROWER, "light GREEN", case["light"], ["green"])
        yield self._check(
            "ordinary", BORROWER, "no alert and no SMS", _silent(case, self._inbox, BORROWER, before), [(0, 0)]
        )

    def early_warning(self) -> Iterator[Check]:
        """Nothing is requested yet."""
        path = f"/v1/sessions/early-{self._run}/signals"
        deliveries: list[dict[str, Any]] = [
            {"on_call": True, "sequence": 1},
            {"account_pasted": True, "sequence": 2},
            {"account_pasted": True, "sequence": 3},
            {"screen_shared": True, "sequence": 4},
        ]
        heard = [self._api(BORROWER).post(path, seen).body for seen in deliveries]
        spoken = [one["message"] is not None for one in heard]
        yield self._check("early_warning", BORROWER, "a call alone brings nothing", heard[0]["advice"], ["nothing"])
        warned = heard[1]["advice"]
        yield self._check("early_warning", BORROWER, "a pasted account, too: a kind word", warned, ["prompt", "pause"])
        yield self._check("early_warning", BORROWER, "said once", spoken[:3], [[False, True, False]])
        yield self._check("early_warning", BORROWER, "discreet once he reads along", heard[3]["discreet"], [True])
        leaks = _LEAKS.findall(str([one["message"] for one in heard]))
        yield self._check("early_warning", BORROWER, "no word of what was noticed", leaks, [[]])

    def prosecutor(self) -> Iterator[Check]:
        started = time.time()
        answer, case = self._ask(TEACHER, "prosecutor")
        first = case["questions"][0]["question_id"].split(".")[0] if case["questions"] else "none"
        yield self._check("prosecutor", TEACHER, "light RED", case["light"], ["red"])
        yield self._check("prosecutor", TEACHER, "state review", case["state"], ["review"])
        shown = (answer.body["next_step"], answer.body["discreet"], len(answer.body["questions"]))
        tasks = [task["reason"] for task in case["tasks"]]
        yield self._check("prosecutor", TEACHER, "he reads along: nothing is asked", shown, [("wait", True, 0)])
        yield self._check("prosecutor", TEACHER, "she is called back", tasks, [["call_back"]])
        yield self._check("prosecutor", TEACHER, "a fake-authority question first", first, ["fake_authority"])
        leaks = _LEAKS.findall(str(answer.body))
        yield self._check("prosecutor", TEACHER, "customer sees no light, score or reason", leaks, [[]])
        text = self._text_to(TEACHER, since=started)
        took = f"{text.received_at - started:.1f} s" if text else "none"
        in_time = text is not None and text.received_at - started <= SMS_WITHIN_S
        yield Check("prosecutor", TEACHER.name_en, f"contact's SMS within {SMS_WITHIN_S:.0f} s", took, in_time)
        if text is not None:
            units = len(text.text.encode("utf-16-le")) // 2
            found = [word for word in (*FORBIDDEN_IN_SMS, TEACHER.name_zh, TEACHER.name_en) if word in text.text]
            yield Check("prosecutor", TEACHER.name_en, "one part of 70 units", f"{units} units", units <= 70)
            yield self._check("prosecutor", TEACHER, "no link, amount, loan word or name", found, [[]])

    def coached(self) -> Iterator[Check]:
        request_id = self._request_id("prosecutor")
        before = self._case(TEACHER, "prosecutor")
        alone = {"on_call": False, "screen_shared": False}
        self._api(TEACHER).post(f"/v1/sessions/{request_id}/signals", alone)
        asked_now = self._api(TEACHER).get(f"/v1/requests/{request_id}").body
        yield self._check("coached", TEACHER, "alone again, she is asked", asked_now["next_step"], ["answer"])
        replies = self._rehearsed(request_id, before)
        after, answer = self._case(TEACHER, "prosecutor"), replies[-1]
        asked = [question["question_id"] for question in after["questions"]]
        answered = [question for question in after["questions"] if question["choice"]]
        not_below = LIGHTS.index(after["light"]) >= LIGHTS.index(before["light"])
        leaks = _LEAKS.findall(str([reply.body for reply in replies]))
        yield self._check("coached", TEACHER, "answers taken", {reply.status for reply in replies}, [{200}])
        yield self._check("coached", TEACHER, "every question answered", len(answered), [len(asked)])
        few = 1 < len(set(asked)) == len(asked) <= MAX_QUESTIONS
        yield Check("coached", TEACHER.name_en, "an answer brings another question, up to five", _shown(asked), few)
        yield self._check("coached", TEACHER, "no reply shows light, score or reason", leaks, [[]])
        yield Check("coached", TEACHER.name_en, "risk not below the floor", after["light"], not_below)
        yield self._check("coached", TEACHER, "still review", after["state"], ["review"])
        yield self._check("coached", TEACHER, "next step is a person", answer.body["next_step"], ["talk_to_us"])

    def _rehearsed(self, request_id: str, case: dict[str, Any]) -> list[Answer]:
        """The reply to each answer, one after the other, as long as something is asked."""
        replies: list[Answer] = []
        while len(replies) < MAX_QUESTIONS:
            given = {"answers": [_benign(case)]}
            replies.append(self._api(TEACHER).post(f"/v1/requests/{request_id}/answers", given))
            case = self._case(TEACHER, "prosecutor")
            if replies[-1].status != 200 or all(one["choice"] for one in case["questions"]):
                break
        return replies

    def romance(self) -> Iterator[Check]:
        _, case = self._ask(WIDOW, "romance")
        codes = [reason["code"] for reason in case["reasons"]]
        first = case["questions"][0]["question_id"].split(".")[0] if case["questions"] else "none"
        drain = any(code in ("rule.serial_drain", "drain_over_policies") for code in codes)
        yield self._check("romance", WIDOW, "light RED or YELLOW", case["light"], ["red", "yellow"])
        yield self._check("romance", WIDOW, "a romance question first", first, ["romance"])
        yield Check("romance", WIDOW.name_en, "drain over policies among the reasons", ", ".join(codes[:3]), drain)

    def nobody(self) -> Iterator[Check]:
        before = _not_for_others(self._inbox, LONER)
        _, case = self._ask(LONER, "nobody")
        yield self._check("nobody", LONER, "light RED", case["light"], ["red"])
        tasks = sorted(task["reason"] for task in case["tasks"])
        yield self._check("nobody", LONER, "staff tasks", tasks, [["call_back", "no_contact"]])
        yield self._check("nobody", LONER, "no alert and no SMS", _silent(case, self._inbox, LONER, before), [(0, 0)])

    def new_contact(self) -> Iterator[Check]:
        before = _not_for_others(self._inbox, NEWCOMER)
        _, case = self._ask(NEWCOMER, "new-contact")
        tasks = sorted(task["reason"] for task in case["tasks"])
        yield self._check("new_contact", NEWCOMER, "light RED", case["light"], ["red"])
        why = [["call_back", "contact_newly_changed"]]
        yield self._check("new_contact", NEWCOMER, "staff tasks say why", tasks, why)
        yield self._check(
            "new_contact", NEWCOMER, "no alert and no SMS", _silent(case, self._inbox, NEWCOMER, before), [(0, 0)]
        )

    def again(self) -> Iterator[Check]:
        sent_before = len(self._inbox.texts(TEACHER.contact_phone))
        answers = [self._ask(TEACHER, "again")[0] for _ in range(3)]
        other = self._api(TEACHER).post("/v1/requests", {**self._body(TEACHER, "again"), "amount_twd": 1_000_000})
        case = self._case(TEACHER, "again")
        self._text_to(TEACHER, since=0, more_than=sent_before)
        time.sleep(1.0)  # a second SMS would be here by now: the first took a fraction of this
        sent = len(self._inbox.texts(TEACHER.contact_phone)) - sent_before
        same = all(answer.body == answers[0].body for answer in answers)
        yield Check("again", TEACHER.name_en, "one answer to all three", "same" if same else "different", same)
        yield self._check("again", TEACHER, "one decision", len(case["decisions"]), [1])
        yield self._check("again", TEACHER, "one SMS", sent, [1])
        yield self._check("again", TEACHER, "another amount is a 409", other.status, [409])

    def strangers(self) -> Iterator[Check]:
        missing = self._api(WIDOW).get(f"/v1/requests/none-{self._run}")
        for reader, owner, step in ((WIDOW, TEACHER, "prosecutor"), (TEACHER, WIDOW, "romance")):
            others = self._api(reader).get(f"/v1/requests/{self._request_id(step)}")
            yield self._check("strangers", reader, f"404 for {owner.name_en}'s case", others.status, [404])
            same = others.body == missing.body
            shown = "same" if same else "different"
            yield Check("strangers", reader.name_en, "same body as for a missing one", shown, same)

    def flipped_byte(self) -> Iterator[Check]:
        """The model layer's file is changed by one bit, deployed, and the genuine one deployed again at the end."""
        with built_template() as template:
            tampered = _with_flipped_byte(template, self._stack.folder / "tampered")
            try:
                self._stack.deploy(tampered)
                since = time.time()
                answer, case = self._ask(TRADESMAN, "flipped-byte")
                yield self._check("flipped_byte", TRADESMAN, "rules decide", case["source"], ["rules"])
                yield self._check("flipped_byte", TRADESMAN, "no pass", answer.body["next_step"], ["answer"])
                yield self._check("flipped_byte", TRADESMAN, "state review", case["state"], ["review"])
                counted = self._counted("FallbackDecision", since)
                yield Check("flipped_byte", TRADESMAN.name_en, "the alarm's metric is counted", str(counted), counted)
            finally:
                self._stack.deploy(template)
        answer, case = self._ask(TRADESMAN, "mended")
        yield self._check("flipped_byte", TRADESMAN, "the genuine model serves again", case["source"], ["model"])
        yield self._check("flipped_byte", TRADESMAN, "next step proceed", answer.body["next_step"], ["proceed"])

    def _ask(self, person: Person, step: str) -> tuple[Answer, dict[str, Any]]:
        answer = self._api(person).post("/v1/requests", self._body(person, step))
        if answer.status != 201:
            raise JourneyError(f"{step}: {answer.status} {answer.body}")
        return answer, self._case(person, step)

    def _body(self, person: Person, step: str) -> dict[str, Any]:
        """Each request is in a session of its own name."""
        request_id = self._request_id(step)
        return {**person.scenario, "request_id": request_id, "session_id": request_id, "locale": "zh-TW"}

    def _request_id(self, step: str) -> str:
        return f"{step}-{self._run}"

    def _case(self, person: Person, step: str) -> dict[str, Any]:
        case_id = case_id_of(person.id, RequestId(self._request_id(step)))
        answer = self._staff.get(f"/v1/staff/cases/{case_id}?locale=en")
        if answer.status != 200:
            raise JourneyError(f"{step}: staff read {answer.status} {answer.body}")
        return dict(answer.body)

    def _api(self, person: Person) -> ApiClient:
        return ApiClient(self._stack.api_url, self._stack.issuer.mint(person.id))

    def _text_to(self, person: Person, since: float, more_than: int = 0) -> Any:
        give_up = time.time() + SMS_WITHIN_S + 5
        while time.time() < give_up:
            texts = [text for text in self._inbox.texts(person.contact_phone) if text.received_at >= since]
            if len(texts) > more_than:
                return texts[-1]
            time.sleep(0.05)
        return None

    def _counted(self, metric: str, since: float) -> bool:
        """Whether the function wrote the metric that the alarm watches."""
        name = self._stack.outputs["AssessRequestName"]
        give_up = time.time() + 10
        while time.time() < give_up:
            if any(f'"{metric}"' in line for line in self._stack.log_lines(name, since)):
                return True
            time.sleep(0.2)
        return False

    def _check(self, step: str, who: Person, expected: str, seen: Any, allowed: list[Any]) -> Check:
        return Check(step, who.name_en, expected, _shown(seen), seen in allowed)


def _shown(seen: Any) -> str:
    """For a reader: lists without brackets, and a word where there is nothing."""
    if isinstance(seen, list | tuple | set):
        return ", ".join(str(one) for one in seen) or "none"
    return str(seen)


class JourneyError(Exception):
    """A step could not be played at all."""


def _benign(case: dict[str, Any]) -> dict[str, Any]:
    """What a coached victim answers to the open question: what sounds harmless, a renovation where asked why, and the
    very sum that was asked for where a paper's is wanted."""
    number = len(case["questions"])
    question = questions()[case["questions"][-1]["question_id"]]
    if question.form is Form.OPEN:
        return {"question_id": f"q{number}", "amount_twd": case["amount_twd"]}
    words = texts(Locale.ZH_TW)[question.question_id].choices
    harmless = [c for c in question.shown if question.choices[c].sign is Sign.BENIGN]
    choice = next((c for c in harmless if "裝修" in words[c]), harmless[0])
    return {"question_id": f"q{number}", "choice_id": f"c{question.shown.index(choice) + 1}"}


def _silent(case: dict[str, Any], inbox: Inbox, person: Person, before: int) -> tuple[int, int]:
    """How many (alerts, texts), after long enough for one to arrive."""
    time.sleep(1.0)
    return len(case["alerts"]), _not_for_others(inbox, person) - before


def _not_for_others(inbox: Inbox, person: Person) -> int:
    """Texts but those to other people's contacts: one of theirs may still be on its way."""
    others = {other.contact_phone for other in PEOPLE if other is not person}
    return sum(text.to not in others for text in inbox.texts())


def _with_flipped_byte(template: Path, folder: Path) -> Path:
    """A copy of the build in which one bit of the model differs."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template.parent, folder, copy_function=os.link)
    model = folder / "ModelLayer" / "model" / "model.onnx"
    data = bytearray(model.read_bytes())
    data[len(data) // 2] ^= 1
    model.unlink()
    model.write_bytes(data)
    return folder / template.name
