"""The model store over the emulated S3 and KMS: what the pipeline writes there is what functions take up."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest

from local.emulator_process import Emulator
from local.machine import REGION
from models.retrain.objects import BucketObjects, FolderObjects, Objects, StoreError
from models.retrain.publish import ModelStore
from models.retrain.signing import KmsSigner
from safelight.adapters.aws_json import AwsError, AwsUnavailableError
from safelight.adapters.kms_signatures import KmsSignatures
from safelight.adapters.s3_objects import Place, S3Objects
from safelight.adapters.stored_models import Reports, StoredModels, words_sha256
from safelight.adapters.vault import kms_client
from safelight.scoring.pointer import CURRENT, Signed
from tests.adapters import wire
from tests.contract.conftest import TIMEOUT_S, credentials
from tests.fakes import FakeClock, FakeModels
from tests.retrain.small_models import PASSED, a_candidate, write_model

MOST = 1_000_000


@dataclass(frozen=True)
class Cloud:
    endpoint: str
    place: Place
    s3: Any
    kms: Any
    key: str


@pytest.fixture
def cloud(emulator: Emulator) -> Iterator[Cloud]:
    made = [
        boto3.client(
            service,
            endpoint_url=emulator.endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        for service in ("s3", "kms")
    ]
    place = Place.parse(f"s3://models-{uuid4().hex[:12]}/stack")
    made[0].create_bucket(Bucket=place.bucket)
    key = made[1].create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    yield Cloud(emulator.endpoint, place, *made, key)
    for client in made:
        client.close()


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.emulator)])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    if request.param == "folder":
        return FolderObjects(tmp_path)
    cloud: Cloud = request.getfixturevalue("cloud")
    return BucketObjects(cloud.s3, cloud.place)


def test_an_object_is_made_once_and_stays(objects: Objects) -> None:
    assert objects.get("models/a/b") is None
    assert objects.create("models/a/b", b"one")
    assert objects.create("models/a/b", b"one")
    assert not objects.create("models/a/b", b"two")
    assert objects.get("models/a/b") == b"one"


def test_an_object_is_replaced_by_who_saw_the_one_before(objects: Objects) -> None:
    objects.replace("current.json", b"one", None)
    for before in (None, b"zero"):
        with pytest.raises(StoreError, match="somebody else"):
            objects.replace("current.json", b"two", before)
    objects.replace("current.json", b"two", b"one")
    assert objects.get("current.json") == b"two"


@contextmanager
def reading(place: Place, endpoint: str) -> Iterator[S3Objects]:
    objects = S3Objects(place, REGION, endpoint, credentials)
    try:
        yield objects
    finally:
        objects.close()


@pytest.mark.emulator
def test_the_lean_reader_reads_what_boto3_wrote(cloud: Cloud) -> None:
    BucketObjects(cloud.s3, cloud.place).create("models/a/model.onnx", b"\x00\xff" * 40_000)
    with reading(cloud.place, cloud.endpoint) as objects:
        assert objects.get("models/a/model.onnx", within_s=TIMEOUT_S, most_bytes=MOST) == b"\x00\xff" * 40_000
        assert objects.get("models/a/none", within_s=TIMEOUT_S, most_bytes=MOST) is None
        with pytest.raises(AwsUnavailableError):
            objects.get("models/a/model.onnx", within_s=TIMEOUT_S, most_bytes=79_999)


@pytest.mark.emulator
def test_a_function_takes_up_what_kms_signed_and_nothing_that_it_did_not(cloud: Cloud, tmp_path: Path) -> None:
    clock, heard = FakeClock(), []
    store = ModelStore(BucketObjects(cloud.s3, cloud.place), KmsSigner(cloud.kms, cloud.key), now=clock.now, by="tests")
    folder = write_model(tmp_path / "b", 0.5)
    made = a_candidate(tmp_path / "b", 0.5)
    store.publish(made, folder, PASSED)
    store.promote(made.listed)
    kms = kms_client(REGION, cloud.endpoint, credentials, TIMEOUT_S)
    with reading(cloud.place, cloud.endpoint) as objects:
        function = StoredModels(
            FakeModels(),
            objects,
            KmsSignatures(kms, cloud.key),
            Reports(heard.append, heard.append, lambda _: None),
            now=clock.now,
            words_sha256=lambda: words_sha256(made.manifest),
        )
        look(function)
        assert function.current().sha256 == made.listed.sha256
        told = store.current()
        assert told is not None
        text = told._replace(version=9, rules_only=True).as_text()
        forged = Signed(text, b"\x30\x06\x02\x01\x01\x02\x01\x01").as_file()
        cloud.s3.put_object(Bucket=cloud.place.bucket, Key=cloud.place.prefix + CURRENT, Body=forged)
        clock.move(seconds=30)
        look(function)
        assert function.current().sha256 == made.listed.sha256
    kms.close()
    assert heard == ["signature"]


def look(function: StoredModels) -> None:
    function.look()
    assert function._looking is not None
    function._looking.join(20)


@pytest.mark.parametrize("status", [403, 500, 503, 429])
def test_a_store_that_says_no_or_nothing_is_told_apart(status: int) -> None:
    with (
        wire.serve(wire.answer(b"<Error/>", status)) as served,
        reading(Place.parse("s3://models"), served.url) as objects,
        pytest.raises(AwsError if status == 403 else AwsUnavailableError, match=f"http_{status}"),
    ):
        objects.get(CURRENT, within_s=2.0, most_bytes=MOST)


def test_what_is_asked_for_is_signed_for_s3() -> None:
    with wire.serve(wire.answer(b"here")) as served, reading(Place.parse("s3://models/stack"), served.url) as objects:
        assert objects.get(CURRENT, within_s=2.0, most_bytes=MOST) == b"here"
    head = served.requests[0].decode().lower()
    assert head.startswith("get /models/stack/current.json http/1.1\r\n")
    assert "/s3/aws4_request, signedheaders=host;x-amz-content-sha256;x-amz-date" in head


@pytest.mark.parametrize("text", ["", "models", "s3://", "s3://UPPER/x", "s3://ok/a b", "https://bucket/x"])
def test_a_place_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="s3://bucket/prefix"):
        Place.parse(text)
