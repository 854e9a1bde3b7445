"""The harness measures what it says: whole decisions, through the real runtime client. No time is asserted."""

import json
import subprocess
import sysconfig
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from benchmarks import (
    answer_times,
    batch,
    channels,
    figures,
    in_process,
    opt,
    ordinary_request,
    score,
    signals,
    timing,
    warm_decision,
)
from benchmarks.aws_stand_in import AwsStandIn
from benchmarks.cold_start import CALLS_OF_A_DECISION, check_answer
from benchmarks.figures import Figure
from benchmarks.kept_aws import KeptAws
from benchmarks.runtime_api import BenchmarkError, Environment, cold_start, command, variables
from local.machine import ROOT
from models.export.artifact import CURRENT
from safelight.adapters.model_files import MANIFEST
from safelight.adapters.words_model import WORDS

INSTALLED = (Path("layers/core").resolve(), Path(sysconfig.get_path("platlib")))


def event(request_id: str) -> bytes:
    return json.dumps(ordinary_request.event(request_id)).encode()


def test_a_cold_start_runs_the_whole_decision_and_stores_it() -> None:
    with AwsStandIn() as aws:
        settings = opt.settings(warm_decision.MODEL, aws.endpoint)
        start = cold_start(Environment(warm_decision.FUNCTION, INSTALLED, settings), [event("one")])
        assert dict(aws.calls) == CALLS_OF_A_DECISION
    check_answer(json.loads(start.bodies[0]))
    assert 0 < start.ready < start.answered


def test_the_decision_goes_without_pydantic_sdk_and_numpy() -> None:
    """What a cold start must not pay for. The layer would have it; nobody may ask for it."""
    script = "import app, sys; print({'pydantic', 'boto3', 'numpy', 'onnxruntime'} & set(sys.modules))"
    with AwsStandIn() as aws:
        settings = opt.settings(warm_decision.MODEL, aws.endpoint)
        environment = Environment(warm_decision.FUNCTION, INSTALLED, settings)
        assert output_of(environment, script) == "set()"


def output_of(environment: Environment, script: str) -> str:
    done = subprocess.run(
        command(None, "-c", script), cwd=environment.task, env=variables(environment), capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def test_the_bare_handler_answers_events_one_after_the_other() -> None:
    start = cold_start(Environment(opt.BARE, INSTALLED, {}), [event("one"), event("two")])
    assert [json.loads(json.loads(body)["body"])["request_id"] for body in start.bodies] == ["one", "two"]


def test_a_function_that_fails_gives_no_time(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def handler(event, context):\n    raise ValueError('no')\n")
    with pytest.raises(BenchmarkError, match="no"):
        cold_start(Environment(tmp_path, INSTALLED, {}), [event("one")])


def test_an_answer_that_is_not_the_decision_gives_no_time() -> None:
    with pytest.raises(BenchmarkError):
        check_answer({"statusCode": 201, "body": '{"next_step": "talk_to_us"}'})


def test_warm_decisions_are_measured_both_ways() -> None:
    for found in warm_decision.measure(requests=3, rounds=1):
        assert found.ratio == pytest.approx(found.decision_us / found.bare_us)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.0, 1)])
def test_percentile(share: float, expected: float) -> None:
    assert timing.percentile([float(n) for n in range(100, 0, -1)], share) == expected


@pytest.mark.parametrize(
    ("value", "bar", "met"), [(1.0, 1.0, True), (1.1, 1.0, False), (None, 1.0, None), (1.0, None, None)]
)
def test_a_bar_is_met_up_to_itself(value: float | None, bar: float | None, met: bool | None) -> None:
    assert Figure("f", value, "×", "how", bar).met is met


@pytest.mark.parametrize(("value", "met"), [(1.5, True), (1.49, False), (None, None)])
def test_a_bar_may_be_the_least(value: float | None, met: bool | None) -> None:
    figure = Figure("Batch", value, "×", "how", 1.5, at_least=True)
    assert figure.met is met
    assert "≥ 1.5" in figures.table([figure])


def test_batches_are_counted_in_rows_a_second_and_compared_within_a_round() -> None:
    found = batch.measure(rows=1_200, rounds=1)
    assert found.to_trees == pytest.approx(found.graph / found.trees)
    assert found.to_probability == pytest.approx(found.graph / found.probability)


def test_a_trainer_that_answers_otherwise_than_the_graph_gives_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = batch.stacker()
    monkeypatch.setattr(batch, "stacker", lambda: replace(shipped, intercept=shipped.intercept + 1))
    with pytest.raises(ValueError, match="same probabilities"):
        batch.measure(rows=50, rounds=1)


@pytest.mark.parametrize("measure", [score.measure, batch.measure])
def test_books_to_measure_on_are_made_with_the_pinned_text_model(
    measure: Callable[..., object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / WORDS).write_bytes((CURRENT / WORDS).read_bytes())
    (tmp_path / MANIFEST).write_text(json.dumps({"words": {"sha256": "0" * 64}}))
    monkeypatch.setattr("models.conversation.score.SHIPPED", tmp_path)
    with pytest.raises(ValueError, match="pins"):
        measure(rows=50, rounds=1)


def test_what_is_written_says_which_model_was_measured(tmp_path: Path) -> None:
    figures.write([Figure("Cold start", 1.5, "×", "how", 2.5)], {"rounds": 1}, "abc", tmp_path / "latest.json")
    assert json.loads((tmp_path / "latest.json").read_text())["model_sha256"] == "abc"


def test_the_table_replaces_what_stood_between_the_markers(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{figures.BEGIN}\nyesterday\n{figures.END}\nafter\n")
    table = figures.table([Figure("Cold start", 1.5, "×", "how", 2.5), Figure("Slow", 3.0, "×", "how", 2.5)])
    assert figures.write_into(readme, table)
    text = readme.read_text()
    assert "yesterday" not in text
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "| Cold start | 1.5 × | ≤ 2.5 | yes |" in text
    assert "| Slow | 3 × | ≤ 2.5 | **no** |" in text


def test_a_readme_without_the_markers_is_left_alone(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    assert not figures.write_into(readme, "table")
    readme.write_text("text\n")
    assert not figures.write_into(readme, "table")
    assert readme.read_text() == "text\n"


def test_signals_are_counted_and_none_is_lost() -> None:
    found = signals.measure(seconds=0.3, per_second=None)
    assert (found.lost, found.offered > 0) == (0, True)


@pytest.mark.parametrize(
    ("harm", "kept", "lost"),
    [({}, 3, 0), ({}, 2, 1), ({"version": {"N": "1"}}, 3, 1), ({"doc": {"S": '{"amount_edits": 0}'}}, 3, 1)],
    ids=["none", "not answered as kept", "overwritten", "older"],
)
def test_a_lost_signal_is_counted(harm: dict[str, Any], kept: int, lost: int) -> None:
    done = [signals._Done(0.0, 1.0, 1.0, one, [0.1] * 3) for one in (kept, 3)]
    rows: dict[str, Any] = {}
    for number, worker in product(range(-signals.WARMING, 3), range(len(done))):
        row = rows.setdefault(signals._session(number), {"version": {"N": "0"}})
        row["version"] = {"N": str(int(row["version"]["N"]) + 1)}
        row["doc"] = {"S": json.dumps({"amount_edits": signals._edits(signals._sequence(worker, number))})}
    rows["s-1"].update(harm)
    assert signals._lost(done, rows) == lost


def test_every_channel_answers_the_same_request_and_is_timed() -> None:
    found = answer_times.measure(conversations=2)
    named = {(one.channel, one.turn): one for one in found}
    kinds = {(name, turn) for name in channels.SPEAKERS for turn in (answer_times.OPENING, answer_times.ANSWERING)}
    assert set(named) == kinds | {("session", answer_times.SIGNAL)}
    asked = {one.number for one in found if one.turn == answer_times.ANSWERING}
    assert asked == {2}  # one question to each, whatever the channel
    for one in found:
        kind = answer_times.ANSWERING if one.turn == answer_times.ANSWERING else answer_times.OPENING
        assert one.to_http == pytest.approx(one.p50_ms / named[channels.REFERENCE, kind].p50_ms)


def test_a_turn_that_leaves_the_case_as_it_was_gives_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "WISH", "?")
    with pytest.raises(BenchmarkError, match="converse_line left the case as it was"):
        answer_times.measure(conversations=1)


@pytest.mark.parametrize("name", channels.SPEAKERS)
def test_a_channel_s_function_starts_cold_and_does_its_work(name: str) -> None:
    with KeptAws() as aws:
        settings = aws.settings(warm_decision.MODEL)
        with in_process.functions(settings) as handlers:
            channels.link_line(aws, handlers)
            aws.begin_again()
            *before, turn = channels.SPEAKERS[name](1, aws).opens()
            for one in before:
                handlers(one.function)(one.event, None)
            assert aws.moves == 0
        environment = Environment(ROOT / "functions" / turn.function, INSTALLED, settings)
        cold_start(environment, [json.dumps(turn.event).encode()])
        assert aws.moves == 1


def test_each_conversation_begins_with_the_same_tables() -> None:
    with KeptAws() as aws:
        seed = aws.aws.written()
        aws.aws.tables["cases"] = {}
        aws.aws.tables["book"].popitem()
        aws.begin_again()
        assert aws.aws.written() == seed
