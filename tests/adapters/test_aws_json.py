"""The lean AWS client on a wire that misbehaves."""

import json
import socket
import threading
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import pytest

from safelight.adapters.aws_json import AwsError, AwsJson, AwsUnavailableError
from safelight.adapters.aws_signing import Credentials
from safelight.adapters.kept_connections import KeptConnections
from safelight.domain.errors import GaveUpError, RetryableError
from tests.adapters import wire
from tests.adapters.wire import Wire, answer, serve

SECRET = "the-secret-access-key"
PERSONAL = "A123456789"


def credentials() -> Credentials:
    return Credentials(access_key_id="AKID", secret_access_key=SECRET, session_token="the-session-token")


@contextmanager
def client_of(served: Wire | str, timeout_s: float = 2.0) -> Iterator[AwsJson]:
    url = served if isinstance(served, str) else served.url
    client = AwsJson(
        "dynamodb", "DynamoDB_20120810", "1.0", "us-east-1", url, credentials, timeout_s, sleep=lambda _: None
    )
    try:
        yield client
    finally:
        client.close()


def failing_call(served: Wire | str, *, replayable: bool = True, timeout_s: float = 2.0) -> AwsUnavailableError:
    with client_of(served, timeout_s) as client, pytest.raises(AwsUnavailableError) as raised:
        client.call("GetItem", {"secret": PERSONAL}, replayable=replayable)
    return raised.value


def error(code: str, **more: object) -> bytes:
    said = {"__type": f"com.amazonaws#{code}", "message": f"about {PERSONAL}", **more}
    return json.dumps(said).encode()


def test_an_answer_comes_back_and_the_request_says_what_it_is() -> None:
    with serve(answer(b'{"Item": {"a": "\xe5\xae\x89"}}')) as served, client_of(served) as client:
        assert client.call("GetItem", {"Key": "安心"}) == {"Item": {"a": "安"}}
    head, _, body = served.requests[0].partition(b"\r\n\r\n")
    assert json.loads(body) == {"Key": "安心"}
    lines = head.decode().lower().split("\r\n")
    assert "x-amz-target: dynamodb_20120810.getitem" in lines
    assert "content-type: application/x-amz-json-1.0" in lines
    assert "x-amz-security-token: the-session-token" in lines


def test_calls_share_one_connection() -> None:
    with serve(answer()) as served, client_of(served) as client:
        for _ in range(5):
            client.call("GetItem", {})
    assert (len(served.requests), served.connections) == (5, 1)


def test_threads_share_a_client_and_each_gets_its_own_answer() -> None:
    with serve(answer()) as served, client_of(served) as client, ThreadPoolExecutor(8) as threads:
        served.behaviours = [partial(wire.echo, served)]
        asked = [{"n": str(n)} for n in range(200)]
        assert list(threads.map(partial(client.call, "GetItem"), asked)) == asked
    assert served.connections <= 8


def test_a_server_that_hangs_is_given_up_within_the_budget() -> None:
    with serve(lambda _: None) as served:
        began = time.monotonic()
        raised = failing_call(served, timeout_s=0.3)
        assert 0.25 < time.monotonic() - began < 0.8
    assert raised.code == "timeout"


def test_a_server_that_trickles_is_given_up_within_the_budget() -> None:
    stop = threading.Event()
    with serve(wire.trickle(stop)) as served:
        began = time.monotonic()
        assert failing_call(served, timeout_s=0.4).code == "timeout"
        assert time.monotonic() - began < 1.0
        stop.set()


def test_the_budget_of_one_call_overrides_the_clients() -> None:
    with serve(lambda _: None) as served, client_of(served, timeout_s=30) as client:
        began = time.monotonic()
        with pytest.raises(AwsUnavailableError):
            client.call("GetItem", {}, timeout_s=0.2)
        assert time.monotonic() - began < 1.0


def test_a_budget_already_spent_sends_nothing() -> None:
    with serve(answer()) as served, client_of(served) as client:
        with pytest.raises(AwsUnavailableError) as raised:
            client.call("GetItem", {}, timeout_s=0)
        assert raised.value.code == "timeout"
    assert served.requests == []


def test_nobody_listening_is_unavailable() -> None:
    with serve(answer()) as served:
        gone = served.url
    assert failing_call(gone).code == "connection"


@pytest.mark.parametrize("bad", [wire.reset, wire.hang_up, wire.cut_short, answer(b"{}", 500), answer(b"<html>", 503)])
def test_a_passing_failure_is_tried_again_when_that_is_harmless(bad: wire.Behave) -> None:
    with serve(bad, answer(b'{"ok": "yes"}')) as served, client_of(served) as client:
        assert client.call("GetItem", {}, replayable=True) == {"ok": "yes"}
    assert len(served.requests) == 2


@pytest.mark.parametrize("bad", [wire.reset, wire.hang_up, wire.cut_short, answer(b"{}", 500), answer(b"garbage")])
def test_a_failure_of_something_that_must_not_be_repeated_is_final(bad: wire.Behave) -> None:
    with serve(bad, answer()) as served:
        failing_call(served, replayable=False)
    assert len(served.requests) == 1


@pytest.mark.parametrize(
    "garbage", [b"", b"{", b"[1]", b'"text"', b"\xff\xfe", b"<html>" + PERSONAL.encode(), b"null", b"NaN"]
)
def test_an_unreadable_answer_is_no_answer(garbage: bytes) -> None:
    with serve(answer(garbage)) as served:
        if garbage == b"":
            with client_of(served) as client:
                assert client.call("PutItem", {}) == {}  # SQS and others say yes with nothing
        else:
            assert failing_call(served, replayable=False).code == "unreadable"


def test_an_answer_shorter_than_it_said_is_no_answer_even_when_it_reads_well() -> None:
    with serve(wire.then_hang_up(answer(b'{"Items": []}', length=4000))) as served:
        assert failing_call(served, replayable=False).code == "connection"


def test_nobody_waits_for_a_retry_that_the_budget_does_not_allow() -> None:
    waited: list[float] = []
    with serve(answer(error("ThrottlingException"), 400)) as served:
        client = AwsJson("dynamodb", "D", "1.0", "us-east-1", served.url, credentials, 1.0, sleep=waited.append)
        with pytest.raises(AwsUnavailableError):
            client.call("GetItem", {}, timeout_s=0.012)
        assert waited == []
        client.close()


@pytest.mark.parametrize("replayable", [True, False])
@pytest.mark.parametrize("code", ["ThrottlingException", "ProvisionedThroughputExceededException"])
def test_throttling_is_tried_again_and_then_reported(code: str, replayable: bool) -> None:
    with serve(answer(error(code), 400)) as served:
        assert failing_call(served, replayable=replayable).code == code
    assert len(served.requests) == 4


def test_throttling_that_passes_is_not_noticed() -> None:
    with serve(answer(error("ThrottlingException"), 400), answer()) as served, client_of(served) as client:
        assert client.call("PutItem", {}) == {}


def test_retries_stop_when_the_budget_would_be_spent() -> None:
    with serve(answer(error("ThrottlingException"), 400)) as served:
        client = AwsJson("dynamodb", "D", "1.0", "us-east-1", served.url, credentials, 0.06)
        began = time.monotonic()
        with pytest.raises(AwsUnavailableError):
            client.call("GetItem", {}, replayable=True)
        assert time.monotonic() - began < 0.3
        client.close()
    assert len(served.requests) < 4


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (error("ValidationException"), "ValidationException"),
        (b'{"__type": "AccessDeniedException:http://x"}', "AccessDeniedException"),
        (b'{"message": "no type"}', "http_400"),
        (f'{{"__type": "bad {PERSONAL}"}}'.encode(), "http_400"),
    ],
)
def test_a_no_is_final_and_says_its_code_only(body: bytes, code: str) -> None:
    with serve(answer(body, 400)) as served, client_of(served) as client, pytest.raises(AwsError) as raised:
        client.call("GetItem", {"secret": PERSONAL}, replayable=True)
    assert len(served.requests) == 1
    assert raised.value.code == code
    assert isinstance(raised.value, GaveUpError)
    assert str(raised.value) == f"dynamodb.GetItem:{code}"


def test_the_reasons_of_a_cancelled_transaction_are_kept() -> None:
    body = error(
        "TransactionCanceledException", CancellationReasons=[{"Code": "None"}, {"Code": "ConditionalCheckFailed"}]
    )
    with serve(answer(body, 400)) as served, client_of(served) as client, pytest.raises(AwsError) as raised:
        client.call("TransactWriteItems", {})
    assert raised.value.reasons == ("None", "ConditionalCheckFailed")


def test_a_kept_connection_that_died_meanwhile_is_not_used_again() -> None:
    with serve(wire.then_hang_up(answer()), answer(b'{"n": 2}')) as served, client_of(served) as client:
        client.call("GetItem", {})
        time.sleep(0.05)
        assert client.call("PutItem", {}, replayable=False) == {"n": 2}
    assert (len(served.requests), served.connections) == (2, 2)


def test_a_kept_connection_that_dies_under_a_request_is_replaced_once_for_replayable_calls() -> None:
    with serve(answer(), wire.hang_up, answer(b'{"n": 3}')) as served, client_of(served) as client:
        client.call("GetItem", {})
        assert client.call("GetItem", {}, replayable=True) == {"n": 3}
    assert (len(served.requests), served.connections) == (3, 2)


def test_a_kept_connection_that_dies_under_a_request_ends_a_call_that_must_not_be_repeated() -> None:
    with serve(answer(), wire.hang_up, answer()) as served, client_of(served) as client:
        client.call("GetItem", {})
        with pytest.raises(AwsUnavailableError):
            client.call("PutItem", {}, replayable=False)
    assert len(served.requests) == 2


def test_an_answer_that_nobody_asked_for_is_never_taken_for_the_next_one() -> None:
    def late_extra(connection: socket.socket) -> None:
        answer(b'{"n": 1}')(connection)
        time.sleep(0.05)
        answer(b'{"n": "extra"}')(connection)

    for twice in (wire.answer_twice(b'{"n": 1}'), late_extra):
        with serve(twice, answer(b'{"n": 2}')) as served, client_of(served) as client:
            assert client.call("GetItem", {}) == {"n": 1}
            time.sleep(0.1)
            assert client.call("GetItem", {}) == {"n": 2}


@pytest.mark.parametrize(
    "bad", [wire.reset, wire.cut_short, answer(PERSONAL.encode()), answer(error("InternalServerError"), 500)]
)
def test_an_exception_with_all_its_causes_shows_neither_payload_nor_secret(bad: wire.Behave) -> None:
    with serve(bad) as served:
        raised = failing_call(served)
    shown = "".join(traceback.format_exception(raised, chain=True)) + repr(raised)
    for hidden in (PERSONAL, SECRET, "the-session-token"):
        assert hidden not in shown
    assert isinstance(raised, RetryableError)


@pytest.mark.parametrize("endpoint", ["ftp://x", "127.0.0.1:80", "http://"])
def test_an_endpoint_that_is_no_url_is_refused_at_start(endpoint: str) -> None:
    with pytest.raises(ValueError, match="endpoint"):
        AwsJson("kms", "T", "1.1", "us-east-1", endpoint, credentials, 1)


def test_a_request_names_its_host_and_length_and_no_header_brings_another() -> None:
    with serve(answer(), answer()) as served, client_of(served) as client:
        client.call("GetItem", {"Key": "安心"})
        host = served.url.removeprefix("http://")
        connections = KeptConnections("http", "127.0.0.1", served.port)
        for forged in ("a\r\nx-other: b", "a\nb", "a\rb"):
            with pytest.raises(ValueError, match="line break"):
                connections.post({"x-header": forged}, b"", time.monotonic() + 1)
    (request,) = served.requests
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST / HTTP/1.1"
    assert f"host: {host}" in lines
    assert f"content-length: {len(body)}" in lines
