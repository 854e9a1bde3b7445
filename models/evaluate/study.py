"""The study behind the report: makes the books, runs every job, and turns scores into one JSON document."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from tqdm import tqdm

from models import conversation
from models import simulate as simulation
from models.evaluate import jobs, summary
from models.evaluate.baselines import BASELINES, BOOSTERS, TRIALS
from models.evaluate.jobs import OURS, Done, Job
from models.evaluate.learning import SCAM_YEARS, LearningPlan, rich_plan
from models.evaluate.shipped import shipped
from models.simulate.book import BookPlan
from models.simulate.table import Table, simulate
from models.train.windows import Split
from safelight import domain, features

MAKERS = tuple(Path(package.__path__[0]) for package in (simulation, conversation, domain, features))
"""Where everything lies that a book follows from, besides its plan and the text model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What to measure. Book number n has the seed of `plan` + n and is trained with `seed` + n."""

    plan: BookPlan
    words: bytes | None
    """The text model that hears the books' conversations; None leaves them out."""
    seed: int
    books: int = 2
    first: Path | None = None
    """The first book as `simulate` wrote it, instead of a new one."""
    keep: Path | None = None
    """A folder where books stay and are taken from when they are there: of this plan, text model and simulator."""
    scam_years: float = SCAM_YEARS
    trials: int = TRIALS
    processes: int = 2
    progress: bool = True

    def plan_of(self, number: int) -> BookPlan:
        return replace(self.plan, seed=self.plan.seed + number)


def measure(study: Study) -> dict[str, Any]:
    """The document without bars. The same for the same study, but for seconds, memory and machine.

    Raises ValueError when a book is too short, or holds too few scams to learn from or to judge by.
    """
    LearningPlan.of(study.plan)
    Split.of(study.plan)
    started = time.perf_counter()
    with TemporaryDirectory(prefix="safelight-") as folder:
        work, rich_scams = prepared(study, study.keep or Path(folder))
        done = list(_run(study, work))
        books = [_test_rows(work, number) for number in range(study.books)]
        years = [_test_rows(work, number, "little") for number in range(study.books)]
    document = summary.summary(study.plan, done, books, years)
    document["learning"] |= {"scam_years": study.scam_years, "rich_scams": rich_scams}
    made = next(d.graph for d in done if (d.job.number, d.job.task, d.job.model) == (0, "split", OURS))
    return {
        "synthetic": True,
        "study": {
            "books": study.books,
            "seeds": [study.plan_of(number).seed for number in range(study.books)],
            "training_seeds": [study.seed + number for number in range(study.books)],
            "requests_a_year": study.plan.requests_a_year,
            "years": study.plan.years,
            "scam_rate": study.plan.scam_rate,
            "drift": study.plan.drift,
            "trials_a_search": study.trials,
            "seconds": time.perf_counter() - started,
        },
        "shipped": shipped(study.plan, study.seed, study.words, made),
        **document,
    }


def prepared(study: Study, folder: Path) -> tuple[list[Job], list[int]]:
    """Books written as files and the jobs on them, the longest first; and the scams of each scam-rich sample."""
    work: list[Job] = []
    scams = []
    for number in range(study.books):
        plan = study.plan_of(number)
        made = None if number or not study.first else Table.load(study.first)
        book, _ = _saved(folder, plan, study, made)
        rich, found = _saved(folder, rich_plan(plan, study.scam_years), study)
        scams.append(found)
        one = Job(
            task="split", model=OURS, number=number, plan=plan, book=book, seed=study.seed + number, trials=study.trials
        )
        work += [
            one,
            *(replace(one, task="plenty", model=name, rich=rich) for name in (OURS, "LightGBM")),
            *(replace(one, model=name) for name in BASELINES),
            *(replace(one, task="little", model=name) for name in (OURS, *BOOSTERS)),
        ]
    return work, scams


def _saved(folder: Path, plan: BookPlan, study: Study, book: Table | None = None) -> tuple[Path, int]:
    """The book's file and its scams. Not compressed, as `Table.save` is: it is read a dozen times."""
    made_of = repr((plan, _code(MAKERS))).encode() + (study.words or b"")
    path = folder / f"book-{hashlib.sha256(made_of).hexdigest()[:16]}.npz"
    if book is None and path.exists():
        return path, int(Table.load(path).truth.sum())
    if book is None:
        book = simulate(plan, words=study.words, processes=study.processes, progress=study.progress)
    folder.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part.npz")
    np.savez(half, **{f.name: getattr(book, f.name) for f in fields(Table)})
    half.rename(path)
    return path, int(book.truth.sum())


def _code(folders: tuple[Path, ...]) -> str:
    """Changes when a source or a text of grammar in the folders does, is added or goes."""
    digest = hashlib.sha256()
    for folder in folders:
        for file in sorted(file for file in folder.rglob("*") if file.suffix in {".py", ".txt"}):
            digest.update(f"{file.relative_to(folder)}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _run(study: Study, work: Sequence[Job]) -> Iterator[Done]:
    """Each job in a process of its own, so that its memory can be told; in this one when only one is allowed."""
    with _mapped(study.processes) as mapped:
        bar = tqdm(total=len(work), desc="models", unit="model", disable=not study.progress)
        for done in mapped(jobs.run, work):
            bar.update()
            bar.set_postfix_str(f"{done.job.task}: {done.job.model}, book {done.job.number + 1}")
            yield done
        bar.close()


@contextmanager
def _mapped(processes: int) -> Iterator[Any]:
    if processes < 2:
        yield map
        return
    with get_context("spawn").Pool(processes, maxtasksperchild=1) as pool:
        yield lambda function, work: pool.imap_unordered(function, work, chunksize=1)


def _test_rows(work: Sequence[Job], number: int, task: str = "split") -> Table:
    """The judged rows of a book, from the validation window on for "split"."""
    job = next(job for job in work if job.number == number and job.task == task)
    book = Table.load(job.book)
    if task == "split":
        split = Split.of(job.plan)
        return book.between(split.validation.first, split.test.last)
    return jobs.test_window(job).of(book)
