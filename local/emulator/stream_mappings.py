"""Gap: a DynamoDB stream mapping ignores ReportBatchItemFailures, MaximumRetryAttempts, BisectBatchOnFunctionError and
OnFailure; a batch that reports one failed record loses it, and a slow handler holds up every other mapping.

This replaces the poller of stream mappings with the rules of
https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html, one thread for each mapping.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ministack.services import dynamodb
from ministack.services import lambda_svc as lambdas

Record = dict[str, Any]
Mapping = dict[str, Any]

# Seconds before the first retry, doubled on each, up to the cap. AWS does not publish its own; tests want it short.
_FIRST_BACKOFF, _LONGEST_BACKOFF = 0.2, 10.0


@dataclass
class Progress:
    """Where a mapping stands with the batch at its position.

    ``limit`` caps the next read, counted in stream records, while a failed batch is being split.
    """

    attempts: int = 0
    limit: int | None = None
    busy: bool = False

    def settled(self) -> None:
        self.attempts, self.limit = 0, None


_progress: dict[str, Progress] = {}


def _advance(mapping: Mapping, position: int) -> None:
    with lambdas._dynamodb_stream_positions_lock:
        lambdas._dynamodb_stream_positions[mapping["UUID"]] = position


def _first_failure(mapping: Mapping, batch: list[Record], result: dict[str, Any]) -> int | None:
    """Index of the record to resume from, None when all went well. Naming an unknown record fails the whole batch."""
    if result.get("error"):
        return 0
    body = result.get("body")
    if "ReportBatchItemFailures" not in (mapping.get("FunctionResponseTypes") or []) or not isinstance(body, dict):
        return None
    failures = body.get("batchItemFailures") or []
    sequence = [record["dynamodb"]["SequenceNumber"] for record in batch]
    named = [failure.get("itemIdentifier") if isinstance(failure, dict) else None for failure in failures]
    if not named:
        return None
    return min(sequence.index(number) for number in named) if all(number in sequence for number in named) else 0


def _given_up(mapping: Mapping, progress: Progress, record: Record) -> str | None:
    """Why the record is not tried again, in the words of the failure destination; None while it still is."""
    # -1, the default of both, means no limit.
    most_retries = int(mapping.get("MaximumRetryAttempts", -1))
    oldest = int(mapping.get("MaximumRecordAgeInSeconds") or -1)
    if 0 <= most_retries < progress.attempts:
        return "RetryAttemptsExhausted"
    age = time.time() - float(record["dynamodb"].get("ApproximateCreationDateTime", time.time()))
    return "MaxRecordAgeExceeded" if 0 < oldest < age else None


def _process(mapping: Mapping, function: dict[str, Any], table: str, position: int) -> None:
    """Hand the function the next batch, then move on, split, retry or give up."""
    progress = _progress[mapping["UUID"]]
    read = dynamodb.stream_records_since(table, position, progress.limit or mapping.get("BatchSize", 100))
    # Filtered records still count as read: keep each record's place in the stream.
    kept = [(place, record) for place, record in enumerate(read) if lambdas._apply_filter_criteria([record], mapping)]
    if not kept:
        _advance(mapping, position + len(read))
        return
    batch = [record for _, record in kept]
    result = lambdas._execute_function(function, {"Records": batch})
    failed = _first_failure(mapping, batch, result)
    if failed is None:
        mapping["LastProcessingResult"] = f"OK - {len(batch)} records"
        _advance(mapping, position + len(read))
        progress.settled()
        return

    mapping["LastProcessingResult"] = "PROBLEM: Function call failed"
    if done := kept[failed][0]:
        _advance(mapping, position + done)
        progress.settled()
    if mapping.get("BisectBatchOnFunctionError") and result.get("error") and len(batch) > 1:
        # The first half next. A split is not an attempt: AWS does not count it either.
        progress.limit = kept[len(kept) // 2][0] - done
        return
    progress.attempts += 1
    if condition := _given_up(mapping, progress, batch[failed]):
        lambdas._send_ddb_stream_failure_record(
            mapping, function, batch[failed:], mapping["EventSourceArn"], result, condition
        )
        _advance(mapping, position + len(read))
        progress.settled()
        return
    backoff = min(_FIRST_BACKOFF * 2**progress.attempts, _LONGEST_BACKOFF)
    lambdas._esm_backoff_until[mapping["UUID"]] = time.time() + backoff


def _work(mapping: Mapping, function: dict[str, Any], table: str, position: int) -> None:
    try:
        _process(mapping, function, table, position)
    finally:
        _progress[mapping["UUID"]].busy = False
        lambdas._esm_wake.set()


@contextmanager
def _request_scope(account: str, region: str) -> Iterator[None]:
    """The emulator's stores are looked up by the account and region of the current request."""
    account_token, region_token = lambdas._request_account_id.set(account), lambdas._request_region.set(region)
    try:
        yield
    finally:
        lambdas._request_account_id.reset(account_token)
        lambdas._request_region.reset(region_token)


def _start_if_due(mapping: Mapping) -> bool:
    """Start the mapping's next batch on a thread of its own, unless it has nothing to read or is still at it."""
    stream_arn, uuid = mapping.get("EventSourceArn", ""), mapping["UUID"]
    if not mapping.get("Enabled", True) or ":dynamodb:" not in stream_arn:
        return False
    found = lambdas._dynamodb_stream_table_from_arn_spec(lambdas.parse_arn(stream_arn))
    if found is None:
        return False
    name = found[0]
    function, _ = lambdas._get_func_record_for_qualifier(mapping["FunctionName"], mapping.get("Qualifier"))
    table = dynamodb._tables.get(name)
    if function is None or not table or table.get("LatestStreamArn") != stream_arn:
        return False
    progress = _progress.setdefault(uuid, Progress())
    if progress.busy or lambdas._esm_backoff_until.get(uuid, 0) > time.time():
        return False
    oldest, end = dynamodb.stream_start_position(name), dynamodb.stream_end_position(name)
    with lambdas._dynamodb_stream_positions_lock:
        start = oldest if mapping.get("StartingPosition") == "TRIM_HORIZON" else end
        position = max(lambdas._dynamodb_stream_positions.setdefault(uuid, start), oldest)
    if position >= end:
        return False
    progress.busy = True
    lambdas.spawn_background(_work, mapping, function, name, position, thread_name="stream-mapping")
    return True


def _poll() -> bool:
    started = False
    for account, region, mapping in lambdas._iter_all_esms():
        with _request_scope(account, region):
            started = _start_if_due(mapping) or started
    return started


def apply() -> None:
    lambdas._poll_dynamodb_streams = _poll
