"""What Safelight says to customers and staff, by language.

To customers: warm, plain, never blaming, and nothing from which a scammer could learn what was noticed.
"""

from safelight.domain.alert import TaskReason
from safelight.domain.assessment import NextStep
from safelight.domain.caring import texts
from safelight.domain.contradictions import BY_CODE as CONTRADICTIONS
from safelight.domain.request import Locale, RequestKind
from safelight.features.contract import REASON_GROUPS
from safelight.scoring.rules import BY_CODE

_ZH, _EN = Locale.ZH_TW, Locale.EN

NEXT_STEP: dict[Locale, dict[NextStep, str]] = {
    _ZH: {
        NextStep.PROCEED: "已為您送出申請，謝謝您。",
        NextStep.ANSWER: "為了保障您的權益，想先請您花一分鐘回答幾個問題。",
        NextStep.WAIT: "謝謝您的回答。我們正在為您確認，完成後會通知您，您不需要再做任何事。",
        NextStep.TALK_TO_US: "這筆申請我們想親自與您確認，專員會撥打您留存的電話與您聯絡。您也可以隨時臨櫃或來電。",
    },
    _EN: {
        NextStep.PROCEED: "Your request is on its way. Thank you.",
        NextStep.ANSWER: "To look after what is yours, we would like to ask you a few short questions first.",
        NextStep.WAIT: "Thank you for your answers. We are checking and will let you know. You need do nothing more.",
        NextStep.TALK_TO_US: (
            "We would like to go through this request with you in person. A colleague will ring you on the number "
            "we have on file. You can also call or visit us at any time."
        ),
    },
}

_WHY: dict[Locale, dict[RequestKind, str]] = {
    _ZH: {
        RequestKind.POLICY_LOAN: "借款一撥出就很難收回，",
        RequestKind.SURRENDER: "解約後保障就此結束，很難恢復，",
        RequestKind.PARTIAL_WITHDRAWAL: "提領後，往後的保障會變少，",
        RequestKind.PAYOUT_ACCOUNT_CHANGE: "撥款帳戶決定您的錢會到哪裡，",
        RequestKind.CONTACT_CHANGE: "聯絡人是必要時替您留意的家人，",
        RequestKind.BENEFICIARY_CHANGE: "受益人是您想照顧的人，",
    },
    _EN: {
        RequestKind.POLICY_LOAN: "Money paid out as a loan is hard to get back",
        RequestKind.SURRENDER: "A surrender ends your cover and is hard to undo",
        RequestKind.PARTIAL_WITHDRAWAL: "What is withdrawn makes your cover smaller",
        RequestKind.PAYOUT_ACCOUNT_CHANGE: "This account is where your money will go",
        RequestKind.CONTACT_CHANGE: "Your contact is the relative who looks out for you",
        RequestKind.BENEFICIARY_CHANGE: "A beneficiary is somebody you want to care for",
    },
}

_BECAUSE: dict[Locale, dict[NextStep, str]] = {
    _ZH: {
        NextStep.PROCEED: "日後若有人自稱公務人員或客服，要您再操作帳戶，請先掛斷，撥 165 或保單上的客服電話問一問。",
        NextStep.ANSWER: "{why}所以我們會先問幾句。{help}",
        NextStep.WAIT: "{why}所以我們會仔細確認再辦理。{help}",
        NextStep.TALK_TO_US: "{why}所以我們想先和您聊聊，不必趕，也可以先和家人商量。{help}",
    },
    _EN: {
        NextStep.PROCEED: (
            "If somebody later says they are an official or from our service and asks you to do more with your "
            "account, hang up first and ring 165 or the number on your policy."
        ),
        NextStep.ANSWER: "{why}, so we ask a few questions first. {help}",
        NextStep.WAIT: "{why}, so we check carefully before we go on. {help}",
        NextStep.TALK_TO_US: (
            "{why}, so we would like to talk first. There is no hurry, and you can talk it over with your family. "
            "{help}"
        ),
    },
}

_HELP: dict[Locale, str] = {
    _ZH: (
        "真正的公務機關不會主動找您處理帳戶、不會凍結帳戶，也不會要您繳保證金。"
        "想找人問問，可撥 165 或保單上的客服電話。"
    ),
    _EN: (
        "A real official never contacts you to handle your account, never freezes it and never asks for a deposit. "
        "To ask somebody, ring 165 or the number on your policy."
    ),
}
"""The three nevers are the Financial Supervisory Commission's."""


def because(step: NextStep, kind: RequestKind, locale: Locale) -> str:
    """For the customer: why we ask, what an official never does, and where help is.

    From these three and nothing else: a sentence that knew of a score, a rule or an answer would teach a scammer.
    """
    return _BECAUSE[locale][step].format(why=_WHY[locale][kind], help=_HELP[locale])


SESSION_PROMPT: dict[Locale, str] = {
    _ZH: "正在通話中嗎？辦理重要事項時，建議先結束通話、關閉螢幕分享，慢慢來就好。",
    _EN: "Are you on a call? For important matters we suggest ending it and stopping screen sharing first. No hurry.",
}

CALL: dict[Locale, dict[bool, str]] = {
    _ZH: {
        True: "是的，我們的專員正在與您通話或即將來電。我們不會請您轉帳，也不會索取密碼或驗證碼。",
        False: "我們現在沒有打電話給您。若有人自稱是我們，請先掛斷，再撥打保單上的客服電話。",
    },
    _EN: {
        True: "Yes, it is a colleague of ours. We never ask you to transfer money, nor for passwords or codes.",
        False: "We are not calling you now. If somebody says so, please hang up and ring the number on your policy.",
    },
}

TASK: dict[Locale, dict[TaskReason, str]] = {
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
    },
}

_ANSWER: dict[Locale, str] = {_ZH: "回答值得留意：{}", _EN: "An answer to look into: {}"}


def reason_text(code: str, locale: Locale) -> str:
    """Staff's words for a reason: a rule's, an answer's, a contradiction's or a reason group's.

    A code that is no longer in use stands for itself: a case outlives the rules and the model that decided it.
    """
    kind, _, name = code.partition(".")
    if kind == "rule" and name in BY_CODE:
        return BY_CODE[name].words(locale)
    if kind == "answer":
        prompts = {str(question_id): text.prompts[0] for question_id, text in texts(locale).items()}
        return _ANSWER[locale].format(prompts.get(name, name))
    if kind == "contradiction" and name in CONTRADICTIONS:
        return CONTRADICTIONS[name].words(locale)
    return REASON_GROUPS[code].words(locale) if code in REASON_GROUPS else code
