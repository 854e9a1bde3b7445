"""Whom the insurer's own server or voice menu names as the policyholder, in an attribute of a call or of a session."""

import re

from safelight.domain.request import PolicyholderId

PERSON = "policyholder_id"
"""The attribute."""
_ID = re.compile(r"[A-Za-z0-9_:|.@-]{1,128}")


def named(attributes: object) -> PolicyholderId | None:
    """None where nobody is named, or in a form that no id has."""
    value = attributes.get(PERSON) if isinstance(attributes, dict) else None
    return PolicyholderId(value) if isinstance(value, str) and _ID.fullmatch(value) else None
