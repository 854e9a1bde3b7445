"""From cases as they were lived to the trainer's table: the very bits that were scored, and what was known when."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from models.labelled.read import ANOTHER_CONTRACT, LATER, TOO_UNSURE, TWICE, UNKNOWN, read
from models.labelled.write import Exported, write
from models.replay.past import from_decisions
from models.simulate.book import BookPlan, block
from models.simulate.table import BookError, Table, tabulate
from safelight.domain.case import CaseId, CaseState, Decision
from safelight.domain.errors import GaveUpError, RetryableError
from safelight.domain.facts import Context, ObservationKind
from safelight.domain.label import SILENCE, LabelCaps
from safelight.domain.light import Light
from safelight.domain.outcome import OutcomeLabel, OutcomeSource
from safelight.domain.request import Channel, PolicyholderId, RequestId, RequestKind
from safelight.features import contract
from safelight.ports import Changes
from safelight.scoring import policy
from safelight.usecases import export_rows as exporting
from safelight.usecases.decide_request import TALKED
from safelight.usecases.export_rows import Place, RowsPage, export_rows
from safelight.usecases.gather_facts import gather_facts
from tests.builders import POLICYHOLDER, a_case, a_decision, a_past_request, a_profile, a_request
from tests.usecases.world import World

SCAM, GENUINE, UNSURE = OutcomeLabel.SCAM, OutcomeLabel.GENUINE, OutcomeLabel.UNSURE
A_DAY = 86_400


@pytest.fixture
def world() -> World:
    return World()


def asks(world: World, number: int, light: Light = Light.RED, *, by_rules: bool = False, **over: object) -> CaseId:
    """One request of policyholder `ph-<number>`, unless another is named."""
    who = PolicyholderId(f"ph-{number:04d}")
    request = a_request(
        **{
            "policyholder_id": who,
            "request_id": RequestId(f"request-{number}"),
            "requested_at": world.clock.now(),
            **over,
        }
    )
    if not by_rules:
        world.store.profiles.setdefault(request.policyholder_id, a_profile())
    seen = Context(on_call=number % 2 == 0, seconds_on_form=30.0 + number / 7)
    return world.shines(light).assess(request, seen, digest=f"digest-{number}").case.case_id


def lived(world: World) -> list[CaseId]:
    """Every channel, kind, light and end; some facts missing, some changed since."""
    cases = []
    for number, channel in enumerate(Channel, 1):
        world.clock.move(seconds=A_DAY * 1.37)
        light = tuple(Light)[number % 3]
        kind = tuple(RequestKind)[number % 2]
        cases.append(asks(world, number, light, channel=channel, kind=kind, amount_twd=100_000 * number))
    world.notices(ObservationKind.HURRIED_OR_AFRAID)
    # The same man again, with a past by chat and by phone; and one who is in no book.
    world.clock.move(seconds=A_DAY)
    cases.append(asks(world, 1, request_id=RequestId("again"), amount_twd=33_333))
    cases.append(asks(world, 77, by_rules=True))
    world.clock.move(seconds=A_DAY)
    world.ends(cases[0], SCAM, by="staff-2")
    world.ends(cases[1], GENUINE)
    world.ends(cases[2], SCAM, source=OutcomeSource.POLICE)
    world.ends(cases[2], GENUINE, by="staff-3")
    world.ends(cases[3], UNSURE)
    # What the book learns later must not be found in the rows.
    changed = replace(a_profile(), annual_income_twd=1, phone_changed_on=world.clock.now().date(), past_victim=True)
    for who in list(world.store.profiles):
        world.store.profiles[who] = changed
    world.notices(ObservationKind.ACCOMPANIED_BY_STRANGER)
    return cases


def exported(world: World, path: Path, at: datetime | None = None) -> Exported:
    return write(path, at or world.clock.now(), partial(export_rows, cases=world.cases, vault=world.vault))


def decision(world: World, case_id: str) -> Decision:
    return world.store.decisions[CaseId(case_id), 1]


def test_the_trainer_reads_the_very_bits_that_were_scored(world: World, tmp_path: Path) -> None:
    cases = lived(world)
    exported(world, tmp_path / "rows.jsonl")
    found = read(tmp_path / "rows.jsonl")
    assert sorted(found.case_ids) == sorted(cases)
    for case_id, x in zip(found.case_ids, found.table.x, strict=True):
        assert x.astype("<f4").tobytes() == decision(world, case_id).vector


def test_the_features_are_those_of_what_was_known_then(world: World, tmp_path: Path) -> None:
    """Computed anew from the facts as they stood, with chat and phone as the scorer takes them."""
    world.store.past[POLICYHOLDER] = {
        CaseId("earlier"): a_past_request(channel=Channel.PHONE, requested_at=world.clock.now() - timedelta(days=20))
    }
    request = a_request(channel=Channel.CHAT, requested_at=world.clock.now())
    needs = {name: getattr(world, name) for name in ("book", "cases", "sessions", "indicators", "clock", "telemetry")}
    facts = gather_facts(request, None, **needs).facts
    world.shines(Light.RED).assess(request)
    world.store.profiles[POLICYHOLDER] = replace(a_profile(), annual_income_twd=1)
    assert facts.behaviour is not None
    past = tuple(replace(one, channel=Channel.APP) for one in facts.behaviour.past_requests)
    as_scored = replace(facts, behaviour=replace(facts.behaviour, past_requests=past))
    then = policy.pack_vector(contract.vector(replace(request, channel=Channel.APP), as_scored))
    exported(world, tmp_path / "rows.jsonl")
    found = read(tmp_path / "rows.jsonl").table
    assert found.x[0].astype("<f4").tobytes() == then
    assert tuple(Channel)[found.channel[0]] is Channel.APP
    row = json.loads((tmp_path / "rows.jsonl").read_text(encoding="utf-8"))
    assert (row["channel"], row["asked_by"]) == ("app", "chat")


def test_the_table_is_one_the_trainer_takes(world: World, tmp_path: Path) -> None:
    cases = lived(world)
    exported(world, tmp_path / "rows.jsonl")
    found = read(tmp_path / "rows.jsonl")
    table = found.table
    table.save(tmp_path / "book.npz")
    again = Table.load(tmp_path / "book.npz")
    np.testing.assert_array_equal(again.x, table.x)
    assert (np.diff(table.day) >= 0).all()
    assert 0 <= table.day[0] < 1
    place = {case_id: index for index, case_id in enumerate(found.case_ids)}
    day_of = (world.clock.now() - found.start) / timedelta(days=1)
    by_case = [(table.label_day[place[c]], table.cleared_day[place[c]], table.truth[place[c]]) for c in cases[:4]]
    assert by_case == [
        (day_of, np.inf, True),
        (np.inf, day_of, False),
        (day_of, np.inf, True),  # police outweigh staff
        (np.inf, np.inf, False),
    ]
    assert found.disputed[place[cases[2]]]
    assert found.disputed.sum() == 1
    assert table.person[place[cases[0]]] == table.person[place[cases[5]]]
    assert len(set(table.person)) == len(cases) - 1
    assert table.amount[place[cases[5]]] == 33_333
    assert (table.sex == UNKNOWN).all()
    age = [feature.name for feature in contract.FEATURES].index("age")
    np.testing.assert_array_equal(table.age, table.x[:, age])


def test_labels_are_as_known_on_the_day_asked_for(world: World, tmp_path: Path) -> None:
    case_id = asks(world, 1)
    world.clock.move(seconds=A_DAY)
    world.ends(case_id, GENUINE)
    between = world.clock.now() + timedelta(hours=1)
    world.clock.move(seconds=50 * A_DAY)
    world.ends(case_id, SCAM, source=OutcomeSource.POLICYHOLDER)
    asks(world, 2)
    world.clock.move(seconds=A_DAY)
    exported(world, tmp_path / "now.jsonl")
    exported(world, tmp_path / "then.jsonl", between)
    for found in (read(tmp_path / "then.jsonl"), read(tmp_path / "now.jsonl", between)):
        assert len(found) == 1
        assert not found.table.truth[0]
        assert np.isfinite(found.table.cleared_day[0])
    assert read(tmp_path / "now.jsonl", between).left_out == {LATER: 1}
    now = read(tmp_path / "now.jsonl").table
    assert now.truth.tolist() == [True, False]
    assert now.label_day[0] == pytest.approx(51 + now.day[0])
    assert '"policyholder"' not in (tmp_path / "then.jsonl").read_text(encoding="utf-8")


def test_a_row_is_the_decision_that_opened_the_case_whatever_came_after(world: World, tmp_path: Path) -> None:
    case_id = asks(world, 1, Light.YELLOW)
    opening = decision(world, case_id)
    later = replace(opening, number=2, assessment=replace(opening.assessment, light=Light.RED, probability=0.9))
    world.store.decisions[case_id, 2] = later
    exported(world, tmp_path / "rows.jsonl")
    row = json.loads((tmp_path / "rows.jsonl").read_text(encoding="utf-8"))
    assert (row["number"], row["assessment"]["light"]) == (1, Light.YELLOW)
    assert row["assessment"]["probability"] == opening.assessment.probability


def test_silence_is_weak_and_no_clearance(world: World, tmp_path: Path) -> None:
    asks(world, 1, Light.GREEN)
    world.clock.move(seconds=SILENCE.total_seconds())
    done = exported(world, tmp_path / "rows.jsonl")
    found = read(tmp_path / "rows.jsonl")
    assert (found.weak.tolist(), found.table.truth.tolist()) == ([True], [False])
    assert found.table.cleared_day[0] == found.table.label_day[0] == np.inf
    assert (done.rows, done.labels, done.scams) == (1, 1, 0)
    row = json.loads((tmp_path / "rows.jsonl").read_text(encoding="utf-8"))
    assert row["delay_s"] == SILENCE.total_seconds()


def test_who_is_not_sure_himself_teaches_nothing_and_neither_does_what_is_held(world: World, tmp_path: Path) -> None:
    world.ends(asks(world, 1), SCAM, confidence=0.4)
    world.label_caps = replace(world.label_caps, scams=0)
    world.ends(asks(world, 2), SCAM, by="staff-9")
    done = exported(world, tmp_path / "rows.jsonl")
    found = read(tmp_path / "rows.jsonl")
    assert not found.table.truth.any()
    assert (found.left_out, done.held) == ({TOO_UNSURE: 1}, 1)
    assert read(tmp_path / "rows.jsonl", least_confidence=0.4).table.truth.sum() == 1


def test_nobody_is_named_in_the_rows(world: World, tmp_path: Path) -> None:
    lived(world)
    exported(world, tmp_path / "rows.jsonl")
    text = (tmp_path / "rows.jsonl").read_text(encoding="utf-8")
    assert not [name for name in ("ph-0", "staff-", "request-", "again") if name in text]
    provenance = [one["by"] for line in text.splitlines() for one in json.loads(line)["outcomes"]]
    assert len(set(provenance)) == 3


def test_a_replay_of_policies_reads_the_same_file(world: World, tmp_path: Path) -> None:
    lived(world)
    exported(world, tmp_path / "rows.jsonl")
    lines = (tmp_path / "rows.jsonl").read_text(encoding="utf-8").splitlines()
    earlier, later = from_decisions(lines, world.model)
    assert len(earlier) + len(later) == len(lines)
    assert earlier.scam.sum() + later.scam.sum() == 2


def lists_of(world: World) -> Iterator[tuple[Place, RowsPage]]:
    place: Place | None = Place()
    while place is not None:
        page = export_rows(world.clock.now(), place, cases=world.cases, vault=world.vault)
        yield place, page
        place = page.then


def test_an_export_that_was_stopped_goes_on_where_it_was_and_as_of_then(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "PAGE", 2)
    lived(world)
    whole = tmp_path / "whole.jsonl"
    at = world.clock.now()
    exported(world, whole)
    pages = len(list(lists_of(world)))
    assert pages > 5
    for stop in range(pages):
        out, left = tmp_path / f"{stop}.jsonl", [stop]

        def stopping(now: datetime, place: Place, left: list[int] = left) -> RowsPage:
            if left[0] == 0:
                raise RetryableError("throttled")
            left[0] -= 1
            return export_rows(now, place, cases=world.cases, vault=world.vault)

        with pytest.raises(RetryableError):
            write(out, at, stopping)
        assert not out.exists()
        part = out.with_name(f"{out.name}.part")
        part.write_bytes(part.read_bytes() + b'{"half a li' * 10_000)  # killed while it wrote the next page
        read_again: list[datetime] = []

        def going_on(now: datetime, place: Place, seen: list[datetime] = read_again) -> RowsPage:
            seen.append(now)
            return export_rows(now, place, cases=world.cases, vault=world.vault)

        done = write(out, at + timedelta(days=1), going_on)
        assert out.read_bytes() == whole.read_bytes()
        as_of = at if stop else at + timedelta(days=1)
        assert read_again == [as_of] * (pages - stop)
        assert done.at == as_of
        assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(f"{stop}.")) == [out.name]


def test_a_case_that_moves_while_rows_are_written_is_in_the_table_once(world: World, tmp_path: Path) -> None:
    cases = [asks(world, number) for number in (1, 2)]

    def meanwhile(now: datetime, place: Place) -> RowsPage:
        page = export_rows(now, place, cases=world.cases, vault=world.vault)
        if place.state is CaseState.REVIEW:
            world.ends(cases[0], SCAM)
        return page

    world.clock.move(seconds=60)
    assert write(tmp_path / "rows.jsonl", world.clock.now(), meanwhile).rows == 3
    found = read(tmp_path / "rows.jsonl")
    assert sorted(found.case_ids) == sorted(cases)
    assert found.left_out == {TWICE: 1}


def test_rows_of_another_feature_contract_are_left_out_and_counted(world: World, tmp_path: Path) -> None:
    first, second, third = (asks(world, number) for number in (1, 2, 3))
    kept = world.store.decisions
    kept[first, 1] = replace(kept[first, 1], contract="00000000")
    kept[second, 1] = replace(kept[second, 1], contract="", vector=kept[second, 1].vector[4:])
    kept[third, 1] = replace(kept[third, 1], contract="")
    world.clock.move(seconds=1)
    exported(world, tmp_path / "rows.jsonl")
    found = read(tmp_path / "rows.jsonl")
    assert found.case_ids.tolist() == [third]
    assert found.left_out == {ANOTHER_CONTRACT: 2}


def test_a_case_that_cannot_be_read_is_left_out_and_counted(world: World, tmp_path: Path) -> None:
    asks(world, 1)
    asks(world, 2)
    world.clock.move(seconds=1)
    world.faults.fail("find_case", error=GaveUpError("unreadable"))
    done = exported(world, tmp_path / "rows.jsonl")
    assert (done.rows, done.unread) == (1, 1)


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "holds no row"), ("{}\n", "line 1 is no training row"), ("nothing\n", "line 1 is no training row")],
)
def test_a_file_without_rows_says_so(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BookError, match=why):
        read(path)


def test_a_file_in_another_encoding_or_cut_off_says_where(world: World, tmp_path: Path) -> None:
    asks(world, 1)
    asks(world, 2)
    world.clock.move(seconds=1)
    path = tmp_path / "rows.jsonl"
    exported(world, path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-200])
    with pytest.raises(BookError, match="line 2 is no training row"):
        read(path)
    path.write_bytes("安心".encode("big5"))
    with pytest.raises(BookError, match="is not in UTF-8"):
        read(path)


SOURCES = {"family": OutcomeSource.CONTACT, "police": OutcomeSource.POLICE, "staff": OutcomeSource.STAFF}


def test_what_an_insurer_exports_is_what_the_simulator_makes_of_the_same_lives(world: World, tmp_path: Path) -> None:
    plan = BookPlan(requests_a_year=150, years=2.0, scam_rate=0.2, seed=6)
    simulated = block(plan, 0)
    world.label_caps = LabelCaps(scams=10_000, genuine=10_000)
    for number, row in enumerate(simulated):
        request = replace(row.request, request_id=RequestId(f"r-{number}"))
        case = a_case(request=request)
        vector = policy.pack_vector(contract.vector(row.request, row.facts))
        kept = a_decision(case, vector=vector, contract=contract.FINGERPRINT)
        world.cases.commit(Changes(case=case, decision=kept, digest="digest"))
        if row.label is not None:
            world.clock.move(row.label.known_at - world.clock.now())
            word = SCAM if row.label.scam else GENUINE
            world.ends(case.case_id, word, source=SOURCES[row.label.source])
    world.clock.move(plan.start + timedelta(days=2_000) - world.clock.now())
    exported(world, tmp_path / "rows.jsonl")
    found, made = read(tmp_path / "rows.jsonl"), tabulate(simulated, plan.start)
    since = (found.start - plan.start) / timedelta(days=1)
    assert found.table.x.tobytes() == made.x.tobytes()
    np.testing.assert_array_equal(found.table.amount, made.amount)
    as_app = np.isin(made.channel, [list(Channel).index(channel) for channel in TALKED])
    np.testing.assert_array_equal(found.table.channel, np.where(as_app, list(Channel).index(Channel.APP), made.channel))
    for column in ("day", "label_day", "cleared_day"):
        np.testing.assert_allclose(getattr(found.table, column) + since, getattr(made, column), rtol=0, atol=1e-6)
    assert np.isfinite(made.label_day).sum() > 20
    assert np.isfinite(made.cleared_day).sum() > 2
