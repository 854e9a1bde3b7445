"""Staff are customers too: nobody judges a case of his own."""

import pytest

from safelight.domain.errors import ForbiddenError
from safelight.domain.light import Light
from safelight.domain.outcome import OutcomeLabel
from tests.builders import POLICYHOLDER
from tests.usecases.world import World


@pytest.mark.parametrize("label", list(OutcomeLabel))
def test_nobody_judges_a_case_of_his_own(label: OutcomeLabel) -> None:
    world = World().shines(Light.RED)
    before = world.assess().case
    with pytest.raises(ForbiddenError, match="own_case"):
        world.ends(before.case_id, label, by=str(POLICYHOLDER))
    assert world.case(before.case_id) == before
