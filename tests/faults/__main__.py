"""`python -m tests.faults [RUNS] [SEED]`: the machine of tests/faults/insurer.py for long, figures as JSON on stdout.

A run that broke a promise is counted and the others go on. What happened in the first of them is on stderr. RUNS and
SEED given again make the same runs again.
"""

import json
import sys
import time
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.insurer import Insurer, Result

CHUNK = 1_000
"""Runs that Hypothesis keeps in mind at once."""
STEPS = 12
SHOWN = 3


def play(runs: int, seed: int) -> Result:
    """`runs` runs in chunks, each with a seed of its own that follows from `seed`."""
    result = Result()
    for chunk in range(0, runs, CHUNK):
        machine = type("Insurer", (Insurer,), {"result": result, "raises": False})
        run_state_machine_as_test(
            hypothesis.seed(f"{seed} {chunk}")(machine),
            settings=settings(
                max_examples=min(CHUNK, runs - chunk),
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
    return result


def figures(result: Result, seed: int) -> dict[str, Any]:
    return {
        "runs": result.runs,
        "steps": result.steps,
        "faults": result.by_kind,
        "kinds_of_step_hit": len({step for step, _ in result.met}),
        "alerts": result.alerts,
        "sms": result.sms,
        "alerts_lost": result.lost,
        "sms_doubled": result.doubled,
        "cases_without_an_allowed_end_within_5_minutes": result.without_end,
        "told_though_not_eligible": result.unfit,
        "seconds": round(time.perf_counter() - result.began, 1),
        "seed": seed,
    }


def main(arguments: list[str]) -> int:
    runs, seed = (int(given) for given in (*arguments, *("1000", "1")[len(arguments) :]))
    result = play(runs, seed)
    for happened in result.broken[:SHOWN]:
        print(*happened, sep="\n", end="\n\n", file=sys.stderr)
    print(json.dumps(figures(result, seed), indent=2))
    return 1 if result.broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
