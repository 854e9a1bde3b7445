"""The rules of a DynamoDB stream mapping when a function fails: what is retried, split, given up, and never lost."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.local.conftest import Account

pytestmark = pytest.mark.stack

# The template's MaximumRetryAttempts is 2: one attempt and two retries.
ATTEMPTS = 3


class Stream:
    """Writes items of one test into the table and reads what its function and its failure queue got."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._prefix = uuid.uuid4().hex[:8]
        self._batches: list[list[str]] = []
        self._given_up: list[dict[str, Any]] = []

    def write(self, *actions: str) -> list[str]:
        """One transaction, so the items come in one batch if nothing else is in flight. Returns their names."""
        names = [f"{self._prefix}-{number}-{action}" for number, action in enumerate(actions)]
        items = [{"pk": {"S": name}, "do": {"S": action}} for name, action in zip(names, actions, strict=True)]
        table = self._account.outputs["Table"]
        self._account.client("dynamodb").transact_write_items(
            TransactItems=[{"Put": {"TableName": table, "Item": item}} for item in items]
        )
        return names

    def batches(self) -> list[list[str]]:
        """Every batch the function got so far, in order, without what other tests wrote."""
        for body in self._receive("Seen"):
            names = [name for name in body if name.startswith(self._prefix)]
            if names:
                self._batches.append(names)
        return self._batches

    def seen(self) -> Counter[str]:
        return Counter(name for batch in self.batches() for name in batch)

    def given_up(self) -> list[dict[str, Any]]:
        self._given_up += self._receive("GivenUp")
        return self._given_up

    def _receive(self, queue: str) -> list[Any]:
        sqs, url = self._account.client("sqs"), self._account.outputs[queue]
        bodies: list[Any] = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                bodies.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies


@pytest.fixture
def stream(account: Account) -> Stream:
    found = Stream(account)
    found.given_up()  # what an earlier test left
    found._given_up.clear()
    return found


Eventually = Callable[..., None]


def test_filtered_records_are_passed_over(stream: Stream, eventually: Eventually) -> None:
    _, kept, _ = stream.write("ignore", "accept", "ignore")
    eventually(lambda: stream.seen() == {kept: 1})


def test_reported_record_is_retried_then_handed_over_and_those_before_it_run_once(
    stream: Stream, eventually: Eventually
) -> None:
    before, failing = stream.write("accept", "report")
    eventually(stream.given_up)
    assert stream.seen() == {before: 1, failing: ATTEMPTS}
    assert stream.given_up()[0]["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert stream.given_up()[0]["DDBStreamBatchInfo"]["batchSize"] == 1


def test_batch_that_raises_is_split_until_only_the_poison_is_given_up(stream: Stream, eventually: Eventually) -> None:
    names = stream.write("accept", "accept", "raise", "accept")
    poison = names[2]

    def handled_without_the_poison() -> set[str]:
        return {name for batch in stream.batches() if poison not in batch for name in batch}

    eventually(lambda: handled_without_the_poison() == set(names) - {poison})
    assert stream.batches().count([poison]) == ATTEMPTS
    assert [record["DDBStreamBatchInfo"]["batchSize"] for record in stream.given_up()] == [1]


def test_stream_goes_on_after_a_record_was_given_up(stream: Stream, eventually: Eventually) -> None:
    stream.write("raise")
    eventually(stream.given_up)
    (after,) = stream.write("accept")
    eventually(lambda: after in stream.seen())
