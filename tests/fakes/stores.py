"""The stored ports in memory, honest about versions, conflicts and all-or-nothing.

They share one `Store`, as the real ones share two tables: an invitation written with a contact is found among alerts.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from safelight.adapters.dynamodb.cursor import read_cursor, read_task_cursor, write_cursor, write_task_cursor
from safelight.adapters.dynamodb.keys import board_position, task_position
from safelight.adapters.indicator import Indicator, SubjectKind, external_facts
from safelight.domain.alert import Alert, AlertId, AttemptId, Done, StaffTask, TaskReason
from safelight.domain.call import Call
from safelight.domain.case import Case, CaseId, CaseState, Decision
from safelight.domain.contact import Contact, ContactId, PhoneKey, Telling
from safelight.domain.errors import ConflictError, NotFoundError
from safelight.domain.facts import Context, External, Observation, PastRequest, Profile
from safelight.domain.light import Light
from safelight.domain.number_of_record import NumberOfRecord
from safelight.domain.request import AccountKey, PolicyholderId, SessionId
from safelight.domain.session_risk import Session
from safelight.ports import BoardPage, CaseFile, Changes, Clock, Dossier, TaskPage
from tests.fakes.faults import Faults

SESSION_KEPT = timedelta(days=1)


@dataclass
class Store:
    """Everything kept, open to tests. `transact` runs checks and writes as one."""

    faults: Faults = field(default_factory=Faults)
    profiles: dict[PolicyholderId, Profile] = field(default_factory=dict)
    contacts: dict[tuple[PolicyholderId, ContactId], Contact] = field(default_factory=dict)
    observations: dict[PolicyholderId, dict[tuple[datetime, str], Observation]] = field(default_factory=dict)
    calls: dict[PolicyholderId, Call] = field(default_factory=dict)
    sessions: dict[tuple[PolicyholderId, SessionId], tuple[Session, datetime]] = field(default_factory=dict)
    indicators: dict[tuple[SubjectKind, str, str, str], Indicator] = field(default_factory=dict)
    cases: dict[CaseId, Case] = field(default_factory=dict)
    digests: dict[CaseId, str] = field(default_factory=dict)
    decisions: dict[tuple[CaseId, int], Decision] = field(default_factory=dict)
    alerts: dict[AlertId, Alert] = field(default_factory=dict)
    tasks: dict[tuple[CaseId, TaskReason, str], StaffTask] = field(default_factory=dict)
    attempts: dict[AttemptId, AlertId] = field(default_factory=dict)
    messages: dict[tuple[str, str], AlertId] = field(default_factory=dict)
    numbers: dict[PolicyholderId, NumberOfRecord] = field(default_factory=dict)
    tellings: dict[PolicyholderId, Telling] = field(default_factory=dict)
    designations: dict[PolicyholderId, int] = field(default_factory=dict)
    past: dict[PolicyholderId, dict[CaseId, PastRequest]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def transact(self, checks: Sequence[bool], writes: Sequence[Callable[[], object]]) -> None:
        if not all(checks):
            raise ConflictError("stored_version")
        for write in writes:
            write()

    def raise_(self, task: StaffTask) -> None:
        """One that is there already stays as it was first raised, and is open again."""
        key = (task.case_id, task.reason, task.about or "")
        had = self.tasks.get(key)
        self.tasks[key] = task if had is None else replace(had, done=had.done or task.done if task.done else None)


def _follows(stored: Alert | Case | Contact | None, version: int) -> bool:
    return (stored.version if stored else 0) == version - 1


class FakeBook:
    def __init__(self, store: Store) -> None:
        self.store = store

    def dossier(self, policyholder_id: PolicyholderId, *, within_s: float | None = None) -> Dossier:
        store = self.store
        with store.lock, store.faults.around("dossier"):
            contacts = sorted(
                (c for (who, _), c in store.contacts.items() if who == policyholder_id), key=lambda c: c.contact_id
            )
            seen = store.observations.get(policyholder_id, {})
            return Dossier(
                profile=store.profiles.get(policyholder_id),
                contacts=tuple(contacts),
                observations=tuple(seen[at] for at in sorted(seen)),
                call=store.calls.get(policyholder_id),
                number=store.numbers.get(policyholder_id),
                telling=store.tellings.get(policyholder_id, Telling.IN_ORDER),
                designations=store.designations.get(policyholder_id, 0),
            )

    def save_profile(self, policyholder_id: PolicyholderId, profile: Profile) -> None:
        with self.store.lock, self.store.faults.around("save_profile"):
            self.store.profiles[policyholder_id] = profile

    def save_number(self, policyholder_id: PolicyholderId, number: NumberOfRecord) -> None:
        with self.store.lock, self.store.faults.around("save_number"):
            self.store.numbers[policyholder_id] = number

    def save_telling(self, policyholder_id: PolicyholderId, telling: Telling) -> None:
        with self.store.lock, self.store.faults.around("save_telling"):
            self.store.tellings[policyholder_id] = telling

    def save_contact(self, contact: Contact, alerts: Sequence[Alert] = (), designation: int | None = None) -> None:
        store, who = self.store, contact.policyholder_id
        key = (who, contact.contact_id)
        with store.lock, store.faults.around("save_contact"):
            made = store.designations.get(who, 0)
            store.transact(
                [
                    _follows(store.contacts.get(key), contact.version),
                    designation in (None, made + 1),
                    *[a.alert_id not in store.alerts for a in alerts],
                ],
                [
                    lambda: store.contacts.update({key: contact}),
                    lambda: store.designations.update({who: made if designation is None else designation}),
                    lambda: store.alerts.update({a.alert_id: a for a in alerts}),
                ],
            )

    def designated_by(self, phone: PhoneKey, *, within_s: float | None = None) -> tuple[PolicyholderId, ...]:
        with self.store.lock, self.store.faults.around("designated_by"):
            return tuple(sorted(who for (who, _), c in self.store.contacts.items() if c.phone_key == phone))

    def add_observation(self, policyholder_id: PolicyholderId, observation: Observation) -> None:
        with self.store.lock, self.store.faults.around("add_observation"):
            seen = self.store.observations.setdefault(policyholder_id, {})
            name = observation.observation_id
            had = next((o for o in seen.values() if name and (o.by, o.observation_id) == (observation.by, name)), None)
            if had is None:
                seen[observation.observed_at, f"{observation.kind} {name or ''}"] = observation
            elif had.kind is not observation.kind:
                raise ConflictError("stored_version")

    def save_call(self, call: Call) -> None:
        with self.store.lock, self.store.faults.around("save_call"):
            self.store.calls[call.policyholder_id] = call


class FakeSessions:
    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock

    def context(
        self, policyholder_id: PolicyholderId, session_id: SessionId, *, within_s: float | None = None
    ) -> Context | None:
        with self.store.lock, self.store.faults.around("context"):
            found = self._living(policyholder_id, session_id)
            return found.context if found else None

    def find(self, policyholder_id: PolicyholderId, session_id: SessionId, *, within_s: float | None = None) -> Session:
        with self.store.lock, self.store.faults.around("find_session"):
            stored = self.store.sessions.get((policyholder_id, session_id))
            version = stored[0].version if stored else 0
            return self._living(policyholder_id, session_id) or Session(version=version)

    def _living(self, policyholder_id: PolicyholderId, session_id: SessionId) -> Session | None:
        found = self.store.sessions.get((policyholder_id, session_id))
        return found[0] if found and found[1] + SESSION_KEPT > self.clock.now() else None

    def save(self, policyholder_id: PolicyholderId, session_id: SessionId, session: Session, at: datetime) -> None:
        key = (policyholder_id, session_id)
        with self.store.lock, self.store.faults.around("save_session"):
            stored = self.store.sessions.get(key)
            follows = (stored[0].version if stored else 0) == session.version - 1
            self.store.transact([follows], [lambda: self.store.sessions.update({key: (session, at)})])


class FakeIndicators:
    def __init__(self, store: Store) -> None:
        self.store = store

    def save(self, indicator: Indicator) -> None:
        key = (indicator.subject_kind, indicator.subject, indicator.source, indicator.purpose)
        self.store.indicators[key] = indicator

    def matches(
        self,
        policyholder_id: PolicyholderId,
        account: AccountKey | None,
        at: datetime,
        *,
        within_s: float | None = None,
    ) -> External:
        subjects = {(SubjectKind.PERSON, str(policyholder_id)), (SubjectKind.ACCOUNT, account)}
        with self.store.lock, self.store.faults.around("matches"):
            found = [i for i in self.store.indicators.values() if (i.subject_kind, i.subject) in subjects]
            return external_facts(account_asked=account is not None, indicators=found, at=at)


class FakeCases:
    def __init__(self, store: Store) -> None:
        self.store = store

    def commit(self, changes: Changes) -> None:
        store, case, decision = self.store, changes.case, changes.decision
        if (case.version == 1) is not (changes.digest is not None):
            raise ValueError("digest goes with version 1 only")
        with store.lock, store.faults.around("commit"):
            checks = [_follows(store.cases.get(case.case_id), case.version)]
            checks += [alert.alert_id not in store.alerts for alert in changes.alerts]
            if decision is not None:
                checks.append((decision.case_id, decision.number) not in store.decisions)
            if changes.after is not None:
                past = store.past.get(case.request.policyholder_id, {}).values()
                checks.append(all(one.requested_at <= changes.after for one in past))
            store.transact(checks, [lambda: self._write(changes)])

    def _write(self, changes: Changes) -> None:
        store, case = self.store, changes.case
        store.cases[case.case_id] = case
        if changes.digest is not None:
            store.digests[case.case_id] = changes.digest
            asked = case.request
            store.past.setdefault(asked.policyholder_id, {})[case.case_id] = PastRequest(
                kind=asked.kind,
                amount_twd=asked.amount_twd,
                policy_ids=asked.policy_ids,
                requested_at=asked.requested_at,
                channel=asked.channel,
            )
        if changes.decision is not None:
            store.decisions[changes.decision.case_id, changes.decision.number] = changes.decision
        store.alerts.update({alert.alert_id: alert for alert in changes.alerts})
        for task in changes.tasks:
            store.raise_(task)

    def find(self, case_id: CaseId) -> CaseFile | None:
        store = self.store
        with store.lock, store.faults.around("find_case"):
            case = store.cases.get(case_id)
            if case is None:
                return None
            return CaseFile(
                case=case,
                digest=store.digests[case_id],
                decisions=tuple(store.decisions[k] for k in sorted(store.decisions) if k[0] == case_id),
                alerts=tuple(store.alerts[k] for k in sorted(store.alerts) if store.alerts[k].case_id == case_id),
                tasks=tuple(store.tasks[k] for k in sorted(store.tasks) if k[0] == case_id),
            )

    def past_requests(
        self, policyholder_id: PolicyholderId, since: datetime, *, within_s: float | None = None
    ) -> tuple[PastRequest, ...]:
        with self.store.lock, self.store.faults.around("past_requests"):
            past = self.store.past.get(policyholder_id, {}).values()
            recent = [p for p in past if p.requested_at >= since]
            return tuple(sorted(recent, key=lambda p: p.requested_at, reverse=True))

    def recent(
        self, policyholder_id: PolicyholderId, since: datetime, *, within_s: float | None = None
    ) -> tuple[CaseId, ...]:
        with self.store.lock, self.store.faults.around("recent"):
            past = self.store.past.get(policyholder_id, {})
            found = [case_id for case_id, p in past.items() if p.requested_at >= since]
            return tuple(sorted(found, key=lambda case_id: past[case_id].requested_at, reverse=True))

    def board(self, state: CaseState, light: Light | None, limit: int, cursor: str | None) -> BoardPage:
        with self.store.lock, self.store.faults.around("board"):
            before = None if cursor is None else read_cursor(state, light, cursor)
            found = {
                board_position(case.opened_at, case.case_id): case
                for case in self.store.cases.values()
                if case.state is state and light in (None, case.assessment.light)
            }
            places = sorted((p for p in found if before is None or p < before), reverse=True)
            page = places[:limit]
            more = len(places) > limit and page
            return BoardPage(
                cases=tuple(found[place] for place in page),
                next_cursor=write_cursor(state, light, page[-1]) if more else None,
            )


class FakeAlerts:
    def __init__(self, store: Store) -> None:
        self.store = store

    def find(self, alert_id: AlertId) -> Alert | None:
        with self.store.lock, self.store.faults.around("find_alert"):
            return self.store.alerts.get(alert_id)

    def save(self, alert: Alert, tasks: Sequence[StaffTask] = (), others: Sequence[Alert] = ()) -> None:
        store = self.store
        with store.lock, store.faults.around("save_alert"):
            checks = [_follows(store.alerts.get(alert.alert_id), alert.version)]
            checks += [other.alert_id not in store.alerts for other in others]
            store.transact(checks, [lambda: self._write(alert, tasks, others)])

    def _write(self, alert: Alert, tasks: Sequence[StaffTask], others: Sequence[Alert]) -> None:
        store = self.store
        store.alerts.update({one.alert_id: one for one in (alert, *others)})
        if alert.attempt_id is not None:
            store.attempts.setdefault(alert.attempt_id, alert.alert_id)
        if alert.provider is not None and alert.provider_message_id is not None:
            store.messages.setdefault((alert.provider, alert.provider_message_id), alert.alert_id)
        for task in tasks:
            store.raise_(task)

    def of_attempt(self, attempt_id: AttemptId) -> AlertId | None:
        with self.store.lock, self.store.faults.around("of_attempt"):
            return self.store.attempts.get(attempt_id)

    def of_message(self, provider: str, message_id: str) -> AlertId | None:
        with self.store.lock, self.store.faults.around("of_message"):
            return self.store.messages.get((provider, message_id))

    def open_since_before(self, moment: datetime, limit: int) -> tuple[Alert, ...]:
        with self.store.lock, self.store.faults.around("open_since_before"):
            waiting = [a for a in self.store.alerts.values() if not a.state.ended and a.not_before is None]
            found = [a for a in waiting if a.created_at < moment]
            return tuple(sorted(found, key=lambda a: a.created_at)[:limit])

    def due_before(self, moment: datetime, limit: int) -> tuple[Alert, ...]:
        with self.store.lock, self.store.faults.around("due_before"):
            dated = [(a.not_before, a) for a in self.store.alerts.values() if not a.state.ended and a.not_before]
            return tuple(
                a for _, a in sorted([one for one in dated if one[0] < moment], key=lambda one: one[0])[:limit]
            )


class FakeTasks:
    def __init__(self, store: Store) -> None:
        self.store = store

    def waiting(self, limit: int, cursor: str | None) -> TaskPage:
        with self.store.lock, self.store.faults.around("waiting"):
            after = None if cursor is None else read_task_cursor(cursor)
            found = {
                task_position(task.due_at, task.case_id, task.reason, task.about): task
                for task in self.store.tasks.values()
                if task.done is None
            }
            places = sorted(place for place in found if after is None or place > after)
            page = places[:limit]
            more = len(places) > limit and page
            return TaskPage(
                tasks=tuple(found[place] for place in page), next_cursor=write_task_cursor(page[-1]) if more else None
            )

    def finish(self, case_id: CaseId, reason: TaskReason, about: ContactId | None, done: Done) -> None:
        with self.store.lock, self.store.faults.around("finish_task"):
            key = (case_id, reason, about or "")
            task = self.store.tasks.get(key)
            if task is None:
                raise NotFoundError("task")
            self.store.tasks[key] = replace(task, done=task.done or done)
