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
    (AlertPurpose.RED_REQUEST, Locale.ID): (
        "{sender}: untuk *{last3}. Keluarga menunjuk Anda sebagai kontak. Mohon telepon mereka sekarang di nomor "
        "yang Anda simpan. SMS ini tanpa tautan, tidak minta kode."
    ),
    (AlertPurpose.CONFIRM_CONTACT, Locale.ID): (
        "{sender}: untuk *{last3}. Keluarga memberi nomor Anda agar jadi kontaknya. Kalau setuju, sebutkan {code} "
        "langsung kepadanya. Kalau tidak, abaikan."
    ),
    (AlertPurpose.RED_REQUEST, Locale.VI): "{sender}: *{last3} xin gọi cho người thân ngay, qua số anh/chị đã lưu",
    (AlertPurpose.CONFIRM_CONTACT, Locale.VI): "{sender}: *{last3} người nhà mời làm liên hệ. Đồng ý? Cho họ mã {code}",
    (AlertPurpose.RED_REQUEST, Locale.TH): "{sender}: *{last3} โปรดโทรหาญาติของคุณตอนนี้ ที่เบอร์เดิมที่มีอยู่",
    (AlertPurpose.CONFIRM_CONTACT, Locale.TH): "{sender}: *{last3} ญาติขอให้คุณเป็นผู้ติดต่อ ตกลงก็บอกรหัส {code} กับเขา",
}
"""Vietnamese and Thai letters make any text UCS-2: theirs are brief whatever the sender is called."""

_BRIEF: dict[tuple[AlertPurpose, Locale], str] = {
    (AlertPurpose.RED_REQUEST, Locale.EN): "{sender}: *{last3} please call your relative now on the usual number",
    (AlertPurpose.CONFIRM_CONTACT, Locale.EN): "{sender}: *{last3} kin chose you as contact. Agree? Tell them {code}",
    (AlertPurpose.RED_REQUEST, Locale.ID): "{sender}: *{last3} mohon telepon keluarga sekarang di nomor biasanya",
    (
        AlertPurpose.CONFIRM_CONTACT,
        Locale.ID,
    ): "{sender}: *{last3} keluarga minta Anda jadi kontak. Setuju? Beri {code}",
}
"""GSM-7 languages behind a Chinese sender's name: one such letter makes the text UCS-2, with room for 70 units."""


class TextTooLongError(GaveUpError):
    """The text would need more than one part: the sender's name is too long."""


def compose(purpose: AlertPurpose, locale: Locale, *, sender: str, last3: str, code: str = "") -> str:
    """The text in one part. Raises TextTooLongError."""
    words = _TEXTS[purpose, locale]
    if not sender.isascii():
        words = _BRIEF.get((purpose, locale), words)
    text = words.format(sender=sender, last3=last3, code=code)
    if len(text.encode("utf-16-le")) // 2 > (ONE_PART_GSM7 if text.isascii() else ONE_PART_UCS2):
        raise TextTooLongError(f"text_too_long:{purpose}/{locale}/{len(text)}")
    return text
