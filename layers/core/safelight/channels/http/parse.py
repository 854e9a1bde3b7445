"""A parsed body → the domain."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.json import encode
from msgspec.structs import asdict

from safelight.channels.http.bodies_in import AnswersIn, KnownIn, RequestIn, SignalsIn
from safelight.domain.caring import Given
from safelight.domain.case import CaseId, CaseState
from safelight.domain.errors import NotFoundError, RejectedError
from safelight.domain.facts import Context
from safelight.domain.light import Light
from safelight.domain.request import Channel, Locale, PolicyholderId, PolicyId, Request, RequestId, SessionId
from safelight.ports import Vault
from safelight.usecases.read_case import MAX_PAGE

if TYPE_CHECKING:
    from safelight.usecases.staff_contacts import Known

DEFAULT_PAGE = 50
TASKS_PAGE = 20
"""Each task is looked up in its case."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONG_ID = re.compile(r"[A-Za-z0-9_:|.@-]{1,128}")


def request(body: RequestIn, channel: Channel, policyholder_id: PolicyholderId, now: datetime, vault: Vault) -> Request:
    """Raises RejectedError where the amount does not fit the kind, or a policy is named twice."""
    if body.kind.moves_money and body.amount_twd == 0:
        raise RejectedError("greater_than", field="amount_twd")
    if not body.kind.moves_money and body.amount_twd > 0:
        raise RejectedError("must_be_zero", field="amount_twd")
    if len(set(body.policy_ids)) < len(body.policy_ids):
        raise RejectedError("named_twice", field="policy_ids")
    account = body.payout_account
    return Request(
        request_id=RequestId(body.request_id),
        policyholder_id=policyholder_id,
        kind=body.kind,
        amount_twd=body.amount_twd,
        policy_ids=tuple(PolicyId(policy_id) for policy_id in body.policy_ids),
        channel=channel,
        locale=Locale.nearest(body.locale),
        requested_at=now,
        payout_account=vault.account_key(account.bank_code, account.account_number) if account else None,
        session_id=SessionId(body.session_id) if body.session_id else None,
    )


def digest(body: RequestIn, vault: Vault) -> str:
    """The same for the same body, in whatever order its fields came."""
    return vault.digest(encode(body).decode())


def context(body: SignalsIn | None) -> Context | None:
    return None if body is None else seen(body)


def seen(body: SignalsIn) -> Context:
    """What was seen, without the number of the delivery."""
    return Context(**{name: value for name, value in asdict(body).items() if name != "sequence"})


def case_id(value: str) -> CaseId:
    """A case's id from the path. What has not an id's form names no case."""
    if _ID.fullmatch(value) is None:
        raise NotFoundError("case")
    return CaseId(value)


def path_id(field: str, value: str) -> str:
    """An id from the path. Raises RejectedError when it is not of an id's form."""
    if _ID.fullmatch(value) is None:
        raise RejectedError("not_an_id", field=field)
    return value


def board(query: Callable[[str], str | None]) -> tuple[CaseState, Light | None, int, str | None]:
    """State (review unless named), light, page size and cursor. Raises RejectedError naming the wrong one."""
    state, light = query("state"), query("light")
    try:
        field = "state"
        wanted = CaseState.REVIEW if state is None else CaseState(state)
        field = "light"
        shade = None if light is None else Light[light.upper()]
    except (ValueError, KeyError) as error:
        raise RejectedError("not_allowed", field=field) from error
    return wanted, shade, _page_size(query("limit"), DEFAULT_PAGE), query("cursor")


def tasks(query: Callable[[str], str | None]) -> tuple[int, str | None]:
    """Page size and cursor. Raises RejectedError naming the wrong one."""
    return _page_size(query("limit"), TASKS_PAGE), query("cursor")


def _page_size(limit: str | None, usual: int) -> int:
    if limit is None:
        return usual
    if not (limit.isascii() and limit.isdigit() and len(limit) < 4 and 1 <= int(limit) <= MAX_PAGE):
        raise RejectedError("not_allowed", field="limit")
    return int(limit)


def given(body: AnswersIn) -> list[Given]:
    """Answers by place. Raises RejectedError for one without choice and sum, or with both."""
    for position, answer in enumerate(body.answers):
        if (answer.choice_id is None) is (answer.amount_twd is None):
            raise RejectedError("one_of_two", field=f"answers[{position}].choice_id")
    return [
        Given(
            question=int(answer.question_id[1:]),
            choice=int(answer.choice_id[1:]) if answer.choice_id else None,
            amount_twd=answer.amount_twd,
        )
        for answer in body.answers
    ]


def policyholder(query: Callable[[str], str | None]) -> PolicyholderId:
    """Of whom staff ask. Raises RejectedError for what has not a policyholder's form."""
    value = query("policyholder_id") or ""
    if _LONG_ID.fullmatch(value) is None:
        raise RejectedError("not_an_id", field="policyholder_id")
    return PolicyholderId(value)


def known(body: KnownIn, vault: Vault) -> "Known":
    from safelight.usecases.staff_contacts import Known  # noqa: PLC0415 - a customer's decision has no need of it

    account = body.account
    return Known(
        reason=body.reason,
        excluded=body.excluded,
        number_changed_on=body.number_changed_on,
        account=vault.account_key(account.bank_code, account.account_number) if account else None,
        person=vault.person_key(body.national_id) if body.national_id else None,
        revoke=bool(body.revoke),
    )
