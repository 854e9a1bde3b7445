"""A small OpenID Connect issuer on loopback, in the place Cognito has on AWS.

The API's JWT authorizer validates its tokens as it does Cognito's: signature against the published key, issuer,
audience, expiry and scope. It hands a token to whoever asks, so it binds to loopback and exists only locally.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from local.loopback_server import LoopbackServer

AUDIENCE = "safelight-local"
_LIFETIME_SECONDS = 3600
_USE = "access"
# The emulator refuses an iat later than its own clock's whole second.
_CLOCK_LEEWAY_SECONDS = 5


class Issuer(LoopbackServer):
    """Serves its key and mints tokens. Use as a context manager.

    Example:
        >>> with Issuer() as issuer:
        ...     token = issuer.mint("policyholder-1", scopes=["safelight/customer"])
    """

    def __init__(self, port: int = 0, audience: str = AUDIENCE) -> None:
        self.audience = audience
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._key_id = secrets.token_hex(8)
        super().__init__("issuer", self._handler(), port)
        self.url = self.address

    def mint(
        self,
        subject: str,
        *,
        scopes: Sequence[str] = (),
        groups: Sequence[str] = (),
        lifetime_seconds: int = _LIFETIME_SECONDS,
        **claims: Any,
    ) -> str:
        """A signed access token with Cognito's claim names. A negative lifetime makes an expired one."""
        now = int(time.time())
        payload = {
            "iss": self.url,
            "sub": subject,
            "aud": self.audience,
            "client_id": self.audience,
            "token_use": _USE,
            "scope": " ".join(scopes),
            "cognito:groups": list(groups),
            "iat": now - _CLOCK_LEEWAY_SECONDS,
            "exp": now + lifetime_seconds,
            "jti": secrets.token_hex(16),
            **claims,
        }
        return jwt.encode(payload, self._key, algorithm="RS256", headers={"kid": self._key_id})

    def key_set(self) -> dict[str, Any]:
        """The JSON Web Key Set with the public key."""
        public = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": self._key_id, "alg": "RS256", "use": "sig"}]}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/.well-known/openid-configuration":
                    self._answer({"issuer": issuer.url, "jwks_uri": f"{issuer.url}/jwks.json"})
                elif self.path == "/jwks.json":
                    self._answer(issuer.key_set())
                else:
                    self.send_error(404)

            def _answer(self, document: dict[str, Any]) -> None:
                body = json.dumps(document).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the base class's name
                """Say nothing: the terminal belongs to the demo and the tests."""

        return Handler
