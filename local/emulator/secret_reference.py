"""Gap: ``!Ref`` of a secret gives its name; on AWS it gives the ARN, which is what an IAM statement needs.

A function allowed ``secretsmanager:GetSecretValue`` on ``!Ref Secret`` is denied otherwise.
"""

from __future__ import annotations

from typing import Any

from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners

_TYPE = "AWS::SecretsManager::Secret"


def _name(physical_id: str) -> str:
    """The key under which the emulator keeps the secret that an ARN names."""
    key, _ = secretsmanager._resolve(physical_id)
    return key or physical_id


def apply() -> None:
    handlers = provisioners._RESOURCE_HANDLERS[_TYPE]
    stock_create, stock_update, stock_delete = handlers["create"], handlers["update"], handlers["delete"]

    def create(logical_id: str, properties: dict[str, Any], stack_name: str) -> tuple[str, dict[str, Any]]:
        _, attributes = stock_create(logical_id, properties, stack_name)
        return attributes["Arn"], attributes

    def update(
        physical_id: str, old: dict[str, Any], new: dict[str, Any], stack_name: str, logical_id: str | None = None
    ) -> tuple[str, dict[str, Any]]:
        _, attributes = stock_update(_name(physical_id), old, new, stack_name, logical_id)
        return attributes["Arn"], attributes

    def delete(physical_id: str, properties: dict[str, Any]) -> None:
        stock_delete(_name(physical_id), properties)

    handlers.update(create=create, update=update, delete=delete)
