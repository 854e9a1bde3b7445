"""Logistic regression with a penalty a column and known signs."""

import warnings
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize  # type: ignore[import-untyped]
from sklearn.exceptions import ConvergenceWarning

Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

STEPS = 2_000


def logistic(
    design: Doubles,
    y: Flags,
    weight: Doubles,
    penalty: Doubles,
    signs: Sequence[int] | None = None,
    centre: Doubles | None = None,
) -> tuple[Doubles, float]:
    """Slopes (columns,) and intercept that minimise the weighted log-loss plus penalty / 2 x (slope - centre) squared.

    `design` (N, columns), `penalty` (columns,) in nats; `signs` +1, -1 or 0 a column: slopes not below 0, not above it,
    or free; `centre` (columns,), 0 without it. `y` must hold both classes.
    """
    drawn_to = np.zeros(len(penalty)) if centre is None else centre
    side = np.where(y, 1.0, -1.0)

    def loss(parameters: Doubles) -> tuple[float, Doubles]:
        slopes, offset = parameters[:-1], parameters[-1]
        margin = side * (design @ slopes + offset)
        pull = -weight * side / (1.0 + np.exp(np.minimum(margin, 500.0)))
        value = weight @ np.logaddexp(0.0, -margin) + penalty @ (slopes - drawn_to) ** 2 / 2
        return float(value), np.append(design.T @ pull + penalty * (slopes - drawn_to), pull.sum())

    start = np.append(drawn_to, np.log(weight[y].sum() / weight[~y].sum()))
    held = {1: (0.0, None), -1: (None, 0.0), 0: (None, None)}
    bounds = [held[sign] for sign in (signs if signs is not None else [0] * len(penalty))] + [(None, None)]
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B", options={"maxiter": STEPS})
    if not found.success:
        warnings.warn(f"a linear model stopped short of its minimum: {found.message}", ConvergenceWarning, stacklevel=2)
    return found.x[:-1], float(found.x[-1])
