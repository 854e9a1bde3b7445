"""Words made plain before anything else sees them: one script, one width, no spacing, no ids, no numbers, no names.

Masks are single capital letters; the text itself is lower-cased first, so nothing else can look like one:
U address of a page, E mail address, P phone number, M amount of money, I national id, A account or card number,
C digits given as a code, D date or time, N any other number, S a surname or name before a title. H stands for the
anti-fraud and emergency lines (165, 110), which a warning names.
"""

import re
from collections.abc import Mapping
from unicodedata import normalize

HEAD, TAIL = 1_500, 500
"""Characters read of a longer text: a message says what it wants at its beginning and at its end."""

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufffd]+"
)
_PICTURES = re.compile("[\u2190-\u2bff\u3030\ue000-\uf8ff\U0001f000-\U0001faff]+")
_PUNCTUATION = str.maketrans(
    {
        **dict.fromkeys("。．｡…\n", "."),
        **dict.fromkeys("、，﹐;；", ","),
        **dict.fromkeys("：﹕", ":"),
        **dict.fromkeys("！", "!"),
        **dict.fromkeys("？", "?"),
        **dict.fromkeys("【〔［〖『", "["),
        **dict.fromkeys("】〕］〗』", "]"),
        **dict.fromkeys('「」“”‘`´"《》〈〉', ""),
        "’": "'",
        "～": "~",
        "—": "-",
        "–": "-",
    }
)
_SPECIMENS = {
    **dict.fromkeys(("URL", "LINK", "WEBSITE"), "http://u.cn"),
    **dict.fromkeys(("PHONE", "MOBILE", "TEL"), "0912345678"),
    **dict.fromkeys(("DIGIT", "DIGITS", "NUM", "NUMBER"), "1"),
    **dict.fromkeys(("MONEY", "AMOUNT"), "1元"),
    **dict.fromkeys(("NAME", "PERSON"), "王小姐"),
    "EMAIL": "a@b.cn",
    "DATE": "1月1日",
    "ACCOUNT": "123456789012",
}
_MASKED_BEFORE = re.compile(rf"(?<![A-Za-z])[<\[{{(]?({'|'.join(_SPECIMENS)})[>\])}}]?(?![A-Za-z])")
"""Places that somebody masked before us, as channels and exports do: read as what stood there."""
_CJK = "\u3400-\u9fff"
_BESIDE_CJK = re.compile(f"(?<=[{_CJK},.:!?\\[\\]]) +(?=[{_CJK}0-9a-zA-Z,.:!?\\[\\]])|(?<=[0-9a-zA-Z]) +(?=[{_CJK}])")
_SPACED_SCHEME = re.compile(r"(h[tx]{2}ps?) ?: ?/ ?/ ?")
_SPACED_PAGE = re.compile(r"(?:://|(?<![a-z])www)(?: ?[./:?=&_-] ?|[a-z0-9%]+)+")
_SPACED_POINT = re.compile(r"(?<=\d) ?([.,]) ?(?=\d)")
_SPACES = re.compile(r"\s+")
_REPEATED = re.compile(r"([^\w\s/])\1+")

_PAGE = re.compile(
    r"(?:https?|hxxps?|ftp) ?: ?/ ?/ ?[!-~]*"
    r"|www ?\. ?[!-~]+"
    r"|[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:com|net|org|cn|tw|cc|info|top|xyz|vip|biz|mobi|club|shop|site|online|"
    r"link|win|tk|pw|ru|uk|us|hk|asia|app|live|icu|wang|ly|gl|gd|la|ink|fun|pro)(?:/[!-~]*|(?![a-z0-9]))"
)
_MAIL = re.compile(r"[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_ID = re.compile(r"(?<![a-z0-9])[a-z][1289]\d{8}(?!\d)|(?<!\d)\d{17}[\dx](?!\d)")
_MONEY = re.compile(
    r"(?=[\d*ntwdurmbhks$£€¥￥一二两三四五六七八九十百几数])(?:"
    r"(?:nt ?\$|us ?\$|hk ?\$|ntd|twd|rmb|usdt|usd|[$£€¥￥]) ?[\dx*][\d,.x*]*"
    r"(?: ?(?:k|m|million|thousand|bn|pound|万|亿|元)+)?"
    r"|[\d*][\d,.*]*[多余几]? ?(?:百|千|万|亿)*(?:元|块钱?|圆|美金|美元|台币|人民币|港币)"
    r"|\d[\d,.]* ?(?:pounds?|dollars?|euros?|bucks|quid|gbp|usd|ntd|twd|usdt)(?![a-z])"
    r"|\d[\d,.]*[多余几]?(?:百|千)*[万亿]"
    r"|[一二两三四五六七八九十百几数][一二两三四五六七八九十百千几多]*万[多余]?(?:元|块钱?)?"
    r"|[一二两三四五六七八九十几][一二两三四五六七八九十百千几]*[百千][多余]?(?:元|块钱?))"
)
_CODE = re.compile(r"(?<=码)([是为:,\]\[ ]{0,3})[\da-z-]*\d[\da-z-]{2,}|(?<=code)((?: is|:)? ?)[\da-z-]*\d[\da-z-]{2,}")
_DATE = re.compile(
    r"(?=\d)(?:\d{2,4}[-/年.]\d{1,2}[-/月.]\d{1,2}[日号]?|\d{1,2}[月/]\d{1,2}(?:[日号]|(?![\d/]))|"
    r"\d{1,2} ?[:点时]\d{2}(?: ?[ap]m|分)?(?!\d)"
    r"|\d{1,2} ?(?:am|pm)(?![a-z])|\d{4}年|\d{1,2}月|\d{1,2}[日号](?!码))"
)
_PHONE = re.compile(
    r"(?=[\d+(])(?:(?<![\d*])(?:\+?\d{1,3}[- ]?)?(?:\(?0?\d{2,4}\)?[- ])?\d{3,4}[- ]\d{3,4}(?:[- ]\d{2,4})?(?![\d*])"
    r"|(?<!\d)(?:0?9\d{8}|1[3-9]\d{9}|0\d{8,10}|[48]00\d{5,7}|0?7\d{9}|0[89]\d{8,9})(?!\d))"
)
_ACCOUNT = re.compile(r"(?<!\d)(?:\d[ -]?){11,18}\d(?!\d)")
_HOTLINE = re.compile(r"(?<![\d.,$-])1(?:65|10)(?![\d.,%-]|元|块|万)")
_NUMBER = re.compile(r"\d[\d,.%*x]*\d|\d%?|\*{2,}|(?<![a-z])x{3,}(?![a-z])")
_SURNAMES = (
    "陈林黄张李王吴刘蔡杨许郑谢洪郭邱曾廖赖徐周叶苏庄吕江何萧罗高潘简朱钟彭游詹胡施沈余赵卢梁颜柯翁魏孙戴范方宋邓杜"
    "傅侯曹薛丁卓马董唐蓝石蒋田龚韩冯袁程于"
)
_TITLES = "先生|小姐|女士|太太|检察官|警官|警员|队长|科长|专员|经理|主任|老师|医师|医生|律师|法官|书记官|总经理|总|董"
_NAMED = re.compile(
    f"[{_SURNAMES}][{_CJK}]{{0,2}}?(?={_TITLES})|(?<=我叫)[{_SURNAMES}][{_CJK}]{{1,2}}|(?<=姓名:)[{_CJK}]{{2,3}}"
)
_ENGLISH_NAMED = re.compile(r"(?<![a-z])(mr|mrs|ms|miss|dr|officer|agent|inspector)\.? [a-z]+(?:-[a-z]+)?")


def plain(text: str, fold: Mapping[int, str]) -> str:
    """The text as the reader knows it: folded, spaced alike, masked. Never longer than HEAD + TAIL by much.

    `fold` is a table for `str.translate` from Traditional to Simplified characters. Any string is taken, also one with
    lone surrogates or control characters; nothing readable gives "".
    """
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]} {text[-TAIL:]}"
    if not text.isascii():
        text = _MASKED_BEFORE.sub(lambda found: _SPECIMENS[found[1]], text)
    text = normalize("NFKC", text).lower().translate(fold).translate(_PUNCTUATION)
    text = _PICTURES.sub("~", _INVISIBLE.sub("", text))
    text = _SPACES.sub(" ", text).strip()
    if not text.isascii():
        text = _BESIDE_CJK.sub("", text)
    if " /" in text or " ." in text:
        text = _SPACED_PAGE.sub(lambda found: found[0].replace(" ", ""), _SPACED_SCHEME.sub(r"\1://", text))
        text = _SPACED_POINT.sub(r"\1", text)
    return _masked(_REPEATED.sub(r"\1", text))


def _masked(text: str) -> str:
    if "." in text:
        if "@" in text:
            text = _MAIL.sub("E", text)
        text = _PAGE.sub("U", text)
    text = _NAMED.sub("S", text)
    text = _ENGLISH_NAMED.sub(r"\1 S", text)
    text = _MONEY.sub("M", text)
    for digit in text:
        if digit.isdigit():
            break
    else:
        return _NUMBER.sub("N", text)
    text = _HOTLINE.sub("H", text)
    text = _CODE.sub(r"\1\2C", text)
    text = _ID.sub("I", text)
    text = _DATE.sub("D", text)
    text = _ACCOUNT.sub("A", text)
    text = _PHONE.sub("P", text)
    return _NUMBER.sub("N", text)
