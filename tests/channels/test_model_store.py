"""The real functions over a loopback S3 and KMS: what the pipeline signs decides in all of them, and is on record."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from models.export import artifact
from models.retrain.publish import Candidate, ModelStore
from safelight.adapters import stored_models
from safelight.adapters.model_files import MANIFEST
from safelight.domain.case import case_id_of
from safelight.domain.request import PolicyholderId, RequestId
from safelight.scoring.manifest import parse
from tests.channels.deployed import ME, Deployed, a_body, with_the_shipped_model
from tests.channels.loopback_aws import LoopbackAws, signature_by_loopback
from tests.fakes import FakeClock
from tests.retrain.small_models import PASSED, a_candidate


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    return {**with_the_shipped_model(), "MODEL_STORE": "s3://models/stack", "MODEL_KEY": "model-key"}


class LoopbackObjects:
    def __init__(self, aws: LoopbackAws) -> None:
        self._objects = aws.objects

    def get(self, key: str) -> bytes | None:
        return self._objects.get(f"/models/stack/{key}")

    def create(self, key: str, data: bytes) -> bool:
        return self._objects.setdefault(f"/models/stack/{key}", data) == data

    def replace(self, key: str, data: bytes, before: bytes | None) -> None:
        assert self.get(key) == before
        self._objects[f"/models/stack/{key}"] = data


class LoopbackSigner:
    def sign(self, text: str) -> bytes:
        return signature_by_loopback(sha256(text.encode()).digest())

    def holds(self, text: str, signature: bytes) -> bool:
        return signature == self.sign(text)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    return a_candidate(tmp_path_factory.mktemp("models") / "b", 0.5)


@pytest.fixture
def store(insurer: Deployed, made: Candidate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelStore:
    """Functions look at each decision, and wait for what they find however busy this machine is."""
    for name, value in (("LOOK_EVERY_S", 0.0), ("WAIT_S", 20.0), ("FIRST_WAIT_S", 20.0)):
        monkeypatch.setattr(stored_models, name, value)
    insurer.restart()
    store = ModelStore(LoopbackObjects(insurer.aws), LoopbackSigner(), now=FakeClock().now, by="tests")
    store.publish(made, tmp_path, PASSED)
    return store


PACKAGED = parse((artifact.CURRENT / MANIFEST).read_bytes()).sha256


def decided(insurer: Deployed, request_id: str) -> tuple[str | None, str | None]:
    """Model and fallback cause on the decision record of a new request."""
    assert insurer.call("POST", "/v1/requests", a_body(request_id=request_id)).status == 201
    case_id = case_id_of(PolicyholderId(ME), RequestId(request_id))
    (record,) = [
        json.loads(row["doc"]["S"])
        for row in insurer.aws.tables["cases"].values()
        if row["kind"]["S"] == "decision" and row["pk"]["S"].endswith(case_id)
    ]
    return record.get("model_sha256"), record["assessment"].get("fallback_cause")


def test_a_running_function_decides_by_what_was_promoted_and_its_record_says_so(
    insurer: Deployed, store: ModelStore, made: Candidate
) -> None:
    assert decided(insurer, "r-1") == (PACKAGED, None)
    store.promote(made.listed)
    assert decided(insurer, "r-2") == (made.listed.sha256, None)
    store.roll_back()
    assert decided(insurer, "r-3") == (PACKAGED, None)


def test_a_new_process_and_a_chat_decide_by_it_from_the_first(
    insurer: Deployed, store: ModelStore, made: Candidate
) -> None:
    store.promote(made.listed)
    insurer.restart()
    assert decided(insurer, "r-1") == (made.listed.sha256, None)
    for number, words in enumerate(["我要借款", "80000", "1", "1"]):
        body = {"chat_id": "c-1", "turn_id": f"t-{number}", "text": words}
        assert insurer.call("POST", "/v1/chat/turns", body).status == 200
    models = [
        json.loads(row["doc"]["S"]).get("model_sha256")
        for row in insurer.aws.tables["cases"].values()
        if row["kind"]["S"] == "decision"
    ]
    assert len(models) > 1
    assert set(models) == {made.listed.sha256}


def test_a_policyholder_on_trial_is_decided_about_by_the_canary_and_others_are_not(
    insurer: Deployed, store: ModelStore, made: Candidate
) -> None:
    told = store.try_out(made.listed, 50)
    expected = made.listed.sha256 if told.on_trial(PolicyholderId(ME)) else PACKAGED
    assert decided(insurer, "r-1") == (expected, None)


def test_the_kill_switch_leaves_rules_and_questions_and_a_person(
    insurer: Deployed, store: ModelStore, made: Candidate
) -> None:
    store.promote(made.listed)
    assert decided(insurer, "r-1") == (made.listed.sha256, None)
    store.switch(rules_only=True)
    assert decided(insurer, "r-2") == (None, "model_switched_off")
    store.switch(rules_only=False)
    assert decided(insurer, "r-3") == (made.listed.sha256, None)


def test_a_flipped_byte_in_the_store_changes_no_decision_and_is_counted(
    insurer: Deployed, store: ModelStore, made: Candidate, capsys: pytest.CaptureFixture[str]
) -> None:
    store.promote(made.listed)
    key = f"/models/stack/models/{made.listed.sha256}/model.onnx"
    data = bytearray(insurer.aws.objects[key])
    data[len(data) // 2] ^= 1
    insurer.aws.objects[key] = bytes(data)
    assert decided(insurer, "r-1") == (PACKAGED, None)
    assert '"ModelRefused":[1.0]' in capsys.readouterr().out


@pytest.mark.parametrize("down", ["s3", "kms"])
def test_a_store_or_a_key_that_does_not_answer_changes_no_decision_and_is_counted(
    insurer: Deployed, store: ModelStore, made: Candidate, capsys: pytest.CaptureFixture[str], down: str
) -> None:
    store.promote(made.listed)
    insurer.aws.down.add(down)
    assert decided(insurer, "r-1") == (PACKAGED, None)
    assert '"ModelStoreUnreachable":[1.0]' in capsys.readouterr().out
    insurer.aws.down.clear()
    assert decided(insurer, "r-2") == (made.listed.sha256, None)
