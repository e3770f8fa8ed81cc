"""What is claimed of translations holds where the libraries that are installed run both calls."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import running_both
from running_both import Run, runnable, runs
from test_translate import NAMES

from harness.analysis.translate import drift
from harness.analysis.translate.translation import read, translate
from harness.model.errors import ToolchainError
from python_ref.dialects.calls import calls_of

STEPS = 60


@pytest.fixture(autouse=True)
def _few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.array(drift._noise()[:STEPS])
    monkeypatch.setattr(drift, "STEPS", STEPS)
    monkeypatch.setattr(drift, "_noise", lambda: noise)


@pytest.fixture
def _backend(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keras on whatever it can run on here."""
    if "KERAS_BACKEND" not in os.environ:
        for package in ("tensorflow", "jax", "torch"):
            if find_spec(package) is not None:
                monkeypatch.setenv("KERAS_BACKEND", package)
                return


@cache
def _here() -> list[str]:
    return runnable(sys.executable)


def pairs() -> list[Any]:
    """Every ordered pair that can be run; one target of each source is in the suite."""
    listed = [name for name in NAMES if all(call.imports for call in calls_of(name))]
    return [
        pytest.param(a, b, marks=() if b == listed[i - 1] else (pytest.mark.slow,))
        for i, a in enumerate(listed)
        for b in listed
        if a != b
    ]


@pytest.mark.usefixtures("_backend")
@pytest.mark.parametrize(("source", "target"), pairs())
def test_what_is_claimed_holds_where_both_run(source: str, target: str) -> None:
    lacking = [name for name in (source, target) if name not in _here()]
    if lacking:
        pytest.skip(f"{' and '.join(lacking)} cannot be imported here")
    ((_, _, ran),) = runs([(source, target)], len(calls_of(source)), 0, sys.executable)
    for run in ran:
        assert run.holds, "\n".join(running_both.refutation(run))


@pytest.mark.parametrize(
    ("given", "target"),
    [(["lr=0.01", "momentum=0.5"], "optax"), (["lr=0.01", "eps=0", "momentum=0.5"], "keras-3")],
)
def test_libraries_that_are_further_apart_than_claimed_refute_it(
    given: list[str], target: str
) -> None:
    found = translate(read("torch", given), target)
    expected = Run(found, ()).expected
    assert Run(found, expected).holds
    assert not Run(found, ToolchainError("not installed")).holds
    *others, last = expected
    for share in (last.share * (1 - 1e-4) - 1e-10, float("nan")):
        assert not Run(found, (*others, replace(last, share=share))).holds


def test_a_library_is_run_only_where_all_its_modules_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for package in ("timm", "jax"):
        (tmp_path / package).mkdir()
    (tmp_path / "jax" / "__init__.py").touch()
    found = runnable(sys.executable)
    assert "jax.example_libraries" in found
    assert ("timm RMSpropTF" in found) == (find_spec("torch") is not None)
