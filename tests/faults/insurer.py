"""Whatever goes wrong at whatever step: no RED case ends silent, nobody is told twice, and every case comes to an end.

A Hypothesis state machine over the real use cases. What customers, contacts and staff do, and what trouble comes at
which step, is drawn; streams, queue and schedule run by themselves (tests/faults/platform.py).
"""

import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from safelight.domain.alert import AlertPurpose, TaskReason
from safelight.domain.caring import Sign, questions
from safelight.domain.case import CaseId
from safelight.domain.contact import ContactId, PhoneKey, Standing, contact_id_of
from safelight.domain.errors import GaveUpError, RejectedError, RetryableError
from safelight.domain.facts import ObservationKind
from safelight.domain.light import Light
from safelight.domain.outcome import OutcomeLabel
from safelight.domain.request import RequestId
from safelight.ports import SmsMessage
from safelight.usecases.call_for_help import standing_of
from tests.builders import POLICYHOLDER, a_contact, a_context, a_request
from tests.faults.platform import ALERT_LIVES, Platform
from tests.faults.power import PowerCutError
from tests.faults.trouble import Kind, Tally, Trouble
from tests.usecases.world import said

LIMIT = timedelta(minutes=5)
PHONES = ("+886912000345", "+886912000456", "+886912000567")
HOLDER = "+886912000999"
REQUESTS = ("r-0", "r-1", "r-2")
OF_SOMETHING_ELSE = {TaskReason.NOTICE_UNSENT, TaskReason.CALL_BACK}
"""Tasks that a case may have whatever became of its contacts."""
STEERED = a_context(on_call=True, screen_shared=True)
ALERT_PATH = (
    "FakeCases.commit", "stream", "FakeQueue.put", "queue", "FakeAlerts.find", "FakeBook.dossier", "FakeVault.unseal",
    "FakeAlerts.save", "Sms.send", "schedule", "FakeAlerts.open_since_before", "FakeDeadlines.set", "deadline",
    "FakeQuotas.take", "FakePush.send",
)  # fmt: skip
"""Where trouble is aimed at; half of it comes anywhere."""
SECONDS = st.integers(1, 20)
AIMED = st.builds(
    Trouble,
    kind=st.sampled_from(list(Kind)),
    at=st.sampled_from((*ALERT_PATH, "FakePush.send")),  # few runs come to it
    nth=st.integers(1, 3),
    seconds=SECONDS,
)
ANYWHERE = st.builds(Trouble, kind=st.sampled_from(list(Kind)), nth=st.integers(1, 40), seconds=SECONDS)
TROUBLES = st.lists(AIMED | ANYWHERE, min_size=1, max_size=5)
TWO_SENDERS = st.tuples(
    st.builds(Trouble, kind=st.just(Kind.DUPLICATE), at=st.just("queue"), seconds=st.integers(0, 4)),
    st.builds(
        Trouble,
        kind=st.sampled_from([Kind.HANG_BEFORE, Kind.HANG_AFTER]),
        at=st.sampled_from(["FakeAlerts.find", "FakeBook.dossier", "FakeVault.unseal", "FakeAlerts.save", "Sms.send"]),
        nth=st.integers(1, 3),
        seconds=st.integers(2, 9),
    ),
).map(list)
OUTAGE = st.builds(
    Trouble,
    kind=st.sampled_from([Kind.CRASH_BEFORE, Kind.THROTTLE, Kind.LOST_ANSWER]),
    at=st.sampled_from(
        ["FakeQueue.put", "FakeDeadlines.set", "FakeAlerts.find", "FakeBook.dossier", "FakeVault.unseal", "Sms.send"]
    ),
    nth=st.sampled_from([1, 1, 2, 3, 4]),
    lasts_s=st.integers(30, 300),
)
SCENES = st.tuples(st.lists(OUTAGE, max_size=1) | TWO_SENDERS, TROUBLES).map(lambda both: both[0] + both[1])


@dataclass
class Result(Tally):
    """`broken` holds what happened in each run that broke a promise, where the machine counts instead of raising."""

    runs: int = 0
    alerts: int = 0
    sms: int = 0
    lost: int = 0
    doubled: int = 0
    without_end: int = 0
    unfit: int = 0
    broken: list[list[str]] = field(default_factory=list)
    began: float = field(default_factory=time.perf_counter)


class Insurer(RuleBasedStateMachine):
    result: ClassVar[Result] = Result()
    raises: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.red_since: dict[CaseId, datetime] = {}
        self.unfit_since: dict[ContactId, datetime] = {}
        self.on_wire: list[tuple[str, str]] = []
        self.may_have_arrived: set[CaseId] = set()
        self.unfit: list[str] = []

    @initialize(
        contacts=st.integers(0, 3),
        light=st.sampled_from([Light.RED, Light.RED, Light.YELLOW]),
        troubles=SCENES,
        first_sweep_s=st.integers(0, 59),
        sweeper=st.sampled_from([True, True, False]),
    )
    def begin(self, contacts: int, light: Light, troubles: list[Trouble], first_sweep_s: int, sweeper: bool) -> None:
        self.platform = Platform(self.result, first_sweep_s, sweeper, written=self.note_red)
        self.world = self.platform.world
        self.world.sms.always = self.note_sending
        long_ago = self.world.clock.now() - timedelta(days=90)
        for phone in PHONES[:contacts]:
            contact_id = contact_id_of(POLICYHOLDER, self.world.vault.phone_key(phone))
            self.world.knows(
                a_contact(phone=phone, vault=self.world.vault, contact_id=contact_id, designated_at=long_ago)
            )
        if contacts:
            self.world.has_number(HOLDER)
        self.platform.wire.expect(troubles)
        self.ask(REQUESTS[0], light, steered=False)

    # What people do

    @rule(name=st.sampled_from(REQUESTS), light=st.sampled_from([Light.RED, Light.YELLOW]), steered=st.booleans())
    def ask(self, name: str, light: Light, steered: bool) -> None:
        self.world.shines(light)
        request = a_request(request_id=RequestId(name), requested_at=self.world.clock.now())
        with suppress(RejectedError, RetryableError, GaveUpError):
            self.platform.call(lambda: self.world.assess(request, STEERED if steered else a_context()))

    @precondition(lambda self: any(case.unanswered for case in self.world.store.cases.values()))
    @rule(sign=st.sampled_from([Sign.WARNING, Sign.WARNING, Sign.BENIGN]), which=st.integers(0, 2))
    def answer(self, sign: Sign, which: int) -> None:
        case = next(case for case in self.world.store.cases.values() if case.unanswered)
        asked = questions()[case.questions[-1]]
        if all(asked.choices[shown].sign is not sign for shown in asked.shown):
            sign = Sign.BENIGN  # an open question has no other
        with suppress(RejectedError, RetryableError, GaveUpError):
            self.platform.call(lambda: self.world.answer(case.case_id, said(case, sign, which), after=1))

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
                self.platform.call(lambda: world.designate(phone))
            elif act == "confirm":
                world.confirm(contact_id)
            elif act == "revoke":
                world.revoke(contact_id)
            elif act == "exclude":
                world.changes(contact_id, excluded=True)
            else:
                world.changes(contact_id, changed_at=world.clock.now() - timedelta(days=4))
        self.note_standings()

    @precondition(lambda self: self.world.store.cases)
    @rule(label=st.sampled_from(list(OutcomeLabel)))
    def end(self, label: OutcomeLabel) -> None:
        with suppress(RejectedError, RetryableError, GaveUpError):
            self.platform.call(lambda: self.world.ends(max(self.world.store.cases), label))

    @rule(troubles=TROUBLES)
    def more_trouble(self, troubles: list[Trouble]) -> None:
        self.platform.wire.expect(troubles)

    @rule(seconds=st.sampled_from([1, 5, 20, 35, 61, 130]))
    def go_on(self, seconds: int) -> None:
        self.platform.pass_time(seconds)

    # What is noted as it happens

    def note_red(self) -> None:
        for case_id, case in self.world.store.cases.items():
            if case.floor is Light.RED:
                self.red_since.setdefault(case_id, self.world.clock.now())

    def note_standings(self) -> None:
        """Since when each contact may not be told."""
        now = self.world.clock.now()
        dossier = self.world.book.dossier(POLICYHOLDER)
        for contact in self.world.store.contacts.values():
            if standing_of(contact, dossier, None, now) is Standing.ELIGIBLE:
                self.unfit_since.pop(contact.contact_id, None)
            else:
                self.unfit_since.setdefault(contact.contact_id, now)

    def note_sending(self, message: SmsMessage) -> None:
        """At the moment when the wire is touched. A contact who became unfit while his sender ran was fit when it
        looked."""
        alert = next((a for a in self.world.store.alerts.values() if a.attempt_id == message.attempt_id), None)
        if alert is None:
            self.unfit.append("no attempt was recorded")
            return
        self.on_wire.append((alert.alert_id, message.to))
        if alert.purpose is AlertPurpose.RED_REQUEST and alert.case_id is not None and alert.contact_id is not None:
            self.may_have_arrived.add(alert.case_id)
            since = self.unfit_since.get(alert.contact_id)
            if since is not None and self.world.clock.now() - since > ALERT_LIVES:
                self.unfit.append(f"{alert.contact_id} may not be told")

    # The promises

    def teardown(self) -> None:
        """Nothing more is done by anybody, and five minutes pass."""
        if not hasattr(self, "platform"):
            return
        for _ in range(11):
            self.platform.pass_time(30)
            if broken := self.broken():
                break
        result = self.result
        result.runs += 1
        result.alerts += len(self.world.store.alerts)
        result.sms += len(self.world.sent)
        if broken:
            self.note_broken(broken)

    def broken(self) -> dict[str, int]:
        now = self.world.clock.now()
        late = [case_id for case_id, since in self.red_since.items() if now - since >= LIMIT]
        found = {
            "lost": sum(self.is_silent(c) for c in late),
            "doubled": len(self.on_wire) - len({alert_id for alert_id, _ in self.on_wire}),
            "without_end": sum(any(not a.state.ended for a in self.world.alerts_of(c)) for c in late),
            "unfit": len(self.unfit),
        }
        return {name: times for name, times in found.items() if times}

    def is_silent(self, case_id: CaseId) -> bool:
        """Nobody was told, no task says why not, and nobody ended it."""
        by_staff = self.world.case(case_id).state.ended
        why = set(self.world.tasks_of(case_id)) - OF_SOMETHING_ELSE
        return case_id not in self.may_have_arrived and not by_staff and not why

    def note_broken(self, broken: dict[str, int]) -> None:
        happened = [*self.platform.wire.happened, *self.unfit, str(broken), str(list(self.world.store.alerts.values()))]
        if self.raises:
            raise AssertionError("\n".join(happened))
        for name, times in broken.items():
            setattr(self.result, name, getattr(self.result, name) + times)
        self.result.broken.append(happened)
