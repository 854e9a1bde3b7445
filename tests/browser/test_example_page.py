"""The page that shows the prompt and the signals alone, with canned replies."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from safelight.domain.request import Locale
from tests.browser.conftest import Opener
from tests.browser.example_replies import ASKED, written
from tests.browser.page_server import CONSOLE, PageServer
from tests.browser.steps import gone
from tests.browser.test_page_access import MARGIN_PX, TAGS

pytestmark = pytest.mark.browser

SEND = "safelight-prompt button[type=submit]"
PAGE = "prompt/example.html"
PAUSES_MS = 10_000


def _answer(page: Page) -> None:
    before = page.locator(".prompt-progress").inner_text()
    page.clock.run_for(PAUSES_MS)
    field = page.locator("safelight-prompt input[type=text]")
    if field.count():
        field.fill("120000")
    else:
        page.locator("safelight-prompt input").first.check()
    page.locator(SEND).click()
    gone(page, before)


@pytest.fixture
def page(server: PageServer, open_page: Opener) -> Page:
    page = open_page("about:blank", width=390, height=844, bypass_csp=True)
    page.clock.install()
    page.goto(server.url + PAGE)
    return page


def test_canned_words_are_still_the_apis() -> None:
    assert (CONSOLE / "prompt" / "example-replies.json").read_text(encoding="utf-8") == written()


@pytest.mark.parametrize("locale", list(Locale))
def test_example_goes_through_in_every_language(
    page: Page, server: PageServer, open_page: Opener, locale: Locale
) -> None:
    page.goto(f"{server.url}{PAGE}?lang={locale}")
    page.locator("#form button[type=submit]").click()
    for _ in ASKED:
        expect(page.locator(".prompt-question")).to_have_attribute("lang", locale)
        _answer(page)
    expect(page.locator("safelight-prompt form")).to_have_count(0)
    expect(page.locator("safelight-prompt .message")).to_be_visible()


def test_language_switch_changes_the_prompts_own_words(page: Page) -> None:
    page.locator("#form button[type=submit]").click()
    page.get_by_role("button", name="ไทย").click()
    expect(page.locator("html")).to_have_attribute("lang", "th")
    expect(page.locator(".prompt-progress")).to_have_text("คำถามที่ 1")
    expect(page.locator(".prompt-question")).to_have_attribute("lang", "zh-TW")


def test_network_that_is_cut_costs_no_answer(page: Page) -> None:
    page.locator("#form button[type=submit]").click()
    expect(page.locator(".prompt-question")).to_be_visible()
    page.locator("#cut").check()
    page.clock.run_for(PAUSES_MS)
    page.locator("safelight-prompt input").first.check()
    page.locator(SEND).click()
    expect(page.locator(".prompt-line.shown")).to_be_visible()
    page.reload()
    expect(page.locator(".prompt-progress")).to_have_text("第 2 題")


def test_somebody_who_listens_sees_a_neutral_text(page: Page) -> None:
    page.locator("#form button[type=submit]").click()
    expect(page.locator(".prompt-question")).to_be_visible()
    page.locator("#consent").check()
    page.locator("#listened").check()
    page.clock.run_for(1_000)
    expect(page.locator(".prompt-question")).to_have_count(0)
    page.locator("#listened").uncheck()
    page.clock.run_for(1_000)
    expect(page.locator(".prompt-question")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.locator("#consent").check()
    page.locator("#form button[type=submit]").click()
    expect(page.locator(".prompt-pause")).to_be_visible()
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("locale", list(Locale))
def test_no_window_scrolls_sideways(server: PageServer, open_page: Opener, locale: Locale) -> None:
    page = open_page(f"{server.url}{PAGE}?lang={locale}", width=320, height=700)
    page.locator("#form button[type=submit]").click()
    expect(page.locator(".prompt-question")).to_be_visible()
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= MARGIN_PX
