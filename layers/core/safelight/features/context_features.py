"""Context: what the app, the page, the line or the counter saw while he asked."""

from collections.abc import Callable

from safelight.domain.assessment import Modality
from safelight.domain.facts import Context
from safelight.features.feature import Feature

_M = Modality.CONTEXT
_UNSEEN = "the channel cannot see it or did not say"


def _f(name: str, unit: str, meaning: str, group: str, rises: int, value: Callable[[Context], float | None]) -> Feature:
    return Feature(name, _M, unit, meaning, _UNSEEN, group, rises, value)


CONTEXT_FEATURES: tuple[Feature, ...] = (
    _f("on_call", "0/1", "on a call while asking", "on_call", 1, lambda c: c.on_call),
    _f("screen_shared", "0/1", "the screen was shared while asking", "steered_screen", 1, lambda c: c.screen_shared),
    _f(
        "remote_control_app",
        "0/1",
        "a remote-control app was running",
        "steered_screen",
        1,
        lambda c: c.remote_control_app,
    ),
    _f("new_device", "0/1", "first request from this device", "new_device", 1, lambda c: c.new_device),
    _f(
        "account_pasted",
        "0/1",
        "the payout account was pasted, not typed",
        "form_behaviour",
        1,
        lambda c: c.account_pasted,
    ),
    _f(
        "seconds_on_form",
        "seconds",
        "time between opening and sending the form",
        "form_behaviour",
        0,
        lambda c: c.seconds_on_form,
    ),
    _f("amount_edits", "count", "how often the amount was changed", "form_behaviour", 0, lambda c: c.amount_edits),
)
