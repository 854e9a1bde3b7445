"""Where everything lives: tables, indexes and keys. template.yaml is checked against the schemas below.

Cases table            pk                          sk
  case                 CASE#<case>                 CASE
  decision             CASE#<case>                 DECISION#0001
  alert about a case   CASE#<case>                 ALERT#<contact>
  staff task           CASE#<case>                 TASK#<reason>[#<contact>]
  invitation           INVITE#<contact>            ALERT#<n>
  notice of a change   INVITE#<contact>            ALERT#<n>.<whom>
  whose attempt        ATTEMPT#<attempt>           ALERT
  whose message        MESSAGE#<provider>#<id>     ALERT
  past request         HOLDER#<policyholder>       REQUEST#<instant>#<case>
  the latest of them   HOLDER#<policyholder>       LATEST
Book table
  profile              HOLDER#<policyholder>       PROFILE
  contact              HOLDER#<policyholder>       CONTACT#<contact>
  observation          HOLDER#<policyholder>       OBSERVED#<instant>#<kind>
  the same with an id  HOLDER#<policyholder>       NOTED#<by>#<id>
  own call             HOLDER#<policyholder>       CALL
  number of record     HOLDER#<policyholder>       NUMBER
  whom to tell         HOLDER#<policyholder>       TELLING
  how many designated  HOLDER#<policyholder>       DESIGNATIONS
  session              SESSION#<policyholder>#<session>   CONTEXT
  designated phone     PHONE#<phone key>           HOLDER#<policyholder>
  indicator            INDICATOR#<subject kind>#<subject> <source>#<purpose>
  conversation         TALK#<talk>                 TALK
  its delivery         TURN#<turn>                 CLAIM
  linked chat account  LINK#<account>              LINK
  a nonce to link by   NONCE#<nonce>               NONCE
  quota taken          QUOTA#<name>                <period>
  a provider's speed   PROVIDER#<name>             MINUTE#<instant>

One Query on a partition gives a whole case or a whole dossier. `#` and `%` inside an id are escaped, so that no two
different ids can ever meet in one key.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from safelight.adapters.dynamodb.codec import encode
from safelight.domain.alert import AlertId, AttemptId, TaskReason
from safelight.domain.case import CaseId, CaseState
from safelight.domain.contact import ContactId, PhoneKey
from safelight.domain.facts import ObservationKind
from safelight.domain.light import Light
from safelight.domain.request import PolicyholderId, SessionId

if TYPE_CHECKING:
    from safelight.domain.conversation import TalkId, TurnId

BOARD_INDEX = "board"
OPEN_ALERTS_INDEX = "open_alerts"
OPEN_ALERT = "open"
REMINDER = "reminder"
OPEN_TASKS_INDEX = "open_tasks"
OPEN_TASK = "open"
INVITE = "invite"

CASES_SCHEMA: dict[str, Any] = {
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "S"},
        {"AttributeName": "board_pk", "AttributeType": "S"},
        {"AttributeName": "opened_at", "AttributeType": "S"},
        {"AttributeName": "open_alert", "AttributeType": "S"},
        {"AttributeName": "created_at", "AttributeType": "S"},
        {"AttributeName": "open_task", "AttributeType": "S"},
        {"AttributeName": "due_at", "AttributeType": "S"},
    ],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": BOARD_INDEX,
            "KeySchema": [
                {"AttributeName": "board_pk", "KeyType": "HASH"},
                {"AttributeName": "opened_at", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        },
        {
            "IndexName": OPEN_ALERTS_INDEX,
            "KeySchema": [
                {"AttributeName": "open_alert", "KeyType": "HASH"},
                {"AttributeName": "created_at", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        },
        {
            "IndexName": OPEN_TASKS_INDEX,
            "KeySchema": [
                {"AttributeName": "open_task", "KeyType": "HASH"},
                {"AttributeName": "due_at", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        },
    ],
    "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
}
"""As CloudFormation spells it. The relay's filter is `eventName` INSERT and `dynamodb.NewImage.kind.S` alert."""

BOOK_SCHEMA: dict[str, Any] = {
    "AttributeDefinitions": CASES_SCHEMA["AttributeDefinitions"][:2],
    "KeySchema": CASES_SCHEMA["KeySchema"],
}
TTL_ATTRIBUTE = "ttl"


class Key(NamedTuple):
    pk: str
    sk: str


def instant(at: datetime) -> str:
    """Sorts as text the way instants sort in time: UTC, always six decimals. Raises ValueError for a naive time."""
    if at.tzinfo is None:
        raise ValueError("naive datetime")
    written = encode(at.astimezone(UTC))[1:-2]  # a tenth of isoformat's time, without .000000
    return f"{written}Z" if at.microsecond else f"{written}.000000Z"


def _part(text: str) -> str:
    return text.replace("%", "%25").replace("#", "%23")


def case_partition(case_id: CaseId) -> str:
    return f"CASE#{_part(case_id)}"


def case(case_id: CaseId) -> Key:
    return Key(case_partition(case_id), "CASE")


def decision(case_id: CaseId, number: int) -> Key:
    return Key(case_partition(case_id), f"DECISION#{number:04d}")


def task(case_id: CaseId, reason: TaskReason, about: ContactId | None) -> Key:
    whom = "" if about is None else f"#{_part(about)}"
    return Key(case_partition(case_id), f"TASK#{reason}{whom}")


def task_position(due_at: datetime, case_id: CaseId, reason: TaskReason, about: ContactId | None) -> str:
    """Unique, so that a page can start exactly after it."""
    return f"{instant(due_at)}#{_part(case_id)}#{reason}#{_part(about or '')}"


def attempt(attempt_id: AttemptId) -> Key:
    return Key(f"ATTEMPT#{_part(attempt_id)}", "ALERT")


def message(provider: str, message_id: str) -> Key:
    return Key(f"MESSAGE#{_part(provider)}#{_part(message_id)}", "ALERT")


def quota(name: str, period: str) -> Key:
    return Key(f"QUOTA#{_part(name)}", period)


def provider_partition(provider: str) -> str:
    return f"PROVIDER#{_part(provider)}"


def provider_minute(provider: str, minute: datetime) -> Key:
    return Key(provider_partition(provider), f"MINUTE#{instant(minute)}")


def alert(alert_id: AlertId) -> Key:
    """`<case>/<contact>` and `<case>/holder.<purpose>` lie with the case, `invite/<contact>/<n>` and
    `invite/<contact>/<n>.<whom>` in a partition of their own."""
    first, _, rest = alert_id.partition("/")
    if first == INVITE:
        contact_id, _, number = rest.rpartition("/")
        return Key(f"INVITE#{_part(contact_id)}", f"ALERT#{_part(number)}")
    return Key(case_partition(CaseId(first)), f"ALERT#{_part(rest)}")


def past_requests_from(policyholder_id: PolicyholderId, since: datetime) -> Key:
    return Key(holder(policyholder_id), f"REQUEST#{instant(since)}")


def past_request(policyholder_id: PolicyholderId, requested_at: datetime, case_id: CaseId) -> Key:
    return Key(holder(policyholder_id), f"REQUEST#{instant(requested_at)}#{_part(case_id)}")


def latest_request(policyholder_id: PolicyholderId) -> Key:
    return Key(holder(policyholder_id), "LATEST")


PAST_REQUESTS_END = "REQUEST#~"
"""Sorts after every past request: `~` comes after all digits."""


def board_partition(state: CaseState, light: Light) -> str:
    return f"{state}#{light.name.lower()}"


def board_position(opened_at: datetime, case_id: CaseId) -> str:
    """Unique, so that a page can start exactly after it."""
    return f"{instant(opened_at)}#{_part(case_id)}"


def holder(policyholder_id: PolicyholderId) -> str:
    return f"HOLDER#{_part(policyholder_id)}"


def profile(policyholder_id: PolicyholderId) -> Key:
    return Key(holder(policyholder_id), "PROFILE")


def contact(policyholder_id: PolicyholderId, contact_id: ContactId) -> Key:
    return Key(holder(policyholder_id), f"CONTACT#{_part(contact_id)}")


def phone_partition(phone: PhoneKey) -> str:
    return f"PHONE#{_part(phone)}"


def designated_phone(phone: PhoneKey, policyholder_id: PolicyholderId) -> Key:
    return Key(phone_partition(phone), holder(policyholder_id))


def observation(policyholder_id: PolicyholderId, observed_at: datetime, kind: ObservationKind) -> Key:
    return Key(holder(policyholder_id), f"OBSERVED#{instant(observed_at)}#{kind}")


def named_observation(policyholder_id: PolicyholderId, by: str, observation_id: str) -> Key:
    return Key(holder(policyholder_id), f"NOTED#{_part(by)}#{_part(observation_id)}")


def call(policyholder_id: PolicyholderId) -> Key:
    return Key(holder(policyholder_id), "CALL")


def number_of_record(policyholder_id: PolicyholderId) -> Key:
    return Key(holder(policyholder_id), "NUMBER")


def telling(policyholder_id: PolicyholderId) -> Key:
    return Key(holder(policyholder_id), "TELLING")


def designations(policyholder_id: PolicyholderId) -> Key:
    return Key(holder(policyholder_id), "DESIGNATIONS")


def session(policyholder_id: PolicyholderId, session_id: SessionId) -> Key:
    return Key(f"SESSION#{_part(policyholder_id)}#{_part(session_id)}", "CONTEXT")


def indicator_partition(subject_kind: str, subject: str) -> str:
    return f"INDICATOR#{subject_kind}#{_part(subject)}"


def indicator(subject_kind: str, subject: str, source: str, purpose: str) -> Key:
    return Key(indicator_partition(subject_kind, subject), f"{_part(source)}#{_part(purpose)}")


def talk(talk_id: "TalkId") -> Key:
    return Key(f"TALK#{_part(talk_id)}", "TALK")


def claim(turn_id: "TurnId") -> Key:
    return Key(f"TURN#{_part(turn_id)}", "CLAIM")


def link(account: str) -> Key:
    return Key(f"LINK#{_part(account)}", "LINK")


def nonce(value: str) -> Key:
    return Key(f"NONCE#{_part(value)}", "NONCE")
