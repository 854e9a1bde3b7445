"""Chromium and the page for the browser tests. A missing browser is an error, never a skip."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from local.chromium import install
from tests.browser.embedding import PATIENCE_MS, Embedding
from tests.browser.page_server import CONSOLE, PageServer

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
Opener = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(install()), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def server() -> Iterator[PageServer]:
    with PageServer() as running:
        yield running


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Opens an address in a fresh profile and ends by checking that the page logged no error of its own."""
    contexts: list[Any] = []
    errors: list[str] = []

    def opener(url: str, *, width: int = 1600, height: int = 1000, **options: Any) -> Page:
        options.setdefault("reduced_motion", "reduce")
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if _own_error(line) else None)
        page.goto(url)
        return page

    yield opener
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def embedding(browser: Browser, server: PageServer, tmp_path: Path) -> Iterator[Embedding]:
    """Ends by checking that the page threw nothing."""
    folder = tmp_path / "copied"
    shutil.copytree(CONSOLE / "prompt", folder)
    one = Embedding(browser, server, folder)
    yield one
    one.close()
    assert one.errors == []


def _own_error(line: Any) -> bool:
    """Chromium logs every 4xx and every cut line as an error; the page shows those to the person."""
    return line.type == "error" and "Failed to load resource" not in line.text
