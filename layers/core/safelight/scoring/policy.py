"""From what the model and the rules say to a light. Pure, so that a decision record can be decided again."""

from dataclasses import replace
from functools import lru_cache
from struct import pack, unpack

from safelight.domain.assessment import Assessment, Reason, Score, Source, Thresholds
from safelight.domain.caring import Answer, Sign
from safelight.domain.contradictions import alarming
from safelight.domain.light import Light
from safelight.features import contract
from safelight.scoring.rules import Rule, holding, suspected

MAX_REASONS = 6
_NAMES = tuple(feature.name for feature in contract.FEATURES)
_AT = {name: place for place, name in enumerate(_NAMES)}


def pack_vector(values: tuple[float, ...]) -> bytes:
    """Little-endian float32, as the model reads it and a decision record keeps it."""
    return pack(f"<{len(values)}f", *values)


def unpack_vector(packed: bytes) -> tuple[float, ...]:
    return unpack(f"<{len(packed) // 4}f", packed)


def named(vector: tuple[float, ...]) -> dict[str, float]:
    """Feature values by name. `vector` must be what `unpack_vector` gives, so that a replay sees the same numbers."""
    return dict(zip(_NAMES, vector, strict=True))


class _ByName:
    """The same without a dict of them all, for the few that rules look at."""

    __slots__ = ("_vector",)

    def __init__(self, vector: tuple[float, ...]) -> None:
        if len(vector) != len(_NAMES):
            raise ValueError(f"a vector has {len(_NAMES)} values, not {len(vector)}")
        self._vector = vector

    def __getitem__(self, name: str, /) -> float:
        return self._vector[_AT[name]]


def by_model(score: Score, vector: tuple[float, ...], amount_twd: int, thresholds: Thresholds) -> Assessment:
    rules = _holding(vector)
    light = _light_of(score.probability, amount_twd, thresholds).worse(_forced(rules))
    return Assessment(
        light=light,
        source=Source.MODEL,
        probability=score.probability,
        experts=score.experts,
        reasons=(*_rule_reasons(rules), *_model_reasons(score)),
        suspected=suspected(rules) if light is not Light.GREEN else (),
        model_version=score.model_version,
    )


def by_rules(vector: tuple[float, ...], cause: str) -> Assessment:
    """The fallback: never better than YELLOW, whatever the rules say. `cause` is why there is no score."""
    rules = _holding(vector)
    return Assessment(
        light=Light.YELLOW.worse(_forced(rules)),
        source=Source.RULES,
        probability=None,
        experts={},
        reasons=_rule_reasons(rules),
        suspected=suspected(rules),
        model_version=None,
        fallback_cause=cause,
    )


def with_answers(before: Assessment, answers: tuple[Answer, ...], contradictions: tuple[str, ...] = ()) -> Assessment:
    """The assessment with what answers add, and staff read what it was: a warning, or what does not go together.

    A warning makes it RED, and so do contradictions that are grave or more than one. Nothing makes it better.
    """
    warnings = [f"answer.{a.question_id}" for a in answers if a.sign is Sign.WARNING]
    new = tuple(Reason(code=code) for code in (*warnings, *(f"contradiction.{code}" for code in contradictions)))
    if not new:
        return before
    light = Light.RED if warnings or alarming(contradictions) else before.light
    return replace(before, light=light, source=Source.ANSWERS, reasons=(*new, *before.reasons))


def rule_codes(vector: tuple[float, ...]) -> tuple[str, ...]:
    return tuple([rule.code for rule in _holding(vector)])


@lru_cache(maxsize=1)
def _holding(vector: tuple[float, ...]) -> tuple[Rule, ...]:
    """Asked twice of each vector: for the light and for the record."""
    return holding(_ByName(vector))


def _light_of(probability: float, amount_twd: int, thresholds: Thresholds) -> Light:
    red_at, yellow_at = thresholds.at(amount_twd)
    if probability >= red_at:
        return Light.RED
    return Light.YELLOW if probability >= yellow_at else Light.GREEN


def _forced(rules: tuple[Rule, ...]) -> Light:
    return max([rule.at_least for rule in rules], default=Light.GREEN)


def _rule_reasons(rules: tuple[Rule, ...]) -> tuple[Reason, ...]:
    return tuple([Reason(code=f"rule.{rule.code}") for rule in rules if rule.at_least is not Light.GREEN])


def _model_reasons(score: Score) -> tuple[Reason, ...]:
    raising = sorted([(w, code) for code, w in score.reasons.items() if w > 0], reverse=True)
    return tuple([Reason(code=code, weight=weight) for weight, code in raising[:MAX_REASONS]])
