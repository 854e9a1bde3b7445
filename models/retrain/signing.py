"""Who signs what is published: KMS, or a key file for a folder of one machine."""

import hmac
import os
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from models.retrain.objects import StoreError
from safelight.adapters.kms_signatures import ALGORITHM

KEY_FILE = "signing.key"


class Signer(Protocol):
    """Raises StoreError when the key cannot be used."""

    def sign(self, text: str) -> bytes: ...

    def holds(self, text: str, signature: bytes) -> bool: ...


def signer_of(place: str, key: str | None, endpoint: str | None) -> Signer:
    """KMS's key of that id; for a folder without one, a file in it. Raises StoreError for a bucket without one."""
    if key:
        import boto3  # noqa: PLC0415 - a folder needs none of it

        try:
            return KmsSigner(boto3.client("kms", endpoint_url=endpoint), key)
        except (ValueError, BotoCoreError) as error:
            raise StoreError(f"KMS: {error}") from error
    if place.startswith("s3://"):
        raise StoreError("a bucket needs the KMS key that signs: --key, or MODEL_KEY in the environment")
    return FileSigner(Path(place) / KEY_FILE)


class KmsSigner:
    """The private key stays in KMS."""

    def __init__(self, client: Any, key_id: str) -> None:
        self._client = client
        self._key_id = key_id

    def sign(self, text: str) -> bytes:
        return bytes(self._call("sign", text)["Signature"])

    def holds(self, text: str, signature: bytes) -> bool:
        try:
            return self._call("verify", text, Signature=signature)["SignatureValid"] is True
        except self._client.exceptions.KMSInvalidSignatureException:
            return False

    def _call(self, operation: str, text: str, **more: bytes) -> Any:
        digest = sha256(text.encode()).digest()
        asked = {"KeyId": self._key_id, "Message": digest, "MessageType": "DIGEST", "SigningAlgorithm": ALGORITHM}
        try:
            return getattr(self._client, operation)(**asked, **more)
        except self._client.exceptions.KMSInvalidSignatureException:
            raise
        except (ClientError, BotoCoreError) as error:
            raise StoreError(f"KMS does not {operation}: {error}. Which role runs this?") from error


class FileSigner:
    """HMAC by a key that lies beside what it signs: it shows that a folder is whole, not who wrote it. No function
    takes it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def sign(self, text: str) -> bytes:
        return hmac.digest(self._key(), b64encode(text.encode()), "sha256")

    def holds(self, text: str, signature: bytes) -> bool:
        return hmac.compare_digest(self.sign(text), signature)

    def _key(self) -> bytes:
        if not self._path.exists():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file, "wb") as key:
                key.write(os.urandom(32))
        return self._path.read_bytes()
