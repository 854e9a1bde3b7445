"""Who sends when the first does not: only what was surely not sent, and never for the recipient's sake."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from safelight.adapters.one_post import NotConnectedError
from safelight.adapters.sms.base import SmsProvider
from safelight.adapters.sms.classify import AnsweredError
from safelight.adapters.sms.failover import NEXT_WITHIN_S, FailoverSms
from safelight.domain.errors import GaveUpError, RetryableError
from safelight.domain.provider_speed import LEAST_SEEN, too_slow
from safelight.ports import Fate, SmsMessage
from tests.adapters import sms_providers, wire
from tests.adapters.sms_providers import MESSAGE
from tests.fakes import FakeClock, FakeProviderHealth, FakeTelemetry

REFUSED = AnsweredError(403, "AccessDeniedException")
OF_RECIPIENT = AnsweredError(400, "ConflictException.DESTINATION_PHONE_NUMBER_OPTED_OUT")
UNKNOWN = AnsweredError(500)


class Played(SmsProvider):
    """Answers with its name, or raises; `takes_s` on the clock."""

    def __init__(self, name: str, clock: FakeClock, fails: Exception | None = None, takes_s: float = 0.0) -> None:
        self.name, self.clock, self.fails, self.takes_s = name, clock, fails, takes_s
        self.sent: list[SmsMessage] = []

    def _send(self, message: SmsMessage) -> str:
        self.sent.append(message)
        self.clock.move(seconds=self.takes_s)
        if self.fails is not None:
            raise self.fails
        return f"{self.name}-1"


class Team:
    def __init__(self, *fails: Exception | None, takes_s: float = 0.0) -> None:
        self.clock, self.health, self.telemetry = FakeClock(), FakeProviderHealth(), FakeTelemetry()
        self.players = [Played(name, self.clock, fail, takes_s) for name, fail in zip("abc", fails, strict=False)]
        self.sms = self.over(self.players)

    def over(self, providers: Sequence[SmsProvider]) -> FailoverSms:
        return FailoverSms(
            providers,
            prefixes=["+886", "+852"],
            health=self.health,
            clock=self.clock,
            telemetry=self.telemetry,
        )

    def who_tried(self) -> str:
        return "".join(player.name for player in self.players for _ in player.sent)

    def slow(self, name: str, slow: int, seen: int) -> None:
        for number in range(seen):
            self.health.note(name, self.clock.now(), slow=number < slow)


@pytest.mark.parametrize(
    ("fails", "tried", "fate", "by"),
    [
        ([None, None], "a", Fate.ACCEPTED, "a"),
        ([REFUSED, None], "ab", Fate.ACCEPTED, "b"),
        ([NotConnectedError(), None], "ab", Fate.ACCEPTED, "b"),
        ([REFUSED, REFUSED, None], "abc", Fate.ACCEPTED, "c"),
        ([REFUSED, REFUSED], "ab", Fate.REFUSED, "b"),
        ([REFUSED, UNKNOWN, None], "ab", Fate.UNKNOWN, "b"),
        ([UNKNOWN, None], "a", Fate.UNKNOWN, "a"),
        ([TimeoutError(), None], "a", Fate.UNKNOWN, "a"),
        ([MemoryError(), None], "a", Fate.UNKNOWN, "a"),
        ([OF_RECIPIENT, None], "a", Fate.REFUSED, "a"),
        ([REFUSED, OF_RECIPIENT, None], "ab", Fate.REFUSED, "b"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_next_tries_only_what_the_one_before_surely_did_not_send(
    fails: Sequence[Exception | None], tried: str, fate: Fate, by: str
) -> None:
    team = Team(*fails)
    receipt = team.sms.send(MESSAGE)
    assert (team.who_tried(), receipt.fate, receipt.provider) == (tried, fate, by)
    assert team.telemetry.counts["SmsFailover"] == len(tried) - 1
    assert all(sent == [MESSAGE] for sent in (p.sent for p in team.players) if sent), "the attempt reaches each"


def test_nobody_begins_when_the_function_that_waits_might_not_live_to_hear() -> None:
    team = Team(REFUSED, None, takes_s=NEXT_WITHIN_S)
    assert team.sms.send(MESSAGE).fate is Fate.REFUSED
    assert team.who_tried() == "a"


@pytest.mark.parametrize(
    ("slow", "seen", "verdict"),
    [(0, 0, False), (19, 19, False), (2, 20, False), (3, 20, True), (14, 100, False), (15, 100, True), (20, 20, True)],
)
def test_fifteen_percent_of_at_least_twenty_is_too_slow(slow: int, seen: int, verdict: bool) -> None:
    assert too_slow(slow, seen) is verdict


def test_a_slow_provider_is_set_aside_and_said_to_be_until_it_is_quick_again() -> None:
    team = Team(None, None)
    team.slow("a", 10, LEAST_SEEN)
    assert team.sms.send(MESSAGE).provider == "b"
    assert team.telemetry.counts["ProviderSetAside"] == 1
    team.clock.move(timedelta(minutes=16))
    assert team.sms.send(MESSAGE).provider == "a"
    assert team.telemetry.counts["ProviderSetAside"] == 1


def test_a_provider_that_is_set_aside_still_takes_what_the_other_refuses() -> None:
    team = Team(None, REFUSED)
    team.slow("a", 20, 20)
    assert team.sms.send(MESSAGE).provider == "a"
    assert team.who_tried() == "ab"


def test_when_all_are_slow_the_order_is_the_usual_one() -> None:
    team = Team(None, None)
    team.slow("a", 20, 20)
    team.slow("b", 20, 20)
    assert team.sms.send(MESSAGE).provider == "a"
    assert not team.telemetry.counts["ProviderSetAside"]


@pytest.mark.parametrize("error", [RetryableError("down"), GaveUpError("denied")])
def test_what_cannot_be_read_sets_nobody_aside(error: Exception) -> None:
    team = Team(None, None)
    team.health.faults.fail("read_health", error=error)
    assert team.sms.send(MESSAGE).provider == "a"


def test_a_single_provider_is_not_asked_about() -> None:
    team = Team(None)
    assert team.sms.send(MESSAGE).provider == "a"
    assert team.health.faults.calls == []


def test_a_send_that_timed_out_was_slow_and_any_other_trouble_was_not() -> None:
    team = Team(TimeoutError(), None)
    team.sms.send(MESSAGE)
    assert team.health.slow("a", team.clock.now()) == (1, 1)
    for fails in (UNKNOWN, REFUSED, NotConnectedError(), None):
        other = Team(fails, None)
        other.sms.send(MESSAGE)
        assert other.health.minutes == {}


@pytest.mark.parametrize("error", [RetryableError("down"), GaveUpError("denied")])
def test_a_time_out_that_cannot_be_noted_changes_no_fate(error: Exception) -> None:
    team = Team(TimeoutError(), None)
    team.health.faults.fail_always("note_health", error=error)
    assert team.sms.send(MESSAGE).fate is Fate.UNKNOWN


def test_providers_must_be_there_and_different() -> None:
    team = Team(None)
    for providers in ([], [*team.players, *team.players]):
        with pytest.raises(ValueError, match="providers"):
            team.over(providers)


@pytest.mark.parametrize("to", ["+8522345678", "+886912345678"])
def test_numbers_of_the_countries_that_were_chosen_are_sent_to(to: str) -> None:
    assert Team(None).sms.send(replace(MESSAGE, to=to)).fate is Fate.ACCEPTED


@pytest.mark.parametrize("to", ["+2252345678", "0912345678", "+88", ""])
def test_no_other_country_is_sent_to_by_anybody(to: str) -> None:
    team = Team(None, None)
    receipt = team.sms.send(replace(MESSAGE, to=to))
    assert (receipt.fate, receipt.cause, team.who_tried()) == (Fate.REFUSED, "country_not_allowed", "")


@pytest.mark.parametrize("bad", [wire.answer(b"{}", 500), wire.reset, wire.answer(b"<html>")])
def test_on_the_wire_one_request_to_each_provider_and_none_after_an_unknown_fate(
    bad: wire.Behave, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = replace(MESSAGE, attempt_id="attempt-7")
    with wire.serve(wire.answer(b"", 403)) as one, wire.serve(bad) as two, wire.serve(wire.answer()) as three:
        third = sms_providers.inbox(three.url)
        providers = [sms_providers.gateway(one.url), sms_providers.inbox(two.url), third]
        third.name = "third"
        receipt = Team(None).over(providers).send(message)
        assert [len(w.requests) for w in (one, two, three)] == [1, 1, 0]
        assert all(b"attempt-7" in w.requests[0] for w in (one, two))
    assert (receipt.fate, receipt.provider) == (Fate.UNKNOWN, "inbox")
