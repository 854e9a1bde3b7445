"""Rules over the features: what no model may overlook, and what stands in when there is no model.

Each rule reads feature values by name, so a decision record's vector is enough to say again which rules held. A missing
value is NaN, and no comparison with NaN holds: a rule never fires on what is not known.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from safelight.domain.assessment import ScamType
from safelight.domain.light import Light
from safelight.domain.request import Locale

_AUTHORITY, _INVESTMENT, _ROMANCE = ScamType.FAKE_AUTHORITY, ScamType.FAKE_INVESTMENT, ScamType.ROMANCE
_RELATIVE, _LOAN = ScamType.FAKE_RELATIVE, ScamType.FAKE_LOAN


class Values(Protocol):
    """Feature values by name. Most rules end at the first that they look at: no need to name all of them."""

    def __getitem__(self, name: str, /) -> float: ...


@dataclass(frozen=True, slots=True)
class Rule:
    """`at_least` is the light that the rule forces, GREEN for none. `points` count towards each scam type suspected."""

    code: str
    at_least: Light
    holds: Callable[[Values], bool]
    zh_tw: str
    en: str
    points: Mapping[ScamType, int]

    def words(self, locale: Locale) -> str:
        return self.zh_tw if locale is Locale.ZH_TW else self.en


def _steered(v: Values) -> bool:
    return v["on_call"] == 1 and (v["screen_shared"] == 1 or v["remote_control_app"] == 1)


def _new_account(v: Values) -> bool:
    return v["account_not_on_file"] == 1 or v["account_days_on_file"] <= 3


def _moves_money(v: Values) -> bool:
    return v["asks_policy_loan"] == 1 or v["asks_surrender"] == 1 or v["asks_partial_withdrawal"] == 1


def _left_of_30_days(v: Values) -> float:
    """At most this share is left after this request and those of 30 days; rounded, for values come as float32."""
    return round((1 - v["share_drained_10d"]) * (1 - v["share_taken_11_30d"]), 6)


def _split(v: Values) -> bool:
    """A sum cut into small requests, each of which would pass. What was asked minutes ago may not have left the
    policies' value yet, so that the share drained comes out too low: the mere count speaks as well."""
    return v["money_requests_10d"] >= 2 or (v["money_requests_10d"] >= 1 and v["share_drained_10d"] >= 0.5)


WORDS_TELL = 1.0
"""Log-odds of the worst sentence from which somebody who says such a thing is asked, whatever else is known. In a
simulated book (16,005 requests, seed 771) it held for 0.33 % of the genuine ones."""
_WORDS_OF: tuple[tuple[ScamType, str, str], ...] = (
    (_AUTHORITY, "對話提及檢警或監管資金", "Words of police, prosecutors or money in custody"),
    (_INVESTMENT, "對話提及穩賺不賠的投資", "Words of an investment that cannot lose"),
    (_ROMANCE, "對話提及網友急需用錢", "Words of an online love in need of money"),
    (_RELATIVE, "對話提及親友或客服的異常要求", "Words of a false relative or service desk"),
    (_LOAN, "對話提及先付費的貸款", "Words of a loan that costs a fee first"),
)


def _words_of(scam: ScamType, zh_tw: str, en: str) -> Rule:
    """Words more likely of this scam than not: they say what to ask about, and no more."""
    return Rule(f"words_{scam.value}", Light.GREEN, lambda v: v[f"words_{scam.value}"] >= 0, zh_tw, en, {scam: 4})


RULES: tuple[Rule, ...] = (
    Rule(
        "account_reported",
        Light.RED,
        lambda v: v["account_reported"] == 1,
        "撥款帳戶遭警方通報",
        "The payout account was reported to the police",
        {_INVESTMENT: 2, _AUTHORITY: 1, _LOAN: 1},
    ),
    Rule(
        "person_listed",
        Light.YELLOW,
        lambda v: v["person_listed"] == 1 and _moves_money(v),
        "警方通報之疑似被害人",
        "The police list him as a likely victim",
        {_AUTHORITY: 1, _INVESTMENT: 1},
    ),
    Rule(
        "steered_to_new_account",
        Light.RED,
        lambda v: _steered(v) and _new_account(v) and _moves_money(v),
        "通話中並分享或遭遠端操控螢幕，且撥款至新帳戶",
        "On a call with the screen shared or controlled, paying to a new account",
        {_AUTHORITY: 4, _RELATIVE: 1},
    ),
    Rule(
        "steered",
        Light.YELLOW,
        _steered,
        "通話中並分享螢幕或遭遠端操控",
        "On a call with the screen shared or controlled",
        {_AUTHORITY: 3, _RELATIVE: 2},
    ),
    Rule(
        "serial_drain",
        Light.YELLOW,
        lambda v: v["money_requests_10d"] >= 2 and v["policies_touched_10d"] >= 3 and _moves_money(v),
        "十天內第三次以上申請，且跨三張以上保單",
        "Third request or more in ten days, over three policies or more",
        {_ROMANCE: 3, _INVESTMENT: 3},
    ),
    Rule(
        "split_to_new_account",
        Light.YELLOW,
        lambda v: _split(v) and _new_account(v) and _moves_money(v),
        "十天內分次申請，且撥款至新帳戶",
        "Asked in parts within ten days, paying to a new account",
        {_INVESTMENT: 2, _AUTHORITY: 1},
    ),
    Rule(
        "accompanied",
        Light.YELLOW,
        lambda v: v["noted_accompanied_by_stranger"] >= 1 or v["noted_evasive_or_coached"] >= 1,
        "現場有陌生人陪同或回答似經指導",
        "Came with a stranger, or answered as if coached",
        {_INVESTMENT: 1, _LOAN: 1, _ROMANCE: 1},
    ),
    Rule(
        "nearly_all_to_new_account",
        Light.YELLOW,
        lambda v: v["account_not_on_file"] == 1 and _left_of_30_days(v) <= 0.2,
        "動用近乎全部價值並撥款至未登錄帳戶",
        "Nearly everything, to an account that is not on file",
        {_AUTHORITY: 1, _INVESTMENT: 2},
    ),
    Rule(
        "new_online_friend",
        Light.YELLOW,
        lambda v: v["noted_talks_of_new_online_friend"] >= 1 and _moves_money(v),
        "近期談及新網友",
        "Spoke of a new online friend",
        {_ROMANCE: 5},
    ),
    Rule(
        "new_investment",
        Light.YELLOW,
        lambda v: v["noted_talks_of_new_investment"] >= 1 and _moves_money(v),
        "近期談及新投資",
        "Spoke of a new investment",
        {_INVESTMENT: 5},
    ),
    Rule(
        "reported_numbers",
        Light.YELLOW,
        lambda v: v["reported_numbers_30d"] >= 3 and _moves_money(v),
        "近期多次與遭通報之號碼通聯",
        "Several contacts with reported numbers of late",
        {_AUTHORITY: 2, _RELATIVE: 1},
    ),
    Rule(
        "words_of_a_scam",
        Light.YELLOW,
        lambda v: v["words_scam_peak"] >= WORDS_TELL and _moves_money(v),
        "對話內容像是正在進行的詐騙",
        "What was written or said reads like a scam in progress",
        {_AUTHORITY: 1, _INVESTMENT: 1},
    ),
    *(_words_of(*words) for words in _WORDS_OF),
    Rule(
        "alone_after_loss",
        Light.GREEN,
        lambda v: v["widowed"] == 1 or v["lives_alone"] == 1,
        "喪偶或獨居",
        "Widowed or living alone",
        {_ROMANCE: 2},
    ),
    Rule(
        "on_call",
        Light.GREEN,
        lambda v: v["on_call"] == 1,
        "申請時正在通話",
        "On a call while asking",
        {_AUTHORITY: 1, _RELATIVE: 1},
    ),
    Rule(
        "retired_large_share",
        Light.GREEN,
        lambda v: v["retired"] == 1 and v["share_of_all_policies"] >= 0.5,
        "退休且動用過半保單價值",
        "Retired, and more than half of the policies' value",
        {_AUTHORITY: 1, _INVESTMENT: 1},
    ),
    Rule(
        "chat_app_surge",
        Light.GREEN,
        lambda v: v["new_chat_app_traffic_30d"] >= 500,
        "近期新通訊軟體用量遽增",
        "A new chat app is used much of late",
        {_INVESTMENT: 2, _ROMANCE: 1},
    ),
    Rule(
        "account_of_other",
        Light.GREEN,
        lambda v: v["account_other_owner"] == 1,
        "撥款帳戶非本人",
        "The account belongs to somebody else",
        {_RELATIVE: 2, _INVESTMENT: 1, _LOAN: 1},
    ),
    Rule(
        "small_income_many_loans",
        Light.GREEN,
        lambda v: v["money_requests_90d"] >= 2 and v["asks_policy_loan"] == 1 and v["amount_to_income"] >= 0.5,
        "短期多次借款，金額相對收入偏高",
        "Several loans of late, large for the income",
        {_LOAN: 2, _INVESTMENT: 1},
    ),
)
BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}


def holding(values: Values) -> tuple[Rule, ...]:
    """The rules that hold, in the order of the table."""
    return tuple([rule for rule in RULES if rule.holds(values)])


def suspected(rules: tuple[Rule, ...]) -> tuple[ScamType, ...]:
    """Scam types that the rules point to, the likeliest first; ties in the order of the enum."""
    points = {scam_type: sum(rule.points.get(scam_type, 0) for rule in rules) for scam_type in ScamType}
    return tuple(sorted((t for t in ScamType if points[t] > 0), key=lambda t: -points[t]))
