"""Requests to a command, as the protocol has them: a scenario whole, and numbers to be echoed."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harness.transport.attach import roles_of
from python_ref.numbers.text import to_json
from python_ref.scenarios.hyperparameters import OPTIONS
from python_ref.scenarios.scenario import Arrays, Scenario

# What careless parsers get wrong: decimals of many digits, powers of ten that double does not
# hold, whole numbers beyond 2^53, the largest and the smallest.
_ECHOED = (
    0.1, -0.3, 1e23, 1e-7, 123456.789012345678, 9007199254740993.0, 8.41e21, 5e-324,
    2.2250738585072014e-308, 1.7976931348623157e308, 0.4968377233398313, 6.62607015e-34,
)  # fmt: skip


def run(
    scenario: Scenario, precision: str, binding: Mapping[str, Any] | None, packed: bool = False
) -> str:
    """The line that feeds a scenario.

    Args:
        scenario: what is fed.
        precision: what its numbers are representable in.
        binding: what one of our own adapters was told to bind; None for a stranger.
        packed: arrays are sent in base64, and come back so.
    """
    arrays = _packed if packed else _arrays
    options: dict[str, Any] = dict(scenario.options)
    if binding is not None:
        given = scenario.values(role for role in roles_of(binding) if role in OPTIONS)
        options = {name: to_json(x) for name, x in given.items()}
    request = {
        "do": "run",
        "precision": precision,
        **scenario.hyperparameters,
        "options": options,
        **({"arrays": "base64"} if packed else {}),
        "weights": arrays(scenario.weights),
        "gradients": [arrays(step) for step in scenario.gradients],
    }
    return json.dumps(request, ensure_ascii=False)


def _arrays(arrays: Arrays) -> dict[str, Any]:
    return {name: [to_json(x) for x in array.tolist()] for name, array in arrays.items()}


def _packed(arrays: Arrays) -> dict[str, Any]:
    return {
        name: base64.b64encode(array.astype("<f8").tobytes()).decode()
        for name, array in arrays.items()
    }


def echoed(precisions: Sequence[str]) -> list[float]:
    """The numbers that a port of these precisions is asked to echo."""
    if "float64" in precisions:
        return list(_ECHOED)
    with np.errstate(over="ignore"):
        narrow = np.array(_ECHOED).astype(np.float32)
    return [x for x in narrow.tolist() if x and np.isfinite(x)]
