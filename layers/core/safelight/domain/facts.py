"""What is known at the moment of a request, by modality. None at any level means: not known.

Training rows carry the same facts as serving does, as they stood at the time of the request and never later.
Dates are UTC dates, instants aware UTC, money whole New Taiwan dollars.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from safelight.domain.contact import PersonKey
from safelight.domain.request import AccountKey, Channel, PolicyId, RequestKind


class Marital(StrEnum):
    SINGLE = "single"
    MARRIED = "married"
    DIVORCED = "divorced"
    WIDOWED = "widowed"


class Product(StrEnum):
    WHOLE_LIFE = "whole_life"
    ENDOWMENT = "endowment"
    ANNUITY = "annuity"
    INVESTMENT_LINKED = "investment_linked"
    TERM = "term"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`cash_value_twd` is what a surrender would pay before the loan balance is taken off."""

    policy_id: PolicyId
    product: Product
    issued_on: date
    cash_value_twd: int
    loan_balance_twd: int = 0
    beneficiary_changed_on: date | None = None

    @property
    def available_twd(self) -> int:
        return max(0, self.cash_value_twd - self.loan_balance_twd)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredAccount:
    """A payout account on file. `same_owner` is None when the owner was never checked; `owner` is whose it is, where
    that is known."""

    key: AccountKey
    added_on: date
    same_owner: bool | None = None
    owner: PersonKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Who the policyholder is to the insurer.

    `children_on_record` counts sons and daughters among insured, beneficiaries and contacts; None: nobody looked.
    """

    born_on: date
    policies: tuple[Policy, ...]
    accounts: tuple[RegisteredAccount, ...] = ()
    marital: Marital | None = None
    retired: bool | None = None
    lives_alone: bool | None = None
    annual_income_twd: int | None = None
    phone_changed_on: date | None = None
    has_contact: bool | None = None
    children_on_record: int | None = None
    past_victim: bool | None = None

    @property
    def available_twd(self) -> int:
        """What all his policies can still pay."""
        return sum([policy.available_twd for policy in self.policies])


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRequest:
    """An earlier request of the same policyholder, whatever became of it."""

    kind: RequestKind
    amount_twd: int
    policy_ids: tuple[PolicyId, ...]
    requested_at: datetime
    channel: Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What he did here before. `past_requests` covers the last 365 days, newest first, without the present one."""

    past_requests: tuple[PastRequest, ...]
    value_lookups_7d: int | None = None
    logins_30d: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the app, page, line or counter could honestly see while he asked.

    The last three are no features of the model: they count for the session's own risk alone. `longest_pause_s` is the
    longest time over the form in which nothing was typed, `value_lookups` how often he looked up his policies' value.
    """

    on_call: bool | None = None
    screen_shared: bool | None = None
    remote_control_app: bool | None = None
    new_device: bool | None = None
    account_pasted: bool | None = None
    seconds_on_form: float | None = None
    amount_edits: int | None = None
    accessibility_service: bool | None = None
    longest_pause_s: float | None = None
    value_lookups: int | None = None

    @property
    def watched(self) -> bool:
        """Somebody may see or steer the screen: whatever it shows, he reads too."""
        return bool(self.screen_shared or self.remote_control_app)

    @property
    def accompanied(self) -> bool:
        """Somebody may be listening or watching."""
        return bool(self.on_call or self.screen_shared or self.remote_control_app)

    def over(self, before: "Context | None") -> "Context":
        """What is seen now, filled up with what was seen before: a signal that is left out now is not unseen."""
        if before is None:
            return self
        known = {name: value for name in self.__slots__ if (value := getattr(self, name)) is not None}
        return replace(before, **known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What a reader made of the words written or said around the request. The words themselves are never kept.

    Natural log-odds, within ±12: `scam` that the words are those of a scam in progress (a victim's, or a scammer's whom
    he quotes), taken together and at their worst; `peak` the same of the worst single sentence; `types` of each
    ScamType in its order. `length` is log10 of the characters read.
    """

    scam: float
    peak: float
    types: tuple[float, ...]
    length: float


@dataclass(frozen=True, slots=True, kw_only=True)
class External:
    """Outside intelligence, matched by keyed hash only."""

    account_reported: bool | None = None
    person_listed: bool | None = None
    reported_numbers_30d: int | None = None
    unknown_call_minutes_7d: float | None = None
    new_chat_app_traffic_30d: float | None = None


class ObservationKind(StrEnum):
    """What an agent or a counter clerk can have noticed."""

    ON_PHONE_AT_COUNTER = "on_phone_at_counter"
    ACCOMPANIED_BY_STRANGER = "accompanied_by_stranger"
    CONTACT_BESIDE_POLICYHOLDER = "contact_beside_policyholder"
    EVASIVE_OR_COACHED = "evasive_or_coached"
    HURRIED_OR_AFRAID = "hurried_or_afraid"
    TALKS_OF_NEW_INVESTMENT = "talks_of_new_investment"
    TALKS_OF_NEW_ONLINE_FRIEND = "talks_of_new_online_friend"
    ORDINARY_NEED_SEEN = "ordinary_need_seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """`by` is the staff member or agent who noticed it, `observation_id` what his client called it; older ones lack
    both."""

    kind: ObservationKind
    observed_at: datetime
    by: str | None = None
    observation_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything known, by modality. A modality that could not be read is None and is scored as missing."""

    profile: Profile | None = None
    behaviour: Behaviour | None = None
    context: Context | None = None
    conversation: Conversation | None = None
    external: External | None = None
    field: tuple[Observation, ...] | None = None
