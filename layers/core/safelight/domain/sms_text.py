"""What an SMS says. Sender first, the recipient's own last three digits, and nothing a scammer could use.

Taiwan's rules, which the tests hold every text against: no link, no phone number, no amount, no loan word, no name of
the policyholder, and one part only.
"""

from safelight.domain.alert import AlertPurpose
from safelight.domain.errors import GaveUpError
from safelight.domain.request import Locale

ONE_PART_UCS2 = 70
ONE_PART_GSM7 = 160

_TEXTS: dict[tuple[AlertPurpose, Locale], str] = {
    (AlertPurpose.RED_REQUEST, Locale.ZH_TW): (
        "【{sender}】末三碼{last3}您好，您是家人指定的安心聯絡人，請用您原本的號碼聯絡家人確認近況。本則無連結、不索取驗證碼。"
    ),
    (AlertPurpose.RED_REQUEST, Locale.EN): (
        "{sender}: to *{last3}. A relative named you as a trusted contact. Please call them now on the number "
        "you already have. This text has no link and asks for no code."
    ),
    (AlertPurpose.CONFIRM_CONTACT, Locale.ZH_TW): (
        "【{sender}】末三碼{last3}您好，家人提供您的號碼，邀請您擔任安心聯絡人。同意請親口告知家人{code}，不認識請勿理會。"
    ),
    (AlertPurpose.CONFIRM_CONTACT, Locale.EN): (
        "{sender}: to *{last3}. A relative gave us your number to be their trusted contact. To agree, "
        "tell them {code} in person. If not, ignore this."
    ),
}

_BRIEF: dict[AlertPurpose, str] = {
    AlertPurpose.RED_REQUEST: "{sender}: *{last3} please call your relative now on the usual number",
    AlertPurpose.CONFIRM_CONTACT: "{sender}: *{last3} kin chose you as contact. Agree? Tell them {code}",
}
"""English behind a Chinese sender's name: one such letter makes the whole text UCS-2, with room for 70 units."""


class TextTooLongError(GaveUpError):
    """The text would need more than one part: the sender's name is too long."""


def compose(purpose: AlertPurpose, locale: Locale, *, sender: str, last3: str, code: str = "") -> str:
    """The text in one part. Raises TextTooLongError."""
    words = _BRIEF[purpose] if locale is Locale.EN and not sender.isascii() else _TEXTS[purpose, locale]
    text = words.format(sender=sender, last3=last3, code=code)
    if len(text.encode("utf-16-le")) // 2 > (ONE_PART_GSM7 if text.isascii() else ONE_PART_UCS2):
        raise TextTooLongError(f"text_too_long:{purpose}/{locale}/{len(text)}")
    return text
