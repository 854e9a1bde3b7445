"""The check for leaks: quiet on the book, red for every kind of leak put in on purpose."""

from dataclasses import replace

import numpy as np
import pytest

from models.evaluate.giveaways import PERSON_NUMBER, ROW_ORDER, WHAT_IS_MISSING, Giveaways, Telling, giveaways
from models.simulate.table import Table
from safelight.features.contract import FEATURES

COLUMNS = [feature.name for feature in FEATURES]


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(9)


def with_column(book: Table, name: str, values) -> Table:
    x = book.x.copy()
    x[:, COLUMNS.index(name)] = values
    return replace(book, x=x)


def red(book: Table, **extra) -> set[str]:
    return {telling.column for telling in giveaways(book, **extra).too_telling()}


def test_no_column_no_order_and_no_number_gives_the_label_away(dense: Table):
    found = giveaways(dense)
    found.check()
    assert {telling.column for telling in found.columns} >= {*COLUMNS, ROW_ORDER, PERSON_NUMBER, WHAT_IS_MISSING}
    assert found.together.auc > 0.7
    assert found.columns[0].average_precision > found.chance


def test_a_label_in_disguise_is_found_whatever_its_shape(dense: Table, rng):
    """Scams in a narrow band in the middle of the values: no threshold would find it, bins do."""
    middle = np.where(dense.truth, 0.5 + 0.001 * rng.random(len(dense)), rng.random(len(dense)))
    assert red(with_column(dense, "income", middle)) == {"income"}


def test_a_mark_on_less_than_half_of_the_scams_is_found(dense: Table, rng):
    """Its AUC is a mere 0.7."""
    marked = dense.truth & (rng.random(len(dense)) < 0.45)
    assert red(dense, extra={"marked": marked.astype(np.float64)}) == {"marked"}


def test_what_is_missing_is_found(dense: Table, rng):
    missing = np.where(dense.truth & (rng.random(len(dense)) < 0.8), np.nan, 1.0)
    assert {"weekend", WHAT_IS_MISSING} <= red(with_column(dense, "weekend", missing))


def test_rows_of_scams_put_together_are_found(dense: Table):
    half = len(dense) // 2
    order = [np.argsort(dense.truth[:half], kind="stable"), half + np.argsort(dense.truth[half:], kind="stable")]
    assert ROW_ORDER in red(dense.take(np.concatenate(order)))


def test_numbers_given_to_victims_last_are_found(dense: Table):
    victims = np.isin(dense.person, dense.person[dense.truth])
    assert PERSON_NUMBER in red(replace(dense, person=dense.person + victims * np.int64(2**62)))


@pytest.mark.parametrize(
    ("column", "auc", "average_precision", "found"),
    [
        ("amount", 0.89, 0.09, False),
        ("amount", 0.91, 0.01, True),
        ("amount", 0.60, 0.11, True),
        (WHAT_IS_MISSING, 0.59, 0.11, True),
        (ROW_ORDER, 0.59, 0.01, False),
        (ROW_ORDER, 0.61, 0.01, True),
        (PERSON_NUMBER, 0.61, 0.01, True),
    ],
)
def test_bounds(column: str, auc: float, average_precision: float, found: bool):
    """All columns reach an AP of 0.2 together, at a chance of 0.001."""
    alone = Telling(column=column, auc=auc, average_precision=average_precision)
    together = Telling(column="(all columns)", auc=0.95, average_precision=0.2)
    assert bool(Giveaways(columns=(alone,), together=together, chance=0.001).too_telling()) is found


def test_poor_columns_are_no_giveaway_because_all_together_are_poor_too():
    alone = Telling(column="amount", auc=0.6, average_precision=0.004)
    together = Telling(column="(all columns)", auc=0.6, average_precision=0.005)
    assert not Giveaways(columns=(alone,), together=together, chance=0.001).too_telling()


def test_noise_is_not_a_giveaway(dense: Table, rng):
    assert red(dense, extra={"noise": rng.random(len(dense))}) == set()


def test_error_names_the_column(dense: Table):
    leaking = with_column(dense, "weekend", dense.truth)
    with pytest.raises(ValueError, match=r"given away by weekend \(AUC 1\.000"):
        giveaways(leaking).check()


def test_book_without_scams_tells_nothing(dense: Table):
    with pytest.raises(ValueError, match="without scams"):
        giveaways(dense.take(np.flatnonzero(~dense.truth)))
