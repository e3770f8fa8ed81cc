"""Trainers that make their own weights: from zeros, drawn, in two parts; and what is none."""

from __future__ import annotations

from typing import Any

import pytest
from documents.conftest import IMPORT, Examine, fenced
from support import alike

from harness.documents import runner

ZEROS = """
import numpy as np
def fit(X, y, learning_rate=0.01, epochs=100, beta=0.9, epsilon=1e-8):
    m, n = X.shape
    theta, s = np.zeros(n), np.zeros(n)
    for _ in range(epochs):
        g = X.T @ (X @ theta - y) / m
        s = beta * s + (1 - beta) * g ** 2
        theta -= learning_rate * g / (np.sqrt(s) + epsilon)
    return theta
"""
PARTS = """
import numpy as np
def fit(X, y, lr=0.01, n_iters=100, rho=0.9, eps=1e-8):
    w, b, sw, sb, losses = np.zeros(X.shape[1]), 0.0, 0.0, 0.0, []
    for i in range(n_iters):
        error = X @ w + b - y
        losses.append(np.mean(error ** 2))
        dw, db = 2 / len(y) * X.T @ error, 2 * error.mean()
        sw = rho * sw + (1 - rho) * dw * dw
        sb = rho * sb + (1 - rho) * db * db
        w = w - lr * dw / (np.sqrt(sw) + eps)
        b = b - lr * db / (np.sqrt(sb) + eps)
    return w, b, losses
"""
COLUMNS = ZEROS.replace("np.zeros(n), np.zeros(n)", "np.zeros((n, 1)), np.zeros((n, 1))")
DRAWN = ZEROS.replace("np.zeros(n), ", "np.random.randn(n), ")
LAST = ZEROS.replace("    return theta", "    print(g)\n    return theta")
SCALARS = """
def fit(x, y, lr=0.01, epochs=100, decay=0.9, eps=1e-8):
    m = b = vm = vb = 0.0
    for _ in range(epochs):
        dm = sum((m * xi + b - yi) * xi for xi, yi in zip(x, y)) / len(x)
        db = sum(m * xi + b - yi for xi, yi in zip(x, y)) / len(x)
        vm = decay * vm + (1 - decay) * dm * dm
        vb = decay * vb + (1 - decay) * db * db
        m -= lr * dm / (vm ** 0.5 + eps)
        b -= lr * db / (vb ** 0.5 + eps)
    return m, b
"""

CODES = [ZEROS, PARTS, COLUMNS, DRAWN, LAST, SCALARS]


@pytest.mark.parametrize(
    ("code", "inside"),
    [
        *alike([*((code, False) for code in CODES[:4]), (ZEROS, True)], 2),
        *((code, False) for code in CODES[4:]),
        *(pytest.param(c, True, marks=pytest.mark.slow) for c in CODES[1:]),
    ],
)
def test_a_trainer_that_makes_its_own_weights_is_judged(
    written: Examine, code: str, inside: bool
) -> None:
    if inside:
        for root, added in (
            ("np.sqrt(s)", "epsilon"),
            ("np.sqrt(sw)", "eps"),
            ("np.sqrt(sb)", "eps"),
        ):
            code = code.replace(f"({root} + {added})", f"{root[:-1]} + {added})")
        code = code.replace("(vm ** 0.5 + eps)", "(vm + eps) ** 0.5")
        code = code.replace("(vb ** 0.5 + eps)", "(vb + eps) ** 0.5")
    (row,) = written(fenced(code)).rows
    assert (row.kind, row.published is None) == ("trainer", False)
    assert row.published is not None
    assert row.published.verdict.word == ("diverges" if inside else "exact")
    assert row.published.deviations == (("epsilon=inside",) if inside else ())
    assert row.convention is not None
    assert row.convention.factor == (2.0 if code.startswith(PARTS[:60]) else 1.0)


def test_what_surrounds_a_trainer_runs_once(
    written: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []
    train = runner.train

    def noted(text: str, *further: Any) -> Any:
        texts.append(text)
        return train(text, *further)

    monkeypatch.setattr(runner, "train", noted)
    (row,) = written(fenced(f"{SCALARS}\nprint(fit)\n")).rows
    assert row.published is not None
    assert row.published.verdict.word == "exact"
    assert ["print" in text for text in texts] == [True, *[False] * (len(texts) - 1)]


FED = {
    "another loss": ZEROS.replace("(X @ theta - y)", "(1 / (1 + np.exp(-X @ theta)) - y)"),
    "another draw at each call": ZEROS.replace(
        "np.zeros(n), ", "np.random.default_rng().normal(size=n), "
    ),
    "data of another shape": ZEROS.replace("m, n = X.shape", "m, n, depth = X.shape"),
}


HISTORY = """
import numpy as np
def rmsprop(slope, bounds, n_iter, step_size, rho):
    found, w = [], bounds[:, 0]
    s = np.zeros(len(w))
    for _ in range(n_iter):
        g = slope(w)
        s = rho * s + (1 - rho) * g**2
        w = w - step_size * g / (1e-8 + np.sqrt(s))
        found.append(w)
    return RETURNED
"""


@pytest.mark.slow
def test_a_trainer_that_stops_by_itself_is_fed_in_its_loop(written: Examine) -> None:
    stops = "        if np.max(abs(g)) < 0.5:\n            break\n        found.append"
    code = HISTORY.replace("        found.append", stops).replace("RETURNED", "w")
    (row,) = written(fenced(code.replace("slope", "derivative"))).rows
    assert row.published is not None
    assert row.published.deviations == ("eps=ignored",)
    assert "the update in rmsprop" in (row.published.bound or "")


COUNTED = HISTORY.replace("for _ in range(n_iter):", "it = 1\n    while LOSS and it < n_iter:")
COUNTED = COUNTED.replace("(slope, ", "(loss, slope, ").replace(
    "        found", "        it += 1\n        found"
)


@pytest.mark.parametrize(
    ("code", "returned"),
    [(HISTORY, "found"), (HISTORY, "(found, [0.0] * n_iter)"),
     (COUNTED.replace("LOSS", "loss(w) > 1e-3"), "found")],
    ids=["a history", "a history and another", "as long as a loss is large, counted from one"],
)  # fmt: skip
def test_of_a_history_that_is_returned_the_last_is_taken(
    written: Examine, code: str, returned: str
) -> None:
    page = fenced(code.replace("slope", "derivative").replace("RETURNED", returned))
    (row,) = written(page).rows
    assert row.published is not None
    assert row.published.deviations == ("eps=ignored",)


def test_an_epsilon_of_a_trainers_own_is_that_of_its_text(written: Examine) -> None:
    """A sum over two points, taken for a mean, would have half of it."""
    text = SCALARS.replace(" / len(x)", "").replace(", eps=1e-8", "").replace("+ eps", "+ 1e-8")
    (row,) = written(fenced(text)).rows
    assert row.convention is None
    diagnosis = row.published and row.published.diagnosis
    assert diagnosis is not None
    assert diagnosis.best is not None
    assert diagnosis.best.constants == {"epsilon": pytest.approx(1e-8, rel=1e-6)}


KEPT = {
    "a list that begins with the start": """
def rmsprop(grad, w0, lr=0.1, rho=0.9, eps=1e-7, n=30):
    path, s, w = [w0], [0], w0
    for i in range(n):
        g = grad(w)
        s.append(rho * s[-1] + (1 - rho) * g**2)
        w = w - lr * g / (s[-1] ** 0.5 + eps)
        path.append(w)
    return path
""",
    "numbers at as many places as there are steps": """
import numpy as np
def rmsprop(grad, w0, lr=0.1, rho=0.9, eps=1e-7, n=30):
    w, s = np.zeros(n + 1), np.zeros(n + 1)
    w[0] = w0
    for i in range(n):
        g = grad(w[i])
        s[i + 1] = rho * s[i] + (1 - rho) * g**2
        w[i + 1] = w[i] - lr * g / (np.sqrt(s[i + 1]) + eps)
    return w
""",
}


@pytest.mark.parametrize("case", KEPT)
def test_a_trainer_that_keeps_all_its_steps_is_read_by_the_last(
    written: Examine, case: str
) -> None:
    (row,) = written(fenced(KEPT[case])).rows
    assert (row.kind, row.published and row.published.verdict.word) == ("trainer", "exact")


@pytest.mark.parametrize(
    "case",
    [pytest.param(c, marks=() if "shape" in c else pytest.mark.slow) for c in FED],
)
def test_a_trainer_that_we_cannot_drive_is_fed_in_its_loop(written: Examine, case: str) -> None:
    (row,) = written(fenced(FED[case])).rows
    assert row.published is not None
    assert row.published.verdict.word == "exact"
    assert "moved by gradients that are given for g" in (row.published.bound or "")


def test_a_trainer_that_nothing_explains_is_not_run_and_never_accused(written: Examine) -> None:
    (row,) = written(fenced(FED["data of another shape"].replace("g ** 2", "abs(g) ** 3"))).rows
    assert row.published is not None
    assert (row.published.verdict.word, row.published.deviations) == ("not-run", ())


NEURON = """
import numpy as np
class Neuron:
    def __init__(self, w, b, algo):
        self.w, self.b, self.algo = w, b, algo

    def fit(self, X, Y, epochs=100, eta=0.01, beta=0.9, eps=1e-8):
        if self.algo == "sgd":
            pass
        elif self.algo == "RMSprop":
            vw, vb = 0, 0
            for i in range(epochs):
                dw, db = 0, 0
                for x, y in zip(X, Y):
                    p = 1 / (1 + np.exp(-(self.w * x + self.b)))
                    dw += (p - y) * p * (1 - p) * x
                    db += (p - y) * p * (1 - p)
                vw = beta * vw + (1 - beta) * dw**2
                vb = beta * vb + (1 - beta) * db**2
                self.w -= eta / (np.sqrt(vw) + eps) * dw
                self.b -= eta / (np.sqrt(vb) + eps) * db
"""


def test_a_class_of_any_name_whose_loop_a_text_chooses_is_fed(written: Examine) -> None:
    (row,) = written(fenced(NEURON)).rows
    assert row.published is not None
    assert row.published.verdict.word == "exact"


TWO = """
def rmsprop(grad_fn, lr, beta, eps, epochs, start):
    x, y = start
    v = np.array([0.0, 0.0])
    for _ in range(epochs):
        g = np.array(grad_fn(x, y))
        v = beta * v + (1 - beta) * g**2
        x -= lr / (np.sqrt(v[0]) + eps) * g[0]
        y -= lr / (np.sqrt(v[1]) + eps) * g[1]
    return x, y
"""
OF_TWO = {
    "what stops it in its own size": (TWO, ["does-not-compile", "exact"]),
    "what nobody gives it": (f"{IMPORT}{TWO.replace('= start', '= start[0]')}", ["exact"]),
}


@pytest.mark.parametrize("case", OF_TWO)
def test_what_our_weights_are_not_is_no_crash_of_a_trainer(written: Examine, case: str) -> None:
    code, words = OF_TWO[case]
    (row,) = written(fenced(code)).rows
    assert [layer.result.verdict.word for layer in row.layers] == words
