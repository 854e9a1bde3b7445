"""The legal moves of an alert, and when a contact may be alerted."""

from datetime import timedelta
from itertools import product

import pytest

from safelight.domain.alert import DEADLINE, RELAY_AFTER, SENDING_LIMIT, Alert, AlertState, TaskReason
from safelight.domain.case import CaseId
from safelight.domain.contact import (
    SETTLING_TIME,
    VALID_FOR,
    ContactId,
    ContactState,
    PhoneKey,
    Standing,
    contact_id_of,
)
from safelight.domain.errors import ConflictError
from safelight.domain.request import PolicyholderId
from safelight.usecases.call_for_help import reason_for
from tests.builders import NOW, a_case, a_contact, an_alert, ended, sending

P, S, OK, U, F, X = (
    AlertState.PENDING,
    AlertState.SENDING,
    AlertState.SENT,
    AlertState.UNKNOWN,
    AlertState.FAILED,
    AlertState.SUPPRESSED,
)
MAY = {(P, S), (P, F), (P, X), (S, OK), (S, U), (S, F)}


def in_state(state: AlertState) -> Alert:
    alert = an_alert(a_case())
    if state is P:
        return alert
    if state in (F, X):
        return ended(alert, state)
    return sending(alert) if state is S else ended(sending(alert), state)


@pytest.mark.parametrize(("state", "to"), list(product(AlertState, AlertState)))
def test_an_alert_moves_only_as_the_table_says(state: AlertState, to: AlertState) -> None:
    alert = in_state(state)
    assert alert.state is state
    if (state, to) in MAY:
        moved = alert.move(to, NOW, cause="why")
        assert (moved.state, moved.changed_at, moved.cause) == (to, NOW, "why")
        assert moved.attempt_id == alert.attempt_id
    else:
        with pytest.raises(ConflictError):
            alert.move(to, NOW)


@pytest.mark.parametrize("state", list(AlertState))
def test_no_alert_comes_back_to_pending_and_none_leaves_its_end(state: AlertState) -> None:
    assert (state, P) not in MAY
    assert state.ended is (state not in (P, S))
    if state.ended:
        assert not [to for to in AlertState if (state, to) in MAY]


def test_there_is_one_alert_for_a_case_and_a_contact() -> None:
    def alert(case: str, contact: str) -> str:
        return Alert.for_case(CaseId(case), ContactId(contact), PolicyholderId("ph"), NOW).alert_id

    assert alert("c1", "k1") == alert("c1", "k1")
    assert len({alert("c1", "k1"), alert("c1", "k2"), alert("c2", "k1")}) == 3


def test_the_times_of_an_alert_fit_into_five_minutes() -> None:
    """Pending until just before the deadline, then sending and lost; the sweeper runs each minute or misses one."""
    assert RELAY_AFTER < DEADLINE
    assert DEADLINE + SENDING_LIMIT + timedelta(minutes=2) <= timedelta(minutes=5)


CONFIRMED, DESIGNATED, REVOKED = ContactState.CONFIRMED, ContactState.DESIGNATED, ContactState.REVOKED
MOMENT = timedelta(microseconds=1)
YEAR = VALID_FOR + timedelta(hours=1)
"""A contact of the builder's confirmed an hour after he was designated."""


@pytest.mark.parametrize("suspected", [False, True], ids=["trusted", "suspected"])
@pytest.mark.parametrize("excluded", [False, True], ids=["included", "excluded"])
@pytest.mark.parametrize(
    "age",
    [timedelta(0), SETTLING_TIME - MOMENT, SETTLING_TIME, YEAR - MOMENT, YEAR, timedelta(days=400)],
    ids=str,
)
@pytest.mark.parametrize("state", list(ContactState))
def test_a_contact_may_be_alerted_only_when_nothing_stands_against_it(
    state: ContactState, age: timedelta, excluded: bool, suspected: bool
) -> None:
    contact = a_contact(state=state, excluded=excluded, designated_at=NOW - age)
    standing = contact.standing(NOW, suspected=suspected)
    against = {
        Standing.REVOKED: state is REVOKED,
        Standing.EXCLUDED: excluded,
        Standing.UNCONFIRMED: state is DESIGNATED,
        Standing.NEWLY_CHANGED: age < SETTLING_TIME,
        Standing.EXPIRED: age >= YEAR,
        Standing.UNDER_SUSPICION: suspected,
    }
    assert standing is next((why for why, holds in against.items() if holds), Standing.ELIGIBLE)


def test_settling_takes_72_hours() -> None:
    assert timedelta(hours=72) == SETTLING_TIME


@pytest.mark.parametrize("standing", [s for s in Standing if s is not Standing.ELIGIBLE])
def test_every_standing_that_forbids_an_alert_has_a_task_that_says_so(standing: Standing) -> None:
    assert reason_for(standing) is TaskReason(f"contact_{standing}")


def test_a_contact_is_one_for_a_policyholder_and_a_phone() -> None:
    ids = {
        contact_id_of(PolicyholderId(who), PhoneKey(phone))
        for who, phone in [("a", "bc"), ("ab", "c"), ("a", "b"), ("1:a", "b"), ("a", "bc")]
    }
    assert len(ids) == 4
