"""safelight.js: what a page sees of a session, with consent only, counts and durations only."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.embedding import Embedding

pytestmark = pytest.mark.browser

ACCOUNT, AMOUNT = "990011223344", "2600001"
FORM = """
  <input id="account" data-safelight="account"><input id="amount" data-safelight="amount"><input id="other">
  <button type="button" id="look" data-safelight="value"><b>look</b></button>
"""
QUIET = {"advice": "nothing", "message": None, "story": None, "pause_s": 0, "discreet": False, "kept": True}
LATER_MS = 10_000


class Api:
    """Stands in for the signals' address: what it got, and what it answers."""

    def __init__(self, page: Page) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.urls: list[str] = []
        self.answers: list[tuple[int, dict[str, Any]]] = []
        self.down = False
        self.refused = 0
        self._page = page
        page.route("**/v1/sessions/**", self._answer)

    def _answer(self, route: Route) -> None:
        if self.down:
            self.refused += 1
            route.abort()
            return
        self.urls.append(route.request.url)
        self.bodies.append(json.loads(route.request.post_data or "{}"))
        status, document = self.answers.pop(0) if self.answers else (200, QUIET)
        route.fulfill(status=status, json=document)

    def later(self, ms: int = LATER_MS) -> None:
        """Time passes, in steps that let each answer arrive."""
        for _ in range(ms // 1000):
            self._page.clock.run_for(1_000)
            self._page.evaluate("fetch('/insurer/page')")


def prompts(page: Page, least: int) -> list[dict[str, Any]]:
    """What the page was handed, once there are so many or nothing more can come."""
    for _ in range(20):
        found: list[dict[str, Any]] = page.evaluate("prompts")
        if len(found) >= least:
            break
        page.evaluate("fetch('/insurer/page')")  # an answer that is on its way arrives before this one's
    return found


@pytest.fixture
def page(embedding: Embedding) -> Page:
    page = embedding.open(FORM, clock=True)
    page.wait_for_function("globalThis.safelight")
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    page.evaluate(
        """() => {
          globalThis.prompts = [];
          safelight.addEventListener('prompt', event => prompts.push(event.detail));
          safelight.start({ endpoint: '/api/', token: 't', sessionId: 'session-1', locale: 'th' });
        }"""
    )
    return page


@pytest.fixture
def api(page: Page) -> Api:
    return Api(page)


def _consent(page: Page, given: bool) -> None:
    page.evaluate("given => (safelight.consent = given)", given)


def _paste(page: Page, selector: str) -> None:
    page.locator(selector).evaluate(
        """(field, text) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData('text/plain', text);
          field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, composed: true }));
          field.value = text;
        }""",
        ACCOUNT,
    )


def _busy(page: Page) -> None:
    """Everything that can be seen, once or more."""
    _paste(page, "#account")
    for amount in (AMOUNT, "2", AMOUNT):
        page.locator("#amount").fill(amount)
        page.locator("#amount").blur()
    page.locator("#look b").click()
    page.locator("#look").click()


def test_nothing_is_sent_or_counted_before_consent(page: Page, api: Api) -> None:
    _busy(page)
    assert page.evaluate("safelight.note({ on_call: true })") is False
    api.later()
    assert api.bodies == []
    assert page.evaluate("safelight.signals") == {}
    _consent(page, True)
    api.later()
    [body] = api.bodies
    assert "on_call" not in body
    assert (body["account_pasted"], body["amount_edits"], body["value_lookups"]) == (False, 0, 0)


def test_counts_and_durations_are_sent_together(page: Page, api: Api) -> None:
    _consent(page, True)
    _busy(page)
    api.later(45_000)
    body = api.bodies[-1]
    assert (body["account_pasted"], body["amount_edits"], body["value_lookups"]) == (True, 3, 2)
    assert 30 <= body["seconds_on_form"] <= 45
    assert 30 <= body["longest_pause_s"] <= 45
    assert len(api.bodies) == 2
    assert api.urls[0].endswith("/v1/sessions/session-1/signals?locale=th")


def test_paste_elsewhere_and_other_fields_count_for_nothing(page: Page, api: Api) -> None:
    _consent(page, True)
    _paste(page, "#other")
    page.locator("#other").fill("x")
    page.locator("#other").blur()
    api.later()
    assert (api.bodies[-1]["account_pasted"], api.bodies[-1]["amount_edits"]) == (False, 0)


def test_what_stands_in_a_field_is_never_sent(page: Page, api: Api) -> None:
    _consent(page, True)
    _busy(page)
    page.evaluate("text => safelight.note({ on_call: true, screen_shared: text, typed: text })", ACCOUNT)
    api.later()
    said = json.dumps(api.bodies) + "".join(api.urls)
    assert api.bodies
    assert ACCOUNT not in said
    assert AMOUNT not in said
    assert all(isinstance(value, bool | int | float) for body in api.bodies for value in body.values())


def test_silence_is_the_longest_and_not_the_last(page: Page, api: Api) -> None:
    _consent(page, True)
    api.later(8_000)
    page.keyboard.press("Tab")
    page.clock.run_for(2_000)
    page.locator("#look").click()
    api.later(5_000)
    assert 8 <= api.bodies[-1]["longest_pause_s"] < 11


def test_what_an_app_adds_is_sent_at_once_and_may_bring_a_prompt(page: Page, api: Api) -> None:
    _consent(page, True)
    said = QUIET | {"advice": "prompt", "message": "慢慢來就好。"}
    api.answers = [(200, said)]
    assert page.evaluate("safelight.note({ on_call: true, accessibility_service: true })") is True
    api.later(1_000)
    assert api.bodies[0]["on_call"] is True
    assert api.bodies[0]["accessibility_service"] is True
    assert prompts(page, 1) == [said]
    assert page.evaluate("'accessibility_service' in safelight.signals") is False
    assert page.evaluate("safelight.signals.on_call") is True


def test_end_of_discretion_is_handed_on_without_a_message(page: Page, api: Api) -> None:
    _consent(page, True)
    api.answers = [(200, QUIET | {"discreet": True}), (200, QUIET), (200, QUIET)]
    for on_call in (True, False, False):
        page.evaluate("on_call => safelight.note({ on_call })", on_call)
        api.later(2_000)
    assert [one["discreet"] for one in prompts(page, 2)] == [True, False]


def test_lost_line_costs_old_signals_and_piles_up_nothing(page: Page, api: Api) -> None:
    _consent(page, True)
    api.down = True
    for _ in range(6):
        page.evaluate("safelight.note({ on_call: true })")
        page.locator("#look").click()
        api.later(5_000)
    assert api.refused > 1
    api.down = False
    page.evaluate("safelight.note({ on_call: false })")
    api.later(20_000)
    assert len(api.bodies) == 1
    assert (api.bodies[0]["on_call"], api.bodies[0]["value_lookups"]) == (False, 6)


def test_signals_that_could_not_be_kept_are_sent_again(page: Page, api: Api) -> None:
    _consent(page, True)
    api.answers = [(200, QUIET | {"kept": False})]
    page.evaluate("safelight.note({ on_call: true })")
    api.later(20_000)
    assert [body["on_call"] for body in api.bodies] == [True, True]
    assert api.bodies[1]["sequence"] > api.bodies[0]["sequence"]


def test_signal_that_the_api_does_not_know_is_left_out_from_then_on(page: Page, api: Api) -> None:
    _consent(page, True)
    unknown = [{"field": name, "reason": "unexpected_keyword_argument"} for name in ("longest_pause_s", "sequence")]
    api.answers = [(422, {"title": "x", "status": 422, "detail": "body", "errors": unknown})]
    page.evaluate("safelight.note({ on_call: true })")
    api.later(3_000)
    first, second = api.bodies
    assert first.keys() - second.keys() == {"longest_pause_s", "sequence"}
    assert second["on_call"] is True


def test_withdrawn_consent_forgets_and_ends_everything(page: Page, api: Api) -> None:
    _consent(page, True)
    page.evaluate("safelight.note({ on_call: true })")
    api.later(2_000)
    before = len(api.bodies)
    assert before == 1
    _busy(page)
    _consent(page, False)
    _busy(page)
    api.later(30_000)
    assert len(api.bodies) == before
    assert page.evaluate("safelight.signals") == {}
    _consent(page, True)
    api.later()
    assert "on_call" not in api.bodies[-1]
    assert api.bodies[-1]["value_lookups"] == 0


def test_answer_to_what_was_withdrawn_is_not_heard(page: Page, api: Api) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/v1/sessions/**", hold)
    _consent(page, True)
    with page.expect_request("**/v1/sessions/**"):
        page.evaluate("safelight.note({ on_call: true })")
        page.clock.run_for(10)
    _consent(page, False)
    held[0].fulfill(json=QUIET | {"message": "late"})
    expect(page.locator("#look")).to_be_visible()
    page.evaluate("fetch('/insurer/page')")
    assert page.evaluate("prompts") == []
