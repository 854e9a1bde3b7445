"""Cut the power at any call that goes out through a port."""

from collections.abc import Callable
from typing import Any


class PowerCutError(BaseException):
    """The process is gone. A BaseException, so that nothing in the code can catch it as an error of its own."""


class Power:
    """Counts calls through ports and cuts the power at the chosen ones: (number, before or after the call)."""

    def __init__(self, *cuts: tuple[int, str]) -> None:
        self.cuts = dict(cuts)
        self.calls: list[str] = []

    def through(self, port: Any) -> Any:
        return _Wired(port, self)

    def around(self, name: str, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        number = len(self.calls)
        self.calls.append(name)
        when = self.cuts.get(number)
        if when == "before":
            raise PowerCutError(f"{number} before {name}")
        answer = call(*args, **kwargs)
        if when == "after":
            raise PowerCutError(f"{number} after {name}")
        return answer


class _Wired:
    def __init__(self, port: Any, power: Power) -> None:
        self._port = port
        self._power = power

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            return self._power.around(name, found, *args, **kwargs)

        return call
