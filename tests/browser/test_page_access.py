"""Access: axe-core finds nothing in either theme, type is large for the policyholder, small windows have room."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.page_server import PageServer
from tests.browser.steps import answer_all

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = "#policyholder .app"
SMALLEST_PX = 18
MARGIN_PX = 1


def _home(page: Page) -> None:
    expect(page.locator(".kind.suggested")).to_be_visible()


def _form(page: Page) -> None:
    page.locator(".kind.suggested").click()
    page.locator("#amount").fill("")
    page.locator("input[name=account]").last.check()
    page.locator("#bank").fill("8")
    page.locator(f"{PHONE} button[type=submit]").click()
    expect(page.locator("#amount-problem")).to_be_visible()
    expect(page.locator("#bank-problem")).to_be_visible()


def _asked(page: Page) -> None:
    page.locator(".kind.suggested").click()
    page.locator(f"{PHONE} button[type=submit]").click()
    expect(page.locator("safelight-prompt form")).to_be_visible()
    expect(page.locator("article.case")).to_be_visible()


def _answered(page: Page) -> None:
    _asked(page)
    answer_all(page, 1)
    expect(page.locator(f"{PHONE} .outcome")).to_be_visible()
    expect(page.locator(".sign").first).to_be_visible()


def _deciding(page: Page) -> None:
    _asked(page)
    page.locator(".button.verdict-scam").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _contacts(page: Page) -> None:
    page.locator(f"{PHONE} .card .button").last.click()
    expect(page.locator("#phone")).to_be_visible()


MOMENTS: list[Callable[[Page], None]] = [_home, _form, _asked, _answered, _deciding, _contacts]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.__name__.strip("_"))
def test_axe_finds_no_violation(
    server: PageServer, open_page: Opener, moment: Callable[[Page], None], scheme: str
) -> None:
    locale = "en" if moment is _asked else "zh-TW"
    page = open_page(f"{server.url}?person=demo-teacher&lang={locale}", color_scheme=scheme, bypass_csp=True)
    moment(page)
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("view", ["policyholder", "staff", "contact"])
def test_axe_finds_no_violation_on_a_device_alone(server: PageServer, open_page: Opener, view: str) -> None:
    page = open_page(f"{server.url}?view={view}", width=390, height=844, bypass_csp=True)
    expect(page.locator(f"#{view} h2")).to_be_visible()
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("moment", [_home, _form, _answered, _contacts], ids=lambda moment: moment.__name__.strip("_"))
def test_policyholder_reads_nothing_smaller_than_18_px(
    server: PageServer, open_page: Opener, moment: Callable[[Page], None]
) -> None:
    page = open_page(f"{server.url}?person=demo-teacher")
    moment(page)
    small = page.evaluate(
        """least => [...document.querySelectorAll('#policyholder .bezel *')]
          .filter(e => !e.closest('[aria-hidden=true]'))
          .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
          .filter(e => parseFloat(getComputedStyle(e).fontSize) < least)
          .map(e => e.outerHTML.slice(0, 80))""",
        SMALLEST_PX,
    )
    assert small == []


@pytest.mark.parametrize("width", [320, 390, 768, 999, 1000, 1280, 1920])
def test_no_window_scrolls_sideways(server: PageServer, open_page: Opener, width: int) -> None:
    page = open_page(f"{server.url}?person=demo-teacher", width=width, height=900)
    _asked(page)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= MARGIN_PX


@pytest.mark.parametrize("locale", ["vi", "id", "th"])
def test_no_language_scrolls_sideways_on_the_smallest_phone(server: PageServer, open_page: Opener, locale: str) -> None:
    page = open_page(f"{server.url}?person=demo-teacher&lang={locale}", width=320, height=900)
    _asked(page)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= MARGIN_PX


@pytest.mark.parametrize(("width", "side_by_side"), [(999, False), (1000, True)])
def test_devices_stack_where_there_is_no_room(
    server: PageServer, open_page: Opener, width: int, side_by_side: bool
) -> None:
    page = open_page(server.url, width=width)
    tops = [page.locator(f"#{name}").bounding_box()["y"] for name in ("policyholder", "staff", "contact")]  # type: ignore[index]
    assert (len(set(tops)) == 1) is side_by_side


def test_focus_is_visible_on_controls_that_hide_their_input(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url)
    page.locator("input[name=person]").first.focus()
    page.keyboard.press("ArrowDown")
    outline = page.evaluate("getComputedStyle(document.activeElement.closest('label')).outlineStyle")
    assert outline == "solid"


def test_nothing_moves_for_those_who_asked_for_rest(server: PageServer, open_page: Opener) -> None:
    page = open_page(f"{server.url}?person=demo-teacher")
    _asked(page)
    moving = page.evaluate("document.getAnimations().filter(a => a.playState === 'running').length")
    assert moving == 0


def test_text_of_the_api_carries_its_own_language(server: PageServer, open_page: Opener) -> None:
    page = open_page(f"{server.url}?person=demo-teacher")
    _asked(page)
    page.get_by_role("button", name="English").click()
    expect(page.locator(".prompt-question")).to_have_attribute("lang", "zh-TW")
