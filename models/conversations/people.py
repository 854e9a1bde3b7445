"""Invented people and how each of them answers: from a story that he lives or was given, not from the engine's table.

Traits belong to the person, so that his answers hang together, where the engine takes them for independent. All shares
are assumptions; `Manners` holds those that the sensitivity runs vary. Nothing here was measured.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from models.conversations.insurer import START
from safelight.domain.assessment import ScamType
from safelight.domain.caring import ChoiceId, Form, Question, Sign
from safelight.domain.contact import Contact, ContactId, ContactState, PhoneKey, Relation, SealedPhone
from safelight.domain.facts import (
    Context,
    External,
    Marital,
    Observation,
    ObservationKind,
    Policy,
    Product,
    Profile,
    RegisteredAccount,
)
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

OWN, NEW, OTHERS = (AccountKey(c * 64) for c in "abc")


class Kind(StrEnum):
    SCRIPTED = "scripted_victim"
    """Tells openly what he was told."""
    COACHED = "coached_victim"
    HONEST = "honest_yellow"
    STOPPED = "honest_red"

    @property
    def victim(self) -> bool:
        return self in (Kind.SCRIPTED, Kind.COACHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """`bold`: mean share of unforeseen questions that a coached victim answers as a genuine customer would. `prepared`:
    how often the scammer foresaw a question about purpose, helpers, secrecy or his own story. `seen`: times the share
    of victims of whom a fact shows. `paper`: share of the honest with a paper in hand where one belongs. `careless`:
    share of the honest's answers that are taken at random. `private`: share of the honest who want nobody rung.
    `leaked`: further questions that the scammer foresaw, because he has been through this before."""

    bold: float = 0.35
    prepared: float = 0.9
    seen: float = 1.0
    paper: float = 0.7
    careless: float = 0.03
    private: float = 0.2
    leaked: tuple[str, ...] = ()


FORESEEN = frozenset({"general.purpose", "general.recipient", "general.guided", "general.secrecy"})
NEEDS_NO_PAPER = frozenset({"living", "family_help"})
HONEST_PURPOSES = {
    "living": 0.28, "renovation": 0.18, "medical": 0.14, "business": 0.12, "other_debt": 0.12, "tuition": 0.1,
    "family_help": 0.06,
}  # fmt: skip
COVER_STORIES = {"renovation": 0.4, "medical": 0.25, "living": 0.2, "business": 0.15}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    kind: Kind
    request: Request
    context: Context
    profile: Profile
    contacts: tuple[Contact, ...]
    observations: tuple[Observation, ...]
    external: External
    story: frozenset[str]
    """Claims that are so by what he lives, or, of a coached victim, by what he was told to say."""
    purpose: str
    scam_type: ScamType | None
    paper: bool
    bold: float
    private: bool


def person(kind: Kind, number: int, manners: Manners, chance: Random) -> Person:
    victim = kind.victim
    scam_type = chance.choices(list(ScamType), weights=[20, 45, 20, 8, 7])[0] if victim else None
    has_contact = chance.random() < (0.25 if victim else 0.35)
    married = chance.random() < 0.65
    children = chance.choices([None, 0, 2], weights=[30, 12, 58])[0]
    payee = chance.choices([OWN, NEW, OTHERS], weights=[6, 3, 1] if victim else [84, 14, 2])[0]
    if victim and payee is not OWN and chance.random() >= manners.seen:
        payee = OWN
    purpose = _pick(COVER_STORIES if kind is Kind.COACHED else HONEST_PURPOSES, chance)
    private = not victim and chance.random() < manners.private
    needs = 0.15 if purpose in NEEDS_NO_PAPER else manners.paper
    return Person(
        kind=kind,
        request=Request(
            request_id=RequestId(f"r-{number}"),
            policyholder_id=PolicyholderId(f"{kind}-{number}"),
            kind=RequestKind.POLICY_LOAN,
            amount_twd=chance.randrange(60_000, 1_500_000, 10_000),
            policy_ids=(PolicyId("p-1"),),
            channel=Channel.APP,
            locale=Locale.ZH_TW,
            requested_at=START,
            payout_account=None if payee is OWN else payee,
        ),
        context=Context(on_call=_shows(0.35 if victim else 0.05, victim, manners, chance)),
        profile=Profile(
            born_on=date(chance.randint(1945, 1980), 5, 1),
            policies=(
                Policy(
                    policy_id=PolicyId("p-1"),
                    product=Product.WHOLE_LIFE,
                    issued_on=date(2008, 1, 1),
                    cash_value_twd=1_600_000,
                ),
            ),
            accounts=(
                RegisteredAccount(key=OWN, added_on=date(2012, 1, 1), same_owner=True),
                RegisteredAccount(key=OTHERS, added_on=date(2026, 3, 9), same_owner=False),
            ),
            marital=Marital.MARRIED if married else Marital.WIDOWED,
            retired=chance.random() < 0.5,
            lives_alone=not married,
            children_on_record=children,
        ),
        contacts=(_contact(number),) if has_contact else (),
        observations=_noticed(scam_type, manners, chance),
        external=External(reported_numbers_30d=4 if _called(scam_type, manners, chance) else 0),
        story=_story(kind, purpose, chance, married=married, children=children != 0, has_contact=has_contact),
        purpose=purpose,
        scam_type=scam_type,
        paper=not victim and chance.random() < needs,
        bold=chance.betavariate(4 * manners.bold, 4 * (1 - manners.bold)),
        private=private,
    )


def _shows(share: float, victim: bool, manners: Manners, chance: Random) -> bool:
    return chance.random() < (share * manners.seen if victim else share)


def _noticed(scam_type: ScamType | None, manners: Manners, chance: Random) -> tuple[Observation, ...]:
    kinds = {
        ScamType.FAKE_INVESTMENT: ObservationKind.TALKS_OF_NEW_INVESTMENT,
        ScamType.ROMANCE: ObservationKind.TALKS_OF_NEW_ONLINE_FRIEND,
    }
    seen = kinds.get(scam_type, ObservationKind.TALKS_OF_NEW_INVESTMENT) if scam_type else None
    noticed = chance.random() < (0.15 * manners.seen if scam_type in kinds else 0.03)
    if not noticed:
        return ()
    kind = seen or ObservationKind.TALKS_OF_NEW_INVESTMENT
    return (Observation(kind=kind, observed_at=START - timedelta(days=4)),)


def _called(scam_type: ScamType | None, manners: Manners, chance: Random) -> bool:
    share = 0.3 * manners.seen if scam_type in (ScamType.FAKE_AUTHORITY, ScamType.FAKE_RELATIVE) else 0.02
    return chance.random() < share


def _contact(number: int) -> Contact:
    long_ago = START - timedelta(days=200)
    return Contact(
        contact_id=ContactId(f"c-{number}"),
        policyholder_id=PolicyholderId(f"p-{number}"),
        relation=Relation.SIBLING,
        locale=Locale.ZH_TW,
        phone_key=PhoneKey("k"),
        phone=SealedPhone("s"),
        phone_last3="000",
        state=ContactState.CONFIRMED,
        designated_at=long_ago,
        changed_at=long_ago,
        confirmed_at=long_ago,
    )


def _story(
    kind: Kind, purpose: str, chance: Random, *, married: bool, children: bool, has_contact: bool
) -> frozenset[str]:
    """Each claim of the packs, so or (`!`) not so. A coached victim's is the one he was given: he is alone, told his
    family, needs it himself and knows of no friend, office or investment; what his records hold he was not told."""
    shares = {
        "alone": 0.92, "family_told": 0.75, "investing": 0.1, "friend": 0.05, "relative_asks": 0.04, "other_loan": 0.04,
        "official": 0.03, "child": 0.98 * children, "spouse": 0.99 * married, "contact": float(has_contact),
        "keeps": 0.0 if purpose == "family_help" else 0.6, "own_need": float(purpose != "family_help"), "paper": 0.5,
    }  # fmt: skip
    if kind is Kind.COACHED:
        shares |= {"alone": 0.97, "family_told": 0.8, "child": 0.5, "spouse": 0.5, "contact": 0.5, "keeps": 0.9}
        shares |= dict.fromkeys(("investing", "friend", "relative_asks", "other_loan", "official"), 0.0)
    return frozenset(claim if chance.random() < share else f"!{claim}" for claim, share in shares.items())


def _pick(weights: dict[str, float], chance: Random) -> str:
    return chance.choices(list(weights), weights=list(weights.values()))[0]


def answer(who: Person, question: Question, manners: Manners, chance: Random) -> ChoiceId | int:
    """A choice, or the sum on the paper."""
    if not who.kind.victim:
        return _honest(who, question, manners, chance)
    if who.kind is Kind.SCRIPTED:
        return _openly(who, question, chance)
    own_pack = question.pack == who.scam_type and not question.follow_up
    if (question.question_id in {*FORESEEN, *manners.leaked} or own_pack) and chance.random() < manners.prepared:
        return _by_story(who, question, chance, unclear=0.03)
    if question.pack not in (who.scam_type, "general") and not question.follow_up:
        return _by_story(who, question, chance, unclear=0.05)
    if chance.random() < 0.12:  # the truth slips out
        return _one_of(question, (Sign.WARNING, Sign.UNCLEAR), chance)
    if question.form is Form.OPEN and chance.random() < who.bold:
        return round(who.request.amount_twd * chance.choices([1.0, chance.uniform(1, 2), 0.6], weights=[6, 3, 1])[0])
    shy = 0.6 if question.question_id == "general.who_confirms" else 1.0  # he was told: no calls
    bold = chance.random() < who.bold * shy
    return _one_of(question, (Sign.BENIGN,) if bold else (Sign.UNCLEAR,), chance)


def _honest(who: Person, question: Question, manners: Manners, chance: Random) -> ChoiceId | int:
    if chance.random() < manners.careless:
        return chance.choice(question.shown)
    if question.form is Form.OPEN:
        if chance.random() < 0.12:
            return chance.choice(question.shown)
        factor = chance.choices([1.0, chance.uniform(1, 2.5), chance.uniform(0.5, 1)], weights=[35, 57, 8])[0]
        return round(who.request.amount_twd * factor)
    if question.question_id == "general.purpose":
        return ChoiceId(who.purpose)
    if question.question_id == "general.paper":
        lacking = "everyday" if who.purpose in NEEDS_NO_PAPER else chance.choice(["on_its_way", "everyday"])
        return ChoiceId("in_my_hands" if who.paper else lacking)
    if who.private and question.question_id in ("general.who_confirms", "general.callback", "general.secrecy"):
        return _one_of(question, (Sign.UNCLEAR,), chance)
    if question.follow_up and not who.paper and chance.random() < 0.4:
        return _one_of(question, (Sign.UNCLEAR,), chance)
    return _by_story(who, question, chance, unclear=0.06)


def _openly(who: Person, question: Question, chance: Random) -> ChoiceId:
    near = question.pack in (who.scam_type, "general")
    if not near:
        return _by_story(who, question, chance, unclear=0.1)
    weights = [0.65, 0.2, 0.15] if question.pack == who.scam_type else [0.4, 0.3, 0.3]
    return _one_of(question, (chance.choices([Sign.WARNING, Sign.UNCLEAR, Sign.BENIGN], weights=weights)[0],), chance)


def _by_story(who: Person, question: Question, chance: Random, *, unclear: float) -> ChoiceId:
    """A choice that goes with the story; a harmless one but for a share, a denial rather than what says nothing."""
    odds = []
    for choice_id in question.shown:
        choice = question.choices[choice_id]
        against = any(_opposite(claim) in who.story for claim in choice.claims)
        weight = {Sign.BENIGN: 1.0, Sign.UNCLEAR: unclear, Sign.WARNING: 0.004}[choice.sign]
        odds.append(weight * (0.01 if against else 3.0 if choice.claims else 1.0))
    return chance.choices(list(question.shown), weights=odds)[0]


def _opposite(claim: str) -> str:
    return claim[1:] if claim.startswith("!") else f"!{claim}"


def _one_of(question: Question, signs: tuple[Sign, ...], chance: Random) -> ChoiceId:
    fitting = [c for c in question.shown if question.choices[c].sign in signs]
    return chance.choice(fitting or list(question.shown))


def seconds(who: Person, chance: Random) -> float:
    """From being shown a question to the answer. A few tap without reading."""
    if chance.random() < (0.03 if who.kind is Kind.COACHED else 0.01):
        return chance.uniform(0.3, 1.4)
    return 3.0 + chance.lognormvariate(2.2, 0.6)
