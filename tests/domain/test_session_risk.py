"""A session's risk: what it says when, and that it cannot be lowered, doubled or confused by how signals arrive."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.domain.caring import PACKS
from safelight.domain.facts import Context
from safelight.domain.session_risk import Advice, Memory, Session, advise, assumed, risk
from safelight.features import contract
from tests.builders import a_request, facts

NOTHING, PROMPT, PAUSE = Advice
DAY = datetime(2026, 3, 11, 6, 0, tzinfo=UTC)
"""14:00 in Taipei."""
NIGHT = datetime(2026, 3, 11, 15, 0, tzinfo=UTC)
"""23:00 in Taipei."""

Delivery = tuple[Context, datetime, int]


def after(*deliveries: Delivery) -> Session:
    return reduce(lambda session, one: session.after(*one), deliveries, Session())


def advice(at: datetime, **seen: Any) -> Advice:
    return risk(after((Context(**seen), at, 1)), at).advice


# What it says


@pytest.mark.parametrize(
    ("seen", "by_day", "by_night"),
    [
        ({}, NOTHING, NOTHING),
        ({"on_call": True}, NOTHING, NOTHING),
        ({"screen_shared": True}, NOTHING, NOTHING),
        ({"accessibility_service": True}, NOTHING, NOTHING),
        ({"accessibility_service": True, "new_device": True, "longest_pause_s": 90}, NOTHING, NOTHING),
        ({"new_device": True, "account_pasted": True}, NOTHING, NOTHING),
        ({"longest_pause_s": 90, "amount_edits": 5, "value_lookups": 5}, NOTHING, PROMPT),
        ({"longest_pause_s": 9, "amount_edits": 3, "value_lookups": 3, "seconds_on_form": 9_000}, NOTHING, NOTHING),
        ({"remote_control_app": True}, PROMPT, PROMPT),
        ({"on_call": True, "accessibility_service": True}, PROMPT, PROMPT),
        ({"on_call": True, "account_pasted": True}, PROMPT, PAUSE),
        ({"on_call": True, "screen_shared": True}, PAUSE, PAUSE),
        ({"on_call": True, "remote_control_app": True}, PAUSE, PAUSE),
        ({"on_call": False, "screen_shared": True, "remote_control_app": None}, NOTHING, NOTHING),
    ],
    ids=str,
)
def test_what_is_advised(seen: dict[str, Any], by_day: Advice, by_night: Advice) -> None:
    assert (advice(DAY, **seen), advice(NIGHT, **seen)) == (by_day, by_night)


@pytest.mark.parametrize(
    "signs", [one["signs"] for one in json.loads((PACKS / "session.json").read_text())["together"]]
)
def test_together_they_say_more_than_their_sum(signs: tuple[str, ...]) -> None:
    def score(*names: str) -> float:
        seen = {n: assumed().least.get(n, True) for n in names if n != "night"}
        at = NIGHT if "night" in names else DAY
        return risk(after((Context(**seen), at, 1)), at).score

    assert score(*signs) > sum(score(name) for name in signs)


def test_the_parts_say_where_the_score_comes_from() -> None:
    found = risk(after((Context(on_call=True, account_pasted=True), NIGHT, 1)), NIGHT)
    assert list(found.parts) == [
        "account_pasted",
        "on_call",
        "night",
        "on_call+account_pasted",
        "on_call+account_pasted+night",
    ]
    assert found.score == sum(found.parts.values()) == 6.0


def test_every_number_says_that_it_is_assumed() -> None:
    read = json.loads((PACKS / "session.json").read_text())
    assert "not measurements" in read["about"]
    named = {*assumed().standing, *assumed().passing}
    assert named <= set(Context.__slots__)
    assert {sign for signs, _ in assumed().together for sign in signs} <= named | {"night"}
    assert all(weight > 0 for _, weight in assumed().together)


def test_signals_of_the_session_alone_are_no_features() -> None:
    more = Context(accessibility_service=True, longest_pause_s=600.0, value_lookups=40)
    plain = contract.vector(a_request(), facts(context=Context()))
    assert str(contract.vector(a_request(), facts(context=more))) == str(plain)


# Time


def test_what_has_passed_counts_half_after_each_half_life() -> None:
    session = after((Context(account_pasted=True), DAY, 1))
    half = timedelta(seconds=assumed().half_life_s)
    scores = [risk(session, DAY + half * n).score for n in range(4)]
    assert scores == pytest.approx([1.0, 0.5, 0.25, 0.125])


def test_what_stands_counts_whole_and_what_has_ended_fades() -> None:
    half = timedelta(seconds=assumed().half_life_s)
    calling = after((Context(on_call=True), DAY, 1))
    hung_up = calling.after(Context(on_call=False), DAY, 2)
    assert [risk(calling, DAY + half * n).score for n in (0, 2)] == [2.0, 2.0]
    assert [risk(hung_up, DAY + half * n).score for n in (0, 2)] == [2.0, 0.5]


@pytest.mark.parametrize(
    ("hour_in_taipei", "night"), [(21, False), (22, True), (23, True), (0, True), (5, True), (6, False)]
)
def test_night_is_by_the_insurers_clock(hour_in_taipei: int, night: bool) -> None:
    at = datetime(2026, 3, 11, (hour_in_taipei - 8) % 24, 0, tzinfo=UTC)
    assert ("night" in risk(Session(), at).parts) is night


def test_a_clock_that_was_set_back_makes_nothing_greater() -> None:
    session = after((Context(account_pasted=True), DAY, 1))
    assert risk(session, DAY - timedelta(hours=5)).score == 1.0


# However they arrive

contexts = st.builds(
    Context,
    **{
        name: st.none() | st.booleans()
        for name in (
            "on_call",
            "screen_shared",
            "remote_control_app",
            "new_device",
            "account_pasted",
            "accessibility_service",
        )
    },
    **{name: st.none() | st.integers(0, 9) for name in ("amount_edits", "value_lookups")},
    **{name: st.none() | st.sampled_from([0.0, 59.0, 60.0, 900.0]) for name in ("seconds_on_form", "longest_pause_s")},
)
moments = st.integers(0, 7200).map(lambda s: DAY + timedelta(seconds=s))
deliveries = st.tuples(contexts, moments, st.integers(0, 6))


COUNTED = ("amount_edits", "value_lookups", "seconds_on_form", "longest_pause_s")


def same(session: Session) -> Session:
    return replace(session, version=0)


@settings(max_examples=150, deadline=None)
@given(st.lists(deliveries, min_size=1, max_size=4), moments)
def test_in_whatever_order_they_come_they_come_to_the_same(sent: list[Delivery], now: datetime) -> None:
    found = [after(*order) for order in permutations(sent)]
    assert all(same(one) == same(found[0]) for one in found)
    assert {risk(one, now).score for one in found} == {risk(found[0], now).score}


@settings(max_examples=150, deadline=None)
@given(st.lists(deliveries, min_size=1, max_size=5), st.data())
def test_delivered_again_nothing_counts_twice(sent: list[Delivery], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(sent), max_size=5))
    assert same(after(*sent, *again)) == same(after(*sent))


@settings(max_examples=300, deadline=None)
@given(st.lists(deliveries, max_size=4), deliveries, st.sampled_from(Context.__slots__), moments)
def test_one_sign_more_never_makes_it_less(before: list[Delivery], last: Delivery, name: str, later: datetime) -> None:
    """At the same moment, whatever was there before and however late it is looked at."""
    seen, at, number = last
    more = replace(seen, **{name: (getattr(seen, name) or 0) + 60 if name in COUNTED else True})
    session = after(*before)
    assert risk(session.after(more, at, number), later).score >= risk(session.after(seen, at, number), later).score


def test_a_late_delivery_does_not_bring_back_what_has_ended() -> None:
    ended = (Context(on_call=False), DAY + timedelta(seconds=5), 3)
    late = (Context(on_call=True, screen_shared=True), DAY + timedelta(seconds=9), 2)
    session = after((Context(on_call=True), DAY, 1), ended, late)
    assert (session.context.on_call, session.context.screen_shared) == (False, True)


# Said once


def told(*seen: Context, numbers: tuple[int, ...] | None = None) -> list[Advice]:
    session, found = Session(), []
    for place, one in enumerate(seen):
        number = numbers[place] if numbers else session.next_number()
        session, said = advise(session.after(one, DAY, number), number, DAY)
        found.append(said)
    return found


CALL, PASTED, SHARED = Context(on_call=True), Context(account_pasted=True), Context(screen_shared=True)


def test_what_was_advised_is_not_advised_again_nor_anything_milder() -> None:
    assert told(CALL, PASTED, PASTED, SHARED, SHARED, PASTED) == [NOTHING, PROMPT, NOTHING, PAUSE, NOTHING, NOTHING]


def test_the_delivery_that_was_answered_is_answered_the_same_again() -> None:
    assert told(CALL, PASTED, PASTED, SHARED, PASTED, numbers=(1, 2, 2, 3, 2)) == [
        NOTHING,
        PROMPT,
        PROMPT,
        PAUSE,
        PROMPT,
    ]


def test_an_empty_delivery_is_no_repetition_of_an_earlier_one() -> None:
    late = Session(memory=Memory(told={PAUSE: 4}, numbers={"on_call": 3}))
    assert late.next_number() == 5
