"""LINE's webhooks, as LINE sends and signs them."""

import hmac
import json
from base64 import b64encode
from itertools import count
from typing import Any

from tests.channels.deployed import Deployed
from tests.channels.loopback_aws import LINE_SECRET

USER = "U4af4980629f0e1d2c3b4a5968778695a"
_NUMBERS = count()

Json = dict[str, Any]


def an_event(kind: str = "message", **over: Any) -> Json:
    number = next(_NUMBERS)
    made: Json = {
        "type": kind,
        "mode": "active",
        "timestamp": 4_000_000_000_000,
        "source": {"type": "user", "userId": USER},
        "webhookEventId": f"01H{number:023d}",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": f"reply-token-{number}",
    }
    return {**made, **over}


def a_message(text: str, **over: Any) -> Json:
    return an_event(message={"id": "444573844083572737", "type": "text", "quoteToken": "q", "text": text}, **over)


def a_press(data: str, **over: Any) -> Json:
    return an_event("postback", postback={"data": data}, **over)


def signature(raw: bytes, secret: str = LINE_SECRET["channel_secret"]) -> str:
    return b64encode(hmac.digest(secret.encode(), raw, "sha256")).decode()


def a_webhook(*events: Json, raw: bytes | None = None, sign: str | None = None, base64: bool = False) -> Json:
    """As API Gateway hands it on."""
    body = raw if raw is not None else json.dumps({"destination": "Uabc", "events": events}).encode()
    return {
        "version": "2.0",
        "routeKey": "POST /v1/line/webhook",
        "rawPath": "/v1/line/webhook",
        "headers": {"content-type": "application/json", "x-line-signature": signature(body) if sign is None else sign},
        "requestContext": {"http": {"method": "POST", "path": "/v1/line/webhook"}},
        "body": b64encode(body).decode() if base64 else body.decode(),
        "isBase64Encoded": base64,
    }


def deliver(insurer: Deployed, *events: Json, **how: Any) -> int:
    status: int = insurer.function("converse_line").handler(a_webhook(*events, **how), None)["statusCode"]
    return status


def link(insurer: Deployed) -> None:
    """The account belongs to the policyholder from now on: his token fetches a nonce, LINE's event brings it back."""
    nonce = insurer.call("POST", "/v1/chat/line-links", {}).json["nonce"]
    assert deliver(insurer, an_event("accountLink", link={"result": "ok", "nonce": nonce})) == 200


def told(insurer: Deployed) -> list[Json]:
    """The messages of the last reply or push."""
    messages: list[Json] = insurer.aws.line[-1][1]["messages"]
    return messages


def texts(insurer: Deployed) -> str:
    return "\n".join(message["text"] for message in told(insurer))


def buttons(insurer: Deployed) -> list[Json]:
    return [item["action"] for item in told(insurer)[-1].get("quickReply", {}).get("items", [])]
