"""The OpenAPI document, made by Powertools from one table of operations and the bodies.

Functions register their routes without validation schemas, which cost a cold start dear; a test holds their routes, the
template's events and this table to be the same. `python -m safelight.channels.http.openapi [--check] FILE`.
"""

import json
import sys
from dataclasses import dataclass
from inspect import Parameter, Signature
from pathlib import Path
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from aws_lambda_powertools.event_handler.openapi.params import Path as PathParam
from msgspec import Struct
from pydantic import BaseModel

from safelight import __version__
from safelight.channels.http import bodies_in as take
from safelight.channels.http import bodies_out as give
from safelight.channels.http.body_models import model_of
from safelight.domain.case import CaseState


@dataclass(frozen=True, slots=True)
class Operation:
    """`function` is the folder under functions/ that serves it; `problems` are the statuses it can end in."""

    method: str
    path: str
    function: str
    summary: str
    status: int
    gives: type[BaseModel]
    takes: type[Struct] | None = None
    queries: tuple[str, ...] = ()
    problems: tuple[int, ...] = ()

    @property
    def staff(self) -> bool:
        return self.path.startswith("/v1/staff/")


BODY_PROBLEMS = (400, 413, 422)
OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "POST",
        "/v1/requests",
        "assess_request",
        "Ask for a loan, a surrender or a change, and get the next step",
        201,
        give.RequestOut,
        take.CustomerRequestIn,
        problems=(*BODY_PROBLEMS, 403, 409),
    ),
    Operation(
        "GET",
        "/v1/requests/{request_id}",
        "read_case",
        "Where a request of one's own stands",
        200,
        give.RequestOut,
        problems=(404,),
    ),
    Operation(
        "POST",
        "/v1/requests/{request_id}/answers",
        "answer_questions",
        "Answer caring questions",
        200,
        give.RequestOut,
        take.AnswersIn,
        problems=(*BODY_PROBLEMS, 404, 409),
    ),
    Operation(
        "POST",
        "/v1/sessions/{session_id}/signals",
        "watch_session",
        "Send what the app or page can honestly see; may answer with a prompt",
        200,
        give.PromptOut,
        take.SessionSignalsIn,
        queries=("locale",),
        problems=BODY_PROBLEMS,
    ),
    Operation(
        "POST",
        "/v1/contacts",
        "manage_contacts",
        "Designate a contact, who gets a code by SMS",
        201,
        give.ContactOut,
        take.ContactIn,
        problems=(*BODY_PROBLEMS, 409),
    ),
    Operation("GET", "/v1/contacts", "manage_contacts", "One's own contacts", 200, give.ContactsOut),
    Operation(
        "POST",
        "/v1/contacts/{contact_id}/confirm",
        "manage_contacts",
        "Confirm a contact with the code",
        200,
        give.ContactOut,
        take.ConfirmIn,
        problems=(*BODY_PROBLEMS, 404, 409),
    ),
    Operation(
        "DELETE",
        "/v1/contacts/{contact_id}",
        "manage_contacts",
        "Revoke a contact",
        200,
        give.ContactOut,
        problems=(404, 409),
    ),
    Operation(
        "POST",
        "/v1/contacts/{contact_id}/renew",
        "manage_contacts",
        "Send a contact a new code, for another year",
        200,
        give.ContactOut,
        problems=(404, 409, 422),
    ),
    Operation(
        "POST",
        "/v1/contacts/order",
        "manage_contacts",
        "Say in which order contacts are told, and whether one or all",
        200,
        give.ContactsOut,
        take.OrderIn,
        problems=(*BODY_PROBLEMS, 409),
    ),
    Operation(
        "GET",
        "/v1/contacts/of-others",
        "manage_contacts",
        "Whose contact one is oneself, by the number on file",
        200,
        give.ContactOfOthersOut,
    ),
    Operation(
        "DELETE",
        "/v1/contacts/of-others/{contact_id}",
        "manage_contacts",
        "Be a contact no more",
        200,
        give.ContactOfOtherOut,
        problems=(404, 409),
    ),
    Operation(
        "GET",
        "/v1/calls/current",
        "check_call",
        "Is it really you calling?",
        200,
        give.CallOut,
        queries=("locale",),
    ),
    Operation(
        "POST",
        "/v1/chat/turns",
        "converse_web",
        "Say something in a chat, and get what is said and asked",
        200,
        give.ChatOut,
        take.ChatTurnIn,
        problems=BODY_PROBLEMS,
    ),
    Operation(
        "POST",
        "/v1/chat/line-links",
        "link_line",
        "Get a nonce for LINE's account link",
        201,
        give.LineLinkOut,
    ),
    Operation(
        "GET",
        "/v1/staff/cases",
        "serve_staff",
        "The board: cases in one state, newest first",
        200,
        give.CasesOut,
        queries=("state", "light", "limit", "cursor"),
        problems=(422,),
    ),
    Operation(
        "GET",
        "/v1/staff/cases/{case_id}",
        "serve_staff",
        "A case with its light and reasons",
        200,
        give.CaseOut,
        queries=("locale",),
        problems=(404,),
    ),
    Operation(
        "POST",
        "/v1/staff/cases/{case_id}/outcome",
        "serve_staff",
        "Say how a case ended",
        200,
        give.CaseOut,
        take.OutcomeIn,
        queries=("locale",),
        problems=(*BODY_PROBLEMS, 404, 409),
    ),
    Operation(
        "POST",
        "/v1/staff/observations",
        "serve_staff",
        "Note what was noticed of a policyholder",
        201,
        give.NotedOut,
        take.ObservationIn,
        problems=(*BODY_PROBLEMS, 409),
    ),
    Operation(
        "GET",
        "/v1/staff/contacts",
        "note_contacts",
        "A policyholder's contacts, and why one would not be told",
        200,
        give.RegardedContactsOut,
        queries=("policyholder_id",),
        problems=(422,),
    ),
    Operation(
        "POST",
        "/v1/staff/contacts",
        "note_contacts",
        "Exclude, readmit or revoke a contact, or note what may make him suspect",
        200,
        give.RegardedContactsOut,
        take.KnownIn,
        problems=(*BODY_PROBLEMS, 404, 409),
    ),
    Operation(
        "POST",
        "/v1/staff/calls",
        "serve_staff",
        "Announce a call of ours to a policyholder",
        201,
        give.NotedOut,
        take.CallIn,
        problems=BODY_PROBLEMS,
    ),
    Operation(
        "GET",
        "/v1/alerts",
        "reply_alert",
        "What one was told as somebody's contact",
        200,
        give.ToldsOut,
    ),
    Operation(
        "POST",
        "/v1/alerts/{alert_id}/reply",
        "reply_alert",
        "Say whether one knows of it",
        200,
        give.ToldOut,
        take.WordIn,
        problems=(*BODY_PROBLEMS, 409),
    ),
    Operation(
        "GET",
        "/v1/staff/tasks",
        "see_to_tasks",
        "What software could not finish, the one due first first",
        200,
        give.TasksOut,
        queries=("limit", "cursor", "locale"),
        problems=(422,),
    ),
    Operation(
        "POST",
        "/v1/staff/tasks/done",
        "see_to_tasks",
        "Say that a task is done, and how",
        200,
        give.TaskOut,
        take.DoneIn,
        queries=("locale",),
        problems=(*BODY_PROBLEMS, 404),
    ),
    Operation(
        "POST",
        "/v1/staff/cases/{case_id}/contact-reply",
        "see_to_tasks",
        "Take down what a contact said",
        200,
        give.NotedOut,
        take.ContactReplyIn,
        problems=(*BODY_PROBLEMS, 409),
    ),
    Operation(
        "GET",
        "/v1/staff/texts",
        "see_to_tasks",
        "Every text as it would be sent in a language",
        200,
        give.SmsTextsOut,
        queries=("locale",),
    ),
    Operation(
        "POST",
        "/v1/staff/requests",
        "assess_request",
        "The same as a request, asked at the counter",
        201,
        give.CaseOut,
        take.CounterRequestIn,
        queries=("locale",),
        problems=(*BODY_PROBLEMS, 409),
    ),
)
_ID = PathParam(pattern=r"^[A-Za-z0-9_-]{1,64}$")
_QUERIES: dict[str, Any] = {
    "locale": Annotated[str, Query(description=take.ANY_TAG)],
    "state": Annotated[CaseState, Query()],
    "light": Annotated[str, Query(pattern="^(green|yellow|red)$")],
    "limit": Annotated[int, Query(ge=1, le=100)],
    "policyholder_id": Annotated[str, Query(pattern=r"^[A-Za-z0-9_:|.@-]{1,128}$")],
    "cursor": Annotated[str, Query(max_length=2048)],
}
_TITLES = {
    400: "Malformed JSON",
    401: "No valid token",
    403: "Not allowed for this token",
    404: "Not found",
    409: "Conflict with what is stored",
    413: "Body over 64 KB",
    422: "A field is wrong; `errors` says which and why",
    503: "Try again",
}


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    resolver = APIGatewayHttpResolver(enable_validation=True)
    for operation in OPERATIONS:
        _register(resolver, operation)
    text = resolver.get_openapi_json_schema(
        title="Safelight API",
        version=__version__,
        description="Early warning for scams on life insurance. Errors are RFC 9457 problem details.",
        security_schemes={"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},  # type: ignore[dict-item]
        security=[{"token": []}],
    )
    made: dict[str, Any] = json.loads(text)
    for operation in OPERATIONS:
        responses = made["paths"][operation.path][operation.method.lower()]["responses"]
        if operation.status != 200:
            responses[str(operation.status)] = responses.pop("200")
        responses.pop("422", None)
        for status in _problems(operation):
            responses[str(status)] = _problem_response(status)
        made["paths"][operation.path][operation.method.lower()]["responses"] = dict(sorted(responses.items()))
    schemas = made["components"]["schemas"]
    for model in (give.Problem, give.FieldProblem):
        schemas[model.__name__] = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas[model.__name__].pop("$defs", None)
    for unused in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        schemas.pop(unused, None)
    return made


def _register(resolver: APIGatewayHttpResolver, operation: Operation) -> None:
    """A route whose signature says what the operation takes and gives; it is never called."""

    def handler(**_: Any) -> Any:
        raise NotImplementedError

    parameters = [
        Parameter(part[1:-1], Parameter.KEYWORD_ONLY, annotation=Annotated[str, _ID])
        for part in operation.path.split("/")
        if part.startswith("{")
    ]
    parameters += [
        Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=_QUERIES[name]) for name in operation.queries
    ]
    if operation.takes:
        parameters.append(
            Parameter("body", Parameter.KEYWORD_ONLY, annotation=Annotated[model_of(operation.takes), Body()])
        )
    handler.__signature__ = Signature(parameters, return_annotation=operation.gives)  # type: ignore[attr-defined]
    handler.__annotations__ = {p.name: p.annotation for p in parameters} | {"return": operation.gives}
    handler.__name__ = f"{operation.method.lower()}_{operation.path.strip('/').replace('/', '_')}"
    rule = operation.path.replace("{", "<").replace("}", ">")
    resolver.route(
        rule,
        operation.method,
        summary=operation.summary,
        operation_id=f"{operation.function}.{operation.method.lower()}.{operation.path.removeprefix('/v1/')}",
    )(handler)


def _problems(operation: Operation) -> list[int]:
    """A path whose id is not of an id's form leads nowhere: 404, as for an id that does not exist."""
    always = {401, 503} | ({403} if operation.staff else set()) | ({404} if "{" in operation.path else set())
    return sorted(always | set(operation.problems))


def _problem_response(status: int) -> dict[str, Any]:
    if status == 401:
        return {"description": _TITLES[status]}
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": _TITLES[status], "content": {"application/problem+json": {"schema": schema}}}


def main(arguments: list[str]) -> int:
    check, file = "--check" in arguments, Path(arguments[-1])
    text = json.dumps(document(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    if not check:
        file.write_text(text, encoding="utf-8")
        return 0
    if file.is_file() and file.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{file} is not what the code says. Run: python -m {__spec__.name} {file}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
