"""What a policyholder asks for. Every channel's payload becomes one of these."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

PolicyholderId = NewType("PolicyholderId", str)
PolicyId = NewType("PolicyId", str)
RequestId = NewType("RequestId", str)
SessionId = NewType("SessionId", str)
AccountKey = NewType("AccountKey", str)
"""Keyed HMAC of a payout account: enough to match, useless to read."""


class RequestKind(StrEnum):
    POLICY_LOAN = "policy_loan"
    SURRENDER = "surrender"
    PARTIAL_WITHDRAWAL = "partial_withdrawal"
    PAYOUT_ACCOUNT_CHANGE = "payout_account_change"
    CONTACT_CHANGE = "contact_change"
    BENEFICIARY_CHANGE = "beneficiary_change"

    @property
    def moves_money(self) -> bool:
        return self in _MOVES_MONEY


_MOVES_MONEY = frozenset({RequestKind.POLICY_LOAN, RequestKind.SURRENDER, RequestKind.PARTIAL_WITHDRAWAL})


class Channel(StrEnum):
    APP = "app"
    WEB = "web"
    CHAT = "chat"
    PHONE = "phone"
    COUNTER = "counter"


class Locale(StrEnum):
    """Languages that a customer or a contact can choose."""

    ZH_TW = "zh-TW"
    EN = "en"
    VI = "vi"
    ID = "id"
    TH = "th"

    @classmethod
    def nearest(cls, tag: str | None) -> "Locale":
        """By the language that a tag begins with, however it is written: `vi-VN`, `th_TH`, `in`, `en-GB,en;q=0.8`.

        Chinese for any other and for none: a language is never a reason to turn a customer away.
        """
        named = _LANGUAGE.match(tag or "")
        return _SPOKEN.get(named[1].lower(), cls.ZH_TW) if named else cls.ZH_TW

    @property
    def staff(self) -> "Locale":
        """What staff read where a customer reads this. The insurer's staff have Chinese and English only."""
        return self if self is Locale.EN else Locale.ZH_TW


_LANGUAGE = re.compile(r"\s*([A-Za-z]+)")
_SPOKEN = {"en": Locale.EN, "vi": Locale.VI, "id": Locale.ID, "in": Locale.ID, "th": Locale.TH}
"""`in` is what Java and old Android call Indonesian."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing asked by one policyholder.

    `amount_twd` is whole New Taiwan dollars, 0 for kinds that move no money. `requested_at` is aware UTC.
    `payout_account` is None when the money goes to the account of record.
    """

    request_id: RequestId
    policyholder_id: PolicyholderId
    kind: RequestKind
    amount_twd: int
    policy_ids: tuple[PolicyId, ...]
    channel: Channel
    locale: Locale
    requested_at: datetime
    payout_account: AccountKey | None = None
    session_id: SessionId | None = None
