"""The port `Alerts`, as receipts need it: what became of a message, and of many words on it at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from safelight.domain.alert import AlertState, Arrival, AttemptId, Delivery, TaskReason
from safelight.domain.errors import ConflictError, RetryableError
from safelight.domain.receipt import Receipt
from safelight.usecases.take_receipt import take_receipt
from tests.builders import NOW, ended, sending
from tests.contract.conftest import Stores
from tests.contract.race import race
from tests.contract.test_alerts import open_alert
from tests.fakes import FakeProviderHealth, FakeTelemetry

DELIVERY = Delivery(arrival=Arrival.UNDELIVERED, at=NOW + timedelta(seconds=7), code="TEXT_UNREACHABLE")


def test_what_became_of_a_message_is_kept_and_its_state_is_what_it_was(stores: Stores) -> None:
    _, alert = open_alert(stores)
    stores.alerts.save(sending(alert))
    sent = ended(sending(alert))
    stores.alerts.save(sent)
    told = replace(sent, delivery=DELIVERY, version=sent.version + 1)
    stores.alerts.save(told)
    assert stores.alerts.find(alert.alert_id) == told
    assert told.state is AlertState.SENT
    with pytest.raises(ConflictError):
        stores.alerts.save(replace(told, delivery=None))


def test_of_many_receipts_at_once_none_undoes_another_and_there_is_one_task(stores: Stores) -> None:
    case, alert = open_alert(stores)
    attempt = AttemptId("attempt-1")
    under_way = replace(sending(alert), attempt_id=attempt)
    stores.alerts.save(under_way)
    stores.alerts.save(replace(ended(under_way), attempt_id=attempt, provider="sns", provider_message_id="m-1"))

    def hear(arrival: Arrival) -> None:
        receipt = Receipt(provider="sns", arrival=arrival, at=DELIVERY.at, attempt_id=attempt)
        for _ in range(20):  # whoever is told to come again does
            try:
                take_receipt(
                    receipt,
                    alerts=stores.alerts,
                    health=FakeProviderHealth(),
                    clock=stores.clock,
                    telemetry=FakeTelemetry(),
                )
            except RetryableError:
                continue
            return

    heard = [Arrival.ON_THE_WAY, Arrival.UNDELIVERED, Arrival.UNDELIVERED, Arrival.ON_THE_WAY]
    assert race([lambda arrival=arrival: hear(arrival) for arrival in heard])["won"] == 4  # type: ignore[misc]
    file = stores.cases.find(case.case_id)
    assert file is not None
    assert [(a.state, a.delivery and a.delivery.arrival) for a in file.alerts] == [
        (AlertState.SENT, Arrival.UNDELIVERED)
    ]
    assert [(task.reason, task.about) for task in file.tasks] == [(TaskReason.ALERT_UNDELIVERED, alert.contact_id)]
