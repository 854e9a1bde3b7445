"""One life lived through: its asks become requests in order of time, with what was known at each moment.

What a request does to the policies shows only when it is paid, hours to days later: two requests of one afternoon both
see the value that was there before.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from models.simulate import sightings
from models.simulate.asks import Ask, Circumstance, Payout, clock_hour
from models.simulate.chance import pick, poisson
from models.simulate.labels import Errors, Report, label, report
from models.simulate.people import Person
from models.simulate.rows import Row, Story
from models.simulate.scams import Campaign, deepened
from safelight.domain.facts import Behaviour, Facts, PastRequest, RegisteredAccount
from safelight.domain.request import (
    AccountKey,
    Channel,
    Locale,
    PolicyholderId,
    Request,
    RequestId,
    RequestKind,
)

_TAIPEI_HOURS = 8
_DAY = timedelta(days=1)
_YEAR = timedelta(days=365)
_SITTING = 0.06
"""Asks less than this share of a day apart are made one after the other, minutes apart."""
_LEAST_TWD = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The book's first instant and its end, and how its labels err."""

    start: datetime
    end: datetime
    errors: Errors


@dataclass(frozen=True, slots=True, kw_only=True)
class _Payment:
    """`since_last`: days between the request and the one before it."""

    at: datetime
    ask: Ask
    amount: int
    since_last: float


@dataclass(slots=True, kw_only=True)
class _Running:
    """A campaign as it stands: reported when, and what of it has happened to the person."""

    campaign: Campaign
    report: Report


@dataclass(slots=True, kw_only=True)
class _Life:
    """Where a life has got to. `past` is newest first; `due` holds what was asked and is not paid yet."""

    person: Person
    past: list[PastRequest] = field(default_factory=list)
    due: list[_Payment] = field(default_factory=list)
    last_day: float = -1e6


def live(rng: Random, span: Span, person: Person, asks: list[Ask], campaigns: tuple[Campaign, ...]) -> Iterator[Row]:
    """Rows of the requests that fall within the book. `asks` are his own; those of the campaigns are added."""
    life = _Life(person=person)
    running = [_Running(campaign=c, report=report(rng, span.errors, c)) for c in campaigns]
    asks = sorted([*asks, *(ask for c in campaigns for ask in c.asks)], key=lambda ask: ask.day)
    for index, planned in enumerate(asks):
        ask = _as_groomed(planned, running)
        channel = ask.channel or pick(rng, person.habits)
        at = _moment(rng, span, life, ask, channel)
        if at >= span.end:
            break
        _catch_up(rng, span, life, running, ask, at)
        if ask.scam is None and ask.kind.moves_money and _amount(person, ask) < _LEAST_TWD:
            ask = replace(ask, policies=(_richest(person),))
        payout = _payout_account(rng, person, ask, at)
        amount = _amount(person, ask)
        if ask.kind.moves_money and amount < _LEAST_TWD:
            continue
        request = Request(
            request_id=RequestId(f"R{person.number}-{index}"),
            policyholder_id=PolicyholderId(f"H{person.number}"),
            kind=ask.kind,
            amount_twd=amount,
            policy_ids=tuple(person.policies[i].policy_id for i in ask.policies),
            channel=channel,
            locale=Locale.ZH_TW,
            requested_at=at,
            payout_account=payout,
        )
        if at >= span.start:
            yield Row(
                request=request,
                facts=_facts(rng, life, ask, channel, at),
                label=label(rng, span.errors, ask, at, _reported(ask, running), span.start),
                person=person.number,
                sex=person.sex,
                age=person.age(at.date()),
                truth=ask.scam,
                story=Story(
                    need=ask.need,
                    candour=ask.candour,
                    coached=ask.coached,
                    circumstance=ask.circumstance,
                    campaign=ask.campaign,
                ),
            )
        _remember(rng, life, ask, request)


def _as_groomed(ask: Ask, running: list[_Running]) -> Ask:
    """His own errands while he is being groomed show the calls, the chats and the look-ups too."""
    if ask.scam is None:
        for one in running:
            level = one.campaign.level(ask.day)
            if level > 0:
                return replace(ask, signs=deepened(ask.signs, one.campaign.signs, level))
    return ask


def _reported(ask: Ask, running: list[_Running]) -> Report | None:
    for number, one in enumerate(running):
        if (ask.scam is not None and ask.campaign == number) or one.campaign.level(ask.day) > 0:
            return one.report
    return None


def _moment(rng: Random, span: Span, life: _Life, ask: Ask, channel: Channel) -> datetime:
    """When he asks. A counter is closed at the week-end: he comes on Monday."""
    latest = life.past[0].requested_at if life.past else None
    if latest is not None and ask.day - life.last_day < _SITTING:
        return latest + timedelta(minutes=rng.uniform(2, 40))
    day = span.start + timedelta(days=int(ask.day // 1))
    if channel is Channel.COUNTER and day.weekday() >= 5:
        day += _DAY * (7 - day.weekday())
    at = day + timedelta(hours=clock_hour(rng, channel, ask.signs.night) - _TAIPEI_HOURS)
    return at if latest is None or at > latest else latest + timedelta(minutes=rng.uniform(2, 40))


def _catch_up(rng: Random, span: Span, life: _Life, running: list[_Running], ask: Ask, at: datetime) -> None:
    """What has come about since the last ask: payments made, a phone number changed, a campaign found out."""
    person = life.person
    for payment in sorted(life.due, key=lambda payment: payment.at):
        if payment.at <= at:
            _pay(rng, person, payment)
            life.due.remove(payment)
    for one in running:
        changed = one.campaign.phone_changed_on
        if changed is not None and changed <= ask.day:
            day = min(at, span.start + timedelta(days=changed)).date()
            person.phone_changed_on = max(day, person.phone_changed_on or day)
        if span.start + timedelta(days=min(one.report.day, 1e5)) < at:
            person.past_victim = True
    if ask.circumstance in (Circumstance.NEW_PHONE, Circumstance.RELATIVES_ABROAD) and rng.random() < 0.25:
        person.phone_changed_on = at.date() - timedelta(days=rng.randrange(30))


def _payout_account(rng: Random, person: Person, ask: Ask, at: datetime) -> AccountKey | None:
    """Names the account. A new one may have been put on file the days before, or is not on file at all."""
    if ask.payout is Payout.RECORD:
        return None
    if ask.payout is Payout.KNOWN:
        return person.accounts[0].key
    key = AccountKey(ask.mule if ask.payout is Payout.STRANGER else f"A{person.number}-{ask.payout.name}")
    on_file = any(account.key == key for account in person.accounts)
    if on_file or ask.kind is RequestKind.PAYOUT_ACCOUNT_CHANGE:
        return key
    if ask.payout is Payout.OWN_NEW:
        added = at.date() - timedelta(days=rng.choice((0, 0, 1, 2, 5, 9, 20, 45)))
        person.accounts.append(RegisteredAccount(key=key, added_on=added, same_owner=rng.choice((True, True, None))))
    elif rng.random() < (0.5 if ask.payout is Payout.STRANGER else 0.4):
        added = at.date() - timedelta(days=rng.choice((0, 0, 0, 1, 3)))
        person.accounts.append(RegisteredAccount(key=key, added_on=added, same_owner=rng.choice((False, None, None))))
    return key


def _richest(person: Person) -> int:
    return max(range(len(person.policies)), key=lambda index: person.policies[index].available_twd)


def _amount(person: Person, ask: Ask) -> int:
    """From what the record shows as available: what was asked for and is not paid yet is still in it."""
    if not ask.kind.moves_money:
        return 0
    available = sum(person.policies[i].available_twd for i in ask.policies)
    if ask.kind is RequestKind.SURRENDER:
        return available
    amount = min(available * 0.95, available * ask.share)
    return int(amount // 1_000 * 1_000)


def _facts(rng: Random, life: _Life, ask: Ask, channel: Channel, at: datetime) -> Facts:
    person = life.person
    lookups = poisson(rng, min(12.0, person.lookups_mean * ask.signs.lookups))
    logins = lookups + poisson(rng, min(15.0, 4.0 * person.lookups_mean))
    recorded = rng.random() < (0.55 if channel in (Channel.COUNTER, Channel.PHONE) else 0.97)
    behaviour = Behaviour(
        past_requests=tuple(past for past in life.past if past.requested_at >= at - _YEAR),
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


def _remember(rng: Random, life: _Life, ask: Ask, request: Request) -> None:
    """The request becomes past; money falls due, changes of record take effect at once."""
    person, at = life.person, request.requested_at
    life.past.insert(
        0,
        PastRequest(
            kind=ask.kind,
            amount_twd=request.amount_twd,
            policy_ids=request.policy_ids,
            requested_at=at,
            channel=request.channel,
        ),
    )
    if ask.kind.moves_money:
        paid_at = at + timedelta(days=_days_to_payment(rng, ask))
        payment = _Payment(at=paid_at, ask=ask, amount=request.amount_twd, since_last=ask.day - life.last_day)
        life.due.append(payment)
    elif ask.kind is RequestKind.CONTACT_CHANGE:
        person.has_contact = ask.scam is None and rng.random() < 0.7
    elif ask.kind is RequestKind.BENEFICIARY_CHANGE:
        for index in ask.policies:
            person.policies[index] = replace(person.policies[index], beneficiary_changed_on=at.date())
    elif request.payout_account is not None and all(a.key != request.payout_account for a in person.accounts):
        same = rng.choice((False, None, None)) if ask.payout is Payout.STRANGER else rng.choice((True, True, None))
        person.accounts.append(RegisteredAccount(key=request.payout_account, added_on=at.date(), same_owner=same))
    life.last_day = ask.day


def _days_to_payment(rng: Random, ask: Ask) -> float:
    """A third of the loans are paid within hours, the rest within days; surrenders take a week. Assumed."""
    if ask.kind is not RequestKind.POLICY_LOAN:
        return rng.uniform(2.0, 9.0)
    return rng.uniform(0.02, 0.3) if rng.random() < 0.33 else rng.uniform(0.8, 4.0)


def _pay(rng: Random, person: Person, payment: _Payment) -> None:
    """Takes the sum from the policies asked, as far as it is still there. Genuine borrowers pay back over the years."""
    ask, left = payment.ask, payment.amount
    kept = min(1.0, payment.since_last / 180)
    for index in ask.policies:
        policy = person.policies[index]
        taken = min(left, policy.available_twd)
        left -= taken
        if ask.kind is RequestKind.SURRENDER:
            value = loan = 0
        elif ask.kind is RequestKind.POLICY_LOAN:
            repaid = int(policy.loan_balance_twd * rng.uniform(0.0, 0.5) * kept) if ask.scam is None else 0
            value, loan = policy.cash_value_twd, policy.loan_balance_twd - repaid + taken
        else:
            value, loan = policy.cash_value_twd - taken, policy.loan_balance_twd
        person.policies[index] = replace(policy, cash_value_twd=value, loan_balance_twd=loan)
