"""The chat pane, with the conversation engine itself behind it: what is asked, what is sent, what a lost line does."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canned import ProblemError
from tests.browser.conftest import Opener
from tests.browser.page_server import PageServer
from tests.browser.steps import TEACHER, tab_to

pytestmark = pytest.mark.browser

STEERED = "我想解約，檢察官說我的帳戶被監管"
ORDINARY = "我想借十萬元修屋頂"
CHAT = TEACHER + "&pane=chat"
THEIRS = ".chat-log .bubble.theirs"


def turns(server: PageServer) -> list[dict[str, Any]]:
    """The bodies of every turn that reached the insurer."""
    return [body for _, path, body in server.insurer.seen if path == "/v1/chat/turns" and body]


def write(page: Page, text: str) -> None:
    page.locator("#chat-text").fill(text)
    page.locator(".chat-send").click(force=True)


def test_one_who_writes_of_a_prosecutor_is_asked_and_not_sent_to_a_form(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CHAT)
    write(page, STEERED)
    expect(page.locator(".bubble.mine")).to_contain_text(STEERED)
    expect(page.locator(THEIRS).last).to_contain_text("？")
    expect(page.locator(".chat-choice")).not_to_have_count(0)
    first = page.locator(THEIRS).last.inner_text()
    chosen = page.locator(".chat-choice").nth(1).inner_text()
    page.locator(".chat-choice").nth(1).click()
    expect(page.locator(".bubble.mine").last).to_contain_text(chosen.split("\n")[-1])
    expect(page.locator(THEIRS).last).not_to_have_text(first)
    written, pressed = turns(server)
    assert written["text"] == STEERED
    assert "pressed" not in written
    assert pressed["pressed"].endswith(":2")
    assert "text" not in pressed
    assert written["chat_id"] == pressed["chat_id"]
    assert written["turn_id"] != pressed["turn_id"]


def test_choices_are_buttons_and_not_said_twice(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CHAT)
    write(page, "你好")
    choices = page.locator(".chat-choice")
    expect(choices).to_have_count(6)
    expect(choices.first).to_contain_text("保單借款")
    assert "保單借款" not in page.locator(THEIRS).last.inner_text()


def test_a_place_may_be_typed_instead_of_pressed(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CHAT)
    write(page, "你好")
    expect(page.locator(".chat-choice")).to_have_count(6)
    write(page, "1")
    expect(page.locator(THEIRS).last).to_contain_text("多少金額")
    expect(page.locator(".chat-choice")).to_have_count(0)


@pytest.mark.parametrize("cut", [True, "answer"])
def test_a_turn_that_was_lost_is_sent_again_as_the_same_turn(
    server: PageServer, open_page: Opener, cut: bool | str
) -> None:
    page = open_page(server.url + CHAT)
    server.unreachable = cut
    write(page, STEERED)
    expect(page.locator(".chat-lost")).to_be_visible()
    expect(page.locator(".bubble.mine")).to_have_count(1)
    server.unreachable = False
    page.locator(".chat-lost").get_by_role("button", name="重試").click()
    expect(page.locator(".chat-choice")).not_to_have_count(0)
    expect(page.locator(".chat-lost")).to_have_count(0)
    expect(page.locator(".bubble.mine")).to_have_count(1)
    sent = turns(server)
    assert all(one == sent[0] for one in sent)
    assert len(server.insurer.chat.world.store.cases) == 1
    page.locator(".chat-choice").first.click()
    expect(page.locator(".bubble.mine")).to_have_count(2)
    expect(page.locator(".typing")).to_have_count(0)
    assert turns(server)[-1]["turn_id"] != sent[0]["turn_id"]


def test_a_lost_turn_goes_out_by_itself_when_the_line_is_back(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CHAT)
    server.unreachable = True
    write(page, STEERED)
    expect(page.locator(".chat-lost")).to_be_visible()
    server.unreachable = False
    expect(page.locator(".chat-choice")).not_to_have_count(0)


def test_nothing_else_can_be_sent_while_a_turn_waits(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CHAT)
    server.unreachable = True
    write(page, STEERED)
    expect(page.locator(".chat-lost")).to_be_visible()
    write(page, "第二句")
    expect(page.locator(".bubble.mine")).to_have_count(1)
    expect(page.locator("#chat-text")).to_have_value("第二句")


def test_words_that_are_refused_are_back_in_the_box(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CHAT)
    server.insurer.next_problem = ProblemError(401, "unauthorized")
    write(page, ORDINARY)
    expect(page.locator(".chat-log [role=alert]")).to_contain_text("登入時間已過")
    expect(page.locator("#chat-text")).to_have_value(ORDINARY)
    expect(page.locator(".bubble.mine")).to_have_count(0)


def test_end_is_said_and_another_conversation_is_another(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CHAT)
    write(page, ORDINARY)
    expect(page.locator(".chat-over")).to_be_visible()
    page.get_by_role("button", name="重新開始").click()
    expect(page.locator(".chat-over")).to_have_count(0)
    expect(page.locator(".bubble")).to_have_count(1)
    write(page, "你好")
    expect(page.locator(".chat-choice")).to_have_count(6)
    first, second = turns(server)
    assert first["chat_id"] != second["chat_id"]


def test_answer_for_one_person_is_not_shown_to_the_next(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CHAT)
    server.unreachable = True
    write(page, STEERED)
    expect(page.locator(".chat-lost")).to_be_visible()
    page.locator("input[name=person]").first.check(force=True)
    server.unreachable = False
    page.evaluate("dispatchEvent(new Event('online'))")  # what was waiting for the line would go out now
    expect(page.locator(".bubble")).to_have_count(1)
    write(page, "你好")
    expect(page.locator(".chat-choice")).to_have_count(6)
    assert [turn["text"] for turn in turns(server)] == ["你好"]


@pytest.mark.parametrize(
    ("locale", "own_name"), [("en", "English"), ("vi", "Tiếng Việt"), ("id", "Indonesia"), ("th", "ไทย")]
)
def test_chat_speaks_the_language_of_the_page_and_asks_the_steered_in_it(
    server: PageServer, open_page: Opener, locale: str, own_name: str
) -> None:
    page = open_page(server.url + CHAT)
    page.get_by_role("button", name=own_name).click()
    page.locator(".examples button").first.click()
    expect(page.locator("#chat-text")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".chat-choice")).not_to_have_count(0)
    expect(page.locator(THEIRS).last).to_have_attribute("lang", locale)
    assert turns(server)[0]["locale"] == locale
    (case,) = server.insurer.chat.world.store.cases.values()
    assert case.unanswered
    said = page.locator(".chat-pane").inner_text()
    assert re.search(r"[\u4e00-\u9fff]", said) is None


def test_the_ordinary_example_is_understood_in_every_language(server: PageServer, open_page: Opener) -> None:
    for number, locale in enumerate(("zh-TW", "en", "vi", "id", "th"), 1):
        page = open_page(f"{server.url}{CHAT}&lang={locale}")
        page.locator(".examples button").last.click()
        page.keyboard.press("Enter")
        expect(page.locator(".chat-over")).to_be_visible()
        assert len(server.insurer.chat.world.store.cases) == number
    assert {case.request.amount_twd for case in server.insurer.chat.world.store.cases.values()} == {100_000}


def test_conversation_by_keyboard_alone(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    tab_to(page, "#tab-app")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-chat")).to_be_focused()
    tab_to(page, "#chat-text")
    page.keyboard.type("你好")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("我想解約")
    page.keyboard.press("Enter")
    expect(page.locator(".chat-over, .chat-choice").first).to_be_visible()
    assert turns(server)[0]["text"] == "你好\n我想解約"


def test_focus_stays_in_the_conversation_when_a_choice_was_taken(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CHAT)
    write(page, STEERED)
    tab_to(page, ".chat-choice:nth-child(2)")
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.mine")).to_have_count(2)
    expect(page.get_by_role("log")).to_be_focused()
    expect(page.locator(".chat-choice").first).to_be_visible()  # the answer came
    page.keyboard.press("Tab")
    expect(page.locator(".chat-choice").first).to_be_focused()


def test_enter_that_composes_a_character_sends_nothing(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CHAT)
    page.locator("#chat-text").fill("我想")
    page.locator("#chat-text").evaluate(
        "box => box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }))"
    )
    expect(page.locator("#chat-text")).to_have_value("我想")
    expect(page.locator(".bubble.mine")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.mine")).to_have_count(1)


def test_what_is_written_is_text_and_never_markup(server: PageServer, open_page: Opener) -> None:
    attack = "<img src=x onerror=\"document.title='owned'\">"
    page = open_page(server.url + CHAT)
    write(page, attack)
    expect(page.locator(".bubble.mine p")).to_have_text(attack)
    expect(page.locator(".chat-choice")).not_to_have_count(0)
    assert page.locator("main img").count() == 0
    assert page.title() != "owned"


def test_newest_words_are_in_sight(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CHAT + "&lang=id", height=760)
    page.locator(".examples button").first.click()
    page.keyboard.press("Enter")
    expect(page.locator(".chat-choice").first).to_be_attached()
    page.keyboard.type("2\n")  # no pointer that would scroll to what it presses
    expect(page.locator(".bubble.mine")).to_have_count(2)
    expect(page.locator(".chat-choice, .chat-over").first).to_be_attached()
    top, scrolled, height = page.evaluate(
        """() => {
          const log = document.querySelector('.chat-log');
          return [[...log.querySelectorAll('.mine')].at(-1).offsetTop, log.scrollTop, log.clientHeight];
        }"""
    )
    assert height < top
    assert scrolled <= top < scrolled + height


def test_what_was_said_is_covered_as_soon_as_somebody_may_read_along(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + CHAT)
    write(page, STEERED)
    expect(page.locator(".chat-choice")).not_to_have_count(0)
    page.locator("#pane-chat").get_by_role("switch", name="螢幕分享中").click(force=True)
    expect(page.locator(".bubble.mine")).to_have_count(0)
    expect(page.locator(".chat-choice")).to_have_count(0)
    told = [(path, body) for _, path, body in server.insurer.seen if path.endswith("/signals") and body]
    assert {path.split("/")[3] for path, _ in told} == {turns(server)[0]["session_id"]}
    assert told[-1][1]["screen_shared"] is True
