"""The port `ProviderHealth`: what the last fifteen minutes were like."""

from datetime import timedelta

import pytest

from safelight.adapters.dynamodb import keys
from safelight.adapters.dynamodb.provider_health import DynamoProviderHealth
from safelight.ports import ProviderHealth
from tests.builders import NOW
from tests.contract.conftest import RealTables
from tests.contract.race import race
from tests.fakes import FakeProviderHealth


@pytest.fixture(params=["fake", pytest.param("dynamodb", marks=pytest.mark.emulator)])
def health(request: pytest.FixtureRequest) -> ProviderHealth:
    if request.param == "fake":
        return FakeProviderHealth()
    tables: RealTables = request.getfixturevalue("tables")
    return DynamoProviderHealth(tables.book)


def test_nothing_is_known_of_a_provider_that_nobody_noted(health: ProviderHealth) -> None:
    assert health.slow("sns", NOW) == (0, 0)


def test_slow_ones_are_counted_among_all_by_provider(health: ProviderHealth) -> None:
    for slow in (True, False, False, True, False):
        health.note("sns", NOW, slow=slow)
    health.note("gateway", NOW, slow=True)
    assert health.slow("sns", NOW) == (2, 5)
    assert health.slow("gateway", NOW) == (1, 1)


@pytest.mark.parametrize(("minutes", "seen"), [(-1, 0), (0, 1), (1, 1), (14, 1), (15, 0), (60, 0)])
def test_fifteen_minutes_count_and_neither_what_was_before_nor_what_is_to_come(
    health: ProviderHealth, minutes: int, seen: int
) -> None:
    health.note("sns", NOW - timedelta(minutes=minutes), slow=True)
    assert health.slow("sns", NOW + timedelta(seconds=20)) == (seen, seen)


def test_of_many_who_note_at_once_each_counts(health: ProviderHealth) -> None:
    assert race([lambda: health.note("sns", NOW, slow=True)] * 6)["won"] == 6
    assert health.slow("sns", NOW) == (6, 6)


@pytest.mark.emulator
def test_a_minute_is_forgotten_after_a_day(tables: RealTables) -> None:
    DynamoProviderHealth(tables.book).note("sns", NOW, slow=False)
    row = tables.book.get(keys.provider_minute("sns", NOW))
    assert row is not None
    assert row["kind"] == {"S": "provider"}
    assert row[keys.TTL_ATTRIBUTE] == {"N": str(int((NOW + timedelta(days=1)).timestamp()))}
