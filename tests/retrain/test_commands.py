"""The commands on a folder as store: what they end in, and what they say."""

from pathlib import Path

import pytest

from models.__main__ import main
from models.conversation.score import loaded
from models.export import artifact
from models.simulate.book import BookPlan
from models.simulate.table import simulate
from safelight.scoring import pointer
from safelight.scoring.pointer import CURRENT
from tests.retrain.small_models import write_model

SMALL = BookPlan(requests_a_year=2_000, years=2.0, scam_rate=0.02, seed=5)
PLAN = ["--requests-a-year", "2000", "--years", "2", "--scam-rate", "0.02", "--seed", "5", "--quiet"]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "book.npz"
    simulate(SMALL, words=loaded(None)[0], processes=1, progress=False).save(path)
    return path


def test_a_challenger_that_nobody_could_judge_is_refused_and_nothing_changes(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = write_model(tmp_path / "made", 0.25)
    store = tmp_path / "store"
    assert main(["retrain", "--made", str(made), "--book", str(book), "--store", str(store), *PLAN]) == 4
    said = capsys.readouterr().out
    assert "FAIL  old_false_alerts: rests on 0" in said
    assert "refused" in said
    assert not (store / CURRENT).exists()
    assert not (store / "models").exists()
    assert len(list((store / "gates").rglob("*.json"))) == 1


def test_the_kill_switch_goes_on_and_off_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for to, on in (("on", True), ("off", False)):
        assert main(["kill-switch", to, "--store", str(tmp_path)]) == 0
        assert ("KILL SWITCH ON" in capsys.readouterr().out) is on
        told = pointer.parse(pointer.opened((tmp_path / CURRENT).read_bytes()).text)
        assert told.rules_only is on
    assert main(["store", "--store", str(tmp_path)]) == 0
    assert "version 2 (kill switch off" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "says"),
    [(["promote"], "nothing is on trial"), (["rollback"], "no earlier champion")],
    ids=["promote", "rollback"],
)
def test_what_cannot_be_done_ends_in_what_to_do(
    command: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--store", str(tmp_path)]) == 1
    assert says in capsys.readouterr().err


def test_a_store_that_somebody_tampered_with_is_said_before_any_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], book: Path
) -> None:
    main(["kill-switch", "on", "--store", str(tmp_path)])
    path = tmp_path / CURRENT
    path.write_text(path.read_text(encoding="utf-8").replace("true", "false"), encoding="utf-8")
    asked = ["retrain", "--made", str(artifact.CURRENT), "--book", str(book), "--store", str(tmp_path), *PLAN]
    assert main(asked) == 1
    assert "not signed by this key" in capsys.readouterr().err
