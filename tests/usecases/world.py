"""One insurer in memory: every fake wired as `bootstrap` wires the real ones, with a stream, a queue and a sweeper."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from safelight.adapters.dynamodb import rows
from safelight.adapters.indicator import Indicator, SubjectKind
from safelight.channels import outbox
from safelight.domain.alert import Alert, AlertId, AlertPurpose, StaffTask, TaskReason
from safelight.domain.alert_rules import AlertRules, QuietHours
from safelight.domain.assessment import Score
from safelight.domain.caring import Form, Given, Question, Sign, questions
from safelight.domain.case import Case, CaseId, case_id_of
from safelight.domain.contact import Contact, ContactId, Relation, Telling
from safelight.domain.contact_rules import ContactRules
from safelight.domain.facts import Context, External, Observation, ObservationKind
from safelight.domain.label import LabelCaps
from safelight.domain.light import Light
from safelight.domain.number_of_record import NumberOfRecord
from safelight.domain.outcome import OutcomeLabel, OutcomeSource
from safelight.domain.request import AccountKey, Locale, PolicyholderId, Request, RequestId, SessionId
from safelight.ports import CaseFile, SmsMessage, SmsReceipt
from safelight.usecases.alert_contact import Sending, alert_contact
from safelight.usecases.answer_questions import answer_questions
from safelight.usecases.assess_request import Opened, assess_request
from safelight.usecases.be_a_contact import contact_of_others, step_back
from safelight.usecases.end_alert import Ending, hold_deadline
from safelight.usecases.manage_contacts import confirm_contact, designate_contact, renew_contact, revoke_contact
from safelight.usecases.note_field import record_observation
from safelight.usecases.order_contacts import Contacts, order_contacts
from safelight.usecases.record_outcome import record_outcome
from safelight.usecases.relay_alerts import relay_alerts
from safelight.usecases.show_case import show_case
from safelight.usecases.staff_contacts import Known, Regarded, note_contact, regard_contacts
from safelight.usecases.sweep_alerts import sweep_alerts
from safelight.usecases.watch_session import Heard, watch_session
from tests.builders import FIVE, NOW, PHONE, POLICYHOLDER, a_contact, a_profile, a_request, a_score
from tests.fakes import (
    FakeAlerts,
    FakeBook,
    FakeCases,
    FakeClock,
    FakeDeadlines,
    FakeIds,
    FakeIndicators,
    FakeModel,
    FakeModels,
    FakePush,
    FakeQueue,
    FakeQuotas,
    FakeSessions,
    FakeSms,
    FakeTelemetry,
    FakeVault,
    Faults,
    Store,
)

SENDER = "安心人壽"
OWN_PHONE = "+886922000666"
VISIBILITY = timedelta(seconds=90)
"""As in template.yaml."""
MAX_RECEIVES = 3
READING_S = 20.0
"""What a person takes to read a question and answer it."""
P = TypeVar("P")


def _as_is(port: P) -> P:
    return port


@dataclass
class Message:
    """One message in the queue, as SQS keeps it."""

    alert_id: AlertId
    visible_at: datetime
    receives: int = 0


@dataclass
class WatchedSms:
    """FakeSms, and what happens in the world while a send is on the wire."""

    inner: FakeSms
    meanwhile: list[Callable[[SmsMessage], None]] = field(default_factory=list)
    always: Callable[[SmsMessage], None] | None = None

    def send(self, message: SmsMessage) -> SmsReceipt:
        if self.always is not None:
            self.always(message)
        receipt = self.inner.send(message)
        if self.meanwhile:
            self.meanwhile.pop(0)(message)
        return receipt


@dataclass
class World:
    """`through` wraps each port on its way to a use case, to watch calls or to fail them."""

    through: Callable[[Any], Any] = _as_is
    faults: Faults = field(default_factory=Faults)
    clock: FakeClock = field(default_factory=FakeClock)
    ids: FakeIds = field(default_factory=FakeIds)
    telemetry: FakeTelemetry = field(default_factory=FakeTelemetry)
    fake_sms: FakeSms = field(default_factory=FakeSms)
    contact_rules: ContactRules = field(default_factory=ContactRules)
    messages: list[Message] = field(default_factory=list)
    dead_letters: list[AlertId] = field(default_factory=list)
    relayed: int = 0
    alert_rules: AlertRules = field(default_factory=AlertRules)
    label_caps: LabelCaps = field(default_factory=LabelCaps)

    def __post_init__(self) -> None:
        self.store = Store(faults=self.faults)
        self.vault = FakeVault(self.faults)
        self.queue = FakeQueue(self.faults)
        self.deadlines = FakeDeadlines(self.clock, self.faults)
        self.quotas = FakeQuotas(self.faults)
        self.push = FakePush(self.faults)
        self.model = FakeModel(a_score(Light.GREEN))
        self.models = FakeModels(self.model)
        self.sms = WatchedSms(self.fake_sms)
        self.book = FakeBook(self.store)
        self.cases = FakeCases(self.store)
        self.alerts = FakeAlerts(self.store)
        self.sessions = FakeSessions(self.store, self.clock)
        self.indicators = FakeIndicators(self.store)
        self.store.profiles[POLICYHOLDER] = a_profile()

    # What is so before anything happens.

    def shines(self, light: Light, **over: Any) -> "World":
        """From now on the model gives a score that policy makes `light`."""
        self.model.score_given = a_score(light, **over)
        return self

    def scores(self, score: Score) -> None:
        self.model.score_given = score

    def knows(self, *contacts: Contact) -> "World":
        for contact in contacts:
            self.store.contacts[contact.policyholder_id, contact.contact_id] = contact
        return self

    def has_number(self, phone: str, who: PolicyholderId = POLICYHOLDER, changed_days_ago: float = 900) -> None:
        """What the insurer has on file for him."""
        number = NumberOfRecord(
            phone=self.vault.seal(phone, who),
            phone_key=self.vault.phone_key(phone),
            phone_last3=phone[-3:],
            locale=Locale.ZH_TW,
            changed_at=self.clock.now() - timedelta(days=changed_days_ago),
        )
        self.store.numbers[who] = number

    def notices(self, kind: ObservationKind, days_ago: float = 1) -> None:
        self.book.add_observation(
            POLICYHOLDER, Observation(kind=kind, observed_at=self.clock.now() - timedelta(days=days_ago))
        )

    def changes(self, contact_id: ContactId, **over: Any) -> None:
        """Staff change something of a stored contact."""
        key = (POLICYHOLDER, contact_id)
        was = self.store.contacts[key]
        self.store.contacts[key] = replace(was, **over, version=was.version + 1)

    # The use cases.

    def assess(self, request: Request | None = None, seen: Context | None = None, digest: str = "digest-1") -> Opened:
        asked = request or a_request(requested_at=self.clock.now())
        through = self.through
        return assess_request(
            asked,
            seen,
            digest,
            book=through(self.book),
            cases=through(self.cases),
            sessions=through(self.sessions),
            indicators=through(self.indicators),
            models=through(self.models),
            clock=through(self.clock),
            telemetry=through(self.telemetry),
        )

    def answer(
        self,
        case_id: CaseId,
        *given: tuple[int, int] | Given,
        who: PolicyholderId = POLICYHOLDER,
        after: float = READING_S,
    ) -> Case:
        """(question, choice) by place, `after` seconds."""
        self.clock.move(seconds=after)
        through = self.through
        return answer_questions(
            who,
            case_id,
            [one if isinstance(one, Given) else Given(question=one[0], choice=one[1]) for one in given],
            book=through(self.book),
            cases=through(self.cases),
            clock=through(self.clock),
            telemetry=through(self.telemetry),
            sessions=through(self.sessions),
        )

    def watch(self, seen: Context, number: int | None = None, session: str = "s-1") -> Heard:
        through = self.through
        return watch_session(
            POLICYHOLDER,
            SessionId(session),
            seen,
            number,
            sessions=through(self.sessions),
            clock=through(self.clock),
            telemetry=through(self.telemetry),
        )

    def show(self, case_id: CaseId, who: PolicyholderId = POLICYHOLDER) -> Case:
        through = self.through
        return show_case(
            who, case_id, cases=through(self.cases), sessions=through(self.sessions), clock=through(self.clock)
        )

    def send(self, alert_id: AlertId) -> Alert:
        through = self.through
        needs = Sending(
            sender=SENDER,
            rules=self.alert_rules,
            alerts=through(self.alerts),
            cases=through(self.cases),
            book=through(self.book),
            vault=through(self.vault),
            sms=through(self.sms),
            push=through(self.push),
            quotas=through(self.quotas),
            clock=through(self.clock),
            ids=through(self.ids),
            telemetry=through(self.telemetry),
        )
        return alert_contact(alert_id, needs=needs)

    def sweep(self) -> int:
        return sweep_alerts(queue=self.through(self.queue), needs=self._ending())

    def hold_deadline(self, alert_id: AlertId) -> None:
        hold_deadline(alert_id, needs=self._ending())

    def _ending(self) -> Ending:
        through = self.through
        return Ending(
            alerts=through(self.alerts),
            cases=through(self.cases),
            book=through(self.book),
            clock=through(self.clock),
            telemetry=through(self.telemetry),
        )

    def designate(
        self,
        phone: str = PHONE,
        relation: Relation = Relation.CHILD,
        who: PolicyholderId = POLICYHOLDER,
        quiet: QuietHours | None = None,
    ) -> Contact:
        """Who has no number on file gets one: nobody can designate without."""
        if who not in self.store.numbers:
            self.has_number(OWN_PHONE, who)
        return designate_contact(
            who,
            relation,
            phone,
            Locale.ZH_TW,
            quiet,
            book=self.through(self.book),
            vault=self.through(self.vault),
            clock=self.through(self.clock),
            rules=self.contact_rules,
        )

    def confirm(self, contact_id: ContactId, code: str | None = None, who: PolicyholderId = POLICYHOLDER) -> Contact:
        """With the right code unless another is given."""
        right = code if code is not None else self.vault.confirmation_code(self.store.contacts[who, contact_id])
        book = self.through(self.book)
        return confirm_contact(
            who, contact_id, right, book=book, vault=self.vault, clock=self.clock, rules=self.contact_rules
        )

    def renew(self, contact_id: ContactId, who: PolicyholderId = POLICYHOLDER) -> Contact:
        return renew_contact(who, contact_id, book=self.through(self.book), clock=self.clock)

    def revoke(self, contact_id: ContactId, who: PolicyholderId = POLICYHOLDER) -> Contact:
        return revoke_contact(who, contact_id, book=self.through(self.book), clock=self.clock)

    def order(
        self, *order: ContactId, telling: Telling = Telling.IN_ORDER, who: PolicyholderId = POLICYHOLDER
    ) -> Contacts:
        return order_contacts(who, telling, order, book=self.through(self.book), clock=self.clock)

    def contact_of(self, me: PolicyholderId) -> tuple[Contact, ...]:
        return contact_of_others(me, book=self.book, clock=self.clock)

    def steps_back(self, me: PolicyholderId, contact_id: ContactId) -> Contact:
        return step_back(me, contact_id, book=self.through(self.book), clock=self.clock)

    def note(
        self, contact_id: ContactId, by: str = "staff-1", who: PolicyholderId = POLICYHOLDER, **known: Any
    ) -> Contact:
        """Staff exclude, readmit, revoke, or note something of a contact."""
        said = Known(**{"reason": "told_by_customer", **known})
        book, cases = self.through(self.book), self.through(self.cases)
        return note_contact(who, contact_id, said, by, book=book, cases=cases, clock=self.clock)

    def regard(self, who: PolicyholderId = POLICYHOLDER) -> tuple[Regarded, ...]:
        return regard_contacts(who, book=self.book, clock=self.clock)

    def observe(self, kind: ObservationKind, observation_id: str | None = None, by: str = "staff-1") -> None:
        record_observation(
            POLICYHOLDER,
            kind,
            by,
            observation_id,
            book=self.through(self.book),
            cases=self.through(self.cases),
            clock=self.clock,
        )

    def ends(
        self,
        case_id: CaseId,
        label: OutcomeLabel,
        *,
        confidence: float = 1.0,
        by: str = "staff-1",
        source: OutcomeSource = OutcomeSource.STAFF,
        corrects: int | None = None,
    ) -> CaseFile:
        return record_outcome(
            case_id,
            label,
            confidence,
            "told_by_customer",
            by,
            source,
            corrects,
            cases=self.through(self.cases),
            quotas=self.through(self.quotas),
            clock=self.clock,
            telemetry=self.telemetry,
            caps=self.label_caps,
        )

    # What runs by itself.

    def relay(self) -> None:
        """The stream's new alerts, to the queue. A batch that failed comes again."""
        new = list(self.store.alerts.values())[self.relayed :]
        if not new:
            return
        records = [
            {"dynamodb": {"NewImage": rows.alert_item(alert), "SequenceNumber": str(n)}} for n, alert in enumerate(new)
        ]
        through = self.through
        put = partial(
            relay_alerts,
            queue=through(self.queue),
            deadlines=through(self.deadlines),
            clock=through(self.clock),
            telemetry=through(self.telemetry),
        )
        failed = outbox.relay({"Records": records}, put)["batchItemFailures"]
        if not failed:
            self.relayed += len(new)

    def deliver(self) -> None:
        """Each visible message once. What failed is seen again after the visibility timeout, three times at most."""
        now = self.clock.now()
        self.messages += [Message(alert_id, now) for alert_id in self.queue.take()]
        for message in [m for m in self.messages if m.visible_at <= now]:
            self.deliver_one(message)

    def deliver_one(self, message: Message) -> None:
        if message.receives == MAX_RECEIVES:
            self.messages.remove(message)
            self.dead_letters.append(message.alert_id)
            return
        message.receives += 1
        message.visible_at = self.clock.now() + VISIBILITY
        record = {"messageId": "m-1", "body": f'{{"alert_id": "{message.alert_id}"}}'}
        failed = outbox.deliver({"Records": [record]}, self.send, self.telemetry)["batchItemFailures"]
        if not failed and message in self.messages:
            self.messages.remove(message)

    def keep_deadlines(self) -> None:
        """What EventBridge Scheduler does: at least once, and again while the function fails."""
        for alert_id in [one for one, due in self.deadlines.due.items() if due <= self.clock.now()]:
            self.hold_deadline(alert_id)
            self.deadlines.due.pop(alert_id)

    def run(self) -> None:
        """What happens at once after a request."""
        self.relay()
        self.deliver()

    # What can be seen.

    def contact(self, contact_id: ContactId, who: PolicyholderId = POLICYHOLDER) -> Contact:
        return self.store.contacts[who, contact_id]

    def case(self, case_id: CaseId) -> Case:
        return self.store.cases[case_id]

    def alerts_of(self, case_id: CaseId) -> list[Alert]:
        return [alert for alert in self.store.alerts.values() if alert.case_id == case_id]

    def tasks_of(self, case_id: CaseId) -> list[TaskReason]:
        return [task.reason for task in self.tasks if task.case_id == case_id]

    @property
    def tasks(self) -> list[StaffTask]:
        return list(self.store.tasks.values())

    def notices_of(self, purpose: AlertPurpose) -> list[Alert]:
        """All of one purpose, sent or not, in the order in which they were stored."""
        return [alert for alert in self.store.alerts.values() if alert.purpose is purpose]

    def texts_of(self, purpose: AlertPurpose) -> list[SmsMessage]:
        """Those of one purpose that were sent."""
        attempts = {alert.attempt_id for alert in self.notices_of(purpose)}
        return [message for message in self.sent if message.attempt_id in attempts]

    @property
    def sent(self) -> list[SmsMessage]:
        return self.fake_sms.sent


def a_settled_contact(world: World, **over: Any) -> Contact:
    """Confirmed and long settled, and known to the world."""
    contact = a_contact(vault=world.vault, **over)
    world.knows(contact)
    return contact


def places(case: Case, sign: Sign) -> list[tuple[int, int]]:
    """(question, choice) by place: for each question its first choice of this sign, where it has one to take."""
    found = []
    for number, question_id in enumerate(case.questions, 1):
        question = questions()[question_id]
        signs = [question.choices[choice_id].sign for choice_id in question.shown]
        if sign in signs:
            found.append((number, signs.index(sign) + 1))
    return found


def as_stored_before(world: World, case: Case) -> Case:
    """The case as older code opened it: five questions at once, no times, no facts to hold answers against."""
    older = replace(case, questions=FIVE, asked_at=(), known=())
    world.store.cases[case.case_id] = older
    return older


def said(case: Case, sign: Sign, which: int = 0) -> Given:
    """The open question answered with a choice of this sign: the first, or another by `which`. To an open form the
    harmless answer is a sum above the one asked for."""
    number = len(case.questions)
    question: Question = questions()[case.questions[-1]]
    if question.form is Form.OPEN and sign is Sign.BENIGN:
        return Given(question=number, amount_twd=case.request.amount_twd * 2)
    fitting = [place for place, c in enumerate(question.shown, 1) if question.choices[c].sign is sign]
    return Given(question=number, choice=fitting[which % len(fitting)])


def case_of(request_id: str, who: PolicyholderId = POLICYHOLDER) -> CaseId:
    return case_id_of(who, RequestId(request_id))


REPORTED = AccountKey("b" * 64)


def pays_to_a_reported_account(world: World) -> Request:
    """A request that pays to an account which the police know."""
    world.indicators.save(
        Indicator(
            subject_kind=SubjectKind.ACCOUNT,
            subject=REPORTED,
            source="police",
            purpose="fraud_prevention",
            expires_at=NOW + timedelta(days=30),
            says=External(account_reported=True),
        )
    )
    return a_request(payout_account=REPORTED)
