"""Reason groups: the staff's words for what moved a score. One group belongs to one modality.

A group says what was seen, never how much of it makes a light: a reason that leaks must not teach a scammer.
"""

from dataclasses import dataclass

from safelight.domain.assessment import Modality
from safelight.domain.request import Locale


@dataclass(frozen=True, slots=True)
class ReasonGroup:
    """`zh_tw` and `en` are short staff words; no amounts, no thresholds."""

    code: str
    modality: Modality
    zh_tw: str
    en: str

    def words(self, locale: Locale) -> str:
        return self.zh_tw if locale is Locale.ZH_TW else self.en


_B, _P, _C, _E, _F = Modality.BEHAVIOUR, Modality.PROFILE, Modality.CONTEXT, Modality.EXTERNAL, Modality.FIELD
_W = Modality.CONVERSATION

REASON_GROUPS: dict[str, ReasonGroup] = {
    group.code: group
    for group in (
        ReasonGroup("time_of_day", _B, "申請時間不尋常", "Unusual time of the request"),
        ReasonGroup("way_of_asking", _B, "申請管道與平常不同", "Channel differs from his habit"),
        ReasonGroup("repeated_requests", _B, "短期內多次申請", "Several requests within a short time"),
        ReasonGroup(
            "drain_over_policies", _B, "短期內跨多張保單動用", "Money taken from several policies within a short time"
        ),
        ReasonGroup(
            "share_drained", _B, "短期內動用保單價值比例偏高", "Much of the policies' value drained within a short time"
        ),
        ReasonGroup(
            "details_changed", _B, "近期變更帳戶或聯絡人", "Payout account or contact changed by a recent request"
        ),
        ReasonGroup("value_lookups", _B, "近期頻繁查詢保單價值", "Policy values looked up often of late"),
        ReasonGroup("what_is_asked", _P, "申請項目", "Kind of request"),
        ReasonGroup("amount_at_stake", _P, "動用金額偏高", "Amount is large for him"),
        ReasonGroup(
            "payout_account_new", _P, "撥款帳戶未登錄或新近登錄", "Payout account not on file or only just added"
        ),
        ReasonGroup("payout_account_owner", _P, "撥款帳戶非本人", "Payout account is not his own"),
        ReasonGroup("life_situation", _P, "生活情況", "Life situation"),
        ReasonGroup("policy_history", _P, "保單年資與借款情形", "Policies: years held and loans"),
        ReasonGroup("records_changed", _P, "電話或受益人近期變更", "Phone or beneficiary changed of late"),
        ReasonGroup("no_contact", _P, "聯絡人指定情形", "Whether a contact is designated"),
        ReasonGroup("past_victim", _P, "曾為詐騙被害人", "Was deceived before"),
        ReasonGroup("on_call", _C, "申請時正在通話", "On a call while asking"),
        ReasonGroup("steered_screen", _C, "螢幕分享或遠端操控", "Screen shared or remotely controlled"),
        ReasonGroup("new_device", _C, "使用新裝置", "New device"),
        ReasonGroup("form_behaviour", _C, "填寫過程異常", "Unusual way of filling in the form"),
        ReasonGroup("words_of_a_scam", _W, "言談內容似遭詐騙", "Words like those of a scam in progress"),
        ReasonGroup("words_of_type", _W, "言談符合特定詐騙手法", "Words fit a known type of scam"),
        ReasonGroup("words_amount", _W, "談話多寡", "How much was said"),
        ReasonGroup("police_match", _E, "警方通報資料相符", "Matches a police report"),
        ReasonGroup("telecom_signs", _E, "近期可疑通聯", "Suspicious calls or messages of late"),
        ReasonGroup("seen_steered", _F, "現場察覺有人指使或陪同", "Seen being steered or accompanied"),
        ReasonGroup("seen_story", _F, "談及新投資或網友", "Speaks of a new investment or online friend"),
        ReasonGroup("seen_ordinary", _F, "業務員瞭解實際需求", "An ordinary need was seen"),
    )
}
