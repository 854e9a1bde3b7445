"""Somebody reads along, and then no more: what the phone sees is told after a request too, and the questions come."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.page_server import PageServer
from tests.browser.steps import PHONE, TEACHER, ask, sent

pytestmark = pytest.mark.browser


def signals(server: PageServer) -> list[tuple[str, dict[str, Any]]]:
    """Session and body of every delivery that reached the insurer."""
    return [(path.split("/")[3], body) for _, path, body in server.insurer.seen if path.endswith("/signals") and body]


def switch(page: Page, name: str) -> None:
    page.get_by_role("switch", name=name).click(force=True)


def read_along(server: PageServer, open_page: Opener) -> Page:
    server.insurer.discreet = True
    page = open_page(server.url + TEACHER)
    ask(page)
    expect(page.locator(f"{PHONE} .outcome.wait")).to_be_visible()
    expect(page.locator("safelight-prompt form")).to_have_count(0)
    return page


def test_questions_come_once_he_has_hung_up_and_shares_nothing(server: PageServer, open_page: Opener) -> None:
    page = read_along(server, open_page)
    switch(page, "通話中")
    page.wait_for_timeout(3_500)  # longer than the page waits before it looks again
    expect(page.locator("safelight-prompt form")).to_have_count(0)
    switch(page, "螢幕分享中")
    expect(page.locator("safelight-prompt form")).to_be_visible()
    session = sent(server)[0]["session_id"]
    told = signals(server)
    assert {one for one, _ in told} == {session}
    assert [(body["on_call"], body["screen_shared"]) for _, body in told] == [(False, True), (False, False)]


def test_deliveries_are_numbered_so_that_a_late_one_does_no_harm(server: PageServer, open_page: Opener) -> None:
    page = read_along(server, open_page)
    for name in ("通話中", "螢幕分享中", "遠端操控"):
        switch(page, name)
    expect(page.locator("safelight-prompt form")).to_be_visible()
    page.wait_for_timeout(500)
    numbers = [body["sequence"] for _, body in signals(server)]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == 3


def test_word_that_he_is_alone_is_told_again_when_the_line_was_lost(server: PageServer, open_page: Opener) -> None:
    page = read_along(server, open_page)
    server.unreachable = True
    switch(page, "通話中")
    switch(page, "螢幕分享中")
    page.wait_for_timeout(500)
    server.unreachable = False
    expect(page.locator("safelight-prompt form")).to_be_visible()
    assert [body["screen_shared"] for _, body in signals(server)] == [False]


def test_request_is_found_again_from_the_start(server: PageServer, open_page: Opener) -> None:
    page = read_along(server, open_page)
    page.get_by_role("button", name="回到首頁").click()
    expect(page.locator(".kind.suggested")).to_be_visible()
    switch(page, "通話中")
    switch(page, "螢幕分享中")
    page.get_by_role("button", name="看看進度").click()
    expect(page.locator("safelight-prompt form")).to_be_visible()
    assert len(server.insurer.cases) == 1


def test_looking_at_the_request_survives_a_lost_line(server: PageServer, open_page: Opener) -> None:
    page = read_along(server, open_page)
    page.get_by_role("button", name="回到首頁").click()
    server.unreachable = True
    page.get_by_role("button", name="看看進度").click()
    expect(page.locator(f"{PHONE} .outcome.offline")).to_be_visible()
    server.unreachable = False
    page.get_by_role("button", name="重試").click()
    expect(page.locator(f"{PHONE} .outcome.wait")).to_be_visible()


def test_nothing_waits_at_the_start_when_all_is_done(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + "?person=demo-borrower")
    ask(page)
    page.get_by_role("button", name="回到首頁").click()
    expect(page.locator(".kind.suggested")).to_be_visible()
    expect(page.get_by_role("button", name="看看進度")).to_have_count(0)
