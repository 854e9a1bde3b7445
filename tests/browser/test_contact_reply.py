"""A contact whom the app knows says what he knows, on his own phone and in his own language."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from safelight.domain.request import Locale
from tests.browser.conftest import Opener
from tests.browser.page_server import PageServer
from tests.browser.steps import TEACHER, ask, tab_to
from tests.browser.test_page_access import TAGS

pytestmark = pytest.mark.browser
BUTTONS = ".reply .button"


def asked(page: Page) -> None:
    ask(page)
    expect(page.locator(".reply")).to_be_visible()


def replies(server: PageServer) -> list[dict[str, Any]]:
    return [body for _, path, body in server.insurer.seen if path.endswith("/reply") and body]


def test_three_words_are_offered_under_the_text_and_one_is_taken(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    asked(page)
    expect(page.locator(BUTTONS)).to_have_text(["我知道", "我不知道，或覺得不對勁", "我聯絡不上他"])
    page.locator(BUTTONS).nth(1).click()
    expect(page.locator(".reply-said")).to_contain_text("盡快打電話給您")
    expect(page.locator(BUTTONS).nth(1)).to_have_attribute("aria-pressed", "true")
    assert replies(server) == [{"word": "worried"}]
    expect(page.locator("article.case .timeline")).to_contain_text("表示不知情或覺得不對勁")
    expect(page.locator("article.case .timeline")).to_contain_text("身分已查證")


def test_he_may_find_out_and_say_so(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    asked(page)
    for place, word in [(0, "knows"), (1, "worried")]:
        page.locator(BUTTONS).nth(place).click()
        expect(page.locator(f"{BUTTONS}[aria-pressed=true]")).to_have_count(1)
        expect(page.locator(BUTTONS).nth(place)).to_have_attribute("aria-pressed", "true")
        assert replies(server)[-1] == {"word": word}


def test_the_keyboard_alone_replies_and_keeps_its_place(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER + "&view=all")
    asked(page)
    page.locator(".skip").focus()
    tab_to(page, BUTTONS, 120)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".reply-said")).not_to_be_empty()
    expect(page.locator(BUTTONS).nth(1)).to_be_focused()
    assert replies(server) == [{"word": "worried"}]


def test_a_contact_whom_the_app_does_not_know_is_offered_nothing(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + "?person=demo-borrower")
    expect(page.locator("#contact .lock")).to_be_visible()
    page.wait_for_timeout(500)
    expect(page.locator(".reply")).to_have_count(0)
    assert [path for _, path, _ in server.insurer.seen if path == "/v1/alerts"] == []


@pytest.mark.parametrize("locale", list(Locale))
def test_his_words_are_in_his_language_and_tell_nothing_of_the_request(
    server: PageServer, open_page: Opener, locale: Locale
) -> None:
    page = open_page(f"{server.url}{TEACHER}&lang={locale}")
    asked(page)
    card = page.locator(".reply")
    expect(card).to_have_attribute("lang", locale)
    page.locator(BUTTONS).first.click()
    expect(page.locator(".reply-said")).not_to_be_empty()
    text = card.inner_text()
    for secret in ("2,600,000", "陳淑芬", "Chen", "解約", "surrender", "red"):
        assert secret not in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_contacts_phone(server: PageServer, open_page: Opener, scheme: str) -> None:
    page = open_page(server.url + TEACHER, color_scheme=scheme, bypass_csp=True)
    asked(page)
    page.locator(BUTTONS).nth(2).click()
    expect(page.locator(".reply-said")).not_to_be_empty()
    found = Axe().run(page, context="#contact", options={"runOnly": {"type": "tag", "values": TAGS}})
    assert found.violations_count == 0, found.generate_report()


def test_a_reply_that_got_lost_can_be_given_again(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    asked(page)
    server.unreachable = True
    page.locator(BUTTONS).first.click()
    expect(page.locator(".reply-said")).to_have_text("連線中斷了一下")
    server.unreachable = False
    page.locator(BUTTONS).first.click()
    expect(page.locator(".reply-said")).to_contain_text("謝謝您")
