"""The book: lives with requests, a few of them scams, as rows in the shape production will export.

A year before the first emitted day is lived too, so that every row has a full year of history behind it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from tqdm import tqdm

from models.simulate import needs, people, scams, sightings
from models.simulate.asks import Ask, Payout, clock_hour
from models.simulate.chance import lognormal, pick, poisson
from models.simulate.people import Person
from models.simulate.rows import Label, Row
from safelight.domain.facts import Behaviour, Facts, PastRequest, Policy, RegisteredAccount
from safelight.domain.request import (
    AccountKey,
    Channel,
    Locale,
    PolicyholderId,
    PolicyId,
    Request,
    RequestId,
    RequestKind,
)

_TAIPEI_HOURS = 8
_DAY = timedelta(days=1)
_YEAR = timedelta(days=365)
_HIT_AGAIN = 0.05
"""Share of victims deceived a second time (about 5 % by public reports)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookPlan:
    """Size and shape of a book. The defaults are one insurer's scale: 350,000 requests a year, 1 in 1,000 a scam."""

    requests_a_year: int = 350_000
    years: float = 2.0
    scam_rate: float = 0.001
    """Share of requests that are scams."""
    seed: int = 20_260_101
    start: datetime = datetime(2024, 1, 1, tzinfo=UTC)
    label_delay_days: float = 45.0
    """Median between a scam and its report."""
    never_reported: float = 0.20
    wrongly_reported: float = 0.00004
    """Share of genuine requests that end up with a scam label."""

    @property
    def days(self) -> float:
        return 365.0 * self.years

    @property
    def requests(self) -> int:
        return round(self.requests_a_year * self.years)


def generate(plan: BookPlan, *, progress: bool = True) -> Iterator[Row]:
    """Rows person by person (sort by `requested_at` for a stream). Same plan, same rows."""
    rng = Random(plan.seed)  # simulation, not security # noqa: S311 # nosec B311
    scams_per_request = plan.scam_rate / _mean_campaign(plan)
    made = number = 0
    with tqdm(total=plan.requests, desc="synthetic book", unit="request", disable=not progress) as bar:
        while made < plan.requests:
            number += 1
            person = people.draw(rng, number, plan.start.date())
            asks = needs.of_a_life(rng, person, -365.0, plan.days, person.age(plan.start.date()))
            rows = list(_live(rng, plan, person, asks))
            victims = poisson(rng, scams_per_request * len(rows))
            for _ in range(victims):
                number += 1
                rows += _victim(rng, plan, number)
            made += len(rows)
            bar.update(len(rows))
            yield from rows


def _mean_campaign(plan: BookPlan) -> float:
    """Mean scam rows a victim, from a rehearsal on a stream of its own."""
    rng = Random(plan.seed + 1)  # simulation, not security # noqa: S311 # nosec B311
    rehearsals = 300
    scam_rows = sum(sum(row.truth is not None for row in _victim(rng, plan, -n)) for n in range(1, rehearsals + 1))
    return max(1.0, scam_rows / rehearsals)


def _victim(rng: Random, plan: BookPlan, number: int) -> list[Row]:
    """A life with one campaign in it, now and then two."""
    scam = scams.type_of_scam(rng)
    start = plan.start.date()
    person = people.draw(rng, number, start)
    while not scams.falls_for(rng, scam, person, person.age(start)):
        person = people.draw(rng, number, start)
    day = rng.uniform(0.0, plan.days)
    asks = needs.of_a_life(rng, person, -365.0, plan.days, person.age(start)) if rng.random() < 0.6 else []
    asks += scams.campaign(rng, person, scam, day)
    if rng.random() < _HIT_AGAIN:
        asks += scams.campaign(rng, person, scams.type_of_scam(rng), day + rng.uniform(60, 300))
    return list(_live(rng, plan, person, asks))


def _live(rng: Random, plan: BookPlan, person: Person, asks: list[Ask]) -> Iterator[Row]:
    """Lives the asks in order; yields those within the book. Past requests, loans and accounts move along."""
    past: list[PastRequest] = []
    deceived_on: float | None = None
    for index, ask in enumerate(sorted(asks, key=lambda a: a.day)):
        if ask.day >= plan.days:
            break
        if deceived_on is not None and ask.day > deceived_on + 45:
            person.past_victim = True
        channel = ask.channel or pick(rng, person.habits)
        at = _moment(rng, plan, ask, channel)
        if past and at <= past[0].requested_at:
            at = past[0].requested_at + timedelta(minutes=rng.uniform(2, 40))
        payout = _payout_account(rng, person, ask, at)
        policy_ids = tuple(person.policies[i].policy_id for i in ask.policies)
        amount = _amount(person, ask)
        if ask.kind.moves_money and amount < 1_000:
            continue
        if ask.day >= 0:
            request = Request(
                request_id=RequestId(f"R{person.number}-{index}"),
                policyholder_id=PolicyholderId(f"H{person.number}"),
                kind=ask.kind,
                amount_twd=amount,
                policy_ids=policy_ids,
                channel=channel,
                locale=Locale.ZH_TW,
                requested_at=at,
                payout_account=payout,
            )
            facts = _facts(rng, person, ask, channel, at, past)
            yield Row(request=request, facts=facts, label=_label(rng, plan, ask, at), truth=ask.scam)
        past.insert(
            0,
            PastRequest(kind=ask.kind, amount_twd=amount, policy_ids=policy_ids, requested_at=at, channel=channel),
        )
        _settle(rng, person, ask, amount)
        if ask.scam is not None:
            deceived_on = ask.day


def _moment(rng: Random, plan: BookPlan, ask: Ask, channel: Channel) -> datetime:
    day = plan.start + timedelta(days=int(ask.day // 1))
    if channel is Channel.COUNTER and day.weekday() >= 5:
        day -= _DAY * (day.weekday() - 4)
    return day + timedelta(hours=clock_hour(rng, channel, ask.signs.night) - _TAIPEI_HOURS)


def _payout_account(rng: Random, person: Person, ask: Ask, at: datetime) -> AccountKey | None:
    """Names the account and, for a new one, puts it on file first: the day before, or the very day."""
    if ask.payout is Payout.RECORD:
        return None
    if ask.payout is Payout.KNOWN:
        return person.accounts[0].key
    key = AccountKey(f"A{person.number}-{ask.payout.name}")
    on_file = any(account.key == key for account in person.accounts)
    if not on_file and ask.payout is Payout.OWN_NEW:
        added = at.date() - timedelta(days=rng.choice((0, 0, 1, 2, 5, 9, 20, 45)))
        person.accounts.append(RegisteredAccount(key=key, added_on=added, same_owner=rng.choice((True, True, None))))
    elif not on_file and ask.payout is Payout.STRANGER and rng.random() < 0.5:
        added = at.date() - timedelta(days=rng.choice((0, 0, 0, 1, 3)))
        person.accounts.append(RegisteredAccount(key=key, added_on=added, same_owner=rng.choice((False, None, None))))
    return key


def _amount(person: Person, ask: Ask) -> int:
    if not ask.kind.moves_money:
        return 0
    available = sum(person.policies[i].available_twd for i in ask.policies)
    if ask.kind is RequestKind.SURRENDER:
        return available
    amount = min(available * 0.95, available * ask.share)
    return int(amount // 1_000 * 1_000)


def _settle(rng: Random, person: Person, ask: Ask, amount: int) -> None:
    """What the request does to the policies. Loans asked for long ago are half paid back by the next ask."""
    if amount == 0:
        return
    left = amount
    for index in ask.policies:
        policy = person.policies[index]
        taken = min(left, policy.available_twd)
        left -= taken
        if ask.kind is RequestKind.POLICY_LOAN:
            repaid = int(policy.loan_balance_twd * rng.uniform(0.0, 0.5)) if ask.scam is None else 0
            value, loan = policy.cash_value_twd, policy.loan_balance_twd - repaid + taken
        else:
            value, loan = max(0, policy.cash_value_twd - taken), policy.loan_balance_twd
            if ask.kind is RequestKind.SURRENDER:
                value = loan = 0
        person.policies[index] = _revalued(policy, value, loan)


def _revalued(policy: Policy, value: int, loan: int) -> Policy:
    return Policy(
        policy_id=PolicyId(policy.policy_id),
        product=policy.product,
        issued_on=policy.issued_on,
        cash_value_twd=value,
        loan_balance_twd=loan,
        beneficiary_changed_on=policy.beneficiary_changed_on,
    )


def _facts(rng: Random, person: Person, ask: Ask, channel: Channel, at: datetime, past: list[PastRequest]) -> Facts:
    since = at - _YEAR
    lookups = poisson(rng, min(12.0, person.lookups_mean * ask.signs.lookups))
    logins = lookups + poisson(rng, min(15.0, 4.0 * person.lookups_mean))
    recorded = rng.random() < (0.55 if channel in (Channel.COUNTER, Channel.PHONE) else 0.97)
    behaviour = Behaviour(
        past_requests=tuple(p for p in past if p.requested_at >= since),
        value_lookups_7d=lookups if recorded else None,
        logins_30d=logins if recorded else None,
    )
    return Facts(
        profile=person.profile() if rng.random() > 0.004 else None,
        behaviour=behaviour if rng.random() > 0.004 else None,
        context=sightings.context(rng, ask, channel),
        external=sightings.external(rng, ask, person),
        field=sightings.field(rng, ask, person, channel, at),
    )


def _label(rng: Random, plan: BookPlan, ask: Ask, at: datetime) -> Label | None:
    """A scam is reported late or never; a genuine request is now and then taken for one."""
    if ask.scam is None:
        if rng.random() >= plan.wrongly_reported:
            return None
    elif rng.random() < plan.never_reported:
        return None
    delay = min(400.0, lognormal(rng, plan.label_delay_days, 0.8))
    source = pick(rng, (("family", 0.3), ("police", 0.4), ("staff", 0.3)))
    return Label(scam=True, known_at=at + timedelta(days=delay), source=source)
