"""What staff and agents add: observations, and calls that the insurer itself makes."""

from datetime import timedelta

from safelight.domain.call import Call
from safelight.domain.facts import Observation, ObservationKind
from safelight.domain.request import PolicyholderId
from safelight.ports import Book, Clock


def record_observation(policyholder_id: PolicyholderId, kind: ObservationKind, *, book: Book, clock: Clock) -> None:
    book.add_observation(policyholder_id, Observation(kind=kind, observed_at=clock.now()))


def announce_call(policyholder_id: PolicyholderId, minutes: int, *, book: Book, clock: Clock) -> Call:
    """Staff are about to ring the policyholder: for `minutes` his app says that it is really us."""
    now = clock.now()
    call = Call(policyholder_id=policyholder_id, started_at=now, ends_by=now + timedelta(minutes=minutes))
    book.save_call(call)
    return call


def is_calling(policyholder_id: PolicyholderId, *, book: Book, clock: Clock) -> bool:
    call = book.dossier(policyholder_id).call
    return call is not None and call.current(clock.now())
