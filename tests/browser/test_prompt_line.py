"""<safelight-prompt> and its line to the API: no answer is lost, none counts twice."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from safelight.domain.caring import questions
from tests.browser.canned import ProblemError
from tests.browser.embedding import REQUEST_ID, TOKEN, Embedding, answers, request
from tests.browser.page_server import PageServer
from tests.browser.test_prompt import SEND

pytestmark = pytest.mark.browser

FIRST = {"answers": [{"question_id": "q1", "choice_id": "c2"}]}
KEPT = f"safelight.answers.{REQUEST_ID}"


def _answer(page: Page) -> None:
    page.locator("safelight-prompt input").nth(1).check()
    page.locator(SEND).click()


def _stored(page: Page) -> dict[str, str]:
    stored: dict[str, str] = page.evaluate("({ ...sessionStorage })")
    return stored


def _second(page: Page) -> None:
    expect(page.locator(".prompt-progress")).to_have_text("第 2 題")
    assert _stored(page) == {}


@pytest.mark.parametrize("cut", [True, "answer"], ids=["before it was heard", "after it was heard"])
def test_answer_outlives_a_lost_line_and_is_sent_again_by_itself(
    embedding: Embedding, server: PageServer, cut: bool | str
) -> None:
    request(server)
    page = embedding.open()
    sent: list[Any] = []
    page.on("request", lambda r: sent.append(r.post_data) if r.url.endswith("/answers") else None)
    expect(page.locator(".prompt-question")).to_be_visible()
    server.unreachable = cut
    _answer(page)
    expect(page.locator("safelight-prompt .prompt-line")).to_contain_text("連上網路後會立刻送出")
    server.unreachable = False
    _second(page)
    assert len(sent) > 1
    assert len(set(sent)) == 1
    assert answers(server)[-1] == FIRST
    assert len(server.insurer.cases[REQUEST_ID].answers) == 1


def test_answer_is_sent_as_soon_as_the_network_is_back(embedding: Embedding, server: PageServer) -> None:
    """With the clock stopped, only the browser's own word can make it try again."""
    request(server)
    page = embedding.open(clock=True)
    expect(page.locator(".prompt-question")).to_be_visible()
    page.context.set_offline(True)
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    _answer(page)
    expect(page.locator("safelight-prompt .prompt-line")).to_contain_text("目前沒有網路")
    page.context.set_offline(False)
    _second(page)


def test_waits_grow_while_nobody_answers(embedding: Embedding, server: PageServer) -> None:
    request(server)
    page = embedding.open(clock=True)
    tries: list[str] = []
    expect(page.locator(".prompt-question")).to_be_visible()
    server.unreachable = True
    _answer(page)
    expect(page.locator("safelight-prompt .prompt-line .button")).to_be_visible()
    page.on("requestfailed", lambda one: tries.append(one.url))
    for _ in range(60):
        page.clock.run_for(2_000)
        page.evaluate("new Promise(done => requestAnimationFrame(done))")
    assert 4 <= len(tries) <= 9


def test_answer_outlives_a_reload(embedding: Embedding, server: PageServer) -> None:
    request(server)
    page = embedding.open()
    expect(page.locator(".prompt-question")).to_be_visible()
    server.unreachable = True
    _answer(page)
    expect(page.locator("safelight-prompt .prompt-line .button")).to_be_visible()
    stored = _stored(page)
    assert stored.keys() == {KEPT}
    assert TOKEN not in str(stored)
    page.reload()
    expect(page.locator("safelight-prompt .prompt-line")).to_contain_text("您的回答已經保留")
    assert answers(server) == []
    server.unreachable = False
    page.get_by_role("button", name="重試").click()
    _second(page)
    assert answers(server) == [FIRST]


def test_answer_that_was_heard_is_forgotten_when_a_reply_says_so(embedding: Embedding, server: PageServer) -> None:
    request(server)
    page = embedding.open()
    expect(page.locator(".prompt-question")).to_be_visible()
    server.unreachable = "answer"
    _answer(page)
    expect(page.locator("safelight-prompt .prompt-line .button")).to_be_visible()
    before = len(answers(server))
    page.evaluate("document.querySelector('safelight-prompt').remove()")
    server.unreachable = False
    reply = server.insurer._view(server.insurer.cases[REQUEST_ID])
    page.evaluate(
        """reply => {
          const prompt = document.createElement('safelight-prompt');
          document.querySelector('main').append(prompt);
          prompt.reply = reply;
        }""",
        reply,
    )
    expect(page.locator(".prompt-progress")).to_have_text("第 2 題")
    assert _stored(page) == {}
    assert len(answers(server)) == before


@pytest.mark.parametrize("status", [401, 403])
def test_answer_waits_for_the_next_token(embedding: Embedding, server: PageServer, status: int) -> None:
    request(server)
    page = embedding.open()
    expect(page.locator(".prompt-question")).to_be_visible()
    server.insurer.next_problem = ProblemError(status, "expired")
    _answer(page)
    expect(page.locator("safelight-prompt .prompt-line")).to_contain_text("請重新登入")
    assert KEPT in _stored(page)
    page.evaluate("document.querySelector('safelight-prompt').token = ''")
    page.evaluate("token => (document.querySelector('safelight-prompt').token = token)", TOKEN)
    _second(page)


def test_conflict_shows_how_the_request_stands(embedding: Embedding, server: PageServer) -> None:
    request(server)
    page = embedding.open()
    expect(page.locator(".prompt-question")).to_be_visible()
    other = server.insurer.cases[REQUEST_ID]
    other.answers[other.asked[0]] = questions()[other.asked[0]].shown[0]
    other.ask_next()
    server.insurer.next_problem = ProblemError(409, "already_answered")
    _answer(page)
    _second(page)


def test_refused_answer_is_said_and_not_sent_for_ever(embedding: Embedding, server: PageServer) -> None:
    request(server)
    page = embedding.open()
    expect(page.locator(".prompt-question")).to_be_visible()
    page.evaluate(
        "document.querySelector('safelight-prompt').addEventListener('problem', e => (globalThis.problem = e.detail))"
    )
    server.insurer.next_problem = ProblemError(
        422, "unknown_choice", [{"field": "choice_id", "reason": "unknown_choice"}]
    )
    _answer(page)
    expect(page.locator("safelight-prompt .prompt-line")).to_contain_text("請再看一下")
    assert page.evaluate("problem.status") == 422
    assert _stored(page) == {}
    page.locator(SEND).click()
    _second(page)


def test_page_without_storage_still_sends_again(embedding: Embedding, server: PageServer) -> None:
    request(server)
    page = embedding.open(
        script="Object.defineProperty(globalThis, 'sessionStorage', { get() { throw new DOMException('no') } })"
    )
    expect(page.locator(".prompt-question")).to_be_visible()
    server.unreachable = True
    _answer(page)
    expect(page.locator("safelight-prompt .prompt-line .button")).to_be_visible()
    server.unreachable = False
    expect(page.locator(".prompt-progress")).to_have_text("第 2 題")
    assert answers(server) == [FIRST]


def test_prompt_that_is_taken_away_asks_nothing_more(embedding: Embedding, server: PageServer) -> None:
    request(server)
    page = embedding.open(clock=True)
    expect(page.locator(".prompt-question")).to_be_visible()
    server.unreachable = True
    _answer(page)
    expect(page.locator("safelight-prompt .prompt-line .button")).to_be_visible()
    page.evaluate("document.querySelector('safelight-prompt').remove()")
    server.unreachable = False
    page.clock.run_for(120_000)
    page.evaluate("dispatchEvent(new Event('online'))")
    for _ in range(5):
        page.evaluate("fetch('/config.json')")
    assert answers(server) == []
    assert KEPT in _stored(page)
