"""Keyed hashes with a key from Secrets Manager, and numbers sealed by KMS for one policyholder."""

import hmac
import threading
from base64 import b64decode, b64encode

from safelight.adapters.aws_json import AwsError, AwsJson
from safelight.adapters.aws_signing import CredentialsSource
from safelight.adapters.number_spelling import bank_account, e164
from safelight.domain.contact import Contact, PersonKey, PhoneKey, SealedPhone
from safelight.domain.errors import GaveUpError
from safelight.domain.request import AccountKey, PolicyholderId

MIN_KEY_BYTES = 32
CODE_DIGITS = 6


def kms_client(region: str, endpoint: str | None, credentials: CredentialsSource, timeout_s: float) -> AwsJson:
    return AwsJson("kms", "TrentService", "1.1", region, endpoint, credentials, timeout_s)


def secrets_client(region: str, endpoint: str | None, credentials: CredentialsSource, timeout_s: float) -> AwsJson:
    return AwsJson("secretsmanager", "secretsmanager", "1.1", region, endpoint, credentials, timeout_s)


class VaultError(GaveUpError):
    """The key or a sealed number cannot be used. Says which kind, never the value."""


class AwsVault:
    """The port `Vault`. The hashing key is read once, when first needed, and kept: to change it is a migration of
    every stored hash. `hash_secret_id` names the secret, `kms_key_id` the key (id, alias or ARN); None: it only hashes,
    and sealing and unsealing raise VaultError."""

    def __init__(self, secrets: AwsJson, kms: AwsJson, *, hash_secret_id: str, kms_key_id: str | None = None) -> None:
        self._secrets = secrets
        self._kms = kms
        self._hash_secret_id = hash_secret_id
        self._kms_key_id = kms_key_id
        self._key: bytes | None = None
        self._purpose_keys: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def account_key(self, bank_code: str, account_number: str) -> AccountKey:
        """Raises RejectedError for what is no account."""
        return AccountKey(self._hash("account", bank_account(bank_code, account_number)).hex())

    def phone_key(self, phone: str) -> PhoneKey:
        """Raises RejectedError for what is no phone number."""
        return PhoneKey(self._hash("phone", e164(phone)).hex())

    def person_key(self, national_id: str) -> PersonKey:
        return PersonKey(self._hash("person", national_id.strip().upper()).hex())

    def digest(self, body: str) -> str:
        return self._hash("digest", body).hex()

    def confirmation_code(self, contact: Contact) -> str:
        """From the contact and `code_from`, so that a new designation or renewal has a new code."""
        about = self._hash("code", f"{contact.contact_id}\x1f{contact.code_from.timestamp():.6f}")
        return f"{int.from_bytes(about[:8]) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"

    def seal(self, phone: str, policyholder_id: PolicyholderId) -> SealedPhone:
        """Raises RejectedError for what is no phone number."""
        answer = self._kms.call(
            "Encrypt",
            {
                "KeyId": self._sealing_key(),
                "Plaintext": b64encode(e164(phone).encode()).decode(),
                "EncryptionContext": {"policyholder_id": policyholder_id},
            },
            replayable=True,
        )
        return SealedPhone(answer["CiphertextBlob"])

    def unseal(self, sealed: SealedPhone, policyholder_id: PolicyholderId) -> str:
        """E.164. Raises VaultError for what was sealed for somebody else, under another key, or not at all."""
        try:
            b64decode(sealed, validate=True)
            answer = self._kms.call(
                "Decrypt",
                {
                    "KeyId": self._sealing_key(),
                    "CiphertextBlob": sealed,
                    "EncryptionContext": {"policyholder_id": policyholder_id},
                },
                replayable=True,
            )
        except (AwsError, ValueError) as error:
            raise VaultError("unsealing_refused") from error
        return b64decode(answer["Plaintext"]).decode()

    def _sealing_key(self) -> str:
        if self._kms_key_id is None:
            raise VaultError("no_sealing_key")
        return self._kms_key_id

    def _hash(self, purpose: str, value: str) -> bytes:
        """A key of its own for each purpose: equal values under different purposes have unrelated hashes."""
        key = self._purpose_keys.get(purpose)
        if key is None:
            key = hmac.digest(self._hash_key(), f"safelight/{purpose}".encode(), "sha256")
            self._purpose_keys[purpose] = key
        return hmac.digest(key, value.encode(), "sha256")

    def _hash_key(self) -> bytes:
        with self._lock:
            if self._key is None:
                answer = self._secrets.call("GetSecretValue", {"SecretId": self._hash_secret_id}, replayable=True)
                key = str(answer.get("SecretString", "")).encode()
                if len(key) < MIN_KEY_BYTES:
                    raise VaultError("hash_key_missing_or_short")
                self._key = key
            return self._key
