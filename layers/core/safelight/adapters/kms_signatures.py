"""Is this what the retraining pipeline signed? KMS says: the private key never leaves it, and no function may sign."""

from base64 import b64encode
from hashlib import sha256

from safelight.adapters.aws_json import AwsError, AwsJson

ALGORITHM = "ECDSA_SHA_256"
_NOT_ITS = frozenset({"KMSInvalidSignatureException"})


class KmsSignatures:
    """`key_id` is an ECC_NIST_P256 key for SIGN_VERIFY (id, alias or ARN)."""

    def __init__(self, kms: AwsJson, key_id: str) -> None:
        self._kms = kms
        self._key_id = key_id

    def holds(self, text: str, signature: bytes) -> bool:
        """Raises AwsError when KMS may not be asked, AwsUnavailableError when it does not answer."""
        asked = {
            "KeyId": self._key_id,
            "Message": b64encode(sha256(text.encode()).digest()).decode(),
            "MessageType": "DIGEST",
            "SigningAlgorithm": ALGORITHM,
            "Signature": b64encode(signature).decode(),
        }
        try:
            return self._kms.call("Verify", asked, replayable=True).get("SignatureValid") is True
        except AwsError as error:
            if error.code in _NOT_ITS:
                return False
            raise
