"""DynamoDB and Secrets Manager on loopback, with canned answers: what is measured is ours, not an emulator's."""

from __future__ import annotations

import json
from collections import Counter
from typing import Self

from benchmarks import ordinary_request
from benchmarks.loopback_http import Answered, Asked, LoopbackHttp


class AwsStandIn:
    """`calls` counts operations by name. Use as a context manager."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self._server = LoopbackHttp(self._answer)
        self.endpoint = f"http://{self._server.address}"

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__()

    def _answer(self, asked: Asked) -> Answered:
        operation = asked.headers["x-amz-target"].rpartition(".")[2]
        self.calls[operation] += 1
        body = json.dumps(ordinary_request.answer(operation, json.loads(asked.body))).encode()
        return Answered(200, body, {"content-type": "application/x-amz-json-1.0"})
