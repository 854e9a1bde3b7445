"""What both learners refuse before they learn, in words that name it."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.train import ExpertEnsemble, RareEventClassifier

X = pd.DataFrame({"a": np.arange(40.0), "b": np.arange(40.0) % 7})
Y = np.arange(40) % 2


@pytest.fixture(params=[RareEventClassifier, ExpertEnsemble])
def model(request: pytest.FixtureRequest) -> Any:
    return request.param()


@pytest.mark.parametrize(
    ("y", "said"),
    [
        (np.zeros(40, dtype=np.int64), "y holds one class only, 0; "),
        (np.array(["no"] * 40), "y holds one class only, 'no'; "),
        (np.array([1, "no"] * 20, dtype=object), "y holds text and numbers"),
        (np.where(Y == 1, np.nan, 0.0), "20 labels are missing"),
    ],
    ids=["one number", "one word", "mixed", "gaps"],
)
def test_labels_that_are_no_two_classes_are_refused(model: Any, y: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        model.fit(X, y)


@pytest.mark.parametrize("time", [["9:00", "10:00"] * 20, [1, "x"] * 20], ids=["text", "mixed"])
def test_text_is_no_time(model: Any, time: list[Any]) -> None:
    """Sorted as text, 10:00 is before 9:00: blocks of time would be none."""
    with pytest.raises(ValueError, match="time holds text"):
        model.fit(X, Y, time=pd.Series(time))
