"""Measuring the text expert on sources it never saw: invented rows in the form of the public files."""

import json
from pathlib import Path

import numpy as np
import pytest

from models.conversation import __main__ as benchmark
from models.conversation import figures
from models.conversation.corpus import generate
from models.conversation.sources import SOURCES, Source

FBS = "label14,text,label4\nFR:Bank,您 的 账户 已 冻结,fraud\nAD:Shop,新店 开业 八折,ad\nIL:Games,棋牌 游戏,illegal\n"
COFACTS = ",id,text,label\n0,a,免費送貼圖 點我領取,3 10\n1,b,喝水有益健康,110\n2,c,今天天氣很好,\n"
SMS = "ham\tsee you tonight\nspam\tWIN a prize, call now\nham\ta\tb\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "fbs_sms.csv").write_text(FBS, encoding="utf-8")
    (tmp_path / "cofacts_dev.csv").write_text(COFACTS, encoding="utf-8")
    (tmp_path / "sms_spam.tsv").write_text(SMS, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "truth"),
    [("fbs_sms", [True, False, False]), ("cofacts", [True, False, False]), ("sms_spam", [False, True, False])],
)
def test_truth_is_read_from_each_form(folder: Path, name: str, truth: list[bool]):
    source = SOURCES[name](folder)
    assert source.truth.tolist() == truth
    assert len(source.words) == 3


def test_report_says_what_was_beaten():
    texts = generate(3, of_a_root=1)[::2]
    source = Source(
        name="invented",
        words=(
            "您的帳戶已凍結請點選連結驗證",
            "晚上吃火鍋",
            "恭喜中獎領取",
            "明天開會",
            "see you later",
            "free prize call now",
        )
        * 5,
        truth=np.array([True, False, True, False, False, True] * 5),
    )
    report = json.loads(json.dumps(benchmark.measure([source], texts=texts, draws=10)))
    found = report["sources"]["invented"]
    assert len(found["methods"]) == 5
    assert found["methods"][benchmark.OURS]["auc"] == 1.0
    bar = found["bars"]["auc"]
    assert bar["met"] == (bar["ours"] > bar["bar"])
    assert bar["bar"] == max(m["auc"] for name, m in found["methods"].items() if name != benchmark.OURS)


def test_missing_source_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert benchmark.main(["--data", str(tmp_path), "--out", str(tmp_path / "out.json")]) == 1
    assert "fbs_sms.csv" in capsys.readouterr().err


def test_interval_holds_the_figure():
    rng = np.random.default_rng(1)
    truth = np.arange(400) % 4 == 0
    score = truth + rng.normal(0, 1, 400)
    low, high = figures.interval(truth, score, draws=200)["auc"]
    assert low < figures.auc(truth, score) < high
    assert high - low < 0.15
    same = figures.interval(truth, score, score, draws=20)["auc"]
    assert same == [0.0, 0.0]
