"""The people of the demo. All are invented; so are their policies, numbers and accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from safelight.domain.facts import Marital, Policy, Product, Profile, RegisteredAccount
from safelight.domain.request import AccountKey, PolicyholderId, PolicyId


@dataclass(frozen=True)
class Account:
    """A bank account as a customer types it. `days_on_file` None: not on file."""

    number: str
    label_zh: str
    label_en: str
    days_on_file: int | None
    bank_code: str = "812"

    def body(self) -> dict[str, str]:
        return {"bank_code": self.bank_code, "account_number": self.number}


@dataclass(frozen=True)
class Person:
    """`profile` is without accounts, which are stored as keyed hashes. `phone` is his number on file.
    `contact_days` None: no contact."""

    id: PolicyholderId
    name_zh: str
    name_en: str
    story_zh: str
    story_en: str
    profile: Profile
    accounts: tuple[Account, ...]
    scenario: dict[str, Any]
    phone: str
    contact_phone: str | None = None
    contact_subject: PolicyholderId | None = None
    """The contact himself, where he is a policyholder too: his own number of record is `contact_phone`."""
    contact_days: int | None = None
    past_loans: tuple[tuple[int, str, int], ...] = field(default=())
    """(days ago, policy, TWD), requested on the web."""


def _policy(policy_id: str, product: Product, issued: int, value: int, loan: int = 0) -> Policy:
    return Policy(
        policy_id=PolicyId(policy_id),
        product=product,
        issued_on=date(issued, 5, 20),
        cash_value_twd=value,
        loan_balance_twd=loan,
    )


def _account(number: str, days: int | None, zh: str = "我的帳戶", en: str = "My account") -> Account:
    return Account(number, zh, en, days)


_QUIET = {"on_call": False, "screen_shared": False, "remote_control_app": False, "new_device": False}

BORROWER = Person(
    id=PolicyholderId("demo-borrower"),
    phone="+886900002001",
    name_zh="林志明",
    name_en="Lin Chih-ming",
    story_zh="45 歲，裝修房子，借保單價值的 8%，撥入用了多年的帳戶。",
    story_en="45, renovating, borrows 8 % of his policy's value to the account he has used for years.",
    profile=Profile(
        born_on=date(1981, 3, 2),
        policies=(_policy("WL-1001", Product.WHOLE_LIFE, 2009, 1_500_000),),
        marital=Marital.MARRIED,
        retired=False,
        lives_alone=False,
        annual_income_twd=1_100_000,
    ),
    accounts=(_account("001234567890", 4000),),
    scenario={
        "kind": "policy_loan",
        "amount_twd": 120_000,
        "policy_ids": ["WL-1001"],
        "channel": "app",
        "signals": {**_QUIET, "seconds_on_form": 95, "amount_edits": 1},
    },
    contact_phone="+886900000101",
    contact_days=400,
)

TEACHER = Person(
    id=PolicyholderId("demo-teacher"),
    phone="+886900002002",
    name_zh="陳淑芬",
    name_en="Chen Shu-fen",
    story_zh="68 歲退休老師，「檢察官」在電話上，螢幕分享中，要她今晚解約匯到今天新增的帳戶。",
    story_en="68, retired teacher. A 'prosecutor' is on the phone, her screen is shared: she is to surrender tonight.",
    profile=Profile(
        born_on=date(1958, 9, 14),
        policies=(_policy("WL-2001", Product.WHOLE_LIFE, 1998, 2_600_000),),
        marital=Marital.WIDOWED,
        retired=True,
        lives_alone=True,
        annual_income_twd=420_000,
    ),
    accounts=(
        _account("002345678901", 6000),
        _account("990011223344", 0, "今天新增的帳戶", "Account added today"),
    ),
    scenario={
        "kind": "surrender",
        "amount_twd": 2_600_000,
        "policy_ids": ["WL-2001"],
        "payout_account": {"bank_code": "812", "account_number": "990011223344"},
        "channel": "app",
        "signals": {
            "on_call": True,
            "screen_shared": True,
            "remote_control_app": False,
            "new_device": False,
            "account_pasted": True,
            "seconds_on_form": 610,
            "amount_edits": 4,
        },
    },
    contact_phone="+886900000678",
    contact_subject=PolicyholderId("demo-daughter"),
    contact_days=200,
)

WIDOW = Person(
    id=PolicyholderId("demo-widow"),
    phone="+886900002003",
    name_zh="黃美玲",
    name_en="Huang Mei-ling",
    story_zh="59 歲，喪偶，網路上認識的人需要「關稅」，十天內第三次借款，動用第三張保單。",
    story_en="59, widowed. Somebody she met online needs 'customs fees': third loan in ten days, third policy.",
    profile=Profile(
        born_on=date(1967, 1, 30),
        policies=(
            _policy("EN-3001", Product.ENDOWMENT, 2004, 700_000),
            _policy("WL-3002", Product.WHOLE_LIFE, 2001, 900_000),
            _policy("AN-3003", Product.ANNUITY, 2012, 800_000),
        ),
        marital=Marital.WIDOWED,
        retired=True,
        lives_alone=True,
        annual_income_twd=360_000,
    ),
    accounts=(_account("003456789012", 5200),),
    scenario={"kind": "policy_loan", "amount_twd": 600_000, "policy_ids": ["AN-3003"], "channel": "web"},
    contact_phone="+886900000303",
    contact_days=90,
    past_loans=((8, "EN-3001", 500_000), (3, "WL-3002", 700_000)),
)

LONER = Person(
    id=PolicyholderId("demo-loner"),
    phone="+886900002004",
    name_zh="吳國華",
    name_en="Wu Kuo-hua",
    story_zh="71 歲，自稱「金管會專員」的人遠端操作他的手機，要他全數解約匯到未登錄帳戶。沒有指定聯絡人。",
    story_en="71. An 'officer of the regulator' steers his phone to surrender everything. No contact designated.",
    profile=Profile(
        born_on=date(1955, 6, 8),
        policies=(_policy("IL-4001", Product.INVESTMENT_LINKED, 2010, 3_100_000),),
        marital=Marital.DIVORCED,
        retired=True,
        lives_alone=True,
        annual_income_twd=500_000,
    ),
    accounts=(_account("004567890123", 3000), _account("880077665544", None, "新帳戶", "New account")),
    scenario={
        "kind": "surrender",
        "amount_twd": 3_100_000,
        "policy_ids": ["IL-4001"],
        "payout_account": {"bank_code": "812", "account_number": "880077665544"},
        "channel": "app",
        "signals": {**_QUIET, "on_call": True, "remote_control_app": True, "seconds_on_form": 480, "amount_edits": 3},
    },
)

NEWCOMER = Person(
    id=PolicyholderId("demo-newcomer"),
    phone="+886900002005",
    name_zh="張秀琴",
    name_en="Chang Hsiu-chin",
    story_zh="66 歲，「外甥」昨天才成為她的聯絡人，今天就要她解約。",
    story_en="66. A 'nephew' became her contact only yesterday, and today she is to surrender.",
    profile=Profile(
        born_on=date(1960, 11, 21),
        policies=(_policy("WL-5001", Product.WHOLE_LIFE, 1996, 1_900_000),),
        marital=Marital.MARRIED,
        retired=True,
        lives_alone=False,
        annual_income_twd=300_000,
    ),
    accounts=(
        _account("005678901234", 7000),
        _account("770055443322", 1, "昨天新增的帳戶", "Account added yesterday"),
    ),
    scenario={
        "kind": "surrender",
        "amount_twd": 1_900_000,
        "policy_ids": ["WL-5001"],
        "payout_account": {"bank_code": "812", "account_number": "770055443322"},
        "channel": "app",
        "signals": {**_QUIET, "on_call": True, "screen_shared": True, "seconds_on_form": 700, "amount_edits": 2},
    },
    contact_phone="+886900000505",
    contact_days=1,
)

TRADESMAN = Person(
    id=PolicyholderId("demo-tradesman"),
    phone="+886900002006",
    name_zh="吳建宏",
    name_en="Wu Chien-hung",
    story_zh="43 歲，水電師傅，付材料錢，借保單價值的 5%，撥入用了多年的帳戶。",
    story_en="43, a plumber, pays for material: borrows 5 % of his policy's value to the account used for years.",
    profile=Profile(
        born_on=date(1983, 6, 14),
        policies=(_policy("WL-6001", Product.WHOLE_LIFE, 2011, 1_400_000),),
        marital=Marital.MARRIED,
        retired=False,
        lives_alone=False,
        annual_income_twd=900_000,
    ),
    accounts=(_account("006789012345", 3600),),
    scenario={
        "kind": "policy_loan",
        "amount_twd": 70_000,
        "policy_ids": ["WL-6001"],
        "channel": "app",
        "signals": {**_QUIET, "seconds_on_form": 80, "amount_edits": 0},
    },
    contact_phone="+886900000606",
    contact_days=345,
)

PEOPLE = (BORROWER, TEACHER, WIDOW, LONER, NEWCOMER, TRADESMAN)


def registered(account: Account, key: AccountKey, today: date) -> RegisteredAccount | None:
    """The account as it lies on file, None when it does not."""
    if account.days_on_file is None:
        return None
    return RegisteredAccount(key=key, added_on=today - timedelta(days=account.days_on_file), same_owner=True)
