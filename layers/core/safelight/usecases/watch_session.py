"""Keep what a session shows, and speak up before anything is requested."""

from dataclasses import dataclass

from safelight.domain.errors import ConflictError, GaveUpError, RetryableError
from safelight.domain.facts import Context
from safelight.domain.request import PolicyholderId, SessionId
from safelight.domain.session_risk import Advice, Session, advise
from safelight.ports import Clock, Sessions, Telemetry

ATTEMPTS = 10
"""A page has six connections at most: of as many deliveries at once, each meets the others that often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """`context` is what the session shows by now. `kept` is False when the store could not be reached: then the advice
    rests on this delivery alone, and the client does well to send it again."""

    advice: Advice
    context: Context
    kept: bool


def watch_session(
    policyholder_id: PolicyholderId,
    session_id: SessionId,
    seen: Context,
    number: int | None = None,
    *,
    sessions: Sessions,
    clock: Clock,
    telemetry: Telemetry,
) -> Heard:
    """Add one delivery to the session. `number` counts the client's deliveries; without it, each is the newest.

    Signals add up: one that is left out keeps what the session said of it. A later request in the session is assessed
    with them. Deliveries that meet are all kept. Never fails for the store: a warning is worth more than its memory.
    """
    for _ in range(ATTEMPTS):
        try:
            before = sessions.find(policyholder_id, session_id)
            number = before.next_number() if number is None else number  # its own for all attempts: it may be stored
            session, advice = _hear(before, seen, number, clock)
            sessions.save(policyholder_id, session_id, session, clock.now())
        except ConflictError:
            continue
        except (RetryableError, GaveUpError):
            break
        return Heard(advice=advice, context=session.context, kept=True)
    telemetry.count("SignalsUnkept")
    session, advice = _hear(Session(), seen, number or 1, clock)
    return Heard(advice=advice, context=session.context, kept=False)


def _hear(before: Session, seen: Context, number: int, clock: Clock) -> tuple[Session, Advice]:
    now = clock.now()
    return advise(before.after(seen, now, number), number, now)
