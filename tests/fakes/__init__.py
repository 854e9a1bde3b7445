"""In-memory fakes of every port, hand-written, held to the same contract suites as the real adapters."""

from tests.fakes.faults import Faults
from tests.fakes.outside import (
    FakeClock,
    FakeIds,
    FakeModel,
    FakeModels,
    FakeProviderHealth,
    FakeQueue,
    FakeSms,
    FakeTelemetry,
    FakeVault,
)
from tests.fakes.stores import FakeAlerts, FakeBook, FakeCases, FakeIndicators, FakeSessions, Store

__all__ = [
    "FakeAlerts",
    "FakeBook",
    "FakeCases",
    "FakeClock",
    "FakeIds",
    "FakeIndicators",
    "FakeModel",
    "FakeModels",
    "FakeProviderHealth",
    "FakeQueue",
    "FakeSessions",
    "FakeSms",
    "FakeTelemetry",
    "FakeVault",
    "Faults",
    "Store",
]
