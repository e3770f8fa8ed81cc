"""A translation verified: both calls run as they are printed, by the libraries, where installed."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.analysis.translate.problems import (
    ELEMENTS,
    STEPS,
    Drift,
    fed,
    rates,
    share,
)
from harness.analysis.translate.translation import Translation
from harness.machine.bytecode import command, environment
from harness.model.errors import ToolchainError
from python_ref.dialects.settings import Call

MODULE = "harness.transport.libraries.pasted"
# A slow import is no failure.
_SECONDS = 300


class _Name:
    """A name in a text of code."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


def verify(found: Translation, python: str = "") -> tuple[Drift, ...]:
    """Run both calls of a translation on the stated problems.

    Args:
        found: the translation.
        python: the interpreter that has the libraries; ours if empty.

    Returns:
        How far they are apart on each problem, in the order of the replay's.

    Raises:
        ToolchainError: one of them cannot be run; says why.
    """
    source, solution = found.source, found.solution
    configured = source.configured
    factor = found.rate or 1.0
    rate = configured.values["learning_rate"]
    runs, problems = [], []
    for gradients in ("ordinary", "tiny"):
        for schedule in (False, True):
            given = fed(gradients, configured.reach)
            steps = rates(rate, schedule)
            problems.append((gradients, schedule))
            runs.append(_run(source.call, source.settings, given, steps))
            runs.append(_run(solution.call, solution.settings, given, steps * factor))
    weights = _weights(runs, (source.call, solution.call), python)
    return tuple(
        Drift(*problem, share(a, b))
        for problem, a, b in zip(problems, weights[::2], weights[1::2], strict=True)
    )


def _run(
    call: Call,
    settings: Mapping[str, Any],
    given: tuple[NDArray[np.float64], NDArray[np.float64]],
    learning_rates: NDArray[np.float64],
) -> dict[str, Any]:
    """One run, as `pasted` takes it."""
    name = next(name for name, role in call.roles.items() if role == "learning_rate")
    own = {n: v for n, v in settings.items() if n not in call.beside}
    penalties = [n for n in call.scales if settings.get(n)]
    others = {n: v for n, v in settings.items() if n not in (*penalties, "negate_loss")}
    whole = call.code({**own, name: _Name("schedule")})
    before = call.code(others)[len(call.code(own)) :]
    half = ELEMENTS // 2

    def arrays(row: NDArray[np.float64]) -> list[list[float]]:
        return [row[:half].tolist(), row[half:].tolist()]

    return {
        "imports": call.imports,
        "call": "\n".join(whole),
        "before": "\n".join(before),
        "negate": bool(settings.get("negate_loss")),
        "penalty": sum(settings[n] for n in penalties),
        "weights": arrays(given[0]),
        "gradients": [arrays(row) for row in given[1]],
        "rates": learning_rates.tolist(),
    }


def _weights(
    runs: list[dict[str, Any]], calls: tuple[Call, Call], python: str
) -> list[NDArray[np.float64]]:
    """The weights before the first and after every step of each run, (T + 1, N)."""
    for call in calls:
        if not call.imports:
            raise ToolchainError(f"--verify: {call.library} is not run from here, only replayed")
    done = subprocess.run(
        command(MODULE, python),
        input=json.dumps(runs),
        env={**os.environ, **environment(python)},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    try:
        answers = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        last = (done.stderr.strip().splitlines() or ["it ended without an answer"])[-1]
        raise ToolchainError(f"--verify: {last}") from None
    result = []
    for answer, call, run in zip(answers, calls * len(answers), runs, strict=False):
        if "error" in answer:
            advice = ""
            if answer["missing"]:
                advice = (
                    f"; install {answer['missing']} there, or name a Python that has it by"
                    " --python PATH"
                )
            raise ToolchainError(f"--verify: {call.library}: {answer['error']}{advice}")
        start = np.concatenate([np.array(a) for a in run["weights"]])
        result.append(np.vstack([start, np.array(answer["weights"])]))
    assert len(result[0]) == STEPS + 1
    return result
