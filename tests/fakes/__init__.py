"""In-memory fakes of every port, hand-written, held to the same contract suites as the real adapters."""

from tests.fakes.faults import Faults
from tests.fakes.outside import (
    FakeClock,
    FakeDeadlines,
    FakeIds,
    FakeModel,
    FakeModels,
    FakeProviderHealth,
    FakePush,
    FakeQueue,
    FakeQuotas,
    FakeSms,
    FakeTelemetry,
    FakeVault,
)
from tests.fakes.stores import FakeAlerts, FakeBook, FakeCases, FakeIndicators, FakeSessions, FakeTasks, Store

__all__ = [
    "FakeAlerts",
    "FakeBook",
    "FakeCases",
    "FakeClock",
    "FakeDeadlines",
    "FakeIds",
    "FakeIndicators",
    "FakeModel",
    "FakeModels",
    "FakeProviderHealth",
    "FakePush",
    "FakeQueue",
    "FakeQuotas",
    "FakeSessions",
    "FakeSms",
    "FakeTasks",
    "FakeTelemetry",
    "FakeVault",
    "Faults",
    "Store",
]
