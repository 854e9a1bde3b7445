"""The console as files: every module parses, all languages say the same things, nothing comes from elsewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser.page_server import CONSOLE

MODULES = sorted(CONSOLE.rglob("*.js"))
KEY = re.compile(r'^  "([^"]+)": "((?:[^"\\]|\\.)*)",$', re.MULTILINE)
PLACE = re.compile(r"\{(\w+)\}")
HAN = re.compile(r"[\u4e00-\u9fff]")
LONGEST_MODULE = 400
CUSTOMERS_ONLY = ("vi", "id", "th")
"""Languages that a customer has and staff have not."""
CUSTOMERS = ("app.", "product.", "form.", "problem.", "offline.", "prompt.", "contacts.", "relation.", "signals.")
CUSTOMERS += ("tabs.", "chat.", "call.", "outcome.proceed", "outcome.wait", "outcome.talk", "reply.")


def _dictionary(locale: str) -> dict[str, str]:
    return dict(KEY.findall((CONSOLE / "i18n" / f"{locale}.js").read_text(encoding="utf-8")))


def _name(path: Path) -> str:
    return str(path.relative_to(CONSOLE))


def test_both_languages_have_the_same_keys() -> None:
    assert _dictionary("zh-TW").keys() == _dictionary("en").keys()


def test_both_languages_fill_the_same_places() -> None:
    zh, en = _dictionary("zh-TW"), _dictionary("en")
    assert {key: set(PLACE.findall(text)) for key, text in zh.items()} == {
        key: set(PLACE.findall(text)) for key, text in en.items()
    }


@pytest.mark.parametrize("locale", CUSTOMERS_ONLY)
def test_every_word_that_a_customer_reads_is_in_his_language(locale: str) -> None:
    words, en = _dictionary(locale), _dictionary("en")
    assert {key for key in en if key.startswith(CUSTOMERS)} - words.keys() == set()
    assert words.keys() - en.keys() == set()
    assert [key for key in words if set(PLACE.findall(words[key])) != set(PLACE.findall(en[key]))] == []
    assert [key for key in words if words[key] == en[key] or HAN.search(words[key])] == []


def test_every_line_of_a_dictionary_is_an_entry_that_these_tests_read() -> None:
    for locale in ("zh-TW", "en", *CUSTOMERS_ONLY):
        entries = [
            line
            for line in (CONSOLE / "i18n" / f"{locale}.js").read_text(encoding="utf-8").splitlines()
            if line.startswith("  ")
        ]
        assert len(entries) == len(_dictionary(locale))


def test_english_words_hold_no_chinese() -> None:
    mixed = {key: text for key, text in _dictionary("en").items() if HAN.search(text)}
    assert mixed == {}


def test_every_key_that_the_page_names_is_in_the_dictionary() -> None:
    named = set()
    for module in MODULES:
        if module.parent.name != "i18n":
            named |= set(re.findall(r'\bsay\("([a-z_.0-9A-Z]+)"', module.read_text(encoding="utf-8")))
    assert len(named) > 80
    assert named - _dictionary("en").keys() == set()


def test_every_word_of_the_dictionary_is_used() -> None:
    source = "".join(module.read_text(encoding="utf-8") for module in MODULES if module.parent.name != "i18n")
    groups = {f"{group}." for group in re.findall(r'wordFor\(say, "([a-z]+)"', source)}
    groups |= set(re.findall(r"say\(`([a-z_.]+)\$", source))
    unused = [key for key in _dictionary("en") if f'"{key}"' not in source and not key.startswith(tuple(groups))]
    # A move's reason is looked up before it is known whose it is.
    assert [key for key in unused if not key.startswith("move.")] == []


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_module_parses(module: Path, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed; the browser tests load every module all the same")
    copy = tmp_path / "module.mjs"
    copy.write_text(module.read_text(encoding="utf-8"), encoding="utf-8")
    checked = subprocess.run([node, "--check", copy], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_module_is_short_and_writes_no_html(module: Path) -> None:
    source = module.read_text(encoding="utf-8")
    assert source.count("\n") <= LONGEST_MODULE or module.parent.name == "i18n"  # words are data
    assert re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", source) is None


def test_nothing_is_loaded_from_elsewhere_or_written_inline() -> None:
    page = (CONSOLE / "index.html").read_text(encoding="utf-8")
    assert re.search(r'(?:src|href)="(?:https?:)?//', page) is None
    assert re.search(r"\son\w+=|<style|\sstyle=|<script(?![^>]*\ssrc=)", page) is None
    assert "unsafe" not in page
    for sheet in CONSOLE.rglob("*.css"):
        assert re.search(r"@import|url\(", sheet.read_text(encoding="utf-8")) is None, sheet


def test_a_policyholders_words_name_no_light_and_no_score() -> None:
    telling = re.compile(
        r"紅燈|黃燈|綠燈|分數|機率|風險|詐騙|\b(red|yellow|green|score|risk|scam|suspect)"
        r"|lừa đảo|rủi ro|nghi ngờ|penipu|risiko|curiga|หลอกลวง|มิจฉาชีพ|ความเสี่ยง|สงสัย",
        re.IGNORECASE,
    )
    for locale in ("zh-TW", "en", *CUSTOMERS_ONLY):
        for key, text in _dictionary(locale).items():
            if key.startswith((*CUSTOMERS, "why.")):
                assert telling.search(text) is None, key
    own = (CONSOLE / "prompt" / "words.js").read_text(encoding="utf-8")
    assert telling.search(own) is None
