"""AWS and LINE on loopback, with memory: a conversation is many calls, and each must find what the last one left.

What DynamoDB, Secrets Manager and LINE answer is the work of the stand-in that the channels' tests use; the server in
front of it is the benchmarks' own, which costs less.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from benchmarks import opt, ordinary_request
from benchmarks.loopback_http import Answered, Asked, LoopbackHttp
from local.people import BORROWER
from safelight.adapters.aws_signing import Credentials
from safelight.adapters.dynamodb.indicators import DynamoIndicators
from safelight.adapters.dynamodb.table import Table, dynamodb_client
from safelight.adapters.indicator import Indicator, SubjectKind
from safelight.domain.facts import External
from tests.channels.loopback_aws import Item, LoopbackAws

Tables = dict[str, dict[tuple[str, str], Item]]


class KeptAws:
    """An ordinary borrower whom the police list as a likely victim: every request of his is YELLOW by rule, whatever
    the channel, so that it is asked about. Use as a context manager."""

    def __init__(self) -> None:
        self.aws = LoopbackAws()
        self._server = LoopbackHttp(self._answer)
        self.endpoint = f"http://{self._server.address}"
        self._seed: Tables = {}

    def __enter__(self) -> Self:
        self._server.__enter__()
        self._seed = self._borrower()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__()
        self.aws.close()

    def settings(self, model: Path) -> dict[str, str]:
        """The variables of every channel's function."""
        return opt.settings(model, self.endpoint) | {
            "LINE_SECRET": "line-secret",
            "LINE_API_URL": self.endpoint,
            "LINE_LINK_URL": "https://insurer.example/link",
            "LEX_LOCALES": "zh_TW=zh-TW",
            "CARING_QUEUE": "caring",
            "SERVICE_QUEUE": "service",
            "CONNECT_VOICES": "zh-TW=Zhiyu",
        }

    def begin_again(self) -> None:
        """Forget every conversation, so that the hundredth finds the tables as small as the first did."""
        self.aws.reset()
        self.aws.tables |= {name: dict(rows) for name, rows in self._seed.items()}

    def keep(self) -> None:
        """What the tables hold now is what every conversation begins with."""
        self._seed = {name: dict(rows) for name, rows in self.aws.tables.items()}

    @property
    def moves(self) -> int:
        """How often a case has been opened or changed."""
        rows = self.aws.tables.get(ordinary_request.CASE_TABLE, {}).values()
        return sum(int(row["version"]["N"]) for row in rows if row["kind"]["S"] == "case")

    @property
    def told(self) -> list[dict[str, Any]]:
        """What LINE was last given to show."""
        messages: list[dict[str, Any]] = self.aws.line[-1][1]["messages"]
        return messages

    def _answer(self, asked: Asked) -> Answered:
        if asked.path.startswith("/v2/bot/"):
            status, body = self.aws.line_answer(asked.path, asked.body, asked.headers)
        else:
            status, body = self.aws.answer(asked.headers["x-amz-target"], asked.body)
        return Answered(status, json.dumps(body).encode(), {"content-type": "application/x-amz-json-1.0"})

    def _borrower(self) -> Tables:
        listed = Indicator(
            subject_kind=SubjectKind.PERSON,
            subject=BORROWER.id,
            source="police",
            purpose="fraud_prevention",
            expires_at=ordinary_request.NOW + timedelta(days=30),
            says=External(person_listed=True),
        )
        client = dynamodb_client("us-east-1", self.endpoint, lambda: Credentials("test", "test"), 5.0)
        DynamoIndicators(Table(client, ordinary_request.BOOK_TABLE)).save(listed)
        client.close()
        for (table, _), items in ordinary_request.PARTITIONS.items():
            self.aws.tables.setdefault(table, {}).update({(i["pk"]["S"], i["sk"]["S"]): i for i in items})
        return {name: dict(rows) for name, rows in self.aws.tables.items()}
