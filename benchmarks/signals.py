"""In-session signals a second through one function's own code, on two cores, and how many were lost: none may be.

Two processes, as two execution environments, call `handler(event, context)`. Both deliver to the same sessions, so
their writes meet. DynamoDB is a stand-in on loopback in a third process, on the same two cores: signed requests,
sockets and conditions are real. A delivery is lost when its answer is not a 200 that says `kept`, or when the store
does not hold it at the end: every delivery that was kept has made its session one version older, and the newest word
of each session is known.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock, Timer
from typing import Any, NamedTuple

import msgspec

from benchmarks import ordinary_request
from benchmarks.loopback_http import Answered, Asked, LoopbackHttp
from benchmarks.progress import say
from benchmarks.runtime_api import BenchmarkError
from benchmarks.timing import percentile, silent
from local.machine import ROOT

FUNCTION = ROOT / "functions" / "watch_session"
WORKERS = 2
SESSIONS = 200
WARMING = 50
VARIABLES = {
    "AWS_LAMBDA_FUNCTION_NAME": "bench",
    "AWS_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "BOOK_TABLE": ordinary_request.BOOK_TABLE,
    "STAGE": "prod",
    "POWERTOOLS_SERVICE_NAME": "safelight",
}
_PATIENCE_S = 90.0


class Signals(NamedTuple):
    """`late_…`: milliseconds from the moment a delivery was due to its answer. `met`: writes that had to be done again
    because another's came between. `cpu_us`: the function's own processor time a signal, which others' jobs on the
    machine do not touch."""

    offered: int
    lost: int
    per_second: float
    late_p50_ms: float
    late_p99_ms: float
    met: int
    cpu_us: float


class _Done(NamedTuple):
    """What one worker did. Seconds; `began` and `ended` by the clock that all processes share."""

    began: float
    ended: float
    cpu_s: float
    kept: int
    late_s: list[float]


def measure(seconds: float, per_second: float | None) -> Signals:
    """Offer `per_second` signals in all, evenly, for `seconds`; None offers each as soon as the last is answered.

    Raises BenchmarkError when a worker fails or hangs.
    """
    table, rate = _Table(), per_second / WORKERS if per_second else 0.0
    with LoopbackHttp(table.answer) as server, ExitStack() as started:
        endpoint = f"http://{server.address}"
        workers = [started.enter_context(_worker(number, endpoint, seconds, rate)) for number in range(WORKERS)]
        found = [_Done(**line) for line in _together(workers)]
    late = [late_s * 1000 for done in found for late_s in done.late_s]
    if not late:
        raise BenchmarkError("no signal was answered")
    took = max(done.ended for done in found) - min(done.began for done in found)
    result = Signals(
        offered=len(late),
        lost=_lost(found, table.rows),
        per_second=len(late) / took,
        late_p50_ms=percentile(late, 0.5),
        late_p99_ms=percentile(late, 0.99),
        met=table.met,
        cpu_us=sum(done.cpu_s for done in found) / len(late) * 1e6,
    )
    say(f"signals: {result.per_second:.0f}/s, {result.lost} of {result.offered} lost, {result.cpu_us:.0f} µs each")
    return result


@contextmanager
def _worker(number: int, endpoint: str, seconds: float, rate: float) -> Iterator[subprocess.Popen[str]]:
    """An execution environment, ended with the block whatever became of it."""
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "layers" / "core")))
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.signals", str(number), str(seconds), str(rate)],
        env={**os.environ, **VARIABLES, "AWS_ENDPOINT_URL": endpoint, "PYTHONPATH": paths},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        watch = Timer(_PATIENCE_S + seconds, process.kill)
        watch.start()
        try:
            yield process
        finally:
            watch.cancel()
            process.kill()


def _together(workers: list[subprocess.Popen[str]]) -> list[dict[str, Any]]:
    """What each says at its end. All begin once all are ready."""
    if any(line.strip() != "ready" for line in _lines(workers)):
        raise BenchmarkError("a worker died or hung")
    for worker in workers:
        if worker.stdin:
            worker.stdin.write("go\n")
            worker.stdin.flush()
    lines = _lines(workers)
    if not all(lines):
        raise BenchmarkError("a worker died or hung")
    return [json.loads(line) for line in lines]


def _lines(workers: list[subprocess.Popen[str]]) -> list[str]:
    return [worker.stdout.readline() for worker in workers if worker.stdout]


def _lost(found: list[_Done], rows: dict[str, dict[str, Any]]) -> int:
    """The greatest of what was not answered as kept, what the store never took, and the sessions whose newest word it
    does not hold."""
    counts = [len(done.late_s) for done in found]
    unkept = sum(len(done.late_s) - done.kept for done in found)
    untaken = sum(counts) + len(found) * WARMING - sum(int(row["version"]["N"]) for row in rows.values())
    newest: dict[str, int] = {}
    for worker, count in enumerate(counts):
        for number in range(-WARMING, count):
            name, sequence = _session(number), _sequence(worker, number)
            newest[name] = max(sequence, newest.get(name, 0))
    forgotten: int = sum(json.loads(rows[name]["doc"]["S"])["amount_edits"] != _edits(n) for name, n in newest.items())
    return max(unkept, untaken, forgotten)


def _work(worker: int, seconds: float, rate: float) -> _Done:
    """The function, started afresh, and one event after the other. `rate` 0: without a pause."""
    spec = importlib.util.spec_from_file_location("benchmarked_signals", FUNCTION / "app.py")
    if spec is None or spec.loader is None:
        raise ImportError(str(FUNCTION))
    function = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(function)
    with silent():
        for number in range(-WARMING, 0):
            function.handler(_event(worker, number), None)
    print("ready", flush=True)
    sys.stdin.readline()
    late: list[float] = []
    kept = 0
    with silent():
        began, burnt = time.perf_counter(), time.process_time()
        while time.perf_counter() - began < seconds and (not rate or len(late) < seconds * rate):
            due = began + len(late) / rate if rate else time.perf_counter()
            time.sleep(max(0.0, due - time.perf_counter()))
            answer = function.handler(_event(worker, len(late)), None)
            kept += answer["statusCode"] == 200 and json.loads(answer["body"])["kept"] is True
            late.append(time.perf_counter() - due)
    return _Done(began, time.perf_counter(), time.process_time() - burnt, kept, late)


def _session(number: int) -> str:
    """Both workers go through the same sessions in the same order."""
    return f"s-{number % SESSIONS}"


def _sequence(worker: int, number: int) -> int:
    return (number + WARMING) * WORKERS + worker


def _edits(sequence: int) -> int:
    return sequence % 9_973


def _event(worker: int, number: int) -> dict[str, Any]:
    """What a page sends while somebody hovers over the form."""
    sequence, path = _sequence(worker, number), f"/v1/sessions/{_session(number)}/signals"
    event = ordinary_request.event("-")
    context = event["requestContext"]
    context["http"] = {**context["http"], "path": path}
    seen = {"on_call": sequence % 5 == 0, "screen_shared": False, "account_pasted": sequence % 11 == 0}
    counted = {"seconds_on_form": sequence / 10, "amount_edits": _edits(sequence), "sequence": sequence}
    return {**event, "rawPath": path, "body": json.dumps({**seen, **counted})}


class _Table:
    """GetItem and conditional PutItem, in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.met = 0
        self._lock = Lock()

    def answer(self, asked: Asked) -> Answered:
        request = msgspec.json.decode(asked.body)
        key = request["Key"] if "Key" in request else request["Item"]
        name = str(key["pk"]["S"]).rpartition("#")[2]
        with self._lock:
            stored = self.rows.get(name)
            if "Key" in request:
                return _answered(200, {"Item": stored} if stored else {})
            before = request.get("ExpressionAttributeValues", {}).get(":before")
            if (stored["version"] if stored else None) != before:
                self.met += 1
                return _answered(400, {"__type": "com.amazonaws#ConditionalCheckFailedException"})
            self.rows[name] = request["Item"]
        return _answered(200, {})


def _answered(status: int, body: dict[str, Any]) -> Answered:
    return Answered(status, msgspec.json.encode(body), {"content-type": "application/x-amz-json-1.0"})


if __name__ == "__main__":
    number, seconds, rate = sys.argv[1:]
    print(json.dumps(_work(int(number), float(seconds), float(rate))._asdict()), flush=True)
