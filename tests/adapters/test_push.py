"""A push on the wire: signed, once, soon over, and no trouble of it is anybody's but its own."""

import json
import time

import pytest

from safelight.adapters.post_signing import TIMESTAMP, signed
from safelight.adapters.push import SignedPush
from safelight.domain.errors import GaveUpError, RetryableError
from safelight.domain.request import PolicyholderId
from tests.adapters import wire
from tests.adapters.sms_providers import KEY, Secrets, signer
from tests.adapters.wire import answer, serve

ME, TEXT = PolicyholderId("ph-0001"), "您有一筆申請，如果不是您本人，請聯絡我們。"


def send(url: str, secrets: Secrets | None = None) -> None:
    SignedPush(f"{url}/notices", signer(secrets)).send(ME, "case-1/holder.red", TEXT)


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_notice_is_told_with_its_id_and_signed(status: int) -> None:
    with serve(answer(b"", status)) as served:
        send(served.url)
    head, _, body = served.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /notices HTTP/1.1")
    assert json.loads(body) == {"policyholder_id": ME, "notice_id": "case-1/holder.red", "text": TEXT}
    headers = dict(line.decode().lower().split(": ", 1) for line in head.split(b"\r\n")[1:])
    assert signed(KEY.encode(), body, headers, float(headers[TIMESTAMP]))
    assert abs(float(headers[TIMESTAMP]) - time.time()) < 60
    assert len(served.requests) == 1


@pytest.mark.parametrize(
    "bad",
    [answer(b"", 400), answer(b"", 302), answer(b"", 500), wire.reset, wire.hang_up, wire.cut_short, lambda _: None],
    ids=["400", "302", "500", "resets", "hangs_up", "cut_short", "hangs"],
)
def test_whatever_goes_wrong_may_be_tried_again_and_is_not_here(bad: wire.Behave) -> None:
    with serve(bad) as served, pytest.raises(RetryableError) as caught:
        send(served.url)
    assert len(served.requests) == 1
    assert TEXT not in str(caught.value)
    assert str(ME) not in str(caught.value)


def test_nobody_listening_may_be_tried_again() -> None:
    with serve(answer()) as served:
        gone = served.url
    with pytest.raises(RetryableError):
        send(gone)


@pytest.mark.parametrize("fails", [RetryableError("down"), GaveUpError("denied")])
def test_without_its_key_nothing_is_told(fails: Exception) -> None:
    with serve(answer()) as served, pytest.raises(RetryableError):
        send(served.url, Secrets(fails=fails))
    assert served.requests == []


@pytest.mark.parametrize("url", ["http://push.example/", "push.example", ""])
def test_a_push_service_without_tls_is_refused_at_start(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        SignedPush(url, signer())
