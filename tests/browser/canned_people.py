"""The people of the canned insurer, in the form of the console's settings."""

from typing import Any

PEOPLE: list[dict[str, Any]] = [
    {
        "id": "demo-borrower",
        "name_zh": "林志明",
        "name_en": "Lin Chih-ming",
        "age": 45,
        "story_zh": "45 歲，裝修房子，借保單價值的 8%，撥入用了多年的帳戶。",
        "story_en": "45, renovating, borrows 8 % of his policy's value to the account he has used for years.",
        "token": "token.demo-borrower",
        "policies": [{"policy_id": "WL-1001", "product": "whole_life", "cash_value_twd": 1_500_000}],
        "contact_phone": "+886900000101",
        "accounts": [
            {"bank_code": "812", "account_number": "001234567890", "label_zh": "我的帳戶", "label_en": "My account"}
        ],
        "scenario": {
            "kind": "policy_loan",
            "amount_twd": 120_000,
            "policy_ids": ["WL-1001"],
            "channel": "app",
            "signals": {"on_call": False, "screen_shared": False, "remote_control_app": False, "seconds_on_form": 95},
        },
    },
    {
        "id": "demo-teacher",
        "name_zh": "陳淑芬",
        "name_en": "Chen Shu-fen",
        "age": 68,
        "story_zh": "68 歲退休老師，「檢察官」在電話上，螢幕分享中，要她今晚解約匯到今天新增的帳戶。",
        "story_en": "68, retired teacher. A 'prosecutor' is on the phone, sees her screen, and wants it all tonight.",
        "token": "token.demo-teacher",
        "policies": [{"policy_id": "WL-2001", "product": "whole_life", "cash_value_twd": 2_600_000}],
        "contact_phone": "+886900000678",
        "contact_token": "token.demo-daughter",
        "accounts": [
            {"bank_code": "812", "account_number": "002345678901", "label_zh": "我的帳戶", "label_en": "My account"},
            {
                "bank_code": "812",
                "account_number": "990011223344",
                "label_zh": "今天新增的帳戶",
                "label_en": "Account added today",
            },
        ],
        "scenario": {
            "kind": "surrender",
            "amount_twd": 2_600_000,
            "policy_ids": ["WL-2001"],
            "payout_account": {"bank_code": "812", "account_number": "990011223344"},
            "channel": "app",
            "signals": {
                "on_call": True,
                "screen_shared": True,
                "remote_control_app": False,
                "account_pasted": True,
                "seconds_on_form": 610,
                "amount_edits": 4,
            },
        },
    },
    {
        "id": "demo-widow",
        "name_zh": "黃美玲",
        "name_en": "Huang Mei-ling",
        "age": 59,
        "story_zh": "59 歲，喪偶，網路上認識的人需要「關稅」，十天內第三次借款，動用第三張保單。",
        "story_en": "59, widowed. Somebody met online needs 'customs fees': third loan in ten days, third policy.",
        "token": "token.demo-widow",
        "policies": [
            {"policy_id": "EN-3001", "product": "endowment", "cash_value_twd": 700_000},
            {"policy_id": "WL-3002", "product": "whole_life", "cash_value_twd": 900_000},
            {"policy_id": "AN-3003", "product": "annuity", "cash_value_twd": 800_000},
        ],
        "contact_phone": None,
        "accounts": [],
        "scenario": {"kind": "policy_loan", "amount_twd": 600_000, "policy_ids": ["AN-3003"], "channel": "web"},
    },
]
STAFF = {"name_zh": "王小姐", "name_en": "Ms Wang", "token": "token.staff"}
CONTACTS = {"demo-teacher": "demo-daughter"}
"""Who is known in the app as whose contact."""


def regarded(who: str, excluded: dict[str, bool], *more: dict[str, Any], **over: Any) -> dict[str, Any]:
    """To staff: the contact whom he has from the beginning, `over` with what is different of him, and `more`."""
    phone = next(one for one in PEOPLE if one["id"] == who)["contact_phone"]
    contact_id = f"of-{who}"
    out = excluded.get(contact_id, False)
    one = {
        "contact_id": contact_id,
        "relation": "child",
        "locale": "zh-TW",
        "phone_last3": (phone or "000")[-3:],
        "state": "confirmed",
        "standing": "excluded" if out else "eligible",
        "suspicions": [],
        "excluded": out,
        "counts_from": None,
        "valid_until": None,
        "number_changed_on": None,
        "accounts_known": 0,
        "person_known": False,
        "history": [],
        **over,
    }
    return {"contacts": [one, *({**one, **other} for other in more)] if phone else []}
