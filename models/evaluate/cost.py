"""What making the model takes: reports/train.json. Beside the model it would make each training differ in its bytes."""

import json
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path

from models.evaluate.machine import machine
from models.simulate.book import BookPlan


def write(path: Path, plan: BookPlan, seconds: float, processes: int) -> None:
    """`seconds` by the clock; the memory of this process and of `processes` helpers is taken now."""
    document = {
        "measured_at": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": machine(),
        "book": {"requests_a_year": plan.requests_a_year, "years": plan.years, "seed": plan.seed},
        "processes": processes,
        "seconds": round(seconds, 1),
        "peak_mb": round(peak_mb() + processes * peak_mb(resource.RUSAGE_CHILDREN)),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def peak_mb(who: int = resource.RUSAGE_SELF) -> float:
    """Resident memory at its highest, MB: of this process, or of the largest of those it started and that ended."""
    return resource.getrusage(who).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
