"""A translation verified: both calls run as they are printed, by the libraries, where installed."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.analysis.translate.drift import (
    ELEMENTS,
    PROBLEMS,
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
_SECONDS_A_RUN = 10


class _Name:
    """A name in a text of code."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


def verify(translation: Translation, python: str = "") -> tuple[Drift, ...]:
    """Run both calls of a translation on the stated problems.

    Args:
        translation: what is to be run on both sides.
        python: the interpreter that has the libraries; ours if empty.

    Returns:
        How far they are apart on each problem, in the order of the replay's.

    Raises:
        ToolchainError: one of them cannot be run; says why.
    """
    (answer,) = verify_all([translation], python)
    if isinstance(answer, ToolchainError):
        raise answer
    return answer


def verify_all(
    translations: Sequence[Translation], python: str = ""
) -> list[tuple[Drift, ...] | ToolchainError]:
    """Run both calls of several translations, a process a library: libraries are slow to load.

    Returns:
        For each what `verify` returns, or raises.
    """
    wanted = [translation for translation in translations if _not_called(translation) is None]
    answers = iter(_ask([run for translation in wanted for run in _runs(translation)], python))
    return [
        _not_called(translation) or _drifts(translation, answers) for translation in translations
    ]


def _not_called(translation: Translation) -> ToolchainError | None:
    for call in (translation.source.call, translation.solution.call):
        if not call.imports:
            return ToolchainError(f"--verify: {call.library} is not run from here, only replayed")
    return None


def _runs(translation: Translation) -> Iterator[dict[str, Any]]:
    """Source and target in turn, on every problem."""
    source, solution = translation.source, translation.solution
    rate = source.configured.values["learning_rate"]
    for gradients, schedule in PROBLEMS:
        given = fed(gradients, source.configured.reach)
        steps = rates(rate, schedule)
        yield _run(source.call, source.settings, given, steps)
        yield _run(solution.call, solution.settings, given, steps * (translation.rate or 1.0))


def _drifts(
    translation: Translation, answers: Iterator[dict[str, Any]]
) -> tuple[Drift, ...] | ToolchainError:
    """What the next answers make of a translation."""
    calls = (translation.source.call, translation.solution.call)
    mine = list(islice(answers, 2 * len(PROBLEMS)))
    for answer, call in zip(mine, calls * len(PROBLEMS), strict=True):
        if "error" in answer:
            advice = ""
            if answer["missing"]:
                advice = (
                    f"; install {answer['missing']} there, or name a Python that has it by"
                    " --python PATH"
                )
            return ToolchainError(f"--verify: {call.library}: {answer['error']}{advice}")
    drifts = []
    for problem, one, other in zip(PROBLEMS, mine[::2], mine[1::2], strict=True):
        start = fed(problem[0], translation.source.configured.reach)[0]
        a, b = (np.vstack([start, np.array(each["weights"])]) for each in (one, other))
        drifts.append(Drift(*problem, share(a, b)))
    return tuple(drifts)


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


def _ask(runs: list[dict[str, Any]], python: str) -> list[dict[str, Any]]:
    """The answers of `pasted`, a run each; what loads TensorFlow may not load PyTorch after it."""
    answers = {
        imports: iter(_asked([run for run in runs if run["imports"] == imports], python))
        for imports in dict.fromkeys(run["imports"] for run in runs)
    }
    return [next(answers[run["imports"]]) for run in runs]


def _asked(runs: list[dict[str, Any]], python: str) -> list[dict[str, Any]]:
    """The answers to runs of one library, which share a process."""
    done = subprocess.run(
        command(MODULE, python),
        input=json.dumps(runs),
        env={**os.environ, **environment(python)},
        capture_output=True,
        text=True,
        timeout=_SECONDS + len(runs) * _SECONDS_A_RUN,
        check=False,
    )
    try:
        answers = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        last = (done.stderr.strip().splitlines() or ["it ended without an answer"])[-1]
        raise ToolchainError(f"--verify: {last}") from None
    return list(answers)
