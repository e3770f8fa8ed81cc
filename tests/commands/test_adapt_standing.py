"""`adapt` in Python: what a class is handed stands in the adapter, so that little is left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest
from support import Done

from harness.languages.adapters import left


class Case(NamedTuple):
    """A source, lines that its adapter has, what is left, and how a person completes it."""

    source: str
    lines: list[str]
    left: list[str]
    edits: dict[str, str]


# A constructor's value and a list of pairs that nobody knows; a network that two methods are given.
NETWORK = Case(
    """
    import numpy as np

    class RMSProp:
        def __init__(self, lr, floor, tiny=1e-8, b=0.9):
            self.lr, self.tiny, self.b = lr, tiny * (floor / floor), b

        def prepare(self, net):
            self.v = [np.zeros(net.sizes[l][0]) for l in range(net.depth)]

        def update_network(self, net, slope_of_w, slope_of_b):
            for l in range(net.depth):
                self.v[l] = self.b * self.v[l] + (1 - self.b) * slope_of_w[l] ** 2
                step = self.lr.get_value() * slope_of_w[l] / (np.sqrt(self.v[l]) + self.tiny)
                net.w_by_layer[l] = net.w_by_layer[l] - step
                net.b_by_layer[l] = net.b_by_layer[l] - self.lr.get_value() * slope_of_b[l] ** 2
    """,
    [
        "lr = SimpleNamespace(get_value=lambda *_: self.learning_rate)",
        "w_by_layer=[w],",
        "optimizer.prepare(net=net)",
        "net.w_by_layer[0] = w",
        "optimizer.update_network(net=net, slope_of_w=[g], slope_of_b=[np.zeros(1)])",
        "weights[name] = net.w_by_layer[0]",
    ],
    ["what net.sizes[0] is", "what floor is"],
    {"sizes=": "sizes=[(w.size, 1)],", "floor=": "floor=1.0,"},
)
# A parameter that its method returns the new value of, beside an object with its gradients.
LAYER = Case(
    """
    class RMSProp:
        def __init__(self, rate, scale, gamma=0.9, epsilon=1e-8):
            self.rate, self.scale, self.v = rate, scale * 1.0, {}
            self.gamma, self.epsilon = gamma, epsilon

        def apply(self, param, layer, name):
            g = layer.gradients[name].flatten()
            before = self.v.get((layer.name, name), 0.0)
            v = self.v[layer.name, name] = self.gamma * before + (1 - self.gamma) * g**2
            return param - self.scale * self.rate * g / (v**0.5 + self.epsilon)
    """,
    [
        "layer = SimpleNamespace(gradients={name: g}, name=name)",
        "layer.gradients[name] = g",
        "returned = optimizer.apply(param=w, layer=layer, name=name)",
    ],
    ["what scale is", "keep this if it returns the new weights, not the step"],
    {"scale=": "scale=1.0,", "if returned": "if returned is not None:"},
)


@pytest.mark.parametrize("case", [NETWORK, LAYER], ids=["a network", "a layer"])
def test_what_a_class_is_handed_stands_in_its_adapter(
    call: Callable[..., Done], tmp_path: Path, case: Case
) -> None:
    (tmp_path / "mine.py").write_text(dedent(case.source).lstrip(), encoding="utf-8")
    done = call("adapt", "mine.py", "--out", "through.py")
    assert (done.code, done.err) == (0, "")
    text = (tmp_path / "through.py").read_text(encoding="utf-8")
    lines = text.splitlines()
    assert [line for line in case.lines if line not in map(str.strip, lines)] == []
    assert [words for _, words in left(text)] == case.left
    for number, _ in left(text):
        line = lines[number - 1]
        (new,) = [new for old, new in case.edits.items() if line.strip().startswith(old)]
        lines[number - 1] = line[: len(line) - len(line.lstrip())] + new
    (tmp_path / "through.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = call("check", "mine.py", "--adapter", "through.py", "--golden", "mixed-arrays")
    assert done.code == 0, done.out


def test_what_nobody_needs_is_nothing_to_fill_in(call: Callable[..., Done], tmp_path: Path) -> None:
    text = dedent(NETWORK.source).lstrip().replace("tiny * (floor / floor)", "tiny")
    (tmp_path / "mine.py").write_text(text, encoding="utf-8")
    call("adapt", "mine.py", "--out", "through.py")
    adapter = (tmp_path / "through.py").read_text(encoding="utf-8")
    assert "floor=None" in adapter
    assert [words for _, words in left(adapter)] == ["what net.sizes[0] is"]


def test_an_adapter_imports_a_source_that_imports_relatively(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    """In a folder that does not say that it is a package, and in one that goes by another name."""
    folder = tmp_path / "network"
    folder.mkdir()
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    (folder / "base.py").write_text("class Base:\n    pass\n", encoding="utf-8")
    text = dedent(LAYER.source).lstrip().replace("class RMSProp:", "class RMSProp(Base):")
    relative = f"from .base import Base\n\n{text}".replace("scale * 1.0", "2.0")
    (folder / "mine.py").write_text(relative.replace("self.scale * ", ""), encoding="utf-8")
    renamed = relative.replace(".base", "nets.base")
    (folder / "other.py").write_text(renamed.replace("self.scale * ", ""), encoding="utf-8")
    for name in ("mine", "other"):
        call("adapt", f"network/{name}.py", "--out", f"{name}_through.py")
        adapter = tmp_path / f"{name}_through.py"
        written = adapter.read_text(encoding="utf-8")
        edited = "\n".join(line.partition("  # TODO")[0] for line in written.splitlines())
        adapter.write_text(f"{edited}\n", encoding="utf-8")
        done = call("check", f"network/{name}.py", "--adapter", adapter.name, "--golden", "mixed-*")
        assert done.code == 0, done.out + done.err
