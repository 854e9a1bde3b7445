"""`python -m local demo | up | journey`: the whole stack on this machine."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import NoReturn

from rich.console import Console

from local import keyboard
from local.console_server import ConsoleServer, config
from local.inbox import Inbox
from local.journey import Journey
from local.line import LineServer
from local.machine import LocalStackError, require_free_port
from local.scene import Check, JourneyError
from local.seed import Seeder
from local.stack import LocalStack

CONSOLE_PORT = 8710
TAIPEI = timezone(timedelta(hours=8))
EVENING = (21, 40)
INTERRUPTED = 130
"""Of a journey that was stopped, as a shell says it: nobody knows whether its expectations hold."""


@dataclass(frozen=True)
class Running:
    stack: LocalStack
    inbox: Inbox
    line: LineServer
    console: ConsoleServer
    offset: timedelta

    def now(self) -> datetime:
        """By the functions' clock."""
        return datetime.now(UTC) + self.offset


def console_port() -> int:
    """Where `make demo` and `make up` listen; ``SAFELIGHT_CONSOLE_PORT`` names another port than the usual one."""
    chosen = os.environ.get("SAFELIGHT_CONSOLE_PORT") or str(CONSOLE_PORT)
    if not (chosen.isdecimal() and 0 < int(chosen) < 65_536):
        raise LocalStackError(f"SAFELIGHT_CONSOLE_PORT={chosen} is not a port: choose one from 1 to 65535.")
    try:
        require_free_port(int(chosen))
    except LocalStackError as taken:
        raise LocalStackError(
            f"{taken} SAFELIGHT_CONSOLE_PORT names it: SAFELIGHT_CONSOLE_PORT=8711 make demo"
        ) from None
    return int(chosen)


def evening_offset(now: datetime) -> timedelta:
    """What to add to `now` to make it the next 21:40 in Taipei: the hour at which the journey's scam happens."""
    local = now.astimezone(TAIPEI)
    evening = local.replace(hour=EVENING[0], minute=EVENING[1], second=0, microsecond=0)
    return (evening - local) % timedelta(days=1)


@contextmanager
def running(name: str, port: int = 0) -> Iterator[Running]:
    """Everything up and seeded, at 21:40 in Taipei."""
    offset = timedelta(seconds=int(evening_offset(datetime.now(UTC)).total_seconds()))
    with Inbox() as inbox, LineServer(lambda: datetime.now(UTC) + offset) as line:
        # The template needs its address now. It answers later: until then there is nothing that its page could use.
        console = ConsoleServer(lambda: config(stack, inbox, offset), port)
        parameters = {
            "Stage": "local",
            "ConsoleOrigin": console.url,
            "SmsProvider": "inbox",
            "SmsInboxUrl": inbox.url,
            "ClockOffsetSeconds": str(int(offset.total_seconds())),
            "LineApiUrl": line.address,
            "LineLinkUrl": f"{console.url}/",
        }
        with LocalStack(name, parameters, secrets={"LineSecretArn": line.secret}) as stack, console:
            up = Running(stack, inbox, line, console, offset)
            with Seeder(stack, up.now()) as seeder:
                seeder.seed()
            yield up


def journey() -> int:
    """JSON lines on standard output, one a check. 0 only if every expectation held."""
    failed = 0
    with running("journey") as up:
        for _, play in Journey(up.stack, up.inbox, up.line).steps():
            try:
                for check in play():
                    failed += not check.holds
                    print(json.dumps(asdict(check), ensure_ascii=False), flush=True)
            except JourneyError as error:
                failed += 1
                print(json.dumps({"step": play.__name__, "error": str(error), "holds": False}), flush=True)
    return 1 if failed else 0


def demo() -> int:
    """Until somebody stops it: then 0, unless an expectation did not hold. `journey` is the check that ends."""
    failed: list[str] = []
    with suppress(KeyboardInterrupt):
        _show(failed)
    return 1 if failed else 0


def _show(failed: list[str]) -> NoReturn:
    """Adds to `failed` the expectations that did not hold, as they are played."""
    out = Console(highlight=False)
    port = console_port()
    out.print("\n[bold]安心燈 Safelight[/bold]  Deploying to an emulated AWS account on this machine …")
    with ExitStack() as stay:
        with out.status("Building and deploying. The first time takes a minute or two …"):
            up = stay.enter_context(running("demo", port))
        out.print(f"Up: [bold]{up.console.url}[/bold]   Watch the board there while the stories play.")
        for title, play in Journey(up.stack, up.inbox, up.line).steps():
            out.print(f"\n[bold]{title}[/bold]")
            try:
                for check in play():
                    failed += [] if check.holds else [check.expected]
                    out.print(_line(check))
            except JourneyError as error:
                failed.append(str(error))
                out.print(f"  [red]✗ {error}[/red]")
        out.print()
        if failed:
            out.print(
                f"[red]{len(failed)} expectations did not hold.[/red] `make journey` plays them again, as a check."
            )
        else:
            out.print("[green]Every expectation held.[/green]")
        _stay(out, up)


def up() -> NoReturn:
    """Until somebody stops it."""
    out = Console(highlight=False)
    with running("up", console_port()) as running_stack:
        _stay(out, running_stack)


def _stay(out: Console, up: Running) -> NoReturn:
    out.print(f"\nConsole: [bold]{up.console.url}[/bold]", f"API:     {up.stack.api_url}", sep="\n", soft_wrap=True)
    out.print("Everybody here is invented. Ctrl-C stops it all.")
    while True:
        threading.Event().wait()


def _line(check: Check) -> str:
    mark = "[green]✓[/green]" if check.holds else "[red]✗[/red]"
    return f"  {mark} {check.who}: {check.expected}  [dim]{check.seen}[/dim]"


COMMANDS = {"demo": demo, "up": up, "journey": journey}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        print(f"usage: python -m local {{{' | '.join(COMMANDS)}}}", file=sys.stderr)
        return 2
    keyboard.listen()
    try:
        with keyboard.to_us_alone():
            return COMMANDS[arguments[0]]()
    except LocalStackError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED if arguments == ["journey"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
