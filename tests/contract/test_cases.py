"""The port `Cases`: one transaction, at most once, and a board in pages."""

from dataclasses import replace
from datetime import timedelta

import pytest

from safelight.domain.alert import TaskReason
from safelight.domain.case import Actor, Case, CaseId, CaseState
from safelight.domain.errors import ConflictError, RejectedError
from safelight.domain.light import Light
from safelight.domain.request import PolicyholderId, RequestId
from safelight.ports import CaseFile, Changes
from tests.builders import NOW, POLICYHOLDER, a_case, a_contact, a_decision, a_request, a_task, an_alert
from tests.contract.conftest import Stores
from tests.contract.race import race


def opening(case: Case, digest: str = "d1") -> Changes:
    return Changes(
        case=case,
        decision=a_decision(case),
        alerts=(an_alert(case),),
        tasks=(a_task(case, TaskReason.NO_CONTACT),),
        digest=digest,
    )


def following(case: Case) -> Case:
    return replace(case, version=case.version + 1)


def numbered(number: int, light: Light = Light.RED, state: CaseState = CaseState.REVIEW) -> Case:
    asked_at = NOW + timedelta(minutes=number)
    return a_case(light, state, request=a_request(request_id=RequestId(f"r{number}"), requested_at=asked_at))


def test_everything_of_an_opened_case_is_found_as_it_was_written(stores: Stores) -> None:
    case = a_case()
    changes = opening(case)
    stores.cases.commit(changes)
    assert stores.cases.find(case.case_id) == CaseFile(
        case=case, digest="d1", decisions=(a_decision(case),), alerts=changes.alerts, tasks=changes.tasks
    )


def test_a_case_that_was_never_opened_is_not_found(stores: Stores) -> None:
    assert stores.cases.find(CaseId("nothing")) is None


def test_opening_a_case_twice_is_a_conflict_and_the_first_stays(stores: Stores) -> None:
    case = a_case()
    stores.cases.commit(opening(case))
    with pytest.raises(ConflictError):
        stores.cases.commit(opening(case, digest="another"))
    found = stores.cases.find(case.case_id)
    assert found is not None
    assert found.digest == "d1"


def test_the_very_same_changes_committed_again_are_a_conflict_too(stores: Stores) -> None:
    changes = opening(a_case())
    stores.cases.commit(changes)
    with pytest.raises(ConflictError):
        stores.cases.commit(changes)


def test_a_later_version_keeps_the_digest_of_the_opening(stores: Stores) -> None:
    case = a_case()
    stores.cases.commit(opening(case))
    moved = following(case.move(CaseState.STOPPED, Actor.STAFF, "scam", NOW))
    stores.cases.commit(Changes(case=moved, decision=a_decision(moved, number=2)))
    found = stores.cases.find(case.case_id)
    assert found is not None
    assert (found.case, found.digest, [d.number for d in found.decisions]) == (moved, "d1", [1, 2])


@pytest.mark.parametrize("version", [1, 3], ids=["behind", "ahead"])
def test_a_version_that_does_not_follow_the_stored_one_is_a_conflict(stores: Stores, version: int) -> None:
    case = a_case()
    stores.cases.commit(opening(case))
    with pytest.raises(ConflictError):
        stores.cases.commit(Changes(case=replace(case, version=version), digest="d1" if version == 1 else None))


def test_a_case_cannot_begin_at_its_second_version(stores: Stores) -> None:
    with pytest.raises(ConflictError):
        stores.cases.commit(Changes(case=following(a_case())))


@pytest.mark.parametrize(("version", "digest"), [(1, None), (2, "d1")])
def test_a_digest_comes_with_the_opening_and_only_then(stores: Stores, version: int, digest: str | None) -> None:
    with pytest.raises(ValueError, match="digest"):
        stores.cases.commit(Changes(case=a_case(version=version), digest=digest))


def test_a_decision_is_written_once_and_a_second_one_undoes_the_rest(stores: Stores) -> None:
    case = a_case()
    stores.cases.commit(opening(case))
    with pytest.raises(ConflictError):
        stores.cases.commit(
            Changes(
                case=following(case),
                decision=a_decision(case, rules=("changed",)),
                tasks=(a_task(case, TaskReason.ALERT_LATE),),
            )
        )
    found = stores.cases.find(case.case_id)
    assert found is not None
    assert (found.case.version, found.decisions[0].rules, len(found.tasks)) == (1, (), 1)


def test_an_alert_is_written_once_and_a_second_one_undoes_the_rest(stores: Stores) -> None:
    case = a_case()
    stores.cases.commit(opening(case))
    with pytest.raises(ConflictError):
        stores.cases.commit(Changes(case=following(case), alerts=(an_alert(case, cause="again"),)))
    found = stores.cases.find(case.case_id)
    assert found is not None
    assert (found.case.version, found.alerts[0].cause) == (1, None)


def test_a_task_for_the_same_reason_stays_as_first_written_and_undoes_nothing(stores: Stores) -> None:
    case = a_case()
    first = a_task(case, TaskReason.ALERT_FAILED)
    later = replace(first, created_at=NOW + timedelta(hours=1))
    stores.cases.commit(Changes(case=case, tasks=(first, later), digest="d1"))
    stores.cases.commit(Changes(case=following(case), tasks=(later, a_task(case, TaskReason.ALERT_LATE))))
    found = stores.cases.find(case.case_id)
    assert found is not None
    assert found.case.version == 2
    assert {t.reason: t.created_at for t in found.tasks} == {TaskReason.ALERT_FAILED: NOW, TaskReason.ALERT_LATE: NOW}


def test_alerts_to_two_contacts_are_two_alerts(stores: Stores) -> None:
    case = a_case()
    both = tuple(an_alert(case, a_contact(contact_id=name)) for name in ("c1", "c2"))
    stores.cases.commit(Changes(case=case, alerts=both, digest="d1"))
    found = stores.cases.find(case.case_id)
    assert found is not None
    assert found.alerts == both


def test_of_many_who_open_a_case_at_once_exactly_one_does(stores: Stores) -> None:
    case = a_case()
    results = race([lambda n=n: stores.cases.commit(opening(case, digest=f"d{n}")) for n in range(6)])  # type: ignore[misc]
    assert results["won"] == 1
    assert results["won"] + results["conflict"] + results["retry"] == 6


def test_of_two_who_commit_the_same_version_exactly_one_does(stores: Stores) -> None:
    case = a_case()
    stores.cases.commit(opening(case))
    for version in range(2, 8):
        moved = replace(case, version=version)
        results = race([lambda: stores.cases.commit(Changes(case=moved))] * 2)  # noqa: B023 - run at once
        assert results["won"] == 1, results
        assert results["conflict"] + results["retry"] == 1, results


def test_past_requests_are_those_since_then_newest_first(stores: Stores) -> None:
    for days in (400, 3, 10):
        asked_at = NOW - timedelta(days=days)
        request = a_request(request_id=RequestId(f"r{days}"), requested_at=asked_at, amount_twd=days)
        stores.cases.commit(opening(a_case(request=request)))
    other = a_request(policyholder_id=PolicyholderId("someone-else"))
    stores.cases.commit(opening(a_case(request=other)))
    past = stores.cases.past_requests(POLICYHOLDER, NOW - timedelta(days=365))
    assert [(p.amount_twd, p.requested_at) for p in past] == [
        (3, NOW - timedelta(days=3)),
        (10, NOW - timedelta(days=10)),
    ]


def test_a_request_made_at_the_very_start_of_the_window_counts(stores: Stores) -> None:
    stores.cases.commit(opening(a_case()))
    assert len(stores.cases.past_requests(POLICYHOLDER, NOW)) == 1
    assert stores.cases.past_requests(POLICYHOLDER, NOW + timedelta(microseconds=1)) == ()


def test_two_requests_of_one_instant_are_two_past_requests(stores: Stores) -> None:
    for n in ("a", "b"):
        stores.cases.commit(opening(a_case(request=a_request(request_id=RequestId(n)))))
    assert len(stores.cases.past_requests(POLICYHOLDER, NOW)) == 2


def test_the_board_shows_one_state_newest_first(stores: Stores) -> None:
    for number in range(3):
        stores.cases.commit(opening(numbered(number)))
    stores.cases.commit(opening(numbered(9, state=CaseState.QUESTIONING)))
    page = stores.cases.board(CaseState.REVIEW, None, 10, None)
    assert [case.request.request_id for case in page.cases] == ["r2", "r1", "r0"]
    assert page.next_cursor is None


def test_the_board_can_be_asked_for_one_light(stores: Stores) -> None:
    for number, light in enumerate([Light.RED, Light.YELLOW, Light.RED]):
        stores.cases.commit(opening(numbered(number, light=light)))
    red = stores.cases.board(CaseState.REVIEW, Light.RED, 10, None)
    assert [case.request.request_id for case in red.cases] == ["r2", "r0"]
    both = stores.cases.board(CaseState.REVIEW, None, 10, None)
    assert [case.request.request_id for case in both.cases] == ["r2", "r1", "r0"]


def test_a_case_that_moves_on_changes_boards(stores: Stores) -> None:
    case = a_case()
    stores.cases.commit(opening(case))
    stores.cases.commit(Changes(case=following(case.move(CaseState.RELEASED, Actor.STAFF, "genuine", NOW))))
    assert stores.cases.board(CaseState.REVIEW, None, 10, None).cases == ()
    assert len(stores.cases.board(CaseState.RELEASED, None, 10, None).cases) == 1


@pytest.mark.parametrize("light", [None, Light.RED])
def test_pages_of_the_board_hold_each_case_once(stores: Stores, light: Light | None) -> None:
    lights = [Light.RED] * 5 if light else [Light.RED, Light.YELLOW, Light.GREEN, Light.RED, Light.YELLOW]
    for number, each in enumerate(lights):
        at = NOW + timedelta(minutes=number // 2)  # some of the same instant
        request = a_request(request_id=RequestId(f"r{number}"), requested_at=at)
        stores.cases.commit(opening(a_case(each, CaseState.REVIEW, request=request)))
    seen, cursor, sizes = [], None, []
    while True:
        page = stores.cases.board(CaseState.REVIEW, light, 2, cursor)
        seen += [case.case_id for case in page.cases]
        sizes.append(len(page.cases))
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sizes == [2, 2, 1]
    assert len(set(seen)) == 5


def test_a_cursor_of_another_board_or_of_no_board_is_rejected(stores: Stores) -> None:
    for number in range(2):
        stores.cases.commit(opening(numbered(number)))
    cursor = stores.cases.board(CaseState.REVIEW, None, 1, None).next_cursor
    assert cursor is not None
    with pytest.raises(RejectedError) as of_another_state:
        stores.cases.board(CaseState.RELEASED, None, 1, cursor)
    assert of_another_state.value.field == "cursor"
    with pytest.raises(RejectedError):
        stores.cases.board(CaseState.REVIEW, Light.RED, 1, cursor)
    for forged in ("", "x", "國", cursor[:-1], cursor + "A", cursor + "=", "A" * 5000, '{"pk": "CASE#1"}'):
        with pytest.raises(RejectedError):
            stores.cases.board(CaseState.REVIEW, None, 1, forged)
