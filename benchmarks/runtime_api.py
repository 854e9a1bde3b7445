"""Lambda's Runtime API on loopback, and one execution environment after another that runs the real awslambdaric.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.loopback_http import Answered, Asked, LoopbackHttp

PATIENCE_S = 30.0


class BenchmarkError(Exception):
    """What was to be measured did not do its work, so a time would mean nothing."""


class Environment(NamedTuple):
    """What an execution environment starts with. `paths` is the import path after the task's own folder."""

    task: Path
    paths: tuple[Path, ...]
    variables: Mapping[str, str]


class ColdStart(NamedTuple):
    """Milliseconds. `ready`: from spawn to the first GET next; `answered`: from spawn to the first response.

    `cpu` is what the process burnt until it was ended, on all cores. `bodies` are the responses.
    """

    ready: float
    answered: float
    cpu: float
    bodies: tuple[bytes, ...]


class _RuntimeApi:
    """Hands out the events in order and notes when each was answered."""

    def __init__(self, events: Sequence[bytes]) -> None:
        self._events = list(events)
        self._handed = 0
        self.ready: float | None = None
        self.answered: list[float] = []
        self.bodies: list[bytes] = []
        self.failure: str | None = None
        self.over = threading.Event()
        self._hold = threading.Event()

    def answer(self, asked: Asked) -> Answered:
        now = time.perf_counter()
        if asked.method == "GET" and asked.path.endswith("/invocation/next"):
            return self._next(now)
        if asked.path.endswith("/response"):
            self.answered.append(now)
            self.bodies.append(asked.body)
        elif asked.path.endswith("/error"):
            self.failure = asked.body.decode(errors="replace")
            self.over.set()
        return Answered(202, b"", {})

    def _next(self, now: float) -> Answered:
        self.ready = self.ready or now
        if self._handed == len(self._events):
            self.over.set()
            self._hold.wait(PATIENCE_S)  # a frozen environment waits here; ours is ended
        event = self._events[min(self._handed, len(self._events) - 1)]
        self._handed += 1
        headers = {
            "content-type": "application/json",
            "lambda-runtime-aws-request-id": f"00000000-0000-4000-8000-{self._handed:012d}",
            "lambda-runtime-deadline-ms": str(int(time.time() * 1000) + 10_000),
            "lambda-runtime-invoked-function-arn": "arn:aws:lambda:us-east-1:123456789012:function:bench",
            "lambda-runtime-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0",
        }
        return Answered(200, event, headers)

    def release(self) -> None:
        self._hold.set()


def cold_start(environment: Environment, events: Sequence[bytes], core: int | None = None) -> ColdStart:
    """A new process answers the events. `core`: it may use that one only.

    Raises BenchmarkError when it reports an error, dies, or hangs.
    """
    api = _RuntimeApi(events)
    burnt = _cpu_of_children()
    with LoopbackHttp(api.answer) as server:
        started = time.perf_counter()
        process = subprocess.Popen(
            command(core, "-m", "awslambdaric", "app.handler"),
            cwd=environment.task,
            env=variables(environment, AWS_LAMBDA_RUNTIME_API=server.address),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            close_fds=False,
        )
        try:
            while not api.over.wait(0.2):
                if process.poll() is not None or time.perf_counter() - started > PATIENCE_S:
                    raise BenchmarkError(f"{environment.task.name}: the process died or hung")
        finally:
            process.kill()
            process.wait()
            api.release()
    if api.failure is not None or api.ready is None:
        raise BenchmarkError(f"{environment.task.name}: {api.failure}")
    return ColdStart(
        ready=(api.ready - started) * 1000,
        answered=(api.answered[0] - started) * 1000,
        cpu=(_cpu_of_children() - burnt) * 1000,
        bodies=tuple(api.bodies),
    )


def command(core: int | None, *arguments: str) -> list[str]:
    """This interpreter without site-packages: only the task, the layers and the runtime's client can be imported."""
    pinned = [] if core is None else ["taskset", "--cpu-list", str(core)]
    return [*pinned, sys.executable, "-S", "-s", *arguments]


def variables(environment: Environment, **more: str) -> dict[str, str]:
    """The variables that Lambda sets, then the function's own."""
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONPATH": os.pathsep.join(map(str, (environment.task, *environment.paths))),
        "PYTHONDONTWRITEBYTECODE": "1",  # /var/task and /opt are read-only on Lambda
        "LAMBDA_TASK_ROOT": str(environment.task),
        "_HANDLER": "app.handler",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/bench",
        "AWS_LAMBDA_LOG_STREAM_NAME": "bench",
        **environment.variables,
        **more,
    }


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
