"""What `python -m models` can be told. Nothing heavy is imported here: help and a slip of the pen are answered at once.

None as a default means that the command has one of its own, named in its help.
"""

import argparse
import os
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from models.simulate.book import BookPlan
from models.simulate.typologies import Mix
from safelight.domain.assessment import ScamType


def parser(about: str | None) -> argparse.ArgumentParser:
    """Every subcommand; its name arrives as `command`."""
    whole = argparse.ArgumentParser(prog="python -m models", description=about)
    commands = whole.add_subparsers(dest="command", required=True)
    _train(commands.add_parser("train", help="simulate a book, train, evaluate, export to models/registry"))
    _simulate(commands.add_parser("simulate", help="write a synthetic book as arrays (.npz)"))
    _datasheet(commands.add_parser("datasheet", help="write models/simulate/DATASHEET.md"))
    _evaluate(
        commands.add_parser(
            "evaluate", help="judge it beside baselines; write reports/evaluation.json and reports/evaluation.html"
        )
    )
    _retrain(commands.add_parser("retrain", help="train a challenger, judge it, try it out if it passes (else exit 4)"))
    for name, does in (
        ("promote", "the model on trial decides about everybody"),
        ("rollback", "the champion before this one decides again"),
        ("kill-switch", "on: no model decides, only rules and questions; off: the champion does again"),
        ("store", "which models decide"),
    ):
        command = commands.add_parser(name, help=does)
        _store(command)
        if name == "kill-switch":
            command.add_argument("to", choices=["on", "off"])
    _replay(commands.add_parser("replay", help="what another alert policy would change, on past requests"))
    _fit_score(commands.add_parser("fit-score", help="learn from one table and score another"))
    _export_rows(commands.add_parser("export-rows", help="write the insurer's requests and labels as training rows"))
    _score_text(commands.add_parser("score-text", help="lines on stdin to probabilities on stdout, one a line"))
    return whole


def _train(command: argparse.ArgumentParser) -> None:
    _book(command)
    command.add_argument("--registry", type=Path, help="write here instead of models/registry")
    command.add_argument(
        "--cost",
        type=Path,
        help="write time and memory here; reports/train.json when everything is made by default",
    )
    _plan(command)
    command.add_argument("--words", type=Path, help="text model that reads what people say; made anew unless given")


def _simulate(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", type=Path, required=True)
    _plan(command)
    _words(command)


def _datasheet(command: argparse.ArgumentParser) -> None:
    _book(command)
    command.add_argument("--out", type=Path, help="write here instead of models/simulate/DATASHEET.md")
    _plan(command)
    _words(command)


def _retrain(command: argparse.ArgumentParser) -> None:
    _book(command)
    command.add_argument("--made", type=Path, help="judge the model of this folder instead of training one")
    command.add_argument("--share", type=_positive_count, default=5, help="percent it decides about (%(default)s)")
    command.add_argument("--promote", action="store_true", help="all of them at once, without a trial")
    _store(command)
    _plan(command)
    _words(command)


def _store(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--store",
        default=os.environ.get("MODEL_STORE") or "build/model-store",
        help="s3://bucket/prefix or a folder; else MODEL_STORE (%(default)s)",
    )
    command.add_argument("--key", default=os.environ.get("MODEL_KEY"), help="KMS key that signs; else MODEL_KEY")


def _evaluate(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--books", type=int, default=2, help="books; by default the first is the shipped model's own (%(default)s)"
    )
    command.add_argument("--book", type=Path, help="the first book as `simulate` wrote it with the same options")
    command.add_argument("--keep", type=Path, help="folder to keep the books in, and to take them from when there")
    command.add_argument("--scam-years", type=float, help="scams that plenty of labels means, in years (20)")
    command.add_argument("--trials", type=int, help="random settings tried for each baseline (30)")
    command.add_argument("--out", type=Path, help="folder of evaluation.json and evaluation.html (reports)")
    _plan(command)
    _words(command)


def _replay(command: argparse.ArgumentParser) -> None:
    command.add_argument("--policy", type=Path, required=True, help="the policy to try (YAML, like models/policy.yaml)")
    command.add_argument("--against", type=Path, help="compare with this policy instead of what the manifest runs")
    command.add_argument(
        "--requests", type=Path, help="a book (.npz) or decision records (.jsonl); else a synthetic book"
    )
    command.add_argument(
        "--out", type=Path, default=Path("build/replay"), help="where replay.json and replay.html go (%(default)s)"
    )
    command.add_argument("--force", action="store_true", help="exit 0 although a budget is exceeded")
    _quiet(command)


def _export_rows(command: argparse.ArgumentParser) -> None:
    command.description = (
        "From the tables that the environment names (CASE_TABLE, HASH_KEY_SECRET, CONTACT_KEY, AWS_REGION). "
        "Stopped, the same command goes on. Read by models/labelled/read.py, and by replay --requests."
    )
    command.add_argument("--out", type=Path, required=True, help="where the rows go (.jsonl)")
    command.add_argument("--at", type=_instant, help="labels as of this moment, with its offset from UTC (now)")


def _fit_score(command: argparse.ArgumentParser) -> None:
    command.add_argument("--train", type=Path, required=True, help="table to learn from (.csv, .tsv, .parquet)")
    command.add_argument("--test", type=Path, required=True, help="table to score; its target, if any, is not read")
    command.add_argument("--target", required=True, help="column with two values")
    command.add_argument("--time", help="column with each row's time: inner validation then holds back blocks of it")
    command.add_argument(
        "--group", help="column of rows that belong together, such as a customer's number; held back whole"
    )
    command.add_argument("--id", help="column that names a row; written beside the score instead of the row's position")
    command.add_argument("--positive", help="the target's positive value; otherwise 1, true, yes, or the rarer value")
    command.add_argument("--leave-out", nargs="+", default=[], metavar="COLUMN", help="columns not to learn from")
    command.add_argument("--names", nargs="+", default=[], metavar="COLUMN", help="columns of codes, not of amounts")
    command.add_argument("--leaks", choices=["warn", "drop"], default="warn", help="what to do with suspected leaks")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--out", type=Path, required=True, help="where scores go (.csv or .parquet)")
    _quiet(command)


def _score_text(command: argparse.ArgumentParser) -> None:
    command.description = (
        "One line on stdout for each line on stdin: the probability that its words are a scam's (Chinese in both "
        "scripts, English). A blank line was never scored and gives nan; one of marks alone, such as :), gives 0."
    )
    command.add_argument("--types", action="store_true", help="the five scam types' probabilities after it, by tabs")
    command.add_argument(
        "--explain",
        action="store_true",
        help="what moved each score most, at the end of its line: in Simplified characters with N for numbers, as read",
    )
    command.add_argument("--header", action="store_true", help="a first line that names the columns")
    command.add_argument(
        "--model",
        type=Path,
        help="a weights file, or the folder of words.bin, of your own; else the shipped one, as its manifest pins it",
    )


def _book(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--book", type=Path, help="a book written by `simulate` with the same options, instead of a new one"
    )


def _words(command: argparse.ArgumentParser) -> None:
    command.add_argument("--words", type=Path, help="text model that reads what people say; else the shipped one")


def _plan(command: argparse.ArgumentParser) -> None:
    default = BookPlan()
    command.add_argument("--requests-a-year", type=_positive_count, default=default.requests_a_year)
    command.add_argument("--years", type=_positive, default=default.years)
    command.add_argument("--scam-rate", type=_positive, default=default.scam_rate, help="scams a request")
    command.add_argument("--seed", type=int, default=default.seed)
    command.add_argument("--mix", type=_mix, default=default.mix, help="shares of campaigns: fake_investment=0.6,...")
    command.add_argument("--no-drift", action="store_true", help="every scam type from the first day, by one method")
    command.add_argument("--processes", type=_positive_count, default=2, help="how many make the book; it is the same")
    _quiet(command)


def _quiet(command: argparse.ArgumentParser) -> None:
    command.add_argument("--quiet", action="store_true", help="no progress bar")


def _positive_count(text: str) -> int:
    return int(_positive(text)) if float(text).is_integer() else _refuse("must be a whole number")


def _positive(text: str) -> float:
    value = float(text)
    return value if 0 < value < float("inf") else _refuse("must be above 0")


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError("needs an offset from UTC, such as 2026-07-01T00:00:00+08:00")
    return at


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
