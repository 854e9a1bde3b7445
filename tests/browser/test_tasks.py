"""The queue of tasks and the states of messages on the staff board."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from safelight.channels import words
from safelight.domain.alert import AlertState, TaskReason
from safelight.domain.request import Locale
from tests.browser.canned_case import an_alert
from tests.browser.conftest import Opener
from tests.browser.page_server import PageServer
from tests.browser.steps import FOCUSED, TEACHER, ask, tab_to
from tests.browser.test_page_access import TAGS

pytestmark = pytest.mark.browser
UNKNOWN, WORRIED = TaskReason.ALERT_UNKNOWN, TaskReason.CONTACT_WORRIED


def with_tasks(server: PageServer, page: Page, *reasons: TaskReason, minutes_ago: int = 0) -> Any:
    """The teacher's RED case, with these tasks."""
    ask(page)
    expect(page.locator("article.case")).to_be_visible()
    expect(page.locator(".sms-text")).to_be_visible()  # said by now: what is said next is not drowned by it
    (case,) = server.insurer.cases.values()
    case.opened_at -= timedelta(minutes=minutes_ago)
    case.tasks += reasons
    return case


def open_queue(page: Page) -> None:
    page.locator("input[name=board-tab][value=tasks]").check(force=True)


def done_bodies(server: PageServer) -> list[dict[str, Any]]:
    return [body for _, path, body in server.insurer.seen if path == "/v1/staff/tasks/done" and body]


def test_the_queue_shows_why_for_whom_and_by_when_and_what_is_overdue(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    with_tasks(server, page, UNKNOWN, minutes_ago=9)
    open_queue(page)
    row = page.locator(".queue-row")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(words.task(UNKNOWN, Locale.ZH_TW))
    expect(row).to_contain_text("陳淑芬")
    expect(row.locator(".light")).to_have_text("紅燈")
    expect(row.locator(".queue-due")).to_contain_text("已逾時")


def test_a_task_is_done_by_keyboard_and_the_next_one_has_the_focus(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER + "&view=all")
    with_tasks(server, page, UNKNOWN, WORRIED)
    open_queue(page)
    expect(page.locator(".queue-row")).to_have_count(2)
    page.locator(".skip").focus()
    tab_to(page, ".queue-do select")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".queue-row")).to_have_count(1)
    assert page.evaluate(FOCUSED, ".queue-row .case-row")
    expect(page.locator("#polite")).to_contain_text("已完成")
    (body,) = done_bodies(server)
    assert (body["reason"], body["how"], body["about"]) == (UNKNOWN, "reached_contact", None)
    page.locator(".queue-do .button").click()
    expect(page.locator(".queue-none")).to_be_focused()


def test_a_done_task_stands_in_its_case_with_how(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    with_tasks(server, page, UNKNOWN)
    open_queue(page)
    page.locator(".queue-row .case-row").click()
    page.locator(".queue-do .button").click()
    expect(page.locator("article.case .tasks li.done")).to_contain_text("已聯絡上保戶")


def test_a_task_that_cannot_be_done_stays_and_says_why(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    with_tasks(server, page, UNKNOWN)
    open_queue(page)
    expect(page.locator(".queue-row")).to_have_count(1)
    server.unreachable = True
    page.locator(".queue-do .button").click()
    expect(page.locator(".cases [role=alert]")).to_have_text("連線中斷了一下")
    server.unreachable = False
    expect(page.locator(".queue-row")).to_have_count(1)


def test_a_new_task_is_said_and_no_task_is_said_in_words(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    case = with_tasks(server, page)
    open_queue(page)
    expect(page.locator(".queue-none")).to_have_text("目前沒有待辦事項。")
    case.tasks.append(WORRIED)
    expect(page.locator("#polite")).to_have_text(f"新的待辦：{words.task(WORRIED, Locale.ZH_TW)}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["zh-TW", "en"])
def test_axe_finds_nothing_in_queue_and_states(server: PageServer, open_page: Opener, scheme: str, locale: str) -> None:
    page = open_page(f"{server.url}{TEACHER}&lang={locale}", color_scheme=scheme, bypass_csp=True)
    case = with_tasks(server, page, UNKNOWN, WORRIED, minutes_ago=9)
    case.alerts += [an_alert(state, contact_id=f"c-{state}") for state in AlertState]
    open_queue(page)
    expect(page.locator(".queue-row")).to_have_count(2)
    page.locator(".queue-row .case-row").first.click()
    expect(page.locator(".alerts li")).to_have_count(1 + len(AlertState))
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert found.violations_count == 0, found.generate_report()


def test_the_states_of_a_message_are_shown_as_they_change_and_said_gently(
    server: PageServer, open_page: Opener
) -> None:
    page = open_page(server.url + TEACHER)
    case = with_tasks(server, page)
    said, shown = page.locator("#polite"), page.locator(".alerts li").first
    told = {
        "pending": "等待發送",
        "sending": "發送中",
        "sent": "已送出",
        "delivered": "已送達",
        "undelivered": "未送達",
        "unknown": "不確定是否送達",
        "failed": "發送失敗",
        "suppressed": "未發送",
    }
    seen = set()
    for state, word in told.items():
        arrived = state in ("delivered", "undelivered")
        delivery = {"arrival": state, "at": "2026-03-11T13:45:00+00:00"} if arrived else None
        case.alerts[0] = an_alert("sent" if arrived else state, delivery=delivery)
        expect(shown.locator(".tag")).to_have_text(word)
        expect(said).to_have_text(f"聯絡人的簡訊：{word}。")
        seen.add(shown.locator("svg path").get_attribute("d"))
    assert len(seen) >= 6, "states are told apart by more than colour"
    expect(page.locator("#assertive")).to_have_text(re.compile(r"紅燈|^$"))


def test_the_policyholders_own_notice_is_told_from_the_contacts(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    case = with_tasks(server, page)
    case.alerts.append(an_alert("sent", "holder_red", None))
    expect(page.locator(".alerts li")).to_have_count(2)
    expect(page.locator(".alerts li").nth(1)).to_contain_text("保戶本人")
