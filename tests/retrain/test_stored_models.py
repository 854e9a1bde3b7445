"""A function takes up what was signed, within half a minute and a look, and nothing else ever (promise 7)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Event

import pytest

from models.retrain.publish import Candidate, ModelStore
from models.retrain.signing import FileSigner
from safelight.adapters import stored_models
from safelight.adapters.aws_json import AwsError, AwsUnavailableError
from safelight.adapters.stored_models import LOOK_EVERY_S, Reports, StoredModels, words_sha256
from safelight.domain.errors import ModelUnavailableError
from safelight.domain.request import PolicyholderId
from safelight.features.contract import FEATURES
from safelight.ports import Model
from safelight.scoring import pointer
from safelight.scoring.pointer import CURRENT, Listed, Pointer, Signed
from tests.fakes import FakeClock, FakeModels
from tests.retrain.small_models import PASSED, MemoryObjects, a_candidate

NOTHING_KNOWN = (float("nan"),) * len(FEATURES)
PEOPLE = [PolicyholderId(f"ph-{number}") for number in range(4_000)]


class Packaged:
    """The release's own model: only its name matters here."""

    sha256 = "0" * 64


@dataclass
class World:
    """A store, the pipeline's hand on it, and as many functions as a test starts."""

    signer: FileSigner
    objects: MemoryObjects = field(default_factory=MemoryObjects)
    clock: FakeClock = field(default_factory=FakeClock)
    refused: list[str] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)
    taken_up: list[int] = field(default_factory=list)
    words: str | None = None
    started: list[StoredModels] = field(default_factory=list)
    packaged: FakeModels = field(default_factory=lambda: FakeModels(model=Packaged()))  # type: ignore[arg-type]

    @property
    def pipeline(self) -> ModelStore:
        return ModelStore(self.objects, self.signer, now=self.clock.now, by="tests")

    def a_function(self) -> StoredModels:
        made = StoredModels(
            self.packaged,
            self.objects,
            self.signer,
            Reports(self.refused.append, self.unreachable.append, lambda told: self.taken_up.append(told.version)),
            now=self.clock.now,
            words_sha256=lambda: self.words,
        )
        self.started.append(made)
        return made

    def publish(self, made: Candidate, directory: Path) -> Listed:
        self.pipeline.publish(made, directory, PASSED)
        return made.listed

    def later(self, seconds: float = LOOK_EVERY_S) -> None:
        self.clock.move(seconds=seconds)

    def sign(self, told: Pointer) -> None:
        self.objects.stored[CURRENT] = Signed(told.as_text(), self.signer.sign(told.as_text())).as_file()

    def pointed(self) -> Pointer:
        return pointer.parse(pointer.opened(self.objects.stored[CURRENT]).text)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Candidate]:
    folder = tmp_path_factory.mktemp("models")
    return {name: a_candidate(folder / name, shift) for name, shift in (("a", 0.0), ("b", 0.5), ("c", -0.5))}


@pytest.fixture
def world(tmp_path: Path, made: dict[str, Candidate], monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(stored_models, "WAIT_S", 20.0)  # a busy machine is no finding here
    monkeypatch.setattr(stored_models, "FIRST_WAIT_S", 20.0)
    world = World(FileSigner(tmp_path / "key"), words=words_sha256(made["a"].manifest))
    for candidate in made.values():
        world.publish(candidate, tmp_path)
    yield world
    for function in world.started:
        if function._looking is not None:
            function._looking.join(20)


def test_without_anything_published_the_release_s_own_model_decides_and_nothing_is_reported(world: World) -> None:
    assert world.a_function().current() is world.packaged.model
    assert (world.refused, world.unreachable) == ([], [])


def test_a_new_process_decides_by_the_published_model_from_its_first_decision(world: World, made) -> None:
    world.pipeline.promote(made["b"].listed)
    assert world.a_function().current().sha256 == made["b"].listed.sha256


def test_a_promoted_model_is_in_use_in_every_function_within_half_a_minute_and_a_look(world: World, made) -> None:
    world.pipeline.promote(made["a"].listed)
    functions = [world.a_function(), world.a_function()]
    assert {f.current().sha256 for f in functions} == {made["a"].listed.sha256}
    world.pipeline.promote(made["b"].listed)
    world.later(LOOK_EVERY_S - 0.1)
    assert {f.current().sha256 for f in functions} == {made["a"].listed.sha256}
    world.later(0.1)
    assert {f.current().sha256 for f in functions} == {made["b"].listed.sha256}
    assert LOOK_EVERY_S < 60


def test_between_looks_the_store_is_left_alone(world: World, made) -> None:
    world.pipeline.promote(made["a"].listed)
    function = world.a_function()
    function.current()
    world.objects.reads.clear()
    for _ in range(50):
        function.look()
        function.current()
    assert world.objects.reads == []
    world.later()
    function.current()
    assert world.objects.reads == [CURRENT]


def test_a_clock_that_was_set_back_does_not_end_the_looks(world: World, made) -> None:
    world.pipeline.promote(made["a"].listed)
    function = world.a_function()
    function.current()
    world.pipeline.promote(made["b"].listed)
    world.later(-86_400)
    assert function.current().sha256 == made["b"].listed.sha256


def flipped(data: bytes, at: float) -> bytes:
    changed = bytearray(data)
    changed[int(len(data) * at)] ^= 1
    return bytes(changed)


def graph_key(listed: Listed) -> str:
    return f"models/{listed.sha256}/model.onnx"


def manifest_key(listed: Listed) -> str:
    return f"models/{listed.sha256}/manifest.json"


def refuses(world: World, good: Candidate, why: str, function: StoredModels) -> None:
    """The last good one decides in a function that runs, the release's own in a new one; both are heard of, and heard
    of again as long as it lasts."""
    for times in (1, 2):
        world.later()
        assert function.current().sha256 == good.listed.sha256
        assert world.refused == [why] * times
    assert world.a_function().current() is world.packaged.model
    assert world.refused == [why] * 3


@pytest.fixture
def running(world: World, made) -> StoredModels:
    """A function that decides by model a."""
    world.pipeline.promote(made["a"].listed)
    function = world.a_function()
    assert function.current().sha256 == made["a"].listed.sha256
    return function


@pytest.mark.parametrize("at", [0.0, 0.3, 0.9999])
def test_a_flipped_byte_of_the_graph_is_refused(world: World, made, running: StoredModels, at: float) -> None:
    world.pipeline.promote(made["b"].listed)
    key = graph_key(made["b"].listed)
    world.objects.stored[key] = flipped(world.objects.stored[key], at)
    refuses(world, made["a"], "hash_mismatch", running)


@pytest.mark.parametrize("at", [0.0, 0.3, 0.9999])
def test_a_flipped_byte_of_the_manifest_is_refused(world: World, made, running: StoredModels, at: float) -> None:
    """Thresholds are in it: whoever could change one would decide who is RED."""
    world.pipeline.promote(made["b"].listed)
    key = manifest_key(made["b"].listed)
    world.objects.stored[key] = flipped(world.objects.stored[key], at)
    refuses(world, made["a"], "hash_mismatch", running)


def test_a_truncated_manifest_is_refused(world: World, made, running: StoredModels) -> None:
    world.pipeline.promote(made["b"].listed)
    key = manifest_key(made["b"].listed)
    world.objects.stored[key] = world.objects.stored[key][:-40]
    refuses(world, made["a"], "hash_mismatch", running)


@pytest.mark.parametrize("key", [graph_key, manifest_key])
def test_a_missing_file_is_refused(world: World, made, running: StoredModels, key) -> None:
    world.pipeline.promote(made["b"].listed)
    del world.objects.stored[key(made["b"].listed)]
    refuses(world, made["a"], "missing", running)


def test_a_pointer_that_another_key_signed_is_refused(world: World, made, running, tmp_path: Path) -> None:
    stranger = FileSigner(tmp_path / "stranger")
    text = world.pointed()._replace(version=9, champion=made["b"].listed).as_text()
    world.objects.stored[CURRENT] = Signed(text, stranger.sign(text)).as_file()
    refuses(world, made["a"], "signature", running)


def test_a_signature_does_not_go_with_another_text(world: World, made, running: StoredModels) -> None:
    signed = pointer.opened(world.objects.stored[CURRENT])
    text = world.pointed()._replace(version=9, champion=made["b"].listed).as_text()
    world.objects.stored[CURRENT] = Signed(text, signed.signature).as_file()
    refuses(world, made["a"], "signature", running)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'{"signed": 1}', b'{"signed": "x", "signature": "not base64"}', b"\xff\xfe", b"[" * 10_000],
)
def test_a_damaged_pointer_is_refused(world: World, made, running: StoredModels, data: bytes) -> None:
    world.objects.stored[CURRENT] = data
    refuses(world, made["a"], "unreadable", running)


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": True},
        {"version": 0},
        {"rules_only": 0},
        {"champion": {"sha256": "../../secrets", "manifest_sha256": "0" * 64}},
        {"canary": {"sha256": "0" * 64, "manifest_sha256": "0" * 64, "share_percent": 51}},
        {"kind": "safelight-gate"},
        {"format": 2},
        {"earlier": None},
    ],
)
def test_a_signed_pointer_that_makes_no_sense_is_refused(world: World, made, running: StoredModels, wrong) -> None:
    """A signed gate record is one of them: what was signed as one thing is never taken as another."""
    text = json.dumps(json.loads(world.pointed()._replace(version=9).as_text()) | wrong)
    world.objects.stored[CURRENT] = Signed(text, world.signer.sign(text)).as_file()
    refuses(world, made["a"], "unreadable", running)


def test_an_older_signed_pointer_is_refused_by_who_has_seen_a_newer(world: World, made, running: StoredModels) -> None:
    """Somebody with a copy brings back a model that was rolled back for a reason."""
    old = world.objects.stored[CURRENT]
    world.pipeline.promote(made["b"].listed)
    world.later()
    assert running.current().sha256 == made["b"].listed.sha256
    world.objects.stored[CURRENT] = old
    world.later()
    assert running.current().sha256 == made["b"].listed.sha256
    assert world.refused == ["older_pointer"]


def test_two_pointers_of_one_version_are_not_both_taken(world: World, made, running: StoredModels) -> None:
    world.sign(world.pointed()._replace(champion=made["b"].listed))
    world.later()
    assert running.current().sha256 == made["a"].listed.sha256
    assert world.refused == ["older_pointer"]


def test_a_pointer_that_vanished_changes_nothing_and_is_heard_of(world: World, made, running: StoredModels) -> None:
    del world.objects.stored[CURRENT]
    world.later()
    assert running.current().sha256 == made["a"].listed.sha256
    assert world.refused == ["missing"]


def test_a_model_that_says_something_else_here_is_refused(world: World, made, running, tmp_path: Path) -> None:
    """Every hash and signature holds, but this machine computes another probability than the one that made it."""
    document = json.loads(made["b"].manifest)
    document["self_test"][0]["probability"] += 0.001
    wrong = json.dumps(document).encode()
    listed = Listed(made["b"].listed.sha256, sha256(wrong).hexdigest())
    world.objects.stored[manifest_key(listed)] = wrong
    world.sign(world.pointed()._replace(version=9, champion=listed))
    refuses(world, made["a"], "self_test", running)


@pytest.mark.parametrize("examples", [None, [], [{}], [{"vector": [1.0], "probability": 0.5}]])
def test_a_model_without_examples_is_refused(world: World, made, running: StoredModels, examples) -> None:
    wrong = json.dumps(json.loads(made["b"].manifest) | {"self_test": examples}).encode()
    listed = Listed(made["b"].listed.sha256, sha256(wrong).hexdigest())
    world.objects.stored[manifest_key(listed)] = wrong
    world.sign(world.pointed()._replace(version=9, champion=listed))
    refuses(world, made["a"], "self_test", running)


def test_a_model_that_learned_from_another_reader_of_words_is_refused(world: World, made, running) -> None:
    wrong = json.dumps(json.loads(made["b"].manifest) | {"words": {"sha256": "1" * 64}}).encode()
    listed = Listed(made["b"].listed.sha256, sha256(wrong).hexdigest())
    world.objects.stored[manifest_key(listed)] = wrong
    world.sign(world.pointed()._replace(version=9, champion=listed))
    refuses(world, made["a"], "words_mismatch", running)


def test_a_model_of_other_features_is_refused(world: World, made, running: StoredModels) -> None:
    """A store may be ahead of the code, or behind it."""
    document = json.loads(made["b"].manifest)
    document["features"]["context"].reverse()
    wrong = json.dumps(document).encode()
    listed = Listed(made["b"].listed.sha256, sha256(wrong).hexdigest())
    world.objects.stored[manifest_key(listed)] = wrong
    world.sign(world.pointed()._replace(version=9, champion=listed))
    refuses(world, made["a"], "contract_mismatch", running)


TROUBLE = [AwsUnavailableError("s3", "GetObject", "timeout"), AwsError("s3", "GetObject", "http_403")]


@pytest.mark.parametrize("trouble", TROUBLE, ids=str)
def test_a_store_that_is_down_changes_nothing_and_comes_back_by_itself(world: World, made, running, trouble) -> None:
    world.pipeline.promote(made["b"].listed)
    world.objects.trouble = trouble
    world.later()
    assert running.current().sha256 == made["a"].listed.sha256
    assert world.a_function().current() is world.packaged.model
    assert world.unreachable == [str(trouble)] * 2
    assert world.refused == []
    world.objects.trouble = None
    world.later()
    assert running.current().sha256 == made["b"].listed.sha256


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_error_that_nobody_foresaw_is_heard_of_and_changes_nothing(world: World, made, running) -> None:
    world.objects.trouble = ZeroDivisionError()
    world.later()
    assert running.current().sha256 == made["a"].listed.sha256
    assert world.refused == ["ZeroDivisionError"]


def test_a_slow_store_holds_up_no_decision_and_the_model_serves_when_it_is_there(
    world: World, made, running: StoredModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_models, "WAIT_S", 0.01)
    go = Event()
    world.pipeline.promote(made["b"].listed)
    world.objects.reads.clear()
    world.objects.before_read = lambda: go.wait(20)
    world.later()
    for _ in range(3):
        assert running.current().sha256 == made["a"].listed.sha256
        world.later()  # a look that lasts is not begun again
    go.set()
    assert running._looking is not None
    running._looking.join(20)
    assert world.objects.reads.count(CURRENT) == 1
    assert running.current().sha256 == made["b"].listed.sha256


def sha_for(function: StoredModels, who: PolicyholderId) -> str:
    model: Model = function.current(who)
    return model.sha256


def test_a_canary_decides_about_its_share_and_about_the_same_people_everywhere(world: World, made, running) -> None:
    a, b = (made[name].listed.sha256 for name in "ab")
    world.pipeline.try_out(made["b"].listed, 5)
    world.later()
    another = world.a_function()
    chosen = {who for who in PEOPLE if sha_for(running, who) == b}
    assert chosen == {who for who in PEOPLE if sha_for(another, who) == b}
    assert 0.035 < len(chosen) / len(PEOPLE) < 0.065
    assert running.current().sha256 == a  # nobody in particular is not on trial


def test_more_share_keeps_those_who_were_on_trial(world: World, made, running: StoredModels) -> None:
    few, many = (Pointer(1, None, made["b"].listed, share, False, (), "", "", "") for share in (5, 20))
    assert {w for w in PEOPLE if few.on_trial(w)} < {w for w in PEOPLE if many.on_trial(w)}
    other = few._replace(canary=made["c"].listed)
    assert {w for w in PEOPLE if few.on_trial(w)} != {w for w in PEOPLE if other.on_trial(w)}


def test_a_canary_that_is_refused_leaves_everybody_to_the_champion(world: World, made, running: StoredModels) -> None:
    world.pipeline.try_out(made["b"].listed, 50)
    del world.objects.stored[graph_key(made["b"].listed)]
    world.later()
    assert {sha_for(running, who) for who in PEOPLE[:50]} == {made["a"].listed.sha256}
    assert world.refused == ["missing"]


def test_a_canary_that_is_refused_keeps_nobody_from_a_new_champion_and_is_tried_again(
    world: World, made, running: StoredModels
) -> None:
    world.pipeline.promote(made["c"].listed)
    world.pipeline.try_out(made["b"].listed, 50)
    kept = world.objects.stored.pop(graph_key(made["b"].listed))
    world.later()
    functions = (running, world.a_function())
    assert {sha_for(f, who) for f in functions for who in PEOPLE[:50]} == {made["c"].listed.sha256}
    world.objects.stored[graph_key(made["b"].listed)] = kept
    world.later()
    for function in functions:
        assert {sha_for(function, who) for who in PEOPLE[:50]} == {made["b"].listed.sha256, made["c"].listed.sha256}


def test_a_whole_model_under_another_s_name_is_refused(world: World, made, running: StoredModels) -> None:
    """Records would name what did not decide."""
    name = Listed("7" * 64, made["b"].listed.manifest_sha256)
    for key in (graph_key, manifest_key):
        world.objects.stored[key(name)] = world.objects.stored[key(made["b"].listed)]
    world.sign(world.pointed()._replace(version=9, champion=name))
    refuses(world, made["a"], "hash_mismatch", running)


def test_the_kill_switch_ends_every_model_and_off_brings_the_champion_back(world: World, made, running) -> None:
    world.pipeline.try_out(made["b"].listed, 50)
    world.pipeline.switch(rules_only=True)
    world.later()
    for function in (running, world.a_function()):
        for who in PEOPLE[:20]:
            with pytest.raises(ModelUnavailableError, match="switched_off"):
                function.current(who)
    world.pipeline.switch(rules_only=False)
    world.later()
    assert {sha_for(running, who) for who in PEOPLE[:50]} == {made["a"].listed.sha256, made["b"].listed.sha256}


def test_the_kill_switch_needs_no_model_that_can_be_loaded(world: World, made) -> None:
    """And works before anything was ever published."""
    world.pipeline.promote(made["b"].listed)
    world.pipeline.switch(rules_only=True)
    del world.objects.stored[graph_key(made["b"].listed)]
    with pytest.raises(ModelUnavailableError, match="switched_off"):
        world.a_function().current()
    del world.objects.stored[CURRENT]
    for version in (1, 2):
        world.objects.stored.pop(f"pointers/{version}.json")
    world.pipeline.switch(rules_only=True)
    with pytest.raises(ModelUnavailableError, match="switched_off"):
        world.a_function().current()


def test_a_roll_back_is_taken_up_like_anything_newer(world: World, made, running: StoredModels) -> None:
    world.pipeline.promote(made["b"].listed)
    world.later()
    assert running.current().sha256 == made["b"].listed.sha256
    world.pipeline.roll_back()
    world.later()
    assert running.current().sha256 == made["a"].listed.sha256
    world.pipeline.roll_back()
    world.later()
    assert running.current() is world.packaged.model
    assert world.refused == []
    assert world.taken_up == [1, 2, 3, 4]


def test_what_is_taken_up_scores_as_it_did_where_it_was_made(world: World, made, running: StoredModels) -> None:
    world.pipeline.promote(made["b"].listed)
    world.later()
    assert running.current().score(NOTHING_KNOWN) == made["b"].model.score(NOTHING_KNOWN)
