"""Campaigns of the synthetic book: how they begin, what they ask for, and how little their victims say."""

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from random import Random

import numpy as np
from sklearn.metrics import roc_auc_score

from models.simulate import agents, gangs, people
from models.simulate.asks import ORDINARY
from models.simulate.rows import Row
from models.simulate.scams import campaign, deepened
from models.simulate.table import simulate
from models.simulate.typologies import TYPOLOGIES
from safelight.domain.assessment import ScamType
from safelight.domain.request import Channel
from safelight.features.contract import FEATURES
from tests.model.conftest import CROWDED, day

COLUMNS = {feature.name: index for index, feature in enumerate(FEATURES)}


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


def test_victims_are_coached_and_say_little(crowded_rows: list[Row]):
    told: dict[ScamType | None, list[float]] = defaultdict(list)
    for row in crowded_rows:
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


def test_some_genuine_people_name_every_policy_at_once(crowded_rows: list[Row]):
    """Else many policies in one request would be proof."""
    named = [len(row.request.policy_ids) for row in crowded_rows if row.truth is None]
    assert sum(count >= 4 for count in named) > 5


def test_what_is_said_is_known_only_where_somebody_listens_and_tells_little(words: bytes):
    """Most victims are coached: their words must not give them away. Measured: 0.57 to 0.58, standard error 0.014."""
    table = simulate(replace(CROWDED, years=1.0), words=words, processes=1, progress=False)
    said = table.x[:, COLUMNS["words_scam"]]
    chat = table.channel == list(Channel).index(Channel.CHAT)
    assert 0.2 < np.isnan(said).mean() < 0.6
    assert np.isnan(said[chat]).mean() < 0.02
    here = ~np.isnan(said)
    assert 0.55 < roc_auc_score(table.truth[here], said[here]) < 0.65
