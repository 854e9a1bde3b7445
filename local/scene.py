"""What every story of the journey plays with: the stack, the staff's view, the contacts' texts, and its checks."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from local.client import Answer, ApiClient
from local.inbox import Inbox, Text
from local.people import PEOPLE, Person
from local.stack import LocalStack
from safelight.domain.case import case_id_of
from safelight.domain.request import RequestId

SMS_WITHIN_S = 5.0
LEAKS = re.compile(r"\b(?:red|yellow|light|probability|score|fake_authority)\b|紅燈|黃燈", re.IGNORECASE)
"""What no customer may read."""


@dataclass(frozen=True)
class Check:
    """`seen` is what was found, for the reader; `holds` whether it was what the journey expects."""

    step: str
    who: str
    expected: str
    seen: str
    holds: bool


class JourneyError(Exception):
    """A step could not be played at all."""


class Scene:
    """A seeded stack. `run` is new each time, and part of every id: the journey can be played again on the same one."""

    def __init__(self, stack: LocalStack, inbox: Inbox) -> None:
        self.stack = stack
        self.inbox = inbox
        self.run = token_hex(4)
        self.staff = ApiClient(stack.api_url, stack.issuer.mint("demo-staff", groups=["staff"]))

    def api(self, person: Person) -> ApiClient:
        """As his app has it."""
        return ApiClient(self.stack.api_url, self.stack.issuer.mint(person.id))

    def ask(self, person: Person, step: str) -> tuple[Answer, dict[str, Any]]:
        """His request by the app, and the case as staff see it."""
        answer = self.api(person).post("/v1/requests", self.body(person, step))
        if answer.status != 201:
            raise JourneyError(f"{step}: {answer.status} {answer.body}")
        return answer, self.case(person, step)

    def body(self, person: Person, step: str) -> dict[str, Any]:
        """Each request is in a session of its own name."""
        request_id = self.request_id(step)
        return {**person.scenario, "request_id": request_id, "session_id": request_id, "locale": "zh-TW"}

    def request_id(self, step: str) -> str:
        return f"{step}-{self.run}"

    def case(self, person: Person, step: str) -> dict[str, Any]:
        return self.case_of(person, self.request_id(step))

    def case_of(self, person: Person, request_id: str) -> dict[str, Any]:
        return self.read(case_id_of(person.id, RequestId(request_id)))

    def read(self, case_id: str) -> dict[str, Any]:
        """A case as staff see it."""
        answer = self.staff.get(f"/v1/staff/cases/{case_id}?locale=en")
        if answer.status != 200:
            raise JourneyError(f"{case_id}: staff read {answer.status} {answer.body}")
        return dict(answer.body)

    def cases_of(self, person: Person) -> set[str]:
        """The ids of his cases that are on the board's first page."""
        board = self.staff.get("/v1/staff/cases?limit=100")
        if board.status != 200:
            raise JourneyError(f"staff board {board.status} {board.body}")
        return {row["case_id"] for row in board.body["cases"] if row["policyholder_id"] == person.id}

    def text_to(self, person: Person, since: float, more_than: int = 0) -> Text | None:
        """The latest to his contact, once there are more than so many since a moment; None when none comes."""
        give_up = time.time() + SMS_WITHIN_S + 5
        while time.time() < give_up:
            texts = [text for text in self.inbox.texts(person.contact_phone) if text.received_at >= since]
            if len(texts) > more_than:
                return texts[-1]
            time.sleep(0.05)
        return None

    def told_in_time(self, step: str, person: Person, since: float) -> tuple[Check, Text | None]:
        """Whether his contact's text came within SMS_WITHIN_S of a moment, and the text."""
        text = self.text_to(person, since)
        took = f"{text.received_at - since:.1f} s" if text else "none"
        in_time = text is not None and text.received_at - since <= SMS_WITHIN_S
        return Check(step, person.name_en, f"contact's SMS within {SMS_WITHIN_S:.0f} s", took, in_time), text

    def silent(self, case: dict[str, Any], person: Person, before: int) -> tuple[int, int]:
        """How many (alerts to contacts, texts to them), after long enough for one to arrive."""
        time.sleep(1.0)
        to_contacts = [alert for alert in case["alerts"] if alert["contact_id"] is not None]
        return len(to_contacts), self.texts_not_for_others(person) - before

    def texts_not_for_others(self, person: Person) -> int:
        """Texts but those to policyholders and to other people's contacts: one of theirs may still be on its way."""
        others = {other.contact_phone for other in PEOPLE if other is not person} | {one.phone for one in PEOPLE}
        return sum(text.to not in others for text in self.inbox.texts())

    def counted(self, metric: str, since: float) -> bool:
        """Whether the function that decides wrote the metric that the alarm watches."""
        name = self.stack.outputs["AssessRequestName"]
        give_up = time.time() + 10
        while time.time() < give_up:
            if any(f'"{metric}"' in line for line in self.stack.log_lines(name, since)):
                return True
            time.sleep(0.2)
        return False


def check(step: str, who: Person, expected: str, seen: Any, allowed: Sequence[Any]) -> Check:
    """Holds where what was seen is one of what is allowed."""
    return Check(step, who.name_en, expected, readable(seen), seen in allowed)


def readable(seen: Any) -> str:
    """For a reader: lists without brackets, and a word where there is nothing."""
    if isinstance(seen, list | tuple | set):
        return ", ".join(str(one) for one in seen) or "none"
    return str(seen)


def first_question(case: dict[str, Any]) -> str:
    """Its type: `fake_authority` of `fake_authority.checked_how`."""
    return str(case["questions"][0]["question_id"]).partition(".")[0] if case["questions"] else "none"
