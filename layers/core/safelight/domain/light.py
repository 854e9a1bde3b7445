"""The traffic light that staff see."""

from enum import IntEnum


class Light(IntEnum):
    """Ordered by risk: GREEN < YELLOW < RED."""

    GREEN = 0
    YELLOW = 1
    RED = 2

    def worse(self, other: "Light") -> "Light":
        return max(self, other)
