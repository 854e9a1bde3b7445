"""What is stored comes back as it was, and code of another day can read it."""

import json
from dataclasses import fields
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.adapters.dynamodb.codec import UnreadableRowError, decode, encode
from safelight.adapters.indicator import Indicator
from safelight.domain.alert import Alert, StaffTask
from safelight.domain.assessment import Assessment, Score
from safelight.domain.call import Call
from safelight.domain.caring import Answer
from safelight.domain.case import Case, Decision
from safelight.domain.contact import Contact
from safelight.domain.facts import Context, External, Facts, Observation, PastRequest, Profile
from safelight.domain.outcome import Outcome
from safelight.domain.request import Request
from tests.builders import a_case, a_decision, a_profile

CASES = [Case, Decision, Alert, StaffTask, PastRequest]
BOOK = [Contact, Profile, Observation, Call, Context, Indicator]
PARTS = [Answer, Assessment, External, Facts, Outcome, Request, Score]

st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(str, st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
st.register_type_strategy(int, st.integers(-(2**63), 2**63 - 1))


@pytest.mark.parametrize("kind", [*CASES, *BOOK, *PARTS])
def test_whatever_is_stored_comes_back_equal(kind: type) -> None:
    @given(st.from_type(kind))
    def holds(value: object) -> None:
        back: object = decode(kind, encode(value))
        assert back == value
        for field in fields(kind):
            assert type(getattr(back, field.name)) is type(getattr(value, field.name))

    holds()


def test_instants_come_back_aware_and_in_utc() -> None:
    back = decode(Case, encode(a_case()))
    assert back.opened_at.tzinfo is UTC
    assert back.opened_at.utcoffset() == a_case().opened_at.utcoffset()


def test_a_field_that_this_code_does_not_know_is_skipped() -> None:
    newer = json.loads(encode(a_profile())) | {"shoe_size": 43}
    newer["policies"][0]["colour"] = "blue"
    assert decode(Profile, json.dumps(newer)) == a_profile()


def test_a_field_that_older_code_did_not_write_takes_its_default() -> None:
    older = json.loads(encode(a_profile(past_victim=True)))
    del older["past_victim"]
    assert decode(Profile, json.dumps(older)) == a_profile()


def test_a_vector_with_missing_values_survives_bit_for_bit() -> None:
    vector = bytes(range(256))
    decision = decode(Decision, encode(a_decision(a_case(), vector=vector)))
    assert decision.vector == vector


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", '{"born_on": "A123456789"}', "\ud800"])
def test_a_document_of_another_kind_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(UnreadableRowError) as raised:
        decode(Profile, text)
    assert str(raised.value) == "Profile"
    assert "A123456789" not in str(raised.value.__cause__)
