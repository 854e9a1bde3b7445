"""`python -m benchmarks [--quick] [section …]`: measure, and rewrite latest.json.

Sections are cold, warm, channels, score, batch, size, load, signals, alerts
and imports.

All by default, about eight minutes. Exit 1 when a bar is not met. With names, what is not measured is not written.
`imports` only prints where a cold start spends its imports.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks import (
    alerts,
    answer_times,
    batch,
    cold_start,
    figures,
    import_times,
    layer_size,
    score,
    signals,
    throughput,
    warm_decision,
)
from benchmarks.figures import Figure
from benchmarks.progress import say
from local.machine import ROOT
from models.export.artifact import CURRENT
from safelight.adapters.model_files import GRAPH

LATEST = Path(__file__).parent / "latest.json"
FULL = {
    "cold_rounds": 21,
    "warm_requests": 400,
    "warm_rounds": 7,
    "channel_conversations": 400,
    "channel_cold_rounds": 15,
    "score_rows": 4_000,
    "score_rounds": 5,
    "batch_rows": 20_000,
    "batch_rounds": 7,
    "load_requests_a_client": 12,
    "load_at_least": 200,
    "signals_seconds": 5,
    "signals_runs": 7,
    "alerts_one_by_one": 200,
    "alerts_burst": 300,
    "score_seed": score.SEED,
}
QUICK = FULL | {"cold_rounds": 3, "warm_requests": 50, "warm_rounds": 2, "score_rows": 300, "score_rounds": 2}
QUICK |= {
    "channel_conversations": 10,
    "channel_cold_rounds": 1,
    "signals_seconds": 1,
    "signals_runs": 2,
    "alerts_one_by_one": 5,
    "alerts_burst": 10,
    "batch_rows": 2_000,
    "batch_rounds": 2,
    "load_requests_a_client": 2,
    "load_at_least": 20,
}
Sizes = dict[str, int]


def cold(sizes: Sizes) -> list[Figure]:
    found = cold_start.measure(sizes["cold_rounds"])
    one_core = cold_start.measure(sizes["cold_rounds"], core=0)
    how = "spawn of awslambdaric to the first answer, decision stored; AWS is a canned stand-in on loopback over http"
    return [
        Figure("Cold start ÷ bare Powertools handler", found.ratio, "×", how, bar=2.5),
        Figure("… lower quartile of the ratios", found.quartiles[0], "×", "spread of the pairs"),
        Figure("… upper quartile of the ratios", found.quartiles[1], "×", "spread of the pairs"),
        Figure("… on one core, as Lambda at 1769 MB", one_core.ratio, "×", "the same, both pinned to one core"),
        Figure("… in processor time", found.cpu_ratio, "×", "user and system time of the whole process"),
        Figure("… bare handler", found.bare_ms, "ms", "median"),
        Figure("… scoring function", found.scoring_ms, "ms", "median"),
    ]


def warm(sizes: Sizes) -> list[Figure]:
    in_process, over_loopback = warm_decision.measure(sizes["warm_requests"], sizes["warm_rounds"])
    how = "handler(event, context), p50; all real but the wire: AWS's canned answers come from a call"
    wire = "the same with the real client over loopback: five signed calls, one after the other"
    return [
        Figure("Warm decision ÷ bare handler, p50", in_process.ratio, "×", how, bar=6.0),
        Figure("… decision", in_process.decision_us, "µs", how),
        Figure("… bare handler", in_process.bare_us, "µs", "p50"),
        Figure("… decision with the calls over loopback", over_loopback.decision_us, "µs", wire),
    ]


def by_channel(sizes: Sizes) -> list[Figure]:
    """No bar is set: each is shown beside the HTTP one, or the bare handler, of the same run."""
    n = sizes["channel_conversations"]
    how = (
        f"handler(event, context), p50 over that of HTTP's, {n} conversations through each channel in turn: the same "
        "YELLOW request by the same person; AWS and LINE are stand-ins on loopback in the same process, and in the time"
    )
    found = []
    for one in answer_times.measure(n):
        who = f"{one.channel} {one.turn}"
        times = f"p50 {one.p50_ms:.1f} ms, p99 {one.p99_ms:.1f} ms"
        found += [
            Figure(f"Answer time, {who} ({times}) ÷ HTTP", one.to_http, "×", how),
            Figure(f"… {who}, p50", one.p50_ms, "ms", how),
            Figure(f"… {who}, p99", one.p99_ms, "ms", how),
            Figure(f"… {who}, processor time", one.cpu_ms, "ms", "median of the handler's own thread, wire included"),
            Figure(f"… {who}, turns", float(one.number), "", "of this kind"),
        ]
    how = "spawn of awslambdaric to the first answer, case or signals stored; pairs with the bare handler"
    for start in cold_start.measure_channels(sizes["channel_cold_rounds"]):
        found += [
            Figure(f"Cold start of {start.function} ÷ bare Powertools handler", start.ratio, "×", how),
            Figure(f"… {start.function}, lower quartile of the ratios", start.quartiles[0], "×", "spread of the pairs"),
            Figure(f"… {start.function}, upper quartile of the ratios", start.quartiles[1], "×", "spread of the pairs"),
            Figure(f"… {start.function}, in processor time", start.cpu_ratio, "×", "user and system time"),
            Figure(f"… {start.function}", start.ms, "ms", "median"),
        ]
    return found


def scores(sizes: Sizes) -> list[Figure]:
    found = score.measure(sizes["score_rows"], sizes["score_rounds"])
    how = "p99 of processor time, one thread; ours adds lines, stacker and every reason (the bar with reasons is 0.5)"
    return [
        Figure("Score ÷ LightGBM one row at a time, p99", found.ratio_p99, "×", how, bar=0.35),
        Figure("… at p50", found.ratio_p50, "×", "p50 of the same"),
        Figure("… p99 by the clock on the wall", found.wall_ratio_p99, "×", "others' jobs on the machine included"),
        Figure("… ours, p99", found.graph_p99_us, "µs", how),
        Figure("… LightGBM, p99", found.lightgbm_p99_us, "µs", how),
    ]


def batches(sizes: Sizes) -> list[Figure]:
    found = batch.measure(sizes["batch_rows"], sizes["batch_rounds"])
    how = (
        f"rows a second of processor time, blocks of {batch.BLOCK:,}, one thread each: the graph with stacker, "
        "calibration and reasons over the same experts' trees alone, which is less work"
    )
    same = "over the same probability by the trainer's own code, without reasons: lines in numpy, LightGBM, stacker"
    return [
        Figure("Batch ÷ LightGBM, rows a second", found.to_trees, "×", how, bar=1.5, at_least=True),
        Figure("… over the whole probability natively", found.to_probability, "×", same),
        Figure("… ours", found.graph, "rows/s", how),
        Figure("… LightGBM, trees alone", found.trees, "rows/s", how),
        Figure("… the trainer's own code", found.probability, "rows/s", same),
    ]


def size(_: Sizes) -> list[Figure]:
    target = f"{layer_size.AWS_RUNTIME} on {layer_size.AWS_ARCHITECTURE}"
    return [
        Figure(f"Runtime layer for {target}, unzipped", layer_size.for_aws(), "MB", "built from the lock", bar=110.0),
        Figure("… as built for this machine", layer_size.for_this_machine(), "MB", "by `sam build`", bar=110.0),
    ]


def load(sizes: Sizes) -> list[Figure]:
    how = "POST /v1/requests through the local stack, fresh request ids, an ordinary borrower, connections kept alive"
    ceiling = "the bare handler behind the same API and authorizer: the emulator's own ceiling"
    found = []
    for ours, bare in throughput.measure(sizes["load_requests_a_client"], sizes["load_at_least"]):
        who = f"{ours.clients} client{'s' if ours.clients > 1 else ''}"
        found += [
            Figure(
                f"Local HTTP API, {who} (p99 {ours.p99_ms:.0f} ms; the emulator's own ceiling is "
                f"{bare.per_second:.0f} requests/s, p99 {bare.p99_ms:.0f} ms)",
                ours.per_second,
                "requests/s",
                how,
            ),
            Figure(f"… emulator's ceiling, {who}", bare.per_second, "requests/s", ceiling),
            Figure(f"… p50, {who}", ours.p50_ms, "ms", how),
            Figure(f"… p99, {who}", ours.p99_ms, "ms", how),
            Figure(f"… p99 of the ceiling, {who}", bare.p99_ms, "ms", ceiling),
        ]
    return found


def in_session(sizes: Sizes) -> list[Figure]:
    seconds, runs = sizes["signals_seconds"], sizes["signals_runs"]
    steady = signals.measure(seconds, SIGNALS_A_SECOND)
    most = [signals.measure(seconds, None) for _ in range(runs)]
    rates = [run.per_second for run in most]
    how = (
        f"watch_session's handler in {signals.WORKERS} processes, both delivering to the same {signals.SESSIONS} "
        f"sessions; DynamoDB is a stand-in over loopback on the same two cores; median of {runs} runs of {seconds} s"
    )
    spread = "others' jobs on the machine included"
    offered = f"{SIGNALS_A_SECOND:.0f} a second offered for {seconds} s"
    lost = float(steady.lost + sum(run.lost for run in most))
    cpu = [run.cpu_us for run in most]
    return [
        Figure("In-session signals, a second", median(rates), "signals/s", how, bar=SIGNALS_A_SECOND, at_least=True),
        Figure("… the slowest run", min(rates), "signals/s", spread),
        Figure("… the quickest run", max(rates), "signals/s", spread),
        Figure("In-session signals lost", lost, "", f"{offered}, then as many as go, {runs} times", bar=0.0),
        Figure(f"… answered when {offered}", steady.per_second, "signals/s", how),
        Figure("… p50 from due to answered", steady.late_p50_ms, "ms", offered),
        Figure("… p99 from due to answered", steady.late_p99_ms, "ms", offered),
        Figure("… the function's processor time", median(cpu), "µs a signal", "its own, wire included; median of runs"),
        Figure("… least of the runs", min(cpu), "µs a signal", "the same"),
        Figure("… most of the runs", max(cpu), "µs a signal", "the same"),
    ]


def alerting(sizes: Sizes) -> list[Figure]:
    found = alerts.measure(sizes["alerts_one_by_one"], sizes["alerts_burst"])
    how = "a RED case's commit to the provider's yes on the local stack: stream, relay, queue, sender; one at a time"
    own = "a bare function behind the same kind of stream, and one behind the same kind of queue, in the same run"
    emulator = found.stream.p50 + found.queue.p50
    burst = f"{sizes['alerts_burst']} committed one after the other; between the first yes and the last"
    return [
        Figure(
            "Alert: commit to provider's yes ÷ the emulator's own stream and queue, p50",
            found.ours.p50 / emulator,
            "×",
            how,
        ),
        Figure("… p50", found.ours.p50, "ms", how),
        Figure("… p95", found.ours.p95, "ms", how),
        Figure("… p99", found.ours.p99, "ms", how),
        *(
            Figure(f"… emulator's own {name}, {quantile}", getattr(delays, quantile), "ms", own)
            for name, delays in (("stream", found.stream), ("queue", found.queue))
            for quantile in ("p50", "p95", "p99")
        ),
        Figure("… alerts a second", found.per_second, "alerts/s", burst),
        Figure("… the emulator's own queue", found.queue_per_second, "messages/s", "the bare function, as many"),
    ]


SECTIONS: dict[str, Callable[[Sizes], list[Figure]]] = {
    "cold": cold,
    "warm": warm,
    "channels": by_channel,
    "score": scores,
    "batch": batches,
    "size": size,
    "load": load,
    "signals": in_session,
    "alerts": alerting,
}
SIGNALS_A_SECOND = 1_000.0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, nothing written: does it run?")
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, "imports", []])
    chosen = parser.parse_args(arguments)
    if chosen.sections == ["imports"]:
        print(import_times.summary())
        return 0
    sizes = QUICK if chosen.quick else FULL
    model = hashlib.sha256((CURRENT / GRAPH).read_bytes()).hexdigest()  # before: it may be replaced meanwhile
    found: list[Figure] = []
    for name in chosen.sections or SECTIONS:
        say(f"— {name}")
        found += SECTIONS[name](sizes)
    text = figures.table(found)
    print(text)
    if not chosen.quick and not chosen.sections:
        figures.write(found, dict(sizes), model, LATEST)
        for readme in ("README.md", "README.zh-TW.md"):
            figures.write_into(ROOT / readme, figures.table([figure for figure in found if not figure.is_detail]))
    return 1 if any(figure.met is False for figure in found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
