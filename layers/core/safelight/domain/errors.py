"""Errors by what the caller does about them: reject, retry, or give up."""


class SafelightError(Exception):
    """Any error of Safelight's own."""


class RejectedError(SafelightError):
    """The caller must change something. `field` names what, `reason` is a stable code with no personal data."""

    def __init__(self, reason: str, *, field: str | None = None) -> None:
        super().__init__(reason if field is None else f"{field}: {reason}")
        self.reason = reason
        self.field = field


class NotFoundError(RejectedError):
    """No such thing for this caller. Says the same whether it is missing or somebody else's."""

    def __init__(self, what: str) -> None:
        super().__init__("not_found")
        self.what = what


class ConflictError(RejectedError):
    """The same id came with another body, or the thing is no longer in a state that allows this."""


class ForbiddenError(RejectedError):
    """The caller's role does not allow this."""


class RetryableError(SafelightError):
    """A dependency failed in a way that may pass: safe to try again."""


class ContendedError(RetryableError):
    """Another was writing the same thing all the while. Nothing was written."""


class GaveUpError(SafelightError):
    """Trying again cannot help; a person must look."""


class ModelUnavailableError(SafelightError):
    """No model may be used. `cause` is a stable code: missing, hash_mismatch, contract_mismatch, unreadable,
    failed, late, switched_off; of one from the model store also self_test, words_mismatch."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause
