"""The local stack's inbox: a loopback server that shows what a contact's phone would."""

import json

from safelight.adapters.one_post import OnePost
from safelight.adapters.sms.base import SmsProvider
from safelight.adapters.sms.classify import AnsweredError
from safelight.ports import SmsMessage


class InboxSms(SmsProvider):
    """The port `Sms`: POSTs `{"to", "text", "attempt_id"}` to `url`; a 2xx with JSON that holds a `message_id` is a
    yes. Raises ValueError for a `url` beyond this machine: numbers travel in clear."""

    name = "inbox"

    def __init__(self, url: str, *, timeout_s: float = 3.0) -> None:
        self._post = OnePost(url, read_s=timeout_s, loopback=True)

    def _send(self, message: SmsMessage) -> str:
        body = json.dumps({"to": message.to, "text": message.text, "attempt_id": message.attempt_id}).encode()
        answer = self._post.send(body, {})
        message_id = _message_id(answer.body)
        if message_id is None or not 200 <= answer.status < 300:
            raise AnsweredError(answer.status)
        return message_id


def _message_id(answer: bytes) -> str | None:
    try:
        message_id = json.loads(answer).get("message_id")
    except (ValueError, AttributeError):
        return None
    return message_id if isinstance(message_id, str) else None
