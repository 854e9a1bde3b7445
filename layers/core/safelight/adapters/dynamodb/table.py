"""The few DynamoDB operations that the ports need, with errors in the domain's terms. No Scan, no Delete."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from safelight.adapters.aws_json import AwsError, AwsJson
from safelight.adapters.aws_signing import CredentialsSource
from safelight.adapters.dynamodb.keys import Key
from safelight.domain.errors import ConflictError, ContendedError

Value = dict[str, str]
"""A typed attribute value: {"S": text} or {"N": number as text}."""
Item = dict[str, Value]

PASSING = frozenset({"None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
CONFLICT_PAUSES_S = (0.02, 0.06)
"""A transaction that met another one on the same item is tried again: the second look shows who won."""


def dynamodb_client(region: str, endpoint: str | None, credentials: CredentialsSource, timeout_s: float) -> AwsJson:
    return AwsJson("dynamodb", "DynamoDB_20120810", "1.0", region, endpoint, credentials, timeout_s)


def text(value: str) -> Value:
    return {"S": value}


def number(value: int) -> Value:
    return {"N": str(value)}


class Condition(NamedTuple):
    """What must hold of the stored item for a write to happen."""

    expression: str
    names: dict[str, str]
    values: Item


NEW = Condition("attribute_not_exists(#pk)", {"#pk": "pk"}, {})


def follows(version: int) -> Condition:
    """The stored item is the version before; for version 1, there is none."""
    if version <= 1:
        return NEW
    return Condition("#version = :before", {"#version": "version"}, {":before": number(version - 1)})


def unversioned() -> Condition:
    """There is no stored item, or older code stored it without a version."""
    return Condition("attribute_not_exists(#version)", {"#version": "version"}, {})


def not_after(attribute: str, limit: str) -> Condition:
    """There is no stored item, or its `attribute` is `limit` at most."""
    return Condition(
        "attribute_not_exists(#pk) OR #limited <= :limit", {"#pk": "pk", "#limited": attribute}, {":limit": text(limit)}
    )


class Write(NamedTuple):
    """One part of a transaction, in DynamoDB's words."""

    action: str
    body: dict[str, Any]


class Table:
    """One table by name."""

    def __init__(self, client: AwsJson, name: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self.name = name
        self._sleep = sleep

    def get(self, key: Key, within_s: float | None = None) -> Item | None:
        """The item as of every write that has answered, or None."""
        request = {"TableName": self.name, "Key": _key(key), "ConsistentRead": True}
        item: Item | None = self._client.call("GetItem", request, replayable=True, timeout_s=within_s).get("Item")
        return item

    def put(self, item: Item, condition: Condition | None = None) -> None:
        """Replaces the item with this key, whatever was there. Raises ConflictError when the condition did not hold:
        after a lost answer that may be the caller's own first go."""
        body = {"Item": item}
        request = body | {"TableName": self.name} if condition is None else self._conditional(body, condition)
        try:
            self._client.call("PutItem", request, replayable=True)
        except AwsError as error:
            if error.code == "ConditionalCheckFailedException":
                raise ConflictError("stored_version") from error
            raise

    def add(
        self, key: Key, counts: Mapping[str, int], kind: str, *, ttl: int, under: tuple[str, int] | None = None
    ) -> None:
        """Add to each count of the item, which begins at nothing. `under` is a count and what it must be under before:
        else a ConflictError.

        Sent once where each addition must count once. Under a limit it is sent again after a lost answer, and may count
        twice.
        """
        names = {f"#{name}": name for name in (*counts, "kind", "ttl")}
        values = {f":{name}": number(count) for name, count in counts.items()}
        values |= {":kind": text(kind), ":ttl": number(ttl)}
        request: dict[str, Any] = {
            "TableName": self.name,
            "Key": _key(key),
            "UpdateExpression": "SET #kind = :kind, #ttl = :ttl ADD "
            + ", ".join(f"#{name} :{name}" for name in counts),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }
        if under is not None:
            name, limit = under
            request["ConditionExpression"] = f"attribute_not_exists(#{name}) OR #{name} < :under"
            values[":under"] = number(limit)
        try:
            self._client.call("UpdateItem", request, replayable=under is not None)
        except AwsError as error:
            if error.code == "ConditionalCheckFailedException":
                raise ConflictError("not_under") from error
            raise

    def partition(self, pk: str, within_s: float | None = None) -> list[Item]:
        """Every item of a partition, consistent, in sort-key order."""
        values = {":pk": text(pk)}
        return list(self._query({"ConsistentRead": True}, "#pk = :pk", {"#pk": "pk"}, values, within_s))

    def between(self, first: Key, last_sk: str, within_s: float | None = None) -> list[Item]:
        """The items of `first`'s partition from its sort key to `last_sk`, consistent, last first."""
        values = {":pk": text(first.pk), ":a": text(first.sk), ":b": text(last_sk)}
        return list(
            self._query(
                {"ConsistentRead": True, "ScanIndexForward": False},
                "#pk = :pk AND #sk BETWEEN :a AND :b",
                {"#pk": "pk", "#sk": "sk"},
                values,
                within_s,
            )
        )

    def index(
        self, name: str, hash_key: tuple[str, str], range_key: str, before: str | None, *, limit: int, newest: bool
    ) -> list[Item]:
        """Up to `limit` items of one partition of an index whose range key is under `before`. Eventually consistent."""
        return self._listed(name, hash_key, (range_key, "<", before), limit, forward=not newest)

    def index_after(
        self, name: str, hash_key: tuple[str, str], range_key: str, after: str | None, *, limit: int
    ) -> list[Item]:
        """Up to `limit` items of one partition of an index whose range key is over `after`, the least first. Eventually
        consistent."""
        return self._listed(name, hash_key, (range_key, ">", after), limit, forward=True)

    def _listed(
        self, name: str, hash_key: tuple[str, str], bound: tuple[str, str, str | None], limit: int, *, forward: bool
    ) -> list[Item]:
        names, values = {"#h": hash_key[0]}, {":h": text(hash_key[1])}
        condition = "#h = :h"
        range_key, sign, limited = bound
        if limited is not None:
            names["#r"], values[":limited"] = range_key, text(limited)
            condition += f" AND #r {sign} :limited"
        found: list[Item] = []
        options = {"IndexName": name, "ScanIndexForward": forward, "Limit": limit}
        for item in self._query(options, condition, names, values):
            found.append(item)
            if len(found) == limit:
                break
        return found

    def _query(
        self,
        options: Mapping[str, Any],
        condition: str,
        names: Mapping[str, str],
        values: Item,
        within_s: float | None = None,
    ) -> Iterator[Item]:
        """Page by page; `within_s` bounds all of them together."""
        give_up_at = None if within_s is None else time.monotonic() + within_s
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
            **options,
        }
        while True:
            left = None if give_up_at is None else max(0.001, give_up_at - time.monotonic())
            page = self._client.call("Query", request, replayable=True, timeout_s=left)
            yield from page.get("Items", ())
            if not page.get("LastEvaluatedKey"):
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def putting(self, item: Item, condition: Condition | None) -> Write:
        body: dict[str, Any] = {"Item": item}
        return Write(
            "Put", body | {"TableName": self.name} if condition is None else self._conditional(body, condition)
        )

    def setting(self, item: Item, condition: Condition) -> Write:
        """Set these attributes and keep the others."""
        values = {k: v for k, v in item.items() if k not in ("pk", "sk")}
        body = self._conditional(
            {
                "Key": {"pk": item["pk"], "sk": item["sk"]},
                "UpdateExpression": "SET " + ", ".join(f"#{k} = :{k}" for k in values),
            },
            condition,
        )
        return _with_values(body, values)

    def keeping(self, item: Item, dropping: Sequence[str] = ()) -> Write:
        """Write the attributes that are not there yet, leave the others as they are, and remove those of `dropping`.
        Never fails a transaction."""
        values = {k: v for k, v in item.items() if k not in ("pk", "sk")}
        body = {
            "TableName": self.name,
            "Key": {"pk": item["pk"], "sk": item["sk"]},
            "UpdateExpression": "SET "
            + ", ".join(f"#{k} = if_not_exists(#{k}, :{k})" for k in values)
            + (" REMOVE " + ", ".join(f"#{k}" for k in dropping) if dropping else ""),
            "ExpressionAttributeNames": {f"#{k}": k for k in dropping},
        }
        return _with_values(body, values)

    def _conditional(self, body: dict[str, Any], condition: Condition) -> dict[str, Any]:
        body |= {
            "TableName": self.name,
            "ConditionExpression": condition.expression,
            "ExpressionAttributeNames": dict(condition.names),
        }
        if condition.values:
            body["ExpressionAttributeValues"] = dict(condition.values)
        return body

    def transact(self, writes: Sequence[Write]) -> None:
        """All or nothing, over any tables. Raises ConflictError when a condition did not hold.

        The token is new for each call and the same for its repetitions: a repetition after a lost answer finds its own
        first go, while two callers who want the very same thing still meet the conditions.
        """
        request = {
            "TransactItems": [{write.action: write.body} for write in writes],
            "ClientRequestToken": os.urandom(18).hex(),
        }
        for pause in (*CONFLICT_PAUSES_S, None):
            try:
                self._client.call("TransactWriteItems", request, replayable=True)
            except AwsError as error:
                if "ConditionalCheckFailed" in error.reasons:
                    raise ConflictError("stored_version") from error
                if error.code != "TransactionCanceledException" or not PASSING.issuperset(error.reasons):
                    raise
                if pause is None:
                    raise ContendedError("transaction_met_another") from error
            else:
                return
            self._sleep(pause * (0.5 + os.urandom(1)[0] / 510))


def _key(key: Key) -> Item:
    return {"pk": text(key.pk), "sk": text(key.sk)}


def _with_values(body: dict[str, Any], values: Item) -> Write:
    body["ExpressionAttributeNames"] = {**body.get("ExpressionAttributeNames", {}), **{f"#{k}": k for k in values}}
    body["ExpressionAttributeValues"] = {
        **body.get("ExpressionAttributeValues", {}),
        **{f":{k}": v for k, v in values.items()},
    }
    return Write("Update", body)
