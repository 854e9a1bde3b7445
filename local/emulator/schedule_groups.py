"""Gap: permissions on a schedule are judged as if it lay in the group ``default``, whatever group is asked for.

A function that may create schedules in one group, and in no other, is denied otherwise.
"""

from __future__ import annotations

import json
from typing import Any

from ministack.core import iam_actions

_DEFAULT = ":schedule/default/"


def _group(body: bytes, query: dict[str, Any]) -> str:
    """The group is in the body of a creation or change, and in the query of the others."""
    try:
        asked = json.loads(body) if body else {}
    except ValueError:
        asked = {}
    named = query.get("groupName")
    if isinstance(named, list):
        named = named[0]
    return str(asked.get("GroupName") or named or "default")


def apply() -> None:
    stock = iam_actions.extract_resource_arn

    def extract_resource_arn(
        service: str,
        method: str,
        path: str,
        headers: dict[str, Any],
        body: bytes,
        query_params: dict[str, Any],
        region: str,
        account_id: str,
    ) -> str:
        arn: str = stock(service, method, path, headers, body, query_params, region, account_id)
        if service == "scheduler":
            arn = arn.replace(_DEFAULT, f":schedule/{_group(body, query_params)}/")
        return arn

    iam_actions.extract_resource_arn = extract_resource_arn
