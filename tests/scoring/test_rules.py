"""Each rule fires on the least that it needs, and on nothing that is not known."""

from collections.abc import Iterator

import pytest

from safelight.domain.assessment import ScamType
from safelight.domain.light import Light
from safelight.domain.request import Locale
from safelight.features import contract
from safelight.scoring.policy import named
from safelight.scoring.rules import RULES, Rule, holding, suspected
from tests.scoring.vectors import UNKNOWN, a_vector

LOAN = {"asks_policy_loan": 1.0}
DRAINED = {"share_drained_10d": 0.5, "share_taken_11_30d": 0.6}

# rule → what must be known for it, just at its edge; and what, one step off, no longer holds.
EDGES: dict[str, list[tuple[dict[str, float], dict[str, float]]]] = {
    "account_reported": [({"account_reported": 1}, {"account_reported": 0})],
    "person_listed": [
        ({"person_listed": 1, **LOAN}, {"person_listed": 0}),
        ({"person_listed": 1, "asks_surrender": 1}, {"asks_surrender": 0}),
        ({"person_listed": 1, "asks_partial_withdrawal": 1}, {"asks_partial_withdrawal": 0}),
    ],
    "steered_to_new_account": [
        ({"on_call": 1, "screen_shared": 1, "account_not_on_file": 1, **LOAN}, {"on_call": 0}),
        ({"on_call": 1, "remote_control_app": 1, "account_days_on_file": 3, **LOAN}, {"account_days_on_file": 4}),
        ({"on_call": 1, "screen_shared": 1, "account_not_on_file": 1, **LOAN}, {"asks_policy_loan": 0}),
    ],
    "steered": [
        ({"on_call": 1, "screen_shared": 1}, {"screen_shared": 0}),
        ({"on_call": 1, "remote_control_app": 1}, {"on_call": 0}),
    ],
    "serial_drain": [
        ({"money_requests_10d": 2, "policies_touched_10d": 3, **LOAN}, {"money_requests_10d": 1}),
        ({"money_requests_10d": 2, "policies_touched_10d": 3, **LOAN}, {"policies_touched_10d": 2}),
    ],
    "split_to_new_account": [
        ({"money_requests_10d": 2, "account_not_on_file": 1, **LOAN}, {"money_requests_10d": 1}),
        ({"money_requests_10d": 2, "account_days_on_file": 3, **LOAN}, {"account_days_on_file": 4}),
        (
            {"money_requests_10d": 1, "share_drained_10d": 0.5, "account_not_on_file": 1, **LOAN},
            {"share_drained_10d": 0.49},
        ),
        (
            {"money_requests_10d": 1, "share_drained_10d": 0.5, "account_not_on_file": 1, **LOAN},
            {"money_requests_10d": 0},
        ),
        ({"money_requests_10d": 2, "account_not_on_file": 1, **LOAN}, {"asks_policy_loan": 0}),
    ],
    "accompanied": [
        ({"noted_accompanied_by_stranger": 1}, {"noted_accompanied_by_stranger": 0}),
        ({"noted_evasive_or_coached": 1}, {"noted_evasive_or_coached": 0}),
    ],
    "nearly_all_to_new_account": [
        ({**DRAINED, "account_not_on_file": 1}, {"share_taken_11_30d": 0.59}),
        ({**DRAINED, "account_not_on_file": 1}, {"account_not_on_file": 0}),
    ],
    "new_online_friend": [
        ({"noted_talks_of_new_online_friend": 1, **LOAN}, {"noted_talks_of_new_online_friend": 0}),
        ({"noted_talks_of_new_online_friend": 1, **LOAN}, {"asks_policy_loan": 0}),
    ],
    "new_investment": [
        ({"noted_talks_of_new_investment": 1, **LOAN}, {"noted_talks_of_new_investment": 0}),
        ({"noted_talks_of_new_investment": 1, **LOAN}, {"asks_policy_loan": 0}),
    ],
    "reported_numbers": [
        ({"reported_numbers_30d": 3, **LOAN}, {"reported_numbers_30d": 2}),
        ({"reported_numbers_30d": 3, **LOAN}, {"asks_policy_loan": 0}),
    ],
    "words_of_a_scam": [
        ({"words_scam_peak": 1.0, **LOAN}, {"words_scam_peak": 0.99}),
        ({"words_scam_peak": 1.0, **LOAN}, {"asks_policy_loan": 0}),
    ],
    "words_fake_authority": [({"words_fake_authority": 0.0}, {"words_fake_authority": -0.01})],
    "words_fake_investment": [({"words_fake_investment": 0.0}, {"words_fake_investment": -0.01})],
    "words_romance": [({"words_romance": 0.0}, {"words_romance": -0.01})],
    "words_fake_relative": [({"words_fake_relative": 0.0}, {"words_fake_relative": -0.01})],
    "words_fake_loan": [({"words_fake_loan": 0.0}, {"words_fake_loan": -0.01})],
    "alone_after_loss": [({"widowed": 1}, {"widowed": 0}), ({"lives_alone": 1}, {"lives_alone": 0})],
    "on_call": [({"on_call": 1}, {"on_call": 0})],
    "retired_large_share": [
        ({"retired": 1, "share_of_all_policies": 0.5}, {"share_of_all_policies": 0.49}),
        ({"retired": 1, "share_of_all_policies": 0.5}, {"retired": 0}),
    ],
    "chat_app_surge": [({"new_chat_app_traffic_30d": 500}, {"new_chat_app_traffic_30d": 499})],
    "account_of_other": [({"account_other_owner": 1}, {"account_other_owner": 0})],
    "small_income_many_loans": [
        ({"money_requests_90d": 2, "amount_to_income": 0.5, **LOAN}, {"money_requests_90d": 1}),
        ({"money_requests_90d": 2, "amount_to_income": 0.5, **LOAN}, {"amount_to_income": 0.49}),
        ({"money_requests_90d": 2, "amount_to_income": 0.5, **LOAN}, {"asks_policy_loan": 0}),
    ],
}
CASES = [(code, *edge) for code, edges in EDGES.items() for edge in edges]


def codes(**known: float) -> set[str]:
    return {rule.code for rule in holding(named(a_vector(**known)))}


def test_every_rule_has_its_edges_below() -> None:
    assert list(EDGES) == [rule.code for rule in RULES]


@pytest.mark.parametrize(("code", "least", "off"), CASES)
def test_a_rule_holds_at_its_edge_and_not_one_step_off(
    code: str, least: dict[str, float], off: dict[str, float]
) -> None:
    assert code in codes(**least)
    assert code not in codes(**{**least, **off})


@pytest.mark.parametrize(("code", "least", "off"), CASES)
def test_a_rule_needs_all_that_it_names(code: str, least: dict[str, float], off: dict[str, float]) -> None:
    for name in least:
        assert code not in codes(**{k: v for k, v in least.items() if k != name}), f"holds without {name}"


def test_no_rule_holds_when_nothing_is_known() -> None:
    assert holding(UNKNOWN) == ()


class Reads(dict[str, float]):
    """Values that remember what was asked for, and answer every question with `value`."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> float:
        self.asked.add(name)
        return self.value


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_reads_features_of_the_contract_only(rule: Rule) -> None:
    known = {feature.name for feature in contract.FEATURES}
    for value in (0.0, 1.0, 3.0, float("nan")):
        values = Reads(value)
        rule.holds(values)
        assert values.asked
        assert values.asked <= known
    for least, _ in EDGES[rule.code]:
        assert set(least) <= known


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_speaks_both_languages_and_points_somewhere(rule: Rule) -> None:
    assert rule.words(Locale.ZH_TW) != rule.words(Locale.EN)
    assert rule.words(Locale.EN).isascii()
    assert rule.points
    assert all(points > 0 for points in rule.points.values())


def test_codes_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)


def pointing(**points: int) -> Rule:
    return Rule("made", Light.GREEN, lambda _: True, "", "", {ScamType(name): n for name, n in points.items()})


def some_suspicions() -> Iterator[tuple[tuple[Rule, ...], list[str]]]:
    yield (), []
    yield (pointing(romance=1),), ["romance"]
    yield (pointing(romance=1, fake_loan=2),), ["fake_loan", "romance"]
    yield (pointing(fake_loan=1), pointing(romance=1)), ["romance", "fake_loan"]
    yield (pointing(fake_loan=1), pointing(fake_loan=1), pointing(romance=1)), ["fake_loan", "romance"]
    yield (pointing(fake_relative=2, fake_authority=2, romance=3),), ["romance", "fake_authority", "fake_relative"]


@pytest.mark.parametrize(("rules", "order"), list(some_suspicions()))
def test_suspicion_follows_the_points_and_ties_the_enum(rules: tuple[Rule, ...], order: list[str]) -> None:
    assert list(suspected(rules)) == order


@pytest.mark.parametrize("scam_type", list(ScamType))
def test_every_scam_type_can_be_the_likeliest(scam_type: ScamType) -> None:
    """Otherwise its questions would never be asked first."""
    edges = [least for rule in EDGES.values() for least, _ in rule]
    likeliest = {suspected(holding(named(a_vector(**{**one, **other}))))[:1] for one in edges for other in edges}
    assert (scam_type,) in likeliest
