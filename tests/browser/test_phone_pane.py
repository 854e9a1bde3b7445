"""The phone pane: an ordinary call, with a voice menu of canned words."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.canned_phone import WORDS, PhoneProblemError
from tests.browser.conftest import Opener
from tests.browser.page_server import PageServer
from tests.browser.steps import TEACHER, tab_to

pytestmark = pytest.mark.browser

CALL = TEACHER + "&pane=call"
ZH = WORDS["zh-TW"]
VOICES = """
window.spoken = [];
const voices = [{ lang: 'zh-TW', name: 'Mei' }];
Object.defineProperty(window, 'speechSynthesis', { value: {
  getVoices: () => voices, addEventListener() {}, removeEventListener() {}, cancel() { spoken.push('-'); },
  speak: one => spoken.push(one.text) } });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""


def ring(page: Page) -> None:
    page.locator(".call-button").click()
    expect(page.locator(".spoken")).to_have_count(1)


def key(page: Page, name: str) -> None:
    """Hit, whether or not it does anything now."""
    page.locator(".keypad-key").filter(has_text=name).click(force=True)


def holding(page: Page) -> list[Route]:
    """What is keyed in from now on stays on its way."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/phone/calls/**", hold)
    return held


def heard(page: Page) -> list[str]:
    return page.locator(".spoken:not(.mine)").all_inner_texts()


def pressed(server: PageServer) -> list[str]:
    return [body["pressed"] for path, body in server.phone.seen if path != "/phone/calls"]


def test_policyholder_rings_and_the_colleague_hears_what_it_is_about(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CALL)
    ring(page)
    key(page, "2")
    expect(page.locator(".spoken").last).to_have_text(ZH["asked"])
    key(page, "1")
    card = page.locator(".handover")
    expect(card).to_contain_text("接手的同仁會聽到")
    expect(card).to_contain_text("關懷專線")
    expect(card.locator("blockquote")).to_have_text(ZH["whisper"])
    assert heard(page) == [ZH["menu"], ZH["asked"], ZH["stay"]]
    assert ZH["whisper"] not in page.locator(".call-pane .bezel").inner_text()
    (path, body), *_ = server.phone.seen
    assert path == "/phone/calls"
    assert body["policyholder_id"] == "demo-teacher"
    assert body["locale"] == "zh-TW"
    assert body["from"].startswith("+886")
    assert [path for path, _ in server.phone.seen[1:]] == ["/phone/calls/call-1"] * 2
    assert pressed(server) == ["2", "1"]


def test_contact_is_known_by_his_number_alone(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CALL)
    page.get_by_role("radio", name="安心聯絡人").check(force=True)
    ring(page)
    assert heard(page) == [ZH["contact"]]
    assert server.phone.seen[0][1] == {"from": "+886900000678", "policyholder_id": None, "locale": "zh-TW"}
    key(page, "2")
    expect(page.locator(".call-how")).to_have_text("通話結束。")
    expect(page.locator(".handover")).to_have_count(0)


def test_nobody_rings_for_a_contact_who_is_not_named(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + "?person=demo-widow&pane=call")
    expect(page.get_by_role("radio", name="安心聯絡人")).to_be_disabled()


def test_who_rings_cannot_change_in_a_call(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CALL)
    ring(page)
    expect(page.get_by_role("radio", name="安心聯絡人")).to_be_disabled()


def test_sum_is_keyed_in_and_ends_with_the_hash_key(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CALL)
    ring(page)
    key(page, "1")
    expect(page.locator(".call-sum")).to_have_text("輸入金額，再按 #")
    for one in "999":
        key(page, one)
    key(page, "*")
    expect(page.locator(".call-sum")).to_have_text("輸入金額，再按 #")
    key(page, "#")
    key(page, "1")
    expect(page.locator(".call-sum")).to_have_text("1")  # a choice has one digit
    for one in "00000":
        key(page, one)
    expect(page.locator(".call-sum")).to_have_text("NT$100,000")
    key(page, "#")
    expect(page.locator(".call-how")).to_have_text("通話結束。")
    assert pressed(server) == ["1", "100000"]


def test_call_by_keyboard_alone(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    tab_to(page, "#tab-app")
    page.keyboard.press("End")
    expect(page.locator("#tab-call")).to_be_focused()
    tab_to(page, ".call-button")
    page.keyboard.press("Enter")
    expect(page.locator(".call-title")).to_be_focused()
    expect(page.locator(".spoken")).to_have_count(1)
    page.keyboard.press("#")
    page.keyboard.press("1")
    expect(page.locator(".call-sum")).to_be_visible()
    page.keyboard.type("70001")
    page.keyboard.press("Backspace")
    page.keyboard.type("0#")
    expect(page.locator(".call-end")).to_be_focused()
    assert pressed(server) == ["1", "70000"]
    tab_to(page, "#pane-call .button.wide")
    page.keyboard.press("Enter")
    expect(page.locator(".call-title")).to_be_focused()
    expect(page.locator(".call-button")).to_be_visible()


def test_star_and_hash_say_nothing_where_a_key_is_asked_for(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CALL)
    ring(page)
    key(page, "*")
    key(page, "#")
    key(page, "2")
    expect(page.locator(".spoken").last).to_have_text(ZH["asked"])
    assert pressed(server) == ["2"]


def test_silence_is_an_answer_of_its_own(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CALL)
    ring(page)
    page.get_by_role("button", name="不出聲").click()
    expect(page.locator(".spoken").last).to_have_text(ZH["menu"])
    assert heard(page) == [ZH["menu"], ZH["again"], ZH["menu"]]
    assert pressed(server) == [""]


def test_one_key_is_sent_once_however_often_it_is_hit(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CALL)
    ring(page)
    held = holding(page)
    key(page, "2")
    key(page, "1")
    page.keyboard.press("1")
    page.get_by_role("button", name="不出聲").click(force=True)
    page.wait_for_function("document.querySelectorAll('.spoken.mine').length === 1")
    assert len(held) == 1
    held[0].continue_()
    expect(page.locator(".spoken").last).to_have_text(ZH["asked"])
    assert pressed(server) == ["2"]


def test_what_comes_after_he_hung_up_is_not_heard(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CALL)
    ring(page)
    held = holding(page)
    key(page, "2")
    page.get_by_role("button", name="掛斷").click()
    expect(page.locator(".call-how")).to_have_text("您掛斷了電話。")
    with page.expect_response("**/phone/calls/**"):
        held[0].continue_()
    expect(page.locator(".call-end")).to_be_focused()
    assert heard(page) == [ZH["menu"]]
    expect(page.locator(".keypad")).to_have_count(0)


@pytest.mark.parametrize("status", [404, 502])
def test_line_that_breaks_off_is_said_and_no_key_counts_twice(
    server: PageServer, open_page: Opener, status: int
) -> None:
    page = open_page(server.url + CALL)
    ring(page)
    server.phone.next_problem = PhoneProblemError(status, "the function did not answer")
    key(page, "2")
    expect(page.locator(".call-end")).to_contain_text("電話斷線了")
    expect(page.locator(".call-end")).to_contain_text("the function did not answer")
    assert pressed(server) == ["2"]
    page.get_by_role("button", name="再撥一次").click()
    ring(page)
    assert heard(page) == [ZH["menu"]]


def test_call_that_nobody_takes_is_said(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CALL)
    page.route("**/phone/calls", lambda route: route.abort())
    page.locator(".call-button").click()
    expect(page.locator(".call-how")).to_contain_text("電話斷線了")


@pytest.mark.parametrize(("lang", "locale"), [("en", "en"), ("vi", "en"), ("zh-TW", "zh-TW")])
def test_line_speaks_chinese_and_english(server: PageServer, open_page: Opener, lang: str, locale: str) -> None:
    page = open_page(f"{server.url}{CALL}&lang={lang}")
    expect(page.locator(".callers .hint")).to_have_count(0 if lang == locale else 1)
    ring(page)
    expect(page.locator(".spoken")).to_have_text(WORDS[locale]["menu"])
    expect(page.locator(".spoken")).to_have_attribute("lang", locale)
    assert server.phone.seen[0][1]["locale"] == locale


def test_another_person_begins_with_another_call(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CALL)
    ring(page)
    page.locator("input[name=person]").first.check(force=True)
    expect(page.locator(".call-button")).to_have_text("撥打")
    expect(page.locator(".spoken")).to_have_count(0)


def test_call_is_read_aloud_where_there_is_a_voice(server: PageServer, browser: Any) -> None:
    context = browser.new_context(viewport={"width": 1600, "height": 1000})
    context.add_init_script(VOICES)
    page = context.new_page()
    page.goto(server.url + CALL)
    ring(page)
    assert page.evaluate("spoken") == []
    page.get_by_role("button", name="唸出來").click()
    key(page, "2")
    expect(page.locator(".spoken").last).to_have_text(ZH["asked"])
    assert [one for one in page.evaluate("spoken") if one != "-"] == [ZH["menu"], ZH["asked"]]
    page.get_by_role("button", name="掛斷").click()
    assert page.evaluate("spoken").count("-") >= 3
    assert page.evaluate("spoken")[-1] == "-"
    context.close()


def test_without_a_voice_nothing_is_offered(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CALL)
    ring(page)
    expect(page.get_by_role("button", name="唸出來")).to_have_count(0)
