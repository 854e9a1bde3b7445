"""The ports `Talks`, `Turns` and `Links`."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from safelight.adapters.dynamodb.talks import CLAIMED, KEPT, NONCE_LASTS, DynamoLinks, DynamoTalks, DynamoTurns
from safelight.domain.conversation import Awaits, Line, Offer, Talk, TalkId, TurnId, Wanted
from safelight.domain.errors import ConflictError
from safelight.domain.facts import Conversation
from safelight.domain.request import AccountKey, Locale, PolicyholderId, PolicyId, RequestId, RequestKind
from safelight.ports import Links, Talks, Turns
from tests.builders import NOW, POLICYHOLDER
from tests.contract.conftest import RealTables
from tests.fakes import FakeClock, Store
from tests.fakes.talks import CLAIM_LASTS, TALK_KEPT, FakeLinks, FakeTalks, FakeTurns
from tests.fakes.talks import NONCE_LASTS as FAKE_NONCE_LASTS

TURN = TurnId("line.01H")
OTHER = PolicyholderId("ph-0002")


@dataclass(frozen=True)
class Kept:
    talks: Talks
    turns: Turns
    links: Links
    clock: FakeClock


@pytest.fixture
def real(tables: RealTables) -> Kept:
    clock = FakeClock()
    return Kept(DynamoTalks(tables.book, clock), DynamoTurns(tables.book), DynamoLinks(tables.book, clock), clock)


@pytest.fixture(params=["fake", pytest.param("dynamodb", marks=pytest.mark.emulator)])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "fake":
        store, clock = Store(), FakeClock()
        return Kept(FakeTalks(store, clock), FakeTurns(store), FakeLinks(store, clock), clock)
    made: Kept = request.getfixturevalue("real")
    return made


def a_talk(**over: object) -> Talk:
    """Everything that can be in one."""
    talk = Talk(
        talk_id=TalkId("t" * 64),
        policyholder_id=POLICYHOLDER,
        locale=Locale.VI,
        wanted=Wanted(
            kind=RequestKind.POLICY_LOAN,
            policy_id=PolicyId("pol-0001"),
            amount_twd=100_000,
            account=AccountKey("a" * 64),
            account_settled=True,
            request_id=RequestId("chat-1"),
        ),
        awaits=Awaits.ANSWER,
        offered=(Offer(value="pol-0001", about="whole_life"),),
        question=2,
        heard=Conversation(scam=1.5, peak=2.5, types=(1.0, -2.0, -3.0, -4.0, -5.0), length=1.25),
        warmed=True,
        lines=(Line.NEXT_STEP, Line.QUESTION),
        turns=(TurnId("one"), TurnId("two")),
        version=1,
    )
    return replace(talk, **over)  # type: ignore[arg-type]


def test_the_fakes_keep_as_long_as_the_tables() -> None:
    assert (TALK_KEPT, CLAIM_LASTS, FAKE_NONCE_LASTS) == (KEPT, CLAIMED, NONCE_LASTS)


def test_a_talk_comes_back_as_it_was_saved(kept: Kept) -> None:
    assert kept.talks.find(a_talk().talk_id) is None
    kept.talks.save(a_talk(), NOW)
    assert kept.talks.find(a_talk().talk_id) == a_talk()
    kept.talks.save(a_talk(version=2, question=3), NOW)
    assert kept.talks.find(a_talk().talk_id) == a_talk(version=2, question=3)


@pytest.mark.parametrize("version", [1, 2, 4])
def test_a_talk_is_saved_on_top_of_the_version_before_only(kept: Kept, version: int) -> None:
    kept.talks.save(a_talk(), NOW)
    kept.talks.save(a_talk(version=2), NOW)
    with pytest.raises(ConflictError):
        kept.talks.save(a_talk(version=version), NOW)


def test_a_talk_is_forgotten_a_day_after_its_last_turn_and_begins_again(kept: Kept) -> None:
    kept.talks.save(a_talk(), NOW)
    kept.clock.move(KEPT - timedelta(seconds=1))
    kept.talks.save(a_talk(version=2), kept.clock.now())
    kept.clock.move(KEPT - timedelta(seconds=1))
    assert kept.talks.find(a_talk().talk_id) is not None
    kept.clock.move(timedelta(seconds=1))
    assert kept.talks.find(a_talk().talk_id) is None
    kept.talks.save(a_talk(question=5), kept.clock.now())
    assert kept.talks.find(a_talk().talk_id) == a_talk(question=5)


def test_one_of_many_saves_of_a_version_wins(kept: Kept) -> None:
    def save(question: int) -> bool:
        try:
            kept.talks.save(a_talk(question=question), NOW)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(save, range(16))) == 1


def test_a_turn_is_claimed_by_one_until_he_is_surely_dead(kept: Kept) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: kept.turns.claim(TURN, NOW), range(16))) == 1
    assert not kept.turns.claim(TURN, NOW + CLAIMED - timedelta(seconds=1))
    assert kept.turns.claim(TURN, NOW + CLAIMED)
    assert not kept.turns.claim(TURN, NOW + CLAIMED)
    assert kept.turns.claim(TurnId("line.other"), NOW)


def test_a_finished_turn_is_not_claimed_again(kept: Kept) -> None:
    assert kept.turns.claim(TURN, NOW)
    kept.turns.finish(TURN, NOW)
    assert not kept.turns.claim(TURN, NOW + timedelta(hours=23))


def test_a_turn_that_was_let_go_is_claimed_at_once(kept: Kept) -> None:
    assert kept.turns.claim(TURN, NOW)
    kept.turns.let_go(TURN, NOW)
    assert kept.turns.claim(TURN, NOW)
    assert not kept.turns.claim(TURN, NOW)


def test_a_nonce_links_one_account_to_who_offered_it(kept: Kept) -> None:
    kept.links.offer("n1", POLICYHOLDER, NOW)
    assert kept.links.policyholder("account") is None
    assert kept.links.take("n1", "account", NOW)
    assert kept.links.policyholder("account") == POLICYHOLDER
    assert not kept.links.take("n1", "another", NOW)
    assert kept.links.take("n1", "account", NOW), "a delivery that came again"
    assert kept.links.policyholder("another") is None


def test_a_nonce_nobody_offered_and_one_that_is_too_old_link_nothing(kept: Kept) -> None:
    assert not kept.links.take("none", "account", NOW)
    kept.links.offer("n1", POLICYHOLDER, NOW)
    kept.clock.move(NONCE_LASTS)
    assert not kept.links.take("n1", "account", kept.clock.now())
    assert kept.links.policyholder("account") is None


def test_of_many_who_bring_a_nonce_one_has_it(kept: Kept) -> None:
    kept.links.offer("n1", POLICYHOLDER, NOW)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda n: kept.links.take("n1", f"account-{n}", NOW), range(12))) == 1


def test_a_later_link_and_a_cut_replace_the_one_before(kept: Kept) -> None:
    kept.links.offer("n1", POLICYHOLDER, NOW)
    kept.links.offer("n2", OTHER, NOW)
    assert kept.links.take("n1", "account", NOW)
    assert kept.links.take("n2", "account", NOW + timedelta(seconds=1))
    assert kept.links.policyholder("account") == OTHER
    kept.links.cut("account", NOW + timedelta(seconds=2))
    assert kept.links.policyholder("account") is None
