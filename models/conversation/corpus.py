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
    "families_scam.txt",
    "english_scam.txt",
    "ordinary_notices.txt",
    "ordinary_promos.txt",
    "ordinary_chat.txt",
    "ordinary_articles.txt",
    "ordinary_more.txt",
    "ordinary_third.txt",
    "families_ordinary.txt",
    "english_ordinary.txt",
)
"""All grammar files but the book's."""
OF_A_ROOT = 30
"""Texts drawn of every line of the grammar."""
LONG = 0.06
"""Share of the texts that may be long that are."""
HIDDEN = 0.06
"""Share of scammers' texts that stand among ordinary lines."""


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
    rng = Random(seed)  # a corpus, not a secret # noqa: S311 # nosec B311
    parts = load(tuple(files))
    asides = [part for part in parts if part.speaker == "customer" and part.lang == "zh"]
    among = {lang: [part for part in parts if part.join == "many" and part.lang == lang] for lang in ("zh", "en")}
    return [text for part in parts for text in _of(rng, part, asides, among[part.lang], of_a_root)]


def _of(rng: Random, part: Part, asides: Sequence[Part], among: Sequence[Part], count: int) -> Iterator[Text]:
    for number, root in enumerate(part.roots):
        for _ in range(count):
            lines = [root(rng)]
            lines += [rng.choice(part.roots)(rng) for _ in range(_more(rng, part.join))]
            if part.speaker == "victim" and part.lang == "zh" and asides and rng.random() < 0.4:
                lines.insert(rng.randrange(2), rng.choice(rng.choice(asides).roots)(rng))
            if part.speaker == "scammer" and among and rng.random() < HIDDEN:
                for _ in range(rng.randrange(1, 5)):
                    lines.insert(rng.randrange(len(lines) + 1), rng.choice(rng.choice(among).roots)(rng))
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
    """How many lines follow the first: most texts are short, some are as long as what groups pass round."""
    long = rng.random() < LONG
    if join == "many":
        return rng.randrange(8, 20) if long else rng.randrange(1, 8) if rng.random() < 0.55 else 0
    if join == "few":
        return rng.randrange(3, 7) if long else rng.randrange(1, 3) if rng.random() < 0.35 else 0
    return 0


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
