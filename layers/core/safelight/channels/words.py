"""What Safelight says to customers and staff, by language.

To customers: warm, plain, never blaming, and nothing from which a scammer could learn what was noticed. Their words are
data: `customer_words/<locale>.json`, of which only the language that is spoken is read. Staff have Chinese and English.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from safelight.domain.alert import TaskReason
from safelight.domain.assessment import NextStep
from safelight.domain.caring import texts
from safelight.domain.contradictions import BY_CODE as CONTRADICTIONS
from safelight.domain.request import Locale, RequestKind
from safelight.features.contract import REASON_GROUPS
from safelight.scoring.rules import BY_CODE

CUSTOMER_WORDS = Path(__file__).parent / "customer_words"
_ZH, _EN = Locale.ZH_TW, Locale.EN


@cache
def _words(locale: Locale) -> dict[str, Any]:
    """`next_step` and `because` by next step, `why` by kind, `help`, `session_…`, `discreet`, `call`."""
    parsed: dict[str, Any] = json.loads((CUSTOMER_WORDS / f"{locale}.json").read_text(encoding="utf-8"))
    return parsed


def message(step: NextStep, locale: Locale) -> str:
    """For the customer: what happens next."""
    return str(_words(locale)["next_step"][step])


def because(step: NextStep, kind: RequestKind, locale: Locale) -> str:
    """For the customer: why we ask, what an official never does, and where help is.

    From these three and nothing else: a sentence that knew of a score, a rule or an answer would teach a scammer. The
    three nevers in `help` are the Financial Supervisory Commission's.
    """
    said = _words(locale)
    return str(said["because"][step]).format(why=said["why"][kind], help=said["help"])


def whom_to_ask(locale: Locale) -> str:
    """For the customer: the three nevers, and whom to ask."""
    return str(_words(locale)["help"])


def session_prompt(locale: Locale) -> str:
    """For the customer, before anything is requested and with somebody reading along: it takes a while, no more."""
    return str(_words(locale)["session_prompt"])


def session_quiet(locale: Locale) -> str:
    """For the customer, before anything is requested and perhaps not alone: no hurry, and nothing of why."""
    return str(_words(locale)["session_quiet"])


def discreet_message(step: NextStep, locale: Locale) -> str:
    """For the customer with somebody reading along: what happens next, as of any request."""
    return str(_words(locale)["discreet"].get(step) or message(step, locale))


def discreet_because(locale: Locale) -> str:
    """For the customer with somebody reading along: one sentence, whatever the step and the kind."""
    return str(_words(locale)["discreet"]["because"])


def call(calling: bool, locale: Locale) -> str:
    """For the customer: whether it is us who are calling, and what we never ask for."""
    return str(_words(locale)["call"]["ours" if calling else "not_ours"])


_TASK: dict[Locale, dict[TaskReason, str]] = {
    _ZH: {
        TaskReason.NO_CONTACT: "未指定聯絡人，請專員聯絡保戶",
        TaskReason.CONTACT_UNCONFIRMED: "聯絡人尚未確認，未通知",
        TaskReason.CONTACT_NEWLY_CHANGED: "聯絡人指定未滿 72 小時，未通知",
        TaskReason.CONTACT_EXCLUDED: "聯絡人已由同仁排除，未通知",
        TaskReason.CONTACT_REVOKED: "聯絡人已撤銷，未通知",
        TaskReason.CONTACT_UNDER_SUSPICION: "聯絡人可能涉入，未通知",
        TaskReason.CONTACTS_UNREADABLE: "無法讀取聯絡人資料，請人工確認",
        TaskReason.ALERT_UNKNOWN: "簡訊是否送達不明，請改以電話聯絡",
        TaskReason.ALERT_FAILED: "簡訊未送出，請改以電話聯絡",
        TaskReason.ALERT_LATE: "簡訊未及時送出，請改以電話聯絡",
        TaskReason.ASSESSED_BY_RULES: "模型或資料無法使用，由規則判定，請人工覆核",
        TaskReason.CALL_BACK: "可能有人在旁聽或看著螢幕，畫面未提問，請改撥保戶留存的電話",
        TaskReason.TALK_UNFINISHED: "對話未能完成，請致電保戶",
        TaskReason.CONTACT_EXPIRED: "聯絡人逾一年未再確認，未通知",
        TaskReason.CONTACT_QUIET: "此時段聯絡人不收簡訊，未通知，請專員處理",
        TaskReason.CONTACT_LIMIT: "聯絡人今日簡訊已達上限，未通知，請改以電話聯絡",
        TaskReason.ALERTS_CUT: "短時間簡訊過多，已暫停發送；請改以電話聯絡聯絡人",
        TaskReason.ALERT_UNDELIVERED: "電信業者回報簡訊未送達，請改以電話聯絡",
        TaskReason.NOTICE_UNSENT: "給保戶本人的通知未送出，請以留存的電話告知保戶",
        TaskReason.CONTACT_KNOWS: "聯絡人表示知道此事；身分是否查證見案件經過，不代表可以放行",
        TaskReason.CONTACT_WORRIED: "聯絡人表示不知情或覺得不對勁；請盡快以留存的號碼聯絡雙方",
        TaskReason.CONTACT_CANNOT_REACH: "聯絡人表示聯絡不上保戶；請盡快以留存的號碼聯絡保戶",
    },
    _EN: {
        TaskReason.NO_CONTACT: "No contact designated: please reach the policyholder",
        TaskReason.CONTACT_UNCONFIRMED: "The contact has not confirmed: not told",
        TaskReason.CONTACT_NEWLY_CHANGED: "The contact was designated less than 72 hours ago: not told",
        TaskReason.CONTACT_EXCLUDED: "The contact is excluded by staff: not told",
        TaskReason.CONTACT_REVOKED: "The contact was revoked: not told",
        TaskReason.CONTACT_UNDER_SUSPICION: "The contact may be involved: not told",
        TaskReason.CONTACTS_UNREADABLE: "Contacts could not be read: please look",
        TaskReason.ALERT_UNKNOWN: "Not known whether the SMS arrived: please ring instead",
        TaskReason.ALERT_FAILED: "The SMS was not sent: please ring instead",
        TaskReason.ALERT_LATE: "The SMS was not sent in time: please ring instead",
        TaskReason.ASSESSED_BY_RULES: "Model or facts unavailable, rules decided: please review",
        TaskReason.CALL_BACK: "Somebody may be listening or watching, nothing was asked: ring the number on file",
        TaskReason.TALK_UNFINISHED: "The conversation could not be finished: please ring the policyholder",
        TaskReason.CONTACT_EXPIRED: "The contact was not confirmed again within a year: not told",
        TaskReason.CONTACT_QUIET: "The contact wants no text at this hour: not told, please see to it",
        TaskReason.CONTACT_LIMIT: "The contact had a day's texts already: not told, please ring instead",
        TaskReason.ALERTS_CUT: "Too many texts at once, sending has stopped: please ring the contact",
        TaskReason.ALERT_UNDELIVERED: "The carrier says that the SMS did not arrive: please ring instead",
        TaskReason.NOTICE_UNSENT: "The policyholder's own notice was not sent: tell him on the number on file",
        TaskReason.CONTACT_KNOWS: "A contact says he knows of it (the history says if it was he): no reason to release",
        TaskReason.CONTACT_WORRIED: "A contact does not know of it, or is worried: ring both soon, on numbers on file",
        TaskReason.CONTACT_CANNOT_REACH: "A contact cannot reach the policyholder: ring him soon on the number on file",
    },
}

_ANSWER: dict[Locale, str] = {_ZH: "回答值得留意：{}", _EN: "An answer to look into: {}"}


def task(reason: TaskReason, locale: Locale) -> str:
    """For staff: what is left to do, and why no contact was told."""
    return _TASK[locale.staff][reason]


def reason_text(code: str, locale: Locale) -> str:
    """Staff's words for a reason: a rule's, an answer's, a contradiction's or a reason group's.

    A code that is no longer in use stands for itself: a case outlives the rules and the model that decided it.
    """
    kind, _, name = code.partition(".")
    locale = locale.staff
    if kind == "rule" and name in BY_CODE:
        return BY_CODE[name].words(locale)
    if kind == "answer":
        prompts = {str(question_id): text.prompts[0] for question_id, text in texts(locale).items()}
        return _ANSWER[locale].format(prompts.get(name, name))
    if kind == "contradiction" and name in CONTRADICTIONS:
        return CONTRADICTIONS[name].words(locale)
    return REASON_GROUPS[code].words(locale) if code in REASON_GROUPS else code
