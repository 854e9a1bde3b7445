"""Many policyholders, each with a contact and a RED request, and what became of them."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.error import URLError

from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from local.__main__ import Running
from local.client import ApiClient
from local.people import TEACHER, Person
from local.seed import Seeder
from safelight.domain.alert import AlertPurpose, TaskReason
from safelight.domain.case import CaseId, case_id_of
from safelight.domain.errors import RetryableError
from safelight.domain.request import PolicyholderId, RequestId
from safelight.ports import CaseFile

KILLER = Path(__file__).parent / "killer"
CLIENTS = 3
NOT_ABOUT_A_CONTACT = {TaskReason.NOTICE_UNSENT, TaskReason.CALL_BACK}
"""Tasks that are there whether a contact could be told or not."""
READS = 60
TRIES = 4
"""Of a request that got no answer: asked again, it is the same request (promise 9)."""


def function(name: str) -> str:
    return f"safelight-{name}"


@contextmanager
def configured(up: Running, name: str, variables: Mapping[str, str]) -> Iterator[None]:
    """More environment variables for one function, for a while."""
    client = up.stack.client("lambda")
    before = client.get_function_configuration(FunctionName=function(name))["Environment"]["Variables"]
    client.update_function_configuration(
        FunctionName=function(name), Environment={"Variables": {**before, **variables}}
    )
    try:
        yield
    finally:
        with suppress(ConnectTimeoutError, ReadTimeoutError):  # it is done all the same, once the emulator comes to it
            client.update_function_configuration(FunctionName=function(name), Environment={"Variables": before})


def sweep(up: Running, later_s: int = 0) -> None:
    """Run the deployed sweeper as if so many seconds had passed. It may die of it."""
    client = up.stack.client("lambda")
    variables = client.get_function_configuration(FunctionName=function("sweep-alerts"))["Environment"]["Variables"]
    moved = str(int(variables["CLOCK_OFFSET_SECONDS"]) + later_s)
    with configured(up, "sweep-alerts", {"CLOCK_OFFSET_SECONDS": moved}):
        client.invoke(FunctionName=function("sweep-alerts"), Payload=b"{}")["Payload"].read()


def until(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    give_up = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < give_up:
        time.sleep(0.2)
    return found


def victims(up: Running, number: int) -> list[Person]:
    """In the book, each with a settled contact whose number nobody else has."""
    mark = token_hex(3)
    made = [
        replace(
            TEACHER,
            id=PolicyholderId(f"burst-{mark}-{n}"),
            phone=f"+8869{int(mark[:4], 16) % 10_000:04d}{5000 + n:04d}",
            contact_phone=f"+8869{int(mark[:4], 16) % 10_000:04d}{n:04d}",
            contact_subject=None,
            past_loans=(),
        )
        for n in range(number)
    ]
    with Seeder(up.stack, up.now()) as seeder:
        for person in made:
            seeder.add(person)
    return made


def ask_red(up: Running, person: Person) -> CaseId:
    request_id = token_hex(8)
    customer = ApiClient(up.stack.api_url, up.stack.issuer.mint(person.id))
    for _ in range(TRIES):
        with suppress(TimeoutError, URLError):
            answer = customer.post("/v1/requests", {**person.scenario, "request_id": request_id})
            assert answer.status == 201, answer
            return case_id_of(person.id, RequestId(request_id))
    raise AssertionError(f"no answer to {person.id}")


@dataclass
class Ends:
    """How each case ended. `open_alerts` counts those without an end, `slowest_s` the longest from request to end."""

    cases: int = 0
    told: int = 0
    tasks: Counter[str] = field(default_factory=Counter)
    alerts: Counter[str] = field(default_factory=Counter)
    open_alerts: int = 0
    slowest_s: float = 0.0
    silent: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    def note(self, up: Running, person: Person, file: CaseFile) -> None:
        self.cases += 1
        ours = [alert for alert in file.alerts if alert.purpose is AlertPurpose.RED_REQUEST]
        tasks = {task.reason for task in file.tasks} - NOT_ABOUT_A_CONTACT
        texts = [text.attempt_id for text in up.inbox.texts(person.contact_phone)]
        self.told += bool(texts)
        self.alerts.update(alert.state for alert in ours)
        self.tasks.update(tasks)
        self.open_alerts += sum(not alert.state.ended for alert in ours)
        for alert in ours:
            if alert.state.ended and alert.changed_at is not None:
                self.slowest_s = max(self.slowest_s, (alert.changed_at - file.case.opened_at).total_seconds())
        if not texts and not tasks:
            self.silent.append(file.case.case_id)
        if len(texts) > 1:
            self.doubled.append(file.case.case_id)
        assert set(texts) <= {alert.attempt_id for alert in ours}, file.case.case_id


def ends(up: Running, asked: Mapping[CaseId, Person]) -> Ends:
    found = Ends()
    with Seeder(up.stack, up.now()) as stores:
        for case_id, person in asked.items():
            found.note(up, person, _file(stores, case_id))
    return found


def _file(stores: Seeder, case_id: CaseId) -> CaseFile:
    """The emulator answers nobody for a while when it starts hundreds of functions at once."""
    for _ in range(READS):
        with suppress(RetryableError):
            file = stores.cases.find(case_id)
            assert file is not None
            return file
    raise AssertionError(f"{case_id} could not be read")


@contextmanager
def killing(up: Running, folder: Path, seed: int, **reach_and_most: tuple[int, int]) -> Iterator[None]:
    """Let each process of these functions die at one of its next `reach` calls, `most` in all."""
    folder.mkdir(parents=True, exist_ok=True)
    if not reach_and_most:
        yield
        return
    (name, (reach, most)), *others = reach_and_most.items()
    how = json.dumps({"seed": seed, "folder": str(folder.resolve()), "reach": reach, "most": most})
    variables = {"PYTHONPATH": str(KILLER), "KILLER": how}
    with configured(up, name.replace("_", "-"), variables), killing(up, folder, seed, **dict(others)):
        yield


def kills(folder: Path) -> Counter[str]:
    written = folder / "kills"
    return Counter(written.read_text().splitlines()) if written.exists() else Counter()


def ask_all(up: Running, people: list[Person]) -> tuple[dict[CaseId, Person], float]:
    """All at once, by a few clients. Returns their cases and how many seconds it took."""
    began = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        cases = list(pool.map(lambda person: ask_red(up, person), people))
    return dict(zip(cases, people, strict=True)), time.monotonic() - began


def figures(found: Ends, folder: Path, **others: Any) -> dict[str, Any]:
    dead = kills(folder)
    return {
        **others,
        "red_cases": found.cases,
        "contacts_told": found.told,
        "alerts_by_state": dict(sorted(found.alerts.items())),
        "staff_tasks_by_reason": dict(sorted(found.tasks.items())),
        "cases_silent": len(found.silent),
        "contacts_told_twice": len(found.doubled),
        "alerts_without_an_end": found.open_alerts,
        "slowest_end_seconds_after_its_request": round(found.slowest_s, 1),
        "processes_killed": dead.total(),
        "killed_at": dict(sorted(dead.items())),
    }
