"""What a source does with what it is handed, followed from function to function."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from harness.languages import usage
from harness.languages.usage import Follower
from harness.ports.offers import offer
from harness.transport.python.shape import described


def test_a_function_that_is_called_like_a_method_is_not_the_method() -> None:
    tree = ast.parse(
        "class Net:\n def step(self, w):\n  self.net(w)\n  net(w)\n def net(self, w): w += 1"
    )
    (net,) = tree.body
    assert isinstance(net, ast.ClassDef)
    assert Follower([net]).follow("step")["w"].written
    net.body[0].body.pop(0)  # type: ignore[attr-defined]
    assert not Follower([net]).follow("step")["w"].written


def test_functions_that_call_each_other_in_circles_are_followed_so_often_and_no_more(
    monkeypatch: Any,
) -> None:
    entered = 0

    class Counted(usage.Body):
        def run(self, statements: Any) -> None:
            nonlocal entered
            entered += 1
            super().run(statements)

    monkeypatch.setattr(usage, "Body", Counted)
    calls = "\n".join(f"  {name}(w[{i}], w)" for i in range(8) for name in "fg")
    tree = ast.parse("\n".join(f"def {name}(w, v):\n  v += 1\n{calls}" for name in "fg"))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert Follower((), functions).function(functions["f"])["v"].written
    assert usage._DEPTH < entered <= usage._MOST + 1


@pytest.mark.parametrize(
    "asks", ["if not p.needs_grad: raise", "n = [q for q in (p,) if q.needs_grad]"]
)
def test_what_is_only_asked_whether_it_is_true_is_no_array(asks: str) -> None:
    (node,) = ast.parse(f"def f(p):\n  {asks}\n  p.data -= p.grad").body
    assert isinstance(node, ast.FunctionDef)
    spec = offer(Follower().function(node)["p"].as_json(), ["p"])
    assert {name: one["kind"] for name, one in spec["attributes"].items()} == {
        "needs_grad": "fixed",
        "data": "leaf",
        "grad": "leaf",
    }


def test_another_name_for_a_class_is_not_another_class() -> None:
    class RMSProp:
        def step(self, w: Any, g: Any) -> None: ...

    found = described({"rmsprop": RMSProp, "RMSProp": RMSProp, "other": Follower}, code=True)
    assert [one["class"] for one in found["candidates"]] == ["RMSProp", "other"]
