"""Promise 5 over all orders of designate, confirm, renew, order, request, alert, revoke, exclude, note, observe and
time: nobody is told of a RED request at a moment when he may not be; each change is told; three at most."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from safelight.domain.alert import Alert, AlertId, AlertPurpose, AlertState
from safelight.domain.contact import ContactId, ContactState, PersonKey, Relation, Telling
from safelight.domain.errors import GaveUpError, RejectedError, RetryableError
from safelight.domain.facts import ObservationKind, RegisteredAccount
from safelight.domain.light import Light
from safelight.domain.outcome import OutcomeLabel
from safelight.domain.request import AccountKey, PolicyholderId, RequestId
from safelight.ports import SmsMessage
from tests.builders import ACCOUNT, NOW, POLICYHOLDER, a_profile, a_request
from tests.properties.contact_told import OWNED, Told
from tests.usecases.world import World

PHONES = [f"+88691200{n}345" for n in range(10, 15)]
PAYEE = AccountKey("c" * 64)
OWNER = PersonKey("p" * 64)
REMINDERS = {AlertPurpose.HOLDER_RENEWAL, AlertPurpose.HOLDER_EXPIRED}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERYBODY = [PolicyholderId(f"contact-{phone[-5:-3]}") for phone in PHONES]


class Contacts(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.world.sms.always = self.note_sending
        self.known: dict[ContactId, Told] = {}
        self.beside: datetime | None = None
        self.unfit: list[AlertId] = []
        self.reminded: list[AlertId] = []
        self.requests = 0
        accounts = (
            RegisteredAccount(key=ACCOUNT, added_on=NOW.date()),
            RegisteredAccount(key=OWNED, added_on=NOW.date(), owner=OWNER),
        )
        self.world.store.profiles[POLICYHOLDER] = a_profile(accounts=accounts)
        for phone, who in zip(PHONES, EVERYBODY, strict=True):
            self.world.has_number(phone, who=who)

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    @property
    def ids(self) -> list[ContactId]:
        return sorted(self.known)

    def note_sending(self, message: SmsMessage) -> None:
        """At the moment when the wire is touched."""
        (alert,) = [a for a in self.world.store.alerts.values() if a.attempt_id == message.attempt_id]
        if alert.purpose in REMINDERS:
            self.reminded.append(alert.alert_id)
            assert alert.about is not None
            told = self.known[alert.about]
            left = None if told.confirmed is None else told.confirmed + 365 * DAY - self.now
            assert left is not None, "a reminder of somebody who is no contact"
            assert not told.excluded
            over = alert.purpose is AlertPurpose.HOLDER_EXPIRED
            assert -7 * DAY <= left <= timedelta() if over else left <= 30 * DAY, "a reminder on a wrong day"
        if alert.purpose is AlertPurpose.RED_REQUEST:
            assert alert.contact_id is not None
            assert alert.case_id is not None
            paid_to = self.world.case(alert.case_id).request.payout_account
            assert paid_to is not None
            if not self.known[alert.contact_id].may_be_told(self.now, paid_to, self.beside):
                self.unfit.append(alert.alert_id)

    def told_of(self, contact_id: ContactId) -> list[Alert]:
        """What was told of this contact's latest change."""
        stem = f"invite/{contact_id}/{self.world.contact(contact_id).version}."
        return [alert for alert in self.world.store.alerts.values() if alert.alert_id.startswith(stem)]

    def others(self, contact_id: ContactId) -> set[ContactId]:
        """Who are contacts beside him, by what was written down here."""
        return {
            other
            for other, told in self.known.items()
            if other != contact_id
            and told.confirmed is not None
            and not told.excluded
            and self.now < told.confirmed + 365 * DAY
        }

    # The policyholder

    @initialize(
        confirmed=st.sampled_from([True, True, False]), passed=st.sampled_from([73 * HOUR, 73 * HOUR, 364 * DAY])
    )
    def begin(self, confirmed: bool, passed: timedelta) -> None:
        """A contact, settled if he is one: without him nobody could be told."""
        self.designate(PHONES[0], confirmed, 0)
        self.pass_time(passed)

    @rule(phone=st.sampled_from(PHONES), confirmed=st.booleans(), after=st.sampled_from([0, 1, 73]))
    def designate(self, phone: str, confirmed: bool, after: int) -> None:
        before = dict(self.world.store.contacts)
        try:
            contact = self.world.designate(phone, Relation.SIBLING)
        except RejectedError:
            return
        told = self.known.setdefault(contact.contact_id, Told())
        if before.get((POLICYHOLDER, contact.contact_id)) != contact:
            told.designated, told.confirmed = self.now, None
            recipients = {alert.contact_id for alert in self.told_of(contact.contact_id)}
            assert recipients == {None, *self.others(contact.contact_id)}, "who is to be told of a new contact"
        self.pass_time(after * HOUR)
        if confirmed:
            self.confirm(contact.contact_id)

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def enter_code(self, data: st.DataObject) -> None:
        self.confirm(data.draw(st.sampled_from(self.ids)))

    def confirm(self, contact_id: ContactId) -> None:
        before = self.world.contact(contact_id)
        with suppress(RejectedError):
            after = self.world.confirm(contact_id)
            if after != before:
                self.known[contact_id].confirmed = self.now
                told = {alert.purpose for alert in self.told_of(contact_id)}
                assert told == {AlertPurpose.HOLDER_CONTACTS, *REMINDERS}, (
                    "the policyholder is told, and reminded later"
                )

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        with suppress(RejectedError):
            self.world.renew(data.draw(st.sampled_from(self.ids)))

    @precondition(lambda self: self.known)
    @rule(data=st.data(), by=st.sampled_from(["policyholder", "contact", "staff"]))
    def revoke(self, data: st.DataObject, by: str) -> None:
        contact_id = data.draw(st.sampled_from(self.ids))
        before, told = self.world.contact(contact_id), self.known[contact_id]
        was_one = told.confirmed is not None and not told.excluded and self.now < told.confirmed + 365 * DAY
        if by == "policyholder":
            self.world.revoke(contact_id)
        elif by == "contact":
            with suppress(RejectedError):
                self.world.steps_back(EVERYBODY[[p[-3:] for p in PHONES].index(before.phone_last3)], contact_id)
        else:
            self.world.note(contact_id, revoke=True)
        if self.world.contact(contact_id) != before:
            told.designated = told.confirmed = None
            recipients = [alert.contact_id for alert in self.told_of(contact_id)]
            assert recipients == [None, contact_id] if was_one else [None], "who is to be told of the end"

    @rule(telling=st.sampled_from(Telling), data=st.data())
    def order(self, telling: Telling, data: st.DataObject) -> None:
        living = [c.contact_id for c in self.world.store.contacts.values() if c.living(self.now)]
        with suppress(RejectedError):  # beyond a day's orders
            self.world.order(*data.draw(st.permutations(sorted(living))), telling=telling)

    @rule(paid_to=st.sampled_from([ACCOUNT, PAYEE, OWNED]), sent=st.sampled_from([True, True, False]))
    def ask(self, paid_to: AccountKey, sent: bool) -> None:
        self.requests += 1
        name = RequestId(f"r-{self.requests}")
        request = a_request(request_id=name, requested_at=self.now, payout_account=paid_to)
        self.world.shines(Light.RED).assess(request, digest=name)
        if sent:
            self.go_on()

    # Staff

    @precondition(lambda self: self.known)
    @rule(
        data=st.data(),
        known=st.sampled_from(
            [{"excluded": True}, {"excluded": False}, {"account": PAYEE}, {"person": OWNER}, {"number_changed_on": 1}]
        ),
    )
    def note(self, data: st.DataObject, known: dict[str, Any]) -> None:
        contact_id = data.draw(st.sampled_from(self.ids))
        told = self.known[contact_id]
        if "number_changed_on" in known:
            known, told.number_changed = {"number_changed_on": self.now.date()}, self.now
        self.world.note(contact_id, **known)
        told.excluded = known.get("excluded", told.excluded)
        told.accounts |= {known["account"]} if "account" in known else set()
        told.owner = told.owner or "person" in known

    @rule()
    def observe(self) -> None:
        self.world.observe(ObservationKind.CONTACT_BESIDE_POLICYHOLDER)
        self.beside = self.now

    @precondition(lambda self: self.world.store.cases)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        with suppress(RejectedError):
            self.world.ends(data.draw(st.sampled_from(sorted(self.world.store.cases))), OutcomeLabel.GENUINE)

    # What runs by itself

    @rule()
    def go_on(self) -> None:
        with suppress(RetryableError, GaveUpError):
            self.world.run()

    @rule(passed=st.sampled_from([30 * timedelta(seconds=1), HOUR, 71 * HOUR, 8 * DAY, 31 * DAY]))
    def pass_time(self, passed: timedelta) -> None:
        self.world.clock.move(passed)

    @invariant()
    def who_may_not_be_told_is_not(self) -> None:
        assert self.unfit == [], "promise 5"

    @rule()
    def sweep(self) -> None:
        """Whose last month began or ended within a week hears of it by the next sweeps, once."""
        for _ in range(2):
            self.world.sweep()
            with suppress(RetryableError, GaveUpError):
                self.world.run()
            self.world.clock.move(timedelta(seconds=61))
        for alert in self.world.store.alerts.values():
            day = alert.not_before
            if day is not None and day < self.now - timedelta(seconds=123):
                assert alert.state.ended, "a reminder that was lost"
                if alert.state is AlertState.SUPPRESSED:
                    self.assert_overtaken(alert)

    def assert_overtaken(self, alert: Alert) -> None:
        """He was renewed, revoked, excluded or named anew since it was written."""
        contact = self.world.contact(ContactId(str(alert.about)))
        kinds = [line.kind.value for line in contact.history if line.at >= alert.created_at]
        assert {"renewed", "revoked", "excluded", "designated"} & set(kinds), "a reminder withheld for nothing"

    @invariant()
    def nobody_is_reminded_twice(self) -> None:
        assert len(self.reminded) == len(set(self.reminded))

    @invariant()
    def there_are_never_more_than_three(self) -> None:
        living = [c for c in self.world.store.contacts.values() if c.living(self.now)]
        assert len(living) <= 3

    @invariant()
    def who_was_told_and_would_not_be_now_is_a_task(self) -> None:
        """Of facts that came later: those that staff note and see, not those that time brings."""
        for alert in self.world.store.alerts.values():
            if alert.purpose is not AlertPurpose.RED_REQUEST or alert.state is not AlertState.SENT:
                continue
            assert alert.case_id is not None
            case, contact = self.world.case(alert.case_id), self.known[ContactId(str(alert.contact_id))]
            late = self.now - case.opened_at > 30 * DAY or case.state.ended
            if contact.excluded and not late:
                about = {task.about for task in self.world.tasks if task.case_id == alert.case_id}
                assert alert.contact_id in about

    @invariant()
    def each_consent_stays_in_the_history(self) -> None:
        for contact in self.world.store.contacts.values():
            kinds = [line.kind.value for line in contact.history]
            assert "designated" in kinds
            assert contact.state is not ContactState.CONFIRMED or "confirmed" in kinds


TestContacts = Contacts.TestCase
TestContacts.settings = settings(max_examples=4 * settings().max_examples, stateful_step_count=30)
