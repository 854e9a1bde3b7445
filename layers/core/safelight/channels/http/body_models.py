"""The bodies as pydantic models, made from their structs: to say what is wrong with one, and for OpenAPI.

Imported for these two alone: a request that is well formed never pays for pydantic.
"""

import re
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Meta, Struct
from msgspec.structs import fields
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model
from pydantic_core import PydanticCustomError

_WORD = re.compile(r"[a-z_]{1,64}")
CONSTRAINTS = ("ge", "le", "min_length", "max_length", "pattern", "description")


@cache
def model_of(body: type[Struct]) -> type[BaseModel]:
    """Takes and refuses what the struct does; a test holds the two together."""
    hints = get_type_hints(body, include_extras=True)
    members: dict[str, Any] = {
        one.name: (_annotation(hints[one.name]), ... if one.default is NODEFAULT else one.default)
        for one in fields(body)
    }
    config = ConfigDict(extra="forbid", frozen=True, strict=True)
    return create_model(body.__name__, __config__=config, __doc__=body.__doc__, **members)


def refusals(body: type[Struct], raw: bytes) -> list[tuple[str, str]]:
    """Everything that is wrong as (field, reason), without a value that was sent. `json_invalid` when it is no JSON."""
    try:
        model_of(body).model_validate_json(raw)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return [(_path(one["loc"]), one["type"]) for one in found]
    return [("", "not_taken")]


def _annotation(hint: Any) -> Any:
    """msgspec's words for a type → pydantic's."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        kind, *metas = arguments
        return Annotated[_annotation(kind), *(_constraints(meta) for meta in metas)]
    if origin in (Union, UnionType):
        return Union[tuple(_annotation(one) for one in arguments)]  # noqa: UP007 - the members are not known here
    if origin is list:
        return list[_annotation(arguments[0])]  # type: ignore[misc]
    if isinstance(hint, type) and issubclass(hint, Struct):
        return model_of(hint)
    if hint == Literal[True]:
        return Annotated[hint, BeforeValidator(_is_true)]
    return hint


def _is_true(value: object) -> object:
    """To pydantic's Literal 1 is True; to msgspec it is not."""
    if value is not True:
        raise PydanticCustomError("literal_error", "not true")
    return value


def _constraints(meta: Meta) -> Any:
    named = {name: value for name in CONSTRAINTS if (value := getattr(meta, name)) is not None}
    if "pattern" in named:
        named["pattern"] = named["pattern"].replace(r"\Z", "$")  # Python's word for the very end is Rust's and ECMA's $
    return Field(**named)


def _path(loc: tuple[int | str, ...]) -> str:
    """`("policy_ids", 0)` → `policy_ids[0]`. A field's name may be anything: only a word is repeated."""
    path = ""
    for part in loc:
        name = part if isinstance(part, int) or _WORD.fullmatch(part) else "unknown_field"
        path += f"[{name}]" if isinstance(name, int) else f".{name}" if path else name
    return path
