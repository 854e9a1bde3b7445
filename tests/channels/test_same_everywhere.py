"""The same person and facts get the same light and the same questions in the same order, whatever the channel.

No sequence of turns releases what HTTP would not: the whole way is compared, to the last state. With the shipped model.
"""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest

from models.export import artifact
from safelight.adapters import onnx_model
from safelight.adapters.indicator import Indicator, SubjectKind
from safelight.domain.facts import External, Observation, ObservationKind, Policy, Product
from safelight.domain.light import Light
from safelight.domain.request import Locale, PolicyId, RequestKind
from safelight.scoring.ensemble import Ensemble
from tests.builders import NOW, POLICYHOLDER, a_profile
from tests.channels.speakers import SPEAKERS, Asked, outcome
from tests.usecases.world import World

CASES = 200
SEED = 20260311


@pytest.fixture(scope="module")
def shipped() -> Ensemble:
    return onnx_model.load(artifact.CURRENT)


def drawn(number: int) -> tuple[Asked, "Facts"]:
    rng = Random(SEED + number)
    policies = tuple(
        Policy(
            policy_id=PolicyId(f"pol-{place}"),
            product=rng.choice(list(Product)),
            issued_on=date(rng.randint(1996, 2024), rng.randint(1, 12), 5),
            cash_value_twd=rng.choice([80_000, 400_000, 1_500_000, 3_200_000]),
            loan_balance_twd=rng.choice([0, 0, 20_000]),
        )
        for place in range(rng.choice([1, 1, 3]))
    )
    policy = rng.choice(policies)
    kind = rng.choice([*RequestKind, RequestKind.SURRENDER, RequestKind.POLICY_LOAN])
    whole = policy.available_twd
    amount = whole if kind is RequestKind.SURRENDER else max(1_000, int(whole * rng.choice([0.05, 0.5, 1.0])))
    asked = Asked(
        kind=kind,
        amount_twd=amount if kind.moves_money else 0,
        policy_id=policy.policy_id,
        several_policies=len(policies) > 1,
        places=tuple(rng.randrange(9) for _ in range(6)),
        locale=Locale.ZH_TW,
    )
    return asked, Facts(policies, rng.choice([0, 1, 2]), rng.random() < 0.3, rng.randint(25, 80))


class Facts:
    """What is known of the person, put into a world."""

    def __init__(self, policies: tuple[Policy, ...], noticed: int, listed: bool, age: int) -> None:
        self.policies, self.noticed, self.listed, self.age = policies, noticed, listed, age

    def __call__(self, world: World) -> None:
        born = date(2026 - self.age, 9, 3)
        world.store.profiles[POLICYHOLDER] = a_profile(born_on=born, policies=self.policies)
        for kind in list(ObservationKind)[5 : 5 + self.noticed]:
            world.book.add_observation(POLICYHOLDER, Observation(kind=kind, observed_at=NOW - timedelta(days=2)))
        if self.listed:
            world.indicators.save(
                Indicator(
                    subject_kind=SubjectKind.PERSON,
                    subject=POLICYHOLDER,
                    source="police",
                    purpose="fraud_prevention",
                    expires_at=NOW + timedelta(days=30),
                    says=External(person_listed=True, reported_numbers_30d=4),
                )
            )


@pytest.mark.parametrize("number", range(CASES))
def test_every_channel_gives_the_light_and_the_questions_that_http_gives(number: int, shipped: Ensemble) -> None:
    asked, facts = drawn(number)
    found = {name: outcome(name, asked, facts, shipped) for name in SPEAKERS}
    assert found == dict.fromkeys(SPEAKERS, found["http"])


def test_the_cases_are_of_all_lights_and_ask_questions(shipped: Ensemble) -> None:
    """The guard of the table above: it would hold of nothing at all."""
    found = [outcome("http", *drawn(number), shipped) for number in range(CASES)]
    lights = Counter(first for first, *_ in found)
    assert all(lights[light] >= 5 for light in Light), lights
    assert sum(len(asked) > 1 for _, _, asked, *_ in found) >= 10
    assert len({state for *_, state, _ in found}) == 2


def test_another_fact_would_be_seen(shipped: Ensemble) -> None:
    """And it can fail: a channel that lost a fact gives another light."""
    differs = 0
    for number in range(CASES):
        asked, facts = drawn(number)
        without = Facts(facts.policies, 0, False, facts.age)
        differs += outcome("line", asked, without, shipped) != outcome("http", asked, facts, shipped)
    assert differs >= 5
