"""`python -m models train` makes the committed model; `python -m models simulate` writes a book to look at;
`python -m models replay` shows what another alert policy would have done."""

import argparse
import logging
import sys
from pathlib import Path
from typing import NoReturn

from models.pipeline import make
from models.replay import command as replay
from models.simulate.book import BookPlan, generate
from models.simulate.table import Table, tabulate

TRAINING_SEED = 20_260_102


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
    simulate = commands.add_parser("simulate", help="write a synthetic book as arrays (.npz)")
    simulate.add_argument("--out", type=Path, required=True)
    for command in (train, simulate):
        _plan_options(command)
    replay.options(commands.add_parser("replay", help="what another alert policy would change, on past requests"))
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        return replay.run(options) if options.command == "replay" else _make(options)
    except (ValueError, OSError) as error:
        print(f"models: {error}", file=sys.stderr)
        return 1


def _make(options: argparse.Namespace) -> int:
    plan = BookPlan(
        requests_a_year=options.requests_a_year,
        years=options.years,
        scam_rate=options.scam_rate,
        seed=options.seed,
    )
    if options.command == "simulate":
        _book(plan, options).save(options.out)
    else:
        _train(plan, options)
    return 0


def _plan_options(command: argparse.ArgumentParser) -> None:
    default = BookPlan()
    command.add_argument("--requests-a-year", type=_positive_count, default=default.requests_a_year)
    command.add_argument("--years", type=_positive, default=default.years)
    command.add_argument("--scam-rate", type=_positive, default=default.scam_rate, help="scams a request")
    command.add_argument("--seed", type=int, default=default.seed)
    command.add_argument("--quiet", action="store_true", help="no progress bar")


def _positive_count(text: str) -> int:
    return int(_positive(text)) if float(text).is_integer() else _refuse("must be a whole number")


def _positive(text: str) -> float:
    value = float(text)
    return value if 0 < value < float("inf") else _refuse("must be above 0")


def _refuse(reason: str) -> NoReturn:
    raise argparse.ArgumentTypeError(reason)


def _book(plan: BookPlan, options: argparse.Namespace) -> Table:
    return tabulate(generate(plan, progress=not options.quiet), plan.start)


def _train(plan: BookPlan, options: argparse.Namespace) -> None:
    book = Table.load(options.book) if options.book else _book(plan, options)
    made = make(plan, book, TRAINING_SEED, options.registry)
    report = made.report
    print(
        f"{made.version}: average precision {report.average_precision:.3f}; "
        f"red {report.red.alerted:.2%} of requests, recall {report.red.recall:.0%}; "
        f"red or yellow {report.red_or_yellow.alerted:.2%}, recall {report.red_or_yellow.recall:.0%} (synthetic book)"
    )


if __name__ == "__main__":
    raise SystemExit(main())
