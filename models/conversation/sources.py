"""The public texts that the expert is judged on. Reads a folder given by the caller; keeps no row.

Sources: FBS SMS data set (Zhang et al., *Lies in the Air*, CCS 2020); Cofacts messages (cofacts/rumors-ai); SMS Spam
Collection (Almeida and Gómez Hidalgo, 2011).
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.conversation.figures import Flags

FREE_GIFT = "10"
"""Cofacts' tag of free-gift phishing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Texts nobody trained on. `truth` (N,) says which are a scammer's."""

    name: str
    words: tuple[str, ...]
    truth: Flags


def fbs(folder: Path) -> Source:
    """SMS from fake base stations, Simplified Chinese: categories FR:* against all other, adverts of all kinds."""
    with (folder / "fbs_sms.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return _source("fbs_sms", [(row[1], row[0].startswith("FR:")) for row in rows])


def cofacts(folder: Path) -> Source:
    """Messages that LINE users asked about, Traditional Chinese: free-gift phishing against all other."""
    with (folder / "cofacts_dev.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return _source("cofacts", [(row["text"], FREE_GIFT in row["label"].split()) for row in rows])


def sms_spam(folder: Path) -> Source:
    """English SMS: spam against ham."""
    lines = (folder / "sms_spam.tsv").read_text(encoding="utf-8", errors="replace").splitlines()
    rows = [line.split("\t", 1) for line in lines if "\t" in line]
    return _source("sms_spam", [(words, label == "spam") for label, words in rows])


def _source(name: str, rows: list[tuple[str, bool]]) -> Source:
    return Source(name=name, words=tuple(words for words, _ in rows), truth=np.array([scam for _, scam in rows]))


SOURCES: Mapping[str, Callable[[Path], Source]] = {"fbs_sms": fbs, "cofacts": cofacts, "sms_spam": sms_spam}
