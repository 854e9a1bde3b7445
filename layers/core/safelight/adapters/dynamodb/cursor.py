"""Where a page of the board or of the tasks ended, for the next one to start.

A cursor is a place in a list that its reader may read in full, so it is not signed: it is checked to be exactly what
this list writes, for this state and light, and anything else is refused.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error

from safelight.domain.case import CaseState
from safelight.domain.errors import RejectedError
from safelight.domain.light import Light

MAX_LENGTH = 400
_INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
_POSITION = re.compile(rf"{_INSTANT}#[^#\s]{{1,200}}")
_TASK_POSITION = re.compile(rf"{_INSTANT}#[^#\s]{{1,200}}#[a-z_]{{1,64}}#[^#\s]{{0,64}}")
_TASKS = "tasks"


def write_cursor(state: CaseState, light: Light | None, position: str) -> str:
    return _write(_board(state, light), position)


def read_cursor(state: CaseState, light: Light | None, cursor: str) -> str:
    """The position. Raises RejectedError for what `write_cursor` would not have written for this board."""
    return _read(_board(state, light), _POSITION, cursor)


def write_task_cursor(position: str) -> str:
    return _write(_TASKS, position)


def read_task_cursor(cursor: str) -> str:
    """The position. Raises RejectedError for what `write_task_cursor` would not have written."""
    return _read(_TASKS, _TASK_POSITION, cursor)


def _write(of: str, position: str) -> str:
    return urlsafe_b64encode(f"{of} {position}".encode()).decode().rstrip("=")


def _read(of: str, form: re.Pattern[str], cursor: str) -> str:
    refused = RejectedError("not_a_cursor", field="cursor")
    if len(cursor) > MAX_LENGTH or not cursor.isascii():
        raise refused
    try:
        _, _, position = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(" ")
    except (Base64Error, UnicodeError) as error:
        raise refused from error
    if not form.fullmatch(position) or _write(of, position) != cursor:
        raise refused
    return position


def _board(state: CaseState, light: Light | None) -> str:
    return f"{state}#{'any' if light is None else light.name.lower()}"
