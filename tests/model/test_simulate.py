"""The synthetic book: the same however it is made, in the shape asked for, with late, partial and wrong labels.

What its rows hold is in test_simulate_facts, how its scams go in test_simulate_campaigns.
"""

from collections import defaultdict
from dataclasses import fields, replace

import numpy as np
import pytest

from models.__main__ import main
from models.simulate.book import BookPlan, block, generate
from models.simulate.rows import Row
from models.simulate.table import Table, simulate, tabulate
from models.simulate.typologies import MIX
from safelight.domain.assessment import ScamType
from safelight.domain.request import Channel
from tests.model.conftest import CROWDED, day

SMALL = BookPlan(requests_a_year=300, years=1.0, scam_rate=0.05, seed=11)
TWO_BLOCKS = BookPlan(requests_a_year=4_100, years=1.0, scam_rate=0.05, seed=12)


def book(plan: BookPlan) -> Table:
    return simulate(plan, words=None, processes=1, progress=False)


def assert_same(left: Table, right: Table) -> None:
    for field in fields(Table):
        np.testing.assert_array_equal(getattr(left, field.name), getattr(right, field.name))


@pytest.fixture(scope="module")
def small() -> Table:
    return book(SMALL)


@pytest.fixture(scope="module")
def two_blocks() -> list[Row]:
    return list(generate(TWO_BLOCKS, progress=False))


# --- the same book, whatever makes it


@pytest.mark.slow
def test_book_is_the_same_whatever_the_number_of_processes(words: bytes):
    assert TWO_BLOCKS.blocks == 2
    assert_same(
        simulate(TWO_BLOCKS, words=words, processes=2, progress=False),
        simulate(TWO_BLOCKS, words=words, processes=1, progress=False),
    )


def test_rows_and_arrays_are_the_same_book(two_blocks: list[Row]):
    assert_same(book(TWO_BLOCKS), tabulate(two_blocks, TWO_BLOCKS.start))


def test_arrays_say_whose_request_it_was(crowded_rows: list[Row], crowded: Table):
    in_order = sorted(crowded_rows, key=lambda row: row.request.requested_at)
    assert [row.person for row in in_order] == crowded.person.tolist()
    assert [row.sex for row in in_order] == crowded.sex.tolist()
    assert crowded.age.tolist() == pytest.approx([row.age for row in in_order])
    assert 0.4 < crowded.sex.mean() < 0.6


def test_a_block_does_not_depend_on_those_before_it(two_blocks: list[Row]):
    later = block(TWO_BLOCKS, 1)
    assert two_blocks[-len(later) :] == later


def test_another_seed_gives_another_book(small: Table):
    assert not np.array_equal(small.amount[:200], book(replace(SMALL, seed=12)).amount[:200])


def test_saved_book_reads_back(tmp_path, small: Table):
    small.save(tmp_path / "book.npz")
    assert_same(small, Table.load(tmp_path / "book.npz"))


# --- size, rate, mix, drift


def test_defaults_are_one_insurers_scale():
    plan = BookPlan()
    assert (plan.requests_a_year, plan.years, round(1 / plan.scam_rate)) == (350_000, 3.0, 1_500)
    assert dict(plan.mix)[ScamType.FAKE_INVESTMENT] == 0.57
    assert dict(plan.mix)[ScamType.ROMANCE] == 0.23
    assert dict(plan.mix)[ScamType.FAKE_AUTHORITY] == 0.05


def test_size_and_rate_are_what_was_asked_for(two_blocks: list[Row], crowded: Table):
    assert len(two_blocks) == pytest.approx(TWO_BLOCKS.requests, rel=0.01)
    assert len(crowded) == pytest.approx(CROWDED.requests, rel=0.01)
    assert np.mean([row.truth is not None for row in two_blocks]) == pytest.approx(TWO_BLOCKS.scam_rate, rel=0.3)
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
    plan = replace(SMALL, requests_a_year=2_500, scam_rate=0.001, wrongly_reported=0.02)
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


def test_a_label_is_not_known_before_its_day(crowded: Table):
    midway = CROWDED.days / 2
    assert not (crowded.label_at(midway) & (crowded.day > midway)).any()
    assert crowded.label_at(midway).sum() < crowded.label_at(np.inf).sum() / 1.5
