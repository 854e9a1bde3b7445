"""Promises 1, 2, 3, 4, 5 and 9 under whatever order of requests, retries, answers, faults, duplicates and lateness."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from safelight.domain.alert import AlertPurpose
from safelight.domain.assessment import NextStep, Source
from safelight.domain.caring import Sign
from safelight.domain.case import Actor, CaseId, CaseState, Decision
from safelight.domain.contact import PhoneKey, Standing, Telling, contact_id_of
from safelight.domain.errors import GaveUpError, RejectedError, RetryableError
from safelight.domain.facts import ObservationKind
from safelight.domain.light import Light
from safelight.domain.outcome import OutcomeLabel
from safelight.domain.reply import Word
from safelight.domain.request import Request, RequestId
from safelight.ports import Fate, SmsMessage
from safelight.usecases.assess_request import Opened
from safelight.usecases.call_for_help import standing_of
from safelight.usecases.reply_as_contact import take_word
from tests.builders import POLICYHOLDER, a_contact, a_context, a_number, a_request
from tests.fakes import FakeBook, Faults
from tests.faults.power import PowerCutError
from tests.usecases.world import Message, World, case_of, places, said

OPERATIONS = [
    "commit", "find_case", "dossier", "past_requests", "matches", "context",
    "find_alert", "save_alert", "unseal", "seal", "save_contact", "put", "hash", "set_deadline", "take", "push",
]  # fmt: skip
ERRORS: list[Any] = [RetryableError("fault"), GaveUpError("fault"), PowerCutError("fault")]
REQUESTS = [f"r-{n}" for n in range(4)]
PHONES = ["+886912000345", "+886912000456", "+886912000567", "+886912000678"]
FIVE_MINUTES = timedelta(minutes=5)
STEERED = a_context(on_call=True, screen_shared=True)


SIGNS = st.sampled_from(list(Sign)).map(lambda sign: [sign] * 5) | st.lists(
    st.sampled_from(list(Sign)), min_size=5, max_size=5
)
"""Coached answers are all of one kind; honest ones are mixed."""


class Insurer(RuleBasedStateMachine):
    """The sweeper runs each minute and finds everything up: an alarm watches it, and tests/faults cut it too."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.world.sms.always = self.note_sending
        self.first: dict[RequestId, tuple[str, Decision]] = {}
        self.floors: dict[CaseId, Light] = {}
        self.red_since: dict[CaseId, datetime] = {}
        self.told: list[tuple[CaseId | None, str]] = []
        self.unfit: list[Standing] = []
        self.next_sweep = self.world.clock.now() + timedelta(seconds=37)

    # What is noted as it happens

    def note_sending(self, message: SmsMessage) -> None:
        """At the moment when the wire is touched."""
        (alert,) = [a for a in self.world.store.alerts.values() if a.attempt_id == message.attempt_id]
        self.told.append((alert.case_id, f"{alert.alert_id}"))
        if alert.contact_id is None:
            return
        contact = self.world.store.contacts[POLICYHOLDER, alert.contact_id]
        quiet_store = replace(self.world.store, faults=Faults())
        standing = standing_of(contact, FakeBook(quiet_store).dossier(POLICYHOLDER), None, self.world.clock.now())
        if alert.purpose is AlertPurpose.RED_REQUEST and standing is not Standing.ELIGIBLE:
            self.unfit.append(standing)
        if alert.purpose is AlertPurpose.CONFIRM_CONTACT and contact.excluded:
            self.unfit.append(Standing.EXCLUDED)

    def note_red(self) -> None:
        for case_id, case in self.world.store.cases.items():
            if case.floor is Light.RED:
                self.red_since.setdefault(case_id, self.world.clock.now())

    # Customers

    @initialize(
        contacts=st.sampled_from([1, 2, 3, 0]),
        telling=st.sampled_from([Telling.IN_ORDER, Telling.IN_ORDER, Telling.ALL]),
        number=st.booleans(),
        excluded=st.sampled_from([False, False, True]),
        light=st.sampled_from([Light.RED, Light.YELLOW, Light.GREEN]),
    )
    def begin(self, contacts: int, telling: Telling, number: bool, excluded: bool, light: Light) -> None:
        """Some contacts of long ago, and a first request: without one nothing can go wrong."""
        self.world.book.save_telling(POLICYHOLDER, telling)
        if number:
            self.world.book.save_number(POLICYHOLDER, a_number(vault=self.world.vault))
        long_ago = self.world.clock.now() - timedelta(days=90)
        for phone in PHONES[:contacts]:
            key = self.world.vault.phone_key(phone)
            self.world.knows(
                a_contact(
                    phone=phone,
                    vault=self.world.vault,
                    contact_id=contact_id_of(POLICYHOLDER, key),
                    designated_at=long_ago,
                    excluded=excluded and phone == PHONES[0],
                )
            )
        self.ask(REQUESTS[0], light, "one", steered=False, model=True)

    @rule(
        name=st.sampled_from(REQUESTS),
        light=st.sampled_from(list(Light)),
        digest=st.sampled_from(["one", "one", "one", "two"]),
        steered=st.booleans(),
        model=st.sampled_from([True, True, False]),
    )
    def ask(self, name: str, light: Light, digest: str, steered: bool, model: bool) -> None:
        world = self.world
        world.shines(light)
        world.models.model = world.model if model else None
        request: Request = a_request(request_id=RequestId(name), requested_at=world.clock.now())
        had = world.store.cases.get(case_of(name))
        conflict = False
        try:
            opened = world.assess(request, STEERED if steered else a_context(), digest)
        except RejectedError:
            conflict = True
        except (RetryableError, GaveUpError, PowerCutError):
            return
        finally:
            self.note_red()
        if conflict:
            assert had is not None
            assert world.store.digests[had.case_id] != digest
        else:
            self.check_answer(opened, digest)

    def check_answer(self, opened: Opened, digest: str) -> None:
        decision, name = opened.decision, opened.case.request.request_id
        if decision.next_step is NextStep.PROCEED:
            assert opened.recorded, "promise 3"
            assert decision.assessment.source is Source.MODEL, "promise 3"
            assert decision.missing == (), "promise 3"
        if opened.recorded:
            assert (digest, decision) == self.first.setdefault(name, (digest, decision)), "promise 9"

    @precondition(lambda self: self.asked)
    @rule(
        data=st.data(),
        signs=SIGNS,
        upto=st.sampled_from([5, 5, 1, 3]),
        which=st.integers(0, 2),
        after=st.sampled_from([20.0, 20.0, 0.1]),
    )
    def answer(self, data: st.DataObject, signs: list[Sign], upto: int, which: int, after: float) -> None:
        """`upto` open questions one after the other, each with a choice of the sign drawn; then the first once more,
        perhaps with another sign."""
        case = self.world.case(data.draw(st.sampled_from(self.asked)))
        for sign in signs[:upto]:
            if not case.unanswered:
                break
            with suppress(RejectedError, RetryableError, GaveUpError, PowerCutError):
                self.pass_time(int(after))
                case = self.world.answer(case.case_id, said(case, sign, which), after=after % 1)
            self.note_red()
        again = [place for place in places(case, signs[0]) if place[0] == 1]
        with suppress(RejectedError, RetryableError, GaveUpError, PowerCutError):
            self.world.answer(case.case_id, *again, after=0)
        self.note_red()

    @property
    def asked(self) -> list[CaseId]:
        return sorted(case_id for case_id, case in self.world.store.cases.items() if case.questions)

    # Contacts and staff

    @rule(
        phone=st.sampled_from(PHONES),
        act=st.sampled_from(["revoke", "exclude", "designate", "confirm", "settle", "beside"]),
    )
    def change_contact(self, phone: str, act: str) -> None:
        world = self.world
        contact_id = contact_id_of(POLICYHOLDER, PhoneKey(sha256(f"phone\n{phone}".encode()).hexdigest()))
        known = (POLICYHOLDER, contact_id) in world.store.contacts
        with suppress(RejectedError, RetryableError, GaveUpError, PowerCutError):
            if act == "beside":
                world.notices(ObservationKind.CONTACT_BESIDE_POLICYHOLDER, days_ago=0)
            elif act == "designate" or not known:
                world.designate(phone)
            elif act == "confirm":
                world.confirm(contact_id)
            elif act == "revoke":
                world.revoke(contact_id)
            elif act == "exclude":
                world.changes(contact_id, excluded=True)
            else:
                world.changes(contact_id, changed_at=world.clock.now() - timedelta(days=4))

    @precondition(lambda self: self.world.store.cases and self.world.store.contacts)
    @rule(data=st.data(), word=st.sampled_from(list(Word)), verified=st.booleans())
    def hear_contact(self, data: st.DataObject, word: Word, verified: bool) -> None:
        """Any of his contacts, also one who may not be told: an accomplice too says what suits him."""
        world = self.world
        case_id = data.draw(st.sampled_from(sorted(world.store.cases)))
        _, contact_id = data.draw(st.sampled_from(sorted(world.store.contacts)))
        with suppress(RejectedError, RetryableError, GaveUpError, PowerCutError):
            case = world.case(case_id)
            take_word(case, contact_id, word, verified=verified, cases=world.cases, clock=world.clock)
        self.note_red()

    @precondition(lambda self: self.world.store.cases)
    @rule(data=st.data(), label=st.sampled_from(list(OutcomeLabel)))
    def end(self, data: st.DataObject, label: OutcomeLabel) -> None:
        case_id = data.draw(st.sampled_from(sorted(self.world.store.cases)))
        with suppress(RejectedError, RetryableError, GaveUpError, PowerCutError):
            self.world.ends(case_id, label)

    # What fails

    @rule(operation=st.sampled_from(OPERATIONS), error=st.sampled_from(ERRORS), done_first=st.booleans())
    def next_call_fails(self, operation: str, error: Any, done_first: bool) -> None:
        self.world.faults.fail(operation, error=error, done_first=done_first)

    @rule(what=st.sampled_from(["dies", "hangs", *Fate]), seconds=st.integers(1, 120))
    def next_sender(self, what: str, seconds: int) -> None:
        """While a sender hangs time goes on, the sweeper runs and the queue delivers again."""

        def die(message: SmsMessage) -> None:
            raise PowerCutError("on the wire")

        def hang(message: SmsMessage) -> None:
            self.pass_time(seconds)
            for waiting in [m for m in self.world.messages if m.visible_at <= self.world.clock.now()]:
                self.deliver_one(waiting)

        if what in ("dies", "hangs"):
            self.world.sms.meanwhile.append(die if what == "dies" else hang)
        else:
            self.world.fake_sms.answer_next(Fate(what))

    # What runs by itself

    @rule(relayed=st.booleans(), delivered=st.booleans(), seconds=st.sampled_from([0, 0, 1, 20, 35, 61, 130, 400]))
    def go_on(self, relayed: bool, delivered: bool, seconds: int) -> None:
        if relayed:
            with suppress(RetryableError, GaveUpError, PowerCutError):
                self.world.relay()
        if delivered:
            with suppress(RetryableError, GaveUpError, PowerCutError):
                self.world.deliver()
        self.pass_time(seconds)

    @precondition(lambda self: self.world.store.alerts)
    @rule(data=st.data())
    def deliver_something_once_more(self, data: st.DataObject) -> None:
        """SQS delivers at least once, in any order."""
        alert_id = data.draw(st.sampled_from(sorted(self.world.store.alerts)))
        self.deliver_one(Message(alert_id, self.world.clock.now()))

    def deliver_one(self, message: Message) -> None:
        with suppress(RetryableError, GaveUpError, PowerCutError):
            self.world.deliver_one(message)

    def pass_time(self, seconds: int) -> None:
        end = self.world.clock.now() + timedelta(seconds=seconds)
        while self.next_sweep <= end:
            self.world.clock.move(self.next_sweep - self.world.clock.now())
            self.next_sweep += timedelta(minutes=1)
            armed, self.world.faults.armed = self.world.faults.armed, []
            self.world.sweep()
            self.world.keep_deadlines()
            self.world.faults.armed = armed
        self.world.clock.move(end - self.world.clock.now())

    def teardown(self) -> None:
        """And then nothing more is done by anybody, and five minutes pass."""
        for _ in range(31):
            self.pass_time(10)
            self.no_red_case_ends_silent()
        self.no_contact_is_told_twice_of_one_case()
        self.who_may_not_be_told_is_not_told()

    # The promises

    @invariant()
    def no_red_case_ends_silent(self) -> None:
        told = {case_id for case_id, _ in self.told}
        for case_id, since in self.red_since.items():
            if self.world.clock.now() - since >= FIVE_MINUTES:
                assert case_id in told or self.world.tasks_of(case_id) or self.by_staff(case_id), "promise 1"
                assert all(alert.state.ended for alert in self.world.alerts_of(case_id)), "promise 1: no end"

    def by_staff(self, case_id: CaseId) -> bool:
        """Staff ended it before anybody could be told: a person has seen it."""
        return self.world.case(case_id).state.ended

    @invariant()
    def no_contact_is_told_twice_of_one_case(self) -> None:
        alerts = [alert_id for _, alert_id in self.told]
        assert len(alerts) == len(set(alerts)), "promise 2"

    @invariant()
    def no_floor_ever_falls_and_only_staff_release_red(self) -> None:
        for case_id, case in self.world.store.cases.items():
            assert case.floor >= self.floors.get(case_id, Light.GREEN), "promise 4"
            assert case.assessment.light is case.floor
            self.floors[case_id] = case.floor
            if case.state is CaseState.RELEASED and case.floor is not Light.GREEN:
                last = case.moves[-1]
                by_staff = last.actor is Actor.STAFF
                benign = {a.sign for a in case.answers} == {Sign.BENIGN} and case.unanswered == ()
                assert by_staff or (benign and case.floor is Light.YELLOW), "promise 4"
                assert by_staff or case.contradictions == (), "promise 4"
                assert by_staff or case.assessment.fallback_cause is None, "promise 3"

    @invariant()
    def who_may_not_be_told_is_not_told(self) -> None:
        assert self.unfit == [], "promise 5"

    @invariant()
    def what_was_decided_stays_written(self) -> None:
        for (case_id, number), decision in self.world.store.decisions.items():
            assert (decision.case_id, decision.number) == (case_id, number)
        for name, (_, first) in self.first.items():
            assert self.world.store.decisions[case_of(name), 1] == replace(first), "promise 9"


TestPromises = Insurer.TestCase
TestPromises.settings = settings(max_examples=2 * settings().max_examples, stateful_step_count=30)
