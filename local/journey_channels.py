"""The journey's rows of LINE and Lex: the same words, the same questions, whatever brings them."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from local.lex import LexSession
from local.line import LineChat, LineServer
from local.people import LONER, TEACHER, Person
from local.scene import LEAKS, Check, JourneyError, Scene, check, first_question, readable
from safelight.domain.asking import MAX_QUESTIONS
from safelight.domain.caring import questions

PROSECUTOR = "我想解約,檢察官說我的帳戶被監管"
DELIVERIES = 10
ADDED_TODAY = 2
"""Place of the newest account among those to choose from; the first is the account of record."""
CALLED_BACK = 1
"""Place of a victim's answer to how he made sure who it was: by the number that they left."""


class ChannelRows:
    """Each chat account, session and request is new, so they can be played again on the same stack."""

    def __init__(self, scene: Scene, line: LineServer) -> None:
        self._scene = scene
        self._line = line

    def line(self) -> Iterator[Check]:
        """The teacher's prosecutor again; she writes to her insurer."""
        chat = LineChat(self._line, f"{self._scene.stack.api_url}/v1/line/webhook")
        yield from self._linking(chat)
        forged = b64encode(bytes(32)).decode()
        before = len(chat.told)
        refused = chat.deliver(chat.message(PROSECUTOR), signature=forged)
        yield check("line", TEACHER, "another's signature is a 401", refused, [401])
        wish = chat.message(PROSECUTOR)
        statuses = [chat.deliver(one) for one in _deliveries(wish)]
        told = len(chat.told) - before
        yield check("line", TEACHER, "ten deliveries taken, one answered", (*set(statuses), told), [(200, 1)])
        started = time.time()
        chat.deliver(chat.press(ADDED_TODAY))
        first_asked = chat.text
        case = self._scene.case_of(TEACHER, _request_id(chat))
        seen = (case["light"], case["state"], case["channel"])
        yield check("line", TEACHER, "RED, in review, by chat", seen, [("red", "review", "chat")])
        yield check("line", TEACHER, "a fake-authority question first", first_question(case), ["fake_authority"])
        yield check("line", TEACHER, "its choices are quick replies", len(chat.buttons), [_choices(case)])
        codes = [reason["code"] for reason in case["reasons"]]
        worded = "words_of_a_scam" in codes and all(reason["text"] for reason in case["reasons"])
        yield Check("line", TEACHER.name_en, "staff read that her words are a scam's", readable(codes[:3]), worded)
        in_time, _ = self._scene.told_in_time("line", TEACHER, started)
        yield in_time
        yield from self._answered(chat, _request_id(chat), first_asked)
        texts = [message["text"] for one in chat.told for message in one.messages]
        yield check("line", TEACHER, "she reads no light, score or reason", _leaks(texts, case), [[]])

    def _linking(self, chat: LineChat) -> Iterator[Check]:
        chat.deliver(chat.message(PROSECUTOR))
        offered = chat.buttons[0] if chat.buttons else {}
        token = parse_qs(urlsplit(offered.get("uri", "")).query).get("linkToken", [""])[0]
        said = (offered.get("type"), "165" in chat.text)
        yield check("line", TEACHER, "a stranger hears 165 and is offered the link", said, [("uri", True)])
        nonce = self._scene.api(TEACHER).post("/v1/chat/line-links", {})
        if nonce.status != 201:
            raise JourneyError(f"line: {nonce.status} {nonce.body}")
        status = chat.links(token, nonce.body["nonce"])
        yield check("line", TEACHER, "her account is linked", (status, "連結完成" in chat.text), [(200, True)])

    def _answered(self, chat: LineChat, request_id: str, first_asked: str) -> Iterator[Check]:
        """She answers as somebody whom the prosecutor has told what to do; the delivery comes ten times."""
        before = len(chat.told)
        for one in _deliveries(chat.press(CALLED_BACK)):
            chat.deliver(one)
        case = self._scene.case_of(TEACHER, request_id)
        choices = [question["choice"] for question in case["questions"] if question["choice"]]
        acted = (len(choices), len(chat.told) - before)
        yield check("line", TEACHER, "a quick reply ten times is one answer", acted, [(1, 1)])
        yield check("line", TEACHER, "the question is not put again", first_asked in chat.text, [False])
        yield check("line", TEACHER, "still RED and in review", (case["light"], case["state"]), [("red", "review")])

    def lex(self) -> Iterator[Check]:
        """A man of 71 who has nobody to be told. The insurer's own page asks first: the bot asks the same."""
        asked_by_http = self._first_question_by_http(LONER)
        yield from self._talk("Text", "Text", "chat", asked_by_http)
        yield from self._talk("Speech", "DTMF", "phone", asked_by_http)
        stranger = LexSession(self._scene.stack, None)
        stranger.says(PROSECUTOR)
        heard = ("165" in stranger.text, stranger.action)
        yield check("lex", LONER, "whoever is not named hears 165, and it closes", heard, [(True, "Close")])

    def _talk(self, mode: str, answers_by: str, channel: str, asked_by_http: str) -> Iterator[Check]:
        """From his first words to the end. Lex tries its hook again: each turn comes twice."""
        session = LexSession(self._scene.stack, LONER.id)
        before = self._scene.cases_of(LONER)
        turns = [session.says(PROSECUTOR, mode, times=2)]
        told = [session.text]
        opened = self._scene.cases_of(LONER) - before
        yield check("lex", LONER, f"{mode}: he has one new case", len(opened), [1])
        case_id = next(iter(opened), "")
        case = self._scene.read(case_id)
        seen = (case["light"], case["state"], case["channel"])
        yield check("lex", LONER, f"{mode}: RED, in review, by {channel}", seen, [("red", "review", channel)])
        yield check("lex", LONER, f"{mode}: asked about a fake authority", first_question(case), ["fake_authority"])
        yield check("lex", LONER, f"{mode}: as by HTTP", case["questions"][0]["question_id"], [asked_by_http])
        yield self._given_out(session, mode, case)
        while session.action != "Close" and len(turns) <= MAX_QUESTIONS:
            turns.append(session.says(str(CALLED_BACK), answers_by, times=2))
            told.append(session.text)
        same = [first == again for first, again in turns]
        yield Check("lex", LONER.name_en, f"{mode}: each turn twice says the same", readable(same), all(same))
        case = self._scene.read(case_id)
        taken = sum(question["choice"] is not None for question in case["questions"])
        ended = (session.action, case["state"], taken)
        closed = [("Close", "review", len(turns) - 1)]
        yield check("lex", LONER, f"{mode}: every answer counts once, then it closes", ended, closed)
        tasks = [task["reason"] for task in case["tasks"]]
        yield check("lex", LONER, f"{mode}: staff know that there is nobody to tell", tasks, [["no_contact"]])
        yield check("lex", LONER, f"{mode}: he reads no light, score or reason", _leaks(told, case), [[]])

    def _first_question_by_http(self, person: Person) -> str:
        turn = {"chat_id": f"page-{self._scene.run}", "turn_id": "turn-1", "text": PROSECUTOR, "locale": "zh-TW"}
        answer = self._scene.api(person).post("/v1/chat/turns", turn)
        if answer.status not in (200, 201):
            raise JourneyError(f"lex: {answer.status} {answer.body}")
        case = self._scene.case_of(person, answer.body["request_id"])
        return str(case["questions"][0]["question_id"])

    def _given_out(self, session: LexSession, mode: str, case: dict[str, Any]) -> Check:
        """The question's choices, as buttons or by voice."""
        if mode == "Text":
            return check("lex", LONER, "Text: its choices are buttons", len(session.buttons), [_choices(case)])
        aloud = session.spoken.startswith("<speak>") and session.spoken.endswith("</speak>")
        return Check("lex", LONER.name_en, "Speech: it is spoken", f"{len(session.spoken)} characters of SSML", aloud)


def _deliveries(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same event as LINE sends it when it had no answer, over and over."""
    yield event
    for _ in range(DELIVERIES - 1):
        yield {**event, "deliveryContext": {"isRedelivery": True}}


def _request_id(chat: LineChat) -> str:
    """Of the request that is asked about now: `answer.<id>.<question>:<place>`."""
    mark, _, rest = str(chat.buttons[0].get("data", "") if chat.buttons else "").partition(".")
    if mark != "answer":
        raise JourneyError(f"line: nothing is asked: {chat.text}")
    return rest.rpartition(".")[0]


def _choices(case: dict[str, Any]) -> int:
    return len(questions()[case["questions"][0]["question_id"]].shown)


def _leaks(told: list[str], case: dict[str, Any]) -> list[str]:
    """Words in what a customer was told that are staff's alone."""
    heard = "\n".join(told)
    reasons = (word for reason in case["reasons"] for word in (reason["code"], reason["text"]))
    return [*LEAKS.findall(heard), *(word for word in reasons if word in heard)]
