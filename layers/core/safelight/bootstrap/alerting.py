"""Wires what brings an alert to its end: relay, sender, receipts, and the two that let nothing stay stuck."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from safelight.bootstrap.adapters import Adapters
from safelight.settings import Settings

if TYPE_CHECKING:
    from datetime import datetime

    from safelight.channels.receipts import ReceiptsTaken
    from safelight.domain.alert import Alert, AlertId
    from safelight.ports import Telemetry
    from safelight.usecases.end_alert import Ending


class Relay(NamedTuple):
    relay_alerts: Callable[[Mapping[AlertId, datetime]], None]


def for_relay() -> Relay:
    from safelight.usecases.relay_alerts import relay_alerts

    adapters = Adapters(Settings.from_environment())
    return Relay(
        partial(
            relay_alerts,
            queue=adapters.queue,
            deadlines=adapters.deadlines,
            clock=adapters.clock,
            telemetry=adapters.telemetry,
        )
    )


def _ending(adapters: Adapters) -> Ending:
    from safelight.usecases.end_alert import Ending

    return Ending(
        alerts=adapters.alerts,
        cases=adapters.cases,
        book=adapters.book,
        clock=adapters.clock,
        telemetry=adapters.telemetry,
    )


class Deadline(NamedTuple):
    hold_deadline: Callable[[AlertId], None]


def for_deadlines() -> Deadline:
    from safelight.usecases.end_alert import hold_deadline

    return Deadline(partial(hold_deadline, needs=_ending(Adapters(Settings.from_environment()))))


class Alerting(NamedTuple):
    telemetry: Telemetry
    alert_contact: Callable[[AlertId], Alert]


def for_alerts() -> Alerting:
    from safelight.adapters.ids import RandomIds
    from safelight.usecases.alert_contact import Sending, alert_contact

    adapters = Adapters(Settings.from_environment())
    needs = Sending(
        sender=adapters.settings.sms_sender_name,
        rules=adapters.settings.alert_rules,
        alerts=adapters.alerts,
        cases=adapters.cases,
        book=adapters.book,
        vault=adapters.sealing_vault,
        sms=adapters.sms,
        push=adapters.push,
        quotas=adapters.quotas,
        clock=adapters.clock,
        ids=RandomIds(),
        telemetry=adapters.telemetry,
    )
    return Alerting(adapters.telemetry, partial(alert_contact, needs=needs))


def for_receipts() -> ReceiptsTaken:
    from safelight.channels.receipts import ReceiptsTaken
    from safelight.usecases.take_receipt import take_receipt

    adapters = Adapters(Settings.from_environment())
    take = partial(
        take_receipt,
        alerts=adapters.alerts,
        health=adapters.provider_health,
        clock=adapters.clock,
        telemetry=adapters.telemetry,
    )
    return ReceiptsTaken(take=take, signed=adapters.gateway_signed, telemetry=adapters.telemetry)


class Sweeping(NamedTuple):
    sweep_alerts: Callable[[], int]


def for_sweeping() -> Sweeping:
    from safelight.usecases.sweep_alerts import sweep_alerts

    adapters = Adapters(Settings.from_environment())
    return Sweeping(partial(sweep_alerts, queue=adapters.queue, needs=_ending(adapters)))
