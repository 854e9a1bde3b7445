"""Where models are kept: a folder of this machine or a bucket, with the two writes that publishing needs."""

import fcntl
import os
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from safelight.adapters.s3_objects import Place

_ANOTHER_WAS_QUICKER = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
_NOT_THERE = frozenset({"NoSuchKey", "404", "NotFound"})


class StoreError(ValueError):
    """The model store cannot do what was asked; the message says what to do."""


class Objects(Protocol):
    """Keys are relative, with slashes."""

    def get(self, key: str) -> bytes | None: ...

    def create(self, key: str, data: bytes) -> bool:
        """False when there is another object of that name: it stays. The same bytes again are a success."""

    def replace(self, key: str, data: bytes, before: bytes | None) -> None:
        """Raises StoreError unless what is there is `before` (None: nothing)."""


def objects_of(place: str, endpoint: str | None) -> Objects:
    """`s3://bucket/prefix`, or a folder, which is made. Raises StoreError."""
    if not place.startswith("s3://"):
        return FolderObjects(Path(place))
    import boto3  # noqa: PLC0415 - a folder needs none of it

    try:
        return BucketObjects(boto3.client("s3", endpoint_url=endpoint), Place.parse(place))
    except (ValueError, BotoCoreError) as error:
        raise StoreError(f"{place}: {error}") from error


class FolderObjects:
    """One file an object. Writers take turns by a lock; readers never see half a file."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def get(self, key: str) -> bytes | None:
        try:
            return (self._root / key).read_bytes()
        except FileNotFoundError:
            return None

    def create(self, key: str, data: bytes) -> bool:
        path = self._root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        part = self._part(path, data)
        try:
            os.link(part, path)  # unlike a rename, refuses when there is one
        except FileExistsError:
            return path.read_bytes() == data
        finally:
            part.unlink()
        return True

    def replace(self, key: str, data: bytes, before: bytes | None) -> None:
        path = self._root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        with (self._root / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.get(key) != before:
                raise StoreError(f"somebody else changed {key} meanwhile: look at `python -m models store`, then again")
            self._part(path, data).replace(path)

    @staticmethod
    def _part(path: Path, data: bytes) -> Path:
        part = path.with_name(f".{path.name}.{uuid4().hex}")
        part.write_bytes(data)
        return part


class BucketObjects:
    """Both writes are S3's conditional ones: two pipelines cannot overwrite one another."""

    def __init__(self, client: Any, place: Place) -> None:
        self._client = client
        self._place = place

    def get(self, key: str) -> bytes | None:
        found = self._found(key)
        return None if found is None else found[0]

    def create(self, key: str, data: bytes) -> bool:
        return self._put(key, data, IfNoneMatch="*") or self.get(key) == data

    def replace(self, key: str, data: bytes, before: bytes | None) -> None:
        found = self._found(key)
        if (found and found[0]) == before:
            condition = {"IfMatch": found[1]} if found else {"IfNoneMatch": "*"}
            if self._put(key, data, **condition):
                return
        raise StoreError(f"somebody else changed {key} meanwhile: look at `python -m models store`, then again")

    def _found(self, key: str) -> tuple[bytes, str] | None:
        """Bytes and entity tag."""
        try:
            answer = self._client.get_object(Bucket=self._place.bucket, Key=self._place.prefix + key)
            return answer["Body"].read(), answer["ETag"]
        except ClientError as error:
            if _code(error) in _NOT_THERE:
                return None
            raise StoreError(f"{key} cannot be read: {_code(error)}") from error
        except BotoCoreError as error:
            raise StoreError(f"{key} cannot be read: {type(error).__name__}") from error

    def _put(self, key: str, data: bytes, **condition: str) -> bool:
        """False when the condition does not hold."""
        try:
            self._client.put_object(Bucket=self._place.bucket, Key=self._place.prefix + key, Body=data, **condition)
        except ClientError as error:
            if _code(error) in _ANOTHER_WAS_QUICKER:
                return False
            raise StoreError(f"{key} cannot be written: {_code(error)}") from error
        except BotoCoreError as error:
            raise StoreError(f"{key} cannot be written: {type(error).__name__}") from error
        return True


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code"))
