"""The ports `Sessions` and `Indicators`: both forget, and neither waits for the table to do it."""

from datetime import timedelta

import pytest

from safelight.adapters.dynamodb import keys, rows
from safelight.adapters.indicator import Indicator, SubjectKind
from safelight.domain.errors import ConflictError
from safelight.domain.facts import External
from safelight.domain.request import AccountKey, PolicyholderId, SessionId
from safelight.domain.session_risk import Advice, Memory, Session
from tests.builders import ACCOUNT, NOW, POLICYHOLDER, a_context
from tests.contract.conftest import RealTables, Stores

SESSION = SessionId("session-1")


def shows(version: int = 1, **seen: object) -> Session:
    return Session(context=a_context(**seen), version=version)


def test_a_session_gives_back_what_was_last_saved(stores: Stores) -> None:
    memory = Memory(numbers={"on_call": 3}, seen_at={"on_call": NOW}, told={Advice.PAUSE: 3}, heard_at=NOW)
    later = Session(context=a_context(on_call=True), memory=memory, version=2)
    stores.sessions.save(POLICYHOLDER, SESSION, shows(), NOW)
    stores.sessions.save(POLICYHOLDER, SESSION, later, NOW)
    assert stores.sessions.context(POLICYHOLDER, SESSION) == a_context(on_call=True)
    assert stores.sessions.find(POLICYHOLDER, SESSION) == later


def test_a_session_without_signals_is_unknown(stores: Stores) -> None:
    assert stores.sessions.context(POLICYHOLDER, SESSION) is None
    assert stores.sessions.find(POLICYHOLDER, SESSION) == Session()


@pytest.mark.parametrize("version", [1, 2, 4, 5])
def test_a_session_is_saved_on_top_of_what_was_read(stores: Stores, version: int) -> None:
    for number in (1, 2, 3):
        stores.sessions.save(POLICYHOLDER, SESSION, shows(number, amount_edits=number), NOW)
    if version == 4:
        stores.sessions.save(POLICYHOLDER, SESSION, shows(version, amount_edits=9), NOW)
    else:
        with pytest.raises(ConflictError):
            stores.sessions.save(POLICYHOLDER, SESSION, shows(version, amount_edits=9), NOW)
    assert stores.sessions.find(POLICYHOLDER, SESSION).context.amount_edits == (9 if version == 4 else 3)


def test_a_session_is_forgotten_after_a_day_and_can_begin_again(stores: Stores) -> None:
    stores.sessions.save(POLICYHOLDER, SESSION, shows(), NOW)
    stores.clock.move(timedelta(days=1, seconds=-1))
    assert stores.sessions.context(POLICYHOLDER, SESSION) is not None
    stores.clock.move(timedelta(seconds=1))
    assert stores.sessions.context(POLICYHOLDER, SESSION) is None
    again = stores.sessions.find(POLICYHOLDER, SESSION)
    assert again == Session(version=1)
    stores.sessions.save(POLICYHOLDER, SESSION, shows(again.version + 1, on_call=True), stores.clock.now())
    assert stores.sessions.context(POLICYHOLDER, SESSION) == a_context(on_call=True)


@pytest.mark.parametrize(("holder", "session"), [("b", "a#1"), ("b#a", "1"), ("a", "b#1"), ("b", "1")])
def test_nobody_reaches_anothers_session_by_its_id(stores: Stores, holder: str, session: str) -> None:
    stores.sessions.save(PolicyholderId("a#b"), SessionId("1"), shows(), NOW)
    assert stores.sessions.context(PolicyholderId(holder), SessionId(session)) is None
    assert stores.sessions.find(PolicyholderId(holder), SessionId(session)) == Session()
    stores.sessions.save(PolicyholderId(holder), SessionId(session), shows(on_call=True), NOW)
    assert stores.sessions.context(PolicyholderId("a#b"), SessionId("1")) == a_context()


@pytest.mark.emulator
def test_a_session_that_older_code_stored_is_read_and_followed(real_stores: Stores, tables: RealTables) -> None:
    """It wrote the context alone, without a version."""
    row = rows.item(keys.session(POLICYHOLDER, SESSION), "session", a_context(on_call=True), ttl=4_000_000_000)
    tables.book.put(row)
    found = real_stores.sessions.find(POLICYHOLDER, SESSION)
    assert found == Session(context=a_context(on_call=True))
    real_stores.sessions.save(POLICYHOLDER, SESSION, shows(1, screen_shared=True), NOW)
    assert real_stores.sessions.find(POLICYHOLDER, SESSION).version == 1


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
