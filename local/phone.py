"""A telephone: plays the contact flows of phone/ as Amazon Connect would, against a function's real answers.

It knows the actions and the branches that the flows use (Amazon Connect API Reference, flow language), and no others:
an action or a branch that it does not know is an error, never a pass.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from uuid import uuid4

import yaml

from local.machine import ROOT

FLOWS = ROOT / "phone"
FLOW_NAMES = ("inbound", "speech", "whisper")
TIMEOUT = "Timeout"
"""What Connect stores where no key was pressed."""
MOST_ACTIONS = 1_000
MOST_BYTES = 32_000
NEXT = "NextAction"
OTHER = "NoMatchingError"
Json = dict[str, Any]
Invoke = Callable[[Json], Any]
_REFERENCE = re.compile(r"\$\.(External|Attributes)\.(\w+)|\$\.(StoredCustomerInput|InitialContactId)")
_TAG = re.compile(r"<[^>]+>")


class FlowError(Exception):
    """The flow does what Connect would not take, or goes in circles."""


def flow(name: str, values: Mapping[str, str]) -> Json:
    """A flow of phone/, with `${…}` replaced as CloudFormation's Fn::Sub would. Raises KeyError for an unknown name."""
    text = yaml.safe_load((FLOWS / f"{name}.yaml").read_text(encoding="utf-8"))["Fn::Sub"]
    parsed: Json = json.loads(re.sub(r"\$\{([\w.]+)\}", lambda found: values[found[1]], text))
    return parsed


def branches(action: Json) -> dict[str, str]:
    """Where an action may go on, by the operand or the error's type."""
    transitions = action["Transitions"]
    named = {NEXT: transitions[NEXT]} if NEXT in transitions else {}
    named |= {one["Condition"]["Operands"][0]: one[NEXT] for one in transitions.get("Conditions", ())}
    return named | {error["ErrorType"]: error[NEXT] for error in transitions.get("Errors", ())}


@dataclass
class Call:
    """One call. `ring` and `press` run the flow until it waits for keys (`awaits`) or has ended (`ended`).

    `invoke` is the function; an exception from it is Connect's error branch. `broken` names actions that fail, `full`
    is a queue that takes nobody. `walked` collects (flow, action, branch). A bot is `listens`, called with the session
    attributes: it returns when the bot is done. `first_contact_id` is there where staff sent an earlier call back.
    """

    flows: Mapping[str, Json]
    invoke: Invoke
    phone: str
    attributes: dict[str, str] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()
    full: bool = False
    listens: Callable[[Json], None] | None = None
    contact_id: str = field(default_factory=lambda: str(uuid4()))
    first_contact_id: str = ""

    def __post_init__(self) -> None:
        self.first_contact_id = self.first_contact_id or self.contact_id
        self.heard: list[tuple[str, str | None]] = []
        self.walked: set[tuple[str, str, str]] = set()
        self.answers: list[Any] = []
        self.awaits: str | None = None
        self.ended: Json | None = None
        self._external: Json = {}
        self._stored = ""
        self._language = ""
        self._queue: str | None = None
        self._whisper_flow: str | None = None
        self._flow, self._at = "", ""

    def ring(self, flow: str = "inbound") -> Call:
        self._flow, self._at = flow, self.flows[flow]["StartAction"]
        return self._run()

    def press(self, keys: str) -> Call:
        """Digits; an empty text is a silence until the time-out."""
        if self.awaits is None:
            raise FlowError("nobody waits for a key")
        action = self._action()
        most = int(action["Parameters"]["InputValidation"]["CustomValidation"]["MaximumLength"])
        self._stored, self.awaits = keys[:most] or TIMEOUT, None
        self._go(action, NEXT)
        return self._run()

    def _run(self) -> Call:
        self.heard = []
        for _ in range(MOST_ACTIONS):
            if self.ended is not None or self.awaits is not None:
                return self
            action = self._action()
            branch = OTHER if action["Identifier"] in self.broken else self._play(action)
            if branch is not None:
                self._go(action, branch)
        raise FlowError("the flow goes in circles")

    def _action(self) -> Json:
        found = [action for action in self.flows[self._flow]["Actions"] if action["Identifier"] == self._at]
        if len(found) != 1:
            raise FlowError(f"{self._flow}: {len(found)} actions named {self._at!r}")
        return dict(found[0])

    def _go(self, action: Json, branch: str) -> None:
        self.walked.add((self._flow, action["Identifier"], branch))
        self._at = branches(action)[branch] if branch in branches(action) else self._missing(action, branch)

    def _missing(self, action: Json, branch: str) -> str:
        raise FlowError(f"{self._flow}: {action['Identifier']!r} has no branch {branch!r}")

    def _play(self, action: Json) -> str | None:
        """The branch that Connect takes, or None where the flow waits, has ended or goes on in another one."""
        given = self._resolved(action["Parameters"])
        match action["Type"]:
            case "UpdateFlowLoggingBehavior":
                if given["FlowLoggingBehavior"] != "Disabled":
                    raise FlowError("a flow's log would hold what a caller pressed")
            case "UpdateContactTextToSpeechVoice":
                return NEXT if given["TextToSpeechVoice"] else OTHER
            case "UpdateContactData":
                self._language = given["LanguageCode"]
                return NEXT if self._language else OTHER
            case "UpdateContactEventHooks":
                self._whisper_flow = given["EventHooks"]["AgentWhisper"]
            case "UpdateContactAttributes":
                self.attributes.update(given["Attributes"])
            case "InvokeLambdaFunction":
                return self._asked(given.get("LambdaInvocationAttributes", {}))
            case "Compare":
                return (
                    given["ComparisonValue"] if given["ComparisonValue"] in branches(action) else "NoMatchingCondition"
                )
            case "MessageParticipant":
                return self._hear(given)
            case "GetParticipantInput":
                if self._hear(given) == OTHER:
                    return OTHER
                one = given["InputValidation"]["CustomValidation"]["MaximumLength"] == "1"
                self.awaits = "key" if one else "sum"
                return None
            case "ConnectParticipantWithLexBot":
                if self.listens is None or self._hear(given) == OTHER:
                    return OTHER
                if not self._language:
                    raise FlowError("a bot listens in English unless the flow says otherwise")
                self.listens(given["LexSessionAttributes"])
            case "TransferToFlow":
                self.walked.add((self._flow, action["Identifier"], NEXT))
                self._flow, self._at = given["ContactFlowId"], self.flows[given["ContactFlowId"]]["StartAction"]
                return None
            case "UpdateContactTargetQueue":
                self._queue = given["QueueId"]
                return NEXT if self._queue else OTHER
            case "TransferContactToQueue":
                return self._handed_over(action)
            case "DisconnectParticipant" | "EndFlowExecution":
                self.ended = {"how": "hung_up"}
                return None
            case unknown:
                raise FlowError(f"{unknown} is not known to this telephone")
        return NEXT

    def _asked(self, parameters: Json) -> str:
        """A flat map of strings of at most 32 KB, or the error branch."""
        try:
            said = self.invoke(self._event(parameters))
        except Exception:  # noqa: BLE001 - whatever it is, Connect only sees that there is no answer
            return OTHER
        self.answers.append(said)
        if not isinstance(said, dict) or not all(isinstance(text, str) for pair in said.items() for text in pair):
            return OTHER
        if len(json.dumps(said, ensure_ascii=False).encode()) > MOST_BYTES:
            return OTHER
        self._external = said
        return NEXT

    def _event(self, parameters: Json) -> Json:
        return {
            "Name": "ContactFlowEvent",
            "Details": {
                "ContactData": {
                    "Attributes": self.attributes,
                    "Channel": "VOICE",
                    "ContactId": self.contact_id,
                    "CustomerEndpoint": {"Address": self.phone, "Type": "TELEPHONE_NUMBER"} if self.phone else None,
                    "InitialContactId": self.first_contact_id,
                    "InitiationMethod": "INBOUND",
                    "PreviousContactId": self.contact_id,
                    "Queue": None,
                    "SystemEndpoint": {"Address": "+886800000000", "Type": "TELEPHONE_NUMBER"},
                },
                "Parameters": parameters,
            },
        }

    def _handed_over(self, action: Json) -> str | None:
        if self._queue is None:
            return OTHER
        if self.full:
            return "QueueAtCapacity"
        self.walked.add((self._flow, action["Identifier"], NEXT))
        told, whispered = self.heard, ""
        if self._whisper_flow is not None:
            self._flow, self._at = self._whisper_flow, self.flows[self._whisper_flow]["StartAction"]
            whispered = " ".join(text for text, _ in self._run().heard)
        self.heard = told
        self.ended = {"how": "transferred", "queue": self._queue, "whisper": whispered or None}
        return None

    def _hear(self, given: Json) -> str:
        text, ssml = given.get("Text", ""), given.get("SSML")
        if not (text or ssml):
            return OTHER
        self.heard.append((unescape(_TAG.sub(" ", ssml)).strip() if ssml else text, ssml))
        return NEXT

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._resolved(one) for name, one in value.items()}
        return _REFERENCE.sub(self._reference, value) if isinstance(value, str) else value

    def _reference(self, found: re.Match[str]) -> str:
        if found[1] is not None:
            return str((self._external if found[1] == "External" else self.attributes).get(found[2], ""))
        return self._stored if found[3] == "StoredCustomerInput" else self.first_contact_id
