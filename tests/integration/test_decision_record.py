"""Promise 6 on the deployed stack: a stored decision is decided again, bit for bit, from its record alone."""

from __future__ import annotations

from pathlib import Path
from secrets import token_hex

import pytest

from local.__main__ import Running
from local.client import ApiClient
from local.people import BORROWER, TEACHER, WIDOW, Person
from local.seed import Seeder
from safelight.adapters.onnx_model import load
from safelight.domain.case import case_id_of
from safelight.domain.request import RequestId
from safelight.usecases.replay_decision import replay_decision


@pytest.mark.parametrize("person", [BORROWER, TEACHER, WIDOW], ids=lambda p: p.id)
def test_a_stored_decision_follows_bit_for_bit_from_its_record(running_stack: Running, person: Person) -> None:
    request_id = token_hex(8)
    customer = ApiClient(running_stack.stack.api_url, running_stack.stack.issuer.mint(person.id))
    assert customer.post("/v1/requests", {**person.scenario, "request_id": request_id}).status == 201
    with Seeder(running_stack.stack, running_stack.now()) as stores:
        file = stores.cases.find(case_id_of(person.id, RequestId(request_id)))
    assert file is not None
    (decision,) = file.decisions
    assert replay_decision(decision, load(Path("models/registry/current"))) == decision.assessment
