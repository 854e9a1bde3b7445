"""Gap: a table's TimeToLiveSpecification and PointInTimeRecoverySpecification are dropped by CloudFormation.

The service itself knows both settings, so they are passed on after the table is created or updated.
"""

from __future__ import annotations

from typing import Any

from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners

_TYPE = "AWS::DynamoDB::Table"


def _apply_settings(table: str, properties: dict[str, Any]) -> None:
    if ttl := properties.get("TimeToLiveSpecification"):
        dynamodb._update_ttl({"TableName": table, "TimeToLiveSpecification": ttl})
    if recovery := properties.get("PointInTimeRecoverySpecification"):
        dynamodb._update_continuous_backups({"TableName": table, "PointInTimeRecoverySpecification": recovery})


def apply() -> None:
    handlers = provisioners._RESOURCE_HANDLERS[_TYPE]
    stock_create, stock_update = handlers["create"], handlers["update"]

    def create(logical_id: str, properties: dict[str, Any], stack_name: str) -> tuple[str, dict[str, Any]]:
        name, attributes = stock_create(logical_id, properties, stack_name)
        _apply_settings(name, properties)
        return name, attributes

    def update(
        physical_id: str, old: dict[str, Any], new: dict[str, Any], stack_name: str, logical_id: str | None = None
    ) -> tuple[str, dict[str, Any]]:
        name, attributes = stock_update(physical_id, old, new, stack_name, logical_id)
        _apply_settings(name, new)
        return name, attributes

    handlers.update(create=create, update=update)
