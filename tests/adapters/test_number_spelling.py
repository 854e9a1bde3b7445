"""One number has one spelling."""

import pytest

from safelight.adapters.number_spelling import bank_account, e164
from safelight.domain.errors import RejectedError


@pytest.mark.parametrize(
    "spelt",
    [
        "0912345678",
        "0912-345-678",
        "0912 345 678",
        "+886912345678",
        "+886 0912 345 678",
        "+886 (0)912-345-678",
        "886912345678",
        "00886912345678",
        "０９１２３４５６７８",
        "＋８８６９１２３４５６７８",
    ],
)
def test_spellings_of_one_phone_are_one(spelt: str) -> None:
    assert e164(spelt) == "+886912345678"


@pytest.mark.parametrize(
    ("spelt", "number"), [("02-2345-6789", "+886223456789"), ("+81 90-1234-5678", "+819012345678")]
)
def test_landlines_and_foreign_numbers_keep_their_country(spelt: str, number: str) -> None:
    assert e164(spelt) == number


@pytest.mark.parametrize(
    "spelt", ["", "0", "110", "12345678", "+", "+0912345678", "0912x45678", "+1234567890123456", "090²345678"]
)
def test_what_is_no_phone_is_rejected_without_quoting_it(spelt: str) -> None:
    with pytest.raises(RejectedError) as raised:
        e164(spelt)
    assert raised.value.field == "phone"
    assert str(raised.value) == "phone: not_a_phone_number"


@pytest.mark.parametrize(
    "account", ["00123456789012", "0012-3456-789012", " 0012 3456 789012 ", "００１２３４５６７８９０１２"]
)
def test_spellings_of_one_account_are_one(account: str) -> None:
    assert bank_account("004", account) == "004-00123456789012"


@pytest.mark.parametrize(
    ("bank", "account", "field"),
    [
        ("", "123456", "bank_code"),
        ("x", "123456", "bank_code"),
        ("004", "", "account_number"),
        ("004", "12a456", "account_number"),
    ],
)
def test_what_is_no_account_is_rejected_by_its_part(bank: str, account: str, field: str) -> None:
    with pytest.raises(RejectedError) as raised:
        bank_account(bank, account)
    assert raised.value.field == field


def test_bank_and_account_cannot_be_shifted_into_each_other() -> None:
    assert bank_account("004", "123456") != bank_account("0041", "23456")
