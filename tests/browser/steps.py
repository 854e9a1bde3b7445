"""What the browser tests do on the page again and again."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.page_server import PageServer

TEACHER = "?person=demo-teacher"
PHONE = "#policyholder .app"
FOCUSED = """selector => {
  const outermost = document.activeElement, focused = outermost?.shadowRoot?.activeElement ?? outermost;
  const host = focused?.getRootNode().host;
  if (!host) return focused?.matches(selector) ?? false;
  const [outer, ...inner] = selector.split(' ');
  return host.matches(outer) && focused.matches(inner.join(' '));
}"""
"""Whether the focus is on the selector. In a shadow tree the selector's first word names its host."""


def ask(page: Page) -> None:
    """Send the person's scenario as it is filled in."""
    page.locator(f"{PHONE} .kind.suggested").click()
    page.locator(f"{PHONE} button[type=submit]").click()


def answer_all(page: Page, place: int = 0) -> None:
    """Every question that comes, by the choice at `place`. One reply brings the next question."""
    form, progress = page.locator("safelight-prompt form"), page.locator(".prompt-progress")
    form.wait_for()
    while form.count():
        before = progress.inner_text()
        page.locator("safelight-prompt input[type=radio]").nth(place).check()
        page.locator("safelight-prompt button[type=submit]").click()
        gone(page, before)


def gone(page: Page, progress: str) -> None:
    """Until the question of this number is gone: another is asked, or none."""
    expect(page.locator(".prompt-progress").filter(has_text=re.compile(f"^{re.escape(progress)}$"))).to_have_count(0)


def sent(server: PageServer) -> list[dict[str, Any]]:
    return [body for method, path, body in server.insurer.seen if (method, path) == ("POST", "/v1/requests") and body]


def tab_to(page: Page, selector: str, limit: int = 80) -> None:
    for _ in range(limit):
        if page.evaluate(FOCUSED, selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way by keyboard to {selector}")
