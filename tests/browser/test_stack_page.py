"""The same page on the deployed stack: what the policyholder sends lights the board and rings the contact's phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener

pytestmark = [pytest.mark.browser, pytest.mark.stack]

PHONE = "#policyholder .app"
COLD_MS = 30_000
"""The emulator starts a function at its first call."""
SMS_MS = 15_000


def _ask(page: Page) -> None:
    page.locator(f"{PHONE} .kind.suggested").click(timeout=COLD_MS)
    page.locator(f"{PHONE} button[type=submit]").click()


def _texts_to(page: Page, person: str) -> int:
    """How many texts this person's contact has had, by the stack's own inbox."""
    count: int = page.evaluate(
        """async id => {
          const config = await (await fetch('config.json')).json();
          const { contact_phone } = config.people.find(one => one.id === id);
          const all = await (await fetch(config.inbox)).json();
          return all.filter(sms => sms.to === contact_phone).length;
        }""",
        person,
    )
    return count


def test_ordinary_borrower_passes_without_a_question(stack_console_url: str, open_page: Opener) -> None:
    page = open_page(f"{stack_console_url}?person=demo-borrower")
    _ask(page)
    expect(page.locator(f"{PHONE} .outcome.proceed")).to_be_visible(timeout=COLD_MS)


def test_teachers_screen_tells_nothing_while_her_contact_rings(stack_console_url: str, open_page: Opener) -> None:
    page = open_page(f"{stack_console_url}?person=demo-teacher")
    before = _texts_to(page, "demo-teacher")
    _ask(page)
    expect(page.locator(f"{PHONE} .outcome.wait")).to_be_visible(timeout=COLD_MS)
    expect(page.locator("safelight-prompt form")).to_have_count(0)
    expect(page.locator(".case-head.red")).to_be_visible(timeout=COLD_MS)
    expect(page.locator(".case-head h3")).to_contain_text("陳淑芬")
    expect(page.locator(".suspected .tag").first).to_have_text("假檢警")
    page.wait_for_function(
        """async ([id, before]) => {
          const config = await (await fetch('config.json')).json();
          const { contact_phone } = config.people.find(one => one.id === id);
          const all = await (await fetch(config.inbox)).json();
          return all.filter(sms => sms.to === contact_phone).length > before;
        }""",
        arg=["demo-teacher", before],
        timeout=SMS_MS,
    )
    expect(page.locator(".sms-text").first).to_contain_text("末三碼678")
    assert _texts_to(page, "demo-teacher") == before + 1


def test_loner_without_a_contact_becomes_a_staff_task(stack_console_url: str, open_page: Opener) -> None:
    page = open_page(f"{stack_console_url}?person=demo-loner")
    _ask(page)
    expect(page.locator(".case-head.red")).to_be_visible(timeout=COLD_MS)
    expect(page.locator(".case-head h3")).to_contain_text("吳國華")
    expect(page.locator(".tasks")).to_contain_text("未指定聯絡人")


def test_too_large_an_amount_is_said_at_its_field(stack_console_url: str, open_page: Opener) -> None:
    page = open_page(f"{stack_console_url}?person=demo-borrower")
    page.locator(f"{PHONE} .kind.suggested").click(timeout=COLD_MS)
    page.locator("#amount").fill("90,000,000")
    page.locator(f"{PHONE} button[type=submit]").click()
    expect(page.locator("#amount-problem")).to_be_visible(timeout=COLD_MS)


def test_who_writes_of_a_prosecutor_is_asked_in_the_chat(stack_console_url: str, open_page: Opener) -> None:
    page = open_page(f"{stack_console_url}?person=demo-widow&pane=chat")
    page.locator("#chat-text").fill("我想解約，檢察官說我的帳戶被監管")
    page.locator(".chat-send").click()
    expect(page.locator(".bubble.theirs").first).to_contain_text("165", timeout=COLD_MS)
    for _ in range(4):
        if page.locator(".bubble.theirs", has_text="為了保障您的權益").count():
            break
        before = page.locator(".bubble").count()
        page.locator(".chat-choice").first.click()
        page.wait_for_function("before => document.querySelectorAll('.bubble').length > before + 1", arg=before)
    expect(page.locator(".bubble.theirs", has_text="為了保障您的權益")).to_have_count(1)
    expect(page.locator(".chat-choice")).not_to_have_count(0)


def test_a_call_is_handed_over_with_a_whisper_that_the_caller_does_not_hear(
    stack_console_url: str, open_page: Opener
) -> None:
    page = open_page(f"{stack_console_url}?person=demo-widow&pane=call")
    page.locator(".call-button").click()
    expect(page.locator(".spoken").first).to_contain_text("請按1", timeout=COLD_MS)
    page.locator(".keypad-key").filter(has_text="0").click()
    card = page.locator(".handover")
    expect(card.locator("blockquote")).not_to_be_empty(timeout=COLD_MS)
    assert card.locator("blockquote").inner_text() not in page.locator(".call-pane .bezel").inner_text()
