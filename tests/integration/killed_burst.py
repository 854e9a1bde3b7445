"""`python -m tests.integration.killed_burst [CASES] [SEED]`: a burst on the deployed stack whose functions are killed.

Five real minutes from the last request: the stream, the queue, the schedule each minute and each alert's own deadline
run as they do when deployed. Figures as JSON on stdout and in reports/killed_burst.json; exit 1 when a case ended
silent, has no end, or a contact was told twice.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from local.__main__ import running
from tests.integration.burst import ask_all, configured, ends, figures, killing, victims

REPORT = Path("reports/killed_burst.json")
LIMIT_S = 300
UNLIMITED = {"ALERTS_AN_HOUR": "100000"}
"""A burst of this size is a flood by the usual limit, and a flood is cut."""
DIES = {"alert_contact": (25, 250), "relay_outbox": (10, 60), "hold_deadline": (6, 20), "sweep_alerts": (40, 1)}
"""(within so many calls, so many processes at most). One sweep of five is what DEADLINE allows for."""


def main(arguments: list[str]) -> int:
    cases, seed = (int(given) for given in (*arguments, *("300", "7")[len(arguments) :]))
    with running("burst") as up:
        folder = up.stack.folder / "killed"
        with configured(up, "alert-contact", UNLIMITED), killing(up, folder, seed, **DIES):
            asked, asked_s = ask_all(up, victims(up, cases))
            time.sleep(LIMIT_S)
            found = ends(up, asked)
            text = json.dumps(figures(found, folder, seed=seed, seconds_to_ask=round(asked_s, 1)), indent=2)
            REPORT.write_text(text + "\n")
            print(text, flush=True)
    late = found.slowest_s > LIMIT_S
    return 1 if found.silent or found.doubled or found.open_alerts or late else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
