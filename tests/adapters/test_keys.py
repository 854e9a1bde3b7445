"""Keys that cannot meet, and order that is time."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from safelight.adapters.dynamodb import keys
from safelight.adapters.dynamodb.cursor import read_cursor, write_cursor
from safelight.domain.alert import AlertId
from safelight.domain.case import CaseState
from safelight.domain.errors import RejectedError
from safelight.domain.light import Light
from safelight.domain.request import PolicyholderId, SessionId

INSTANTS = st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 1), max_value=datetime(2999, 1, 1))  # noqa: DTZ001
TEXT = st.text(max_size=6, alphabet="a#%23/")


@given(INSTANTS, INSTANTS)
def test_instants_sort_as_text_as_they_do_in_time(one: datetime, other: datetime) -> None:
    assert (keys.instant(one) < keys.instant(other)) == (one < other)


@given(INSTANTS)
@example(datetime(2026, 3, 11, 21, 40, tzinfo=UTC))
def test_an_instant_always_has_six_decimals(at: datetime) -> None:
    assert keys.instant(at) == at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def test_an_instant_is_written_in_utc_and_a_naive_one_is_refused() -> None:
    taipei = datetime(2026, 3, 11, 21, 40, tzinfo=timezone(timedelta(hours=8)))
    assert keys.instant(taipei) == "2026-03-11T13:40:00.000000Z"
    with pytest.raises(ValueError, match="naive"):
        keys.instant(datetime(2026, 3, 11))  # noqa: DTZ001


@given(TEXT, TEXT, TEXT, TEXT)
def test_different_ids_never_share_a_session_key(a: str, b: str, c: str, d: str) -> None:
    one = keys.session(PolicyholderId(a), SessionId(b))
    other = keys.session(PolicyholderId(c), SessionId(d))
    assert (one == other) == ((a, b) == (c, d))


@given(st.text(max_size=12, alphabet="ab#%/1"), st.text(max_size=12, alphabet="ab#%/1"))
def test_different_alerts_about_cases_never_share_a_key(a: str, b: str) -> None:
    one, other = AlertId(f"c/{a}"), AlertId(f"c/{b}")
    assert (keys.alert(one) == keys.alert(other)) == (a == b)


def test_an_alert_lies_with_its_case_and_an_invitation_with_its_contact() -> None:
    assert keys.alert(AlertId("case1/contact1")) == ("CASE#case1", "ALERT#contact1")
    assert keys.alert(AlertId("invite/contact1/2")) == ("INVITE#contact1", "ALERT#2")


def test_indexes_and_keys_name_only_declared_attributes() -> None:
    for schema in (keys.CASES_SCHEMA, keys.BOOK_SCHEMA):
        declared = {a["AttributeName"] for a in schema["AttributeDefinitions"]}
        used = {k["AttributeName"] for k in schema["KeySchema"]}
        for index in schema.get("GlobalSecondaryIndexes", []):
            used |= {k["AttributeName"] for k in index["KeySchema"]}
        assert used == declared


@given(INSTANTS, st.sampled_from(CaseState), st.sampled_from([*Light, None]))
def test_a_cursor_leads_back_to_its_place_on_its_own_board_only(
    at: datetime, state: CaseState, light: Light | None
) -> None:
    position = f"{keys.instant(at)}#case1"
    cursor = write_cursor(state, light, position)
    assert read_cursor(state, light, cursor) == position
    for other_state in CaseState:
        for other_light in [*Light, None]:
            if (other_state, other_light) != (state, light):
                with pytest.raises(RejectedError):
                    read_cursor(other_state, other_light, cursor)


@pytest.mark.parametrize("position", ["", "yesterday", "2026-03-11#case1", "2026-03-11T13:40:00.000000Z#a#b", "~"])
def test_a_cursor_to_no_place_is_rejected_however_well_it_is_made(position: str) -> None:
    with pytest.raises(RejectedError):
        read_cursor(CaseState.REVIEW, None, write_cursor(CaseState.REVIEW, None, position))


@given(st.text())
def test_what_is_no_cursor_is_rejected(text: str) -> None:
    with pytest.raises(RejectedError):
        read_cursor(CaseState.REVIEW, None, text)
