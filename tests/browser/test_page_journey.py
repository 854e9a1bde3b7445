"""What a person does and sees on the page, with an insurer of canned answers behind it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from safelight.channels.words import because
from safelight.domain.assessment import NextStep
from safelight.domain.request import Locale, RequestKind
from tests.browser.canned import CODE, ProblemError
from tests.browser.conftest import Opener, answer_all
from tests.browser.page_server import PageServer

pytestmark = pytest.mark.browser

TEACHER = "?person=demo-teacher"
PHONE = "#policyholder .app"
HAN = re.compile(r"[\u4e00-\u9fff]")


def _ask(page: Page) -> None:
    """Send the person's scenario as it is filled in."""
    page.locator(f"{PHONE} .kind.suggested").click()
    page.locator(f"{PHONE} button[type=submit]").click()


def _sent(server: PageServer) -> list[dict[str, Any]]:
    return [body for method, path, body in server.insurer.seen if (method, path) == ("POST", "/v1/requests") and body]


def _tab_to(page: Page, selector: str, limit: int = 80) -> None:
    for _ in range(limit):
        if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way by keyboard to {selector}")


def test_ordinary_request_is_done_without_a_question(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + "?person=demo-borrower")
    _ask(page)
    expect(page.locator(f"{PHONE} .outcome.proceed")).to_be_visible()
    assert server.insurer.texts == []


def test_journey_by_keyboard_alone(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url)
    _tab_to(page, "input[name=person]")
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"{PHONE} .app-title")).to_contain_text("陳淑芬")
    _tab_to(page, ".kind.suggested")
    page.keyboard.press("Enter")
    expect(page.locator(f"{PHONE} .app-title")).to_be_focused()
    _tab_to(page, f"{PHONE} button[type=submit]")
    page.keyboard.press("Enter")
    for number in range(1, 6):
        expect(page.locator(".prompt-progress")).to_contain_text(f"第 {number} 題")
        _tab_to(page, "safelight-prompt input[type=radio]")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        _tab_to(page, "safelight-prompt button[type=submit]")
        page.keyboard.press("Enter")
    expect(page.locator(f"{PHONE} .outcome.talk_to_us")).to_be_visible()
    expect(page.locator(f"{PHONE} .app-title")).to_be_focused()

    _tab_to(page, ".case-row")
    page.keyboard.press("Enter")
    _tab_to(page, ".button.verdict-scam", limit=200)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    _tab_to(page, "dialog button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).not_to_be_visible()
    expect(page.locator(".verdict-done")).to_contain_text("詐騙")


def test_escape_leaves_the_outcome_unrecorded(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    _ask(page)
    page.locator(".button.verdict-genuine").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).not_to_be_visible()
    assert not any(path.endswith("/outcome") for _, path, _ in server.insurer.seen)


def test_board_says_the_light_by_word_and_shape(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    _ask(page)
    row = page.locator(".case-row").first
    expect(row).to_contain_text("紅燈")
    expect(row).to_contain_text("NT$2,600,000")
    expect(row.locator("svg.light-shape")).to_be_visible()
    expect(page.locator(".case .bar-row").first).to_contain_text("提高風險")
    expect(page.locator(".case .facts")).to_contain_text("法定期限")
    expect(page.locator("#assertive")).to_contain_text("紅燈")


def test_board_says_the_value_and_what_is_usual_where_the_api_does(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    _ask(page)
    rows = page.locator(".case .bar-row")
    steered = rows.filter(has_text="螢幕分享或遠端操控")
    expect(steered.locator(".bar-value")).to_have_text("申請時分享螢幕（一般申請約 0.4% 如此）")
    stake = rows.filter(has_text="動用金額偏高")
    expect(stake.locator(".bar-value")).to_have_text("申請金額約 260 萬元")
    expect(rows.filter(has_text="申請時間不尋常").locator(".bar-value")).to_have_count(0)


def test_phone_says_why_we_ask_and_who_helps_before_and_after_the_questions(
    server: PageServer, open_page: Opener
) -> None:
    page = open_page(server.url + TEACHER)
    _ask(page)
    why = page.locator(f"{PHONE} .because")
    expect(why).to_have_text(because(NextStep.ANSWER, RequestKind.SURRENDER, Locale.ZH_TW))
    answer_all(page)
    expect(page.locator(f"{PHONE} .outcome.talk_to_us .because")).to_have_text(
        because(NextStep.TALK_TO_US, RequestKind.SURRENDER, Locale.ZH_TW)
    )


def test_contacts_phone_shows_the_text_and_announces_it(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    expect(page.locator(".lock-empty")).to_be_visible()
    _ask(page)
    expect(page.locator(".sms-text")).to_contain_text("末三碼678")
    expect(page.locator("#polite")).to_contain_text("聯絡人收到簡訊")


def test_staff_release_reaches_the_policyholders_phone(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    _ask(page)
    answer_all(page)
    expect(page.locator(f"{PHONE} .outcome.talk_to_us")).to_be_visible()
    page.locator(".button.verdict-genuine").click()
    page.locator("dialog button[type=submit]").click()
    expect(page.locator(f"{PHONE} .outcome.proceed")).to_be_visible()


def test_question_without_an_answer_is_asked_again_kindly(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    _ask(page)
    page.locator("safelight-prompt button[type=submit]").click()
    expect(page.locator("safelight-prompt [role=alert]")).to_be_visible()
    expect(page.locator(".prompt-progress")).to_contain_text("第 1 題")


def test_an_answer_brings_the_next_question(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    _ask(page)
    first = page.locator(".prompt-question").inner_text()
    page.locator("safelight-prompt input").nth(2).check()
    page.locator("safelight-prompt button[type=submit]").click()
    expect(page.locator(".prompt-progress")).to_contain_text("第 2 題")
    expect(page.locator(".prompt-question")).not_to_have_text(first)
    expect(page.locator("safelight-prompt input:checked")).to_have_count(0)


def test_app_sends_what_it_honestly_sees(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    _ask(page)
    expect(page.locator("safelight-prompt form")).to_be_visible()
    signals = _sent(server)[0]["signals"]
    assert signals["on_call"] is True
    assert signals["remote_control_app"] is False


def test_web_page_does_not_say_what_it_cannot_see(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + "?person=demo-widow")
    expect(page.locator("#policyholder [role=switch]")).to_have_count(0)
    _ask(page)
    expect(page.locator("safelight-prompt form")).to_be_visible()
    assert not {"on_call", "screen_shared", "remote_control_app"} & _sent(server)[0]["signals"].keys()


def test_signals_bring_a_prompt_before_anything_is_asked(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + "?person=demo-borrower")
    page.get_by_role("switch", name="通話中").check(force=True)
    page.get_by_role("switch", name="遠端操控").check(force=True)
    expect(page.locator(".note")).to_contain_text("通話")


def test_is_it_really_you_calling(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    page.get_by_role("button", name="查一下").click()
    expect(page.locator(".call-answer")).to_contain_text("沒有打電話給您")
    _ask(page)
    page.get_by_role("button", name="我要打電話給他").click()
    expect(page.locator(".desk .news")).to_be_visible()
    page.goto(server.url + TEACHER)
    page.get_by_role("button", name="查一下").click()
    expect(page.locator(".call-answer")).to_contain_text("是的")


def test_contact_is_named_gets_a_code_and_is_confirmed(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + "?person=demo-widow")
    page.get_by_role("button", name="查看與設定").click()
    page.get_by_role("button", name="指定", exact=True).click()
    expect(page.locator("#phone-problem")).to_be_visible()
    page.locator("#phone").fill("0912-345-678")
    page.locator(".tick input").check()
    page.get_by_role("button", name="指定", exact=True).click()
    expect(page.locator(".sms-text")).to_contain_text(CODE)
    page.get_by_label("聯絡人收到的六位數字").fill("000000")
    page.get_by_role("button", name="確認").click()
    expect(page.locator("#code-problem")).to_contain_text("號碼不對")
    page.get_by_label("聯絡人收到的六位數字").fill(CODE)
    page.get_by_role("button", name="確認").click()
    expect(page.locator(".tag.confirmed")).to_be_visible()


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
    _ask(page)
    expect(page.locator(f"{PHONE} .problem")).to_contain_text(words)


def test_empty_form_is_not_sent(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + "?person=demo-borrower")
    page.locator(".kind.suggested").click()
    page.locator("input[name=policy]").uncheck()
    page.locator("#amount").fill("")
    page.locator(f"{PHONE} button[type=submit]").click()
    expect(page.locator("#policies-problem")).to_be_visible()
    expect(page.locator("#amount-problem")).to_be_visible()
    assert _sent(server) == []


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
    first, second = _sent(server)
    assert first["request_id"] != second["request_id"]


def test_lost_answers_are_sent_again(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    _ask(page)
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


def test_words_of_the_api_are_text_and_never_markup(server: PageServer, open_page: Opener) -> None:
    attack = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    server.insurer.message = server.insurer.reason = attack
    server.insurer.text("+886900000678", attack)
    page = open_page(server.url + TEACHER)
    _ask(page)
    expect(page.locator(f"{PHONE} .message")).to_have_text(attack)
    expect(page.locator(".case .bar-name").first).to_have_text(attack)
    expect(page.locator(".sms-text").last).to_have_text(attack)
    assert page.locator("main img, main script").count() == 0
    assert page.title() != "owned"


def test_policyholders_phone_never_names_a_light_or_a_score(server: PageServer, open_page: Opener) -> None:
    forbidden = re.compile(
        r"紅燈|黃燈|綠燈|分數|機率|風險|假檢警|probab|score|risk|\b(red|yellow|green)\b", re.IGNORECASE
    )
    for person in ("demo-borrower", "demo-teacher", "demo-widow"):
        page = open_page(f"{server.url}?person={person}")
        seen = [page.locator("#policyholder").inner_text()]
        _ask(page)
        page.locator(f"{PHONE} .outcome, {PHONE} safelight-prompt form").first.wait_for()
        seen.append(page.locator("#policyholder").inner_text())
        while page.locator("safelight-prompt form").count():
            page.locator("safelight-prompt input").first.check()
            seen.append(page.locator("#policyholder").inner_text())
            before = page.locator(f"{PHONE} .prompt-progress").inner_text()
            page.locator("safelight-prompt button[type=submit]").click()
            page.wait_for_function("b => document.querySelector('.prompt-progress')?.innerText !== b", arg=before)
        seen.append(page.locator("#policyholder").inner_text())
        assert [text for text in seen if forbidden.search(text)] == []


def test_english_leaves_no_chinese_word_of_the_pages_own(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    _ask(page)
    expect(page.locator(".sms-text")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".case .bar-name").first).to_contain_text("Screen shared")
    left = page.evaluate(
        """() => {
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          const found = [];
          while (walker.nextNode()) {
            const { data, parentElement } = walker.currentNode;
            if (!parentElement.closest('[data-people], [data-api], [lang="zh-TW"], .unseen')) found.push(data);
          }
          return found;
        }"""
    )
    assert [text for text in left if HAN.search(text)] == []
    assert not HAN.search(page.title())


def test_form_survives_a_change_of_language(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    page.locator(".kind.suggested").click()
    page.locator("#amount").fill("1,234,567")
    page.get_by_role("button", name="English").click()
    expect(page.locator("#amount")).to_have_value("1,234,567")
    expect(page.locator(f"{PHONE} .app-title")).to_have_text("Your request")


@pytest.mark.parametrize("view", ["policyholder", "staff", "contact"])
def test_each_device_has_a_page_of_its_own(server: PageServer, open_page: Opener, view: str) -> None:
    page = open_page(f"{server.url}?view={view}")
    expect(page.locator(f"#{view} h2")).to_be_visible()
    assert page.locator(".device").count() == 1


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


def test_later_outcome_stays_in_view_after_the_case_left_the_list(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    _ask(page)
    page.locator(".button.verdict-scam").click()
    page.locator("dialog button[type=submit]").click()
    expect(page.locator(".cases.none")).to_be_visible()
    expect(page.locator(".verdict-done")).to_contain_text("詐騙")


def test_case_that_is_gone_is_let_go(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    _ask(page)
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
    first, second = _sent(server)
    assert first == second
    assert len(server.insurer.cases) == 1


def test_another_account_is_typed_in_and_sent(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + "?person=demo-borrower")
    page.locator(".kind.suggested").click()
    page.get_by_role("radio", name="其他帳戶").check()
    page.locator("#bank").fill("822")
    page.locator("#number").fill("1234-5678-9012")
    page.locator(f"{PHONE} button[type=submit]").click()
    expect(page.locator(f"{PHONE} .outcome.proceed")).to_be_visible()
    assert _sent(server)[0]["payout_account"] == {"bank_code": "822", "account_number": "1234-5678-9012"}
