"""The synthetic book: the same however it is made, in the shape asked for, with late, partial and wrong labels."""

from collections import defaultdict
from dataclasses import fields, replace
from datetime import timedelta
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from models.__main__ import main
from models.simulate import agents, gangs, people, sightings
from models.simulate.asks import ORDINARY, Ask, Circumstance, Need, Payout
from models.simulate.book import BookPlan, block, generate
from models.simulate.rows import Row
from models.simulate.scams import campaign, deepened
from models.simulate.table import Table, simulate, tabulate
from models.simulate.typologies import MIX, TYPOLOGIES
from safelight.domain.assessment import ScamType
from safelight.domain.facts import ObservationKind
from safelight.domain.request import Channel, RequestKind
from safelight.features.contract import FEATURES
from tests.model.conftest import DENSE, FRESH

SMALL = BookPlan(requests_a_year=300, years=1.0, scam_rate=0.05, seed=11)
TWO_BLOCKS = BookPlan(requests_a_year=4_100, years=1.0, seed=12)
CROWDED = BookPlan(requests_a_year=3_500, scam_rate=0.25, seed=13)
"""Many scams over three years, to count their kinds."""

COLUMNS = {feature.name: index for index, feature in enumerate(FEATURES)}


def book(plan: BookPlan) -> Table:
    return simulate(plan, words=None, processes=1, progress=False)


def assert_same(left: Table, right: Table) -> None:
    for field in fields(Table):
        np.testing.assert_array_equal(getattr(left, field.name), getattr(right, field.name))


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return list(generate(CROWDED, progress=False))


@pytest.fixture(scope="module")
def scams(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.truth is not None]


@pytest.fixture(scope="module")
def crowded(rows: list[Row]) -> Table:
    return tabulate(rows, CROWDED.start)


def day(row: Row) -> float:
    return (row.request.requested_at - CROWDED.start).total_seconds() / 86_400


# --- the same book, whatever makes it


def test_book_is_the_same_whatever_the_number_of_processes(words: bytes):
    assert TWO_BLOCKS.blocks == 2
    assert_same(
        simulate(TWO_BLOCKS, words=words, processes=2, progress=False),
        simulate(TWO_BLOCKS, words=words, processes=1, progress=False),
    )


def test_rows_and_arrays_are_the_same_book(crowded: Table):
    assert_same(book(CROWDED), crowded)


def test_arrays_say_whose_request_it_was(rows: list[Row], crowded: Table):
    in_order = sorted(rows, key=lambda row: row.request.requested_at)
    assert [row.person for row in in_order] == crowded.person.tolist()
    assert [row.sex for row in in_order] == crowded.sex.tolist()
    assert crowded.age.tolist() == pytest.approx([row.age for row in in_order])
    assert 0.4 < crowded.sex.mean() < 0.6


def test_a_block_does_not_depend_on_those_before_it():
    later = block(TWO_BLOCKS, 1)
    assert list(generate(TWO_BLOCKS, progress=False))[-len(later) :] == later


def test_another_seed_gives_another_book():
    assert not np.array_equal(book(SMALL).amount[:200], book(replace(SMALL, seed=12)).amount[:200])


def test_saved_book_reads_back(tmp_path):
    small = book(SMALL)
    small.save(tmp_path / "book.npz")
    assert_same(small, Table.load(tmp_path / "book.npz"))


# --- size, rate, mix, drift


def test_defaults_are_one_insurers_scale():
    plan = BookPlan()
    assert (plan.requests_a_year, plan.years, round(1 / plan.scam_rate)) == (350_000, 3.0, 1_500)
    assert dict(plan.mix)[ScamType.FAKE_INVESTMENT] == 0.57
    assert dict(plan.mix)[ScamType.ROMANCE] == 0.23
    assert dict(plan.mix)[ScamType.FAKE_AUTHORITY] == 0.05


def test_size_and_rate_are_what_was_asked_for(fresh: Table, dense: Table, crowded: Table):
    assert len(fresh) == pytest.approx(FRESH.requests, rel=0.01)
    assert dense.truth.mean() == pytest.approx(DENSE.scam_rate, rel=0.35)
    assert crowded.truth.mean() == pytest.approx(CROWDED.scam_rate, rel=0.1)


def _campaigns(scams: list[Row]) -> dict[ScamType, int]:
    """Victims counted once for each campaign, by its type."""
    each = {(row.person, row.story.campaign): row.truth for row in scams if row.story}
    return {scam: list(each.values()).count(scam) for scam in ScamType}


def _assert_mix(counts: dict[ScamType, int], mix: dict[ScamType, float]) -> None:
    whole = sum(counts.values())
    for scam, count in counts.items():
        share = mix.get(scam, 0.0)
        scatter = (share * (1 - share) / whole) ** 0.5
        assert count / whole == pytest.approx(share, abs=4 * scatter + 0.005), scam


def test_campaigns_follow_the_mix(scams: list[Row]):
    _assert_mix(_campaigns(scams), dict(MIX))


def test_another_mix_is_honoured():
    mix = ((ScamType.FAKE_AUTHORITY, 0.7), (ScamType.ROMANCE, 0.3))
    plan = replace(CROWDED, mix=mix, requests_a_year=1_000)
    _assert_mix(_campaigns([row for row in generate(plan, progress=False) if row.truth]), dict(mix))


def test_mix_that_does_not_sum_to_one_is_refused(capsys):
    with pytest.raises(ValueError, match="sum to 1"):
        BookPlan(mix=((ScamType.ROMANCE, 0.5),))
    with pytest.raises(SystemExit):
        main(["simulate", "--out", "never.npz", "--mix", "romance=0.5"])
    assert "sum to 1" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["simulate", "--out", "never.npz", "--mix", "lottery=1"])


def test_a_type_appears_in_the_last_quarter_only(scams: list[Row]):
    days = [day(row) for row in scams if row.truth is ScamType.FAKE_LOAN]
    assert len(days) > 50
    assert min(days) >= 0.75 * CROWDED.days


def test_another_type_changes_its_method_in_the_last_third(scams: list[Row]):
    by_age: dict[bool, list[Row]] = defaultdict(list)
    for row in scams:
        if row.truth is ScamType.FAKE_AUTHORITY and abs(day(row) - CROWDED.days * 2 / 3) > 60:
            by_age[day(row) > CROWDED.days * 2 / 3].append(row)
    early, late = (
        (
            np.mean([row.request.channel is Channel.APP for row in part]),
            np.mean([(row.request.payout_account or "").startswith("M-") for row in part]),
        )
        for part in (by_age[False], by_age[True])
    )
    assert late[0] > early[0] + 0.2
    assert late[1] < early[1] - 0.2


def test_without_drift_every_type_is_there_from_the_start():
    plan = replace(CROWDED, drift=False, mix=((ScamType.FAKE_LOAN, 1.0),), requests_a_year=300)
    assert min(day(row) for row in generate(plan, progress=False) if row.truth) < 0.25 * plan.days


# --- labels


def test_labels_come_late(crowded: Table):
    known = crowded.truth & np.isfinite(crowded.label_day)
    delays = crowded.label_day[known] - crowded.day[known]
    assert (delays > 0).all()
    assert np.median(delays) == pytest.approx(CROWDED.label_delay_days, rel=0.1)


def test_a_part_is_never_reported_and_a_few_are_recorded_as_genuine(crowded: Table):
    scams = crowded.take(np.flatnonzero(crowded.truth))
    cleared = np.isfinite(scams.cleared_day)
    assert cleared.mean() == pytest.approx(CROWDED.wrongly_cleared, abs=0.02)
    assert np.isinf(scams.label_day[~cleared]).mean() == pytest.approx(CROWDED.never_reported, abs=0.05)


def test_a_few_genuine_requests_are_taken_for_scams():
    plan = replace(SMALL, requests_a_year=4_000, scam_rate=0.001, wrongly_reported=0.02)
    table = book(plan)
    assert np.isfinite(table.label_day[~table.truth]).mean() == pytest.approx(0.02, abs=0.008)


def test_a_request_is_not_both_reported_and_cleared(crowded: Table):
    assert not (np.isfinite(crowded.label_day) & np.isfinite(crowded.cleared_day)).any()


def test_one_campaign_is_reported_as_a_whole(scams: list[Row]):
    days: dict[tuple[int, int], set[int]] = defaultdict(set)
    for row in scams:
        if row.label and row.label.scam and row.story:
            days[row.person, row.story.campaign].add(row.label.known_at.toordinal())
    assert len(days) > 300
    assert all(len(known) == 1 for known in days.values())


def test_a_label_is_not_known_before_its_day(dense: Table):
    midway = 365.0
    assert not (dense.label_at(midway) & (dense.day > midway)).any()
    assert dense.label_at(midway).sum() < dense.label_at(np.inf).sum() / 1.5


# --- nothing is from the future, nothing impossible


def test_rows_are_in_order_of_time(fresh: Table):
    assert (np.diff(fresh.day) >= 0).all()
    assert fresh.day[0] >= 0
    assert fresh.day[-1] < FRESH.days


def test_facts_are_from_before_the_request(rows: list[Row]):
    for row in rows:
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


def test_nobody_owes_more_than_his_policies_are_worth(rows: list[Row]):
    policies = [policy for row in rows if row.facts.profile for policy in row.facts.profile.policies]
    assert all(0 <= policy.loan_balance_twd <= policy.cash_value_twd for policy in policies)
    assert any(policy.loan_balance_twd > 0 for policy in policies)
    assert any(policy.cash_value_twd == 0 for policy in policies)


def test_no_request_exceeds_what_the_record_shows(rows: list[Row]):
    for row in rows:
        if row.facts.profile:
            asked = [p for p in row.facts.profile.policies if p.policy_id in row.request.policy_ids]
            assert 0 <= row.request.amount_twd <= sum(policy.available_twd for policy in asked)


def test_requests_of_one_sitting_all_see_the_value_before_any_was_paid(rows: list[Row], crowded: Table):
    """So together they may ask for more than there is: scams do, and now and then somebody genuine."""
    sittings = [
        (first.facts.profile, second.facts.profile)
        for first, second in pairwise(rows)
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


def test_every_circumstance_and_every_need_occurs(rows: list[Row]):
    stories = [row.story for row in rows if row.story and row.truth is None]
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


# --- campaigns


def test_grooming_rises_from_weeks_before_the_first_large_request():
    rng = Random(5)
    waves = gangs.waves(1, 1_095.0, drift=True)[ScamType.ROMANCE]
    for _ in range(50):
        person = people.draw(rng, CROWDED.start.date(), (agents.draw(rng),))
        one = campaign(rng, person, ScamType.ROMANCE, waves[3], waves[3].first, 1_095.0, drift=True)
        levels = [one.level(d) for d in np.linspace(one.groomed_from, one.first, 9)]
        assert levels[0] == 0
        assert levels[-1] == 1
        assert all(later > earlier for earlier, later in pairwise(levels))
        assert one.level(one.over + 1) == 0
        assert min(ask.day for ask in one.asks) >= one.groomed_from
    half = deepened(ORDINARY, TYPOLOGIES[ScamType.ROMANCE].signs, 0.5)
    assert ORDINARY.new_chat_mb < half.new_chat_mb < TYPOLOGIES[ScamType.ROMANCE].signs.new_chat_mb
    assert half.on_call == ORDINARY.on_call


def test_a_mules_account_is_reported_for_its_later_victims_only(scams: list[Row]):
    seen: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for row in scams:
        account, external = row.request.payout_account, row.facts.external
        if account and account.startswith("M-") and external and external.account_reported is not None:
            seen[account].append((day(row), external.account_reported))
    assert max(len(uses) for uses in seen.values()) > 2
    reported = [is_reported for uses in seen.values() for _, is_reported in sorted(uses)]
    assert 0.03 < np.mean(reported) < 0.5
    turned = 0
    for uses in seen.values():
        flags = [is_reported for _, is_reported in sorted(uses)]
        turned += any(flags) and not all(flags)
        # A few minutes within one sitting apart, never back.
        assert sum(earlier and not later for earlier, later in pairwise(flags)) <= 1
    assert turned > 3


def test_victims_are_coached_and_say_little(rows: list[Row]):
    told: dict[ScamType | None, list[float]] = defaultdict(list)
    for row in rows:
        assert row.story
        told[row.truth].append(row.story.candour)
    assert set(told[None]) == {0.0}
    assert np.mean(told[ScamType.FAKE_AUTHORITY]) > 1.5 * np.mean(told[ScamType.FAKE_INVESTMENT])
    assert all(0 < min(told[scam]) <= max(told[scam]) < 1 for scam in ScamType)


def test_campaigns_split_over_policies_and_ask_in_parts(scams: list[Row]):
    asked: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in scams:
        if row.request.kind.moves_money and row.story:
            asked[row.person, row.story.campaign].append(row)
    over_policies = [len({p for row in part for p in row.request.policy_ids}) > 1 for part in asked.values()]
    in_parts = [
        len(part) > len({row.request.policy_ids for row in part}) and max(map(day, part)) - min(map(day, part)) < 40
        for part in asked.values()
    ]
    assert 0.2 < np.mean(over_policies) < 0.8
    assert 0.05 < np.mean(in_parts) < 0.5


def test_some_genuine_people_name_every_policy_at_once(rows: list[Row]):
    """Else many policies in one request would be proof."""
    named = [len(row.request.policy_ids) for row in rows if row.truth is None]
    assert sum(count >= 4 for count in named) > 5


def test_what_is_said_is_known_only_where_somebody_listens_and_tells_little(words: bytes):
    """Most victims are coached: their words must not give them away."""
    table = simulate(replace(CROWDED, years=1.0), words=words, processes=1, progress=False)
    said = table.x[:, COLUMNS["words_scam"]]
    chat = table.channel == list(Channel).index(Channel.CHAT)
    assert 0.2 < np.isnan(said).mean() < 0.6
    assert np.isnan(said[chat]).mean() < 0.02
    here = ~np.isnan(said)
    assert 0.54 < roc_auc_score(table.truth[here], said[here]) < 0.85
