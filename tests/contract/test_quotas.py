"""The port `Quotas`: so many in a period, and not one more, however many ask at once."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from safelight.adapters.dynamodb.quotas import DynamoQuotas
from safelight.domain.errors import ConflictError
from safelight.ports import Quotas
from tests.builders import NOW
from tests.contract.conftest import RealTables
from tests.contract.race import race
from tests.fakes import FakeQuotas

HOUR = timedelta(hours=1)


@pytest.fixture(params=["fake", pytest.param("dynamodb", marks=pytest.mark.emulator)])
def quotas(request: pytest.FixtureRequest) -> Quotas:
    if request.param == "fake":
        return FakeQuotas()
    tables: RealTables = request.getfixturevalue("tables")
    return DynamoQuotas(tables.book)


def test_so_many_and_no_more(quotas: Quotas) -> None:
    assert [quotas.take("a", 2, NOW, within=HOUR) for _ in range(4)] == [True, True, False, False]


def test_a_new_period_begins_afresh(quotas: Quotas) -> None:
    assert quotas.take("a", 1, NOW, within=HOUR)
    assert not quotas.take("a", 1, NOW + timedelta(minutes=1), within=HOUR)
    assert quotas.take("a", 1, NOW + HOUR, within=HOUR)


def test_names_and_periods_are_apart(quotas: Quotas) -> None:
    assert quotas.take("a", 1, NOW, within=HOUR)
    assert quotas.take("b", 1, NOW, within=HOUR)
    assert quotas.take("a", 1, NOW, within=timedelta(days=1))
    assert quotas.take("a#3600", 1, NOW, within=HOUR)


def test_who_asks_at_once_shares_what_is_there(quotas: Quotas) -> None:
    def take() -> None:
        if not quotas.take("a", 5, NOW, within=HOUR):
            raise ConflictError("all_taken")

    attempts: list[Callable[[], object]] = [take] * 12
    assert race(attempts) == {"won": 5, "conflict": 7}


@pytest.mark.emulator
def test_a_counter_goes_some_time_after_its_period(tables: RealTables) -> None:
    DynamoQuotas(tables.book).take("a", 5, NOW, within=HOUR)
    answer = tables.client.call("Scan", {"TableName": tables.book.name}, replayable=True)
    (row,) = answer["Items"]
    left = int(row["ttl"]["N"]) - NOW.timestamp()
    assert HOUR.total_seconds() < left <= 2 * HOUR.total_seconds()
    assert row["taken"] == {"N": "1"}
