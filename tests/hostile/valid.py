"""A valid input of every reader, small: what the nasty ones are made from."""

from __future__ import annotations

import json
from typing import Any

from support import golden

from python_ref.golden import dumps

OBSERVATION: dict[str, Any] = {
    "format": "rmsproof.observation/1",
    "precision": "float64",
    "learning_rate": 0.25,
    "decay_rate": 0.5,
    "epsilon": 1e-8,
    "options": {"momentum": 0.5},
    "rounding": 0.0,
    "dialect": "reference",
    "name": "seen",
    "weights": {"w": [0.5, -0.25], "b": [1.0]},
    "gradients": [{"w": [0.5, 2.0], "b": [-1.0]}, {"w": [1.0, 0.0]}],
    "observed": [{"w": [0.25, -0.5], "b": [1.25]}, None],
}

GOLDEN: dict[str, Any] = json.loads(dumps(golden("page-one-step")))

MANIFEST: dict[str, Any] = {
    "name": "mine",
    "language": "python",
    "source": "mine.py",
    "repair": "",
    "rung": 1,
    "claims": {"dialect": "reference", "deviations": ["epsilon=inside"]},
    "expectation": {"verdict": "diverges", "deviations": ["epsilon=inside"]},
    "bind": {"class": "RMSProp", "gradients": "g"},
}

KNOWN: dict[str, Any] = {
    "known": [
        {
            "golden": ["*momentum*", "*"],
            "port": "mine",
            "verdict": "diverges",
            "deviations": ["epsilon=inside"],
        },
        {"verdict": "crashes"},
    ]
}

REPLY: dict[str, Any] = {
    "id": 7,
    "weights": [{"w": [0.5, -0.25], "b": [0.75]}, {"w": [0.5, "NaN"], "b": [0.75]}],
    "moving_average": [{"w": [0.5, 0.25], "b": [0.75]}, {"w": [0.5, 0.25], "b": [0.75]}],
    "failure": {"kind": "crashes", "message": "out of luck", "step": 2, "spent": True},
    "facts": {"where": "in place", "gradients_changed": False, "widened": True, "pair": "first"},
}

NOTEBOOK: dict[str, Any] = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {"kernelspec": {"language": "python", "name": "python3"}},
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Title\n", "```java\n", "int x;"]},
        {
            "cell_type": "code",
            "metadata": {},
            "source": "%matplotlib inline\nprint(1)",
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": ["1\n"]},
                {"output_type": "execute_result", "data": {"text/plain": "1"}, "metadata": {}},
            ],
        },
    ],
}

OLD_NOTEBOOK: dict[str, Any] = {
    "nbformat": 3,
    "nbformat_minor": 0,
    "metadata": {"name": "old"},
    "worksheets": [
        {
            "cells": [
                {"cell_type": "code", "language": "python", "input": ["x = 1"], "outputs": []},
                {"cell_type": "heading", "level": 2, "source": "Title"},
            ]
        }
    ],
}
