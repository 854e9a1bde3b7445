"""`train` makes the committed model, `evaluate` judges it; `simulate` and `datasheet` write a book and what it is;
`replay` shows what another alert policy would have done; `fit-score` learns from one table and scores another;
`score-text` reads lines."""

import argparse
import logging
import os
import sys
import time
from pathlib import Path
from typing import NoReturn

from models import fit_score
from models.conversation import score
from models.conversation.train import train as train_words
from models.evaluate import command as evaluation
from models.evaluate.bars import TRAIN
from models.evaluate.cost import write as write_cost
from models.export.artifact import CURRENT, REGISTRY
from models.pipeline import make
from models.replay import command as replay
from models.simulate.book import BookPlan
from models.simulate.datasheet import SHEET, datasheet
from models.simulate.table import Table, check_name, simulate
from models.simulate.typologies import Mix
from models.train.windows import Split
from safelight.adapters.words_model import WORDS
from safelight.domain.assessment import ScamType
from safelight.domain.errors import ModelUnavailableError

TRAINING_SEED = 20_260_102
WORDS_SEED = 0

INTERRUPTED = 130
"""As a shell says it of a command that was stopped by Ctrl-C."""

log = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """0 when done, 2 when the request makes no sense (argparse), 1 when a book is too small to learn from or a file
    makes no sense, 3 when a replayed policy exceeds its budget."""
    parser = argparse.ArgumentParser(prog="python -m models", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="simulate a book, train, evaluate, export to models/registry")
    train.add_argument(
        "--book", type=Path, help="a book written by `simulate` with the same options, instead of a new one"
    )
    train.add_argument("--registry", type=Path, help="write here instead of models/registry")
    train.add_argument(
        "--cost",
        type=Path,
        help="write time and memory here; reports/train.json when everything is made by default",
    )
    write = commands.add_parser("simulate", help="write a synthetic book as arrays (.npz)")
    write.add_argument("--out", type=Path, required=True)
    sheet = commands.add_parser("datasheet", help="write models/simulate/DATASHEET.md")
    sheet.add_argument(
        "--book", type=Path, help="a book written by `simulate` with the same options, instead of a new one"
    )
    sheet.add_argument("--out", type=Path, default=SHEET)
    report = commands.add_parser("evaluate", help="judge it beside baselines; write reports/evaluation.json and .html")
    evaluation.add_options(report)
    for command in (train, write, sheet, report):
        _plan_options(command)
        command.add_argument(
            "--words",
            type=Path,
            default=None if command is train else CURRENT / WORDS,
            help="text model that reads what people say; `train` makes one unless it is given",
        )
    replay.options(commands.add_parser("replay", help="what another alert policy would change, on past requests"))
    fit_score.add_options(commands.add_parser("fit-score", help="learn from one table and score another"))
    score_text = commands.add_parser("score-text", help="lines on stdin to probabilities on stdout, one a line")
    score_text.add_argument("--types", action="store_true", help="the five scam types' probabilities after it")
    score_text.add_argument("--explain", action="store_true", help="what moved each score most, at the end of its line")
    score_text.add_argument("--model", type=Path, default=CURRENT, help="a weights file, or the folder of words.bin")
    options = parser.parse_args(arguments)
    try:
        return _run(options)
    except KeyboardInterrupt:
        print("models: interrupted", file=sys.stderr)
        return INTERRUPTED
    except (ValueError, OSError, ModelUnavailableError) as error:
        print(f"models: {error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    if options.command == "score-text":
        try:
            score.main(options.model, types=options.types, explain=options.explain)
        except BrokenPipeError:  # whoever read our lines has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains as it ends
        return 0
    if options.command == "fit-score":
        return fit_score.main(options)
    if options.command == "replay":
        return replay.run(options)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    plan = BookPlan(
        requests_a_year=options.requests_a_year,
        years=options.years,
        scam_rate=options.scam_rate,
        seed=options.seed,
        mix=options.mix,
        drift=not options.no_drift,
    )
    if options.command == "simulate":
        check_name(options.out)
        _book(plan, _words(options), options).save(options.out)
    elif options.command == "evaluate":
        evaluation.run(plan, _words(options), TRAINING_SEED, options)
    elif options.command == "datasheet":
        if options.out.is_dir() or not options.out.parent.is_dir():
            raise ValueError(f"{options.out} cannot be written: it needs a name in a folder that is there")
        book = Table.load(options.book, plan) if options.book else _book(plan, _words(options), options)
        options.out.write_text(datasheet(plan, book), encoding="utf-8")
    else:
        _train(plan, options)
    return 0


def _plan_options(command: argparse.ArgumentParser) -> None:
    default = BookPlan()
    command.add_argument("--requests-a-year", type=_positive_count, default=default.requests_a_year)
    command.add_argument("--years", type=_positive, default=default.years)
    command.add_argument("--scam-rate", type=_positive, default=default.scam_rate, help="scams a request")
    command.add_argument("--seed", type=int, default=default.seed)
    command.add_argument("--mix", type=_mix, default=default.mix, help="shares of campaigns: fake_investment=0.6,...")
    command.add_argument("--no-drift", action="store_true", help="every scam type from the first day, by one method")
    command.add_argument("--processes", type=_positive_count, default=2, help="how many make the book; it is the same")
    command.add_argument("--quiet", action="store_true", help="no progress bar")


def _positive_count(text: str) -> int:
    return int(_positive(text)) if float(text).is_integer() else _refuse("must be a whole number")


def _positive(text: str) -> float:
    value = float(text)
    return value if 0 < value < float("inf") else _refuse("must be above 0")


def _mix(text: str) -> Mix:
    """Types left out have no share."""
    try:
        mix = tuple(
            (ScamType(name), float(share)) for name, _, share in (part.partition("=") for part in text.split(","))
        )
        BookPlan(mix=mix)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return mix


def _refuse(reason: str) -> NoReturn:
    raise argparse.ArgumentTypeError(reason)


def _words(options: argparse.Namespace) -> bytes:
    """The text model's file; `train` makes it anew unless told otherwise."""
    if options.words is not None:
        return score.loaded(options.words)[0]
    log.info("training the text model")
    return train_words(WORDS_SEED).data


def _book(plan: BookPlan, words: bytes, options: argparse.Namespace) -> Table:
    return simulate(plan, words=words, processes=options.processes, progress=not options.quiet)


def _train(plan: BookPlan, options: argparse.Namespace) -> None:
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


if __name__ == "__main__":
    raise SystemExit(main())
