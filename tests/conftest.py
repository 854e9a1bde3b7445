"""One deployed stack for all tests that need one. They share a worker, so that nobody deploys a second."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.__main__ import Running, running

SHARED = ("running_stack", "stack_console_url")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if set(SHARED) & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.stack)
            item.add_marker(pytest.mark.xdist_group("stack"))


@pytest.fixture(scope="session")
def running_stack(worker_id: str) -> Iterator[Running]:
    """The template deployed, seeded, at 21:40 in Taipei, with inbox and console."""
    with running(f"test-{worker_id}") as up:
        yield up


@pytest.fixture(scope="session")
def stack_console_url(running_stack: Running) -> str:
    return running_stack.console.url
