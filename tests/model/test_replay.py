"""What another policy would have done: counts against an example worked out by hand, and honest about its budget."""

import json
import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.__main__ import main
from models.export import artifact
from models.replay import show
from models.replay.compare import Side, compare, lights, overspent
from models.replay.past import Past, PastError, from_book, from_decisions
from models.simulate.table import Table
from models.train import alert_policy
from safelight.adapters import onnx_model
from safelight.adapters.dynamodb import codec
from safelight.domain.assessment import NEVER, StakeBand, Thresholds
from safelight.domain.light import Light
from safelight.domain.request import Channel
from safelight.features.contract import FEATURES
from safelight.scoring import policy
from tests.builders import a_case, a_decision, a_score, an_assessment
from tests.fakes import FakeModel
from tests.scoring.vectors import a_vector

APP, PHONE = list(Channel).index(Channel.APP), list(Channel).index(Channel.PHONE)
FLAT = Thresholds(red_at=0.5, yellow_at=0.1)
STAKED = Thresholds(
    red_at=0.5,
    yellow_at=0.1,
    stakes=(
        StakeBand(from_twd=1, red_at=NEVER, yellow_at=0.3),
        StakeBand(from_twd=100_000, red_at=0.4, yellow_at=0.05),
    ),
)
MODEL = FakeModel(a_score(Light.RED))
#    day, probability, amount, by rules, channel, scam → flat, staked
ROWS: list[tuple[float, float, float, Light, int, bool, Light, Light]] = [
    (0.0, 0.60, 1_000, Light.GREEN, APP, False, Light.RED, Light.YELLOW),
    (0.5, 0.20, 1_000, Light.GREEN, APP, False, Light.YELLOW, Light.GREEN),
    (1.0, 0.45, 300_000, Light.GREEN, APP, True, Light.YELLOW, Light.RED),
    (1.5, 0.06, 500_000, Light.GREEN, PHONE, True, Light.GREEN, Light.YELLOW),
    (2.0, 0.01, 200_000, Light.RED, PHONE, True, Light.RED, Light.RED),
    (2.5, 0.20, 1_000, Light.YELLOW, PHONE, False, Light.YELLOW, Light.YELLOW),
    (3.0, 0.50, 0, Light.GREEN, -1, False, Light.RED, Light.RED),
    (3.5, np.nan, 400_000, Light.GREEN, APP, True, Light.YELLOW, Light.YELLOW),
    (4.0, 0.001, 50_000, Light.GREEN, APP, False, Light.GREEN, Light.GREEN),
]


def past(rows: Any = ROWS) -> Past:
    day, probability, amount, least, channel, scam, *_ = zip(*rows, strict=True)
    return Past(
        x=np.full((len(rows), len(FEATURES)), np.nan, dtype=np.float32),
        day=np.array(day),
        amount=np.array(amount, dtype=np.float64),
        probability=np.array(probability),
        at_least=np.array(least, dtype=np.int8),
        channel=np.array(channel, dtype=np.int8),
        scam=np.array(scam),
    )


def side(thresholds: Thresholds, name: str = "side") -> Side:
    return Side(name=name, thresholds=thresholds, budget=None)


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return compare(past(), side(FLAT, "flat"), side(STAKED, "staked"), MODEL)


def test_each_request_gets_the_light_that_the_decision_path_gives() -> None:
    assert list(lights(past(), FLAT).shown) == [row[6] for row in ROWS]
    assert list(lights(past(), STAKED).shown) == [row[7] for row in ROWS]
    for row in (row for row in ROWS if row[1] == row[1]):
        for thresholds, expected in ((FLAT, row[6]), (STAKED, row[7])):
            decided = policy.by_model(a_score(probability=row[1]), a_vector(), int(row[2]), thresholds)
            assert decided.light.worse(row[3]) is expected


def test_the_matrix_counts_every_request_once(found: dict[str, Any]) -> None:
    assert found["matrix"] == {
        "green": {"green": 1, "yellow": 1, "red": 0},
        "yellow": {"green": 1, "yellow": 2, "red": 1},
        "red": {"green": 0, "yellow": 1, "red": 2},
    }
    assert (found["requests"], found["stricter"], found["milder"]) == (9, 2, 2)


def test_value_and_scams_are_those_that_met_a_light(found: dict[str, Any]) -> None:
    assert (found["scams_known"], found["at_risk_twd"]) == (4, 1_400_000)
    before, after = found["before"]["stopped"], found["after"]["stopped"]
    assert before["red"] == {"scams": 1, "twd": 200_000, "share_of_value": pytest.approx(1 / 7)}
    assert before["red_or_yellow"] == {"scams": 3, "twd": 900_000, "share_of_value": pytest.approx(9 / 14)}
    assert after["red"] == {"scams": 2, "twd": 500_000, "share_of_value": pytest.approx(5 / 14)}
    assert after["red_or_yellow"] == {"scams": 4, "twd": 1_400_000, "share_of_value": 1.0}


def test_calls_a_day_are_all_lights_over_the_days_covered(found: dict[str, Any]) -> None:
    assert found["days"] == 4
    assert found["before"]["calls_a_day"] == {"red": 3 / 4, "red_or_yellow": 7 / 4}
    assert found["after"]["calls_a_day"] == {"red": 3 / 4, "red_or_yellow": 7 / 4}


def test_the_models_own_share_leaves_out_what_rules_did(found: dict[str, Any]) -> None:
    """Of nine: by rules one RED, one YELLOW that the staked model would not give, and one without a score."""
    assert found["before"]["model_share"] == {"red": 2 / 9, "red_or_yellow": 5 / 9}
    assert found["after"]["model_share"] == {"red": 2 / 9, "red_or_yellow": 4 / 9}


def test_stakes_and_channels_add_up_to_the_whole(found: dict[str, Any]) -> None:
    stakes = {group["from_twd"]: group for group in found["by_stake"]}
    assert {start: group["requests"] for start, group in stakes.items()} == {0: 1, 1: 4, 100_000: 4}
    assert stakes[1]["before"] == {"red": 1, "yellow": 2, "scams_red": 0, "scams_alerted": 0}
    assert stakes[1]["after"] == {"red": 0, "yellow": 2, "scams_red": 0, "scams_alerted": 0}
    assert stakes[100_000]["after"] == {"red": 2, "yellow": 2, "scams_red": 2, "scams_alerted": 4}
    channels = {group["channel"]: group["requests"] for group in found["by_channel"]}
    assert channels == {"unknown": 1, "app": 5, "phone": 3}


def test_examples_say_why_and_nothing_of_whom(found: dict[str, Any]) -> None:
    shown = [(e["before"], e["after"], e["about_twd"], e["channel"], e["scam"]) for e in found["examples"]]
    assert shown == [
        ("green", "yellow", 500_000, "phone", True),
        ("yellow", "red", 300_000, "app", True),
        ("red", "yellow", 1_000, "app", False),
        ("yellow", "green", 1_000, "app", False),
    ]
    keys = {"before", "after", "probability", "about_twd", "channel", "scam", "reasons"}
    assert all(set(example) == keys for example in found["examples"])


def test_a_budget_is_exceeded_only_beyond_chance() -> None:
    budget = alert_policy.parse({"version": "v", "budget": {"red": 0.01, "red_or_yellow": 0.04}, "stakes": []})
    many = past([ROWS[8]] * 10_000)
    for red, yellow, over in [
        (100, 300, []),
        (120, 300, []),
        (121, 0, ["red"]),
        (100, 341, ["red_or_yellow"]),
        (100, 340, []),
        (500, 0, ["red", "red_or_yellow"]),
    ]:
        lit = np.array([2] * red + [1] * yellow + [0] * (10_000 - red - yellow), dtype=np.int8)
        assert overspent(many, lit, budget) == over


# Reading what was


@pytest.fixture(scope="module")
def sha256() -> str:
    digest: str = json.loads((artifact.CURRENT / "manifest.json").read_text())["sha256"]
    return digest


CANARY = "A123456789"


def a_line(sha256: str | None, probability: float | None, number: int = 0, **over: Any) -> str:
    """A decision as it is stored, with the outcome that an export adds."""
    case = a_case(Light.RED, assessment=an_assessment(Light.RED, probability=probability))
    decision = a_decision(
        case,
        vector=policy.pack_vector(a_vector(via_app=1)),
        model_sha256=sha256,
        decided_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number),
        amount_at_stake_twd=over.pop("amount", 200_000),
        number=over.pop("decision", 1),
    )
    return json.dumps(json.loads(codec.encode(decision)) | {"case_id": CANARY, **over})


def test_decision_records_are_read_as_they_are_stored() -> None:
    lines = [
        a_line("f" * 64, 0.7, 5, outcome={"label": "scam"}),
        a_line("f" * 64, 0.6, 1, outcome="genuine"),
        a_line("e" * 64, 0.6, 2),
        "",
        a_line("f" * 64, 0.99, 3, decision=2),
        a_line(None, None, 4, outcome=None, amount=0),
    ]
    model = FakeModel(a_score(Light.RED, probability=0.25))
    earlier, later = from_decisions(lines, model)
    assert list(earlier.probability) == [0.6, 0.25], "a score of another model is made anew"
    np.testing.assert_array_equal(later.probability, [np.nan, 0.7])
    assert list(later.scam) == [False, True]
    assert list(later.amount) == [0, 200_000]
    assert set(later.channel) == {APP}
    assert list(lights(later, FLAT).shown) == [Light.YELLOW, Light.RED]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"vector": "???"}, "vector"),
        ({"vector": "AAAA"}, "vector"),
        ({"vector": None}, "vector"),
        ({"amount_at_stake_twd": None}, "amount_at_stake_twd"),
        ({"decided_at": "yesterday"}, "decided_at"),
        ({"decided_at": "2026-01-01T00:00:00"}, "decided_at"),
        ({"assessment": {"probability": "high"}}, "assessment.probability"),
        ({"outcome": "maybe"}, "outcome"),
        ({"number": "first"}, "number"),
        ({"number": float("inf")}, "number"),
        ({"vector": b64encode(policy.pack_vector(a_vector(age=float("inf")))).decode()}, "vector"),
        ({"amount_at_stake_twd": float("inf")}, "amount_at_stake_twd"),
        ({"amount_at_stake_twd": -1}, "amount_at_stake_twd"),
        ({"assessment": {"probability": float("nan")}}, "assessment.probability"),
        ({"assessment": {"probability": 1.5}}, "assessment.probability"),
    ],
    ids=str,
)
def test_a_wrong_line_is_refused_by_number_and_field(change: dict[str, Any], field: str) -> None:
    good = a_line("f" * 64, 0.7)
    with pytest.raises(PastError, match=f"line 2: {re.escape(field)}"):
        from_decisions([good, json.dumps(json.loads(good) | change)], MODEL)
    for line in ("{", "[" * 100_000):
        with pytest.raises(PastError, match="line 1: the line"):
            from_decisions([line], MODEL)
    with pytest.raises(PastError, match="no decision"):
        from_decisions([""], MODEL)


def test_a_book_is_replayed_by_the_shipped_model_after_the_weeks_it_is_sized_on(fresh: Table) -> None:
    model = onnx_model.load(artifact.CURRENT)
    few = fresh.take(np.arange(0, len(fresh), 10))
    sizing, shown = from_book(few, model)
    late = few.day >= 0.85 * np.ceil(few.day[-1])
    assert len(shown) == late.sum()
    assert len(sizing) == ((few.day >= 0.70 * np.ceil(few.day[-1])) & ~late).sum()
    rows = [tuple(row) for row in few.x[late].tolist()]
    assert list(shown.probability) == [model.score(row).probability for row in rows]
    for row, amount, light in zip(rows, shown.amount, lights(shown, model.thresholds).shown, strict=True):
        assert policy.by_model(model.score(row), row, int(amount), model.thresholds).light == light


# The command


def an_export(path: Path, sha256: str, later: float) -> Path:
    """Two halves of 400: the first spread evenly below 0.4, the second scaled to `later`."""
    rows = [0.4 * n / 400 for n in range(400)] + [later * n / 400 for n in range(400)]
    lines = [a_line(sha256, p, n, outcome="scam" if n % 50 == 49 else None) for n, p in enumerate(rows)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def a_policy(path: Path, red: float = 0.05, version: str = "trial") -> Path:
    stakes = [{"from_twd": 1, "factor": 2.0, "red": False}, {"from_twd": 5_000, "factor": 1.0, "red": True}]
    document = {"version": version, "budget": {"red": red, "red_or_yellow": 0.2}, "stakes": stakes}
    path.write_text(json.dumps(document), encoding="utf-8")  # JSON is YAML
    return path


def test_the_command_shows_prints_and_writes_the_same(
    tmp_path: Path, sha256: str, capsys: pytest.CaptureFixture[str]
) -> None:
    new, old = a_policy(tmp_path / "new.yaml"), a_policy(tmp_path / "old.yaml", red=0.1, version="as it was")
    export = an_export(tmp_path / "d.jsonl", sha256, later=0.4)
    out = tmp_path / "out"
    args = [
        "replay",
        "--policy",
        str(new),
        "--against",
        str(old),
        "--requests",
        str(export),
        "--out",
        str(out),
        "--quiet",
    ]
    assert main(args) == 0
    written = json.loads((out / "replay.json").read_text())
    assert (written["before"]["policy"], written["after"]["policy"]) == ("as it was", "trial")
    assert (written["requests"], written["sized_on"], written["synthetic"]) == (400, 400, False)
    # The halves are alike and hold 20, 40 and 80 for 5, 10 and 20 in a hundred.
    assert written["matrix"]["red"] == {"green": 0, "yellow": 20, "red": 20}
    assert written["matrix"]["yellow"] == {"green": 0, "yellow": 40, "red": 0}
    assert written["scams_known"] == 8
    page, printed = (out / "replay.html").read_text(), capsys.readouterr().out
    for text in (page, printed, json.dumps(written)):
        assert CANARY not in text
    assert "SYNTHETIC" not in printed
    for text in ("as it was", "Lights: before", "By channel"):
        assert text in page
    assert not re.search("http|<script|<link|<img", page)


def test_a_budget_exceeded_is_said_and_is_exit_3_unless_forced(
    tmp_path: Path, sha256: str, capsys: pytest.CaptureFixture[str]
) -> None:
    export = an_export(tmp_path / "d.jsonl", sha256, later=0.8)
    args = ["replay", "--policy", str(a_policy(tmp_path / "new.yaml")), "--requests", str(export), "--quiet"]
    args += ["--out", str(tmp_path)]
    assert main(args) == 3
    assert "OVER BUDGET: red and red or yellow" in capsys.readouterr().out
    assert json.loads((tmp_path / "replay.json").read_text())["after"]["over_budget"] == ["red", "red_or_yellow"]
    assert "class=over" in (tmp_path / "replay.html").read_text()
    assert main([*args, "--force"]) == 0
    assert "OVER BUDGET" in capsys.readouterr().out


def test_files_that_make_no_sense_are_exit_1_with_a_name(
    tmp_path: Path, sha256: str, capsys: pytest.CaptureFixture[str]
) -> None:
    good = a_policy(tmp_path / "new.yaml")
    bad = a_policy(tmp_path / "bad.yaml", red=0.5)
    few = tmp_path / "few.jsonl"
    few.write_text(a_line(sha256, 0.1))
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / "big5.jsonl").write_bytes("行員".encode("big5"))
    (tmp_path / "cut.npz").write_bytes(b"PK\x03\x04 and no more")
    for policy_file, requests, said in [
        (bad, few, "budget.red_or_yellow"),
        (tmp_path / "none.yaml", few, "none.yaml"),
        (good, few, "200"),
        (good, tmp_path / "notes.txt", "notes.txt"),
        (good, tmp_path / "none.jsonl", "none.jsonl"),
        (good, tmp_path / "big5.jsonl", "big5.jsonl is not in UTF-8"),
        (good, tmp_path / "cut.npz", "cut.npz is no book"),
    ]:
        assert main(["replay", "--policy", str(policy_file), "--requests", str(requests), "--quiet"]) == 1
        assert said in capsys.readouterr().err
    assert not (tmp_path / "replay.json").exists()


def test_what_is_synthetic_is_called_so(found: dict[str, Any]) -> None:
    said = {
        synthetic: show.headline({**found, "synthetic": synthetic, "sized_on": 9})[0] for synthetic in (True, False)
    }
    assert said[True].startswith("SYNTHETIC")
    assert "SYNTHETIC" not in said[False]
    assert "SYNTHETIC" in show.page({**found, "synthetic": True, "sized_on": 9})
