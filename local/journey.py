"""The journey: stories whose expectations are checked against the deployed stack.

Each step yields its checks; a check that does not hold is a failure of the journey, whatever the rest does.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from local.build import built_template
from local.client import Answer
from local.inbox import Inbox
from local.journey_channels import ChannelRows
from local.journey_contacts import ContactRows
from local.journey_phone import PhoneRows
from local.line import LineServer
from local.machine import ROOT
from local.people import BORROWER, LONER, NEWCOMER, TEACHER, TRADESMAN, WIDOW
from local.scene import LEAKS, Check, Scene, check, first_question, readable
from local.stack import LocalStack
from local.switchboard import Switchboard
from safelight.domain.asking import MAX_QUESTIONS
from safelight.domain.caring import Form, Sign, questions, texts
from safelight.domain.request import Locale

LIGHTS = ("green", "yellow", "red")
FORBIDDEN_IN_SMS = ("http", "www.", "://", "$", "元", "NT", "借款", "貸款", "解約", "保單")


class Journey:
    """Plays against a seeded stack."""

    def __init__(self, stack: LocalStack, inbox: Inbox, line: LineServer, switchboard: Switchboard) -> None:
        self._scene = Scene(stack, inbox)
        self._channels = ChannelRows(self._scene, line)
        self._contacts = ContactRows(self._scene)
        self._phone = PhoneRows(self._scene, switchboard)

    def steps(self) -> Iterator[tuple[str, Callable[[], Iterator[Check]]]]:
        yield "An ordinary request passes", self.ordinary
        yield "Somebody hovers over the form, on a call", self.early_warning
        yield "A fake prosecutor is on the phone and sees the screen", self.prosecutor
        yield "He hung up, and had taught her what to say", self.coached
        yield "What she hears on her own number", self._contacts.own_number
        yield "Her daughter knows nothing of it", self._contacts.reply
        yield "Third loan in ten days", self.romance
        yield "Nobody to tell", self.nobody
        yield "What is left for staff", self._contacts.tasks
        yield "A second contact, and back", self._contacts.change
        yield "The contact is a day old", self.new_contact
        yield "The same request again, and once with another amount", self.again
        yield "Two policyholders", self.strangers
        yield "A chat in LINE", self._channels.line
        yield "A bot, written and spoken to", self._channels.lex
        yield "A call, and then her contact's", self._phone.connect
        yield "A flipped byte in the model", self.flipped_byte

    def ordinary(self) -> Iterator[Check]:
        before = self._scene.texts_not_for_others(BORROWER)
        answer, case = self._scene.ask(BORROWER, "ordinary")
        yield check("ordinary", BORROWER, "next step proceed", answer.body["next_step"], ["proceed"])
        yield check("ordinary", BORROWER, "no question", len(answer.body["questions"]), [0])
        yield check("ordinary", BORROWER, "light GREEN", case["light"], ["green"])
        yield check("ordinary", BORROWER, "no alert and no SMS", self._scene.silent(case, BORROWER, before), [(0, 0)])

    def early_warning(self) -> Iterator[Check]:
        """Nothing is requested yet."""
        path = f"/v1/sessions/early-{self._scene.run}/signals"
        deliveries: list[dict[str, Any]] = [
            {"on_call": True, "sequence": 1},
            {"account_pasted": True, "sequence": 2},
            {"account_pasted": True, "sequence": 3},
            {"screen_shared": True, "sequence": 4},
        ]
        heard = [self._scene.api(BORROWER).post(path, seen).body for seen in deliveries]
        spoken = [one["message"] is not None for one in heard]
        yield check("early_warning", BORROWER, "a call alone brings nothing", heard[0]["advice"], ["nothing"])
        warned = heard[1]["advice"]
        yield check("early_warning", BORROWER, "a pasted account, too: a kind word", warned, ["prompt", "pause"])
        yield check("early_warning", BORROWER, "said once", spoken[:3], [[False, True, False]])
        yield check("early_warning", BORROWER, "discreet once he reads along", heard[3]["discreet"], [True])
        leaks = LEAKS.findall(str([one["message"] for one in heard]))
        yield check("early_warning", BORROWER, "no word of what was noticed", leaks, [[]])

    def prosecutor(self) -> Iterator[Check]:
        started = time.time()
        answer, case = self._scene.ask(TEACHER, "prosecutor")
        first = first_question(case)
        yield check("prosecutor", TEACHER, "light RED", case["light"], ["red"])
        yield check("prosecutor", TEACHER, "state review", case["state"], ["review"])
        shown = (answer.body["next_step"], answer.body["discreet"], len(answer.body["questions"]))
        tasks = [task["reason"] for task in case["tasks"]]
        yield check("prosecutor", TEACHER, "he reads along: nothing is asked", shown, [("wait", True, 0)])
        yield check("prosecutor", TEACHER, "she is called back", tasks, [["call_back"]])
        yield check("prosecutor", TEACHER, "a fake-authority question first", first, ["fake_authority"])
        leaks = LEAKS.findall(str(answer.body))
        yield check("prosecutor", TEACHER, "customer sees no light, score or reason", leaks, [[]])
        in_time, text = self._scene.told_in_time("prosecutor", TEACHER, started)
        yield in_time
        if text is not None:
            units = len(text.text.encode("utf-16-le")) // 2
            found = [word for word in (*FORBIDDEN_IN_SMS, TEACHER.name_zh, TEACHER.name_en) if word in text.text]
            yield Check("prosecutor", TEACHER.name_en, "one part of 70 units", f"{units} units", units <= 70)
            yield check("prosecutor", TEACHER, "no link, amount, loan word or name", found, [[]])

    def coached(self) -> Iterator[Check]:
        request_id = self._scene.request_id("prosecutor")
        before = self._scene.case(TEACHER, "prosecutor")
        alone = {"on_call": False, "screen_shared": False}
        self._scene.api(TEACHER).post(f"/v1/sessions/{request_id}/signals", alone)
        asked_now = self._scene.api(TEACHER).get(f"/v1/requests/{request_id}").body
        yield check("coached", TEACHER, "alone again, she is asked", asked_now["next_step"], ["answer"])
        replies = self._rehearsed(request_id, before)
        after, answer = self._scene.case(TEACHER, "prosecutor"), replies[-1]
        asked = [question["question_id"] for question in after["questions"]]
        answered = [question for question in after["questions"] if question["choice"]]
        not_below = LIGHTS.index(after["light"]) >= LIGHTS.index(before["light"])
        leaks = LEAKS.findall(str([reply.body for reply in replies]))
        yield check("coached", TEACHER, "answers taken", {reply.status for reply in replies}, [{200}])
        yield check("coached", TEACHER, "every question answered", len(answered), [len(asked)])
        few = 1 < len(set(asked)) == len(asked) <= MAX_QUESTIONS
        yield Check("coached", TEACHER.name_en, "an answer brings another question, up to five", readable(asked), few)
        yield check("coached", TEACHER, "no reply shows light, score or reason", leaks, [[]])
        yield Check("coached", TEACHER.name_en, "risk not below the floor", after["light"], not_below)
        yield check("coached", TEACHER, "still review", after["state"], ["review"])
        yield check("coached", TEACHER, "next step is a person", answer.body["next_step"], ["talk_to_us"])

    def _rehearsed(self, request_id: str, case: dict[str, Any]) -> list[Answer]:
        """The reply to each answer, one after the other, as long as something is asked."""
        replies: list[Answer] = []
        while len(replies) < MAX_QUESTIONS:
            given = {"answers": [_benign(case)]}
            replies.append(self._scene.api(TEACHER).post(f"/v1/requests/{request_id}/answers", given))
            case = self._scene.case(TEACHER, "prosecutor")
            if replies[-1].status != 200 or all(one["choice"] for one in case["questions"]):
                break
        return replies

    def romance(self) -> Iterator[Check]:
        _, case = self._scene.ask(WIDOW, "romance")
        codes = [reason["code"] for reason in case["reasons"]]
        first = first_question(case)
        drain = any(code in ("rule.serial_drain", "drain_over_policies") for code in codes)
        yield check("romance", WIDOW, "light RED or YELLOW", case["light"], ["red", "yellow"])
        yield check("romance", WIDOW, "a romance question first", first, ["romance"])
        yield Check("romance", WIDOW.name_en, "drain over policies among the reasons", ", ".join(codes[:3]), drain)

    def nobody(self) -> Iterator[Check]:
        before = self._scene.texts_not_for_others(LONER)
        _, case = self._scene.ask(LONER, "nobody")
        yield check("nobody", LONER, "light RED", case["light"], ["red"])
        tasks = sorted(task["reason"] for task in case["tasks"])
        yield check("nobody", LONER, "staff tasks", tasks, [["call_back", "no_contact"]])
        yield check("nobody", LONER, "no alert and no SMS", self._scene.silent(case, LONER, before), [(0, 0)])

    def new_contact(self) -> Iterator[Check]:
        before = self._scene.texts_not_for_others(NEWCOMER)
        _, case = self._scene.ask(NEWCOMER, "new-contact")
        tasks = sorted(task["reason"] for task in case["tasks"])
        yield check("new_contact", NEWCOMER, "light RED", case["light"], ["red"])
        why = [["call_back", "contact_newly_changed"]]
        yield check("new_contact", NEWCOMER, "staff tasks say why", tasks, why)
        yield check(
            "new_contact", NEWCOMER, "no alert and no SMS", self._scene.silent(case, NEWCOMER, before), [(0, 0)]
        )

    def again(self) -> Iterator[Check]:
        sent_before = len(self._scene.inbox.texts(TEACHER.contact_phone))
        answers = [self._scene.ask(TEACHER, "again")[0] for _ in range(3)]
        other = self._scene.api(TEACHER).post(
            "/v1/requests", {**self._scene.body(TEACHER, "again"), "amount_twd": 1_000_000}
        )
        case = self._scene.case(TEACHER, "again")
        self._scene.text_to(TEACHER, since=0, more_than=sent_before)
        time.sleep(1.0)  # a second SMS would be here by now: the first took a fraction of this
        sent = len(self._scene.inbox.texts(TEACHER.contact_phone)) - sent_before
        same = all(answer.body == answers[0].body for answer in answers)
        yield Check("again", TEACHER.name_en, "one answer to all three", "same" if same else "different", same)
        yield check("again", TEACHER, "one decision", len(case["decisions"]), [1])
        yield check("again", TEACHER, "one SMS", sent, [1])
        yield check("again", TEACHER, "another amount is a 409", other.status, [409])

    def strangers(self) -> Iterator[Check]:
        missing = self._scene.api(WIDOW).get(f"/v1/requests/none-{self._scene.run}")
        for reader, owner, step in ((WIDOW, TEACHER, "prosecutor"), (TEACHER, WIDOW, "romance")):
            others = self._scene.api(reader).get(f"/v1/requests/{self._scene.request_id(step)}")
            yield check("strangers", reader, f"404 for {owner.name_en}'s case", others.status, [404])
            same = others.body == missing.body
            shown = "same" if same else "different"
            yield Check("strangers", reader.name_en, "same body as for a missing one", shown, same)

    def flipped_byte(self) -> Iterator[Check]:
        """The model layer's file is changed by one bit, deployed, and the genuine one deployed again at the end."""
        with built_template() as template:
            tampered = _with_flipped_byte(template, self._scene.stack.folder / "tampered")
            try:
                self._scene.stack.deploy(tampered)
                since = time.time()
                answer, case = self._scene.ask(TRADESMAN, "flipped-byte")
                yield check("flipped_byte", TRADESMAN, "rules decide", case["source"], ["rules"])
                yield check("flipped_byte", TRADESMAN, "no pass", answer.body["next_step"], ["answer"])
                yield check("flipped_byte", TRADESMAN, "state review", case["state"], ["review"])
                counted = self._scene.counted("FallbackDecision", since)
                yield Check("flipped_byte", TRADESMAN.name_en, "the alarm's metric is counted", str(counted), counted)
            finally:
                self._scene.stack.deploy(template)
        answer, case = self._scene.ask(TRADESMAN, "mended")
        yield check("flipped_byte", TRADESMAN, "the genuine model serves again", case["source"], ["model"])
        yield check("flipped_byte", TRADESMAN, "next step proceed", answer.body["next_step"], ["proceed"])


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


def _with_flipped_byte(template: Path, folder: Path) -> Path:
    """A copy of the build in which one bit of the model differs."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template.parent, folder, copy_function=os.link)
    model = folder / "ModelLayer" / "model" / "model.onnx"
    data = bytearray(model.read_bytes())
    data[len(data) // 2] ^= 1
    model.unlink()
    model.write_bytes(data)
    copied = folder / template.name
    text = copied.read_text(encoding="utf-8")
    copied.unlink()
    # What the template includes lies outside the build, and is named from where it was.
    copied.write_text(re.sub(r"(?:\.\./)+(phone|sms)/", rf"{ROOT}/\1/", text), encoding="utf-8")
    return copied
