"""Logistic regression with a penalty a column, and weights that may be held at or above 0."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize  # type: ignore[import-untyped]

Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def logistic(
    design: Doubles, y: Flags, weight: Doubles, penalty: Doubles, not_below_0: Flags | None = None
) -> tuple[Doubles, float]:
    """Slopes (columns,) and intercept that minimise the weighted log-loss plus penalty / 2 x slope squared.

    `design` (N, columns), `penalty` (columns,) in nats; `y` must hold both classes.
    """
    signs = np.where(y, 1.0, -1.0)

    def loss(parameters: Doubles) -> tuple[float, Doubles]:
        slopes, offset = parameters[:-1], parameters[-1]
        margin = signs * (design @ slopes + offset)
        pull = -weight * signs / (1.0 + np.exp(np.minimum(margin, 500.0)))
        value = weight @ np.logaddexp(0.0, -margin) + penalty @ slopes**2 / 2
        return float(value), np.append(design.T @ pull + penalty * slopes, pull.sum())

    held = np.zeros(len(penalty), dtype=np.bool_) if not_below_0 is None else not_below_0
    start = np.zeros(len(penalty) + 1)
    start[-1] = np.log(weight[y].sum() / weight[~y].sum())
    bounds = [(0.0, None) if low else (None, None) for low in held] + [(None, None)]
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B", options={"maxiter": 500}).x
    return found[:-1], float(found[-1])
