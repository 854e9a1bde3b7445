"""What fills the numbered and named places of a pattern: amounts, dates, addresses, names. All invented.

The reader masks these before it learns or scores; their forms vary here so that masking is put to the test in training.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Final

_SURNAMES: Final = "陳林黃張李王吳劉蔡楊許鄭謝洪郭邱曾廖賴徐周葉蘇莊呂江何蕭羅高"
_GIVEN: Final = "志明淑芬俊傑雅婷建宏美玲家豪怡君宗翰佩珊承恩詩涵文雄秀英國華麗珠"
_ENGLISH: Final = ("Tom", "Amy", "Kevin", "Lily", "David", "Grace", "Jason", "Wei", "Priya", "Sam", "Emma", "Jack")
_CHINESE: Final = "一二三四五六七八九"
_HOSTS: Final = (
    "tw-pay",
    "line-gift",
    "esunn",
    "post-tw",
    "vip88",
    "etc-online",
    "icbc-vip",
    "cash10086",
    "gift4u",
    "bit",
    "reurl",
    "tinyurl",
)
_ENDINGS: Final = ("com", "cc", "top", "net", "tw", "cn", "com.tw", "xyz", "info", "vip", "me", "ly", "org", "co.uk")


def _digits(rng: Random, count: int) -> str:
    return str(rng.randrange(10 ** (count - 1), 10**count))


def _money(rng: Random) -> str:
    kind = rng.random()
    if kind < 0.35:
        return f"{rng.randrange(1, 95)}萬{rng.choice(('', '元', '塊', '多', ''))}"
    if kind < 0.5:
        return f"{rng.choice(_CHINESE)}{rng.choice(('', '十', '百'))}{rng.choice(('萬', '萬元', '多萬', '萬塊'))}"
    if kind < 0.65:
        return f"{rng.randrange(1, 900) * 1000:,}元"
    if kind < 0.8:
        sign, unit = rng.choice(("NT$", "$", "NTD ", "新台幣")), rng.choice(("", "元"))
        return f"{sign}{rng.randrange(1, 5000) * 100}{unit}"
    return f"{rng.randrange(50, 99999)}{rng.choice(('元', '塊', '元整', '.5元', '.00元'))}"


def _pounds(rng: Random) -> str:
    sign = rng.choice("£$£€")
    forms = (
        f"{sign}{rng.randrange(1, 60) * 50}",
        f"{sign}{rng.randrange(1, 90)}.99",
        f"{sign}{rng.randrange(1, 30)},000",
    )
    return rng.choice((*forms, f"{rng.randrange(2, 20) * 100} pounds", f"{rng.randrange(1, 20) * 100} dollars"))


def _number(rng: Random) -> str:
    return str(rng.randrange(1, 10 ** rng.randrange(1, 4)))


def _phone(rng: Random) -> str:
    form = rng.randrange(5)
    if form == 0:
        return f"09{_digits(rng, 2)}-{_digits(rng, 3)}-{_digits(rng, 3)}"
    if form == 1:
        return f"0{rng.randrange(2, 9)}-{_digits(rng, 4)}-{_digits(rng, 4)}"
    if form == 2:
        return f"1{rng.randrange(3, 10)}{_digits(rng, 9)}"
    return rng.choice(("09", "0800", "400", "0080", "95")) + _digits(rng, rng.choice((6, 8)))


def _uk_phone(rng: Random) -> str:
    return rng.choice(("0906", "0871", "0800", "0808", "07", "+44 7", "0844")) + _digits(rng, rng.choice((6, 7, 8)))


def _account(rng: Random) -> str:
    bank = f"{_digits(rng, 3)}-" if rng.random() < 0.4 else ""
    number = _digits(rng, rng.choice((12, 14, 16, 19)))
    return bank + (" ".join(number[i : i + 4] for i in range(0, len(number), 4)) if rng.random() < 0.25 else number)


def _page(rng: Random) -> str:
    host = f"{rng.choice(_HOSTS)}{rng.choice(('', '', str(rng.randrange(99))))}.{rng.choice(_ENDINGS)}"
    path = f"/{_digits(rng, 4)}{rng.choice('abcxyzkq')}" if rng.random() < 0.6 else ""
    return rng.choice(("http://", "https://", "www.", "", "http://www.", "https://")) + host + path


def _date(rng: Random) -> str:
    month, day = rng.randrange(1, 13), rng.randrange(1, 29)
    return rng.choice(
        (f"{month}月{day}日", f"{month}/{day}", f"2026/{month}/{day}", f"{month}月{day}號", f"2026-{month:02}-{day:02}")
    )


def _english_date(rng: Random) -> str:
    day, month = (
        rng.randrange(1, 29),
        rng.choice(("Jan", "Feb", "March", "April", "May", "June", "July", "Sept", "Oct", "Dec")),
    )
    return rng.choice(
        (
            f"{day}/{rng.randrange(1, 13)}",
            f"{day} {month}",
            f"{month} {day}",
            f"{day:02}/{rng.randrange(1, 13):02}/2026",
        )
    )


def _time(rng: Random) -> str:
    hour = rng.randrange(1, 13)
    return rng.choice(
        (
            f"{hour}:{rng.randrange(6)}0",
            f"下午{hour}點",
            f"晚上{hour}點半",
            f"{hour}點",
            f"早上{hour}:30",
            f"{hour}點半",
        )
    )


def _english_time(rng: Random) -> str:
    hour = rng.randrange(1, 13)
    return rng.choice(
        (f"{hour}pm", f"{hour}:30", f"{hour} am", f"{hour}.{rng.choice(('15', '30', '45'))}", f"{hour}", f"half {hour}")
    )


def _code(rng: Random) -> str:
    return _digits(rng, rng.choice((4, 5, 6, 6, 8)))


def _letters(rng: Random) -> str:
    return rng.choice("ABCKLMPTVX") + rng.choice("ABEKLNW") + _digits(rng, rng.choice((2, 3, 4)))


def _name(rng: Random) -> str:
    return rng.choice(_SURNAMES) + rng.choice(_GIVEN) + (rng.choice(_GIVEN) if rng.random() < 0.8 else "")


def _percent(rng: Random) -> str:
    few = rng.choice(_CHINESE)
    return rng.choice((f"{rng.randrange(3, 60)}%", f"百分之{few}十", f"{few}成"))


def _off(rng: Random) -> str:
    return rng.choice((f"{rng.randrange(5, 10)}折", f"{rng.randrange(55, 96)}折", "買一送一", "第二件半價"))


SLOTS: Mapping[str, Callable[[Random], str]] = {
    "money": _money,
    "pounds": _pounds,
    "n": _number,
    "few": lambda rng: rng.choice(("兩", "三", "幾", "2", "3", "四", "五")),
    "pct": _percent,
    "off": _off,
    "phone": _phone,
    "ukphone": _uk_phone,
    "short": lambda rng: _digits(rng, 5),
    "acct": _account,
    "tail": lambda rng: _digits(rng, rng.choice((3, 4, 5))),
    "url": _page,
    "date": _date,
    "edate": _english_date,
    "time": _time,
    "etime": _english_time,
    "code": _code,
    "ref": _letters,
    "sur": lambda rng: rng.choice(_SURNAMES),
    "name": _name,
    "ename": lambda rng: rng.choice(_ENGLISH),
    "id": lambda rng: rng.choice("ABEFHKLT") + rng.choice("12") + _digits(rng, 8),
}  # fmt: skip
