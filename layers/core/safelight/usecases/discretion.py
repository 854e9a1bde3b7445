"""Discreet mode: while somebody may listen or read along, nothing tells him of a suspicion, and staff ring back."""

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


def discreet(channel: Channel, context: Context | None, *, goes_on: bool) -> bool:
    """Whether the answer must tell nothing.

    Who sees the screen reads whatever it shows, so that not even a good answer goes there. Who is only on the line
    learns what he is told: a request that goes on by itself (`goes_on`) has nothing to hide from him, any other has.
    """
    if channel not in ON_SCREEN or context is None:
        return False
    return context.watched or (context.accompanied and not goes_on)


def as_now(case: Case, sessions: Sessions | None) -> Case:
    """The case, discreet or not by what its session said last: it ends when neither call nor watched screen is left.

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
    goes_on = case.state is CaseState.RELEASED
    return replace(case, discreet=discreet(case.request.channel, session.context, goes_on=goes_on))


def to_review(case: Case, now: datetime) -> Case:
    """A discreet case waits for the call-back: only staff release it, also when he is alone again."""
    if case.discreet and case.state is CaseState.QUESTIONING:
        return case.move(CaseState.REVIEW, Actor.SYSTEM, "somebody_reads_along", now)
    return case


def call_back(case: Case, now: datetime) -> StaffTask:
    """One a case, for a task is kept once for each reason."""
    return staff_task(case.case_id, case.request.policyholder_id, TaskReason.CALL_BACK, now)
