"""Which tests share a worker, and one deployed stack for all that need one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from local.__main__ import Running, running

NEEDS = {"running_stack": pytest.mark.stack, "evaluation": pytest.mark.slow}
"""Marks by the fixture that asks for them."""

TOGETHER = {
    "the deployed stack": ("tests/integration/", "tests/browser/test_stack_page"),
    "the bare emulator": ("tests/contract/",),
    "the emulator's patches": ("tests/local/",),
    "the crowded book": ("tests/model/test_simulate",),
    "the fresh and the dense book": tuple(
        f"tests/model/test_{name}"
        for name in (
            "artifact", "books_bad_input", "datasheet", "evaluate.py", "giveaways", "graph", "kept_books", "onnx_model",
            "reasons", "replay", "training", "usual",
        )
    ),
}  # fmt: skip
"""What takes seconds to make, and the files that need it."""


class SharedFixtures(LoadScopeScheduling):
    """The tests of a file go to one worker, and so do the files of TOGETHER: what they share is made once.

    Not `--dist loadgroup`: it writes the group into the node id, which pytest 9.2 no longer lets it (pytest-xdist 3.8).
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((shared for shared, files in TOGETHER.items() if file.startswith(files)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SharedFixtures:
    return SharedFixtures(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for name in NEEDS.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(NEEDS[name])


@pytest.fixture(scope="session")
def running_stack(worker_id: str) -> Iterator[Running]:
    """The template deployed, seeded, at 21:40 in Taipei, with inbox and console."""
    with running(f"test-{worker_id}") as up:
        yield up


@pytest.fixture(scope="session")
def stack_console_url(running_stack: Running) -> str:
    return running_stack.console.url
