"""The insurer's own push service, told by a signed POST of `{"policyholder_id", "notice_id", "text"}`.

It shows one notice for a `notice_id`, however often it is told. Any 2xx is a yes. How it is signed: `post_signing`.
"""

import http.client
import json

from safelight.adapters.one_post import NotConnectedError, OnePost
from safelight.adapters.post_signing import PostSigner
from safelight.domain.errors import GaveUpError, RetryableError
from safelight.domain.request import PolicyholderId

CONNECT_TIMEOUT_S = 0.7
READ_TIMEOUT_S = 1.3
"""Two seconds together: somebody waits to send the SMS."""


class SignedPush:
    """The port `Push`. Raises ValueError for a `url` that is neither https nor on this machine."""

    def __init__(self, url: str, signer: PostSigner) -> None:
        self._post = OnePost(url, connect_s=CONNECT_TIMEOUT_S, read_s=READ_TIMEOUT_S)
        self._signer = signer

    def send(self, policyholder_id: PolicyholderId, notice_id: str, text: str) -> None:
        """RetryableError too when the service says no or its key cannot be read: nothing waits for a push, and an SMS
        goes out beside it."""
        told = {"policyholder_id": policyholder_id, "notice_id": notice_id, "text": text}
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            answer = self._post.send(body, self._signer.sign(body))
        except (NotConnectedError, OSError, http.client.HTTPException) as error:
            raise RetryableError(f"push_{type(error).__name__}") from None
        except GaveUpError as error:
            raise RetryableError(str(error)) from error
        if not 200 <= answer.status < 300:
            raise RetryableError(f"push_http_{answer.status}")
