"""Both calls of a translation run by their libraries: small stand-ins, driven as the real ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from support import REPOSITORY, alike

from harness.analysis.translate.translation import read, translate
from harness.analysis.translate.verify import verify, verify_all
from harness.model.errors import ToolchainError

STAND_INS = REPOSITORY / "tests" / "transport" / "libraries"
EPSILON = 'if self.defaults["centered"] else v) + eps'


def test_both_calls_run_and_an_equal_one_is_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(STAND_INS)
    given = read("torch", ["lr=0.01", "alpha=0.9", "centered=True"])
    ran = verify(translate(given, "torch"))
    assert [(d.gradients, d.schedule) for d in ran] == [
        ("ordinary", False), ("ordinary", True), ("tiny", False), ("tiny", True),
    ]  # fmt: skip
    assert [d.share for d in ran] == [0.0] * 4


@pytest.mark.parametrize(("doubled", "as_said"), alike([(False, True), (True, False)]))
def test_how_far_two_are_apart_is_what_the_replay_says_of_right_libraries_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, doubled: bool, as_said: bool
) -> None:
    """PyTorch's epsilon stands outside of the root, that of Keras inside; or a copy doubles it."""
    shutil.copytree(STAND_INS / "torch", tmp_path / "torch")
    optim = tmp_path / "torch" / "optim" / "__init__.py"
    text = optim.read_text()
    assert text.count(EPSILON) == 1
    optim.write_text(text.replace(EPSILON, f"{EPSILON} + eps") if doubled else text)
    monkeypatch.syspath_prepend(STAND_INS)
    monkeypatch.syspath_prepend(tmp_path)
    found = translate(read("torch", ["lr=0.01", "eps=0.001"]), "keras-3")
    # The stand-ins' learning rate is constant.
    replayed = [d.share for d in found.solution.drift if not d.schedule]
    assert min(replayed) > 0.001
    ran = [d.share for d in verify(found) if not d.schedule]
    assert (np.allclose(ran, replayed, rtol=1e-3)) == as_said


ASKING = {
    "autograd": """
import numpy as np
def rmsprop(grad, x, callback=None, num_iters=100, step_size=0.1, gamma=0.9, eps=1e-8):
    v = np.ones(len(x))
    for i in range(num_iters):
        g = grad(x, i)
        callback(x, i, g)
        v = v * gamma + g**2 * (1 - gamma)
        x = x - step_size * g / (np.sqrt(v) + eps)
    return x
""",
    "climin": """
import numpy as np
class RmsProp:
    def __init__(self, wrt, fprime, step_rate, decay=0.9, momentum=0):
        self.wrt, self.fprime, self.step_rate = wrt, fprime, step_rate
        self.decay, self.momentum = decay, momentum
    def __iter__(self):
        v, step = 1, 0
        while True:
            ahead = step * self.momentum
            self.wrt -= ahead
            g = self.fprime(self.wrt)
            v = self.decay * v + (1 - self.decay) * g**2
            taken = self.step_rate * g / np.sqrt(v + 1e-8)
            self.wrt -= taken
            step = ahead + taken
            yield {}
""",
}


@pytest.mark.parametrize(
    ("source", "given", "target"),
    alike([("climin", ["step_rate=0.01", "decay=0.5", "momentum=0.5"], "autograd"),
           ("autograd", ["step_size=0.01", "eps=1e-4"], "climin"),
           ("climin", ["step_rate=0.01", "negate_loss=True"], "autograd")]),
)  # fmt: skip
def test_what_asks_for_its_gradients_runs_as_it_is_replayed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: str, given: list[str], target: str
) -> None:
    (tmp_path / "autograd" / "misc").mkdir(parents=True)
    (tmp_path / "autograd" / "misc" / "optimizers.py").write_text(ASKING["autograd"])
    (tmp_path / "climin.py").write_text(ASKING["climin"])
    monkeypatch.syspath_prepend(tmp_path)
    found = translate(read(source, given), target)
    replayed = [d.share for d in found.solution.drift]
    assert min(replayed) > 1e-9
    assert np.allclose([d.share for d in verify(found)], replayed, rtol=1e-6, atol=0)


@pytest.mark.slow
def test_what_cannot_be_run_is_said_each_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(STAND_INS)
    translations = [
        translate(read("torch", ["lr=0.01"]), target) for target in ("mlx", "torch", "nd4j")
    ]
    mlx, torch, nd4j = verify_all(translations)
    assert isinstance(mlx, ToolchainError)
    assert "install mlx there, or name a Python that has it by --python PATH" in str(mlx)
    assert not isinstance(torch, ToolchainError)
    assert np.isfinite([d.share for d in torch]).all()
    assert isinstance(nd4j, ToolchainError)
    assert "is not run from here, only replayed" in str(nd4j)


def test_verify_raises_what_cannot_be_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(STAND_INS)
    with pytest.raises(ToolchainError, match="MLX: ModuleNotFoundError"):
        verify(translate(read("torch", ["lr=0.01"]), "mlx"))
