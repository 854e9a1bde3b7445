"""`train` makes the committed model, `evaluate` judges it; `simulate` and `datasheet` write a book and what it is;
`replay` shows what another alert policy would have done; `export-rows` writes production's training rows; `retrain`,
`promote`, `rollback`, `kill-switch` and `store` move models into use and out of it; `fit-score` learns from one table
and scores another; `score-text` reads lines."""

import argparse
import logging
import sys
import time
from typing import TYPE_CHECKING

from models.options import parser
from models.simulate.book import BookPlan
from safelight.domain.errors import SafelightError

if TYPE_CHECKING:
    from models.simulate.table import Table

TRAINING_SEED = 20_260_102
WORDS_SEED = 0

INTERRUPTED = 130
"""As a shell says it of a command that was stopped by Ctrl-C."""

log = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """0 when done, 2 when the request makes no sense (argparse), 1 when a book is too small to learn from or a file
    makes no sense, 3 when a replayed policy exceeds its budget, 4 when the gate refuses a challenger."""
    options = parser(__doc__).parse_args(arguments)
    try:
        return _run(options)
    except KeyboardInterrupt:
        print("models: interrupted", file=sys.stderr)
        return INTERRUPTED
    except (ValueError, OSError, SafelightError) as error:
        print(f"models: {error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    """Imports what the command needs and no more: LightGBM, matplotlib and the like take seconds."""
    match options.command:
        case "score-text":
            from models.conversation import score

            return score.main(options)
        case "fit-score":
            from models import fit_score

            return fit_score.main(options)
        case "export-rows":
            from models.labelled.write import run

            run(options.out, options.at)
            return 0
        case "replay":
            from models.replay import command as replay

            return replay.run(options)
        case "promote" | "rollback" | "kill-switch" | "store":
            from models.retrain import command as retraining

            return retraining.move(options)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    plan = BookPlan(
        requests_a_year=options.requests_a_year,
        years=options.years,
        scam_rate=options.scam_rate,
        seed=options.seed,
        mix=options.mix,
        drift=not options.no_drift,
    )
    match options.command:
        case "simulate":
            _simulate(plan, options)
        case "datasheet":
            _datasheet(plan, options)
        case "evaluate":
            from models.evaluate import command as evaluation

            evaluation.run(plan, _words(options), TRAINING_SEED, options)
        case "train":
            _train(plan, options)
        case "retrain":
            return _retrain(plan, options)
    return 0


def _simulate(plan: BookPlan, options: argparse.Namespace) -> None:
    from models.simulate.table import check_name

    check_name(options.out)
    _book(plan, _words(options), options).save(options.out)


def _datasheet(plan: BookPlan, options: argparse.Namespace) -> None:
    from models.simulate.datasheet import SHEET, datasheet
    from models.simulate.table import Table

    out = options.out or SHEET
    if out.is_dir() or not out.parent.is_dir():
        raise ValueError(f"{out} cannot be written: it needs a name in a folder that is there")
    book = Table.load(options.book, plan) if options.book else _book(plan, _words(options), options)
    out.write_text(datasheet(plan, book), encoding="utf-8")


def _train(plan: BookPlan, options: argparse.Namespace) -> None:
    from models.evaluate.bars import TRAIN
    from models.evaluate.cost import write as write_cost
    from models.export.artifact import REGISTRY
    from models.pipeline import make
    from models.simulate.table import Table
    from models.train.windows import Split

    started = time.perf_counter()
    Split.of(plan)  # says at once when the book is too short
    book = Table.load(options.book, plan) if options.book else None
    words = _words(options)
    book = _book(plan, words, options) if book is None else book
    made = make(plan, book, words, TRAINING_SEED, options.registry or REGISTRY)
    whole = not (options.book or options.words or options.registry) and plan == BookPlan()
    if to := options.cost or (TRAIN if whole else None):
        write_cost(to, plan, time.perf_counter() - started, options.processes)
    report = made.report
    print(
        f"{made.version}: average precision {report.average_precision:.3f}; "
        f"red {report.red.alerted:.2%} of requests, recall {report.red.recall:.0%}; "
        f"red or yellow {report.red_or_yellow.alerted:.2%}, recall {report.red_or_yellow.recall:.0%} (synthetic book)"
    )


def _retrain(plan: BookPlan, options: argparse.Namespace) -> int:
    """With the shipped text model: functions read words with it, and refuse a model that learned from another's."""
    from models.retrain.command import retrain
    from models.simulate.table import Table
    from models.train.windows import Split

    Split.of(plan)
    words = _words(options)
    book = Table.load(options.book, plan) if options.book else _book(plan, words, options)
    return retrain(plan, book, words, TRAINING_SEED, options)


def _words(options: argparse.Namespace) -> bytes:
    """The text model's file: the one named, else the shipped one; `train` makes a new one."""
    if options.words is None and options.command == "train":
        from models.conversation.train import train as train_words

        log.info("training the text model")
        return train_words(WORDS_SEED).data
    from models.conversation import score

    return score.loaded(options.words)[0]


def _book(plan: BookPlan, words: bytes, options: argparse.Namespace) -> "Table":
    from models.simulate.table import simulate

    return simulate(plan, words=words, processes=options.processes, progress=not options.quiet)


if __name__ == "__main__":
    raise SystemExit(main())
