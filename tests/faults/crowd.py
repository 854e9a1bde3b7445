"""`python -m tests.faults.crowd [WALKS] [SEED]`: a crowd at random. Several policyholders who are one another's
contacts, floods, replies by whoever likes, receipts of three providers, staff who see to tasks and exclude at any
moment, and clocks that jump over nights and settling times. Nothing breaks here but the queue's order, where messages
come twice; for all else that breaks there is tests/faults/insurer.py.

What may be is kept apart from the code under test, in `Told` and in what was on the wire.
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from safelight.domain.alert import Alert, AlertPurpose, AlertState, Arrival, AttemptId, StaffTask, TaskReason
from safelight.domain.alert_rules import TAIPEI, AlertRules, QuietHours
from safelight.domain.case import CaseId, CaseState
from safelight.domain.contact import ContactId, PersonKey
from safelight.domain.errors import GaveUpError, RejectedError, RetryableError
from safelight.domain.facts import ObservationKind, RegisteredAccount
from safelight.domain.light import Light
from safelight.domain.outcome import OutcomeLabel
from safelight.domain.receipt import Receipt
from safelight.domain.reply import Word
from safelight.domain.request import AccountKey, PolicyholderId, RequestId, RequestKind
from safelight.ports import Fate, SmsMessage, SmsReceipt
from safelight.usecases.note_field import record_observation
from safelight.usecases.reply_as_contact import note_reply, read_told, reply_as_contact, take_word
from safelight.usecases.see_to_tasks import finish_task, list_tasks
from safelight.usecases.take_receipt import take_receipt
from tests.builders import ACCOUNT, NOW, a_profile, a_request
from tests.fakes import FakeProviderHealth
from tests.fakes.stores import FakeTasks
from tests.properties.contact_told import OWNED, Told
from tests.usecases.world import World

PEOPLE = [PolicyholderId(f"ph-{n}") for n in range(4)]
PHONES = [f"+88691200{n}345" for n in range(10, 17)]
"""The first are the people's own: each may be another's contact."""
PAYEE = AccountKey("c" * 64)
OWNER = PersonKey("p" * 64)
PROVIDERS = ["end_user_messaging", "sns", "gateway"]
RULES = AlertRules(quiet=QuietHours(begins=time(23), ends=time(7)), a_day=4, cases_an_hour=9, others_an_hour=6)
CODES = {AlertPurpose.CONFIRM_CONTACT, AlertPurpose.RENEW_CONTACT}
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LIMIT = timedelta(minutes=5)
JUMPS = [timedelta(), timedelta(seconds=20), MINUTE, 3 * MINUTE, 5 * MINUTE, HOUR, 9 * HOUR, 73 * HOUR, 40 * DAY]


class BrokenError(AssertionError):
    """A promise."""


@dataclass
class Tally:
    walks: int = 0
    steps: int = 0
    done: Counter[str] = field(default_factory=Counter)


@dataclass
class Crowd:
    """One walk. `send` is the port `Sms`."""

    chance: random.Random
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self.world = World(alert_rules=RULES)
        self.world.sms = self  # type: ignore[assignment]  # anything that sends
        self.tasks, self.health = FakeTasks(self.world.store), FakeProviderHealth()
        self.known: dict[tuple[PolicyholderId, ContactId], Told] = {}
        self.phone_of: dict[ContactId, str] = {}
        self.beside: dict[PolicyholderId, datetime] = {}
        self.number: dict[PolicyholderId, tuple[str, datetime]] = {}
        self.wire: list[tuple[AttemptId, str, str]] = []
        self.told: set[tuple[CaseId, str]] = set()
        self.red_since: dict[CaseId, datetime] = {}
        self.taken: Counter[tuple[str, str, int]] = Counter()
        self.requests = 0
        accounts = tuple(
            RegisteredAccount(key=key, added_on=NOW.date(), owner=owner)
            for key, owner in ((ACCOUNT, None), (OWNED, OWNER))
        )
        for who, phone in zip(PEOPLE, PHONES, strict=False):
            self.world.store.profiles[who] = a_profile(accounts=accounts)
            self.change_number(who, phone, days_ago=900)
        for _ in range(6):
            with suppress(RejectedError):
                self.designate(confirmed=True)
        self.go_on(73 * HOUR)

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    # The wire

    def send(self, message: SmsMessage) -> SmsReceipt:
        (alert,) = [a for a in self.world.store.alerts.values() if a.attempt_id == message.attempt_id]
        self.tally.done[f"sms {alert.purpose}"] += 1
        self.hold(alert.state is AlertState.SENDING, "an attempt is written first")
        self.hold_quotas(alert, message.to)
        if alert.contact_id is not None:
            self.hold(message.to == self.phone_of[alert.contact_id], "a contact's own number")
        if alert.purpose is AlertPurpose.RED_REQUEST:
            self.hold_contact(alert, message.to)
        if alert.purpose.to_holder:
            phone, since = self.number[alert.policyholder_id]
            self.hold(message.to == phone, "his own number of record")
            self.hold(
                alert.case_id is None or self.now - since >= 3 * DAY, "a number that changed lately hears nothing"
            )
        if alert.contact_id is not None and self.chance.random() < 0.1:  # while it is on its way
            self.note(alert.policyholder_id, alert.contact_id)
        fate = self.chance.choice([*[Fate.ACCEPTED] * 6, Fate.UNKNOWN, Fate.REFUSED])
        provider, name = self.chance.choice(PROVIDERS), f"m-{len(self.wire)}"
        self.wire.append((AttemptId(message.attempt_id), provider, name))
        if fate is not Fate.ACCEPTED:
            return SmsReceipt(fate=fate, cause="crowd", provider=provider)
        return SmsReceipt(fate=fate, message_id=name, provider=provider)

    def hold_contact(self, alert: Alert, to: str) -> None:
        assert alert.case_id is not None
        assert alert.contact_id is not None
        self.hold((alert.case_id, to) not in self.told, "promise 2: told once")
        self.told.add((alert.case_id, to))
        who, contact_id = alert.policyholder_id, alert.contact_id
        paid_to = self.world.case(alert.case_id).request.payout_account
        assert paid_to is not None
        fit = self.known[who, contact_id].may_be_told(self.now, paid_to, self.beside.get(who))
        self.hold(fit, "promise 5: he may not be told")
        self.hold(self.world.case(alert.case_id).request.policyholder_id == who, "another's case")
        at = self.now.astimezone(TAIPEI).time()
        own = self.world.contact(contact_id, who).quiet
        quiet = time(12) <= at < time(14) if own else at >= time(23) or at < time(7)
        self.hold(not quiet, "quiet hours")

    def hold_quotas(self, alert: Alert, to: str) -> None:
        purpose = alert.purpose
        if purpose in CODES:
            kind, most = "codes", RULES.others_an_hour
        elif alert.not_before is not None:
            kind, most = "reminders", RULES.others_an_hour
        elif alert.case_id is not None:
            kind, most = "holder" if purpose.to_holder else "contact", RULES.cases_an_hour
        else:
            kind, most = "holders" if purpose.to_holder else "changes", RULES.others_an_hour
        own = (kind, to, int(self.now.timestamp() // 86400))
        everybody = (kind, "", int(self.now.timestamp() // 3600))
        self.taken.update((own, everybody))
        self.hold(purpose is AlertPurpose.HOLDER_CONTACTS or self.taken[own] <= RULES.a_day, f"too many to one: {kind}")
        self.hold(self.taken[everybody] <= most, f"too many an hour: {kind}")

    # People

    def someone(self) -> tuple[PolicyholderId, ContactId] | None:
        return self.chance.choice(sorted(self.known)) if self.known else None

    def designate(self, confirmed: bool | None = None) -> None:
        who, phone = self.chance.choice(PEOPLE), self.chance.choice(PHONES)
        own = QuietHours(begins=time(12), ends=time(14)) if self.chance.random() < 0.3 else None
        before = dict(self.world.store.contacts)
        contact = self.world.designate(phone, who=who, quiet=own)
        key = who, contact.contact_id
        self.phone_of[contact.contact_id] = phone
        told = self.known.setdefault(key, Told())
        if before.get(key) != contact:
            told.designated, told.confirmed = self.now, None
        if confirmed if confirmed is not None else self.chance.random() < 0.6:
            self.confirm(key)

    def confirm(self, key: tuple[PolicyholderId, ContactId] | None = None) -> None:
        if key := key or self.someone():
            code = "000000" if self.chance.random() < 0.1 else None
            before = self.world.contact(key[1], key[0])
            if self.world.confirm(key[1], code, key[0]) != before:
                self.known[key].confirmed = self.now

    def renew(self) -> None:
        if key := self.someone():
            self.world.renew(key[1], key[0])

    def revoke(self) -> None:
        if key := self.someone():
            self.world.revoke(key[1], key[0])
            self.known[key].designated = self.known[key].confirmed = None

    def ask(self) -> None:
        who = self.chance.choice(PEOPLE)
        self.requests += 1
        self.world.shines(self.chance.choice([Light.RED, Light.RED, Light.YELLOW]))
        request = a_request(
            request_id=RequestId(f"r-{self.requests}"),
            policyholder_id=who,
            requested_at=self.now,
            payout_account=self.chance.choice([ACCOUNT, ACCOUNT, PAYEE, OWNED]),
            kind=self.chance.choice([RequestKind.POLICY_LOAN, RequestKind.SURRENDER]),
        )
        self.world.assess(request, digest=f"d-{self.requests}")
        self.note_red()

    def note_red(self) -> None:
        for case_id, case in self.world.store.cases.items():
            if case.floor is Light.RED:
                self.red_since.setdefault(case_id, self.now)

    def change_number(
        self, who: PolicyholderId | None = None, phone: str | None = None, days_ago: int | None = None
    ) -> None:
        """Of record: also to one that another has, and to a contact's."""
        who, phone = who or self.chance.choice(PEOPLE), phone or self.chance.choice(PHONES)
        days_ago = days_ago if days_ago is not None else self.chance.choice([0, 0, 4])
        self.world.has_number(phone, who, days_ago)
        self.number[who] = phone, self.now - days_ago * DAY

    def flood(self) -> None:
        for _ in range(15):
            with suppress(RejectedError):
                self.chance.choice([self.ask, self.designate, self.revoke])()
        self.go_on(timedelta())

    # Contacts and staff

    def reply(self) -> None:
        """By the app as oneself, by somebody who is not surely he, or through staff: no word makes a case better."""
        cases = sorted(self.world.store.cases)
        if not cases or (key := self.someone()) is None:
            return
        world, case_id, word = self.world, self.chance.choice(cases), self.chance.choice(list(Word))
        before = {one: (c.floor, c.state, c.assessment, c.moves) for one, c in world.store.cases.items()}
        way = self.chance.choice(["app", "unverified", "staff"])
        verified = False
        with suppress(RejectedError, RetryableError):
            if way == "app":
                found = [
                    (subject, one)
                    for subject in PEOPLE
                    for one in read_told(
                        subject, book=world.book, cases=world.cases, vault=world.vault, clock=world.clock
                    )
                ]
                if found:
                    subject, one = self.chance.choice(found)
                    verified = one.verified
                    phone, since = self.number[subject]
                    self.hold(phone == self.phone_of[one.contact.contact_id], "another's alert")
                    self.hold(self.now - since >= 3 * DAY, "a number that changed lately speaks for nobody")
                    shared = self.number[one.contact.policyholder_id][0] == phone
                    self.hold(not (verified and shared), "a number that both have is nobody's")
                    reply_as_contact(
                        subject,
                        one.alert_id,
                        word,
                        book=world.book,
                        cases=world.cases,
                        vault=world.vault,
                        clock=world.clock,
                    )
            elif way == "unverified":
                take_word(world.case(case_id), key[1], word, verified=False, cases=world.cases, clock=world.clock)
            else:
                note_reply(
                    case_id, key[1], word, "staff-1", verified=False, book=world.book, cases=world.cases,
                    clock=world.clock,
                )  # fmt: skip
        self.note_red()
        self.tally.done[f"reply {way} {verified}"] += 1
        for one_id, (floor, state, assessment, moves) in before.items():
            case = world.case(one_id)
            same = (case.floor, case.state, case.assessment, case.moves) == (floor, state, assessment, moves)
            self.hold(same or verified, "promise 4: who is not surely he moves nothing")
            self.hold(case.floor >= floor, "promise 4: no word makes a case better")
            self.hold(case.state is state or case.state is not CaseState.RELEASED, "promise 4: no word releases")

    def note(self, who: PolicyholderId | None = None, contact_id: ContactId | None = None) -> None:
        key = (who, contact_id) if who and contact_id else self.someone()
        if key is None:
            return
        told, what = self.known[key], self.chance.choice(["out", "out", "in", "account", "owner", "number", "revoke"])
        with suppress(RejectedError):
            match what:
                case "out" | "in":
                    self.world.note(key[1], who=key[0], excluded=what == "out")
                    told.excluded = what == "out"
                case "account":
                    self.world.note(key[1], who=key[0], account=PAYEE)
                    told.accounts.add(PAYEE)
                case "owner":
                    self.world.note(key[1], who=key[0], person=OWNER)
                    told.owner = True
                case "number":
                    self.world.note(key[1], who=key[0], number_changed_on=self.now.date())
                    told.number_changed = self.now
                case _:
                    self.world.note(key[1], who=key[0], revoke=True)
                    told.designated = told.confirmed = None

    def observe(self) -> None:
        who = self.chance.choice(PEOPLE)
        kind = ObservationKind.CONTACT_BESIDE_POLICYHOLDER
        record_observation(
            who, kind, "staff-1", None, book=self.world.book, cases=self.world.cases, clock=self.world.clock
        )
        self.beside[who] = self.now

    def see_to_a_task(self) -> None:
        waiting = [task for task in self.world.tasks if task.done is None]
        if waiting:
            task = self.chance.choice(waiting)
            finish_task(
                task.case_id, task.reason, task.about, "staff-1", "rang",
                tasks=self.tasks, cases=self.world.cases, clock=self.world.clock,
            )  # fmt: skip

    def end(self) -> None:
        if self.world.store.cases:
            case_id = self.chance.choice(sorted(self.world.store.cases))
            self.world.ends(case_id, self.chance.choice(list(OutcomeLabel)))

    def receipt(self) -> None:
        """Of a message of ours or of nobody's, by whichever id, once or twice."""
        attempt, provider, name = self.chance.choice(self.wire) if self.wire else (AttemptId("none"), "sns", "m-none")
        if self.chance.random() < 0.2:
            attempt, name = AttemptId("nobody's"), "nobody's"
        by_attempt = provider != "sns" and self.chance.random() < 0.7
        receipt = Receipt(
            provider=provider if self.chance.random() < 0.9 else self.chance.choice(PROVIDERS),
            arrival=self.chance.choice(list(Arrival)),
            at=self.now - timedelta(seconds=self.chance.choice([0, 1, 600, 90_000])),
            attempt_id=attempt if by_attempt else None,
            message_id=name,
            expired=self.chance.random() < 0.1,
        )
        before = {one: (alert.state, alert.cause) for one, alert in self.world.store.alerts.items()}
        for _ in range(self.chance.choice([1, 2])):
            take_receipt(
                receipt,
                alerts=self.world.alerts,
                health=self.health,
                clock=self.world.clock,
                telemetry=self.world.telemetry,
            )
        after = {one: (alert.state, alert.cause) for one, alert in self.world.store.alerts.items()}
        self.hold(before == after, "no receipt moves an alert")

    # Time

    def go_on(self, passed: timedelta | None = None) -> None:
        """What runs by itself does, once a minute for the first six; then the clock jumps, with nothing under way."""
        left = self.chance.choice(JUMPS) if passed is None else passed
        self.world.queue.put(self.chance.sample(sorted(self.world.store.alerts), min(3, len(self.world.store.alerts))))
        self.world.run()
        for _ in range(6):
            step = min(left, MINUTE)
            self.world.clock.move(step)
            left -= step
            if step == MINUTE:
                self.world.sweep()
                self.world.run()
            self.hold_ends()
        self.world.clock.move(left)

    # What is promised

    def hold(self, kept: bool, promise: str) -> None:
        if not kept:
            raise BrokenError(promise)

    def hold_ends(self) -> None:
        store = self.world.store
        tasks = {(task.case_id, task.about, task.reason) for task in store.tasks.values()}
        with_task, told = {case_id for case_id, _, _ in tasks}, {case_id for case_id, _ in self.told}
        for case_id, since in self.red_since.items():
            if self.now - since >= LIMIT:
                by_staff = self.world.case(case_id).state.ended
                self.hold(case_id in told or case_id in with_task or by_staff, "promise 1: silent")
        for alert in store.alerts.values():
            red = alert.purpose is AlertPurpose.RED_REQUEST and alert.case_id is not None
            if red and self.now - alert.began >= LIMIT:
                self.hold(alert.state.ended, "promise 1: no end")
            undelivered = alert.delivery is not None and alert.delivery.arrival is Arrival.UNDELIVERED
            if red and undelivered and alert.state is AlertState.SENT:
                key = (alert.case_id, alert.contact_id, TaskReason.ALERT_UNDELIVERED)
                self.hold(key in tasks, "what did not arrive is a task")

    def hold_tasks(self) -> None:
        """Each has a time by which it is due; whatever is open is in the queue, or nobody need see to it."""
        for task in self.world.tasks:
            self.hold(task.created_at < task.due_at <= task.created_at + DAY, "a task is due")
        listed = {(task.case_id, task.reason, task.about) for task in self._queue()}
        unseen = {(t.case_id, t.reason, t.about) for t in self.world.tasks if t.done is None} - listed
        self.hold(not unseen, "an open task that nobody sees")

    def _queue(self) -> Iterator[StaffTask]:
        cursor = None
        while True:
            page = list_tasks(7, cursor, tasks=self.tasks, cases=self.world.cases, clock=self.world.clock)
            yield from (waiting.task for waiting in page.waiting)
            if (cursor := page.next_cursor) is None:
                return

    def walk(self, steps: int) -> None:
        acts: list[tuple[Callable[[], None], int]] = [
            (self.ask, 8), (self.go_on, 12), (self.designate, 5), (self.confirm, 3), (self.revoke, 2), (self.renew, 1),
            (self.flood, 1), (self.reply, 6), (self.note, 3), (self.observe, 1), (self.change_number, 1),
            (self.see_to_a_task, 3), (self.end, 2), (self.receipt, 6),
        ]  # fmt: skip
        for _ in range(steps):
            (act,) = self.chance.choices([a for a, _ in acts], [weight for _, weight in acts])
            self.tally.done[act.__name__] += 1
            self.tally.steps += 1
            with suppress(RejectedError, RetryableError, GaveUpError):
                act()
        self.go_on(6 * MINUTE)
        self.hold_tasks()
        self.tally.walks += 1


def play(walks: int, seed: int, steps: int = 150) -> Tally:
    """Each walk has a seed of its own. Raises BrokenError, which names it."""
    tally = Tally()
    for number in range(walks):
        try:
            Crowd(random.Random(f"{seed} {number}"), tally).walk(steps)
        except BrokenError as broken:
            raise BrokenError(f"{broken} (seed {seed}, walk {number})") from broken
    return tally


def main(arguments: list[str]) -> int:
    walks, seed = (int(given) for given in (*arguments, *("300", "1")[len(arguments) :]))
    tally = play(walks, seed)
    print(json.dumps({"walks": tally.walks, "steps": tally.steps, "seed": seed, "done": tally.done}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
