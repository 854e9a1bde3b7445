"""App, chat and call behind tabs: by pointer, by keyboard, in every width and language."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.page_server import PageServer
from tests.browser.steps import PHONE, TEACHER, ask
from tests.browser.test_page_access import MARGIN_PX, SMALLEST_PX, TAGS

pytestmark = pytest.mark.browser

PANES = ("app", "chat", "call")


def _fresh_chat(page: Page) -> None:
    page.locator("#tab-chat").click()


def _asked(page: Page) -> None:
    page.locator("#tab-chat").click()
    page.locator(".examples button").first.click()
    page.keyboard.press("Enter")
    expect(page.locator(".chat-choice").first).to_be_visible()


def _fresh_call(page: Page) -> None:
    page.locator("#tab-call").click()


def _in_call(page: Page) -> None:
    page.locator("#tab-call").click()
    page.locator(".call-button").click()
    expect(page.locator(".spoken")).to_have_count(1)


def _sum(page: Page) -> None:
    _in_call(page)
    page.keyboard.press("1")
    expect(page.locator(".call-sum")).to_be_visible()


def _taken_over(page: Page) -> None:
    _in_call(page)
    page.keyboard.press("2")
    expect(page.locator(".spoken.mine")).to_have_count(1)
    expect(page.locator(".typing")).to_have_count(0)
    page.keyboard.press("1")
    expect(page.locator(".handover")).to_be_visible()


MOMENTS: list[Callable[[Page], None]] = [_fresh_chat, _asked, _fresh_call, _in_call, _sum, _taken_over]


def _chosen(page: Page) -> list[str]:
    return [name for name in PANES if page.locator(f"#pane-{name}").is_visible()]


def test_one_pane_is_seen_at_a_time(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url)
    expect(page.get_by_role("tabpanel", name="App")).to_be_visible()
    assert _chosen(page) == ["app"]
    page.get_by_role("tab", name="聊天").click()
    expect(page.get_by_role("tab", name="聊天")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel", name="聊天")).to_be_visible()
    assert _chosen(page) == ["chat"]
    assert "pane=chat" in page.url


def test_arrows_go_round_the_tabs_and_tab_leaves_them(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url)
    page.locator("#tab-app").focus()
    for press, name in [("ArrowLeft", "call"), ("ArrowRight", "app"), ("End", "call"), ("Home", "app")]:
        page.keyboard.press(press)
        expect(page.locator(f"#tab-{name}")).to_be_focused()
        assert _chosen(page) == [name]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('[role=tabpanel]')?.id") == "pane-app"


def test_address_opens_its_pane(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + "?pane=call")
    expect(page.locator(".call-button")).to_be_visible()
    assert _chosen(page) == ["call"]


def test_what_is_under_way_in_one_pane_goes_on_while_another_is_seen(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    ask(page)
    expect(page.locator("safelight-prompt form")).to_be_visible()
    question = page.locator(".prompt-question").inner_text()
    _in_call(page)
    page.locator("#tab-app").click()
    expect(page.locator(".prompt-question")).to_have_text(question)
    page.keyboard.press("2")
    page.locator("#tab-call").click()
    expect(page.locator(".spoken")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.__name__.strip("_"))
def test_axe_finds_no_violation(
    server: PageServer, open_page: Opener, moment: Callable[[Page], None], scheme: str
) -> None:
    page = open_page(server.url + TEACHER, color_scheme=scheme, bypass_csp=True)
    moment(page)
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("moment", [_asked, _sum, _taken_over], ids=lambda moment: moment.__name__.strip("_"))
def test_policyholder_reads_nothing_smaller_than_18_px(
    server: PageServer, open_page: Opener, moment: Callable[[Page], None]
) -> None:
    page = open_page(server.url + TEACHER)
    moment(page)
    small = page.evaluate(
        """least => [...document.querySelectorAll('#policyholder [role=tabpanel]:not([hidden]) .bezel *')]
          .filter(e => !e.closest('[aria-hidden=true], .unseen'))
          .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
          .filter(e => parseFloat(getComputedStyle(e).fontSize) < least)
          .map(e => e.outerHTML.slice(0, 80))""",
        SMALLEST_PX,
    )
    assert small == []


@pytest.mark.parametrize("locale", ["zh-TW", "en", "vi", "id", "th"])
def test_no_language_scrolls_sideways_on_the_smallest_phone(server: PageServer, open_page: Opener, locale: str) -> None:
    page = open_page(f"{server.url}{TEACHER}&lang={locale}", width=320, height=900)
    for moment in (_asked, _taken_over):
        moment(page)
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= MARGIN_PX
        cut = page.evaluate(
            """() => [...document.querySelectorAll('.tab, .chat-bar *, .chat-choice, .call-row .button')]
              .filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)
              .filter(e => getComputedStyle(e).display !== 'inline')
              .map(e => e.outerHTML.slice(0, 80))"""
        )
        assert cut == []


@pytest.mark.parametrize("width", [1000, 1280, 1920])
@pytest.mark.parametrize("locale", ["zh-TW", "vi"])
def test_devices_begin_at_the_same_height(server: PageServer, open_page: Opener, width: int, locale: str) -> None:
    page = open_page(f"{server.url}?lang={locale}", width=width)
    tops = {
        round(page.locator(one).first.bounding_box()["y"])  # type: ignore[index]
        for one in ("#pane-app .bezel", ".desk-frame", "#contact .bezel")
    }
    assert max(tops) - min(tops) <= MARGIN_PX


@pytest.mark.parametrize("moment", [_asked, _taken_over], ids=lambda moment: moment.__name__.strip("_"))
def test_nothing_to_press_is_smaller_than_a_thumb(
    server: PageServer, open_page: Opener, moment: Callable[[Page], None]
) -> None:
    page = open_page(f"{server.url}{TEACHER}&view=policyholder", width=390, height=844)
    moment(page)
    small = page.evaluate(
        """() => [...document.querySelectorAll('#policyholder [role=tabpanel]:not([hidden]) .bezel button')]
          .filter(e => e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_english_leaves_no_chinese_word_of_the_panes_own(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER + "&lang=en")
    for moment in (_asked, _taken_over):
        moment(page)
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in page.locator("#policyholder").inner_text())


def test_app_is_what_it_was(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    page.locator("#tab-chat").click()
    page.locator("#tab-app").click()
    expect(page.locator(f"{PHONE} .kind.suggested")).to_be_visible()
