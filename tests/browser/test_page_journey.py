"""What a person does and sees on the page, with an insurer of canned answers behind it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from safelight.channels.words import because
from safelight.domain.assessment import NextStep
from safelight.domain.request import Locale, RequestKind
from tests.browser.canned import CODE
from tests.browser.conftest import Opener
from tests.browser.page_server import PageServer
from tests.browser.steps import PHONE, TEACHER, answer_all, ask, gone, sent, tab_to

pytestmark = pytest.mark.browser

HAN = re.compile(r"[\u4e00-\u9fff]")


def test_ordinary_request_is_done_without_a_question(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + "?person=demo-borrower")
    ask(page)
    expect(page.locator(f"{PHONE} .outcome.proceed")).to_be_visible()
    assert server.insurer.texts == []


def test_journey_by_keyboard_alone(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url)
    tab_to(page, "input[name=person]")
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"{PHONE} .app-title")).to_contain_text("陳淑芬")
    tab_to(page, ".kind.suggested")
    page.keyboard.press("Enter")
    expect(page.locator(f"{PHONE} .app-title")).to_be_focused()
    tab_to(page, f"{PHONE} button[type=submit]")
    page.keyboard.press("Enter")
    for number in range(1, 6):
        expect(page.locator(".prompt-progress")).to_contain_text(f"第 {number} 題")
        tab_to(page, "safelight-prompt input[type=radio]")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        tab_to(page, "safelight-prompt button[type=submit]")
        page.keyboard.press("Enter")
    expect(page.locator(f"{PHONE} .outcome.talk_to_us")).to_be_visible()
    expect(page.locator(f"{PHONE} .app-title")).to_be_focused()

    tab_to(page, ".case-row")
    page.keyboard.press("Enter")
    tab_to(page, ".button.verdict-scam", limit=200)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    tab_to(page, "dialog button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).not_to_be_visible()
    expect(page.locator(".verdict-done")).to_contain_text("詐騙")


def test_escape_leaves_the_outcome_unrecorded(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    ask(page)
    page.locator(".button.verdict-genuine").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).not_to_be_visible()
    assert not any(path.endswith("/outcome") for _, path, _ in server.insurer.seen)


def test_board_says_the_light_by_word_and_shape(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    ask(page)
    row = page.locator(".case-row").first
    expect(row).to_contain_text("紅燈")
    expect(row).to_contain_text("NT$2,600,000")
    expect(row.locator("svg.light-shape")).to_be_visible()
    expect(page.locator(".case .bar-row").first).to_contain_text("提高風險")
    expect(page.locator(".case .facts")).to_contain_text("法定期限")
    expect(page.locator("#assertive")).to_contain_text("紅燈")


def test_board_says_the_value_and_what_is_usual_where_the_api_does(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    ask(page)
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
    ask(page)
    why = page.locator(f"{PHONE} .because")
    expect(why).to_have_text(because(NextStep.ANSWER, RequestKind.SURRENDER, Locale.ZH_TW))
    answer_all(page)
    expect(page.locator(f"{PHONE} .outcome.talk_to_us .because")).to_have_text(
        because(NextStep.TALK_TO_US, RequestKind.SURRENDER, Locale.ZH_TW)
    )


def test_contacts_phone_shows_the_text_and_announces_it(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    expect(page.locator(".lock-empty")).to_be_visible()
    ask(page)
    expect(page.locator(".sms-text")).to_contain_text("末三碼678")
    expect(page.locator("#polite")).to_contain_text("聯絡人收到簡訊")


def test_staff_release_reaches_the_policyholders_phone(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    ask(page)
    answer_all(page)
    expect(page.locator(f"{PHONE} .outcome.talk_to_us")).to_be_visible()
    page.locator(".button.verdict-genuine").click()
    page.locator("dialog button[type=submit]").click()
    expect(page.locator(f"{PHONE} .outcome.proceed")).to_be_visible()


def test_an_answer_brings_the_next_question(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    ask(page)
    first = page.locator(".prompt-question").inner_text()
    page.locator("safelight-prompt input").nth(2).check()
    page.locator("safelight-prompt button[type=submit]").click()
    expect(page.locator(".prompt-progress")).to_contain_text("第 2 題")
    expect(page.locator(".prompt-question")).not_to_have_text(first)
    expect(page.locator("safelight-prompt input:checked")).to_have_count(0)


def test_app_sends_what_it_honestly_sees(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    ask(page)
    expect(page.locator("safelight-prompt form")).to_be_visible()
    signals = sent(server)[0]["signals"]
    assert signals["on_call"] is True
    assert signals["remote_control_app"] is False


def test_web_page_does_not_say_what_it_cannot_see(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + "?person=demo-widow")
    expect(page.locator("#pane-app [role=switch]")).to_have_count(0)
    ask(page)
    expect(page.locator("safelight-prompt form")).to_be_visible()
    assert not {"on_call", "screen_shared", "remote_control_app"} & sent(server)[0]["signals"].keys()


def test_signals_bring_a_prompt_before_anything_is_asked(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + "?person=demo-borrower")
    page.get_by_role("switch", name="通話中").check(force=True)
    page.get_by_role("switch", name="遠端操控").check(force=True)
    expect(page.locator(".note")).to_contain_text("需要多一點時間")


def test_is_it_really_you_calling(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    page.get_by_role("button", name="查一下").click()
    expect(page.locator(".call-answer")).to_contain_text("沒有打電話給您")
    ask(page)
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
    page.locator("form input[type=checkbox]").check()
    page.get_by_role("button", name="指定", exact=True).click()
    expect(page.locator(".sms-text")).to_contain_text(CODE)
    page.get_by_label("聯絡人收到的六位數字").fill("000000")
    page.get_by_role("button", name="確認").click()
    expect(page.locator("#code-problem")).to_contain_text("號碼不對")
    page.get_by_label("聯絡人收到的六位數字").fill(CODE)
    page.get_by_role("button", name="確認").click()
    expect(page.locator(".tag.confirmed")).to_be_visible()


def test_words_of_the_api_are_text_and_never_markup(server: PageServer, open_page: Opener) -> None:
    attack = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    server.insurer.message = server.insurer.reason = attack
    server.insurer.text("+886900000678", attack)
    page = open_page(server.url + TEACHER)
    ask(page)
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
        ask(page)
        page.locator(f"{PHONE} .outcome, {PHONE} safelight-prompt form").first.wait_for()
        seen.append(page.locator("#policyholder").inner_text())
        while page.locator("safelight-prompt form").count():
            page.locator("safelight-prompt input").first.check()
            seen.append(page.locator("safelight-prompt .stage").inner_text())
            before = page.locator(f"{PHONE} .prompt-progress").inner_text()
            page.locator("safelight-prompt button[type=submit]").click()
            gone(page, before)
        seen.append(page.locator("#policyholder").inner_text())
        assert [text for text in seen if forbidden.search(text)] == []


def test_english_leaves_no_chinese_word_of_the_pages_own(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    ask(page)
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


@pytest.mark.parametrize(
    ("locale", "own_name", "form", "progress"),
    [
        ("vi", "Tiếng Việt", "Yêu cầu của anh/chị", "Câu hỏi 1"),
        ("id", "Indonesia", "Permintaan Anda", "Pertanyaan 1"),
        ("th", "ไทย", "คำขอของคุณ", "คำถามที่ 1"),
    ],
)
def test_customer_has_his_language_and_staff_theirs(
    server: PageServer, open_page: Opener, locale: str, own_name: str, form: str, progress: str
) -> None:
    page = open_page(server.url + TEACHER)
    page.get_by_role("button", name=own_name).click()
    page.locator(".kind.suggested").click()
    expect(page.locator(f"{PHONE} .app-title")).to_have_text(form)
    page.locator(f"{PHONE} button[type=submit]").click()
    expect(page.locator(".prompt-progress")).to_have_text(progress)
    expect(page.locator(".prompt-question")).to_have_attribute("lang", locale)
    expect(page.locator("#policyholder")).to_have_attribute("lang", locale)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".case .bar-name").first).to_contain_text("Screen shared")
    assert sent(server)[0]["locale"] == locale


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


def test_later_outcome_stays_in_view_after_the_case_left_the_list(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    ask(page)
    page.locator(".button.verdict-scam").click()
    page.locator("dialog button[type=submit]").click()
    expect(page.locator(".cases.none")).to_be_visible()
    expect(page.locator(".verdict-done")).to_contain_text("詐騙")


def test_another_account_is_typed_in_and_sent(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + "?person=demo-borrower")
    page.locator(".kind.suggested").click()
    page.get_by_role("radio", name="其他帳戶").check()
    page.locator("#bank").fill("822")
    page.locator("#number").fill("1234-5678-9012")
    page.locator(f"{PHONE} button[type=submit]").click()
    expect(page.locator(f"{PHONE} .outcome.proceed")).to_be_visible()
    assert sent(server)[0]["payout_account"] == {"bank_code": "822", "account_number": "1234-5678-9012"}
