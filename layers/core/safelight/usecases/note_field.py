"""What staff and agents add: observations, and calls that the insurer itself makes."""

from datetime import timedelta

from safelight.domain.call import Call
from safelight.domain.errors import ConflictError
from safelight.domain.facts import Observation, ObservationKind
from safelight.domain.request import PolicyholderId
from safelight.ports import Book, Cases, Clock
from safelight.usecases.look_again import look_again


def record_observation(
    policyholder_id: PolicyholderId,
    kind: ObservationKind,
    by: str,
    observation_id: str | None = None,
    *,
    book: Book,
    cases: Cases,
    clock: Clock,
) -> None:
    """`by` noticed it now. The same `observation_id` again is the same observation; without one, each is another.

    What makes a contact suspect has open requests looked at again. Raises ConflictError when he has used the id for
    another kind, and RetryableError, after which the same call finishes what is left.
    """
    seen = Observation(kind=kind, observed_at=clock.now(), by=by, observation_id=observation_id)
    try:
        book.add_observation(policyholder_id, seen)
    except ConflictError as conflict:
        raise ConflictError("observation_id_reused", field="observation_id") from conflict
    if kind is ObservationKind.CONTACT_BESIDE_POLICYHOLDER:
        look_again(policyholder_id, book=book, cases=cases, clock=clock)


def announce_call(policyholder_id: PolicyholderId, minutes: int, by: str, *, book: Book, clock: Clock) -> Call:
    """`by` is about to ring the policyholder: for `minutes` his app says that it is really us."""
    now = clock.now()
    call = Call(policyholder_id=policyholder_id, started_at=now, ends_by=now + timedelta(minutes=minutes), by=by)
    book.save_call(call)
    return call


def is_calling(policyholder_id: PolicyholderId, *, book: Book, clock: Clock) -> bool:
    call = book.dossier(policyholder_id).call
    return call is not None and call.current(clock.now())
