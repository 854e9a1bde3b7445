"""Staff exclude a contact or note what makes him suspect; who was told already becomes a task, in whatever order."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from safelight.domain.alert import AlertPurpose, AlertState, TaskReason
from safelight.domain.case import Case
from safelight.domain.contact import By, ChangeKind, Contact, ContactState, PersonKey, Standing
from safelight.domain.errors import ConflictError, ForbiddenError, NotFoundError, RejectedError, RetryableError
from safelight.domain.facts import ObservationKind
from safelight.domain.light import Light
from safelight.domain.outcome import OutcomeLabel
from safelight.domain.request import AccountKey
from safelight.domain.suspicion import Suspicion
from safelight.ports import Fate
from safelight.usecases.staff_contacts import MOST_ACCOUNTS
from tests.builders import ACCOUNT, NOW, POLICYHOLDER, a_request
from tests.usecases.world import World, a_settled_contact

BESIDE = ObservationKind.CONTACT_BESIDE_POLICYHOLDER
NEW = AccountKey("c" * 64)
FACTS: list[tuple[dict[str, Any], Suspicion]] = [
    ({"account": ACCOUNT}, Suspicion.PAYEE),
    ({"number_changed_on": NOW.date()}, Suspicion.NUMBER_CHANGED),
]
Fact = Callable[[World, Contact], object]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def contact(world: World) -> Contact:
    return a_settled_contact(world)


def ask(world: World, **over: Any) -> Case:
    return world.shines(Light.RED).assess(a_request(requested_at=world.clock.now(), **over)).case


def raised(world: World, contact: Contact) -> list[TaskReason]:
    return [task.reason for task in world.tasks if task.about == contact.contact_id]


def test_an_exclusion_is_in_the_history_with_who_and_why(world: World, contact: Contact) -> None:
    excluded = world.note(contact.contact_id, by="staff-7", excluded=True, reason="known_to_police")
    (line,) = excluded.history
    assert (line.kind, line.by, line.who, line.reason) == (
        ChangeKind.EXCLUDED,
        By.STAFF,
        "staff-7",
        "known_to_police",
    )
    assert world.note(contact.contact_id, excluded=True) == excluded, "the same again changes nothing"
    assert not world.note(contact.contact_id, excluded=False).excluded
    assert world.store.alerts == {}, "nobody is told"


@pytest.mark.parametrize(("fact", "suspicion"), FACTS)
def test_what_staff_note_makes_him_suspect(
    world: World, contact: Contact, fact: dict[str, Any], suspicion: Suspicion
) -> None:
    noted = world.note(contact.contact_id, **fact)
    assert noted.history[-1].kind is ChangeKind.NOTED
    assert world.note(contact.contact_id, **fact) == noted
    (seen,) = world.regard()
    assert (seen.standing, set(seen.suspicions)) == (Standing.UNDER_SUSPICION, {suspicion})
    case = ask(world)
    assert world.alerts_of(case.case_id) == [] or all(
        alert.purpose is not AlertPurpose.RED_REQUEST for alert in world.alerts_of(case.case_id)
    )
    assert raised(world, contact) == [TaskReason.CONTACT_UNDER_SUSPICION]


def test_a_national_id_makes_the_owner_of_the_account_suspect(world: World, contact: Contact) -> None:
    assert world.note(contact.contact_id, person=PersonKey("p" * 64)).person == "p" * 64


def test_staff_revoke_on_his_behalf_and_it_is_told(world: World, contact: Contact) -> None:
    revoked = world.note(contact.contact_id, revoke=True)
    assert (revoked.state, revoked.revoked_at) == (ContactState.REVOKED, world.clock.now())
    assert len(world.notices_of(AlertPurpose.HOLDER_CONTACTS)) == 1
    assert len(world.notices_of(AlertPurpose.CONTACT_REMOVED)) == 1
    assert world.note(contact.contact_id, revoke=True) == revoked


def test_who_is_excluded_and_revoked_at_once_is_told_nothing(world: World, contact: Contact) -> None:
    world.note(contact.contact_id, revoke=True, excluded=True)
    assert world.notices_of(AlertPurpose.CONTACT_REMOVED) == []


def test_nobody_notes_anything_of_his_own_contacts(world: World, contact: Contact) -> None:
    with pytest.raises(ForbiddenError, match="own_case"):
        world.note(contact.contact_id, by=str(POLICYHOLDER), excluded=False)
    world.has_number("+886912000345", who="staff-1")  # type: ignore[arg-type]
    with pytest.raises(ForbiddenError, match="own_number"):
        world.note(contact.contact_id, excluded=False)
    assert world.contact(contact.contact_id) == contact


def test_what_cannot_be_noted_is_refused(world: World, contact: Contact) -> None:
    with pytest.raises(RejectedError, match="nothing_to_note"):
        world.note(contact.contact_id)
    with pytest.raises(RejectedError, match="in_the_future"):
        world.note(contact.contact_id, number_changed_on=world.clock.now().date() + timedelta(days=2))
    with pytest.raises(NotFoundError):
        world.note("nobody", excluded=True)  # type: ignore[arg-type]
    for n in range(MOST_ACCOUNTS):
        world.note(contact.contact_id, account=AccountKey(f"{n:064}"))
    with pytest.raises(RejectedError, match="too_many_accounts"):
        world.note(contact.contact_id, account=ACCOUNT)
    world.faults.fail("save_contact", error=ConflictError("stored_version"))
    with pytest.raises(ConflictError, match="changed_meanwhile"):
        world.note(contact.contact_id, excluded=True)


# Facts that come after he was told

AFTER: list[tuple[str, Fact, TaskReason]] = [
    ("beside", lambda w, _: w.observe(BESIDE, "n-1"), TaskReason.CONTACT_UNDER_SUSPICION),
    ("excluded", lambda w, c: w.note(c.contact_id, excluded=True), TaskReason.CONTACT_EXCLUDED),
    ("payee", lambda w, c: w.note(c.contact_id, account=NEW), TaskReason.CONTACT_UNDER_SUSPICION),
    (
        "number",
        lambda w, c: w.note(c.contact_id, number_changed_on=NOW.date()),
        TaskReason.CONTACT_UNDER_SUSPICION,
    ),
]
FACT = pytest.mark.parametrize(("fact", "reason"), [(f, r) for _, f, r in AFTER], ids=[name for name, _, _ in AFTER])


@FACT
@pytest.mark.parametrize("fate", list(Fate))
def test_who_was_told_before_it_was_known_is_a_task(
    world: World, contact: Contact, fact: Fact, reason: TaskReason, fate: Fate
) -> None:
    case = ask(world, payout_account=NEW)
    world.fake_sms.answer_next(fate)
    world.run()
    fact(world, contact)
    told = fate is not Fate.REFUSED
    assert raised(world, contact).count(reason) == told
    fact(world, contact)
    assert raised(world, contact).count(reason) == told, "and one only"
    assert world.case(case.case_id).state is case.state


@FACT
def test_it_is_the_same_before_he_is_told_and_nobody_tells_him(
    world: World, contact: Contact, fact: Fact, reason: TaskReason
) -> None:
    ask(world, payout_account=NEW)
    fact(world, contact)
    world.run()
    assert world.texts_of(AlertPurpose.RED_REQUEST) == []
    assert reason in raised(world, contact)


def test_a_fact_that_comes_between_looking_and_sending_is_a_task(world: World, contact: Contact) -> None:
    """The alert is pending when the fact is noted, and its sender has looked at the contact already."""
    case = ask(world)
    (alert,) = [a for a in world.alerts_of(case.case_id) if a.purpose is AlertPurpose.RED_REQUEST]

    class Noticing:
        def __init__(self, port: object) -> None:
            self.port = port

        def __getattr__(self, name: str) -> object:
            if name == "unseal" and world.through is Noticing:
                world.through = lambda port: port
                world.observe(BESIDE)
            return getattr(self.port, name)

    world.through = Noticing
    assert world.send(alert.alert_id).state is AlertState.SENT
    assert raised(world, contact) == [TaskReason.CONTACT_UNDER_SUSPICION]


def test_what_staff_have_done_is_not_raised_again(world: World, contact: Contact) -> None:
    ask(world)
    world.run()
    world.observe(BESIDE)
    before = world.store.tasks.copy()
    world.note(contact.contact_id, number_changed_on=NOW.date())
    assert world.store.tasks == before


@pytest.mark.parametrize("why", ["ended", "old", "yellow", "other fact"])
def test_other_requests_are_left_alone(world: World, contact: Contact, why: str) -> None:
    if why == "yellow":
        world.shines(Light.YELLOW).assess()
    else:
        case = ask(world)
        world.run()
        if why == "ended":
            world.ends(case.case_id, OutcomeLabel.GENUINE)
        if why == "old":
            world.clock.move(timedelta(days=31))
    world.observe(ObservationKind.HURRIED_OR_AFRAID if why == "other fact" else BESIDE)
    assert raised(world, contact) == []


@pytest.mark.parametrize("operation", ["recent", "find_case", "commit"])
@FACT
def test_what_could_not_be_finished_is_finished_by_the_same_again(
    world: World, contact: Contact, fact: Fact, reason: TaskReason, operation: str
) -> None:
    ask(world, payout_account=NEW)
    world.run()
    world.faults.fail(operation)
    with pytest.raises(RetryableError):
        fact(world, contact)
    fact(world, contact)
    assert raised(world, contact) == [reason]


def test_a_case_that_always_changes_is_given_back_to_try_again(world: World, contact: Contact) -> None:
    ask(world)
    world.run()
    world.faults.fail_always("commit", error=ConflictError("stored_version"))
    with pytest.raises(RetryableError, match="case_contended"):
        world.observe(BESIDE)
