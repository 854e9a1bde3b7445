"""Where a page of the board ended, for the next one to start.

A cursor is a place in a list that its reader may read in full, so it is not signed: it is checked to be exactly what
this board writes, for this state and light, and anything else is refused.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error

from safelight.domain.case import CaseState
from safelight.domain.errors import RejectedError
from safelight.domain.light import Light

MAX_LENGTH = 400
_POSITION = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z#[^#\s]{1,200}")


def write_cursor(state: CaseState, light: Light | None, position: str) -> str:
    return urlsafe_b64encode(f"{_board(state, light)} {position}".encode()).decode().rstrip("=")


def read_cursor(state: CaseState, light: Light | None, cursor: str) -> str:
    """The position. Raises RejectedError for what `write_cursor` would not have written for this board."""
    refused = RejectedError("not_a_cursor", field="cursor")
    if len(cursor) > MAX_LENGTH or not cursor.isascii():
        raise refused
    try:
        _, _, position = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(" ")
    except (Base64Error, UnicodeError) as error:
        raise refused from error
    if not _POSITION.fullmatch(position) or write_cursor(state, light, position) != cursor:
        raise refused
    return position


def _board(state: CaseState, light: Light | None) -> str:
    return f"{state}#{'any' if light is None else light.name.lower()}"
