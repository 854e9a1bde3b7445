"""The ports `Sessions` and `Indicators`: both forget, and neither waits for the table to do it."""

from datetime import timedelta

import pytest

from safelight.adapters.indicator import Indicator, SubjectKind
from safelight.domain.facts import External
from safelight.domain.request import AccountKey, PolicyholderId, SessionId
from tests.builders import ACCOUNT, NOW, POLICYHOLDER, a_context
from tests.contract.conftest import Stores

SESSION = SessionId("session-1")


def test_a_session_gives_back_what_was_last_seen(stores: Stores) -> None:
    stores.sessions.save(POLICYHOLDER, SESSION, a_context(), NOW)
    stores.sessions.save(POLICYHOLDER, SESSION, a_context(on_call=True), NOW)
    assert stores.sessions.context(POLICYHOLDER, SESSION) == a_context(on_call=True)


def test_a_session_without_signals_is_unknown(stores: Stores) -> None:
    assert stores.sessions.context(POLICYHOLDER, SESSION) is None


def test_a_session_is_forgotten_after_a_day(stores: Stores) -> None:
    stores.sessions.save(POLICYHOLDER, SESSION, a_context(), NOW)
    stores.clock.move(timedelta(days=1, seconds=-1))
    assert stores.sessions.context(POLICYHOLDER, SESSION) is not None
    stores.clock.move(timedelta(seconds=1))
    assert stores.sessions.context(POLICYHOLDER, SESSION) is None


@pytest.mark.parametrize(("holder", "session"), [("b", "a#1"), ("b#a", "1"), ("a", "b#1"), ("b", "1")])
def test_nobody_reaches_anothers_session_by_its_id(stores: Stores, holder: str, session: str) -> None:
    stores.sessions.save(PolicyholderId("a#b"), SessionId("1"), a_context(), NOW)
    assert stores.sessions.context(PolicyholderId(holder), SessionId(session)) is None
    stores.sessions.save(PolicyholderId(holder), SessionId(session), a_context(on_call=True), NOW)
    assert stores.sessions.context(PolicyholderId("a#b"), SessionId("1")) == a_context()


def indicator(
    kind: SubjectKind, subject: str, says: External, *, source: str = "police", days: float = 30
) -> Indicator:
    return Indicator(
        subject_kind=kind,
        subject=subject,
        source=source,
        purpose="fraud_prevention",
        expires_at=NOW + timedelta(days=days),
        says=says,
    )


REPORTED = External(account_reported=True)
LISTED = External(person_listed=True)


def test_nothing_found_is_a_fact_and_nothing_asked_is_not(stores: Stores) -> None:
    assert stores.indicators.matches(POLICYHOLDER, ACCOUNT, NOW) == External(
        account_reported=False, person_listed=False
    )
    assert stores.indicators.matches(POLICYHOLDER, None, NOW) == External(account_reported=None, person_listed=False)


def test_a_reported_account_matches_whoever_asks_for_it(stores: Stores) -> None:
    stores.indicators.save(indicator(SubjectKind.ACCOUNT, ACCOUNT, REPORTED))
    for holder in (POLICYHOLDER, PolicyholderId("another")):
        assert stores.indicators.matches(holder, ACCOUNT, NOW).account_reported
    assert not stores.indicators.matches(POLICYHOLDER, AccountKey("b" * 64), NOW).account_reported


def test_an_indicator_of_a_person_is_about_him_alone(stores: Stores) -> None:
    stores.indicators.save(indicator(SubjectKind.PERSON, POLICYHOLDER, LISTED))
    assert stores.indicators.matches(POLICYHOLDER, None, NOW).person_listed
    assert not stores.indicators.matches(PolicyholderId("another"), AccountKey(POLICYHOLDER), NOW).person_listed


def test_an_expired_indicator_does_not_count(stores: Stores) -> None:
    stores.indicators.save(indicator(SubjectKind.ACCOUNT, ACCOUNT, REPORTED, days=0))
    stores.indicators.save(indicator(SubjectKind.PERSON, POLICYHOLDER, LISTED, days=1))
    found = stores.indicators.matches(POLICYHOLDER, ACCOUNT, NOW)
    assert (found.account_reported, found.person_listed) == (False, True)
    assert not stores.indicators.matches(POLICYHOLDER, ACCOUNT, NOW + timedelta(days=1)).person_listed


def test_several_sources_count_for_the_worst_that_they_say(stores: Stores) -> None:
    telecom = External(reported_numbers_30d=1, unknown_call_minutes_7d=12.5)
    other = External(reported_numbers_30d=3, new_chat_app_traffic_30d=0.5)
    stores.indicators.save(indicator(SubjectKind.PERSON, POLICYHOLDER, telecom, source="telecom"))
    stores.indicators.save(indicator(SubjectKind.PERSON, POLICYHOLDER, other, source="other"))
    assert stores.indicators.matches(POLICYHOLDER, ACCOUNT, NOW) == External(
        account_reported=False,
        person_listed=False,
        reported_numbers_30d=3,
        unknown_call_minutes_7d=12.5,
        new_chat_app_traffic_30d=0.5,
    )


def test_a_source_that_says_it_again_replaces_what_it_said(stores: Stores) -> None:
    stores.indicators.save(indicator(SubjectKind.ACCOUNT, ACCOUNT, REPORTED))
    stores.indicators.save(indicator(SubjectKind.ACCOUNT, ACCOUNT, External(account_reported=False)))
    assert not stores.indicators.matches(POLICYHOLDER, ACCOUNT, NOW).account_reported
