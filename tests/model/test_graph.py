"""The exported graph says what the trainer's models say, for whole rows, thinned rows, any order and any batch."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from models.export import artifact
from models.export.trees import float32_down, read
from models.simulate.table import Table
from models.train.expert_ensemble import TOGETHER
from models.train.experts import SIGNS
from models.train.guided_trees import GuidedTrees
from models.train.stacker import Stacker
from safelight.domain.assessment import Modality
from safelight.domain.facts import Behaviour, PastRequest
from safelight.domain.request import Request
from safelight.features.contract import FEATURES, MODALITIES, REASON_GROUPS, SLICES, vector
from safelight.features.feature import MOST
from tests.model.example_requests import Example, ordinary_borrower, retired_teacher, widow

Floats = npt.NDArray[np.float32]


LIGHTGBM_READS_AS_0 = np.float32(1e-35)
NAMES = (*(m.value for m in MODALITIES), TOGETHER)


@pytest.fixture(scope="module")
def stacker() -> Stacker:
    """From the manifest: what is written there must be what the graph does."""
    written: dict[str, Any] = json.loads((artifact.CURRENT / "manifest.json").read_text())["stacker"]
    return Stacker(
        bias=written["bias"],
        weights=np.array([written["weights"][name] for name in NAMES]),
        presence=np.array([written["presence"][name] for name in NAMES]),
        slope=written["calibration"]["slope"],
        intercept=written["calibration"]["intercept"],
    )


def log_odds_of(experts: dict[str, GuidedTrees], x: Floats) -> npt.NDArray[np.float64]:
    """(N, experts), NaN where absent: by the trainer's own code."""
    out = np.full((len(x), len(NAMES)), np.nan)
    for column, name in enumerate(NAMES):
        own = x if name == TOGETHER else x[:, SLICES[Modality(name)]]
        seen = ~np.isnan(own).all(axis=1) | (name == TOGETHER)
        out[seen, column] = experts[name].log_odds(own[seen])
    return out


def thinned(x: Floats, seed: int) -> Floats:
    """Rows with modalities and single values missing at random, some with nothing at all."""
    rng = np.random.default_rng(seed)
    out = np.where(rng.random(x.shape) < 0.1, np.nan, x).astype(np.float32)
    for modality in MODALITIES:
        out[rng.random(len(x)) < 0.3, SLICES[modality]] = np.nan
    out[:3] = np.nan
    return out


def around_thresholds(x: Floats, experts: dict[str, GuidedTrees]) -> Floats:
    """Rows where one value sits just below, at, or just above a split of an expert; every split is visited."""
    rows = []
    for name in NAMES:
        start, width = (0, len(FEATURES)) if name == TOGETHER else _place(name)
        reasoned = read(experts[name].trees, [0] * width)
        splits = {(n.feature, n.threshold) for tree in reasoned.trees for n in tree if not n.is_leaf}
        for count, (feature, threshold) in enumerate(sorted(splits)):
            at, endless = np.float32(threshold), np.float32(np.inf)
            with np.errstate(over="ignore"):  # one past the largest float32 is infinite
                values = (np.nextafter(at, -endless), at, np.nextafter(at, endless))
            for near in (v for v in values if np.abs(v) <= MOST and not 0 < np.abs(v) <= LIGHTGBM_READS_AS_0):
                row = x[count % len(x)].copy()
                row[start + feature] = near
                rows.append(row)
    return np.array(rows, dtype=np.float32)


def _place(modality: str) -> tuple[int, int]:
    own = SLICES[Modality(modality)]
    return own.start, own.stop - own.start


def assert_parity(x: Floats, reference, experts, stacker: Stacker) -> None:
    probability, views, reasons = reference.run(x)
    log_odds = log_odds_of(experts, x)
    np.testing.assert_allclose(probability, stacker.probability(log_odds), atol=2e-6)
    own = log_odds[:, : len(MODALITIES)]
    np.testing.assert_allclose(views, 1 / (1 + np.exp(-own)), atol=2e-6)
    assert (np.isnan(views) == np.isnan(own)).all()
    absent = np.isnan(own)
    for column, modality in enumerate(MODALITIES):
        of_modality = [index for index, group in enumerate(REASON_GROUPS.values()) if group.modality is modality]
        assert (reasons[absent[:, column]][:, of_modality] == 0).all()


def test_graph_agrees_with_the_trainer(reference, experts, stacker, fresh: Table):
    assert_parity(fresh.x, reference, experts, stacker)


@pytest.mark.slow
def test_graph_agrees_with_the_trainer_on_a_hundred_thousand_thinned_rows(reference, experts, stacker, fresh: Table):
    x = np.concatenate([thinned(fresh.x, seed) for seed in range(-(-100_000 // len(fresh)))])
    assert len(x) >= 100_000
    assert_parity(x, reference, experts, stacker)


def test_graph_agrees_with_the_trainer_around_every_threshold(reference, experts, stacker, fresh: Table):
    x = around_thresholds(fresh.x, experts)
    assert len(x) > 1_000
    assert_parity(x, reference, experts, stacker)


def test_reasons_add_up_to_the_log_odds_where_everything_is_known(reference, experts, stacker: Stacker, fresh: Table):
    """bias + presence terms + weight x each expert's base + sum of reasons = log-odds before calibration."""
    x = fresh.x[~np.isnan(log_odds_of(experts, fresh.x)).any(axis=1)]
    assert len(x) > 100
    _, _, reasons = reference.run(x)
    base = [
        expert.of_trees * read(expert.trees, [0] * len(FEATURES)).base + (1 - expert.of_trees) * expert.intercept
        for expert in (experts[name] for name in NAMES)
    ]
    constant = stacker.bias + (stacker.presence + stacker.weights * np.array(base)).sum()
    np.testing.assert_allclose(constant + reasons.sum(axis=1), stacker.stacked(log_odds_of(experts, x)), atol=5e-6)


def test_row_order_does_not_matter(reference, fresh: Table):
    order = np.random.default_rng(3).permutation(len(fresh))
    for whole, shuffled in zip(reference.run(fresh.x), reference.run(fresh.x[order]), strict=True):
        np.testing.assert_array_equal(whole[order], shuffled)


@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_batch_size_does_not_matter(reference, fresh: Table, size: int):
    x = thinned(fresh.x[:448], 4)
    whole = reference.run(x)
    parts = [reference.run(x[start : start + size]) for start in range(0, len(x), size)]
    for output, pieces in zip(whole, zip(*parts, strict=True), strict=True):
        np.testing.assert_allclose(output, np.concatenate(pieces), atol=1e-6)


@pytest.mark.parametrize(
    ("feature", "sign"),
    [(f, s) for f, s in zip(FEATURES, SIGNS, strict=True) if s],
    ids=lambda v: getattr(v, "name", ""),
)
def test_probability_moves_only_the_known_way(reference, fresh: Table, feature, sign):
    """What can only mean more risk never lowers the probability, from a low value to a high one."""
    column = FEATURES.index(feature)
    known = fresh.x[~np.isnan(fresh.x[:, column])][:300]
    low, high = known.copy(), known.copy()
    low[:, column], high[:, column] = np.nanmin(fresh.x[:, column]), np.nanmax(fresh.x[:, column]) + 1
    change = reference.run(high)[0] - reference.run(low)[0]
    assert (sign * change >= -2e-7).all()  # ONNX Runtime's sigmoid is good to 1e-7


def earlier(request: Request, days: int, amount_twd: int) -> PastRequest:
    return PastRequest(
        kind=request.kind,
        amount_twd=amount_twd,
        policy_ids=request.policy_ids,
        requested_at=request.requested_at - timedelta(days=days),
        channel=request.channel,
    )


def probabilities(reference, examples: list[Example]) -> npt.NDArray[np.float32]:
    return reference.run(np.array([vector(*example) for example in examples], dtype=np.float32))[0]


@pytest.mark.parametrize("taken_days_ago", [None, 2, 5, 20, 60])
@pytest.mark.parametrize("example", [ordinary_borrower, retired_teacher, widow], ids=lambda e: e.__name__)
def test_asking_for_more_is_never_less_risk(reference, example, taken_days_ago):
    request, facts = example()
    owned = sum(policy.available_twd for policy in facts.profile.policies)
    if taken_days_ago:
        facts = replace(facts, behaviour=Behaviour(past_requests=(earlier(request, taken_days_ago, owned // 100),)))
    amounts = [owned * share // 100 for share in range(5, 101, 5)] + [owned - 1]
    found = probabilities(reference, [(replace(request, amount_twd=amount), facts) for amount in sorted(amounts)])
    assert (np.diff(found) >= -2e-7).all()


@pytest.mark.parametrize("before", [(), (300,)], ids=["no older request", "an older request"])
@pytest.mark.parametrize("days_ago", [2, 5, 20, 60])
@pytest.mark.parametrize("example", [ordinary_borrower, retired_teacher, widow], ids=lambda e: e.__name__)
def test_having_taken_more_is_never_less_risk(reference, example, days_ago, before):
    found = having_taken(reference, example, days_ago, before, (1, 5, 20, 50, 100, 400))
    assert (np.diff(found) >= -2e-7).all()
    assert days_ago > 5 or found[-1] > 1.1 * found[0]


@pytest.mark.parametrize(
    ("days_ago", "first", "more"), [(20, 0.8, 1.0), (60, 0.7, 1.0), (91, 0.7, 0.9), (300, 0.7, 0.9)]
)
@pytest.mark.parametrize("example", [ordinary_borrower, retired_teacher, widow], ids=lambda e: e.__name__)
def test_what_signs_do_not_hold_takes_off_little(reference, example, days_ago, first, more):
    """A first request makes a history known, and an old amount is what is usual: decision 12. `first` is the least that
    a small one weeks ago may leave of the probability, `more` what a large one then may leave of that."""
    none, small, large = having_taken(reference, example, days_ago, (), (None, 1, 400))
    assert small >= first * none
    assert large >= more * small


def having_taken(
    reference, example, days_ago: int, before: tuple[int, ...], shares: tuple[int | None, ...]
) -> npt.NDArray[np.float32]:
    """Of asking for a tenth of what he owns, `days_ago` after asking for each of `shares` (%) of it, or not at all."""
    request, facts = example()
    owned = sum(policy.available_twd for policy in facts.profile.policies)
    request = replace(request, amount_twd=owned // 10)
    older = tuple(earlier(request, days, owned // 5) for days in before)
    histories = [
        Behaviour(past_requests=older if share is None else (earlier(request, days_ago, owned * share // 100), *older))
        for share in shares
    ]
    return probabilities(reference, [(request, replace(facts, behaviour=history)) for history in histories])


@pytest.mark.parametrize("value", [0.1, 1.0, 1e-45, 1e37, -1e37, -0.1, 0.0])
def test_threshold_rounds_down_to_the_next_float32(value: float):
    down = float32_down(value)
    assert down <= value
    assert float(np.nextafter(np.float32(down), np.float32(np.inf))) > value


@pytest.mark.parametrize("value", [3.5e38, 1e300, -1e300])
def test_threshold_beyond_float32_stays_on_its_side(value: float):
    largest = float(np.finfo(np.float32).max)
    assert (largest <= float32_down(value)) == (largest <= value)
    assert (-largest <= float32_down(value)) == (-largest <= value)
