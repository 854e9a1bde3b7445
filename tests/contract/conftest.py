"""Each port's suite runs on the fake and on the real adapter against a bare emulator, one for each test worker."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from local.emulator_process import Emulator
from local.machine import REGION
from safelight.adapters.aws_json import AwsJson
from safelight.adapters.aws_signing import Credentials
from safelight.adapters.dynamodb import keys
from safelight.adapters.dynamodb.alerts import DynamoAlerts
from safelight.adapters.dynamodb.book import DynamoBook
from safelight.adapters.dynamodb.cases import DynamoCases
from safelight.adapters.dynamodb.indicators import DynamoIndicators
from safelight.adapters.dynamodb.sessions import DynamoSessions
from safelight.adapters.dynamodb.table import Table, dynamodb_client
from safelight.adapters.dynamodb.tasks import DynamoTasks
from safelight.ports import Alerts, Book, Cases, Sessions, Tasks
from tests.fakes import FakeAlerts, FakeBook, FakeCases, FakeClock, FakeIndicators, FakeSessions, FakeTasks, Store

TIMEOUT_S = 10.0


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "emulator: needs the bare emulator, with nothing deployed")


def credentials() -> Credentials:
    return Credentials(access_key_id="test", secret_access_key="test")


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(tmp_path_factory.mktemp("emulator")) as running:
        yield running


@dataclass(frozen=True)
class Stores:
    """The stored ports over one store."""

    book: Book
    cases: Cases
    alerts: Alerts
    sessions: Sessions
    indicators: FakeIndicators | DynamoIndicators
    clock: FakeClock
    tasks: Tasks


@dataclass(frozen=True)
class RealTables:
    client: AwsJson
    cases: Table
    book: Table

    def raw(self, table: Table, pk: str, sk: str) -> dict[str, Any] | None:
        return table.get(keys.Key(pk, sk))

    def index(self, name: str) -> list[dict[str, Any]]:
        """All that an index holds, by Scan: for tests only."""
        answer = self.client.call("Scan", {"TableName": self.cases.name, "IndexName": name}, replayable=True)
        return list(answer["Items"])


def _fake() -> Stores:
    store, clock = Store(), FakeClock()
    return Stores(
        FakeBook(store),
        FakeCases(store),
        FakeAlerts(store),
        FakeSessions(store, clock),
        FakeIndicators(store),
        clock,
        FakeTasks(store),
    )


def _create(client: AwsJson, schema: dict[str, Any], name: str) -> Table:
    request = {**schema, "TableName": name, "BillingMode": "PAY_PER_REQUEST"}
    if "StreamSpecification" in schema:
        request["StreamSpecification"] = {"StreamEnabled": True, **schema["StreamSpecification"]}
    client.call("CreateTable", request)
    return Table(client, name)


@pytest.fixture
def tables(emulator: Emulator) -> Iterator[RealTables]:
    """Two empty tables of the test's own."""
    client = dynamodb_client(REGION, emulator.endpoint, credentials, TIMEOUT_S)
    unique = uuid4().hex[:12]
    yield RealTables(
        client,
        _create(client, keys.CASES_SCHEMA, f"cases-{unique}"),
        _create(client, keys.BOOK_SCHEMA, f"book-{unique}"),
    )
    client.close()


@pytest.fixture
def real_stores(tables: RealTables) -> Stores:
    clock = FakeClock()
    return Stores(
        DynamoBook(tables.book, tables.cases),
        DynamoCases(tables.cases),
        DynamoAlerts(tables.cases),
        DynamoSessions(tables.book, clock),
        DynamoIndicators(tables.book),
        clock,
        DynamoTasks(tables.cases),
    )


@pytest.fixture(params=["fake", pytest.param("dynamodb", marks=pytest.mark.emulator)])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "fake":
        return _fake()
    made: Stores = request.getfixturevalue("real_stores")
    return made
