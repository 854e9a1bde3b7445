"""Requests a second through the whole local stack, beside what the emulator can do at most.

The ceiling is the bare Powertools handler, deployed beside our functions behind the same API and the same authorizer:
what is above it is the emulator's, what is between is ours. Both are asked by the same clients in the same run.
"""

from __future__ import annotations

import http.client
import io
import threading
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from secrets import token_hex
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from benchmarks import opt, ordinary_request
from benchmarks.progress import say
from benchmarks.runtime_api import BenchmarkError
from benchmarks.timing import percentile
from local.people import BORROWER
from local.sam import STACK_NAME
from local.stack import LocalStack
from safelight.adapters.dynamodb import keys, rows
from safelight.adapters.dynamodb.book import PROFILE
from safelight.domain.request import PolicyholderId

CLIENTS = (1, 16, 50)
BARE_PATH = "/v1/bare"
BORROWERS = 250
_TIMEOUT_S = 60.0


class Load(NamedTuple):
    """`clients` ask one after the other, without a pause. Milliseconds."""

    clients: int
    requests: int
    per_second: float
    p50_ms: float
    p99_ms: float


class Throughput(NamedTuple):
    ours: Load
    ceiling: Load


def measure(requests_a_client: int, at_least: int) -> list[Throughput]:
    """For each number of clients: first as many requests to start the functions, then the measured ones."""
    found = []
    with LocalStack("bench", {"Stage": "local", "SmsProvider": "inbox", "SmsInboxUrl": "http://127.0.0.1:9"}) as stack:
        _deploy_bare(stack)
        tokens = _borrowers(stack)
        for clients in CLIENTS:
            count = max(at_least, clients * requests_a_client)
            loads = [_load(stack.api_url + path, tokens, clients, count) for path in ("/v1/requests", BARE_PATH)]
            found.append(Throughput(*loads))
            say(f"{clients} clients: {loads[0].per_second:.0f} requests/s, ceiling {loads[1].per_second:.0f}")
    return found


def _load(url: str, tokens: Iterator[str], clients: int, requests: int) -> Load:
    _ask(url, tokens, clients, clients * 2)
    started = time.perf_counter()
    times = _ask(url, tokens, clients, requests)
    return Load(
        clients=clients,
        requests=len(times),
        per_second=len(times) / (time.perf_counter() - started),
        p50_ms=percentile(times, 0.5) * 1000,
        p99_ms=percentile(times, 0.99) * 1000,
    )


def _ask(url: str, tokens: Iterator[str], clients: int, requests: int) -> list[float]:
    """Seconds of each. Raises BenchmarkError at the first answer that is not a 201."""
    left = threading.Semaphore(requests)
    with ThreadPoolExecutor(clients) as pool:
        lists = pool.map(lambda _: list(_client(url, tokens, left)), range(clients))
        return [seconds for one in lists for seconds in one]


def _client(url: str, tokens: Iterator[str], left: threading.Semaphore) -> Iterator[float]:
    """One client with one kept-alive connection, until none is left to ask. Every request id is fresh."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT_S)
    try:
        while left.acquire(blocking=False):
            headers = {"authorization": f"Bearer {next(tokens)}", "content-type": "application/json"}
            body = ordinary_request.body(f"load-{token_hex(8)}")
            started = time.perf_counter()
            connection.request("POST", parts.path, body, headers)
            answer = connection.getresponse()
            said = answer.read()
            yield time.perf_counter() - started
            if answer.status != 201:
                raise BenchmarkError(f"{parts.path}: {answer.status} {said[:300]!r}")
    finally:
        connection.close()


def _borrowers(stack: LocalStack) -> Iterator[str]:
    """Tokens in turn of many borrowers: hundreds of requests a year of one man would be no ordinary history."""
    table, tokens = stack.outputs["BookTableName"], []
    dynamodb = stack.client("dynamodb")
    for number in range(BORROWERS):
        who = PolicyholderId(f"borrower-{number}")
        dynamodb.put_item(TableName=table, Item=rows.item(keys.profile(who), PROFILE, BORROWER.profile))
        tokens.append(stack.issuer.mint(who))
    return cycle(tokens)


def _deploy_bare(stack: LocalStack) -> None:
    """The bare handler behind the API, with the layers and the role of the function that decides."""
    functions, api = stack.client("lambda"), stack.client("apigatewayv2")
    deciding = functions.get_function_configuration(FunctionName=f"{STACK_NAME}-assess-request")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", (opt.BARE / "app.py").read_text().replace('"/v1/requests"', f'"{BARE_PATH}"'))
    made = functions.create_function(
        FunctionName="bare",
        Runtime=deciding["Runtime"],
        Role=deciding["Role"],
        Handler="app.handler",
        Code={"ZipFile": packed.getvalue()},
        Layers=[layer["Arn"] for layer in deciding["Layers"]],
        MemorySize=deciding["MemorySize"],
        Timeout=deciding["Timeout"],
    )
    api_id = stack.outputs["ApiId"]
    integration = api.create_integration(
        ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=made["FunctionArn"], PayloadFormatVersion="2.0"
    )
    authorizer: dict[str, Any] = api.get_authorizers(ApiId=api_id)["Items"][0]
    api.create_route(
        ApiId=api_id,
        RouteKey=f"POST {BARE_PATH}",
        Target=f"integrations/{integration['IntegrationId']}",
        AuthorizationType="JWT",
        AuthorizerId=authorizer["AuthorizerId"],
    )
    functions.add_permission(
        FunctionName="bare", StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )
