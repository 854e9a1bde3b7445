"""Each function starts with what the template gives it, and is given no key that it has no right to use."""

from typing import Any

import pytest

from safelight.settings import SettingError
from tests.architecture.template import Function, functions, template
from tests.channels.deployed import environment, load

EVERY = pytest.mark.parametrize("function", functions().values(), ids=functions())


def given(function: Function) -> dict[str, Any]:
    everywhere: dict[str, Any] = template()["Globals"]["Function"]["Environment"]["Variables"]
    return {**everywhere, **function.properties.get("Environment", {}).get("Variables", {})}


@EVERY
def test_a_function_starts_with_the_variables_that_it_is_given(
    function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = environment("http://127.0.0.1:9")
    for name, value in values.items():
        if name.startswith(("AWS_", "POWERTOOLS_TRACE")) or name in given(function):
            monkeypatch.setenv(name, value)
        else:
            monkeypatch.delenv(name, raising=False)
    try:
        load(function.code)
    except SettingError as missing:
        pytest.fail(f"{function.code} reads what it is not given: {missing}")


def test_only_who_seals_or_opens_a_number_is_told_of_the_key() -> None:
    may = [
        name
        for name, function in functions().items()
        if any(action in str(function.statements) for action in ("kms:Encrypt", "kms:Decrypt"))
    ]
    assert [name for name, function in functions().items() if "CONTACT_KEY" in given(function)] == may
