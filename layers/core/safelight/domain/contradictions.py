"""What does not go together: an answer and what is known, two answers, an answer and the time it took.

Scammers coach their victims to say "renovation". Each contradiction is a reason for staff, who read it in words, and
never for the customer. It can only raise a risk: a grave one, or two light ones, make a case RED; a light one keeps it
from going on by itself. What was found once stays found.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from safelight.domain.caring import Answer, ChoiceId, QuestionId, questions
from safelight.domain.facts import Facts, Marital, ObservationKind
from safelight.domain.request import Channel, Locale, Request

NEW_ACCOUNT = timedelta(days=7)
NOTED_WITHIN = timedelta(days=60)
REPORTED_NUMBERS = 3
LONG_SILENCE_S = 8.0
VERY_LONG_SILENCE_S = 30.0
OWN_PACE = 3.0
"""A silence stands out when it is this many times the shortest of his own: who is slow throughout is not coached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`denies` are the claims that cannot stand beside the fact of this code; empty for what is no fact."""

    code: str
    grave: bool
    zh_tw: str
    en: str
    denies: tuple[str, ...] = ()

    def words(self, locale: Locale) -> str:
        return self.zh_tw if locale is Locale.ZH_TW else self.en


_CHECKS = (
    Check(
        code="payee_other",
        grave=True,
        denies=("own_need", "keeps"),
        zh_tw="回答說是自己要用，但撥款帳戶是別人的",
        en="Says it is for his own use, but the payout account is somebody else's",
    ),
    Check(
        code="payee_new",
        grave=False,
        denies=("own_need", "keeps"),
        zh_tw="回答說是自己要用，但撥款帳戶剛登錄或未登錄，戶名未核對",
        en="Says it is for his own use, but the payout account is new or not on file and its owner was not checked",
    ),
    Check(
        code="on_call",
        grave=False,
        denies=("alone",),
        zh_tw="回答說自己辦理，但申請時正在通話、分享螢幕或遭遠端操控",
        en="Says he is doing this alone, but was on a call or his screen was shared or controlled",
    ),
    Check(
        code="no_child",
        grave=False,
        denies=("child",),
        zh_tw="回答提到子女，但資料上沒有子女",
        en="Speaks of a son or daughter; none is on record",
    ),
    Check(
        code="not_married",
        grave=False,
        denies=("spouse",),
        zh_tw="回答提到配偶，但資料上沒有配偶",
        en="Speaks of a husband or wife; none is on record",
    ),
    Check(
        code="no_contact",
        grave=False,
        denies=("contact",),
        zh_tw="請我們打給聯絡人，但沒有已確認的聯絡人",
        en="Asks us to ring his contact; none is confirmed",
    ),
    Check(
        code="noted_investment",
        grave=False,
        denies=("!investing",),
        zh_tw="回答說沒有投資，但近期有人注意到他談起新投資",
        en="Says he is not investing, but was noticed speaking of a new investment",
    ),
    Check(
        code="noted_friend",
        grave=False,
        denies=("!friend",),
        zh_tw="回答說和朋友無關，但近期有人注意到他談起新網友",
        en="Says nobody else is part of it, but was noticed speaking of a new online friend",
    ),
    Check(
        code="reported_numbers",
        grave=False,
        denies=("!official",),
        zh_tw="回答說沒有單位聯絡，但近期多次與遭通報的號碼通話",
        en="Says no office got in touch, but had several contacts with reported numbers",
    ),
    Check(
        code="amount_differs",
        grave=False,
        zh_tw="單據上的金額遠低於申請金額",
        en="The sum on the paper is far below the sum asked for",
    ),
    Check(
        code="answers_disagree",
        grave=False,
        zh_tw="前後回答互相矛盾",
        en="Two of his answers cannot both be true",
    ),
    Check(
        code="too_fast",
        grave=False,
        zh_tw="回答得比讀完題目還快",
        en="Answered faster than the question can be read",
    ),
    Check(
        code="long_silence",
        grave=False,
        zh_tw="回答前沉默很久，與他平常的步調不同",
        en="A long silence before an answer, unlike his own pace",
    ),
)
BY_CODE = {check.code: check for check in _CHECKS}


def known_facts(request: Request, facts: Facts) -> tuple[str, ...]:
    """The codes of `BY_CODE` that could deny an answer. What is not known denies nothing."""
    return tuple(check.code for check in _CHECKS if check.code in set(_facts(request, facts)))


def _facts(request: Request, facts: Facts) -> Iterator[str]:
    profile, context = facts.profile, facts.context
    if profile is not None:
        if request.payout_account is not None:
            account = next((a for a in profile.accounts if a.key == request.payout_account), None)
            owner = None if account is None else account.same_owner
            if owner is False:
                yield "payee_other"
            if owner is None and (account is None or request.requested_at.date() - account.added_on <= NEW_ACCOUNT):
                yield "payee_new"
        if profile.children_on_record == 0:
            yield "no_child"
        if profile.marital not in (None, Marital.MARRIED):
            yield "not_married"
        if profile.has_contact is False:
            yield "no_contact"
    if context is not None and (context.on_call or context.screen_shared or context.remote_control_app):
        yield "on_call"
    if facts.external is not None and (facts.external.reported_numbers_30d or 0) >= REPORTED_NUMBERS:
        yield "reported_numbers"
    for seen in facts.field or ():
        if request.requested_at - seen.observed_at <= NOTED_WITHIN:
            if seen.kind is ObservationKind.TALKS_OF_NEW_INVESTMENT:
                yield "noted_investment"
            if seen.kind is ObservationKind.TALKS_OF_NEW_ONLINE_FRIEND:
                yield "noted_friend"


def found_in(
    answers: Sequence[Answer],
    known: Sequence[str],
    shown_at: dict[QuestionId, datetime],
    channel: Channel,
) -> tuple[str, ...]:
    """Codes in the table's order. `shown_at` is when a question was given out: he cannot have read it sooner."""
    found = {*_against_facts(answers, known), *_against_each_other(answers)}
    if any(answer.choice_id == ChoiceId("differs") for answer in answers):
        found.add("amount_differs")
    if channel is not Channel.COUNTER and any(_too_fast(answer, shown_at) for answer in answers):
        found.add("too_fast")  # at the counter a clerk has read it out before
    if _silences_stand_out([answer.silence_s for answer in answers if answer.silence_s is not None]):
        found.add("long_silence")
    return in_order(found)


def in_order(codes: set[str]) -> tuple[str, ...]:
    """In the table's order; codes that are no longer in use come last."""
    return (*(code for code in BY_CODE if code in codes), *sorted(codes - BY_CODE.keys()))


def alarming(codes: Sequence[str]) -> bool:
    """Whether they make a case RED. A code of another day counts as a light one."""
    return len(codes) > 1 or any(code in BY_CODE and BY_CODE[code].grave for code in codes)


def _claims(answers: Sequence[Answer]) -> set[str]:
    return {c for a in answers for c in questions()[a.question_id].choices[a.choice_id].claims}


def _against_facts(answers: Sequence[Answer], known: Sequence[str]) -> set[str]:
    claims = _claims(answers)
    return {code for code in known if code in BY_CODE and claims.intersection(BY_CODE[code].denies)}


def _against_each_other(answers: Sequence[Answer]) -> set[str]:
    claims = _claims(answers)
    return {"answers_disagree"} if any(f"!{claim}" in claims for claim in claims) else set()


def _too_fast(answer: Answer, shown_at: dict[QuestionId, datetime]) -> bool:
    shown = shown_at.get(answer.question_id)
    least = timedelta(seconds=questions()[answer.question_id].least_s)
    return shown is not None and answer.answered_at - shown < least


def _silences_stand_out(silences: list[float]) -> bool:
    if not silences:
        return False
    longest, shortest = max(silences), min(silences)
    return longest >= VERY_LONG_SILENCE_S or (longest >= LONG_SILENCE_S and longest >= OWN_PACE * shortest)
