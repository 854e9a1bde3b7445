"""Objects of one S3 bucket, read over http.client (decision 2): writing them is the pipeline's, which has boto3."""

import http.client
import re
import time
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urlsplit

from safelight.adapters.aws_json import AwsError, AwsUnavailableError
from safelight.adapters.aws_signing import CredentialsSource, sign
from safelight.adapters.kept_connections import Answer, ClosedByPeerError, KeptConnections

_PLACE = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([A-Za-z0-9._/-]*[A-Za-z0-9]))?/?")
_NOTHING = sha256(b"").hexdigest()


class Place(NamedTuple):
    """`prefix` is empty or ends in a slash."""

    bucket: str
    prefix: str

    @classmethod
    def parse(cls, text: str) -> "Place":
        """`s3://bucket/prefix`. Raises ValueError."""
        found = _PLACE.fullmatch(text)
        if not found:
            raise ValueError("not of the form s3://bucket/prefix")
        return cls(found[1], f"{found[2]}/" if found[2] else "")


class S3Objects:
    """`endpoint` None means S3 itself, by the bucket's own host name; another is asked by path."""

    def __init__(
        self,
        place: Place,
        region: str,
        endpoint: str | None,
        credentials: CredentialsSource,
        *,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        url = urlsplit(endpoint or f"https://{place.bucket}.s3.{region}.amazonaws.com")
        if url.scheme not in ("http", "https") or not url.hostname:
            raise ValueError("endpoint must be an http or https URL")
        self._root = f"/{place.prefix}" if endpoint is None else f"/{place.bucket}/{place.prefix}"
        self._host = url.netloc
        self._region = region
        self._connections = KeptConnections(url.scheme, url.hostname, url.port)
        self._credentials = credentials
        self._wall_clock = wall_clock

    def get(self, key: str, *, within_s: float, most_bytes: int) -> bytes | None:
        """None when there is no such object. Asked once: the next look is the next try.

        Raises AwsError for a no, AwsUnavailableError for no usable answer within `within_s`.
        """
        deadline = time.monotonic() + within_s
        try:
            answer = self._asked(f"{self._root}{key}", deadline, most_bytes)
        except TimeoutError as error:
            raise AwsUnavailableError("s3", "GetObject", "timeout") from error
        except (ClosedByPeerError, OSError, http.client.HTTPException) as error:
            raise AwsUnavailableError("s3", "GetObject", "connection") from error
        if answer.status == 200:
            return answer.body
        if answer.status == 404:
            return None
        if 400 <= answer.status < 500 and answer.status != 429:
            raise AwsError("s3", "GetObject", f"http_{answer.status}")
        raise AwsUnavailableError("s3", "GetObject", f"http_{answer.status}")

    def close(self) -> None:
        """Close idle connections. Functions never need to."""
        self._connections.close()

    def _asked(self, path: str, deadline: float, most_bytes: int) -> Answer:
        """One quick second go, on a new connection, when a kept-alive one turned out to be dead."""
        headers = sign(
            {"host": self._host, "x-amz-content-sha256": _NOTHING},
            b"",
            service="s3",
            region=self._region,
            credentials=self._credentials(),
            at=self._wall_clock(),
            method="GET",
            path=path,
        )
        try:
            return self._connections.get(headers, deadline, path=path, most_bytes=most_bytes)
        except ClosedByPeerError:
            return self._connections.get(headers, deadline, path=path, most_bytes=most_bytes, fresh=True)
