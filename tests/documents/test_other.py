"""What is listed as other: code for Python 2, and code that only uses an optimizer."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents.conftest import IMPORT, RIGHT, Examine, fenced, notebook

from harness.report.documents import below


@pytest.mark.parametrize(
    "code",
    [
        IMPORT + RIGHT + "\nprint 'done'\n",
        IMPORT + RIGHT.replace("grads.items", "grads.iteritems"),
        IMPORT + RIGHT + "\nfor _ in xrange(3):\n    pass\n",
        "\n".join(line.lstrip() for line in (IMPORT + RIGHT + "\nprint 'done'").split("\n")),
    ],
)
def test_python_2_is_not_judged(written: Examine, code: str) -> None:
    (row,) = written(fenced(code)).rows
    assert (row.kind, row.published, row.message) == ("other", None, "Python 2: not judged")


USES = {
    "a loop": "opt = RMSProp(lr=0.1)\nfor g in gradients:\n    opt.step(g, w)",
    "a training function": """
def train(model, grads, lr=0.1, epochs=10):
    optimizer = RMSProp(lr=lr)
    for epoch in range(epochs):
        optimizer.step(model.gradients(grads), model.params)
    return model
""",
    "a gradient and a loop": """
grad = lambda w: {"w": 2 * w["w"]}
w, optimizer = {"w": 1.0}, RMSProp(lr=0.1, rho=0.9)
for _ in range(10):
    w = optimizer.step(grad(w), w)
""",
    "a network": """
class Net(Base):
    def fit(self, x, y, learning_rate=0.1):
        self.optimizer = RMSProp(learning_rate)
        for w, grad in self.backward(x, y):
            self.optimizer.step(grad, w)
""",
    "a step that a library makes": """
def step(params, grads, lr=0.1):
    optimizer = RMSProp(learning_rate=lr)
    optimizer.apply_gradients(zip(grads, params))
""",
    "a table of optimizers": """
def make(name, learning_rate=0.1, gradient_clip=None):
    return {"sgd": SGD, "rmsprop": RMSProp}[name](learning_rate, gradient_clip)
""",
}


@pytest.mark.parametrize("case", USES)
def test_what_only_uses_an_optimizer_is_other_and_not_executed(
    written: Examine, tmp_path: Path, case: str
) -> None:
    mark = tmp_path / "executed"
    found = written(
        fenced(IMPORT + RIGHT) + "Use it:\n\n" + fenced(f"open({str(mark)!r}, 'w')\n{USES[case]}")
    )
    assert [row.kind for row in found.rows] == ["optimizer", "other"]
    assert found.rows[1].published is None
    assert not mark.exists()


DRIFT = "def momentum_step(w, dw, drift, lr, mu):\n    return w - lr * (mu * drift + dw)"


@pytest.mark.parametrize(
    ("above", "code", "by"),
    [
        ("", RIGHT.replace("RMSProp", "Nadam").replace("self.lr * g", "self.unknown * g"), "name"),
        ("", DRIFT, "name"),
        ("## Momentum\n\n", DRIFT.replace("momentum_step", "step"), "heading"),
    ],
)
def test_what_is_said_to_be_another_algorithm_and_is_no_rmsprop_is_other(
    written: Examine, above: str, code: str, by: str
) -> None:
    (row,) = written(above + fenced(IMPORT + code)).rows
    assert (row.kind, row.message) == ("other", f"another algorithm, by its {by}")


def test_an_update_in_bare_statements_is_said_to_be_that(written: Examine) -> None:
    update = "cache = rho * cache + (1 - rho) * dx**2\nx += -lr * dx / (np.sqrt(cache) + eps)"
    found = written(fenced(update) + "and\n\n" + fenced("x = lr + dx"))
    assert [row.message for row in found.rows] == [
        "bare statements, which were not called",
        "no optimizer recognised",
    ]


@pytest.mark.parametrize(
    "update",
    [
        "self.cache[k] = v = np.add(np.multiply(self.rho, v), np.multiply(1 - self.rho, g * g))",
        "v = v * self.rho; self.cache[k] = v = v + g * g - self.rho * (g * g)",
    ],
)
def test_what_computes_in_other_words_is_judged(written: Examine, update: str) -> None:
    lines = RIGHT.replace("            v = self.rho * self.cache.get(k, 0.0) + ", "@").split("\n")
    at = next(i for i, line in enumerate(lines) if line.startswith("@"))
    lines[at : at + 2] = ["            v = self.cache.get(k, 0.0)", f"            {update}"]
    (row,) = written(fenced(IMPORT + "\n".join(lines))).rows
    assert row.published is not None


@pytest.mark.parametrize("name", ["one", "rmsprop_update"])
def test_what_leaves_the_computing_to_an_earlier_cell_is_judged(
    written: Examine, name: str
) -> None:
    one = """
    def one(w, g, v, lr, rho, eps):
        v = rho * v + (1 - rho) * (g * g)
        return w - lr * g / (np.sqrt(v) + eps), v
    """
    wrapped = """
    class RMSProp:
        def __init__(self, lr=0.1, rho=0.9, eps=1e-8):
            self.settings, self.v = (lr, rho, eps), {}

        def step(self, params, grads):
            for k in grads:
                params[k], self.v[k] = one(params[k], grads[k], self.v.get(k, 0.0), *self.settings)
    """
    cells = [text.replace("one(", f"{name}(") for text in (one, wrapped)]
    found = written(notebook("import numpy as np", *cells), "cells.ipynb")
    words = [row.published and row.published.verdict.word for row in found.rows]
    assert words == [None, "exact", "exact"]


def test_an_exercise_is_no_defect_of_the_page(written: Examine) -> None:
    """What is left to the reader raises; an abstract method that is overridden does not."""
    base = "class Optimizer:\n    def step(self, g, w):\n        raise NotImplementedError\n\n"
    todo = RIGHT.replace("        return params\n", "        raise NotImplementedError('TODO')\n")
    row = written(fenced(IMPORT + todo)).rows[0]
    assert (row.kind, row.message) == ("other", "NotImplementedError stands for code")
    derived = RIGHT.replace("class RMSProp:", "class RMSProp(Optimizer):")
    row = written(fenced(IMPORT + base + derived)).rows[0]
    assert row.layers[-1].result.verdict.word == "exact"


@pytest.mark.parametrize("language", ["java", "scala", "kotlin"])
def test_dots_on_their_own_line_stand_for_code_in_every_language(
    written: Examine, language: str
) -> None:
    code = "class RMSProp {\n    ...\n    void step(double[] w, double[] g) {\n    }\n}\n"
    row = written(fenced(code, language)).rows[0]
    assert (row.kind, row.message) == ("other", "a sketch: `...` stands for code")


def test_of_a_language_that_nobody_knows_it_is_not_said_that_code_looks_like_it(
    written: Examine,
) -> None:
    mark = "?: nothing names the language; the code looks like it"
    assert mark not in below(written("```\n1 [4.68]\n2 [4.36]\n```\n"))
    guessed = written(f"```\n{IMPORT + RIGHT}\n```\n")
    assert mark in below(guessed)
