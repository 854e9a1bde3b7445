"""Generated tables with few positives, and the learner made small enough for tests."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.train import RareEventClassifier


def table(rows: int, rate: float, seed: int) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """A step, a trend and a category carry the label; one column is noise and one has gaps."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "amount": rng.lognormal(10, 1, rows),
            "calls": rng.poisson(2, rows).astype(float),
            "channel": rng.choice(["app", "web", "phone"], rows, p=[0.6, 0.3, 0.1]),
            "noise": rng.normal(size=rows),
        }
    )
    signal = 1.2 * (np.log(frame["amount"]) - 10) + 3 * (frame["calls"] > 4) + 1.5 * (frame["channel"] == "phone")
    signal += rng.gumbel(size=rows)
    y = np.zeros(rows, dtype=np.int64)
    y[np.argsort(-signal.to_numpy())[: int(rate * rows)]] = 1
    frame.loc[rng.random(rows) < 0.1, "calls"] = np.nan
    return frame, y


def quick(**settings: Any) -> RareEventClassifier:
    return RareEventClassifier(random_state=0, inner_folds=2, trees=30, **settings)
