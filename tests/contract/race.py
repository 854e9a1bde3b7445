"""Several threads at one starting line."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence

from safelight.domain.errors import ConflictError, RetryableError


def race(attempts: Sequence[Callable[[], object]]) -> Counter[str]:
    """How many `won`, met a `conflict`, or were told to `retry`. Anything else fails the test."""
    line = threading.Barrier(len(attempts))
    results: list[str] = []

    def run(attempt: Callable[[], object]) -> None:
        line.wait(5)
        try:
            attempt()
            results.append("won")
        except ConflictError:
            results.append("conflict")
        except RetryableError:
            results.append("retry")
        except Exception as error:  # noqa: BLE001 - a thread's error must reach the test
            results.append(repr(error))

    threads = [threading.Thread(target=run, args=(attempt,)) for attempt in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return Counter(results)
