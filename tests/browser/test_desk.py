"""What staff note and what a contact reads: once each, and in its own language."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from safelight.domain.alert import AlertPurpose
from safelight.domain.request import Locale
from safelight.domain.sms_text import compose
from tests.browser.conftest import Opener
from tests.browser.page_server import PageServer
from tests.browser.steps import TEACHER, ask

pytestmark = pytest.mark.browser


def observations(server: PageServer) -> list[dict[str, Any]]:
    return [body for _, path, body in server.insurer.seen if path == "/v1/staff/observations" and body]


def note(page: Page, kind: str) -> None:
    page.locator("#observed").select_option(kind)
    page.get_by_role("button", name="記錄", exact=True).click()


def test_observation_sent_again_is_the_same_and_another_is_another(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    ask(page)
    expect(page.locator(".desk")).to_be_visible()
    server.unreachable = "answer"
    note(page, "hurried_or_afraid")
    expect(page.locator(".desk .news")).to_have_text("連線中斷了一下")
    server.unreachable = False
    note(page, "hurried_or_afraid")
    expect(page.locator(".desk .news")).to_contain_text("已記錄")
    first, again = observations(server)
    assert first == again
    note(page, "hurried_or_afraid")
    page.wait_for_timeout(300)
    note(page, "evasive_or_coached")
    page.wait_for_timeout(300)
    ids = [one["observation_id"] for one in observations(server)]
    assert len(ids) == 4
    assert len(set(ids)) == 3


@pytest.mark.parametrize("purpose", list(AlertPurpose))
@pytest.mark.parametrize("sender", ["安心人壽", "Safelight"])
def test_text_is_marked_with_its_language(
    server: PageServer, open_page: Opener, purpose: AlertPurpose, sender: str
) -> None:
    wanted = {locale: compose(purpose, locale, sender=sender, last3="678", code="246810") for locale in Locale}
    for text in wanted.values():
        server.insurer.text("+886900000678", text)
    page = open_page(server.url + TEACHER + "&view=contact")
    expect(page.locator(".sms-text")).to_have_count(len(wanted))
    for locale, text in wanted.items():
        expect(page.get_by_text(text, exact=True)).to_have_attribute("lang", locale)
