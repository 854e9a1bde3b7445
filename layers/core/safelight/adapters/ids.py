"""Ids that nobody can guess."""

from uuid import uuid4


class RandomIds:
    """The port `Ids`: 122 random bits, 32 lower-case hex digits."""

    def new(self) -> str:
        return uuid4().hex
