"""A line through six points: RMSProp on the whole data, five thousand times.

Minimised is half the mean squared error, (m*x + b - y)^2 / 2 averaged over the points, whose
derivatives are mean(error * x) by m and mean(error) by b. (Without the half both are twice as
large; RMSProp divides that out again, all but what epsilon makes of it.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from python_ref.rmsprop import RMSProp

Floats = NDArray[np.float64]

X: Floats = np.arange(5.0, 60.0, 10.0)
Y: Floats = np.array([5.0, 20.0, 14.0, 32.0, 22.0, 38.0])
START = (3.0, 5.0)
ITERATIONS = 5000


@dataclass(frozen=True)
class Fit:
    """A line and how it was come to.

    Attributes:
        x, y: the data.
        trajectory: slope and intercept before the first iteration and after each, (T + 1, 2).
        best: slope and intercept of least squares, solved and not searched for.
    """

    x: Floats
    y: Floats
    trajectory: Floats
    best: Floats

    @property
    def slope_intercept(self) -> Floats:
        """Where the search ended."""
        return np.asarray(self.trajectory[-1])

    @property
    def rmse(self) -> float:
        """The root of the mean squared error where the search ended."""
        return rmse(self.slope_intercept, self.x, self.y)

    @property
    def lines(self) -> list[str]:
        """What there is to print."""
        return [
            f"slope and intercept after {len(self.trajectory) - 1} iterations"
            f"  {self.slope_intercept}   RMSE {self.rmse}",
            f"slope and intercept of least squares"
            f"  {self.best}   RMSE {rmse(self.best, self.x, self.y)}",
        ]


def run(iterations: int = ITERATIONS, factor: float = 1.0) -> Fit:
    """Fit the six points from slope 3 and intercept 5 with the reference's own defaults.

    Args:
        iterations: each is a step on all points.
        factor: multiplies the gradient; 2 is the mean squared error without the half.
    """
    weights = {"line": np.array(START)}
    optimizer = RMSProp()
    trajectory = np.empty((iterations + 1, 2))
    trajectory[0] = START
    for i in range(iterations):
        optimizer.update_weights({"line": factor * gradient(weights["line"], X, Y)}, weights)
        trajectory[i + 1] = weights["line"]
    return Fit(X, Y, trajectory, least_squares(X, Y))


def gradient(line: Floats, x: Floats, y: Floats) -> Floats:
    """The derivatives of half the mean squared error by slope and intercept."""
    error = line[0] * x + line[1] - y
    return np.array([np.mean(error * x), np.mean(error)])


def rmse(line: Floats, x: Floats, y: Floats) -> float:
    """The root of the mean squared error of a line, in units of y."""
    return float(np.mean((y - (line[0] * x + line[1])) ** 2) ** 0.5)


def least_squares(x: Floats, y: Floats) -> Floats:
    """Slope and intercept that no search can better."""
    slope = np.mean((x - x.mean()) * (y - y.mean())) / np.mean((x - x.mean()) ** 2)
    return np.array([slope, y.mean() - slope * x.mean()])
