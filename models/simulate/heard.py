"""What was said around a simulated request, as the conversation expert's reader hears it.

The words come from a part of the grammar that the reader was never trained on, and are forgotten once read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from random import Random

from models.conversation.talk import said
from models.simulate.rows import Row
from safelight.features.words_reader import Reader


def heard(rng: Random, rows: Iterable[Row], reader: Reader) -> Iterator[Row]:
    """The same rows with `facts.conversation`; None where nothing was said or nobody listened."""
    for row in rows:
        if row.story is None:
            raise ValueError("a row without its story: nobody knows what was said")
        words = said(
            rng,
            scam=row.truth,
            need=row.story.need.value,
            candour=row.story.candour,
            channel=row.request.channel,
        )
        yield replace(row, facts=replace(row.facts, conversation=reader.read(words))) if words else row
