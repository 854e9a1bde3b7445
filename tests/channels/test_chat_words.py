"""What the conversation says, in five languages: nothing missing, nothing left over, nothing in another language."""

import json
import re
from html import unescape

import pytest

from safelight.channels import chat
from safelight.domain.conversation import Line, Offer, Reply
from safelight.domain.facts import Product
from safelight.domain.reply import Word
from safelight.domain.request import Locale, RequestKind
from tests.languages import FAMILIAR, REPROACHES, VERDICTS, left_over, own

EVERY_LOCALE = pytest.mark.parametrize("locale", list(Locale))
WITH_THE_CASE = {Line.NEXT_STEP, Line.QUESTION}


def every_text(locale: Locale) -> list[str]:
    said = chat.words(locale)
    flat = [said["policy"], said["choose"], said["link"], *said["account"].values()]
    phone = said["phone"]
    flat += [
        *phone["lines"].values(),
        phone["transfer"],
        phone["zero"],
        phone["zero_then_hash"],
        phone["contact"]["ask"],
    ]
    flat += [*phone["contact"]["choices"].values(), *phone["contact"]["said"].values()]
    return [*said["lines"].values(), *said["kinds"].values(), *said["products"].values(), *flat]


@EVERY_LOCALE
def test_every_line_kind_and_product_has_words_and_no_words_are_left_over(locale: Locale) -> None:
    said = chat.words(locale)
    assert set(said["lines"]) == set(Line) - WITH_THE_CASE
    assert set(said["kinds"]) == set(RequestKind)
    assert set(said["products"]) == set(Product)
    assert set(said) == {"lines", "kinds", "policy", "products", "account", "choose", "link", "phone"}
    phone = said["phone"]
    assert set(phone) == {"lines", "transfer", "zero", "zero_then_hash", "contact"}
    assert set(phone["lines"]) <= set(said["lines"])
    assert set(phone["contact"]) == {"ask", "choices", "said"}
    assert set(phone["contact"]["choices"]) == set(phone["contact"]["said"]) == set(Word)
    assert all(text.strip() == text != "" for text in every_text(locale))


@EVERY_LOCALE
def test_nothing_is_left_in_another_language(locale: Locale) -> None:
    texts = [re.sub(r"{\w+}", "", text) for text in every_text(locale)]
    allowed = {"app", "zh"} if locale is Locale.ZH_TW else set()
    assert [(text, left) for text in texts if (left := left_over(text, locale) - allowed)] == []
    assert [text for text in texts if not own(text, locale)] == []


@EVERY_LOCALE
def test_the_words_are_warm_and_tell_a_scammer_nothing(locale: Locale) -> None:
    for text in every_text(locale):
        assert not [verdict for verdict in VERDICTS[locale] if verdict in text.lower()], text
        assert not re.search(REPROACHES[locale], text, re.IGNORECASE), text
        assert not re.search(FAMILIAR[locale], text, re.IGNORECASE), text


@EVERY_LOCALE
@pytest.mark.parametrize("line", sorted(set(Line) - WITH_THE_CASE))
def test_every_line_can_be_put_into_words(locale: Locale, line: Line) -> None:
    offered = {
        Line.ASK_KIND: tuple(Offer(value=kind) for kind in RequestKind),
        Line.ASK_POLICY: tuple(Offer(value=f"pol-{n}", about=product) for n, product in enumerate(Product)),
        Line.ASK_ACCOUNT: (Offer(value=""), Offer(value="a" * 64, about="2026-03-10")),
    }.get(line, ())
    reply = Reply(locale=locale, lines=(line,), offered=offered, mark="m")
    heard = chat.put(reply, aloud=True).spoken
    assert heard is not None
    assert "{" not in heard
    assert len(heard) <= 1_024
    assert [choice.text in unescape(heard) for choice in chat.put(reply).choices] == [True] * len(offered)
    said = chat.put(reply)
    assert "{" not in "".join(said.texts)
    assert len({choice.text for choice in said.choices}) == len(offered)
    assert [f"{choice.place}. {choice.text}" in said.texts[-1] for choice in said.choices] == [True] * len(offered)


@EVERY_LOCALE
def test_a_kind_fits_into_the_label_of_a_quick_reply(locale: Locale) -> None:
    assert all(len(text) <= 20 for text in [*chat.words(locale)["kinds"].values(), chat.words(locale)["link"]])


@EVERY_LOCALE
def test_how_to_undo_a_link_is_something_that_is_heard(locale: Locale) -> None:
    from safelight.domain.hearing import hear  # noqa: PLC0415

    assert hear(chat.words(locale)["lines"]["linked"].replace("{help}", ""), locale).unlink


def test_an_account_number_is_never_shown() -> None:
    offered = (Offer(value=""), Offer(value="a" * 64, about="2026-03-10"))
    said = chat.put(Reply(locale=Locale.EN, lines=(Line.ASK_ACCOUNT,), offered=offered, mark="account.policy_loan"))
    assert "a" * 8 not in json.dumps(said.texts)
