"""What a diamond's weight says about its price: RMSProp on 512 diamonds at a time.

Carat and price are standardised over all diamonds (less the mean, by the population's standard
deviation), then a fifth is set aside for testing, drawn as scikit-learn's `train_test_split`
draws with `test_size=0.2, random_state=42`: NumPy's own generator of old gives its permutation,
so scikit-learn is not needed. The training set is shuffled anew in every epoch, seeded.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from python_ref.rmsprop import RMSProp
from python_ref.tutorial.full_batch import gradient, least_squares, rmse

Floats = NDArray[np.float64]

TEST_SHARE, SPLIT_SEED = 0.2, 42
SHUFFLE_SEED = 2012
"""Of the epochs' shuffles; the year of the lecture that RMSProp was first seen in."""
START, LEARNING_RATE, BATCH = (1.0, 0.0), 0.01, 512
EPOCHS = 500
PUBLISHED = {"slope": 0.9269, "intercept": 0.0089, "rmse": 1550.76}
"""What a tutorial that trains the same way for 5,000 epochs, unseeded, prints."""


class DataMissingError(Exception):
    """The package that carries the data is not installed; the message says how to get it."""


@dataclass(frozen=True)
class Diamonds:
    """Diamonds, standardised, a fifth of them set aside.

    Attributes:
        carat, price: as they are, in carats (0.2 g) and US dollars.
        train, test: which of them train the line and which try it.
    """

    carat: Floats
    price: Floats
    train: NDArray[np.int64]
    test: NDArray[np.int64]

    @cached_property
    def x(self) -> Floats:
        """The carats, standardised."""
        return standardised(self.carat)

    @cached_property
    def y(self) -> Floats:
        """The prices, standardised."""
        return standardised(self.price)

    def test_rmse(self, line: Floats) -> float:
        """The error of a line on the diamonds set aside, in dollars."""
        return rmse(line, self.x[self.test], self.y[self.test]) * float(self.price.std())

    def dollars(self, line: Floats, carat: Floats) -> Floats:
        """The price that a line predicts for diamonds of so many carats."""
        x = (carat - self.carat.mean()) / self.carat.std()
        return np.asarray((line[0] * x + line[1]) * self.price.std() + self.price.mean())


@dataclass(frozen=True)
class Training:
    """A line trained on diamonds.

    Attributes:
        diamonds: the data.
        trajectory: slope and intercept before the first epoch and after each, (E + 1, 2).
        rmse: on the diamonds set aside, likewise, (E + 1,), in dollars.
        best: slope and intercept of least squares on the training set.
    """

    diamonds: Diamonds
    trajectory: Floats
    rmse: Floats
    best: Floats

    @property
    def settled(self) -> slice:
        """The last three quarters of the epochs: what comes before is arriving."""
        return slice(1 + (len(self.rmse) - 1) // 4, None)

    @cached_property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """Least and greatest value at the end of a settled epoch: slope, intercept, rmse."""
        series = {
            "slope": self.trajectory[self.settled, 0],
            "intercept": self.trajectory[self.settled, 1],
            "rmse": self.rmse[self.settled],
        }
        return {name: (float(values.min()), float(values.max())) for name, values in series.items()}

    @property
    def lines(self) -> list[str]:
        """What there is to print."""
        epochs, count = len(self.rmse) - 1, len(self.rmse[self.settled])
        low, high = ({name: pair[i] for name, pair in self.ranges.items()} for i in (0, 1))
        rows = {
            f"after {epochs} epochs": (*self.trajectory[-1], self.rmse[-1]),
            f"least of the last {count}": low.values(),
            f"greatest of the last {count}": high.values(),
            "published": PUBLISHED.values(),
            "least squares": (*self.best, self.diamonds.test_rmse(self.best)),
        }
        return [
            f"{len(self.diamonds.train)} diamonds to train on, {len(self.diamonds.test)} to test,"
            f" {math.ceil(len(self.diamonds.train) / BATCH)} batches an epoch",
            f"{'':24}   slope  intercept  RMSE ($)",
            *(
                f"{name:24}  {slope:.4f}    {intercept:+.4f}   {error:.2f}"
                for name, (slope, intercept, error) in rows.items()
            ),
        ]


def standardised(values: Floats) -> Floats:
    """Return `values` with mean 0 and standard deviation 1, that of the population."""
    return np.asarray((values - values.mean()) / values.std())


def load() -> Diamonds:
    """Read the 53,940 diamonds from plotnine, in the order in which ggplot2 has them.

    Raises:
        DataMissingError: plotnine is not installed.
    """
    try:
        from plotnine.data import diamonds  # noqa: PLC0415 - optional, and slow to import
    except ModuleNotFoundError as error:
        raise DataMissingError(
            f"the diamonds come with plotnine, and {error.name} is not installed:"
            ' pip install "rmsproof[tutorial]"'
        ) from error
    carat = diamonds["carat"].to_numpy(dtype=np.float64)
    return Diamonds(carat, diamonds["price"].to_numpy(dtype=np.float64), *split(len(carat)))


def split(
    count: int, test_share: float = TEST_SHARE, seed: int = SPLIT_SEED
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which of `count` are for training and which for testing, as scikit-learn splits."""
    permuted = np.random.RandomState(seed).permutation(count)
    tested = math.ceil(count * test_share)
    return permuted[tested:], permuted[:tested]


def run(
    diamonds: Diamonds,
    epochs: int = EPOCHS,
    seed: int = SHUFFLE_SEED,
    advance: Callable[[], None] = lambda: None,
) -> Training:
    """Train a line from slope 1 and intercept 0; `advance` is called after every epoch."""
    x, y = diamonds.x[diamonds.train], diamonds.y[diamonds.train]
    weights = {"line": np.array(START)}
    optimizer = RMSProp(learning_rate=LEARNING_RATE)
    generator = np.random.default_rng(seed)
    trajectory, errors = np.empty((epochs + 1, 2)), np.empty(epochs + 1)
    trajectory[0], errors[0] = START, diamonds.test_rmse(weights["line"])
    for epoch in range(1, epochs + 1):
        order = generator.permutation(len(x))
        shuffled_x, shuffled_y = x[order], y[order]
        for start in range(0, len(x), BATCH):
            batch = slice(start, start + BATCH)
            step = gradient(weights["line"], shuffled_x[batch], shuffled_y[batch])
            optimizer.update_weights({"line": step}, weights)
        trajectory[epoch], errors[epoch] = weights["line"], diamonds.test_rmse(weights["line"])
        advance()
    return Training(diamonds, trajectory, errors, least_squares(x, y))
