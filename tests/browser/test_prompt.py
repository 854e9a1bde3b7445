"""<safelight-prompt> alone, on an insurer's page: asks, waits, is read aloud, tells nothing to who listens."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from safelight.domain.caring import questions, texts
from safelight.domain.request import Locale
from tests.browser.embedding import REQUEST_ID, Embedding, answers, request
from tests.browser.page_server import PageServer
from tests.browser.steps import gone, tab_to
from tests.browser.test_page_access import SMALLEST_PX, TAGS

pytestmark = pytest.mark.browser

SEND = "safelight-prompt button[type=submit]"
PAUSE_S = 60
VOICES = """
  const spoken = globalThis.spoken = [];
  globalThis.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  Object.defineProperty(globalThis, 'speechSynthesis', { value: {
    getVoices: () => LANGS.map(lang => ({ lang })),
    addEventListener: () => {}, removeEventListener: () => {},
    speak: one => spoken.push([one.text, one.lang, one.voice?.lang]),
    cancel: () => spoken.push('cancel'),
  }});
"""


def _parts(page: Page, name: str) -> None:
    expect(page.locator("safelight-prompt").locator(name)).to_be_visible()


def test_one_script_tag_and_a_copied_folder_are_enough(embedding: Embedding, server: PageServer) -> None:
    request(server)
    page = embedding.open()
    expect(page.locator(".prompt-question")).to_be_visible()
    expect(page.locator(".prompt-progress")).to_have_text("第 1 題")
    page.locator("safelight-prompt input").first.check()
    page.locator(SEND).click()
    expect(page.locator(".prompt-progress")).to_have_text("第 2 題")
    assert answers(server) == [{"answers": [{"question_id": "q1", "choice_id": "c1"}]}]


def test_journey_by_keyboard_alone(embedding: Embedding, server: PageServer) -> None:
    request(server)
    page = embedding.open()
    for number in range(1, 6):
        expect(page.locator(".prompt-progress")).to_have_text(f"第 {number} 題")
        tab_to(page, "safelight-prompt input[type=radio]")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        tab_to(page, SEND)
        page.keyboard.press("Enter")
        gone(page, f"第 {number} 題")
        if number < 5:
            expect(page.locator(".prompt-question")).to_be_focused()
    expect(page.locator("safelight-prompt .message")).to_be_focused()
    assert [one["answers"][0]["choice_id"] for one in answers(server)] == ["c2"] * 5


def test_keyboard_goes_back_to_a_question_when_several_are_open(embedding: Embedding) -> None:
    page = embedding.open("<safelight-prompt></safelight-prompt>")
    page.evaluate(
        """() => {
          const choices = ['c1', 'c2'].map(choice_id => ({ choice_id, text: choice_id }));
          const one = id => ({ question_id: id, prompt: id, form: 'choices', pause_s: 0, choices, story: null });
          const prompt = document.querySelector('safelight-prompt');
          prompt.addEventListener('answers', event => (globalThis.given = event.detail));
          prompt.questions = [one('q1'), one('q2')];
        }"""
    )
    page.locator("safelight-prompt input").first.check()
    page.locator(SEND).click()
    tab_to(page, "safelight-prompt button[type=button]")
    page.keyboard.press("Enter")
    expect(page.locator(".prompt-question")).to_have_text("q1")
    expect(page.locator("safelight-prompt input").first).to_be_checked()
    page.locator(SEND).click()
    page.locator("safelight-prompt input").last.check()
    page.locator(SEND).click()
    given = page.evaluate("given")
    assert given["answers"] == [
        {"question_id": "q1", "choice_id": "c1"},
        {"question_id": "q2", "choice_id": "c2"},
    ]
    assert [one["question_id"] for one in given["silences"]] == ["q1", "q2"]


def _asked(page: Page, server: PageServer) -> None:
    _parts(page, ".prompt-pause")
    _parts(page, ".prompt-story")


def _missed(page: Page, server: PageServer) -> None:
    page.locator(SEND).click()
    _parts(page, "[role=alert]")


def _lost(page: Page, server: PageServer) -> None:
    server.unreachable = True
    page.locator("safelight-prompt input").first.check()
    page.locator(SEND).click()
    _parts(page, ".prompt-line .button")


def _over(page: Page, server: PageServer) -> None:
    page.locator("safelight-prompt input").first.wait_for()
    server.insurer.cases["embedded"].state = "stopped"
    page.reload()
    expect(page.locator("safelight-prompt .message")).to_be_visible()
    expect(page.locator("safelight-prompt form")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("moment", [_asked, _missed, _lost, _over], ids=lambda moment: moment.__name__.strip("_"))
def test_axe_finds_no_violation(embedding: Embedding, server: PageServer, moment: object, scheme: str) -> None:
    server.insurer.pause_s = 600 if moment is _asked else 0
    request(server)
    page = embedding.open(script=VOICES.replace("LANGS", "['zh-TW']"), color_scheme=scheme)
    expect(page.locator(".prompt-question")).to_be_visible()
    moment(page, server)  # type: ignore[operator]
    found = Axe().run(page, context="safelight-prompt", options={"runOnly": {"type": "tag", "values": TAGS}})
    assert found.violations_count == 0, found.generate_report()


def test_nobody_reads_anything_smaller_than_18_px_whatever_the_page_says(
    embedding: Embedding, server: PageServer
) -> None:
    server.insurer.pause_s = 600
    request(server)
    page = embedding.open(script=VOICES.replace("LANGS", "['zh-TW']"))
    expect(page.locator(".prompt-pause")).to_be_visible()
    sizes = page.evaluate(
        """() => [...document.querySelector('safelight-prompt').shadowRoot.querySelectorAll('.stage *')]
          .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
          .map(e => parseFloat(getComputedStyle(e).fontSize))"""
    )
    assert len(sizes) > 8
    assert min(sizes) >= SMALLEST_PX


def _listening(page: Page) -> None:
    page.evaluate(
        """() => {
          const region = document.querySelector('safelight-prompt').shadowRoot.querySelector('.unseen[role=status]');
          globalThis.heard = [region.textContent];
          new MutationObserver(() => heard.push(region.textContent)).observe(region, { childList: true });
        }"""
    )


def test_nothing_is_sent_before_the_pause_is_over(embedding: Embedding, server: PageServer) -> None:
    server.insurer.pause_s = PAUSE_S
    request(server)
    page = embedding.open(clock=True)
    timer, send = page.get_by_role("timer"), page.locator(SEND)
    expect(timer).to_contain_text(f"{PAUSE_S} 秒")
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    page.locator("safelight-prompt input").first.check()
    left = int("".join(filter(str.isdigit, timer.inner_text())))
    send.focus()
    page.keyboard.press("Enter")
    page.clock.run_for((left - 1) * 1000)
    expect(timer).to_contain_text("1 秒")
    expect(send).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Enter")
    assert answers(server) == []
    page.clock.run_for(1_500)
    expect(timer).to_have_count(0)
    expect(send).not_to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Enter")
    expect(page.locator(".prompt-progress")).to_have_text("第 2 題")
    assert len(answers(server)) == 1


def test_pause_is_announced_at_its_start_and_end_and_not_each_second(embedding: Embedding, server: PageServer) -> None:
    server.insurer.pause_s = PAUSE_S
    request(server)
    page = embedding.open(clock=True)
    expect(page.get_by_role("timer")).to_be_visible()
    _listening(page)
    page.clock.run_for(PAUSE_S * 1000 + 500)
    expect(page.get_by_role("timer")).to_have_count(0)
    heard = page.evaluate("heard")
    assert len(heard) == 2
    assert f"{PAUSE_S} 秒" in heard[0]
    assert heard[1] == "現在可以繼續了。"


@pytest.mark.parametrize(("motion", "moving"), [("reduce", False), ("no-preference", True)])
def test_pause_moves_only_for_those_who_did_not_ask_for_rest(
    embedding: Embedding, server: PageServer, motion: str, moving: bool
) -> None:
    server.insurer.pause_s = 600
    request(server)
    page = embedding.open(reduced_motion=motion)
    expect(page.get_by_role("timer")).to_be_visible()
    page.wait_for_function("document.querySelector('safelight-prompt').shadowRoot.querySelector('link').sheet")
    animated = page.evaluate(
        """() => document.querySelector('safelight-prompt').shadowRoot.querySelector('.prompt-pause-bar')
          .getAnimations().length"""
    )
    assert (animated > 0) is moving


def test_same_question_drawn_again_does_not_begin_its_pause_again(embedding: Embedding, server: PageServer) -> None:
    server.insurer.pause_s = PAUSE_S
    reply = request(server)
    page = embedding.open(clock=True)
    expect(page.get_by_role("timer")).to_be_visible()
    page.clock.run_for(5_000)
    page.evaluate("reply => (document.querySelector('safelight-prompt').reply = reply)", reply)
    left = int("".join(filter(str.isdigit, page.get_by_role("timer").inner_text())))
    assert left <= PAUSE_S - 5


def test_question_is_read_aloud_in_its_language_and_stops_with_it(embedding: Embedding, server: PageServer) -> None:
    reply = request(server, "vi")
    page = embedding.open(script=VOICES.replace("LANGS", "['en-US', 'vi-VN']"), lang="vi")
    page.locator("safelight-prompt .prompt-reader").click()
    [question] = reply["questions"]
    expected = [question["story"], question["prompt"], *(choice["text"] for choice in question["choices"])]
    assert page.evaluate("spoken.filter(one => one !== 'cancel')") == [[text, "vi", "vi-VN"] for text in expected]
    expect(page.locator(".prompt-reader")).to_have_attribute("aria-pressed", "true")
    page.evaluate("spoken.length = 0")
    page.locator("safelight-prompt input").first.check()
    page.locator(SEND).click()
    expect(page.locator(".prompt-progress")).to_have_text("Câu hỏi 2")
    expect(page.locator(".prompt-reader")).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("spoken") == ["cancel"]


def test_reading_stops_when_a_neutral_text_covers_the_question(embedding: Embedding, server: PageServer) -> None:
    request(server)
    page = embedding.open(script=VOICES.replace("LANGS", "['zh-TW']"))
    page.locator("safelight-prompt .prompt-reader").click()
    page.evaluate("spoken.length = 0")
    page.evaluate("document.querySelector('safelight-prompt').note = { message: null, discreet: true }")
    assert page.evaluate("spoken") == ["cancel"]


@pytest.mark.parametrize("voices", ["['en-US']", "[]"], ids=["in another language", "none"])
def test_reading_aloud_is_not_offered_without_a_voice(embedding: Embedding, server: PageServer, voices: str) -> None:
    request(server)
    page = embedding.open(script=VOICES.replace("LANGS", voices))
    expect(page.locator(".prompt-question")).to_be_visible()
    expect(page.locator(".prompt-reader")).to_have_count(0)


def test_amount_is_taken_in_any_digits(embedding: Embedding) -> None:
    page = embedding.open("<safelight-prompt></safelight-prompt>")
    page.evaluate(
        """() => {
          const prompt = document.querySelector('safelight-prompt');
          prompt.addEventListener('answers', event => (globalThis.given = event.detail.answers));
          prompt.questions = [{ question_id: 'q3', prompt: '?', form: 'open', pause_s: 0, choices: [], story: null }];
        }"""
    )
    page.locator(SEND).click()
    expect(page.locator("safelight-prompt [role=alert]")).to_have_text("請填寫金額。")
    page.get_by_label("金額").fill("１２0,000 元")
    expect(page.get_by_label("金額")).to_have_value("120000")
    page.locator(SEND).click()
    assert page.evaluate("given") == [{"question_id": "q3", "amount_twd": 120_000}]


TELLING = {"prompt": "有人說您涉案嗎?", "story": "一位老師", "because": "撥 165"}


def test_discreet_answer_shows_the_neutral_text_and_nothing_else(embedding: Embedding, server: PageServer) -> None:
    reply = request(server)
    page = embedding.open()
    expect(page.locator(".prompt-question")).to_be_visible()
    discreet = reply | {"discreet": True, "message": "正在處理", "because": TELLING["because"]}
    discreet["questions"][0] |= {"prompt": TELLING["prompt"], "story": TELLING["story"]}
    page.evaluate("reply => (document.querySelector('safelight-prompt').reply = reply)", discreet)
    shown = page.evaluate("document.querySelector('safelight-prompt').shadowRoot.textContent")
    assert shown == "正在處理"
    assert page.title() == "您的申請"
    page.evaluate("reply => (document.querySelector('safelight-prompt').reply = reply)", reply | {"discreet": False})
    expect(page.locator(".prompt-question")).to_be_visible()
    assert page.title() == "Scam check"


def test_request_that_goes_on_is_shown_though_somebody_is_on_the_line(embedding: Embedding, server: PageServer) -> None:
    page = embedding.open("<safelight-prompt></safelight-prompt>")
    through = {"request_id": "r-1", "next_step": "proceed", "message": "已為您送出", "because": "", "questions": []}
    page.evaluate("document.querySelector('safelight-prompt').note = { message: '慢慢來', discreet: true }")
    page.evaluate("reply => (document.querySelector('safelight-prompt').reply = reply)", through | {"discreet": False})
    expect(page.locator("safelight-prompt")).to_contain_text("已為您送出")
    page.evaluate("reply => (document.querySelector('safelight-prompt').reply = reply)", through | {"discreet": True})
    expect(page.locator("safelight-prompt")).to_contain_text("已為您送出")
    expect(page.locator("safelight-prompt")).not_to_contain_text("慢慢來")


def test_question_on_the_screen_is_covered_as_soon_as_the_session_is_discreet(
    embedding: Embedding, server: PageServer
) -> None:
    request(server)
    page = embedding.open()
    expect(page.locator(".prompt-question")).to_be_visible()
    page.evaluate("document.querySelector('safelight-prompt').note = { message: null, discreet: true }")
    expect(page.locator("safelight-prompt .stage")).to_have_text(
        "我們收到您的申請了，處理需要一點時間，您不需要做任何事。"
    )
    with page.expect_request(lambda asked: asked.method == "GET" and asked.url.endswith(REQUEST_ID)):
        page.evaluate("document.querySelector('safelight-prompt').note = { message: null, discreet: false }")
    expect(page.locator(".prompt-question")).to_be_visible()


def test_prompt_has_every_word_in_five_languages(embedding: Embedding) -> None:
    page = embedding.open()
    words = page.evaluate("async () => (await import('/insurer/copied/words.js')).WORDS")
    assert words.keys() == {str(locale) for locale in Locale}
    for locale, said in words.items():
        assert said.keys() == words["en"].keys()
        assert all(said.values())
        if locale != "zh-TW":
            assert not any("\u4e00" <= letter <= "\u9fff" for text in said.values() for letter in text), locale
        if locale not in ("en", "zh-TW"):
            assert [key for key in said if said[key] == words["en"][key]] == []


@pytest.mark.parametrize(
    ("tag", "spoken"),
    [("vi-VN", "vi"), ("th_TH", "th"), ("in", "id"), ("en-GB", "en"), ("zh-Hant", "zh-TW"), ("fr", "zh-TW")],
)
def test_any_tag_is_read_as_the_api_reads_it(embedding: Embedding, tag: str, spoken: str) -> None:
    assert Locale.nearest(tag) == spoken
    page = embedding.open()
    assert page.evaluate("async tag => (await import('/insurer/copied/words.js')).nearest(tag)", tag) == spoken


@pytest.mark.parametrize("locale", list(Locale))
def test_no_text_is_cut_off_at_320_px(embedding: Embedding, server: PageServer, locale: Locale) -> None:
    """Every question of every pack, with its story and pause, and the longest of the prompt's own words."""
    words = texts(locale)
    every = [
        {
            "question_id": "q1",
            "prompt": prompt,
            "form": question.form,
            "pause_s": 600,
            "story": words[question_id].story,
            "choices": [{"choice_id": name, "text": text} for name, text in words[question_id].choices.items()],
            "answered": False,
        }
        for question_id, question in questions().items()
        for prompt in words[question_id].prompts
    ]
    page = embedding.open(
        "<safelight-prompt></safelight-prompt>",
        script=VOICES.replace("LANGS", f"['{locale}']"),
        lang=locale,
        viewport={"width": 320, "height": 700},
    )
    page.evaluate("question => (document.querySelector('safelight-prompt').questions = [question])", every[0])
    expect(page.locator(".prompt-question")).to_be_visible()
    cut = page.evaluate(
        """every => {
          const prompt = document.querySelector('safelight-prompt'), found = [];
          const measure = () => {
            if (document.documentElement.scrollWidth > innerWidth) found.push('page');
            for (const e of prompt.shadowRoot.querySelectorAll('.stage, .stage *:not(svg, svg *, input)')) {
              const box = e.getBoundingClientRect();
              const over = e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline';
              if (over || box.right > innerWidth + 1 || box.left < -1) found.push(e.outerHTML.slice(0, 120));
            }
          };
          for (const question of every) {
            prompt.questions = [question];
            measure();
          }
          return found;
        }""",
        every,
    )
    assert len(every) > 100
    assert cut == []
    assert page.locator(".stage").get_attribute("lang") == locale
