"""The bodies that the API takes. Unknown fields and other types are refused.

msgspec reads them: it is there for stored rows anyway, while pydantic and these models took a third of a cold start.
`body_models` makes pydantic models of the same structs, to explain a refusal and for OpenAPI.
Patterns say `[0-9]`, because `\\d` also takes the digits of other scripts, and end in `\\Z`, because `$` also takes a
line feed at the end.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from safelight.domain.alert import TaskReason
from safelight.domain.contact import Relation, Telling
from safelight.domain.facts import ObservationKind
from safelight.domain.outcome import OutcomeLabel
from safelight.domain.reply import Word
from safelight.domain.request import RequestKind

MAX_AMOUNT_TWD = 1_000_000_000
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}\Z")]
LongId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_:|.@-]{1,128}\Z")]
ANY_TAG = "zh-TW, en, vi, id or th, also as in vi-VN. Any other language reads as zh-TW."
Tag = Annotated[str, Meta(description=ANY_TAG)]


class In(Struct, frozen=True, forbid_unknown_fields=True):
    pass


class PayoutAccountIn(In, frozen=True):
    """An account that the money is to go to, when it is not the account of record."""

    bank_code: Annotated[str, Meta(pattern=r"^[0-9]{3}\Z")]
    account_number: Annotated[str, Meta(pattern=r"^[0-9-]{6,20}\Z")]


class SignalsIn(In, frozen=True):
    """What the app or page can honestly see. Leave out what it cannot see: missing is not false."""

    on_call: bool | None = None
    screen_shared: bool | None = None
    remote_control_app: bool | None = None
    new_device: bool | None = None
    account_pasted: bool | None = None
    seconds_on_form: Annotated[float, Meta(ge=0, le=86_400)] | None = None
    amount_edits: Annotated[int, Meta(ge=0, le=10_000)] | None = None


class SessionSignalsIn(SignalsIn, frozen=True):
    """The same while nothing is requested yet, and what counts for the session alone.

    `sequence` counts the client's deliveries of this session, so that one which comes late or twice does no harm; leave
    it out and each counts as the newest. `longest_pause_s`: the longest time over the form without typing;
    `value_lookups`: how often the policies' value was looked up; `amount_edits`: how often the amount was changed.
    """

    accessibility_service: bool | None = None
    longest_pause_s: Annotated[float, Meta(ge=0, le=86_400)] | None = None
    value_lookups: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    sequence: Annotated[int, Meta(ge=0, le=1_000_000_000)] | None = None


class RequestIn(In, frozen=True, kw_only=True):
    """`request_id` is chosen by the client, once a request: a retry with the same body gets the same decision."""

    request_id: Id
    kind: RequestKind
    amount_twd: Annotated[int, Meta(ge=0, le=MAX_AMOUNT_TWD)] = 0
    policy_ids: Annotated[list[Id], Meta(min_length=1, max_length=20)]
    payout_account: PayoutAccountIn | None = None
    locale: Tag | None = "zh-TW"
    session_id: Id | None = None
    signals: SignalsIn | None = None


class CustomerRequestIn(RequestIn, frozen=True, kw_only=True):
    channel: Literal["app", "web"]


class CounterRequestIn(RequestIn, frozen=True, kw_only=True):
    """The same, asked in person: staff name the policyholder."""

    policyholder_id: LongId


class AnswerIn(In, frozen=True):
    """By place, as the question was given: an id in words would tell a listener what is suspected.

    A choice, or the sum in TWD that an open question asks for: one of the two.
    """

    question_id: Annotated[str, Meta(pattern=r"^q[1-9]\Z")]
    choice_id: Annotated[str, Meta(pattern=r"^c[1-9]\Z")] | None = None
    amount_twd: Annotated[int, Meta(ge=0, le=MAX_AMOUNT_TWD)] | None = None


class AnswersIn(In, frozen=True):
    answers: Annotated[list[AnswerIn], Meta(min_length=1, max_length=20)]


class ChatTurnIn(In, frozen=True, kw_only=True):
    """One turn of a chat. `chat_id` names the conversation and `turn_id` the turn, both chosen by the client: the same
    turn again changes nothing. `text` is what was typed, `pressed` the value of a choice. `session_id` is the session
    whose signals the page sends: while he may not be alone there, nothing is asked and nothing warned of."""

    chat_id: Id
    turn_id: Id
    text: Annotated[str, Meta(max_length=5_000)] = ""
    pressed: Annotated[str, Meta(max_length=100)] | None = None
    session_id: Id | None = None
    locale: Tag | None = "zh-TW"


_HOURS = r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]\Z"


HOURS = r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]\Z"


class ContactIn(In, frozen=True, kw_only=True):
    """`phone` in E.164. `adult` affirms that the person is at least 18. `quiet_hours`: when he wants no message, ten
    hours at most, `00:00-00:00` for never; left out, the insurer's hold."""

    relation: Relation
    phone: Annotated[str, Meta(pattern=r"^\+[1-9][0-9]{7,14}\Z")]
    locale: Tag | None = "zh-TW"
    adult: Literal[True]
    quiet_hours: Annotated[str, Meta(pattern=HOURS)] | None = None


class ConfirmIn(In, frozen=True):
    code: Annotated[str, Meta(pattern=r"^[0-9]{6}\Z")]


class OrderIn(In, frozen=True):
    """`order` names each contact once who is one or is to become one: the first of them who can be told is, or `all`
    are."""

    telling: Telling
    order: Annotated[list[Id], Meta(max_length=20)]


class KnownIn(In, frozen=True, kw_only=True):
    """What staff note of a contact; leave out what there is nothing to say of. `excluded` false readmits him. Account
    and national id are kept as keyed hashes, never as they are."""

    policyholder_id: LongId
    contact_id: Id
    reason: Annotated[str, Meta(pattern=r"^[a-z_]{1,64}\Z")]
    excluded: bool | None = None
    number_changed_on: date | None = None
    account: PayoutAccountIn | None = None
    national_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{6,20}\Z")] | None = None
    revoke: Literal[True] | None = None


class OutcomeIn(In, frozen=True, kw_only=True):
    """By staff's own judgement `scam` stops the case, `genuine` releases it, `unsure` keeps it in review. The word of
    another `source` is kept beside it and can only make the case worse. `corrects` is the number of another source's
    outcome that this one takes the place of."""

    label: OutcomeLabel
    source: Literal["staff", "policyholder", "contact", "police"] = "staff"
    corrects: Annotated[int, Meta(ge=1, le=50)] | None = None
    confidence: Annotated[float, Meta(ge=0, le=1)] = 1.0
    reason: Annotated[str, Meta(pattern=r"^[a-z_]{1,64}\Z")]


class DoneIn(In, frozen=True, kw_only=True):
    """The task that is done, as the queue names it, and how: a code of the insurer's choice."""

    case_id: Id
    reason: TaskReason
    about: Id | None = None
    how: Annotated[str, Meta(pattern=r"^[a-z_]{1,64}\Z")]


class WordIn(In, frozen=True):
    """Whether he knows of it, does not or is worried, or could not reach the policyholder."""

    word: Word


class ContactReplyIn(In, frozen=True, kw_only=True):
    """What a contact told staff. `verified`: they rang him back on the number on file."""

    contact_id: Id
    word: Word
    verified: bool


class ObservationIn(In, frozen=True):
    """`observation_id` is chosen by the client, once an observation: sent again, it is noted once."""

    policyholder_id: LongId
    kind: ObservationKind
    observation_id: Id | None = None


class CallIn(In, frozen=True):
    """Staff are about to ring this policyholder; he can see it in his app for `minutes`."""

    policyholder_id: LongId
    minutes: Annotated[int, Meta(ge=1, le=60)] = 15
