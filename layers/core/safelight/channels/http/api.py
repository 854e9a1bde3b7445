"""What every HTTP function shares: who is asking, what the body says, and errors as RFC 9457 problem details."""

import json
from base64 import b64decode
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from msgspec import DecodeError, Struct
from msgspec.json import decode, encode

from safelight.domain.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RejectedError,
    RetryableError,
)
from safelight.domain.request import Locale, PolicyholderId
from safelight.ports import Telemetry

MAX_BODY_BYTES = 64 * 1024
STAFF_GROUP = "staff"
Body = TypeVar("Body", bound=Struct)
Problem = tuple[HTTPStatus, str, list[dict[str, str]]]


class BodyError(RejectedError):
    """The body cannot be taken. `errors` are (field, reason); neither repeats a value that was sent."""

    def __init__(self, status: HTTPStatus, errors: list[dict[str, str]]) -> None:
        super().__init__("body")
        self.status = status
        self.errors = errors


class HttpApi:
    """A Powertools resolver that speaks problem details.

    `on_failure` answers what nobody foresaw; without it that is a 503, which a client may try again.
    """

    def __init__(self, telemetry: Telemetry, on_failure: Callable[["HttpApi"], Response[str]] | None = None) -> None:
        self._resolver = APIGatewayHttpResolver()
        self._telemetry = telemetry
        self._on_failure = on_failure
        self.get, self.post, self.delete = self._resolver.get, self._resolver.post, self._resolver.delete
        self._resolver.exception_handler(Exception)(self._problem)
        self._resolver.not_found(lambda _: problem(HTTPStatus.NOT_FOUND, "not_found"))

    def resolve(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        return self._resolver.resolve(_with_what_is_read(event), context)

    def body(self, kind: type[Body]) -> Body:
        """The parsed body. Raises BodyError, which says which field and why."""
        event = self._resolver.current_event.raw_event
        text = event.get("body")
        text = text if isinstance(text, str) else ""
        try:
            raw = b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode("utf-8")
        except ValueError:
            raise BodyError(HTTPStatus.BAD_REQUEST, [{"field": "", "reason": "not_decodable"}]) from None
        if len(raw) > MAX_BODY_BYTES:
            raise BodyError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, [{"field": "", "reason": "body_too_large"}])
        try:
            return decode(raw, type=kind)
        except (DecodeError, UnicodeError, RecursionError):
            raise _refused(kind, raw) from None

    @property
    def path(self) -> str:
        return self._resolver.current_event.path

    def query(self, name: str) -> str | None:
        return (self._resolver.current_event.query_string_parameters or {}).get(name)

    def locale(self) -> Locale:
        """`?locale=`, or the nearest that is spoken here."""
        return Locale.nearest(self.query("locale"))

    def policyholder(self) -> PolicyholderId:
        """The token's subject."""
        return PolicyholderId(self._claim("sub"))

    def staff(self) -> str:
        """The staff member's id. Raises ForbiddenError unless the token's groups hold `staff`."""
        groups = self._claims().get("cognito:groups", "")
        # API Gateway flattens a list claim to "[a b]"; other authorizers keep the list. Nothing else is taken apart:
        # a group's name may hold commas and brackets of its own.
        named = groups.removeprefix("[").removesuffix("]").split() if isinstance(groups, str) else groups
        if not isinstance(named, list) or STAFF_GROUP not in named:
            raise ForbiddenError("staff_only")
        return self._claim("sub")

    def staff_locale(self) -> Locale:
        """Language of staff's words, for staff alone."""
        self.staff()
        return self.locale().staff

    def _claim(self, name: str) -> str:
        value = self._claims().get(name)
        if not isinstance(value, str) or not value:
            raise ForbiddenError("no_subject")
        return value

    def _claims(self) -> dict[str, Any]:
        context = self._resolver.current_event.raw_event["requestContext"]
        return _part(_part(_part(context, "authorizer"), "jwt"), "claims")

    def _problem(self, error: Exception) -> Response[str]:
        match error:
            case BodyError():
                return problem(error.status, "body", error.errors)
            case NotFoundError():
                return problem(HTTPStatus.NOT_FOUND, "not_found")
            case ForbiddenError():
                return problem(HTTPStatus.FORBIDDEN, error.reason)
            case ConflictError():
                return problem(HTTPStatus.CONFLICT, error.reason, _one(error))
            case RejectedError():
                return problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.reason, _one(error))
        if not isinstance(error, RetryableError):
            self._telemetry.note("unforeseen", error=type(error).__name__, where=_where(error))
        self._telemetry.count("UnforeseenError")
        if self._on_failure is not None:
            return self._on_failure(self)
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "try_again")


def reply(status: HTTPStatus, body: dict[str, object]) -> Response[str]:
    return Response(
        status_code=int(status),
        content_type="application/json",
        body=encode(body).decode(),
        headers={"cache-control": "no-store"},
    )


def problem(status: HTTPStatus, detail: str, errors: list[dict[str, str]] | None = None) -> Response[str]:
    """RFC 9457. `detail` and each error's `reason` are stable codes."""
    return Response(
        status_code=int(status),
        content_type="application/problem+json",
        body=json.dumps(
            {
                "type": "about:blank",
                "title": status.phrase,
                "status": int(status),
                "detail": detail,
                "errors": errors or [],
            }
        ),
        headers={"cache-control": "no-store"},
    )


def _with_what_is_read(event: object) -> dict[str, Any]:
    """An event of API Gateway's payload format 2.0 with all that Powertools reads before anything can be caught. Where
    it is missing or of another form, the event asks for nothing that is here: a 404."""
    sent = event if isinstance(event, dict) else {}
    context = _part(sent, "requestContext")
    http = _part(context, "http")
    return {
        **sent,
        "rawPath": _text(sent, "rawPath"),
        "headers": _texts(sent, "headers"),
        "queryStringParameters": _texts(sent, "queryStringParameters"),
        "requestContext": {
            **context,
            "stage": _text(context, "stage") or "$default",
            "http": {**http, "method": _text(http, "method")},
        },
    }


def _part(of: dict[str, Any], name: str) -> dict[str, Any]:
    part = of.get(name)
    return part if isinstance(part, dict) else {}


def _texts(of: dict[str, Any], name: str) -> dict[str, str]:
    return {key: value for key, value in _part(of, name).items() if isinstance(value, str)}


def _text(of: dict[str, Any], name: str) -> str:
    value = of.get(name)
    return value if isinstance(value, str) else ""


def _one(error: RejectedError) -> list[dict[str, str]]:
    return [{"field": error.field, "reason": error.reason}] if error.field else []


def _refused(kind: type[Struct], raw: bytes) -> BodyError:
    from safelight.channels.http.body_models import refusals  # noqa: PLC0415 - brings pydantic

    found = refusals(kind, raw)
    malformed = any(reason == "json_invalid" for _, reason in found)
    status = HTTPStatus.BAD_REQUEST if malformed else HTTPStatus.UNPROCESSABLE_ENTITY
    return BodyError(status, [{"field": field, "reason": reason} for field, reason in found])


def _where(error: Exception) -> str:
    """The last line of code that the error passed; its message may hold what a customer typed."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
