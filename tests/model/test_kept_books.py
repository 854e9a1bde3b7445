"""`evaluate --keep`: books are made once, and again when what makes them is another."""

import subprocess
import sys
from pathlib import Path

import models
import safelight
from models.evaluate.study import MAKERS, Study, prepared
from models.simulate.book import BookPlan
from models.simulate.table import Table

TINY = BookPlan(requests_a_year=2_000, years=2.5, scam_rate=0.03, seed=901)


def test_books_that_were_kept_are_not_made_again(tmp_path: Path):
    study = Study(plan=TINY, words=None, seed=1, books=2, keep=tmp_path, scam_years=2, processes=1, progress=False)
    work, scams = prepared(study, tmp_path)
    kept = {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    assert len(kept) == 4
    assert len({job.book for job in work}) == 2
    assert prepared(study, tmp_path) == (work, scams)
    assert {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == kept


def test_a_book_that_another_simulator_made_is_made_again(dense: Table, tmp_path: Path, monkeypatch):
    sources, kept, made = tmp_path / "simulate", tmp_path / "kept", []
    (sources / "grammar").mkdir(parents=True)
    monkeypatch.setattr("models.evaluate.study.MAKERS", (sources,))
    monkeypatch.setattr("models.evaluate.study.simulate", lambda plan, **_: made.append(plan) or dense)
    study = Study(plan=TINY, words=None, seed=1, books=1, keep=kept, processes=1, progress=False)
    changes = (("life.py", "1"), ("life.py", "2"), ("grammar/talk.txt", "1"), ("lives.py", ""), ("lives.md", "no code"))
    for count, (file, text) in enumerate(changes, 1):
        (sources / file).write_text(text)
        for _ in range(2):
            prepared(study, kept)
        assert len(made) == 2 * min(count, 4)


def test_every_module_that_makes_a_book_is_known_to():
    code = "import sys, models.simulate.table; print(*(getattr(m, '__file__', None) for m in sys.modules.values()))"
    paths = {"PYTHONPATH": ":".join(sys.path)}
    files = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True, env=paths).stdout
    roots = tuple(str(Path(package.__file__).parent) for package in (models, safelight))
    used = [Path(file) for file in files.split() if file.startswith(roots)]
    assert len(used) > 20
    assert not [file for file in used if file.name != "__init__.py" and not any(m in file.parents for m in MAKERS)]
