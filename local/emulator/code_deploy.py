"""Gap: CodeDeploy resources are refused, so no template with a ``DeploymentPreference`` deploys.

SAM turns a DeploymentPreference into one AWS::CodeDeploy::Application and a DeploymentGroup a function. Nothing
here shifts traffic: the alias moves at once. The two types only have to exist.
"""

from __future__ import annotations

from typing import Any

from ministack.services.cloudformation import provisioners

TYPES = ("AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentGroup")


def _create(logical_id: str, properties: dict[str, Any], stack_name: str) -> tuple[str, dict[str, Any]]:
    return f"{stack_name}-{logical_id}", {}


def _delete(physical_id: str, properties: dict[str, Any]) -> None:
    """Nothing was made, so nothing is left to remove."""


def apply() -> None:
    for resource_type in TYPES:
        provisioners._RESOURCE_HANDLERS[resource_type] = {"create": _create, "delete": _delete}
