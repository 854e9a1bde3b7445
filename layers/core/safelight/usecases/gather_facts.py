"""Collect what is known about a request, within its time, and say what could not be had."""

from __future__ import annotations  # those of `ask` would be made again for each request

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from safelight.domain.contact import ContactState, Relation
from safelight.domain.errors import GaveUpError, RetryableError
from safelight.domain.facts import Behaviour, Context, Conversation, Facts, Profile
from safelight.domain.request import Request
from safelight.ports import Book, Cases, Clock, Dossier, Indicators, Sessions, Telemetry

TIME_BUDGET_S = 2.0
"""Facts that are not here by then are done without: the customer waits, and a late score helps nobody."""
HISTORY = timedelta(days=365)
HISTORY_MISSING = "history"
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """`dossier` is None when the book could not be read. `missing` names what failed or came too late."""

    facts: Facts
    dossier: Dossier | None
    missing: tuple[str, ...]
    in_time: bool


def gather_facts(
    request: Request,
    seen: Context | None,
    heard: Conversation | None = None,
    *,
    book: Book,
    cases: Cases,
    sessions: Sessions,
    indicators: Indicators,
    clock: Clock,
    telemetry: Telemetry,
    within_s: float = TIME_BUDGET_S,
) -> Gathered:
    """`seen` is what the channel saw with the request itself; it outranks what the session said before. `heard` is what
    a reader made of the conversation that led to it. `within_s` bounds all reads together."""
    give_up_at = clock.monotonic() + within_s
    missing: list[str] = []

    def ask(name: str, read: Callable[[float], T]) -> T | None:
        left = give_up_at - clock.monotonic()
        if left <= 0:
            missing.append(name)
            return None
        try:
            return read(left)
        except (RetryableError, GaveUpError):
            missing.append(name)
            telemetry.count("FactsMissing")
            return None

    who, now = request.policyholder_id, request.requested_at
    dossier = ask("book", lambda left: book.dossier(who, within_s=left))
    past = ask(HISTORY_MISSING, lambda left: cases.past_requests(who, now - HISTORY, within_s=left))
    external = ask("indicators", lambda left: indicators.matches(who, request.payout_account, now, within_s=left))
    context = seen
    if request.session_id is not None:
        session_id = request.session_id
        before = ask("session", lambda left: sessions.context(who, session_id, within_s=left))
        context = seen.over(before) if seen else before
    if dossier is not None and dossier.profile is None:
        missing.append("profile")
    return Gathered(
        facts=Facts(
            profile=_profile(dossier),
            behaviour=None if past is None else Behaviour(past_requests=past),
            context=context,
            conversation=heard,
            external=external,
            field=dossier.observations if dossier else None,
        ),
        dossier=dossier,
        missing=tuple(missing),
        in_time=clock.monotonic() < give_up_at,
    )


def _profile(dossier: Dossier | None) -> Profile | None:
    if dossier is None or dossier.profile is None:
        return None
    confirmed = any(contact.state is ContactState.CONFIRMED for contact in dossier.contacts)
    children = dossier.profile.children_on_record
    if any(contact.relation is Relation.CHILD for contact in dossier.contacts):
        children = max(1, children or 0)
    return replace(dossier.profile, has_contact=confirmed, children_on_record=children)
