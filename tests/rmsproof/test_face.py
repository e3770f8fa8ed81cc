"""What `import rmsproof` offers: quick to import, results as the command line has them."""

from __future__ import annotations

import importlib.metadata
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import REPOSITORY, command, python

import rmsproof


def test_importing_it_imports_nothing_else(tmp_path: Path) -> None:
    show = (
        "import sys; before = set(sys.modules); import rmsproof;"
        "print(*sorted(set(sys.modules) - before))"
    )
    assert command([sys.executable, "-c", show], cwd=tmp_path).out == "rmsproof\n"


def test_its_version_is_the_one_installed() -> None:
    assert rmsproof.__version__ == importlib.metadata.version("rmsproof")


def test_what_it_names_is_there() -> None:
    for name in rmsproof.__all__:
        assert getattr(rmsproof, name)
    with pytest.raises(AttributeError, match="has no attribute 'Judge'"):
        _ = rmsproof.Judge  # type: ignore[attr-defined]


def test_a_port_is_judged_as_on_the_command_line() -> None:
    (result,) = rmsproof.check(REPOSITORY / "docs/variant.py", golden="mixed-arrays")
    assert (result.transport, result.verdict.word) == ("local", "diverges")
    assert result.deviations == ("epsilon=inside",)
    claimed = rmsproof.check(
        str(REPOSITORY / "docs/variant.py"), golden="mixed-arrays", dialect=["epsilon=inside"]
    )
    assert [row.verdict.word for row in claimed] == ["exact"]


def test_a_command_is_a_list_of_words() -> None:
    words = python(REPOSITORY / "tests/ports/plain_list.py")
    (result,) = rmsproof.check(words, golden="page*")
    assert (result.transport, result.verdict.word) == ("stdio", "exact")


@pytest.mark.parametrize(
    ("target", "options", "message"),
    [
        ("nowhere.py", {}, "nowhere.py: no such file or folder"),
        ([], {}, "a command has at least one word"),
        (str(REPOSITORY / "tests/support.py"), {}, "Write an adapter for it: rmsproof adapt "),
        (str(REPOSITORY / "docs/variant.py"), {"golden": "nothing"}, "nothing"),
        (str(REPOSITORY / "docs/variant.py"), {"dialect": ["epsilon=below"]}, "no value 'below'"),
        (str(REPOSITORY / "docs/variant.py"), {"transports": ["jpype"]}, "choose local"),
        (str(REPOSITORY / "docs/variant.py"), {"timeout": 0.0}, "timeout"),
    ],
)
def test_what_cannot_be_judged_is_an_error(
    target: str, options: dict[str, object], message: str
) -> None:
    with pytest.raises(rmsproof.UsageError, match=message):
        rmsproof.check(target, **options)  # type: ignore[arg-type]


def inside(weights: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    """One step of a port whose epsilon stands inside the root."""
    v = (1 - 0.9) * gradients**2
    return weights - 0.001 * gradients / np.sqrt(v + 1e-4)


def observation(gradients: np.ndarray) -> dict[str, Any]:
    """As an optimizer has it; what is not finite is a float, and no format is named."""
    weights = np.array([0.5, np.nan])
    return {
        "precision": "float64",
        "learning_rate": np.float64(0.001),
        "decay_rate": 0.9,
        "epsilon": 1e-4,
        "weights": {"w": weights},
        "gradients": ({"w": gradients},),
        "observed": [{"w": inside(weights, gradients.astype(np.float64))}],
    }


def test_an_observation_is_a_file_or_what_it_holds(tmp_path: Path) -> None:
    gradients = np.array([0.25, 1.0])
    plain = {
        **observation(gradients),
        "format": "rmsproof.observation/1",
        "learning_rate": 0.001,
        "weights": {"w": [0.5, 1.0]},
        "gradients": [{"w": gradients.tolist()}],
        "observed": [{"w": inside(np.array([0.5, 1.0]), gradients).tolist()}],
    }
    (tmp_path / "observation.json").write_text(json.dumps(plain), encoding="utf-8")
    of_file = rmsproof.identify(tmp_path / "observation.json")
    assert of_file.deviations == ("epsilon=inside",)
    of_mapping = rmsproof.identify(plain)
    assert of_mapping.verdict == of_file.verdict
    assert of_mapping.deviations == of_file.deviations
    assert of_mapping.port.name == "observation"


def test_an_observation_may_hold_arrays() -> None:
    seen = observation(np.array([0.25, 1.0], dtype=np.float32))
    assert rmsproof.identify(seen).deviations == ("epsilon=inside",)
    with pytest.raises(rmsproof.UsageError, match=r"^observation: observed\[0\]: array 'w' is m"):
        rmsproof.identify({**seen, "observed": [{}]})
    with pytest.raises(rmsproof.UsageError, match=r"^observation: weights\.w\[0\]: expected a n"):
        rmsproof.identify({**seen, "weights": {"w": np.zeros((2, 2))}})
