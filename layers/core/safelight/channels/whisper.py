"""What the person who takes over a call hears, and the caller does not. In Chinese, which staff speak.

No name, number or sum: it goes through the contact's attributes, which the insurer's contact records keep.
"""

from safelight.channels import words as say
from safelight.domain.case import Case
from safelight.domain.light import Light
from safelight.domain.reply import Word
from safelight.domain.request import Locale

MOST_REASONS = 2
NOT_ASSESSED = "系統出了狀況，這通電話沒有評估過。請先關心，不急著辦。"
_LIGHTS = {Light.GREEN: "綠燈", Light.YELLOW: "黃燈", Light.RED: "紅燈"}
_LANGUAGES = {
    Locale.ZH_TW: "華語",
    Locale.EN: "英語",
    Locale.VI: "越南語",
    Locale.ID: "印尼語",
    Locale.TH: "泰語",
}
_WORDS = {
    Word.KNOWS: "他說知道這件事。",
    Word.WORRIED: "他說不知情，或覺得不對勁。",
    Word.NOT_REACHED: "他說還沒聯絡上家人。",
}


def of_case(case: Case | None, foreseen: Light | None) -> str:
    """The light with its first reasons; before there is a request, only that it would be RED (docs/decisions/0016)."""
    if case is None:
        return "若全額申請，預估為紅燈；還沒有送出申請。請先關心。" if foreseen is Light.RED else ""
    reasons = [say.reason_text(reason.code, Locale.ZH_TW) for reason in case.assessment.reasons[:MOST_REASONS]]
    answered = f"已回答 {len(case.answers)} 題。" if case.answers else ""
    if case.floor is Light.GREEN:
        return f"{_LIGHTS[case.floor]}。{answered}"
    return f"{_LIGHTS[case.floor]}。{answered}{'；'.join(reasons)}。請先關心，不急著辦。"


def of_contact(word: Word | None, case: Case | None, *, several: bool = False) -> str:
    """`several`: of more than one policyholder, and he has not been asked which he means."""
    about = f"他收過簡訊的案件是{_LIGHTS[case.floor]}。" if case else "目前沒有通知過他的案件。"
    said = _WORDS[word] if word else ""
    which = "他是不只一位保戶的聯絡人，還不知道他為誰來電。" if several else ""
    return f"來電號碼是保單安心聯絡人，身分未查證。{said}{which}{about}請回撥留存的號碼再談內容。"


def in_language(locale: Locale, whisper: str) -> str:
    """Of a caller whose language the phone does not speak."""
    return f"來電者使用{_LANGUAGES[locale]}。{whisper}"
