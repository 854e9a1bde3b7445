"""Takes the README's picture of the page: `python -m tests.browser.take_picture [URL] FILE.png`.

URL is a running console (`make demo` prints it); without one, the page of canned answers. Chinese fonts must be
installed (Debian: fonts-noto-cjk).
"""

from __future__ import annotations

import sys
from contextlib import nullcontext

from playwright.sync_api import Page, expect, sync_playwright

from local.chromium import install
from tests.browser.conftest import FLAGS
from tests.browser.page_server import PageServer

SIZE = {"width": 1600, "height": 1080}
PATIENCE_MS = 30_000


def _play(page: Page, url: str) -> None:
    for person in ("demo-borrower", "demo-widow", "demo-teacher"):
        page.goto(f"{url}?person={person}")
        page.locator("#policyholder .kind.suggested").click()
        page.locator("#policyholder .app button[type=submit]").click()
        page.locator(".outcome, safelight-prompt form").first.wait_for()
    expect(page.locator(".case-head h3")).to_contain_text("陳淑芬")
    page.locator(".sms-text").first.wait_for()
    page.locator("safelight-prompt input").nth(1).check()
    page.mouse.move(0, 0)
    page.wait_for_timeout(3_000)  # the board asks every two seconds: let it show what came last


def take(url: str, file: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(install()), args=FLAGS)
        context = browser.new_context(viewport=SIZE, locale="zh-TW", reduced_motion="reduce")  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        _play(page, url)
        page.screenshot(path=file)
        browser.close()


if __name__ == "__main__":
    *address, picture = sys.argv[1:]
    with nullcontext() if address else PageServer() as canned:
        take(address[0] if address else canned.url, picture)
