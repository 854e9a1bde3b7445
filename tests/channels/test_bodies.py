"""The structs that read bodies and the pydantic models that explain refusals take and refuse the same."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import DecodeError, Struct
from msgspec.json import decode
from pydantic import ValidationError

from safelight.channels.http import bodies_in as take
from safelight.channels.http.body_models import model_of, refusals

Json = dict[str, Any]
_SIGNALS: Json = {
    "on_call": True,
    "screen_shared": False,
    "remote_control_app": None,
    "new_device": False,
    "account_pasted": True,
    "seconds_on_form": 12.5,
    "amount_edits": 3,
}
_REQUEST: Json = {
    "request_id": "r-1",
    "kind": "policy_loan",
    "amount_twd": 120_000,
    "policy_ids": ["WL-1001", "WL-1002"],
    "payout_account": {"bank_code": "812", "account_number": "001234567890"},
    "locale": "zh-TW",
    "session_id": "s-1",
    "signals": _SIGNALS,
}
WELL_FORMED: dict[type[Struct], Json] = {
    take.CustomerRequestIn: {**_REQUEST, "channel": "app"},
    take.CounterRequestIn: {**_REQUEST, "policyholder_id": "p:1"},
    take.SessionSignalsIn: {
        **_SIGNALS,
        "accessibility_service": False,
        "longest_pause_s": 40.5,
        "value_lookups": 2,
        "sequence": 7,
    },
    take.AnswersIn: {"answers": [{"question_id": "q1", "choice_id": "c2"}]},
    take.ContactIn: {"relation": "child", "phone": "+886900000101", "locale": "en", "adult": True},
    take.ConfirmIn: {"code": "123456"},
    take.OutcomeIn: {"label": "scam", "confidence": 0.5, "reason": "police_report"},
    take.ObservationIn: {"policyholder_id": "p:1", "kind": "on_phone_at_counter", "observation_id": "n-1"},
    take.CallIn: {"policyholder_id": "p:1", "minutes": 15},
}
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 1.0, 0.5, -0.5, 1e2, 1e300, 10**30, 2**63, 86_400, 86_401, 10_000, 10_001, 60, 61),
    *(
        "",
        " ",
        "1",
        "true",
        "null",
        "q1",
        "q1\n",
        "812\n",
        "８１２",
        "a" * 64,
        "a" * 65,
        "é",
        "\x00",
        "\u200b",
        "zh-TW",
    ),
    *([], ["a"], ["a"] * 21, [None], [[]], {}, {"a": 1}, [{}], float("nan"), float("inf")),
)


def bodies() -> Iterator[tuple[type[Struct], bytes]]:
    for kind, good in WELL_FORMED.items():
        yield kind, _json(good)
        for odd in ODD:
            yield kind, _json(odd)
            yield from ((kind, _json(changed)) for changed in _changed(good, odd))
        yield from ((kind, _json(cut)) for cut in _cut(good))
        yield kind, _json({**good, "unknown": 1})
        yield kind, _json({**good, "": {}})


def _changed(value: Any, odd: Any) -> Iterator[Any]:
    """The value with one part replaced, at any depth."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield {**value, key: odd}
            yield from ({**value, key: deeper} for deeper in _changed(part, odd))
    elif isinstance(value, list):
        yield [*value[1:], odd]
        yield from ([deeper, *value[1:]] for deeper in _changed(value[0], odd))


def _cut(value: Json) -> Iterator[Json]:
    """The value with one part missing, at any depth."""
    for key, part in value.items():
        rest = {k: v for k, v in value.items() if k != key}
        yield rest
        if isinstance(part, dict):
            yield from ({**rest, key: deeper} for deeper in _cut(part))


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _taken(kind: type[Struct], raw: bytes) -> bool:
    try:
        decode(raw, type=kind)
    except (DecodeError, UnicodeError):
        return False
    return True


def _model_takes(kind: type[Struct], raw: bytes) -> bool:
    try:
        model_of(kind).model_validate_json(raw)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("kind", WELL_FORMED, ids=lambda kind: kind.__name__)
def test_a_well_formed_body_is_taken(kind: type[Struct]) -> None:
    assert _taken(kind, _json(WELL_FORMED[kind]))


def test_structs_and_models_take_and_refuse_the_same() -> None:
    apart = [(kind.__name__, raw) for kind, raw in bodies() if _taken(kind, raw) is not _model_takes(kind, raw)]
    assert apart == []


@pytest.mark.parametrize("raw", [b"", b"{", b"[" * 60_000, b"\xff", b'{"request_id": "\xff"}', b'"\\ud800"', b"nul"])
def test_what_is_no_json_is_refused_by_both(raw: bytes) -> None:
    assert not _taken(take.CustomerRequestIn, raw)
    assert refusals(take.CustomerRequestIn, raw)


def test_a_refusal_names_every_wrong_field() -> None:
    body = {**WELL_FORMED[take.CustomerRequestIn], "amount_twd": -1, "policy_ids": ["a", "b c"], "sum": 1}
    assert sorted(refusals(take.CustomerRequestIn, _json(body))) == [
        ("amount_twd", "greater_than_equal"),
        ("policy_ids[1]", "string_pattern_mismatch"),
        ("sum", "extra_forbidden"),
    ]
