"""By what the five languages show themselves, for every test of words."""

import re
from collections.abc import Iterable

from safelight.domain.request import Locale

HAN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
THAI = re.compile("[\u0e00-\u0e7f]")
VIETNAMESE = re.compile(
    "[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE
)  # written NFC: a letter and its tone are one character
LATIN_WORD = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+")
SENTENCE_END = re.compile(r"[.?!:]\s+|[.?!:]$")
BORROWED = {"atm", "bank", "do", "internet", "line", "nt", "slip", "sms", "total", "video"}
"""Indonesian's own too, and Vietnamese `do` (because of)."""
COMMON_ENGLISH = set(
    LATIN_WORD.findall(
        "the and you your are was were have has had with from this that what who whom where when how why which not for "
        "please call phone money account will would should could before after other they them friend family somebody "
        "press amount answer office is of it we our us if then than there here some any no yes thank hello dear click"
    )
)
COMMON_INDONESIAN = set(
    LATIN_WORD.findall(
        "yang anda saya ini itu atau ada di uang apa siapa tidak sudah untuk dengan ke belum mana dari dan"
    )
)
VERDICTS: dict[Locale, tuple[str, ...]] = {
    Locale.ZH_TW: ("詐騙", "詐欺", "被騙", "上當", "可疑", "紅燈", "黃燈", "綠燈", "風險", "分數"),
    Locale.EN: ("scam", "fraud", "victim", "deceiv", "suspic", "red light", "yellow light", "risk", "score"),
    Locale.VI: ("lừa", "gian lận", "nạn nhân", "đáng ngờ", "nghi ngờ", "đèn đỏ", "đèn vàng", "rủi ro", "điểm"),
    Locale.ID: ("tipu", "nipu", "curang", "korban", "mencurigakan", "lampu merah", "lampu kuning", "risiko", "skor"),
    Locale.TH: ("หลอก", "โกง", "มิจฉาชีพ", "เหยื่อ", "น่าสงสัย", "ไฟแดง", "ไฟเหลือง", "ความเสี่ยง", "คะแนน"),
}
"""What would tell a scammer that he was noticed, and a victim that he was judged."""
REPROACHES: dict[Locale, str] = {
    Locale.ZH_TW: "為什麼|為何|怎麼會|應該早",
    Locale.EN: r"\bwhy (did|do|have|are) you\b|\byou should have\b|your (fault|mistake)",
    Locale.VI: "tại sao|vì sao|sao lại|lẽ ra|lỗi của",
    Locale.ID: r"\b(mengapa|kenapa|seharusnya)\b|(salah|kesalahan) anda",
    Locale.TH: "ทำไม|เพราะอะไร|น่าจะ|ความผิดของ",
}
FAMILIAR: dict[Locale, str] = {
    Locale.ZH_TW: "[你妳]|您們",
    Locale.EN: r"\b(gonna|wanna|hey|guys)\b",
    Locale.VI: r"\b(mày|tao|cậu|mấy người|của bạn không|bạn có|bạn đã)\b",
    Locale.ID: r"\b(kamu|kalian|kau|lu|gue|elo)\b",
    Locale.TH: "ค่ะ|คะ|ครับ|ผม",
}
"""Forms that are not for a customer; in Thai also the particles that give the speaker a sex."""


def latin_words(text: str) -> set[str]:
    return {word.lower() for word in LATIN_WORD.findall(text)}


def vocabulary(texts: Iterable[str]) -> set[str]:
    return set().union(*map(latin_words, texts))


def left_over(text: str, locale: Locale, english: set[str] = COMMON_ENGLISH) -> set[str]:
    """What in a text is of another language: letters of another script, or words. Empty when it is well."""
    scripts = {Locale.ZH_TW: HAN, Locale.TH: THAI, Locale.VI: VIETNAMESE}
    found = {letter for name, script in scripts.items() if name is not locale for letter in script.findall(text)}
    words = latin_words(text) - BORROWED
    if locale in (Locale.ZH_TW, Locale.TH):
        return found | words
    if locale is Locale.EN:
        return found | (words & COMMON_INDONESIAN)
    found |= words & (COMMON_ENGLISH | english)
    return found | (words & COMMON_INDONESIAN if locale is Locale.VI else set())


def own(text: str, locale: Locale) -> bool:
    """Whether a text shows its language. In Vietnamese every sentence does: one word of a few has a mark, and two in
    five of more."""
    if locale in (Locale.ZH_TW, Locale.TH):
        return bool((HAN if locale is Locale.ZH_TW else THAI).search(text))
    if locale is not Locale.VI:
        return text.isascii()
    return all(_is_vietnamese(sentence.split()) for sentence in SENTENCE_END.split(text) if sentence)


def _is_vietnamese(words: list[str]) -> bool:
    words = [word for word in words if not re.search(r"[\d{}*]", word)]
    marked = sum(bool(VIETNAMESE.search(word)) for word in words)
    return len(words) < 2 or marked >= max(1.0, 0.4 * len(words) if len(words) >= 5 else 0.0)
