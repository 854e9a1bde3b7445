"""What the pipeline may put into use, who may undo it, and what two of them at once end in."""

import json
from pathlib import Path

import pytest

from models.retrain.objects import FolderObjects, StoreError
from models.retrain.publish import Candidate, ModelStore, candidate
from models.retrain.signing import FileSigner, signer_of
from safelight.scoring import pointer
from safelight.scoring.pointer import CURRENT, Listed
from tests.fakes import FakeClock
from tests.retrain.small_models import PASSED, a_candidate, write_model


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Candidate]:
    folder = tmp_path_factory.mktemp("models")
    return {name: a_candidate(folder / name, shift) for name, shift in (("a", 0.0), ("b", 0.5))}


@pytest.fixture
def store(tmp_path: Path, made: dict[str, Candidate]) -> ModelStore:
    store = a_store(tmp_path)
    for name, one in made.items():
        store.publish(one, write_model(tmp_path / name, 0.0 if name == "a" else 0.5), PASSED)
    return store


def a_store(folder: Path) -> ModelStore:
    place = folder / "store"
    return ModelStore(FolderObjects(place), FileSigner(place / "signing.key"), now=FakeClock().now, by="tests")


def test_every_move_is_one_version_more_and_stays_on_record(store: ModelStore, made, tmp_path: Path) -> None:
    moves = [
        store.promote(made["a"].listed),
        store.try_out(made["b"].listed, 5),
        store.switch(rules_only=True),
        store.switch(rules_only=False),
        store.promote(made["b"].listed),
        store.roll_back(),
    ]
    assert [move.version for move in moves] == [1, 2, 3, 4, 5, 6]
    kept = [tmp_path / f"store/pointers/{move.version}.json" for move in moves]
    assert [pointer.parse(pointer.opened(path.read_bytes()).text) for path in kept] == moves
    assert store.current() == moves[-1]
    assert (moves[-1].champion, moves[-1].canary) == (made["a"].listed, None)


def test_a_roll_back_goes_back_and_never_forward_again(store: ModelStore, made) -> None:
    store.promote(made["a"].listed)
    store.promote(made["b"].listed)
    assert [store.roll_back().champion, store.roll_back().champion] == [made["a"].listed, None]
    with pytest.raises(StoreError, match="no earlier champion"):
        store.roll_back()


def test_promoting_the_champion_again_leaves_the_way_back(store: ModelStore, made) -> None:
    store.promote(made["a"].listed)
    store.promote(made["b"].listed)
    store.promote(made["b"].listed)
    assert store.roll_back().champion == made["a"].listed


def test_what_the_gate_refused_gets_no_place_among_models_and_cannot_be_put_to_use(tmp_path: Path, made) -> None:
    store = a_store(tmp_path)
    store.publish(made["a"], tmp_path, {"lines": [{"name": "recall"}], "passed": False})
    assert not (tmp_path / "store/models").exists()
    (record,) = (tmp_path / "store/gates").rglob("*.json")
    assert json.loads(pointer.opened(record.read_bytes()).text)["lines"] == [{"name": "recall"}]
    for put in (store.promote, lambda listed: store.try_out(listed, 5)):
        with pytest.raises(StoreError, match="never passed the gate"):
            put(made["a"].listed)


def test_a_gate_record_of_another_model_lets_nobody_in(store: ModelStore, made, tmp_path: Path) -> None:
    a, b = (tmp_path / f"store/models/{made[name].listed.sha256}/gate.json" for name in "ab")
    b.write_bytes(a.read_bytes())
    with pytest.raises(StoreError, match="about another model"):
        store.promote(made["b"].listed)


def test_a_gate_record_that_nobody_signed_lets_nobody_in(store: ModelStore, made, tmp_path: Path) -> None:
    path = tmp_path / f"store/models/{made['b'].listed.sha256}/gate.json"
    document = json.loads(path.read_bytes())
    document["signed"] = document["signed"].replace('"lines": []', '"lines": [1]')
    path.write_text(json.dumps(document))
    with pytest.raises(StoreError, match="not signed by this key"):
        store.promote(made["b"].listed)


def test_a_pointer_that_nobody_signed_is_not_built_upon(store: ModelStore, made, tmp_path: Path) -> None:
    store.promote(made["a"].listed)
    path = tmp_path / "store" / CURRENT
    document = json.loads(path.read_bytes())
    document["signed"] = document["signed"].replace(made["a"].listed.sha256, "0" * 64)
    path.write_text(json.dumps(document))
    for act in (store.current, store.roll_back, lambda: store.switch(rules_only=True)):
        with pytest.raises(StoreError, match="not signed by this key"):
            act()


def test_a_model_that_was_changed_in_the_store_is_put_to_no_use(store: ModelStore, made, tmp_path: Path) -> None:
    path = tmp_path / f"store/models/{made['b'].listed.sha256}/model.onnx"
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    with pytest.raises(StoreError, match="not what was published"):
        store.promote(made["b"].listed)


def test_nobody_rolls_back_to_a_model_that_is_gone(store: ModelStore, made, tmp_path: Path) -> None:
    store.promote(made["a"].listed)
    store.promote(made["b"].listed)
    (tmp_path / f"store/models/{made['a'].listed.sha256}/model.onnx").unlink()
    with pytest.raises(StoreError, match="not whole"):
        store.roll_back()
    current = store.current()
    assert current is not None
    assert current.champion == made["b"].listed


def test_what_is_published_never_changes(store: ModelStore, made, tmp_path: Path) -> None:
    store.publish(made["a"], tmp_path, PASSED)  # the same again is no change
    other = a_candidate(tmp_path / "other", 0.0, data="other")
    with pytest.raises(StoreError, match="never changes"):
        store.publish(other, tmp_path / "other", PASSED)


def test_of_two_that_move_at_once_one_is_told(
    store: ModelStore, made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading and writing somebody else rolls the kill switch: it must not be lost."""
    store.promote(made["a"].listed)
    create = FolderObjects.create

    def overtaken(self: FolderObjects, key: str, data: bytes) -> bool:
        monkeypatch.setattr(FolderObjects, "create", create)
        store.switch(rules_only=True)
        return create(self, key, data)

    monkeypatch.setattr(FolderObjects, "create", overtaken)
    with pytest.raises(StoreError, match="somebody else"):
        store.promote(made["b"].listed)
    current = store.current()
    assert current is not None
    assert (current.rules_only, current.champion) == (True, made["a"].listed)
    moved = store.switch(rules_only=False)
    record = tmp_path / f"store/pointers/{moved.version}.json"
    assert moved.version > current.version  # past what the loser left behind
    assert record.read_bytes() == (tmp_path / "store" / CURRENT).read_bytes()


def test_a_record_that_a_crash_left_behind_is_passed_over_and_stays(store: ModelStore, made, tmp_path: Path) -> None:
    store.promote(made["a"].listed)
    left = tmp_path / "store/pointers/2.json"
    left.write_bytes(b"written, and then the power went")
    assert store.promote(made["b"].listed).version == 3
    assert left.read_bytes() == b"written, and then the power went"


@pytest.mark.parametrize("share", [0, 51])
def test_a_trial_has_a_share_and_not_most(store: ModelStore, made, share: int) -> None:
    with pytest.raises(StoreError, match="1 to 50"):
        store.try_out(made["b"].listed, share)


def test_a_folder_without_a_usable_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="train it again"):
        candidate(tmp_path)
    write_model(tmp_path / "m")
    (tmp_path / "m/model.onnx").write_bytes(b"no graph")
    with pytest.raises(StoreError, match="hash_mismatch"):
        candidate(tmp_path / "m")


def test_a_bucket_is_never_signed_for_by_a_file() -> None:
    with pytest.raises(StoreError, match="KMS key"):
        signer_of("s3://models", None, None)


def test_examples_hold_no_row_of_anybody(made) -> None:
    """They are the same for every model, whatever it learned from, and they tell models apart."""
    a, b = (json.loads(made[name].manifest)["self_test"] for name in "ab")
    assert [example["vector"] for example in a] == [example["vector"] for example in b]
    assert [example["probability"] for example in a] != [example["probability"] for example in b]
    assert Listed(*made["a"].listed) == made["a"].listed
