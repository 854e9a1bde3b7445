"""Context: what the app, the page, the line or the counter saw while he asked."""

from safelight.domain.assessment import Modality
from safelight.features.feature import Feature, from_context

_M = Modality.CONTEXT
_UNSEEN = "the channel cannot see it or did not say"


CONTEXT_FEATURES: tuple[Feature, ...] = (
    Feature("on_call", _M, "0/1", "on a call while asking", _UNSEEN, "on_call", 1, from_context(lambda c: c.on_call)),
    Feature(
        "screen_shared",
        _M,
        "0/1",
        "the screen was shared while asking",
        _UNSEEN,
        "steered_screen",
        1,
        from_context(lambda c: c.screen_shared),
    ),
    Feature(
        "remote_control_app",
        _M,
        "0/1",
        "a remote-control app was running",
        _UNSEEN,
        "steered_screen",
        1,
        from_context(lambda c: c.remote_control_app),
    ),
    Feature(
        "new_device",
        _M,
        "0/1",
        "first request from this device",
        _UNSEEN,
        "new_device",
        1,
        from_context(lambda c: c.new_device),
    ),
    Feature(
        "account_pasted",
        _M,
        "0/1",
        "the payout account was pasted, not typed",
        _UNSEEN,
        "form_behaviour",
        1,
        from_context(lambda c: c.account_pasted),
    ),
    Feature(
        "seconds_on_form",
        _M,
        "seconds",
        "time between opening and sending the form",
        _UNSEEN,
        "form_behaviour",
        0,
        from_context(lambda c: c.seconds_on_form),
    ),
    Feature(
        "amount_edits",
        _M,
        "count",
        "how often the amount was changed",
        _UNSEEN,
        "form_behaviour",
        0,
        from_context(lambda c: c.amount_edits),
    ),
)
