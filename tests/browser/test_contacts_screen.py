"""The policyholder's contacts on his phone: until when they count, another year, in which order, and whose he is."""

from datetime import timedelta

from playwright.sync_api import Locator, Page, expect

from tests.browser.canned import CODE
from tests.browser.conftest import Opener
from tests.browser.page_server import PageServer

PHONE = "#policyholder"
TEACHER = "?person=demo-teacher"


def open_contacts(page: Page) -> None:
    page.locator(f"{PHONE} .card .button").last.click()
    expect(page.locator("#phone")).to_be_visible()


def designate(page: Page, number: str) -> Locator:
    page.locator("#phone").fill(number)
    page.locator(f"{PHONE} form input[type=checkbox]").check()
    page.locator(f"{PHONE} .button.wide").click()
    card = page.locator(f"{PHONE} li.card").filter(has_text=number[-3:])
    expect(card).to_be_visible()
    return card


def confirm(card: Locator) -> None:
    card.locator("input").fill(CODE)
    card.locator("button[type=submit]").click()
    expect(card).to_contain_text("已確認")


def test_a_contact_says_from_when_and_until_when_he_counts(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    open_contacts(page)
    card = designate(page, "0912345678")
    expect(card).to_contain_text("等待確認")
    expect(card).not_to_contain_text("有效至")
    confirm(card)
    expect(card).to_contain_text("起生效")
    expect(card).to_contain_text("有效至")
    expect(card.get_by_role("button", name="再確認一年")).to_have_count(0)


def test_in_his_last_month_he_is_asked_again_by_keyboard(server: PageServer, open_page: Opener) -> None:
    server.insurer.valid_for = timedelta(days=20)
    page = open_page(server.url + TEACHER)
    open_contacts(page)
    card = designate(page, "0912345678")
    confirm(card)
    renew = card.get_by_role("button", name="再確認一年")
    renew.focus()
    page.keyboard.press("Enter")
    expect(card).to_contain_text("在那之前一切照舊")
    expect(renew).to_have_count(0)
    card.locator("input").fill(CODE)
    page.keyboard.press("Enter")
    expect(card.locator("input")).to_have_count(0)
    expect(page.locator(f"{PHONE} .news")).to_have_text("已確認，謝謝您。")


def test_of_two_one_says_who_is_told_first_or_that_all_are(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    open_contacts(page)
    designate(page, "0912345678")
    expect(page.get_by_label("全部通知")).to_have_count(0)
    second = designate(page, "0912345999")
    cards = page.locator(f"{PHONE} li.card")
    expect(cards.first).to_contain_text("678")
    second.get_by_role("button", name="提前通知這位").click()
    expect(cards.first).to_contain_text("999")
    page.get_by_label("全部通知").check()
    expect(page.locator(f"{PHONE} .news")).to_have_text("已儲存。")
    expect(page.get_by_label("全部通知")).to_be_checked()
    expect(page.get_by_role("button", name="提前通知這位")).to_have_count(0)


def test_who_is_a_contact_himself_can_end_it(server: PageServer, open_page: Opener) -> None:
    server.insurer.contact_of.append("demo-teacher")
    page = open_page(server.url + TEACHER)
    open_contacts(page)
    mine = page.locator(f"{PHONE} li.card").filter(has_text="有人指定您為聯絡人")
    mine.get_by_role("button", name="取消指定").click()
    mine.get_by_role("button", name="確定取消").click()
    expect(mine).to_have_count(0)
    expect(page.locator(f"{PHONE} .news")).to_have_text("您已不再是這位的聯絡人。")


def test_a_contact_may_have_hours_of_his_own(server: PageServer, open_page: Opener) -> None:
    page = open_page(server.url + TEACHER)
    open_contacts(page)
    expect(page.locator("input[type=time]")).to_have_count(0)
    page.get_by_label("這段時間請勿傳送").check()
    page.locator("input[type=time]").first.fill("21:30")
    page.locator("input[type=time]").last.fill("06:15")
    card = designate(page, "0912345678")
    expect(card).to_contain_text("21:30–06:15")
    page.get_by_label("任何時間都可以").check()
    expect(designate(page, "0912345999")).to_contain_text("任何時間都可以")
    page.get_by_label("依照一般時段").check()
    expect(designate(page, "0912345777")).not_to_contain_text("任何時間都可以")
