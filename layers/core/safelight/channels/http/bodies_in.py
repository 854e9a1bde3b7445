"""The bodies that the API takes. Unknown fields and other types are refused; a schema is built when it is first used.

Patterns say `[0-9]`: `\\d` also takes the digits of other scripts.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from safelight.domain.contact import Relation
from safelight.domain.facts import ObservationKind
from safelight.domain.outcome import OutcomeLabel
from safelight.domain.request import Locale, RequestKind

MAX_AMOUNT_TWD = 1_000_000_000
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
LongId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_:|.@-]{1,128}$")]


class In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class PayoutAccountIn(In):
    """An account that the money is to go to, when it is not the account of record."""

    bank_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
    account_number: Annotated[str, StringConstraints(pattern=r"^[0-9-]{6,20}$")]


class SignalsIn(In):
    """What the app or page can honestly see. Leave out what it cannot see: missing is not false."""

    on_call: bool | None = None
    screen_shared: bool | None = None
    remote_control_app: bool | None = None
    new_device: bool | None = None
    account_pasted: bool | None = None
    seconds_on_form: Annotated[float, Field(ge=0, le=86_400)] | None = None
    amount_edits: Annotated[int, Field(ge=0, le=10_000)] | None = None


class RequestIn(In):
    """`request_id` is chosen by the client, once a request: a retry with the same body gets the same decision."""

    request_id: Id
    kind: RequestKind
    amount_twd: Annotated[int, Field(ge=0, le=MAX_AMOUNT_TWD)] = 0
    policy_ids: Annotated[list[Id], Field(min_length=1, max_length=20)]
    payout_account: PayoutAccountIn | None = None
    locale: Locale = Locale.ZH_TW
    session_id: Id | None = None
    signals: SignalsIn | None = None


class CustomerRequestIn(RequestIn):
    channel: Literal["app", "web"]


class CounterRequestIn(RequestIn):
    """The same, asked in person: staff name the policyholder."""

    policyholder_id: LongId


class AnswerIn(In):
    """By place, as the question was given: an id in words would tell a listener what is suspected."""

    question_id: Annotated[str, StringConstraints(pattern=r"^q[1-9]$")]
    choice_id: Annotated[str, StringConstraints(pattern=r"^c[1-9]$")]


class AnswersIn(In):
    answers: Annotated[list[AnswerIn], Field(min_length=1, max_length=20)]


class ContactIn(In):
    """`phone` in E.164. `adult` affirms that the person is at least 18."""

    relation: Relation
    phone: Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{7,14}$")]
    locale: Locale = Locale.ZH_TW
    adult: Literal[True]


class ConfirmIn(In):
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class OutcomeIn(In):
    """`scam` stops the case, `genuine` releases it, `unsure` keeps it in review."""

    label: OutcomeLabel
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0
    reason: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,64}$")]


class ObservationIn(In):
    policyholder_id: LongId
    kind: ObservationKind


class CallIn(In):
    """Staff are about to ring this policyholder; he can see it in his app for `minutes`."""

    policyholder_id: LongId
    minutes: Annotated[int, Field(ge=1, le=60)] = 15
