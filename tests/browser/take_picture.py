"""Takes pictures of the page, of the prompt in one language, and of the chat and call panes:

`python -m tests.browser.take_picture [URL] FILE.png`, with `--prompt th`, `--pane chat` or `--pane call`.

URL is a running console (`make demo` prints it); without one, the page of canned answers. Chinese and Thai fonts must
be installed (Debian: fonts-noto-cjk, fonts-tlwg-loma-otf).
"""

from __future__ import annotations

import argparse
from contextlib import nullcontext

from playwright.sync_api import Page, expect, sync_playwright

from local.chromium import install
from tests.browser.conftest import FLAGS
from tests.browser.page_server import PageServer

SIZE = {"width": 1600, "height": 1080}
PHONE = {"width": 390, "height": 1100}
PATIENCE_MS = 30_000


def _play(page: Page, url: str) -> None:
    for person in ("demo-borrower", "demo-widow", "demo-teacher"):
        page.goto(f"{url}?person={person}")
        page.locator("#policyholder .kind.suggested").click()
        page.locator("#policyholder .app button[type=submit]").click()
        page.locator(".outcome, safelight-prompt form").first.wait_for()
    expect(page.locator(".case-head h3")).to_contain_text("陳淑芬")
    page.locator(".sms-text").first.wait_for()
    for name in ("通話中", "螢幕分享中", "遠端操控"):  # alone again, she is asked
        switch = page.get_by_role("switch", name=name)
        if switch.is_checked():
            switch.click(force=True)
    page.locator("safelight-prompt input").nth(1).check()
    page.mouse.move(0, 0)
    page.wait_for_timeout(3_000)  # the board asks every two seconds: let it show what came last


def _ask(page: Page, url: str, locale: str) -> None:
    page.goto(f"{url}prompt/example.html?lang={locale}")
    page.locator("#form button[type=submit]").click()
    page.get_by_role("timer").wait_for()
    page.locator("safelight-prompt input").nth(2).check()
    page.mouse.move(0, 0)


def _chat(page: Page, url: str) -> None:
    page.goto(f"{url}?person=demo-teacher&pane=chat")
    page.locator(".examples button").first.click()
    page.locator(".chat-send").click()
    page.locator(".chat-choice").first.wait_for()


def _call(page: Page, url: str) -> None:
    """As far as what is asked first."""
    page.goto(f"{url}?person=demo-teacher&pane=call")
    page.locator(".call-button").click()
    page.locator(".spoken").first.wait_for()
    page.keyboard.press("2")
    page.locator(".spoken:not(.mine)").nth(1).wait_for()


PANES = {"chat": _chat, "call": _call}


def take(url: str, file: str, locale: str | None = None, pane: str | None = None) -> None:
    """The console, or one pane of its policyholder, or with a `locale` the prompt of the example page on a phone."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(install()), args=FLAGS)
        options = {"viewport": PHONE, "device_scale_factor": 2} if locale else {"viewport": SIZE}
        context = browser.new_context(**options, locale=locale or "zh-TW", reduced_motion="reduce")  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        if locale:
            _ask(page, url, locale)
            page.locator("#answer").screenshot(path=file)
        elif pane:
            PANES[pane](page, url)
            page.mouse.move(0, 0)
            page.locator("#policyholder").screenshot(path=file)
        else:
            _play(page, url)
            page.screenshot(path=file)
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url", nargs="?")
    parser.add_argument("file")
    parser.add_argument("--prompt", metavar="LOCALE")
    parser.add_argument("--pane", choices=list(PANES))
    given = parser.parse_args()
    with nullcontext() if given.url else PageServer() as canned:
        take(given.url or canned.url, given.file, given.prompt, given.pane)


if __name__ == "__main__":
    main()
