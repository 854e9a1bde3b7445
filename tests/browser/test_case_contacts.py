"""Staff and the contacts beside a case: who may be told, excluding one, what one said; and the texts that go out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from msgspec import structs
from playwright.sync_api import Locator, Page, expect

from safelight.domain.alert import AlertPurpose
from tests.browser.canned import ProblemError
from tests.browser.conftest import Opener
from tests.browser.page_server import PageServer
from tests.browser.steps import FOCUSED, TEACHER, ask
from tests.browser.test_page_access import TAGS

pytestmark = pytest.mark.browser
EXCLUDED = {
    "kind": "excluded",
    "at": "2026-03-02T03:00:00Z",
    "by": "staff",
    "who": "staff-7",
    "reason": "police_confirmed",
}
STANDINGS: tuple[dict[str, Any], ...] = (
    {"contact_id": "b", "standing": "newly_changed", "counts_from": "2026-03-11T13:45:00Z"},
    {"contact_id": "c", "standing": "expired", "valid_until": "2026-01-11T13:45:00Z"},
    {"contact_id": "d", "standing": "under_suspicion", "suspicions": ["payee", "number_changed"]},
    {"contact_id": "e", "standing": "unconfirmed", "state": "designated"},
    {"contact_id": "f", "standing": "excluded", "excluded": True, "history": [EXCLUDED]},
)
WORDS_OF = (
    ("剛指定，尚未生效", "3/11 21:45 起生效"),
    ("已到期", "2026年1月11日"),
    ("可能涉入，不通知", "款項匯入他的帳戶", "最近換過號碼"),
    ("尚未確認",),
    ("已排除",),
)


def posted(server: PageServer, path: str) -> list[dict[str, Any]]:
    return [body for method, to, body in server.insurer.seen if method == "POST" and to.endswith(path) and body]


def contacts(server: PageServer, open_page: Opener) -> tuple[Page, Locator]:
    page = open_page(server.url + TEACHER)
    ask(page)
    part = page.locator(".regard")
    expect(part).to_contain_text("可以通知")
    return page, part


def test_how_each_contact_stands_is_said_in_words(server: PageServer, open_page: Opener) -> None:
    server.insurer.regard_more = list(STANDINGS)
    _, part = contacts(server, open_page)
    rows = part.locator("ul > li:has(.tag)")
    expect(rows).to_have_count(1 + len(STANDINGS))
    for row, told in zip(rows.all()[1:], WORDS_OF, strict=True):
        for words in told:
            expect(row).to_contain_text(words)
    rows.last.locator("summary").click()
    expect(rows.last.locator("details")).to_contain_text("排除 · 同仁 staff-7 · 警方確認")


def test_a_contact_is_excluded_and_readmitted_by_keyboard(server: PageServer, open_page: Opener) -> None:
    page, part = contacts(server, open_page)
    part.get_by_role("button", name="排除").focus()
    page.keyboard.press("Enter")
    expect(part.get_by_role("form")).to_contain_text("不再傳簡訊")
    assert page.evaluate(FOCUSED, "#regard-ground"), "the form that opened has the focus"
    assert posted(server, "/staff/contacts") == [], "nothing happens before it is confirmed"
    part.get_by_label("依據").select_option("police_confirmed")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(part.locator(".tag")).to_have_text("已排除")
    expect(page.locator("#polite")).to_have_text("已排除。")
    expect(part.get_by_role("button", name="恢復")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(part.locator(".tag")).to_have_text("可以通知")
    said = posted(server, "/staff/contacts")
    assert [(one["excluded"], one["reason"]) for one in said] == [
        (True, "police_confirmed"),
        (False, "spoke_with_policyholder"),
    ]


def test_a_form_is_given_up_without_a_word_sent(server: PageServer, open_page: Opener) -> None:
    _, part = contacts(server, open_page)
    part.get_by_role("button", name="排除").click()
    part.get_by_role("button", name="取消").click()
    expect(part.get_by_role("form")).to_have_count(0)
    expect(part.get_by_role("button", name="排除")).to_be_focused()
    assert posted(server, "/staff/contacts") == []


def test_a_colleague_was_faster_and_what_stands_is_shown(server: PageServer, open_page: Opener) -> None:
    _, part = contacts(server, open_page)
    part.get_by_role("button", name="排除").click()
    server.insurer.excluded["of-demo-teacher"] = True
    server.insurer.next_problem = ProblemError(409, "changed_meanwhile")
    part.get_by_role("button", name="排除這位聯絡人").click()
    expect(part.get_by_role("alert")).to_have_text("其他同仁剛剛更新了這位聯絡人，以下是目前的狀況。")
    expect(part.locator(".tag")).to_have_text("已排除")
    expect(part.get_by_role("form")).to_have_count(0)


def test_a_cut_line_is_said_and_the_form_stays_to_send_the_same_again(server: PageServer, open_page: Opener) -> None:
    _, part = contacts(server, open_page)
    part.get_by_role("button", name="排除").click()
    part.get_by_label("依據").select_option("papers_seen")
    server.unreachable = "answer"
    part.get_by_role("button", name="排除這位聯絡人").click()
    expect(part.get_by_role("alert")).to_have_text("連線中斷了一下")
    server.unreachable = False
    part.get_by_role("button", name="排除這位聯絡人").click()
    expect(part.locator(".tag")).to_have_text("已排除")
    expect(part.get_by_role("alert")).to_have_count(0)
    first, again = posted(server, "/staff/contacts")
    assert first == again


def test_what_changes_elsewhere_is_shown_and_not_read_out(server: PageServer, open_page: Opener) -> None:
    page, part = contacts(server, open_page)
    expect(page.locator("#polite")).to_contain_text("聯絡人收到簡訊")  # the last that is said of a new case
    before = page.locator("#polite").inner_text()
    server.insurer.regard = {"standing": "under_suspicion", "suspicions": ["beside"]}
    expect(part).to_contain_text("有人看到他在保戶身邊")
    assert page.locator("#polite").inner_text() == before


@pytest.mark.parametrize(
    ("sure", "result"), [(True, "身分已查證"), (False, "身分未查證：案件不會變動")], ids=["verified", "unverified"]
)
def test_what_a_contact_said_is_taken_down(server: PageServer, open_page: Opener, sure: bool, result: str) -> None:
    page, part = contacts(server, open_page)
    part.get_by_role("button", name="記錄回覆").click()
    expect(part.get_by_role("button", name="記下回覆")).to_be_disabled()
    expect(part.get_by_role("checkbox")).not_to_be_checked()
    part.get_by_role("radio").nth(1).check()
    part.get_by_role("checkbox").set_checked(sure)
    part.get_by_role("button", name="記下回覆").click()
    expect(part.locator(".news")).to_contain_text(result)
    expect(page.locator("#polite")).to_contain_text(result)
    expect(part.get_by_role("button", name="記錄回覆")).to_be_focused()
    assert posted(server, "/contact-reply") == [{"contact_id": "of-demo-teacher", "word": "worried", "verified": sure}]


def test_a_word_begun_beside_one_case_is_not_taken_down_for_another(server: PageServer, open_page: Opener) -> None:
    page, part = contacts(server, open_page)
    (case,) = server.insurer.cases.values()
    request = structs.replace(case.request, request_id="another")
    server.insurer.cases["another"] = replace(case, request=request, opened_at=case.opened_at - timedelta(hours=1))
    expect(page.locator(".case-row")).to_have_count(2)
    part.get_by_role("button", name="記錄回覆").click()
    part.get_by_role("radio").first.check()
    page.locator(".case-row").nth(1).click()
    expect(page.locator("article.case")).to_have_attribute("data-key", "caseanother")
    expect(part.get_by_role("button", name="記錄回覆")).to_be_visible()
    expect(part.get_by_role("form")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["zh-TW", "en"])
def test_axe_finds_nothing_in_contacts_and_texts(
    server: PageServer, open_page: Opener, scheme: str, locale: str
) -> None:
    server.insurer.regard_more = list(STANDINGS)
    page = open_page(f"{server.url}{TEACHER}&lang={locale}", color_scheme=scheme, bypass_csp=True)
    ask(page)
    page.locator(".regard-actions .button").nth(1).click()
    expect(page.locator(".regard-form")).to_be_visible()
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert found.violations_count == 0, found.generate_report()
    page.locator("input[name=board-tab][value=texts]").check(force=True)
    expect(page.locator(".preview").first).to_be_visible()
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_contacts_and_texts_are_never_cut_off_at_the_side(server: PageServer, open_page: Opener, width: int) -> None:
    server.insurer.regard_more = list(STANDINGS)
    page = open_page(f"{server.url}{TEACHER}&lang=en", width=width, height=800)
    ask(page)
    page.locator(".regard-actions .button").nth(1).click()
    wider = "selector => [...document.querySelectorAll(selector)].filter(e => e.scrollWidth > e.clientWidth + 1).length"
    assert page.evaluate(wider, "article.case, article.case section, .regard li, html") == 0
    page.locator("input[name=board-tab][value=texts]").check(force=True)
    expect(page.locator(".preview").first).to_be_visible()
    assert page.evaluate(wider, ".previews, .preview, html") == 0


def test_the_form_that_opens_is_not_behind_the_verdict(server: PageServer, open_page: Opener) -> None:
    server.insurer.regard_more = list(STANDINGS)
    page = open_page(f"{server.url}{TEACHER}&view=all", width=1280, height=800)
    ask(page)
    page.goto(f"{server.url}{TEACHER}&view=staff")
    page.locator(".regard-actions .button").last.focus()
    page.keyboard.press("Enter")
    send, verdict = page.locator(".regard-form [type=submit]"), page.locator(".verdict")
    expect(send).to_be_visible()
    lowest, highest = send.bounding_box(), verdict.bounding_box()
    assert lowest is not None
    assert highest is not None
    assert lowest["y"] + lowest["height"] <= highest["y"] + 1


def test_texts_are_read_once_and_with_their_measure(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    page.locator("input[name=board-tab][value=tasks]").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".preview").first).to_contain_text("70 個字中的")
    shown = page.locator(".previews")
    shown.get_by_label("語言").select_option(label="English")
    expect(shown).to_contain_text("Surprised?")
    page.wait_for_timeout(2_500)  # the board has asked again by then
    assert [path for _, path, _ in server.insurer.seen].count("/v1/staff/texts") == 2


@pytest.mark.parametrize("locale", ["zh-TW", "en", "vi", "id", "th"])
def test_every_text_is_shown_in_each_language(server: PageServer, open_page: Opener, locale: str) -> None:
    page = open_page(server.url + TEACHER)
    page.get_by_label("簡訊範例").check()
    shown = page.locator(".previews")
    shown.get_by_label("語言").select_option(
        label={"zh-TW": "中文", "en": "English", "vi": "Tiếng Việt", "id": "Indonesia", "th": "ไทย"}[locale]
    )
    texts = shown.locator(f".sms-preview[lang={locale}]")
    expect(texts).to_have_count(len(AlertPurpose))
    expect(shown).to_contain_text("範例末三碼")
    for text in texts.all_inner_texts():
        assert "345" in text
        assert "安心人壽" in text
