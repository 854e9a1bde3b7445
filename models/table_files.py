"""Anybody's tables as files: read with everything odd said by name, written whole or not at all."""

import os
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

EXAMPLES = 3
"""Columns or values named in a message before it says how many more there are."""


class TableError(ValueError):
    """A table from which no honest score can come; the message names file and column."""


def read_table(path: Path, text: dict[str, type[str]] | None = None) -> pd.DataFrame:
    """The file as a table, by its ending: .csv, .tsv (also .gz) or .parquet.

    `text` names columns of a text file that hold text whatever they look like. Raises TableError.
    """
    parquet = path.suffix == ".parquet"
    if not parquet and not {".csv", ".tsv"} & set(path.suffixes):
        raise TableError(f"{path.name}: tables are read from .csv, .tsv (also .gz) and .parquet")
    try:
        table = pd.read_parquet(path) if parquet else _separated(path, text or {})
    except FileNotFoundError:
        raise TableError(f"{path}: there is no such file") from None
    except UnicodeDecodeError as error:
        raise TableError(f"{path.name} is not in UTF-8: save it as 'CSV UTF-8' or convert it (iconv)") from error
    except (ValueError, OSError, EOFError, zlib.error) as error:  # pandas' and pyarrow's own are ValueErrors
        raise error if isinstance(error, TableError) else TableError(f"{path}: cannot be read: {error}") from error
    table.columns = [str(name) for name in table.columns]
    _refuse_twice(list(table.columns), path)
    if table.empty:
        raise TableError(f"{path.name} has no rows")
    for name in table.columns:
        if (
            table[name].dtype.kind == "O"
            and table[name].map(lambda value: isinstance(value, list | dict | np.ndarray)).any()
        ):
            raise TableError(f"{path.name}: column {name!r} holds lists; one value a row is needed")
    return table


def _separated(path: Path, text: dict[str, type[str]]) -> pd.DataFrame:
    separator = "\t" if ".tsv" in path.suffixes else ","
    # Read by itself: pandas would give a name that is there twice another ending and say nothing.
    header = pd.read_csv(path, sep=separator, header=None, nrows=1, dtype=str, keep_default_na=False)
    _refuse_twice([name for name in header.iloc[0] if name], path)
    table = pd.read_csv(path, sep=separator, dtype=text, low_memory=False)
    if not isinstance(table.index, pd.RangeIndex):  # pandas takes what is too many for names of rows
        raise TableError(f"{path.name}: rows have more fields than the header has names")
    return table


def _refuse_twice(names: list[str], path: Path) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TableError(f"{path.name}: column {listed(twice)} is there twice")


def listed(names: list[str]) -> str:
    """The first of them in quotes, and how many more."""
    more = f" and {len(names) - EXAMPLES:,} more" if len(names) > EXAMPLES else ""
    return ", ".join(repr(name) for name in names[:EXAMPLES]) + more


def writer(path: Path, inputs: Sequence[Path]) -> Callable[[pd.DataFrame], None]:
    """What puts a table into this file, whole or not at all. Makes its folder.

    Raises TableError, before an hour is spent on learning, when the ending is neither .csv nor .parquet, when it is one
    of `inputs`, or when nothing can be written there.
    """
    if path.suffix not in {".csv", ".parquet"}:
        raise TableError(f"{path.name}: scores are written to .csv or .parquet")
    if any(path.exists() and other.exists() and path.samefile(other) for other in inputs):
        raise TableError(f"{path} is read from; scores need a file of their own")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.touch(exist_ok=False)
        part.unlink()
    except OSError as error:
        raise TableError(f"{path} cannot be written: {error.strerror}") from error
    if path.is_dir():
        raise TableError(f"{path} cannot be written: it is a folder")

    def write(table: pd.DataFrame) -> None:
        try:
            (table.to_parquet if path.suffix == ".parquet" else table.to_csv)(part, index=False)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    return write
