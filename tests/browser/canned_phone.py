"""Calls as the console's own server plays them: a voice menu of a few words, in the server's shapes."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from tests.browser.canned_case import Json

WORDS = {
    "zh-TW": {
        "menu": "您好，這裡是保戶服務專線。借款請按 1，解約請按 2。",
        "sum": "請輸入金額，然後按井字鍵。",
        "noted": "已經收到您的申請，謝謝您的來電。",
        "asked": "先關心您：最近有人自稱檢警，要您處理帳戶嗎？有請按 1，沒有請按 2。",
        "stay": "謝謝您告訴我們。請不要掛斷，同仁馬上與您說話。",
        "again": "不好意思，沒有聽到您的選擇。",
        "contact": "您好，您是家人指定的安心聯絡人。您知道他最近想動用保單嗎？知道請按 1，不知道請按 2。",
        "thanks": "謝謝您，我們會與他聯絡。",
        "whisper": "解約 260 萬元，紅燈。來電者說有人自稱檢警。請先請他掛斷另一通電話，再慢慢談。",
    },
    "en": {
        "menu": "Hello, this is the policyholders' line. For a loan press 1, to surrender a policy press 2.",
        "sum": "Please key in the sum, then press the hash key.",
        "noted": "We have your request. Thank you for calling.",
        "asked": "First, with care: has anybody who says he is an official had you move money? Yes: 1. No: 2.",
        "stay": "Thank you for telling us. Please stay on the line: a colleague is with you in a moment.",
        "again": "Sorry, we did not hear your choice.",
        "contact": "Hello. A relative named you as trusted contact. Do you know that he wants money? Yes: 1. No: 2.",
        "thanks": "Thank you, we will get in touch with him.",
        "whisper": "Surrender of NT$2.6 million, red. Speaks of an official. Have him end the other call first.",
    },
}


@dataclass
class CannedCall:
    locale: str
    at: str


class PhoneProblemError(Exception):
    """To be answered with this status and word."""

    def __init__(self, status: int, problem: str) -> None:
        super().__init__(problem)
        self.status, self.problem = status, problem


class CannedPhone:
    """Tests read `seen` and set `next_problem`."""

    def __init__(self) -> None:
        self.calls: dict[str, CannedCall] = {}
        self.seen: list[tuple[str, Json]] = []
        self.next_problem: PhoneProblemError | None = None

    def answer(self, path: str, body: Json) -> Json:
        """Raises PhoneProblemError."""
        self.seen.append((path, body))
        if self.next_problem:
            problem, self.next_problem = self.next_problem, None
            raise problem
        call_id = path.removeprefix("/phone/calls").strip("/")
        if not call_id:
            call_id = f"call-{len(self.calls) + 1}"
            at = "menu" if body["policyholder_id"] else "contact"
            self.calls[call_id] = call = CannedCall(body["locale"], at)
            return self._says(call_id, call, at, awaits="key")
        if call_id not in self.calls:
            raise PhoneProblemError(404, "no such call")
        return self._goes_on(call_id, self.calls[call_id], body["pressed"])

    def _goes_on(self, call_id: str, call: CannedCall, pressed: str) -> Json:
        match call.at, pressed:
            case _, "":
                return self._says(call_id, call, "again", call.at, awaits="sum" if call.at == "sum" else "key")
            case "menu", "1":
                return self._to(call_id, call, "sum", awaits="sum")
            case "menu", "2":
                return self._to(call_id, call, "asked", awaits="key")
            case "sum", _:
                return self._to(call_id, call, "noted", ended={"how": "hung_up"})
            case "asked", "1" | "2":
                whisper = WORDS[call.locale]["whisper"]
                return self._to(
                    call_id, call, "stay", ended={"how": "transferred", "queue": "caring", "whisper": whisper}
                )
            case "contact", "1" | "2":
                return self._to(call_id, call, "thanks", ended={"how": "hung_up"})
        return self._says(call_id, call, "again", call.at, awaits="key")

    def _to(
        self, call_id: str, call: CannedCall, at: str, awaits: str | None = None, ended: Json | None = None
    ) -> Json:
        call.at = at
        return self._says(call_id, call, at, awaits=awaits, ended=ended)

    def _says(
        self, call_id: str, call: CannedCall, *lines: str, awaits: str | None = None, ended: Json | None = None
    ) -> Json:
        texts = [WORDS[call.locale][line] for line in lines]
        return {
            "call_id": call_id,
            "heard": [{"text": text, "ssml": f"<speak>{escape(text)}</speak>"} for text in texts],
            "awaits": awaits,
            "ended": ended,
        }
