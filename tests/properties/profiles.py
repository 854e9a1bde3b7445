"""Settings of Hypothesis for the whole suite."""

import os

from hypothesis import settings

# The same examples on every machine, and no deadline: a busy machine is no finding. To look further:
# HYPOTHESIS_PROFILE=explore pytest tests/properties
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=3_000, stateful_step_count=80, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
