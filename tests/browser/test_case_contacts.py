"""Staff and the contacts beside a case: who may be told, excluding one, what one said; and the texts that go out."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from safelight.domain.alert import AlertPurpose
from tests.browser.canned import ProblemError
from tests.browser.conftest import Opener
from tests.browser.page_server import PageServer
from tests.browser.steps import TEACHER, ask

pytestmark = pytest.mark.browser


def posted(server: PageServer, path: str) -> list[dict[str, Any]]:
    return [body for method, to, body in server.insurer.seen if method == "POST" and to.endswith(path) and body]


def contacts(server: PageServer, open_page: Opener) -> tuple[Page, Locator]:
    page = open_page(server.url + TEACHER)
    ask(page)
    part = page.locator(".regard")
    expect(part).to_contain_text("可以通知")
    return page, part


def test_a_contact_is_excluded_and_readmitted_by_keyboard(server: PageServer, open_page: Opener) -> None:
    page, part = contacts(server, open_page)
    part.get_by_role("button", name="排除：").or_(part.get_by_role("button", name="排除:")).focus()
    page.keyboard.press("Enter")
    expect(part.get_by_role("form")).to_contain_text("不再傳簡訊給他")
    assert posted(server, "/staff/contacts") == [], "nothing happens before it is confirmed"
    part.get_by_label("依據").select_option("police_confirmed")
    part.get_by_role("button", name="排除這位聯絡人").focus()
    page.keyboard.press("Enter")
    expect(part).to_contain_text("已排除")
    part.get_by_role("button", name="恢復").first.click()
    part.get_by_role("button", name="恢復這位聯絡人").click()
    expect(part).to_contain_text("可以通知")
    said = posted(server, "/staff/contacts")
    assert [(one["excluded"], one["reason"]) for one in said] == [
        (True, "police_confirmed"),
        (False, "spoke_with_policyholder"),
    ]


def test_what_went_wrong_is_said_and_what_stands_is_read_again(server: PageServer, open_page: Opener) -> None:
    page, part = contacts(server, open_page)
    part.get_by_role("button", name="排除").first.click()
    server.insurer.excluded["of-demo-teacher"] = True  # a colleague was faster
    server.insurer.next_problem = ProblemError(409, "changed_meanwhile")
    part.get_by_role("button", name="排除這位聯絡人").click()
    expect(part.locator(".news")).not_to_be_empty()
    expect(part.locator(".standing-excluded")).to_be_visible()
    expect(part.get_by_role("form")).to_have_count(0)
    assert page.locator(".case").count() == 1


def test_what_a_contact_said_is_taken_down(server: PageServer, open_page: Opener) -> None:
    _, part = contacts(server, open_page)
    part.get_by_role("button", name="記錄回覆").click()
    expect(part.get_by_role("button", name="記下回覆")).to_be_disabled()
    part.get_by_role("radio").nth(1).check()
    part.get_by_role("checkbox").check()
    part.get_by_role("button", name="記下回覆").click()
    expect(part.locator(".news")).to_have_text("已記下。")
    assert posted(server, "/contact-reply") == [{"contact_id": "of-demo-teacher", "word": "worried", "verified": True}]


@pytest.mark.parametrize("locale", ["zh-TW", "en", "vi", "id", "th"])
def test_every_text_is_shown_in_each_language(server: PageServer, open_page: Opener, locale: str) -> None:
    page = open_page(server.url + TEACHER)
    page.get_by_label("簡訊範例").check()
    shown = page.locator(".texts")
    shown.get_by_label("語言").select_option(
        label={"zh-TW": "中文", "en": "English", "vi": "Tiếng Việt", "id": "Indonesia", "th": "ไทย"}[locale]
    )
    texts = shown.locator(f".sms-preview[lang={locale}]")
    expect(texts).to_have_count(len(AlertPurpose))
    expect(shown).to_contain_text("範例末三碼")
    for text in texts.all_inner_texts():
        assert "345" in text
        assert "安心人壽" in text
