"""Put the demo's people into a deployed stack, through the adapters that the functions use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Self

from local.machine import REGION, ROOT_CREDENTIAL
from local.people import PEOPLE, Person, registered
from local.stack import LocalStack
from safelight.adapters.aws_signing import Credentials
from safelight.adapters.dynamodb.book import DynamoBook
from safelight.adapters.dynamodb.cases import DynamoCases
from safelight.adapters.dynamodb.table import Table, dynamodb_client
from safelight.adapters.vault import AwsVault, kms_client, secrets_client
from safelight.domain.assessment import Assessment, Source
from safelight.domain.case import Actor, Case, CaseState, case_id_of
from safelight.domain.contact import SETTLING_TIME, VALID_FOR, Contact, ContactState, PhoneKey, Relation, contact_id_of
from safelight.domain.errors import ConflictError
from safelight.domain.light import Light
from safelight.domain.number_of_record import NumberOfRecord
from safelight.domain.request import Channel, Locale, PolicyholderId, PolicyId, Request, RequestId, RequestKind
from safelight.ports import Changes

_TIMEOUT_S = 5.0
NUMBER_ON_FILE_FOR = timedelta(days=3000)


class Seeder:
    """Use as a context manager. Seeding again replaces profiles and numbers; contacts and past requests stay as they
    are."""

    def __init__(self, stack: LocalStack, now: datetime) -> None:
        where = (REGION, stack.endpoint, _credentials, _TIMEOUT_S)
        dynamodb, secrets, kms = dynamodb_client(*where), secrets_client(*where), kms_client(*where)
        self._clients = (dynamodb, secrets, kms)
        cases = Table(dynamodb, stack.outputs["CaseTableName"])
        self._book = DynamoBook(Table(dynamodb, stack.outputs["BookTableName"]), cases)
        self.cases = DynamoCases(cases)
        self._vault = AwsVault(
            secrets, kms, hash_secret_id=stack.outputs["HashKeyId"], kms_key_id=stack.outputs["ContactKeyId"]
        )
        self._now = now

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for client in self._clients:
            client.close()

    def seed(self) -> None:
        for person in PEOPLE:
            self.add(person)

    def add(self, person: Person) -> None:
        self._profile(person)
        self._number(person.id, person.phone)
        if person.contact_subject is not None and person.contact_phone is not None:
            self._number(person.contact_subject, person.contact_phone)
        self._contact(person)
        for days, policy_id, amount in person.past_loans:
            self._past_loan(person, days, PolicyId(policy_id), amount)

    def phone_key(self, phone: str) -> PhoneKey:
        return self._vault.phone_key(phone)

    def _profile(self, person: Person) -> None:
        on_file = (
            registered(account, self._vault.account_key(account.bank_code, account.number), self._now.date())
            for account in person.accounts
        )
        accounts = tuple(account for account in on_file if account is not None)
        self._book.save_profile(person.id, replace(person.profile, accounts=accounts))

    def _number(self, who: PolicyholderId, phone: str) -> None:
        number = NumberOfRecord(
            phone=self._vault.seal(phone, who),
            phone_key=self._vault.phone_key(phone),
            phone_last3=phone[-3:],
            locale=Locale.ZH_TW,
            changed_at=self._now - NUMBER_ON_FILE_FOR,
        )
        self._book.save_number(who, number)

    def _contact(self, person: Person) -> None:
        """He was confirmed again each year."""
        if person.contact_phone is None or person.contact_days is None:
            return
        designated = self._now - timedelta(days=person.contact_days)
        key = self._vault.phone_key(person.contact_phone)
        contact = Contact(
            contact_id=contact_id_of(person.id, key),
            policyholder_id=person.id,
            relation=Relation.CHILD,
            locale=Locale.ZH_TW,
            phone=self._vault.seal(person.contact_phone, person.id),
            phone_key=key,
            phone_last3=person.contact_phone[-3:],
            state=ContactState.CONFIRMED,
            designated_at=designated,
            changed_at=designated,
            confirmed_at=designated,
            counts_from=designated + SETTLING_TIME,
            valid_until=designated + VALID_FOR * (1 + (self._now - designated) // VALID_FOR),
        )
        _once(lambda: self._book.save_contact(contact))

    def _past_loan(self, person: Person, days: int, policy_id: PolicyId, amount: int) -> None:
        at = self._now - timedelta(days=days)
        request = Request(
            request_id=RequestId(f"past-{days}"),
            policyholder_id=person.id,
            kind=RequestKind.POLICY_LOAN,
            amount_twd=amount,
            policy_ids=(policy_id,),
            channel=Channel.WEB,
            locale=Locale.ZH_TW,
            requested_at=at,
        )
        assessment = Assessment(
            light=Light.GREEN,
            source=Source.MODEL,
            probability=0.0,
            experts={},
            reasons=(),
            suspected=(),
            model_version="seed",
        )
        case = Case(
            case_id=case_id_of(person.id, request.request_id),
            request=request,
            state=CaseState.OPEN,
            floor=Light.GREEN,
            assessment=assessment,
            opened_at=at,
        ).move(CaseState.RELEASED, Actor.SYSTEM, "seed", at)
        _once(lambda: self.cases.commit(Changes(case=case, digest="seed")))


def _once(write: Callable[[], None]) -> None:
    try:
        write()
    except ConflictError:
        return


def _credentials() -> Credentials:
    return Credentials(access_key_id=ROOT_CREDENTIAL, secret_access_key=ROOT_CREDENTIAL)
