"""The bodies that the API takes and gives. Unknown fields are refused; the OpenAPI document is made from these."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from safelight.domain.assessment import Modality, NextStep, ScamType, Source
from safelight.domain.case import Actor, CaseState
from safelight.domain.contact import ContactState, Relation
from safelight.domain.facts import ObservationKind
from safelight.domain.outcome import OutcomeLabel, OutcomeSource
from safelight.domain.request import Channel, Locale, RequestKind

MAX_AMOUNT_TWD = 1_000_000_000
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
LongId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_:|.@-]{1,128}$")]


class In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class PayoutAccountIn(In):
    """An account that the money is to go to, when it is not the account of record."""

    bank_code: Annotated[str, StringConstraints(pattern=r"^\d{3}$")]
    account_number: Annotated[str, StringConstraints(pattern=r"^[\d-]{6,20}$")]


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
    amount_twd: Annotated[int, Field(ge=0, le=MAX_AMOUNT_TWD, strict=True)] = 0
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
    phone: Annotated[str, StringConstraints(pattern=r"^\+[1-9]\d{7,14}$")]
    locale: Locale = Locale.ZH_TW
    adult: Literal[True]


class ConfirmIn(In):
    code: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]


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


# What the API gives


class ChoiceOut(BaseModel):
    choice_id: str
    text: str


class QuestionOut(BaseModel):
    question_id: str
    prompt: str
    choices: list[ChoiceOut]
    story: str | None
    answered: bool


class RequestOut(BaseModel):
    """What the policyholder sees. Never a light, a score or a reason."""

    request_id: str
    next_step: NextStep
    message: str
    questions: list[QuestionOut]


class PromptOut(BaseModel):
    """`message` is null when there is nothing to say."""

    message: str | None


class ContactOut(BaseModel):
    contact_id: str
    relation: Relation
    locale: Locale
    phone_last3: str
    state: ContactState
    counts_from: datetime | None


class ContactsOut(BaseModel):
    contacts: list[ContactOut]


class CallOut(BaseModel):
    calling: bool
    message: str


class ReasonOut(BaseModel):
    code: str
    text: str
    weight: float


class MoveOut(BaseModel):
    from_: CaseState = Field(alias="from")
    to: CaseState
    actor: Actor
    by: str | None
    reason: str
    at: datetime


class StaffAnswerOut(BaseModel):
    question_id: str
    prompt: str
    verifies: str
    choice: str | None
    sign: str | None
    answered_at: datetime | None


class AlertOut(BaseModel):
    contact_id: str
    state: str
    cause: str | None
    at: datetime


class TaskOut(BaseModel):
    reason: str
    text: str
    due_at: datetime


class DecisionOut(BaseModel):
    number: int
    decided_at: datetime
    light: str
    source: Source
    model_version: str | None
    missing: list[str]


class OutcomeOut(BaseModel):
    label: OutcomeLabel
    source: OutcomeSource
    confidence: float
    recorded_at: datetime


class CaseRowOut(BaseModel):
    """A line of the board. `answer_by` is the end of the statutory month."""

    case_id: str
    policyholder_id: str
    light: str
    state: CaseState
    kind: RequestKind
    amount_twd: int
    channel: Channel
    opened_at: datetime
    answer_by: date


class CasesOut(BaseModel):
    cases: list[CaseRowOut]
    next_cursor: str | None


class CaseOut(CaseRowOut):
    """What staff see of a case: light, reasons in words, and everything that happened."""

    floor: str
    probability: float | None
    source: Source
    experts: dict[Modality, float]
    reasons: list[ReasonOut]
    suspected: list[ScamType]
    next_step: NextStep
    policy_ids: list[str]
    questions: list[StaffAnswerOut]
    timeline: list[MoveOut]
    alerts: list[AlertOut]
    tasks: list[TaskOut]
    decisions: list[DecisionOut]
    outcome: OutcomeOut | None


class FieldProblem(BaseModel):
    field: str
    reason: str


class Problem(BaseModel):
    """RFC 9457 problem details; `errors` says which field and why."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []
