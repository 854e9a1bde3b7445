"""A case opens only on top of the earlier requests that its decision knew of."""

from datetime import datetime, timedelta
from functools import partial

import pytest

from safelight.domain.errors import ConflictError
from safelight.domain.request import PolicyholderId, RequestId
from safelight.ports import Changes
from tests.builders import NOW, POLICYHOLDER, a_case, a_request
from tests.contract.conftest import Stores
from tests.contract.race import race

LONG_AGO = NOW - timedelta(days=365)


def opening(number: int, after: datetime | None, who: PolicyholderId = POLICYHOLDER) -> Changes:
    """A request of `number` milliseconds past NOW."""
    asked_at = NOW + timedelta(milliseconds=number)
    asked = a_request(request_id=RequestId(f"r{number}"), policyholder_id=who, requested_at=asked_at)
    return Changes(case=a_case(request=asked), digest="d", after=after)


def test_a_request_on_top_of_all_that_were_before_opens(stores: Stores) -> None:
    stores.cases.commit(opening(1, LONG_AGO))
    for number in (2, 3):
        (newest, *_) = stores.cases.past_requests(POLICYHOLDER, LONG_AGO)
        stores.cases.commit(opening(number, newest.requested_at))
    assert len(stores.cases.past_requests(POLICYHOLDER, LONG_AGO)) == 3


def test_a_newer_request_in_between_is_a_conflict_and_nothing_is_written(stores: Stores) -> None:
    stores.cases.commit(opening(5, LONG_AGO))
    for late in (opening(6, LONG_AGO), opening(1, LONG_AGO), opening(7, NOW + timedelta(milliseconds=4))):
        with pytest.raises(ConflictError):
            stores.cases.commit(late)
        assert stores.cases.find(late.case.case_id) is None
    assert len(stores.cases.past_requests(POLICYHOLDER, LONG_AGO)) == 1


def test_an_earlier_request_that_comes_late_does_not_hide_the_newest(stores: Stores) -> None:
    stores.cases.commit(opening(5, LONG_AGO))
    stores.cases.commit(opening(1, NOW + timedelta(milliseconds=5)))
    with pytest.raises(ConflictError):
        stores.cases.commit(opening(8, NOW + timedelta(milliseconds=1)))


def test_others_requests_are_not_in_the_way(stores: Stores) -> None:
    stores.cases.commit(opening(1, LONG_AGO))
    others = opening(2, LONG_AGO, PolicyholderId("someone-else"))
    stores.cases.commit(others)
    assert stores.cases.find(others.case.case_id) is not None


def test_of_requests_at_the_same_moment_one_opens(stores: Stores) -> None:
    done = race([partial(stores.cases.commit, opening(number, LONG_AGO)) for number in range(8)])
    assert done["won"] == 1
    assert done["conflict"] + done["retry"] == 7
