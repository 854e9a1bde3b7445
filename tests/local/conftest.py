"""An emulator with tests/local/app deployed into it by the real SAM CLI: one for each test worker."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.emulator_process import Emulator
from local.issuer import Issuer
from local.machine import STATE, python_minor
from local.sam import deploy

TEMPLATE = Path(__file__).parent / "app" / "template.yaml"


@dataclass(frozen=True)
class Account:
    """The emulated account, what is deployed in it, and the issuer its API trusts."""

    emulator: Emulator
    issuer: Issuer
    outputs: dict[str, str]

    def client(self, service: str) -> Any:
        return self.emulator.client(service)

    @property
    def api_url(self) -> str:
        return f"{self.emulator.endpoint}/_aws/execute-api/{self.outputs['ApiId']}/$default"

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        answer = self.client("lambda").invoke(FunctionName=self.outputs[function], Payload=json.dumps(event))
        return json.load(answer["Payload"])


@pytest.fixture(scope="session")
def account(worker_id: str) -> Iterator[Account]:
    with Issuer() as issuer, Emulator(STATE / "stacks" / f"patches-{worker_id}") as emulator:
        parameters = {
            "Runtime": f"python{python_minor()}",
            "Issuer": issuer.url,
            "Audience": issuer.audience,
            "Origin": "http://127.0.0.1:9999",
        }
        yield Account(emulator, issuer, deploy(emulator, TEMPLATE, parameters))


@pytest.fixture
def eventually() -> Callable[..., None]:
    """Wait until a condition holds; fail after ``seconds`` with what it said last."""

    def wait(condition: Callable[[], Any], seconds: float = 20.0) -> None:
        give_up = time.monotonic() + seconds
        while not (last := condition()):
            assert time.monotonic() < give_up, f"still {last!r} after {seconds} s"
            time.sleep(0.05)

    return wait
