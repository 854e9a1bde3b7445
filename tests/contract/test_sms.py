"""The port `Sms`: the fake, and every provider over a real socket whose other end misbehaves.

What each must keep: one request on the wire for a message, and no fate better than what is known.
"""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import pytest

from safelight.ports import Fate, SmsReceipt
from tests.adapters import wire
from tests.adapters.sms_providers import GOOD, MESSAGE, NO, PROVIDERS, Provider
from tests.adapters.wire import Behave, answer, serve
from tests.fakes import FakeSms

LATE_S = 1.4
"""Providers here wait a second for an answer."""

FATES = {
    "accepted": Fate.ACCEPTED,
    "answers_twice": Fate.ACCEPTED,
    "400": Fate.REFUSED,
    "403": Fate.REFUSED,
    "429": Fate.REFUSED,
    "nobody_listens": Fate.REFUSED,
    "no_connection_in_time": Fate.REFUSED,
    "408": Fate.UNKNOWN,
    "500": Fate.UNKNOWN,
    "503": Fate.UNKNOWN,
    "hangs": Fate.UNKNOWN,
    "resets": Fate.UNKNOWN,
    "hangs_up": Fate.UNKNOWN,
    "cut_short": Fate.UNKNOWN,
    "trickles": Fate.UNKNOWN,
    "malformed_yes": Fate.UNKNOWN,
    "answers_after_the_time_out": Fate.UNKNOWN,
}


class Harness(Protocol):
    def play(self, behaviour: str, messages: int = 1) -> tuple[list[SmsReceipt], int]:
        """The receipts of so many messages, one after the other, and how many requests there were."""


def behave(provider: Provider, behaviour: str, served: wire.Wire) -> Behave:
    good = GOOD[provider]

    def twice(connection: socket.socket) -> None:
        good(connection)
        good(connection)

    return {
        "accepted": good,
        "answers_twice": twice,
        "400": answer(NO[provider], 400),
        "403": answer(NO[provider], 403),
        "429": answer(NO[provider], 429),
        "408": answer(b"", 408),
        "500": answer(b"{}", 500),
        "503": answer(b"<html>", 503),
        "hangs": lambda _: None,
        "resets": wire.reset,
        "hangs_up": wire.hang_up,
        "cut_short": wire.cut_short,
        "trickles": wire.trickle(served.stop),
        "malformed_yes": answer(b"<html>OK</html>"),
        "answers_after_the_time_out": wire.after(served.stop, LATE_S, good),
    }[behaviour]


@contextmanager
def full() -> Iterator[str]:
    """An address where no connection is ever taken."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(8)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        for one in waiting:
            one.close()


@dataclass(frozen=True)
class OnTheWire:
    provider: Provider

    def play(self, behaviour: str, messages: int = 1) -> tuple[list[SmsReceipt], int]:
        if behaviour == "no_connection_in_time":
            with full() as url:
                return [self.provider(url).send(MESSAGE)], 0
        with serve(answer()) as served:
            url = served.url
            if behaviour != "nobody_listens":
                served.behaviours[:] = [behave(self.provider, behaviour, served)]
                sender = self.provider(url)
                receipts = [sender.send(MESSAGE) for _ in range(messages)]
                time.sleep(LATE_S - 1 + 0.1 if behaviour == "answers_after_the_time_out" else 0.05)
                return receipts, len(served.requests)
        return [self.provider(url).send(MESSAGE)], 0


@dataclass(frozen=True)
class Faked:
    sms: FakeSms

    def play(self, behaviour: str, messages: int = 1) -> tuple[list[SmsReceipt], int]:
        self.sms.answer_next(*[FATES[behaviour]] * messages)
        receipts = [self.sms.send(MESSAGE) for _ in range(messages)]
        never_left = ("nobody_listens", "no_connection_in_time")
        return receipts, 0 if behaviour in never_left else len(self.sms.sent)


@pytest.fixture(autouse=True)
def fast_and_with_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("safelight.adapters.sms.aws_client.READ_TIMEOUT_S", 1)
    for name, value in {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret", "NO_PROXY": "*"}.items():
        monkeypatch.setenv(name, value)


HARNESSES: dict[str, Callable[[], Harness]] = {
    "fake": lambda: Faked(FakeSms()),
    **{provider.__name__: lambda provider=provider: OnTheWire(provider) for provider in PROVIDERS},  # type: ignore[misc]
}


# botocore bounds each read and not the whole: a trickle ends with the function's own time-out, its fate unknown.
PLAYED = [
    (name, behaviour)
    for name in HARNESSES
    for behaviour in FATES
    if behaviour != "trickles" or name not in ("end_user_messaging", "sns")
]


@pytest.mark.parametrize(("name", "behaviour"), PLAYED)
def test_a_message_has_the_fate_that_is_known_of_it_and_one_request_at_most(name: str, behaviour: str) -> None:
    (receipt,), requests = HARNESSES[name]().play(behaviour)
    assert receipt.fate is FATES[behaviour]
    assert requests <= 1
    assert (receipt.message_id is not None) is (receipt.fate is Fate.ACCEPTED)
    assert (receipt.cause is None) is (receipt.fate is Fate.ACCEPTED)
    assert receipt.provider


@pytest.mark.parametrize("name", HARNESSES)
@pytest.mark.parametrize("behaviour", ["accepted", "answers_twice", "500", "answers_after_the_time_out"])
def test_each_message_has_a_request_and_a_fate_of_its_own(name: str, behaviour: str) -> None:
    receipts, requests = HARNESSES[name]().play(behaviour, messages=2)
    assert [receipt.fate for receipt in receipts] == [FATES[behaviour]] * 2
    assert requests == 2
