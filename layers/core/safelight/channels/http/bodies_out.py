"""The bodies that the API gives, for the OpenAPI document and the tests: `views` builds them as plain JSON."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from safelight.domain.alert import AlertPurpose, AlertState, Arrival, TaskReason
from safelight.domain.assessment import Modality, NextStep, ScamType, Source
from safelight.domain.caring import Form
from safelight.domain.case import Actor, CaseState
from safelight.domain.contact import By, ChangeKind, ContactState, Relation, Standing, Telling
from safelight.domain.outcome import OutcomeLabel, OutcomeSource
from safelight.domain.reply import Word
from safelight.domain.request import Channel, Locale, RequestKind
from safelight.domain.session_risk import Advice
from safelight.domain.sms_text import Encoding
from safelight.domain.suspicion import Suspicion


class ChoiceOut(BaseModel):
    choice_id: str
    text: str


class QuestionOut(BaseModel):
    """`form` `open`: a sum in TWD is asked for, and the choices are for whoever has none. `pause_s`: seconds to think
    before an answer can be taken."""

    question_id: str
    prompt: str
    form: Form
    pause_s: int
    choices: list[ChoiceOut]
    story: str | None
    answered: bool


class RequestOut(BaseModel):
    """What the policyholder sees. Never a light, a score or a reason.

    `because` says why we ask, what an official never does and where help is: by next step, kind and language, and the
    same for everybody.

    `discreet`: somebody may be listening or reading along. There are no questions then, `next_step` is `wait`, the
    words tell nothing, and staff ring on the number on file. It ends once neither a call nor a shared or steered
    screen is left. On a call alone, a request that goes on is answered as ever.
    """

    request_id: str
    next_step: NextStep
    discreet: bool
    message: str
    because: str
    questions: list[QuestionOut]


class PromptOut(BaseModel):
    """`message` is null when there is nothing to say, or it was said before; `story` may go with it.

    `advice` `pause`: let nothing be sent for `pause_s` seconds. `discreet`: somebody may be listening or reading
    along, so show these words and nothing of your own about fraud; it says how things stand, also without a message.
    `kept` is false when the signals could not be stored: send them again.
    """

    advice: Advice
    message: str | None
    story: str | None
    pause_s: int
    discreet: bool
    kept: bool


class ContactOut(BaseModel):
    """`counts_from` and `valid_until`: when he may first and last be told; `renew_from`: from when he can be asked to
    confirm again. Null until he has confirmed. `renewing`: he was sent a code for that. `expired`: name him anew.
    `quiet_hours`: his own, null where the insurer's hold."""

    contact_id: str
    relation: Relation
    locale: Locale
    phone_last3: str
    state: ContactState
    expired: bool
    renewing: bool
    counts_from: datetime | None
    valid_until: datetime | None
    renew_from: datetime | None
    place: int
    quiet_hours: str | None


class ContactsOut(BaseModel):
    """In the order in which they are told. `relations`: whom the insurer takes."""

    contacts: list[ContactOut]
    telling: Telling
    relations: list[Relation]


class ContactOfOtherOut(BaseModel):
    """One is the contact of somebody to whom he is so related."""

    contact_id: str
    relation: Relation
    state: ContactState


class ContactOfOthersOut(BaseModel):
    contact_of: list[ContactOfOtherOut]


class ChangeOut(BaseModel):
    """`who` is the staff member's id, `reason` the code that he gave."""

    kind: ChangeKind
    at: datetime
    by: By
    who: str | None
    reason: str | None


class RegardedOut(BaseModel):
    """A contact as staff see him. `standing` says why he would not be told, `suspicions` what is held against him where
    the money goes to an account of record. The oldest lines of a long `history` are gone."""

    contact_id: str
    relation: Relation
    locale: Locale
    phone_last3: str
    state: ContactState
    standing: Standing
    suspicions: list[Suspicion]
    excluded: bool
    counts_from: datetime | None
    valid_until: datetime | None
    number_changed_on: date | None
    accounts_known: int
    person_known: bool
    history: list[ChangeOut]


class RegardedContactsOut(BaseModel):
    contacts: list[RegardedOut]


class ChatChoiceOut(BaseModel):
    """`pressed` is sent back when it is chosen; its place, counted from 1, may be typed as well."""

    text: str
    pressed: str


class ChatOut(BaseModel):
    """`choices` go with the last message. `next_step` and `request_id` are there once a request was made; `over`:
    nothing more is asked; `discreet`: the messages are neutral, because he may not be alone."""

    messages: list[str]
    choices: list[ChatChoiceOut]
    next_step: NextStep | None
    request_id: str | None
    over: bool
    discreet: bool


class LineLinkOut(BaseModel):
    """`nonce` goes to LINE's account link dialog beside its link token. It is good for ten minutes and one account."""

    nonce: str


class CallOut(BaseModel):
    calling: bool
    message: str


class ReasonOut(BaseModel):
    """`value_words`: the person's own value, null for rules and answers. `usual_words`: what is usual among requests
    not known as scams, null where the model that decided does not say."""

    code: str
    text: str
    weight: float
    value_words: str | None
    usual_words: str | None


class MoveOut(BaseModel):
    """A move of the case, or a contact's word, which has no `from` and `to`. `verified`: the word is surely his;
    `noted_by` is the staff member who took it down."""

    from_: CaseState | None = Field(alias="from")
    to: CaseState | None
    actor: Actor
    by: str | None
    reason: str
    at: datetime
    verified: bool | None
    noted_by: str | None


class StaffAnswerOut(BaseModel):
    question_id: str
    prompt: str
    verifies: str
    choice: str | None
    sign: str | None
    answered_at: datetime | None


class DeliveryOut(BaseModel):
    arrival: Arrival
    at: datetime


class AlertOut(BaseModel):
    """`contact_id` is null for the policyholder himself. `attempted_at` is when the wire was touched, `at` the last
    change of state; `delivery` is the last that the carrier said."""

    purpose: AlertPurpose
    contact_id: str | None
    state: AlertState
    cause: str | None
    provider: str | None
    attempted_at: datetime | None
    delivery: DeliveryOut | None
    at: datetime


class DoneOut(BaseModel):
    """`how` is the code that was given, `case_ended` when an outcome closed the task."""

    by: str
    at: datetime
    how: str


class TaskOut(BaseModel):
    """`about` is the contact whom it is about, if any."""

    reason: TaskReason
    text: str
    due_at: datetime
    about: str | None
    done: DoneOut | None


class DecisionOut(BaseModel):
    number: int
    decided_at: datetime
    light: str
    source: Source
    model_version: str | None
    missing: list[str]


class OutcomeOut(BaseModel):
    """`supersedes` are numbers of earlier ones, whose place it took. `held`: its writer labelled more than one may
    alone, so it counts once another says the same. `stands`: it counts, and none took its place."""

    number: int
    label: OutcomeLabel
    source: OutcomeSource
    by: str
    confidence: float
    recorded_at: datetime
    supersedes: list[int]
    held: bool
    stands: bool


class LabelOut(BaseModel):
    """What a model may learn of the case. `disputed`: another outcome that stands says the opposite."""

    scam: bool
    confidence: float
    source: OutcomeSource
    known_at: datetime
    disputed: bool


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
    outcomes: list[OutcomeOut]
    label: LabelOut | None


class WaitingTaskOut(TaskOut):
    overdue: bool
    case: CaseRowOut


class TasksOut(BaseModel):
    """The one due first first. A page may hold fewer than `limit` while there is a `next_cursor`."""

    tasks: list[WaitingTaskOut]
    next_cursor: str | None


class ToldOut(BaseModel):
    """An alert that one got as somebody's contact. `relation`: as whose what he was named; `word`: what he said last.
    Nothing of who asked for what."""

    alert_id: str
    told_at: datetime
    relation: Relation
    word: Word | None


class ToldsOut(BaseModel):
    alerts: list[ToldOut]


class SmsTextOut(BaseModel):
    """A text as it would be sent, with example digits and code. `text` is null where it would not fit into one part
    and is not sent."""

    purpose: AlertPurpose
    to: Literal["contact", "policyholder"]
    text: str | None
    encoding: Encoding | None
    units: int | None
    one_part: bool


class SmsTextsOut(BaseModel):
    locale: Locale
    sender: str
    texts: list[SmsTextOut]


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


class NotedOut(BaseModel):
    """What was noted is kept."""

    noted: bool
