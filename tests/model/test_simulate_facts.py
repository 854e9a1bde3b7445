"""What is known of a request in the synthetic book: nothing of the future, nothing impossible, no sign a proof."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from random import Random

import numpy as np
import pytest

from models.simulate import agents, people, sightings
from models.simulate.asks import Ask, Circumstance, Need, Payout
from models.simulate.rows import Row
from models.simulate.table import Table
from models.simulate.typologies import TYPOLOGIES
from safelight.domain.assessment import ScamType
from safelight.domain.facts import ObservationKind
from safelight.domain.request import Channel, RequestKind
from safelight.features.contract import FEATURES
from tests.model.conftest import CROWDED

COLUMNS = {feature.name: index for index, feature in enumerate(FEATURES)}


def test_rows_are_in_order_of_time(crowded: Table):
    assert (np.diff(crowded.day) >= 0).all()
    assert crowded.day[0] >= 0
    assert crowded.day[-1] < CROWDED.days


def test_facts_are_from_before_the_request(crowded_rows: list[Row]):
    for row in crowded_rows:
        at, facts = row.request.requested_at, row.facts
        if facts.behaviour:
            assert all(past.requested_at < at for past in facts.behaviour.past_requests)
        assert all(note.observed_at <= at for note in facts.field or ())
        if facts.profile:
            assert all(account.added_on <= at.date() for account in facts.profile.accounts)
            assert (facts.profile.phone_changed_on or at.date()) <= at.date()
            changed = [policy.beneficiary_changed_on for policy in facts.profile.policies]
            assert all(when <= at.date() for when in changed if when)
        if row.label:
            assert row.label.known_at > at


def test_nobody_owes_more_than_his_policies_are_worth(crowded_rows: list[Row]):
    policies = [policy for row in crowded_rows if row.facts.profile for policy in row.facts.profile.policies]
    assert all(0 <= policy.loan_balance_twd <= policy.cash_value_twd for policy in policies)
    assert any(policy.loan_balance_twd > 0 for policy in policies)
    assert any(policy.cash_value_twd == 0 for policy in policies)


def test_no_request_exceeds_what_the_record_shows(crowded_rows: list[Row]):
    for row in crowded_rows:
        if row.facts.profile:
            asked = [p for p in row.facts.profile.policies if p.policy_id in row.request.policy_ids]
            assert 0 <= row.request.amount_twd <= sum(policy.available_twd for policy in asked)


def test_requests_of_one_sitting_all_see_the_value_before_any_was_paid(crowded_rows: list[Row], crowded: Table):
    """So together they may ask for more than there is: scams do, and now and then somebody genuine."""
    sittings = [
        (first.facts.profile, second.facts.profile)
        for first, second in pairwise(crowded_rows)
        if first.person == second.person
        and second.request.requested_at - first.request.requested_at < timedelta(minutes=20)
        and first.facts.profile
        and second.facts.profile
    ]
    paid = [first.policies != second.policies for first, second in sittings]
    assert len(paid) > 100
    assert np.mean(paid) < 0.1  # what was asked for days before may fall due in between
    more = crowded.x[:, COLUMNS["share_asked_3d"]] > 1
    assert more[crowded.truth].any()
    assert more[~crowded.truth].any()


# --- who and what is seen


def test_missing_facts_follow_the_channel_and_never_the_scam(crowded: Table):
    names = ("on_call", "new_device", "seconds_on_form", "unknown_call_minutes_7d", "value_lookups_7d", "lives_alone")
    for code, channel in enumerate(Channel):
        for name in names:
            scam, genuine = (
                np.isnan(crowded.x[(crowded.channel == code) & (crowded.truth == truth), COLUMNS[name]])
                for truth in (True, False)
            )
            both = np.concatenate((scam, genuine)).mean()
            # A person's requests share what is missing of him: the scatter is wider than that of single rows.
            scatter = 1.7 * (both * (1 - both) * (1 / len(scam) + 1 / len(genuine))) ** 0.5
            assert scam.mean() == pytest.approx(genuine.mean(), abs=4 * scatter + 1e-9), (channel, name)


def test_most_people_have_no_telecom_figures_and_only_the_app_sees_the_device(crowded: Table):
    assert np.isnan(crowded.x[:, COLUMNS["unknown_call_minutes_7d"]]).mean() > 0.6
    app = crowded.channel == list(Channel).index(Channel.APP)
    for name in ("on_call", "screen_shared", "remote_control_app", "new_device"):
        column = crowded.x[:, COLUMNS[name]]
        assert np.isnan(column[~app]).all()
        assert np.isnan(column[app]).mean() < 0.35


SIGNS = [
    "night",
    "on_call",
    "screen_shared",
    "remote_control_app",
    "new_device",
    "account_pasted",
    "account_not_on_file",
    "account_other_owner",
    "accounts_added_30d",
    "payout_account_change_30d",
    "contact_change_30d",
    "account_reported",
    "person_listed",
    "past_victim",
    *(f"noted_{kind.value}" for kind in ObservationKind),
]


@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_has_genuine_lookalikes(sign: str, crowded: Table):
    """At one scam in 1,500 requests, most of those who show a sign are genuine."""
    shown = crowded.x[:, COLUMNS[sign]] > 0
    assert shown[crowded.truth].mean() / 1_500 < shown[~crowded.truth].mean()


def test_every_circumstance_and_every_need_occurs(crowded_rows: list[Row]):
    stories = [row.story for row in crowded_rows if row.story and row.truth is None]
    assert {story.circumstance for story in stories} == set(Circumstance)
    assert {story.need for story in stories} == set(Need)


def test_families_decide_what_is_needed():
    rng = Random(3)
    drawn = [people.draw(rng, CROWDED.start.date(), (agents.draw(rng),)) for _ in range(400)]
    assert not any(person.lives_alone and person.household.with_parents for person in drawn)
    widowed = [person for person in drawn if person.marital.value == "widowed"]
    assert np.mean([person.sex is people.Sex.FEMALE for person in widowed]) > 0.6


def test_victims_are_mostly_fifty_to_sixty_nine(crowded: Table):
    ages = crowded.age[crowded.truth]
    assert 0.6 < ((ages >= 50) & (ages < 70)).mean() < 0.9


def test_a_few_victims_are_hit_again(scams: list[Row]):
    victims = {row.person for row in scams}
    again = {row.person for row in scams if row.story and row.story.campaign > 0}
    assert 0.015 < len(again) / len(victims) < 0.06
    named = [row.facts.profile.past_victim for row in scams if row.person in again and row.facts.profile]
    assert any(named)


def test_an_agent_who_never_notes_notes_nothing():
    ask = Ask(
        day=1.0,
        kind=RequestKind.POLICY_LOAN,
        share=0.5,
        policies=(0,),
        payout=Payout.RECORD,
        signs=TYPOLOGIES[ScamType.FAKE_AUTHORITY].signs,
        need=Need.SMALL_CASH,
    )
    rng = Random(4)
    person = people.draw(rng, CROWDED.start.date(), (agents.Agent(visits=1.0, notes=0.0, sees=1.0),))
    person.agent = agents.Agent(visits=1.0, notes=0.0, sees=1.0)
    assert not any(sightings.field(rng, ask, person, Channel.WEB, CROWDED.start) for _ in range(200))
    person.agent = replace(person.agent, notes=2.0)
    assert any(sightings.field(rng, ask, person, Channel.WEB, CROWDED.start) for _ in range(200))
