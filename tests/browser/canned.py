"""An insurer of canned answers for the page's own tests: stateful, and in exactly the shapes of the API.

Bodies are parsed with the API's models and answers are checked against them, so a change of the API breaks this first.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from msgspec import DecodeError, Struct
from msgspec.json import decode
from pydantic import BaseModel

from safelight.channels import words as say
from safelight.channels.http import bodies_in as take
from safelight.channels.http import bodies_out as give
from safelight.channels.http import parse, views
from safelight.channels.http.body_models import refusals
from safelight.domain.alert import TaskReason
from safelight.domain.assessment import NextStep, ScamType
from safelight.domain.caring import ChoiceId, questions, texts, verifies
from safelight.domain.contact import CLOSE_KIN
from safelight.domain.facts import Context
from safelight.domain.request import Channel, Locale, RequestKind, SessionId
from safelight.domain.session_risk import Advice
from safelight.usecases.discretion import discreet
from safelight.usecases.watch_session import Heard
from tests.browser.canned_case import (
    QUESTIONS,
    CannedCase,
    Json,
    an_alert,
    move,
    queue_of,
    row_of,
    say_word,
    task_of,
    told_of,
)
from tests.browser.canned_chat import CannedChat
from tests.browser.canned_people import CONTACTS, PEOPLE, STAFF, regarded

SMS = "【安心人壽】末三碼{}您好，您是家人指定的安心聯絡人，請用您原本的號碼聯絡家人確認近況。本則無連結、不索取驗證碼。"
INVITATION = "【安心人壽】末三碼{}您好，家人提供您的號碼，邀請您擔任安心聯絡人。同意請親口告知家人{}，不認識請勿理會。"
CODE = "246810"
VALUES: dict[Locale, dict[str, Json]] = {
    Locale.ZH_TW: {
        "steered_screen": {"value_words": "申請時分享螢幕", "usual_words": "一般申請約 0.4% 如此"},
        "payout_account_new": {"value_words": "撥款帳戶未登錄或當天才登錄", "usual_words": "一般多在 1 天以上"},
        "amount_at_stake": {"value_words": "申請金額約 260 萬元", "usual_words": None},
    },
    Locale.EN: {
        "steered_screen": {
            "value_words": "Shared the screen while asking",
            "usual_words": "so in about 0.4 % of requests",
        },
        "payout_account_new": {
            "value_words": "The payout account is not on file, or since today",
            "usual_words": "usually 1 day or more",
        },
        "amount_at_stake": {"value_words": "About NT$2,600,000 asked for", "usual_words": None},
    },
}
"""Of some reasons, as the API words them; of the others nothing is said."""


class ProblemError(Exception):
    """To be answered as problem details."""

    def __init__(self, status: int, detail: str, errors: list[Json] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, errors or []


Body = TypeVar("Body", bound=Struct)


def _read(kind: type[Body], body: bytes) -> Body:
    try:
        return decode(body, type=kind)
    except DecodeError as error:
        errors: list[Json] = [{"field": field, "reason": reason} for field, reason in refusals(kind, body)]
        raise ProblemError(422, "body", errors) from error


def checked(model: type[BaseModel], document: Json) -> Json:
    """`document`, after the API's model agreed that it is one of its own and holds nothing else."""
    model.model_validate(document)
    extra = set(document) - {info.alias or name for name, info in model.model_fields.items()}
    if extra:
        raise AssertionError(f"{model.__name__} has no {sorted(extra)}")
    return document


class CannedInsurer:
    """What the API would answer. Tests read `seen` and set what they want to happen.

    `pause_s`: None for each question's own pause; tests of other things do not sit through it. `discreet`: nothing is
    asked while somebody reads along, as the API has it; tests of other things ask the teacher all the same.
    """

    def __init__(self) -> None:
        self.cases: dict[str, CannedCase] = {}
        self.contacts: dict[str, list[Json]] = {}
        self.telling: dict[str, str] = {}
        self.contact_of: list[str] = []
        self.valid_for = timedelta(days=365)
        self.phones: dict[str, str] = {}
        self.texts: list[Json] = []
        self.calls: set[str] = set()
        self.seen: list[tuple[str, str, Json | None]] = []
        self.next_problem: ProblemError | None = None
        self.message: str | None = None
        self.reason: str | None = None
        self.pause_s: int | None = 0
        self.discreet = False
        self.sessions: dict[str, Context] = {}
        self.chat = CannedChat()
        self.excluded: dict[str, bool] = {}
        self.regard: Json = {}
        """What is different of the contact whom staff see."""
        self.regard_more: list[Json] = []

    def answer(self, method: str, path: str, query: dict[str, str], token: str, body: bytes) -> tuple[int, Json]:
        """Status and JSON. Raises ProblemError."""
        self.seen.append((method, path, json.loads(body) if body else None))
        if method == "POST" and self.next_problem:
            problem, self.next_problem = self.next_problem, None
            raise problem
        locale = Locale.nearest(query.get("locale"))
        parts = path.strip("/").split("/")[1:]
        if parts[0] == "staff":
            if token != STAFF["token"]:
                raise ProblemError(403, "staff_only")
            return self._staff(method, parts[1:], query, locale.staff, body)
        return self._customer(method, parts, token.removeprefix("token."), locale, body)

    def _customer(self, method: str, parts: list[str], who: str, locale: Locale, body: bytes) -> tuple[int, Json]:
        match method, parts:
            case "POST", ["requests"]:
                return self._request(_read(take.CustomerRequestIn, body), who)
            case "GET", ["requests", request_id]:
                return 200, self._view(self._own(request_id, who))
            case "POST", ["requests", request_id, "answers"]:
                return 200, self._answers(self._own(request_id, who), _read(take.AnswersIn, body))
            case "POST", ["sessions", session_id, "signals"]:
                seen = self.sessions[session_id] = parse.seen(_read(take.SessionSignalsIn, body))
                heard = Heard(advice=Advice.PAUSE if seen.watched else Advice.NOTHING, context=seen, kept=True)
                return 200, checked(give.PromptOut, views.prompt(heard, SessionId(session_id), locale))
            case "POST", ["chat", "turns"]:
                return 200, checked(give.ChatOut, self.chat.turn(_read(take.ChatTurnIn, body)))
            case "GET", ["calls", "current"]:
                calling = who in self.calls
                return 200, checked(give.CallOut, {"calling": calling, "message": say.call(calling, locale)})
            case "GET", ["alerts"]:
                mine = [case for case in reversed(self.cases.values()) if who == CONTACTS.get(case.policyholder_id)]
                told = [told_of(case) for case in mine if case.alerts]
                return 200, checked(give.ToldsOut, {"alerts": told})
            case "POST", ["alerts", alert_id, "reply"]:
                case = next(one for one in self.cases.values() if told_of(one)["alert_id"] == alert_id)
                say_word(case, _read(take.WordIn, body).word)
                return 200, checked(give.ToldOut, told_of(case))
            case "GET", ["contacts"]:
                return 200, self._contacts(who)
            case "GET", ["contacts", "of-others"]:
                mine = {"contact_id": "of1", "relation": "parent", "state": "confirmed"}
                return 200, checked(give.ContactOfOthersOut, {"contact_of": [mine] if who in self.contact_of else []})
            case "DELETE", ["contacts", "of-others", contact_id]:
                self.contact_of.remove(who)
                ended = {"contact_id": contact_id, "relation": "parent", "state": "revoked"}
                return 200, checked(give.ContactOfOtherOut, ended)
            case "POST", ["contacts", "order"]:
                order = _read(take.OrderIn, body)
                self.telling[who] = order.telling
                self.contacts[who].sort(key=lambda c: order.order.index(c["contact_id"]))
                return 200, self._contacts(who)
            case "POST", ["contacts", contact_id, "renew"]:
                return 200, self._contact_to(who, contact_id, "confirmed", renewing=True)
            case "POST", ["contacts"]:
                return self._designate(_read(take.ContactIn, body), who)
            case "POST", ["contacts", contact_id, "confirm"]:
                if _read(take.ConfirmIn, body).code != CODE:
                    raise ProblemError(422, "wrong_code", [{"field": "code", "reason": "wrong_code"}])
                return 200, self._contact_to(who, contact_id, "confirmed")
            case "DELETE", ["contacts", contact_id]:
                return 200, self._contact_to(who, contact_id, "revoked")
        raise ProblemError(404, "not_found")

    def _staff(
        self, method: str, parts: list[str], query: dict[str, str], locale: Locale, body: bytes
    ) -> tuple[int, Json]:
        match method, parts:
            case "GET", ["cases"]:
                rows = [
                    row_of(case)
                    for case in reversed(self.cases.values())
                    if case.state == query.get("state", "review") and query.get("light", case.light) == case.light
                ]
                return 200, checked(give.CasesOut, {"cases": rows, "next_cursor": None})
            case "GET", ["cases", case_id]:
                return 200, self._detail(self._case(case_id), locale)
            case "POST", ["cases", case_id, "outcome"]:
                outcome = _read(take.OutcomeIn, body)
                case, now = self._case(case_id), datetime.now(UTC)
                case.outcome = {
                    "number": 1,
                    "label": outcome.label,
                    "source": outcome.source,
                    "by": "staff-1",
                    "confidence": outcome.confidence,
                    "recorded_at": now.isoformat(),
                    "supersedes": [],
                    "held": False,
                    "stands": True,
                }
                to = {"scam": "stopped", "genuine": "released"}.get(outcome.label, "review")
                if to != case.state:
                    move(case, to, "staff", outcome.reason, now)
                return 200, self._detail(case, locale)
            case "GET", ["tasks"]:
                queue = {"tasks": queue_of(self.cases.values(), locale), "next_cursor": None}
                return 200, checked(give.TasksOut, queue)
            case "POST", ["tasks", "done"]:
                said = _read(take.DoneIn, body)
                case = self._case(said.case_id)
                now = datetime.now(UTC).isoformat()
                case.done[said.reason] = {"by": "staff-1", "at": now, "how": said.how}
                return 200, checked(give.TaskOut, task_of(case, said.reason, locale))
            case "GET", ["contacts"]:
                return 200, self._regarded(query["policyholder_id"])
            case "POST", ["contacts"]:
                known = _read(take.KnownIn, body)
                if known.excluded is not None:
                    self.excluded[known.contact_id] = known.excluded
                return 200, self._regarded(known.policyholder_id)
            case "POST", ["cases", case_id, "contact-reply"]:
                say_word(self._case(case_id), _read(take.ContactReplyIn, body).word)
                return 200, checked(give.NotedOut, {"noted": True})
            case "GET", ["texts"]:
                wanted = Locale.nearest(query.get("locale"))
                return 200, checked(give.SmsTextsOut, views.sms_texts(wanted, "安心人壽"))
            case "POST", ["observations"]:
                _read(take.ObservationIn, body)
                return 201, checked(give.NotedOut, {"noted": True})
            case "POST", ["calls"]:
                self.calls.add(_read(take.CallIn, body).policyholder_id)
                return 201, checked(give.NotedOut, {"noted": True})
        raise ProblemError(404, "not_found")

    def _regarded(self, who: str) -> Json:
        return checked(give.RegardedContactsOut, regarded(who, self.excluded, *self.regard_more, **self.regard))

    def _request(self, request: take.CustomerRequestIn, who: str) -> tuple[int, Json]:
        had = self.cases.get(request.request_id)
        if had:
            if had.request != request:
                raise ProblemError(409, "request_id_reused", [{"field": "request_id", "reason": "request_id_reused"}])
            return 200, self._view(had)
        person = next(one for one in PEOPLE if one["id"] == who)
        worth = {policy["policy_id"]: policy["cash_value_twd"] for policy in person["policies"]}
        if request.amount_twd > sum(worth[policy_id] for policy_id in request.policy_ids):
            raise ProblemError(422, "more_than_available", [{"field": "amount_twd", "reason": "more_than_available"}])
        case = self._judged(request, who)
        self.cases[request.request_id] = case
        if case.light == "red":
            self._alert(case, person["contact_phone"])
        return 201, self._view(case)

    def _judged(self, request: take.CustomerRequestIn, who: str) -> CannedCase:
        signals, now = request.signals, datetime.now(UTC)
        if signals and signals.on_call:
            reasons = {"steered_screen": 2.4, "payout_account_new": 1.9, "on_call": 1.3, "time_of_day": 0.6}
            light, state, suspected = "red", "review", (ScamType.FAKE_AUTHORITY, ScamType.FAKE_RELATIVE)
            reasons |= {"amount_at_stake": 0.5, "seen_ordinary": -0.3}
        elif request.channel == "web":
            reasons = {"drain_over_policies": 1.8, "repeated_requests": 1.2, "policy_history": -0.4}
            light, state, suspected = "yellow", "questioning", (ScamType.ROMANCE,)
        else:
            light, state, suspected, reasons = "green", "released", (), {"policy_history": -0.6}
        case = CannedCase(request, who, light, "open", suspected, reasons, now)
        seen = parse.context(signals)
        case.discreet = self.discreet and discreet(Channel.APP, seen, goes_on=state == "released")
        move(case, state, "system", light, now)
        case.ask_next()
        return case

    def _alert(self, case: CannedCase, phone: str | None) -> None:
        if phone is None:
            case.tasks.append(TaskReason.NO_CONTACT)
            return
        now = datetime.now(UTC)
        case.alerts.append(an_alert("sent", provider="inbox", attempted_at=now.isoformat()))
        self.text(phone, SMS.format(phone[-3:]))

    def text(self, to: str, words: str) -> None:
        self.texts.append({"to": to, "text": words, "attempt_id": "a", "received_at": datetime.now(UTC).timestamp()})

    def _answers(self, case: CannedCase, given: take.AnswersIn) -> Json:
        for answer in given.answers:
            question_id = case.asked[int(answer.question_id[1:]) - 1]
            if answer.choice_id is not None:
                case.answers[question_id] = questions()[question_id].shown[int(answer.choice_id[1:]) - 1]
            else:
                case.answers[question_id] = ChoiceId("fits")
        case.ask_next()
        if case.state == "questioning" and len(case.answers) == QUESTIONS:
            move(case, "review", "system", "unclear_answer", datetime.now(UTC))
        return self._view(case)

    def _designate(self, contact: take.ContactIn, who: str) -> tuple[int, Json]:
        one = {
            "contact_id": f"contact{len(self.contacts.get(who, [])) + 1}",
            "relation": contact.relation,
            "locale": Locale.nearest(contact.locale),
            "phone_last3": contact.phone[-3:],
            "state": "designated",
            "expired": False,
            "renewing": False,
            "counts_from": None,
            "valid_until": None,
            "renew_from": None,
            "quiet_hours": contact.quiet_hours,
            "place": len(self.contacts.get(who, [])),
        }
        self.contacts.setdefault(who, []).append(one)
        self.text(contact.phone, INVITATION.format(contact.phone[-3:], CODE))
        return 201, checked(give.ContactOut, one)

    def _contacts(self, who: str) -> Json:
        kept = {"contacts": self.contacts.get(who, []), "telling": self.telling.get(who, "in_order")}
        return checked(give.ContactsOut, {**kept, "relations": sorted(CLOSE_KIN)})

    def _contact_to(self, who: str, contact_id: str, state: str, *, renewing: bool = False) -> Json:
        one = next((c for c in self.contacts.get(who, []) if c["contact_id"] == contact_id), None)
        if one is None:
            raise ProblemError(404, "not_found")
        one["state"] = state
        one["renewing"] = renewing
        if not renewing:
            confirmed = datetime.now(UTC)
            one["counts_from"] = (confirmed + timedelta(hours=72)).isoformat()
            one["valid_until"] = (confirmed + self.valid_for).isoformat()
            one["renew_from"] = (confirmed + self.valid_for - timedelta(days=30)).isoformat()
        return checked(give.ContactOut, one)

    def _own(self, request_id: str, who: str) -> CannedCase:
        case = self.cases.get(request_id)
        if case is None or case.policyholder_id != who:
            raise ProblemError(404, "not_found")
        return case

    def _case(self, case_id: str) -> CannedCase:
        case = next((one for one in self.cases.values() if one.case_id == case_id), None)
        if case is None:
            raise ProblemError(404, "not_found")
        return case

    def _view(self, case: CannedCase) -> Json:
        locale, step = Locale.nearest(case.request.locale), case.next_step
        now = self.sessions.get(case.request.session_id or "")
        if self.discreet and now is not None:
            case.discreet = discreet(Channel.APP, now, goes_on=case.state == "released")
        if case.discreet and step is NextStep.ANSWER:
            step = NextStep.WAIT
        message, because = say.message(step, locale), say.because(step, RequestKind(case.request.kind), locale)
        if case.discreet:
            message, because = say.discreet_message(step, locale), say.discreet_because(locale)
        shown = [
            {
                "question_id": f"q{number}",
                "prompt": texts(locale)[question_id].prompt(case.case_id, question_id),
                "form": questions()[question_id].form,
                "pause_s": questions()[question_id].pause_s if self.pause_s is None else self.pause_s,
                "choices": [
                    {"choice_id": f"c{place}", "text": texts(locale)[question_id].choices[choice_id]}
                    for place, choice_id in enumerate(questions()[question_id].shown, 1)
                ],
                "story": texts(locale)[question_id].story,
                "answered": question_id in case.answers,
            }
            for number, question_id in enumerate(() if case.discreet else case.asked, 1)
        ]
        return checked(
            give.RequestOut,
            {
                "request_id": case.request.request_id,
                "next_step": step,
                "discreet": case.discreet,
                "message": self.message or message,
                "because": because,
                "questions": shown,
            },
        )

    def _detail(self, case: CannedCase, locale: Locale) -> Json:
        words = texts(locale)
        risky = {"red": 0.37, "yellow": 0.021, "green": 0.0004}[case.light]
        return checked(
            give.CaseOut,
            {
                **row_of(case),
                "floor": case.light,
                "probability": risky,
                "source": "model",
                "experts": {
                    "behaviour": risky / 3,
                    "profile": risky / 6,
                    "context": min(0.9, risky * 1.6),
                    "external": 0.0011,
                },
                "reasons": [
                    {
                        "code": code,
                        "text": self.reason or say.reason_text(code, locale),
                        "weight": weight,
                        **VALUES[locale].get(code, {"value_words": None, "usual_words": None}),
                    }
                    for code, weight in case.reasons.items()
                ],
                "suspected": list(case.suspected),
                "next_step": case.next_step,
                "policy_ids": list(case.request.policy_ids),
                "questions": [
                    {
                        "question_id": question_id,
                        "prompt": words[question_id].prompt(case.case_id, question_id),
                        "verifies": verifies(locale)[question_id],
                        "choice": words[question_id].choices[case.answers[question_id]]
                        if question_id in case.answers
                        else None,
                        "sign": questions()[question_id].choices[case.answers[question_id]].sign
                        if question_id in case.answers
                        else None,
                        "answered_at": case.opened_at.isoformat() if question_id in case.answers else None,
                    }
                    for question_id in case.asked
                ],
                "timeline": case.moves,
                "alerts": case.alerts,
                "tasks": [task_of(case, task, locale) for task in case.tasks],
                "decisions": [
                    {
                        "number": 1,
                        "decided_at": case.opened_at.isoformat(),
                        "light": case.light,
                        "source": "model",
                        "model_version": "canned",
                        "missing": [],
                    }
                ],
                "outcome": case.outcome,
                "outcomes": [case.outcome] if case.outcome else [],
                "label": None,
            },
        )
