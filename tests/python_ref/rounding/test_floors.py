"""A root is no less than 0 however large its error: what epsilon is added to has a bound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support import singles

from python_ref.dialects.axes import NUMBERS
from python_ref.dialects.dialect import Dialect
from python_ref.golden.golden import make
from python_ref.rounding.bounds import BOUNDS
from python_ref.scenarios.catalogue import scenarios

# What is divided by may be 0, a root that of a negative number, or its error the next one's.
UNBOUNDED = ("epsilon=none", "epsilon=on_", "centered=yes", "state=root_kept")
SQUARES = "subnormal-squares"
OPTIONS = {"momentum": 0.9, "weight_decay": 0.1, "clip": 1.0, "mean_decay": 0.9}


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_where_nothing_is_divided_by_0_there_is_a_bound(precision: str) -> None:
    (scenario,) = (s for s in scenarios(precision) if s.name == SQUARES)
    without = []
    for deviation in singles(*NUMBERS):
        dialect = Dialect([deviation])
        golden = make(replace(scenario, options=OPTIONS), dialect, precision)
        if np.isnan(golden.envelope[np.isfinite(golden.weights)]).any():
            without.append(deviation)
    assert [name for name in without if not name.startswith(UNBOUNDED)] == []


def test_a_floor_is_kept_by_what_a_denominator_goes_through() -> None:
    bounds = BOUNDS["float32"]
    v = bounds.given(np.array([[2.0**-149, 0.25]])) * 0.5
    root = bounds.sqrt(v, nonnegative=True)
    below = bounds.concatenate([root + 1e-30, root[:, ::-1] + 1e-30], 0)
    below = bounds.maximum(below, bounds.store(below[::-1].copy()))
    assert (below.least > 0).all()
    assert np.isnan((root - 1e-30).least).any()
