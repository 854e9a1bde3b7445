"""The book: a policyholder's profile, contacts, observations and current call lie in one partition."""

from collections.abc import Sequence

from safelight.adapters.dynamodb import keys, rows
from safelight.adapters.dynamodb.codec import decode
from safelight.adapters.dynamodb.table import NEW, Table, follows
from safelight.domain.alert import Alert
from safelight.domain.call import Call
from safelight.domain.contact import Contact, PhoneKey, Telling
from safelight.domain.errors import ConflictError
from safelight.domain.facts import Observation, Profile
from safelight.domain.number_of_record import NumberOfRecord
from safelight.domain.request import PolicyholderId
from safelight.ports import Dossier

PROFILE = "profile"
CONTACT = "contact"
OBSERVATION = "observation"
CALL = "call"
PHONE = "phone"
NUMBER = "number"
TELLING = "telling"
DESIGNATIONS = "designations"


class DynamoBook:
    """The port `Book`. It needs the cases table as well, because invitations go out through the same outbox."""

    def __init__(self, book: Table, cases: Table) -> None:
        self._book = book
        self._cases = cases

    def dossier(self, policyholder_id: PolicyholderId, *, within_s: float | None = None) -> Dossier:
        """One consistent Query: a contact revoked a moment ago must not be alerted."""
        profile: Profile | None = None
        contacts: list[Contact] = []
        observations: list[Observation] = []
        call: Call | None = None
        number: NumberOfRecord | None = None
        telling, designations = Telling.IN_ORDER, 0
        for stored in self._book.partition(keys.holder(policyholder_id), within_s):
            row = rows.read(stored)
            if row.kind == PROFILE:
                profile = decode(Profile, row.document)
            elif row.kind == CONTACT:
                contacts.append(decode(Contact, row.document))
            elif row.kind == OBSERVATION:
                observations.append(decode(Observation, row.document))
            elif row.kind == CALL:
                call = decode(Call, row.document)
            elif row.kind == NUMBER:
                number = decode(NumberOfRecord, row.document)
            elif row.kind == TELLING:
                telling = decode(Telling, row.document)
            elif row.kind == DESIGNATIONS:
                designations = decode(int, row.document)
        observations.sort(key=lambda seen: (seen.observed_at, seen.kind))
        return Dossier(
            profile=profile,
            contacts=tuple(contacts),
            observations=tuple(observations),
            call=call,
            number=number,
            telling=telling,
            designations=designations,
        )

    def save_profile(self, policyholder_id: PolicyholderId, profile: Profile) -> None:
        self._book.put(rows.item(keys.profile(policyholder_id), PROFILE, profile))

    def save_number(self, policyholder_id: PolicyholderId, number: NumberOfRecord) -> None:
        self._book.put(rows.item(keys.number_of_record(policyholder_id), NUMBER, number))

    def save_telling(self, policyholder_id: PolicyholderId, telling: Telling) -> None:
        self._book.put(rows.item(keys.telling(policyholder_id), TELLING, telling))

    def save_contact(self, contact: Contact, alerts: Sequence[Alert] = (), designation: int | None = None) -> None:
        key = keys.contact(contact.policyholder_id, contact.contact_id)
        stored = rows.item(key, CONTACT, contact, version=contact.version)
        writes = [self._book.putting(stored, follows(contact.version))]
        if contact.version == 1:
            phone = keys.designated_phone(contact.phone_key, contact.policyholder_id)
            writes.append(self._book.putting(rows.item(phone, PHONE, contact.policyholder_id), None))
        if designation is not None:
            count = rows.item(
                keys.designations(contact.policyholder_id), DESIGNATIONS, designation, version=designation
            )
            writes.append(self._book.putting(count, follows(designation)))
        writes += [self._cases.putting(rows.alert_item(alert), NEW) for alert in alerts]
        self._book.transact(writes)

    def designated_by(self, phone: PhoneKey, *, within_s: float | None = None) -> tuple[PolicyholderId, ...]:
        return tuple(
            PolicyholderId(decode(str, stored["doc"]["S"]))
            for stored in self._book.partition(keys.phone_partition(phone), within_s)
        )

    def add_observation(self, policyholder_id: PolicyholderId, observation: Observation) -> None:
        """Without an id, the same observation at the same instant is one observation."""
        key = keys.observation(policyholder_id, observation.observed_at, observation.kind)
        if observation.observation_id is None:
            self._book.put(rows.item(key, OBSERVATION, observation))
            return
        key = keys.named_observation(policyholder_id, observation.by or "", observation.observation_id)
        try:
            self._book.put(rows.item(key, OBSERVATION, observation), NEW)
        except ConflictError:
            stored = self._book.get(key)
            if stored is None or decode(Observation, stored["doc"]["S"]).kind is not observation.kind:
                raise

    def save_call(self, call: Call) -> None:
        self._book.put(rows.item(keys.call(call.policyholder_id), CALL, call))
