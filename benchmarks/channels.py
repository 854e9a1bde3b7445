"""One customer's loan through every channel, as the events that its function gets: the request, then each answer.

A channel is added by adding its speaker to SPEAKERS.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from benchmarks import ordinary_request
from benchmarks.in_process import Handlers
from benchmarks.kept_aws import KeptAws
from benchmarks.runtime_api import BenchmarkError
from local.people import BORROWER
from safelight.domain.request import RequestKind
from tests.channels.loopback_aws import LINE_SECRET

Event = dict[str, Any]
Answer = dict[str, Any]
WISH, AMOUNT = "我想借款12萬", "120000"
USER = "U4af4980629f0e1d2c3b4a5968778695a"


class Turn(NamedTuple):
    """An event and the folder under `functions/` whose handler takes it."""

    function: str
    event: Event


class Speaker(Protocol):
    """One conversation. Each turn either opens the case or changes it."""

    def opens(self) -> list[Turn]:
        """The turns up to the one that has the request decided, which is the last."""

    def answers(self, said: Answer) -> Turn | None:
        """The turn that answers what was asked by the first choice, None when nothing was asked."""


class Http:
    def __init__(self, number: int, _: KeptAws) -> None:
        self.request_id = f"request-{number}"

    def opens(self) -> list[Turn]:
        return [Turn("assess_request", ordinary_request.event(self.request_id))]

    def answers(self, said: Answer) -> Turn | None:
        asked = [one for one in read(said)["questions"] if not one.get("answered")]
        if not asked:
            return None
        given = {
            "answers": [{"question_id": asked[0]["question_id"], "choice_id": asked[0]["choices"][0]["choice_id"]}]
        }
        path = f"/v1/requests/{self.request_id}/answers"
        return Turn("answer_questions", ordinary_request.http_event(path, json.dumps(given)))


class Line:
    def __init__(self, number: int, aws: KeptAws) -> None:
        self.number, self.aws, self.turns = number, aws, 0

    def opens(self) -> list[Turn]:
        return [self._webhook("message", message={"type": "text", "text": WISH})]

    def answers(self, said: Answer) -> Turn | None:
        if said["statusCode"] != 200:
            raise BenchmarkError(f"LINE was answered {said['statusCode']}")
        offered = self.aws.told[-1].get("quickReply", {}).get("items", [])
        return self._webhook("postback", postback={"data": offered[0]["action"]["data"]}) if offered else None

    def _webhook(self, kind: str, **what: Any) -> Turn:
        self.turns += 1
        return line_webhook(kind, f"{self.number:013d}{self.turns:010d}", **what)


class Lex:
    def __init__(self, number: int, _: KeptAws) -> None:
        self.number, self.turns = number, 0
        self.attributes: dict[str, str] = {"policyholder_id": BORROWER.id}

    def opens(self) -> list[Turn]:
        return [self._turn(WISH)]

    def answers(self, said: Answer) -> Turn | None:
        self.attributes = said["sessionState"]["sessionAttributes"]
        return None if said["sessionState"]["dialogAction"]["type"] == "Close" else self._turn("1")

    def _turn(self, text: str) -> Turn:
        self.turns += 1
        intent = {"name": "Talk", "slots": {"said": None}, "state": "InProgress", "confirmationState": "None"}
        event = {
            "messageVersion": "1.0",
            "invocationSource": "DialogCodeHook",
            "inputMode": "Text",
            "sessionId": f"session-{self.number}",
            "inputTranscript": text,
            "bot": {"id": "B", "name": "Safelight", "localeId": "zh_TW", "version": "1", "aliasId": "A"},
            "interpretations": [{"intent": intent}],
            "sessionState": {
                "sessionAttributes": self.attributes,
                "activeContexts": [],
                "intent": intent,
                "originatingRequestId": f"turn-{self.number}-{self.turns}",
            },
        }
        return Turn("converse_lex", event)


class Web:
    def __init__(self, number: int, _: KeptAws) -> None:
        self.number, self.turns = number, 0

    def opens(self) -> list[Turn]:
        return [self._turn(text=WISH)]

    def answers(self, said: Answer) -> Turn | None:
        told = read(said)
        return None if told["over"] else self._turn(pressed=told["choices"][0]["pressed"])

    def _turn(self, **what: str) -> Turn:
        self.turns += 1
        body = {"chat_id": f"chat-{self.number}", "turn_id": f"turn-{self.turns}", "locale": "zh-TW", **what}
        return Turn("converse_web", ordinary_request.http_event("/v1/chat/turns", json.dumps(body)))


class Phone:
    """What the contact flow asks its function after each key. A call that rings is scored before he says anything."""

    def __init__(self, number: int, _: KeptAws) -> None:
        self.number, self.turns = number, 0

    def opens(self) -> list[Turn]:
        loan = list(RequestKind).index(RequestKind.POLICY_LOAN) + 1
        return [self._turn(""), self._turn(str(loan)), self._turn(AMOUNT)]

    def answers(self, said: Answer) -> Turn | None:
        return self._turn("1" if said["then"] == "key" else AMOUNT) if said["then"] in ("key", "sum") else None

    def _turn(self, pressed: str) -> Turn:
        given = {"turn": str(self.turns), "pressed": pressed, "silent": "0"} if self.turns else {}
        self.turns += 1
        contact = {
            "Attributes": {"policyholder_id": BORROWER.id},
            "Channel": "VOICE",
            "ContactId": f"call-{self.number}",
            "CustomerEndpoint": {"Address": "+886900000999", "Type": "TELEPHONE_NUMBER"},
            "InitialContactId": f"call-{self.number}",
            "InitiationMethod": "INBOUND",
        }
        details = {"ContactData": contact, "Parameters": given}
        return Turn("converse_connect", {"Name": "ContactFlowEvent", "Details": details})


SPEAKERS: dict[str, Callable[[int, KeptAws], Speaker]] = {
    "HTTP": Http,
    "LINE": Line,
    "Lex": Lex,
    "web chat": Web,
    "phone": Phone,
}
REFERENCE = "HTTP"
SESSION = "watch_session"


def signals(number: int) -> Turn:
    """One delivery of a page while somebody hovers over the form. It opens no case."""
    seen = {"on_call": True, "screen_shared": False, "seconds_on_form": 95, "amount_edits": 1, "sequence": number}
    path = f"/v1/sessions/session-{number}/signals"
    return Turn(SESSION, ordinary_request.http_event(path, json.dumps(seen)))


def kept(said: Answer) -> bool:
    """Whether the store took a delivery of signals."""
    return read(said)["kept"] is True


def line_webhook(kind: str, event_id: str, **what: Any) -> Turn:
    """Signed as LINE signs."""
    one = {
        "type": kind,
        "mode": "active",
        "timestamp": 4_000_000_000_000,
        "source": {"type": "user", "userId": USER},
        "webhookEventId": f"01H{event_id}",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": f"token-{event_id}",
        **what,
    }
    body = json.dumps({"destination": "U", "events": [one]})
    sign = b64encode(hmac.digest(LINE_SECRET["channel_secret"].encode(), body.encode(), "sha256")).decode()
    event = ordinary_request.http_event("/v1/line/webhook", body)
    event["headers"] = {**event["headers"], "x-line-signature": sign}
    return Turn("converse_line", event)


def link_line(aws: KeptAws, handlers: Handlers) -> None:
    """From now on every conversation begins with the LINE account linked: by the same two turns as in production."""
    offered = handlers("link_line")(ordinary_request.http_event("/v1/chat/line-links", "{}"), None)
    linked = line_webhook("accountLink", f"{0:023d}", link={"result": "ok", "nonce": read(offered)["nonce"]})
    if handlers(linked.function)(linked.event, None)["statusCode"] != 200:
        raise BenchmarkError("the LINE account could not be linked")
    aws.keep()


def read(said: Answer) -> dict[str, Any]:
    """Raises BenchmarkError for anything but a JSON body with a status of success."""
    if said["statusCode"] not in (200, 201):
        raise BenchmarkError(f"answered {said}")
    body: dict[str, Any] = json.loads(said["body"])
    return body
