"""Personal data sent on every path while things fail, and looked for, however spelled, in all that was logged.

CANARY_LINES says how many log lines there are to be at least: `make canary` writes 100,000.
"""

import logging
import os
from base64 import b64encode
from urllib.parse import quote

import pytest

from safelight.adapters import aws_json
from tests.channels.deployed import STAFF, Deployed, load
from tests.channels.test_privacy import (
    ACCOUNT,
    CANARIES,
    LOCAL,
    NAME,
    NATIONAL_ID,
    PHONE,
    fresh,
    planted,
    planted_everywhere,
)

LINES = int(os.environ.get("CANARY_LINES", "1500"))
DOWN: tuple[set[str], ...] = (
    set(), {"dynamodb"}, {"kms"}, {"sms"}, {"secretsmanager"}, {"TransactWriteItems"}, {"sqs"}, {"everything"},
)  # fmt: skip
__all__ = ["fresh"]


def phone_spellings(local: str) -> set[str]:
    """A mobile number as people and programs write it."""
    parts = (local[:3], local[3:6], local[6:])
    grouped = {mark.join(parts) for mark in ("", " ", "-", ".")}
    return {lead + body for lead in ("", "0", "886", "+886", "+886 ", "+886-", "00886", "(0)") for body in grouped}


def encodings(text: str) -> set[str]:
    """The text and its reverse, and what each becomes in hex, base64, a URL and JSON."""
    return {coded for way in (text, text[::-1]) for coded in encoded(way) if len(coded) >= min(len(text), 8)}


def encoded(text: str) -> set[str]:
    """Of base64 only what does not depend on what stands around it."""
    raw = text.encode()
    found = {text, raw.hex(), raw.hex().upper(), quote(text, safe=""), text.encode("unicode_escape").decode()}
    for offset in range(3):
        coded = b64encode(b"\0" * offset + raw).decode()
        found.add(coded[(0, 2, 3)[offset] : len(coded) - (4 if len(raw) % 3 or offset else 0)])
    return found


SPELLED = {
    spelled
    for canary in {*CANARIES, *phone_spellings(LOCAL), NATIONAL_ID.lower(), ACCOUNT[-8:]}
    for spelled in encodings(canary)
}


def held(logged: str) -> list[str]:
    return sorted(canary for canary in SPELLED if canary in logged)


def logged_by(insurer: Deployed, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> str:
    out, err = capfd.readouterr()
    text = out + err + caplog.text
    caplog.clear()
    return text


@pytest.mark.timeout(3600 if LINES > 10_000 else 120)
def test_of_all_log_lines_none_holds_personal_data_however_spelled(
    fresh: Deployed,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(aws_json, "FIRST_PAUSE_S", 0.0)  # what fails is tried again at once
    caplog.set_level(logging.INFO)
    lines, rounds = 0, 0
    while lines < LINES or rounds < len(DOWN):
        fresh.aws.down.clear()
        fresh.aws.down |= DOWN[rounds % len(DOWN)]
        planted(fresh)
        planted_everywhere(fresh)
        for group in ([], STAFF):
            for spelled in sorted(phone_spellings(LOCAL))[rounds % 7 :: 7]:
                fresh.call("POST", "/v1/contacts", {"relation": "child", "phone": spelled, "adult": True}, groups=group)
        rounds += 1
        text = logged_by(fresh, capfd, caplog)
        assert held(text) == []
        lines += text.count("\n")


@pytest.mark.parametrize(
    "leaked",
    [
        PHONE,
        f"0{LOCAL}",
        "0987-654-321",
        "+886 987 654 321",
        LOCAL[::-1],
        LOCAL.encode().hex(),
        LOCAL[::-1].encode().hex(),
        NAME,
        ACCOUNT,
    ],
)
def test_a_leak_would_be_seen(
    leaked: str,
    fresh: Deployed,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The guard of the guard: past the telemetry, which withholds what is no id."""
    load("read_case").wired.telemetry._logger.info({"told": leaked})
    assert held(logged_by(fresh, capfd, caplog)) != []


@pytest.mark.parametrize("before", ["", "a", "ab"])
@pytest.mark.parametrize("canary", [PHONE, NATIONAL_ID, ACCOUNT])
def test_base64_is_seen_through_wherever_the_number_stands(canary: str, before: str) -> None:
    assert held(b64encode(f"{before}{canary}xyz".encode()).decode()) != []
