"""The corpus that the text model learns from: every sentence made by this project's grammar, none taken elsewhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from models.conversation import noise
from models.conversation.grammar import Part, load

FILES = (
    "talk_train.txt",
    "scam_tw.txt",
    "scam_cn.txt",
    "scam_third.txt",
    "english_scam.txt",
    "ordinary_notices.txt",
    "ordinary_promos.txt",
    "ordinary_chat.txt",
    "ordinary_articles.txt",
    "ordinary_more.txt",
    "ordinary_third.txt",
    "english_ordinary.txt",
)
"""All grammar files but the book's."""
OF_A_ROOT = 30
"""Texts drawn of every line of the grammar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text as it would arrive. `root` names the grammar line that it began with: kin share it."""

    words: str
    scam: bool
    type: str
    part: str
    root: str
    lang: str


def generate(seed: int, files: Sequence[str] = FILES, of_a_root: int = OF_A_ROOT) -> list[Text]:
    """Texts of all parts, in the grammar's order; the same seed gives the same texts."""
    rng = Random(seed)  # noqa: S311 - a corpus, not a secret
    parts = load(tuple(files))
    asides = [part for part in parts if part.speaker == "customer" and part.lang == "zh"]
    return [text for part in parts for text in _of(rng, part, asides, of_a_root)]


def _of(rng: Random, part: Part, asides: Sequence[Part], count: int) -> Iterator[Text]:
    for number, root in enumerate(part.roots):
        for _ in range(count):
            lines = [root(rng)]
            lines += [rng.choice(part.roots)(rng) for _ in range(_more(rng, part.join))]
            if part.speaker == "victim" and part.lang == "zh" and asides and rng.random() < 0.4:
                lines.insert(rng.randrange(2), rng.choice(rng.choice(asides).roots)(rng))
            if len(lines) > 1 and part.join == "many":
                rng.shuffle(lines)
            yield Text(
                words=_arrives(rng, part, lines),
                scam=part.side == "scam",
                type=part.type,
                part=part.name,
                root=f"{part.name}/{number}",
                lang=part.lang,
            )


def _more(rng: Random, join: str) -> int:
    if join == "many":
        return 0 if rng.random() < 0.4 else rng.randrange(1, 8)
    return 0 if not join or rng.random() < 0.6 else rng.randrange(1, 3)


def _arrives(rng: Random, part: Part, lines: Sequence[str]) -> str:
    if part.lang == "en":
        return " ".join([noise.texted(rng, line) for line in lines])
    spoken = part.speaker in ("victim", "customer", "agent")
    if spoken and rng.random() < 0.5:
        text = noise.heard(rng, rng.choice((" ", ",", "。")).join(lines), rng.choice((0.02, 0.05, 0.1)))
    else:
        text = rng.choice(("\n", " ", "")).join([noise.typed(rng, line) for line in lines])
    script = rng.random()
    if script < 0.4:
        text = noise.simplified(text)
    elif script < 0.6:
        text = noise.traditional(text)
    return noise.spaced(rng, text) if rng.random() < 0.06 else text
