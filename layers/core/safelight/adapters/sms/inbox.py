"""The local stack's inbox: a loopback server that shows what a contact's phone would."""

import http.client
import json
from urllib.parse import urlsplit

from safelight.adapters.sms.base import SmsProvider
from safelight.adapters.sms.classify import AnsweredError, NotConnectedError
from safelight.ports import SmsMessage

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class InboxSms(SmsProvider):
    """The port `Sms`: POSTs `{"to", "text", "attempt_id"}` to `url`; any 2xx is a yes, and `message_id` in a JSON
    answer is kept. Raises ValueError for a `url` beyond this machine: numbers travel in clear."""

    def __init__(self, url: str, *, timeout_s: float = 3.0) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK:
            raise ValueError("the inbox must be http on loopback")
        self._host, self._port = parts.hostname, parts.port
        self._path = parts.path or "/"
        self._timeout_s = timeout_s

    def _send(self, message: SmsMessage) -> str | None:
        body = json.dumps({"to": message.to, "text": message.text, "attempt_id": message.attempt_id}).encode()
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)
        try:
            try:
                connection.connect()
            except OSError as error:
                raise NotConnectedError from error
            connection.request("POST", self._path, body, {"content-type": "application/json"})
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        if not 200 <= response.status < 300:
            raise AnsweredError(response.status)
        return _message_id(answer)


def _message_id(answer: bytes) -> str | None:
    try:
        message_id = json.loads(answer).get("message_id")
    except (ValueError, AttributeError):
        return None
    return message_id if isinstance(message_id, str) else None
