"""Gap: the SAM transform is given no parameter values, so what it resolves itself gets the template's defaults.

``AllowOrigins: [!Ref ConsoleOrigin]`` of an HttpApi is such a place: the deployed API then trusts the default origin.
"""

from __future__ import annotations

import copy
from typing import Any

from ministack.services.cloudformation import changesets, engine, handlers


def apply() -> None:
    stock = engine._apply_transforms

    def apply_transforms(template: dict[str, Any], provided: Any = None, previous: Any = None) -> Any:
        declared = template.get("Parameters") or {}
        values = engine._transform_parameters(template, provided, previous)
        told = copy.deepcopy(template)
        for name, value in values.items():
            told["Parameters"][name]["Default"] = value
        made = stock(told, provided, previous)
        if isinstance(made, dict) and "Parameters" in made:
            made["Parameters"] = copy.deepcopy(declared)
        return made

    for module in (engine, changesets, handlers):
        module._apply_transforms = apply_transforms
