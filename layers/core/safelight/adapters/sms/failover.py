"""Providers in order: the next one tries only what the one before it surely did not send."""

from collections.abc import Sequence
from datetime import datetime

from safelight.adapters.sms.base import Go, SmsProvider
from safelight.domain.errors import GaveUpError, RetryableError
from safelight.domain.provider_speed import too_slow
from safelight.ports import Clock, Fate, ProviderHealth, SmsMessage, SmsReceipt, Telemetry

NEXT_WITHIN_S = 5.0
"""Nobody begins after this: one go may take four seconds, and the function that waits must live to write it down."""


class FailoverSms:
    """The port `Sms`, over at least one provider. All are told the same attempt.

    After an unknown fate nobody else tries, and neither after a refusal that is about whom the message is for. A
    provider that has become slow is set aside: it is tried last, and so nobody is ever left without one. A number that
    begins with none of `prefixes` is refused before anybody is told: SMS pumping lives on messages to far countries.
    """

    def __init__(
        self,
        providers: Sequence[SmsProvider],
        *,
        prefixes: Sequence[str],
        health: ProviderHealth,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        if not providers or len({one.name for one in providers}) != len(providers):
            raise ValueError("providers must be different ones, and one at least")
        self._providers = tuple(providers)
        self._prefixes = tuple(prefixes)
        self._health = health
        self._clock = clock
        self._telemetry = telemetry

    def send(self, message: SmsMessage) -> SmsReceipt:
        if not message.to.startswith(self._prefixes):
            return SmsReceipt(fate=Fate.REFUSED, cause="country_not_allowed", provider=self._providers[0].name)
        began, now = self._clock.monotonic(), self._clock.now()
        first, *others = self._in_order(now)
        go = self._go(first, message, now)
        for provider in others:
            if not go.next_may_try or self._clock.monotonic() - began >= NEXT_WITHIN_S:
                break
            self._telemetry.note("sms_failover", cause=str(go.receipt.cause), provider=str(go.receipt.provider))
            self._telemetry.count("SmsFailover")
            go = self._go(provider, message, now)
        return go.receipt

    def _in_order(self, now: datetime) -> list[SmsProvider]:
        """Those that are slow come last, in their own order."""
        if len(self._providers) == 1:
            return list(self._providers)
        aside = {provider.name for provider in self._providers if self._slow(provider.name, now)}
        if 0 < len(aside) < len(self._providers):
            for name in sorted(aside):
                self._telemetry.note("provider_set_aside", provider=name)
                self._telemetry.count("ProviderSetAside")
        return sorted(self._providers, key=lambda provider: provider.name in aside)

    def _slow(self, name: str, now: datetime) -> bool:
        """False when it cannot be read: nobody is set aside for that."""
        try:
            return too_slow(*self._health.slow(name, now))
        except (RetryableError, GaveUpError):
            return False

    def _go(self, provider: SmsProvider, message: SmsMessage, now: datetime) -> Go:
        go = provider.go(message)
        if go.timed_out:
            try:
                self._health.note(provider.name, now, slow=True)
            except (RetryableError, GaveUpError):
                self._telemetry.note("provider_unnoted", provider=provider.name)
        return go
