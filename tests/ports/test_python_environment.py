"""Where a Python port's imports are found: its package, its siblings, the user's interpreter."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from shapes.apart import BASE, BODY, RMSPROP, STEP, laid_out

from harness.judging.options import Options
from harness.judging.run import run
from harness.judging.verdict import Result
from harness.languages import interpreter
from harness.model.errors import UsageError
from harness.ports.targets import of_target
from harness.transport.python import modules, packing


def judged(path: Path, python: Path | None = None) -> Result:
    port = replace(of_target(str(path)), python=python)
    found = run([port], Options(pattern="mixed-arrays"), every_transport=False)
    assert found.errors == ()
    return found.results[0]


@pytest.mark.parametrize(
    ("files", "target"),
    [
        (
            {
                "pkg/__init__.py": "",
                "pkg/optim/__init__.py": "from pkg.optim.rmsprop import RMSProp",
                "pkg/optim/base.py": BASE,
                "pkg/optim/rmsprop.py": f"from .base import Optimizer\n{BODY}",
            },
            "pkg/optim/rmsprop.py",
        ),
        (
            {
                "pkg/__init__.py": "import a_library_that_plots_things",
                "pkg/base.py": BASE,
                "pkg/optim/rmsprop.py": f"from ..base import Optimizer\n{BODY}",
            },
            "pkg/optim/rmsprop.py",
        ),
        (  # what it has of its own modules is there all the same
            {
                "pkg/__init__.py": "import a_library_of_plots\nfrom .base import Optimizer",
                "pkg/base.py": BASE,
                "optim/rmsprop.py": f"from pkg import Optimizer\n{BODY}",
            },
            "optim/rmsprop.py",
        ),
        (  # the folder is the package, and goes by another name with those who use it
            {
                "a-clone/base.py": BASE,
                "a-clone/rmsprop.py": f"from nets.base import Optimizer\n{BODY}",
            },
            "a-clone/rmsprop.py",
        ),
        (  # modules that import each other, which only one of them can begin with
            {
                "src/model/model.py": "from src.model import options\n"
                "from src.model.layer import L\nfrom src.optim.base import Optimizer",
                "src/model/options.py": "from src.optim.rmsprop import RMSProp",
                "src/model/layer.py": "class L: pass",
                "src/optim/base.py": f"from src.model.model import L\n{BASE}",
                "src/optim/rmsprop.py": "from src.model.model import L\n"
                f"from src.optim.base import Optimizer\n{BODY}",
            },
            "src/optim/rmsprop.py",
        ),
        (
            {
                "src/optim/base.py": BASE,
                "src/optim/rmsprop.py": f"from src.optim.base import Optimizer\n{BODY}",
            },
            "src/optim/rmsprop.py",
        ),
        (
            {"base.py": BASE, "rmsprop.py": f"from base import Optimizer\n{BODY}"},
            "rmsprop.py",
        ),
    ],
    ids=[
        "package",
        "package whose init fails",
        "names of such a package",
        "renamed",
        "circle",
        "namespace root",
        "sibling",
    ],
)
def test_what_a_file_imports_is_found(tmp_path: Path, files: dict[str, str], target: str) -> None:
    laid_out(tmp_path, {"pyproject.toml": "", **files})
    assert judged(tmp_path / target).verdict.word == "exact"


def test_what_a_package_lacks_is_said_where_the_source_needs_it(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "",
        "pkg/__init__.py": "import a_native_library\nfrom a_native_library import array",
        "pkg/rmsprop.py": f"import pkg\nfrom .base import Optimizer\narray = pkg.array\n{BODY}",
        "pkg/base.py": BASE,
    }
    laid_out(tmp_path, files)
    fault = judged(tmp_path / "pkg/rmsprop.py").verdict.fault
    assert fault is not None
    assert fault.kind == "not-run"
    assert "No module named 'a_native_library'" in fault.message


def test_another_interpreter_is_used_that_was_asked_for(tmp_path: Path) -> None:
    laid_out(tmp_path, {"rmsprop.py": f"import sys\nassert '-c' not in sys.argv\n{STEP}"})
    assert judged(tmp_path / "rmsprop.py", Path(sys.executable)).verdict.word == "exact"


def test_an_environment_beside_the_file_has_what_ours_lacks(tmp_path: Path) -> None:
    """The stand-in for it finds one module more than ours."""
    laid_out(
        tmp_path,
        {
            "pyproject.toml": "",
            "rmsprop.py": "import only_there\n" + STEP.replace("np.sqrt(", "only_there.sqrt("),
            "elsewhere/only_there.py": "from numpy import sqrt",
            ".venv/bin/python": (
                f'#!/bin/sh\nPYTHONPATH="{tmp_path}/elsewhere" exec "{sys.executable}" "$@"\n'
            ),
        },
    )
    (tmp_path / ".venv/bin/python").chmod(0o755)
    assert judged(tmp_path / "rmsprop.py").verdict.word == "exact"
    (tmp_path / "plots.py").write_text("import only_there\nimport nowhere\nnowhere.plot()\n")
    assert "No module named 'nowhere'" in not_run(tmp_path / "plots.py")
    (tmp_path / ".venv/bin/python").unlink()
    assert judged(tmp_path / "rmsprop.py").verdict.word == "not-run"
    assert "No module named 'only_there'" in not_run(tmp_path / "plots.py")


@pytest.mark.parametrize("name", ["nothing", "empty"])
def test_what_is_no_interpreter_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=f"--python .*{name}"):
        interpreter.given(tmp_path / name)


def test_messages_are_the_same_without_msgspec(monkeypatch: pytest.MonkeyPatch) -> None:
    message = {
        "none": None,
        "truth": [True, False],
        "whole": [0, 1, -1, 127, 128, -32, -33, 255, 1 << 15, 1 << 31, -(1 << 40)],
        "real": [0.1, -2.5e300, float("inf")],
        "text": ["", "w", "x" * 40, "ε" * 300],
        "bytes": [b"", b"\x00\xff" * 40000],
        "many": {f"k{i}": i for i in range(70000)},
    }
    packed = packing.pack(message)
    monkeypatch.setattr(packing, "msgspec", None)
    own = packing.pack(message)
    assert packing.unpack(packed[packing.HEADER :]) == message
    assert packing.unpack(own[packing.HEADER :]) == message
    monkeypatch.undo()
    assert packing.unpack(own[packing.HEADER :]) == message


TRAINING = """
import a_library_that_plots.pyplot as plt
from a_library_of_tensors.nn import Layer, functional


class Net(Layer):
    pass


@functional.compiled
def train(x):
    return functional.root(x)
"""
ALL_OF_IT = f"import numpy as np\n{TRAINING}\n{BASE}\n\n\nclass RMSProp{RMSPROP}"


def test_what_only_the_training_needs_is_done_without(tmp_path: Path) -> None:
    used = "        if isinstance(gradient, Layer):\n            raise TypeError\n"
    text = ALL_OF_IT.replace("gradient):\n        self.v", f"gradient):\n{used}        self.v")
    path = tmp_path / "rmsprop.py"
    # What is there, but not for the Python that runs it, is not said to be not installed.
    (tmp_path / "newer.py").write_text("class Tensor:\n    pass\n\n!\n", encoding="utf-8")
    text = f"from newer import Tensor\n{text}\n\nnet = Net()\nplt.plot(train(net))\n"
    path.write_text(text, encoding="utf-8")
    result = judged(path)
    assert result.verdict.word == "exact"
    missing = "a_library_that_plots, a_library_of_tensors, Tensor could not be imported"
    assert result.bound.startswith(f"{missing}; nothing that was judged needs it")


@pytest.mark.parametrize(
    "text",
    [
        ALL_OF_IT.replace("np.sqrt(", "functional.root("),
        ALL_OF_IT.replace("class Optimizer:", "class Optimizer(Layer):"),
        ALL_OF_IT.replace("class RMSProp(", "class RMSProp(Layer, "),
        ALL_OF_IT.replace("gradient**2", "gradient**3"),
        ALL_OF_IT.replace("np.sqrt(", "root(") + "\n\nroot = functional.root()\n",
        f"from a_library_of_tensors import *\n{ALL_OF_IT}",
    ],
    ids=[
        "in a step",
        "as the base of its base",
        "as its own base",
        "not at all, but it is neither right nor explained",
        "by what was skipped",
        "by names that nobody knows",
    ],
)
@pytest.mark.usefixtures("briefly")
def test_what_the_optimizer_needs_is_missing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rmsprop.py"
    path.write_text(text, encoding="utf-8")
    assert not_run(path).startswith("ModuleNotFoundError: No module named 'a_library")


def test_an_import_that_fails_otherwise_is_done_without(tmp_path: Path) -> None:
    laid_out(tmp_path, {"layers.py": "1/0", "rmsprop.py": f"from layers import Layer\n{ALL_OF_IT}"})
    path = tmp_path / "rmsprop.py"
    path.write_text(f"from layers import Layer\nimport numpy as np\n{STEP}", encoding="utf-8")
    assert judged(path).verdict.word == "exact"
    path.write_text(f"from layers import Layer\n{STEP}".replace("Optimizer:", "Optimizer(Layer):"))
    assert not_run(path).startswith("what it imports fails: ZeroDivisionError")


@pytest.mark.slow
def test_what_no_base_sets_is_the_ports_own_fault(tmp_path: Path) -> None:
    """Wherever its bases are; unless one of them sets it when it is told."""
    lacking = f"from base import Optimizer\n{BODY}".replace("self.alpha *", "self.beta *")
    laid_out(tmp_path, {"base.py": BASE, "rmsprop.py": lacking})
    fault = judged(tmp_path / "rmsprop.py").verdict.fault
    assert fault is not None
    assert (fault.kind, fault.own) == ("crashes", True)
    setting = BASE + "\n    def prepared(self, beta):\n        self.beta = beta\n"
    laid_out(tmp_path, {"base.py": setting})
    assert judged(tmp_path / "rmsprop.py").verdict.word == "exact"


def test_what_a_folder_has_not_is_no_name_of_it(tmp_path: Path) -> None:
    """A folder with an `optim` of its own is not every library that has one."""
    text = f"from a_library.optim import Optimizer\n{STEP}".replace("Optimizer:", "O(Optimizer):")
    laid_out(tmp_path, {"optim/__init__.py": "from .rmsprop import O", "optim/rmsprop.py": text})
    missing = "ModuleNotFoundError: No module named 'a_library'"
    assert not_run(tmp_path / "optim" / "rmsprop.py").startswith(missing)


def not_run(path: Path) -> str:
    """Why a file is not run."""
    fault = judged(path).verdict.fault
    assert fault is not None
    assert fault.kind == "not-run"
    return fault.message


# What of PyTorch a plain optimizer meets, on NumPy's arrays.
TORCH = """
import numpy as np

sqrt, zeros_like = np.sqrt, np.zeros_like


class Tensor(np.ndarray):
    def detach(self):
        return self

    cpu = detach

    def numpy(self):
        return np.array(self)


def tensor(values):
    return np.array(values).view(Tensor)


class nn:
    class Parameter(Tensor):
        def __new__(cls, values):
            return values.view(cls)

        data = property(lambda self: self.view(Tensor), lambda self, v: self.__setitem__(..., v))
"""
TENSORS = """
import torch


class RMSprop:
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8):
        self.params, self.lr, self.alpha, self.eps = list(params), lr, alpha, eps
        assert all(isinstance(p, torch.nn.Parameter) for p in self.params)
        self.v = [torch.zeros_like(p) for p in self.params]

    def step(self):
        for i, p in enumerate(self.params):
            self.v[i] = self.alpha * self.v[i] + (1 - self.alpha) * p.grad * p.grad
            p -= self.lr * p.grad / (torch.sqrt(self.v[i]) + self.eps)
"""


def test_plain_classes_are_given_real_tensors(tmp_path: Path) -> None:
    inside = TENSORS.replace(
        "(torch.sqrt(self.v[i]) + self.eps)", "torch.sqrt(self.v[i] + self.eps)"
    )
    library = {"torch/__init__.py": TORCH, "torch/optim.py": "class Optimizer: ..."}
    laid_out(tmp_path, {**library, "rmsprop.py": TENSORS, "inside.py": inside})
    assert judged(tmp_path / "rmsprop.py").verdict.word == "exact"
    assert judged(tmp_path / "inside.py").deviations == ("epsilon=inside",)


def test_a_top_level_that_takes_long_is_left_for_what_it_defines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(modules, "_LOADING_SECONDS", 0.2)
    monkeypatch.setattr(modules, "_LEAST_SECONDS", 0.2)
    path = tmp_path / "trains.py"
    path.write_text("class RMSProp: pass\n\n\nwhile True:\n    pass\n\n\nlate = 1\n")
    loaded = modules.Source(str(path))
    assert {"RMSProp", "late"} <= set(loaded.first())
    assert "no end within" in loaded.stopped
    assert "RMSProp" in loaded.run()  # which does not wait for it again
