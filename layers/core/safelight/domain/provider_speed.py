"""When an SMS provider has become too slow to start with."""

from datetime import timedelta

SLOW_AFTER = timedelta(seconds=30)
"""A message that takes longer from the provider's yes to the phone came slowly."""
LOOKED_BACK = timedelta(minutes=15)
LEAST_SEEN = 20
"""Of fewer messages a share means nothing."""
SLOW_PERCENT = 15


def too_slow(slow: int, seen: int) -> bool:
    """Of so many messages seen in `LOOKED_BACK`, so many slow ones."""
    return seen >= LEAST_SEEN and slow * 100 >= SLOW_PERCENT * seen
