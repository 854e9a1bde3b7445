"""When something goes wrong on the page: problems at their field, lost connections, answers that come late."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Route, expect

from tests.browser.canned import ProblemError
from tests.browser.conftest import Opener
from tests.browser.page_server import PageServer
from tests.browser.steps import PHONE, TEACHER, answer_all, ask, sent

pytestmark = pytest.mark.browser


def test_question_without_an_answer_is_asked_again_kindly(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    ask(page)
    page.locator("safelight-prompt button[type=submit]").click()
    expect(page.locator("safelight-prompt [role=alert]")).to_be_visible()
    expect(page.locator(".prompt-progress")).to_contain_text("第 1 題")


def test_problem_is_shown_at_its_field_and_the_field_gets_the_focus(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    page.locator(".kind.suggested").click()
    page.locator("#amount").fill("9,000,000")
    page.locator(f"{PHONE} button[type=submit]").click()
    expect(page.locator("#amount-problem")).to_contain_text("超過這些保單可以動用的金額")
    expect(page.locator("#amount")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#amount")).to_be_focused()


@pytest.mark.parametrize(
    ("status", "words"), [(401, "重新載入"), (404, "找不到"), (409, "已有變動"), (422, "再看一下")]
)
def test_problem_without_a_field_is_said_kindly(server: PageServer, open_page: Opener, status: int, words: str) -> None:
    server.insurer.next_problem = ProblemError(status, "some_code_nobody_knows")
    page = open_page(server.url + "?person=demo-borrower")
    ask(page)
    expect(page.locator(f"{PHONE} .problem")).to_contain_text(words)


def test_empty_form_is_not_sent(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + "?person=demo-borrower")
    page.locator(".kind.suggested").click()
    page.locator("input[name=policy]").uncheck()
    page.locator("#amount").fill("")
    page.locator(f"{PHONE} button[type=submit]").click()
    expect(page.locator("#policies-problem")).to_be_visible()
    expect(page.locator("#amount-problem")).to_be_visible()
    assert sent(server) == []


@pytest.mark.parametrize("cut", [True, "answer"], ids=["before it was heard", "after it was heard"])
def test_retry_after_a_lost_connection_sends_the_same_request(
    server: PageServer, open_page: Opener, cut: bool | str
) -> None:
    page = open_page(server.url + TEACHER)
    page.locator(".kind.suggested").click()
    bodies: list[str] = []
    page.on("request", lambda r: bodies.append(r.post_data or "") if r.url.endswith("/v1/requests") else None)
    server.unreachable = cut
    page.locator(f"{PHONE} button[type=submit]").click()
    expect(page.locator(f"{PHONE} .outcome.offline")).to_be_visible()
    server.unreachable = False
    page.get_by_role("button", name="重試").click()
    expect(page.locator("safelight-prompt form")).to_be_visible()
    assert len(bodies) == 2
    assert json.loads(bodies[0]) == json.loads(bodies[1])
    assert len(server.insurer.cases) == 1


def test_another_wish_after_a_lost_connection_is_another_request(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    page.locator(".kind.suggested").click()
    server.unreachable = "answer"
    page.locator(f"{PHONE} button[type=submit]").click()
    page.get_by_role("button", name="回去修改").click()
    server.unreachable = False
    page.locator("#amount").fill("1,000,000")
    page.locator(f"{PHONE} button[type=submit]").click()
    expect(page.locator("safelight-prompt form")).to_be_visible()
    first, second = sent(server)
    assert first["request_id"] != second["request_id"]


def test_lost_answers_are_sent_again(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    ask(page)
    page.locator("safelight-prompt input").first.check()
    server.unreachable = True
    page.locator("safelight-prompt button[type=submit]").click()
    page.get_by_role("button", name="重試").wait_for()
    server.unreachable = False
    page.get_by_role("button", name="重試").click()
    expect(page.locator(".prompt-progress")).to_contain_text("第 2 題")
    answer_all(page)
    expect(page.locator(f"{PHONE} .outcome.talk_to_us")).to_be_visible()


def test_board_says_that_it_lost_its_line_and_finds_it_again(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    server.unreachable = True
    expect(page.locator(".desk-frame .trouble")).to_be_visible()
    server.unreachable = False
    expect(page.locator(".desk-frame .trouble")).to_have_count(0)


def test_missing_settings_are_said_and_can_be_asked_for_again(server: PageServer, open_page: Opener) -> None:
    page = open_page("about:blank")
    page.route("**/config.json", lambda route: route.abort())
    page.goto(server.url)
    expect(page.get_by_role("button", name="再試一次")).to_be_visible()
    page.unroute("**/config.json")
    page.get_by_role("button", name="再試一次").click()
    expect(page.locator(f"{PHONE} .app-title")).to_be_visible()


def test_answer_for_one_person_is_not_shown_to_the_next(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    page.locator(".kind.suggested").click()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/v1/requests", hold)
    page.locator(f"{PHONE} button[type=submit]").click()
    page.locator("input[name=person]").first.check(force=True)
    expect(page.locator(f"{PHONE} .app-title")).to_contain_text("林志明")
    held[0].continue_()
    expect(page.locator(".case-row").first).to_contain_text("陳淑芬")
    expect(page.locator(f"{PHONE} .app-title")).to_contain_text("林志明")


def test_case_that_is_gone_is_let_go(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    ask(page)
    expect(page.locator("article.case")).to_be_visible()
    server.insurer.cases.clear()
    expect(page.locator("article.case")).to_have_count(0)
    expect(page.locator(".desk-frame .trouble")).to_have_count(0)


def test_same_wish_sent_again_after_looking_at_the_form_is_the_same_request(
    server: PageServer, open_page: Opener
) -> None:
    page = open_page(server.url + TEACHER)
    page.locator(".kind.suggested").click()
    server.unreachable = "answer"
    page.locator(f"{PHONE} button[type=submit]").click()
    page.get_by_role("button", name="回去修改").click()
    server.unreachable = False
    page.locator(f"{PHONE} button[type=submit]").click()
    expect(page.locator("safelight-prompt form")).to_be_visible()
    first, second = sent(server)
    assert first == second
    assert len(server.insurer.cases) == 1
