"""1,000 runs of the machine in tests/faults/insurer.py. `make faults RUNS=100000` makes more."""

from hypothesis import settings

import tests.properties.profiles  # noqa: F401 - loading it sets the profile
from tests.faults.insurer import Insurer

RUNS = 1_000
STEPS = 8

TestInsurer = Insurer.TestCase
TestInsurer.settings = settings(settings(), max_examples=RUNS, stateful_step_count=STEPS)
