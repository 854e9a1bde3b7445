"""Amazon Lex V2 in the local stack: a session with a bot whose every turn is left to the deployed code hook.

There is no bot in the emulator. What Lex itself does is little: it brings the session's attributes and intent back at
the next turn, and names what was said. The event has the form that `sam local generate-event lex-v2` prints.
"""

from __future__ import annotations

import json
from secrets import token_hex
from typing import Any
from uuid import uuid4

from local.scene import JourneyError
from local.stack import LocalStack

_BOT = {
    "id": "SAFELIGHT1",
    "name": "PolicyService",
    "aliasId": "LIVEALIAS1",
    "aliasName": "live",
    "version": "1",
    "localeId": "zh_CN",
}
"""Lex has no zh_TW: the template's LexLocales says what this one stands for."""

Json = dict[str, Any]


class LexSession:
    """One customer's, written (`Text`), spoken (`Speech`) or by keypad (`DTMF`). `person` is whom the insurer's server
    names; None where it knows nobody."""

    def __init__(self, stack: LocalStack, person: str | None) -> None:
        self._client = stack.client("lambda")
        self._function = stack.outputs["ConverseLexName"]
        self._session_id = token_hex(8)
        self._attributes: dict[str, str] = {} if person is None else {"policyholder_id": person}
        self._intent: Json = {
            "name": "Talk",
            "slots": {"said": None},
            "state": "InProgress",
            "confirmationState": "None",
        }
        self.answer: Json = {}

    @property
    def text(self) -> str:
        """All that was said last, SSML included."""
        return "\n".join(message.get("content", "") for message in self.answer["messages"])

    @property
    def spoken(self) -> str:
        """The last answer's SSML, empty where there is none."""
        return next((m["content"] for m in self.answer["messages"] if m["contentType"] == "SSML"), "")

    @property
    def buttons(self) -> list[Json]:
        return [
            button
            for message in self.answer["messages"]
            if message["contentType"] == "ImageResponseCard"
            for button in message["imageResponseCard"]["buttons"]
        ]

    @property
    def action(self) -> str:
        """What Lex is to do next."""
        return str(self.answer["sessionState"]["dialogAction"]["type"])

    def says(self, text: str, mode: str = "Text", times: int = 1) -> list[Json]:
        """One turn; `times` more than one is Lex trying its hook again. Returns each answer."""
        event = self._event(text, mode)
        answers = [self._invoke(event) for _ in range(times)]
        self.answer = answers[-1]
        state = self.answer["sessionState"]
        self._attributes = state["sessionAttributes"]
        self._intent = state.get("intent", self._intent)
        return answers

    def _event(self, text: str, mode: str) -> Json:
        return {
            "messageVersion": "1.0",
            "invocationSource": "DialogCodeHook",
            "inputMode": mode,
            "responseContentType": "audio/mpeg" if mode != "Text" else "text/plain; charset=utf-8",
            "sessionId": self._session_id,
            "inputTranscript": text,
            "bot": _BOT,
            "interpretations": [
                {"intent": self._intent, "nluConfidence": {"score": 0.81}, "interpretationSource": "Lex"}
            ],
            "proposedNextState": {
                "intent": self._intent,
                "dialogAction": {"type": "ElicitSlot", "slotToElicit": "said"},
                "prompt": {"attempt": "Initial"},
            },
            "transcriptions": [
                {
                    "transcription": text,
                    "transcriptionConfidence": 0.93,
                    "resolvedContext": {"intent": self._intent["name"]},
                    "resolvedSlots": {},
                }
            ],
            "sessionState": {
                "activeContexts": [],
                "sessionAttributes": self._attributes,
                "intent": self._intent,
                "originatingRequestId": str(uuid4()),
            },
        }

    def _invoke(self, event: Json) -> Json:
        answer = self._client.invoke(FunctionName=self._function, Payload=json.dumps(event))
        payload: Json = json.load(answer["Payload"])
        if "FunctionError" in answer:
            raise JourneyError(f"The code hook failed: {payload}")
        return payload
