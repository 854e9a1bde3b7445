"""Functions of the alert path die in the middle of a burst of RED cases, and nobody is forgotten or told twice.

`python -m tests.integration.killed_burst 300` does it for five real minutes.
"""

from __future__ import annotations

import time
from pathlib import Path

from local.__main__ import Running
from tests.integration.burst import ask_all, configured, ends, killing, kills, sweep, victims

UNLIMITED = {"ALERTS_AN_HOUR": "100000"}
CASES = 16
SEED = 7


def test_a_burst_whose_functions_are_killed_ends_with_nobody_forgotten_and_nobody_told_twice(
    running_stack: Running, tmp_path: Path
) -> None:
    up = running_stack
    with (
        killing(up, tmp_path, SEED, alert_contact=(12, 12), relay_outbox=(5, 6), sweep_alerts=(5, 2)),
        configured(up, "alert-contact", UNLIMITED),
    ):
        asked, _ = ask_all(up, victims(up, CASES))
        settled(up, asked)
        for later_s in (90, 200, 200, 200):
            sweep(up, later_s)
            settled(up, asked)
    found = ends(up, asked)
    assert (found.cases, found.silent, found.doubled, found.open_alerts) == (CASES, [], [], 0)
    assert {line.split()[0] for line in kills(tmp_path)} >= {"safelight-alert-contact", "safelight-relay-outbox"}
    assert found.told >= CASES / 4


def settled(up: Running, asked: object, quiet_s: float = 2.0, most_s: float = 12.0) -> None:
    """Wait until no text came for a while."""
    give_up = time.monotonic() + most_s
    texts, since = len(up.inbox.texts()), time.monotonic()
    while time.monotonic() < give_up and time.monotonic() - since < quiet_s:
        time.sleep(0.2)
        if len(up.inbox.texts()) != texts:
            texts, since = len(up.inbox.texts()), time.monotonic()
