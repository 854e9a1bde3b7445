"""One spelling for account and phone numbers, so that one number has one keyed hash."""

import re

from safelight.domain.errors import RejectedError

_SEPARATORS = re.compile(r"[\s\-()./]")
_E164 = re.compile(r"\+[1-9]\d{7,14}")
TAIWAN = "+886"


def _plain(text: str) -> str:
    """Without separators, and with digits of any script (full-width ones above all) as ASCII."""
    return "".join(str(int(c)) if c.isdecimal() else c for c in _SEPARATORS.sub("", text.replace("＋", "+")))


def bank_account(bank_code: str, account_number: str) -> str:
    """`<bank>-<account>`, digits only. Raises RejectedError naming the part that is not a number."""
    bank, account = _plain(bank_code), _plain(account_number)
    if not re.fullmatch(r"[0-9]{3,7}", bank):
        raise RejectedError("not_a_bank_code", field="bank_code")
    if not re.fullmatch(r"[0-9]{5,20}", account):
        raise RejectedError("not_an_account_number", field="account_number")
    return f"{bank}-{account}"


def e164(phone: str) -> str:
    """`+886912345678` for `0912-345-678`, `886 912…`, `+886 (0)912…`. A number without a country is a Taiwanese one.

    Raises RejectedError for what is no phone number.
    """
    plain = _plain(phone)
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    elif plain.startswith("0"):
        plain = TAIWAN + plain[1:]
    elif plain.startswith("886"):
        plain = "+" + plain
    if plain.startswith(TAIWAN + "0"):
        plain = TAIWAN + plain[len(TAIWAN) + 1 :]
    if not _E164.fullmatch(plain):
        raise RejectedError("not_a_phone_number", field="phone")
    return plain
