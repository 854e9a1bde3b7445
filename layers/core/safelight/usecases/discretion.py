"""Discreet mode: while somebody reads along, a request shows nothing that he should not read, and staff ring back."""

from dataclasses import replace
from datetime import datetime

from safelight.domain.alert import StaffTask, TaskReason
from safelight.domain.case import Actor, Case, CaseState
from safelight.domain.errors import GaveUpError, RetryableError
from safelight.domain.facts import Context
from safelight.domain.request import Channel
from safelight.ports import Sessions
from safelight.usecases.call_for_help import staff_task

ON_SCREEN = frozenset({Channel.APP, Channel.WEB, Channel.CHAT})
"""At the counter and on the phone one of ours speaks with him, and sees to it himself."""


def reads_along(channel: Channel, context: Context | None) -> bool:
    return channel in ON_SCREEN and context is not None and context.overheard


def as_now(case: Case, sessions: Sessions | None) -> Case:
    """The case, discreet or not by what its session said last.

    It begins with a call together with a screen that is shared or steered, and ends when none of the three is left.
    Where the session has said nothing since the case was opened, or cannot be read, the case stays as it was.
    """
    session_id = case.request.session_id
    if sessions is None or session_id is None or case.request.channel not in ON_SCREEN:
        return case
    try:
        session = sessions.find(case.request.policyholder_id, session_id)
    except (RetryableError, GaveUpError):
        return case
    heard_at = session.memory.heard_at
    if heard_at is None or heard_at <= case.opened_at:
        return case
    context = session.context
    return replace(case, discreet=context.overheard or (case.discreet and context.accompanied))


def to_review(case: Case, now: datetime) -> Case:
    """A discreet case waits for the call-back: only staff release it, also when he is alone again."""
    if case.discreet and case.state is CaseState.QUESTIONING:
        return case.move(CaseState.REVIEW, Actor.SYSTEM, "somebody_reads_along", now)
    return case


def call_back(case: Case, now: datetime) -> StaffTask:
    """One a case, for a task is kept once for each reason."""
    return staff_task(case.case_id, case.request.policyholder_id, TaskReason.CALL_BACK, now)
