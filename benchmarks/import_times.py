"""Where a cold start spends its imports: `-X importtime` of the scoring function over that of the bare handler."""

from __future__ import annotations

import re
import subprocess
from collections import Counter

from benchmarks import opt
from benchmarks.aws_stand_in import AwsStandIn
from benchmarks.runtime_api import Environment, command, variables

_LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \| +(\S+)")
_RUNS = 5


def summary(deepest: int = 30) -> str:
    """Milliseconds of their own, by module, of what the scoring function imports and the bare handler does not.

    Each is the least of several runs; the profiler itself adds to all. What is imported during the first request is not
    in it.
    """
    with opt.layers() as folder, AwsStandIn() as aws:
        bare, scoring = _self_times(opt.bare(folder)), _self_times(opt.scoring(folder, aws.endpoint))
    added = Counter({name: ms for name, ms in scoring.items() if name not in bare})
    packages: Counter[str] = Counter()
    for name, ms in added.items():
        packages[name.split(".")[0]] += ms
    lines = [f"bare imports {sum(bare.values()):.1f} ms, scoring adds {sum(added.values()):.1f} ms", "", "by package:"]
    lines += [f"  {ms:6.2f}  {name}" for name, ms in packages.most_common(deepest)]
    lines += ["", "by module:"]
    lines += [f"  {ms:6.2f}  {name}" for name, ms in added.most_common(deepest)]
    return "\n".join(lines) + "\n"


def _self_times(environment: Environment) -> dict[str, float]:
    least: dict[str, float] = {}
    for _ in range(_RUNS):
        done = subprocess.run(
            command(None, "-X", "importtime", "-c", "import awslambdaric.bootstrap, app"),
            cwd=environment.task,
            env=variables(environment),
            capture_output=True,
            text=True,
            check=True,
        )
        for own, name in _LINE.findall(done.stderr):
            least[name] = min(least.get(name, float("inf")), int(own) / 1000)
    return least
