"""The journey's rows of the designated contact: named, changed, heard; the policyholder's own texts; staff's tasks."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from secrets import randbelow
from typing import Any

from local.client import ApiClient
from local.inbox import Text
from local.people import BORROWER, LONER, TEACHER
from local.scene import SMS_WITHIN_S, Check, JourneyError, Scene, check

ADULT_CHILD = {"relation": "child", "adult": True}


class ContactRows:
    """Each play names a phone of its own, so they can be played again on the same stack."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._phone = f"+8869009{randbelow(10**5):05d}"

    def change(self) -> Iterator[Check]:
        """A second contact is named and agrees; then the policyholder takes him back. All who should know are told."""
        api, since = self._scene.api(BORROWER), time.time()
        named = api.post("/v1/contacts", {**ADULT_CHILD, "phone": self._phone}).body
        invited = self._text(self._phone, since)
        code = re.search(r"\b\d{6}\b|\d{6}", invited.text) if invited else None
        yield check("change", BORROWER, "the new contact gets a code", code is not None, [True])
        for who, phone in (("his contact of old", BORROWER.contact_phone), ("he himself", BORROWER.phone)):
            yield check("change", BORROWER, f"{who} hears of it", self._text(phone, since) is not None, [True])
        if code is None:
            raise JourneyError("change: no code in the invitation")
        path = f"/v1/contacts/{named['contact_id']}"
        confirmed = api.post(f"{path}/confirm", {"code": code.group()}).body
        yield check("change", BORROWER, "confirmed by his code", confirmed["state"], ["confirmed"])
        yield check("change", BORROWER, "and counts only later", confirmed["counts_from"] is not None, [True])
        since = time.time()
        revoked = api.delete(path).body
        yield check("change", BORROWER, "taken back", revoked["state"], ["revoked"])
        yield check(
            "change", BORROWER, "who was taken back hears of it", self._text(self._phone, since) is not None, [True]
        )

    def own_number(self) -> Iterator[Check]:
        """The teacher's surrender was acknowledged where the caller cannot read along."""
        texts = [text.text for text in self._scene.inbox.texts(TEACHER.phone)]
        named = [text for text in texts if "解約申請" in text and "165" in text]
        yield check("own_number", TEACHER, "her surrender is acknowledged on her own number", bool(named), [True])
        units = max((len(text.encode("utf-16-le")) // 2 for text in texts), default=0)
        yield Check("own_number", TEACHER.name_en, "in one part of 70 units", f"{units} units", 0 < units <= 70)

    def reply(self) -> Iterator[Check]:
        """Her daughter, who was told by SMS, opens the insurer's app."""
        request_id = self._scene.request_id("prosecutor")
        before = self._scene.case_of(TEACHER, request_id)
        app = ApiClient(self._scene.stack.api_url, self._scene.stack.issuer.mint(str(TEACHER.contact_subject)))
        told = app.get("/v1/alerts").body["alerts"]
        yield Check("reply", TEACHER.name_en, "her daughter sees what she was told", f"{len(told)} alerts", bool(told))
        shown = str(told)
        hidden = TEACHER.name_zh not in shown and "surrender" not in shown and before["case_id"] not in shown
        yield Check("reply", TEACHER.name_en, "without name, request or sum", "hidden" if hidden else shown, hidden)
        answers = [app.post(f"/v1/alerts/{one['alert_id']}/reply", {"word": "worried"}).status for one in told]
        yield check("reply", TEACHER, "she knows nothing of it", set(answers), [{200}])
        case = self._scene.case_of(TEACHER, request_id)
        reasons = [task["reason"] for task in case["tasks"]]
        said = [move for move in case["timeline"] if move["actor"] == "contact" and move.get("verified")]
        yield check("reply", TEACHER, "a task for staff", "contact_worried" in reasons, [True])
        yield check("reply", TEACHER, "her word is in the timeline", len(said), [1])
        yield check("reply", TEACHER, "RED still, and in review", (case["light"], case["state"]), [("red", "review")])

    def tasks(self) -> Iterator[Check]:
        """What software could not finish is one queue, and what is done leaves it."""
        case = self._scene.case(LONER, "nobody")
        waiting = self._waiting()
        mine = [task for task in waiting if task["case"]["case_id"] == case["case_id"]]
        reasons = sorted(task["reason"] for task in mine)
        yield check("tasks", LONER, "his tasks wait", reasons, [["call_back", "no_contact"]])
        due = [task["due_at"] for task in waiting]
        yield Check("tasks", LONER.name_en, "the one due first is first", f"{len(due)} tasks", due == sorted(due))
        for task in mine:
            done = {"case_id": case["case_id"], "reason": task["reason"], "about": task["about"], "how": "rang_him"}
            self._scene.staff.post("/v1/staff/tasks/done", done)
        left = [task for task in self._waiting() if task["case"]["case_id"] == case["case_id"]]
        yield check("tasks", LONER, "done, they leave the queue", left, [[]])

    def _waiting(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor = ""
        while cursor is not None:
            page = self._scene.staff.get(f"/v1/staff/tasks?limit=50{cursor and '&cursor=' + cursor}").body
            found += page["tasks"]
            cursor = page["next_cursor"]
        return found

    def _text(self, phone: str | None, since: float) -> Text | None:
        give_up = time.time() + SMS_WITHIN_S + 5
        while time.time() < give_up:
            for text in self._scene.inbox.texts(phone):
                if text.received_at >= since:
                    return text
            time.sleep(0.05)
        return None
