"""An update that a page shows by itself, below a heading that says RMSProp."""

from __future__ import annotations

import pytest
from documents.conftest import Examine
from support import alike

AVERAGE = "s = rho * s + (1 - rho) * dw**2\n"
INSIDE = "w = w - lr * dw / np.sqrt(s + eps)\n"
OUTSIDE = "w -= lr * dw / (np.sqrt(s) + eps)\n"
FUNCTION = "`import numpy as np` put first, put into a function of rho, s, dw, w, lr, eps"
SHOWN = {
    "two statements": (AVERAGE + OUTSIDE, FUNCTION, "exact", ()),
    "epsilon inside": (AVERAGE + INSIDE, FUNCTION, "diverges", ("epsilon=inside",)),
    "where its average begins": (
        f"s, w = 0, 0\n{AVERAGE}{OUTSIDE}", f"{FUNCTION} without line 4", "exact", (),
    ),
    "values of its own": (
        f"import math\nrho, eps = 0.9, 1e-7\n{AVERAGE}{OUTSIDE.replace('np', 'math')}",
        "put into a function of s, dw, w, lr", "diverges", ("decay_rate=ignored", "eps=ignored"),
    ),
    "entries in a loop": (
        "for i in range(len(w)):\n"
        "    s[i] = rho * s[i] + (1 - rho) * dw[i] ** 2\n"
        "    w[i] -= lr * dw[i] / (s[i] + eps) ** 0.5\n",
        "put into a function of w, s, rho, dw, lr, eps", "diverges", ("epsilon=inside",),
    ),
    "a method's statements": (
        "self.s = self.rho * self.s + (1 - self.rho) * dw**2\n"
        "self.w -= self.lr * dw / (self.s + self.eps) ** 0.5\n",
        "`self.` left out, put into a function of rho, s, dw, w, lr, eps",
        "diverges", ("epsilon=inside",),
    ),
    "gradients that a function computes, which is nowhere": (
        f"dw, db = model.backward(x, y)\n{AVERAGE}{OUTSIDE}",
        f"{FUNCTION} without line 4", "exact", (),
    ),
    "several arrays, gone over together": (
        "for w, dw, s in zip(ws, dws, ss):\n"
        f"    s[:] = {AVERAGE[4:]}    w[:] -= {OUTSIDE[5:]}",
        "`import numpy as np` put first, put into a function of ws, dws, ss, rho, lr, eps",
        "exact", (),
    ),
    "averages in a map": (
        "S['dW'] = rho * S['dW'] + (1 - rho) * dW**2\n"
        "S['db'] = rho * S['db'] + (1 - rho) * db**2\n"
        "W = W - lr * dW / (S['dW'] + eps) ** 0.5\nb = b - lr * db / (S['db'] + eps) ** 0.5\n",
        "put into a function of S, rho, dW, db, W, lr, eps, b", "diverges", ("epsilon=inside",),
    ),
    "a share of the weights in its gradients": (
        f"dw = dw + 0.1 * w\n{AVERAGE}{OUTSIDE}",
        FUNCTION.replace("rho, s, dw, w", "dw, w, rho, s"), "diverges", ("weight_decay=coupled",),
    ),
    "a loop of steps": (
        f"while True:\n    dw = slope(w)\n    {AVERAGE}    {OUTSIDE}",
        f"{FUNCTION} without lines 4, 5", "exact", (),
    ),
}  # fmt: skip
UNKNOWN = {
    "its average begins as ones": f"s = np.ones(3)\n{AVERAGE}{OUTSIDE}",
    "its average begins beside something else": f"s, rho = 0, 0.9\n{AVERAGE}{OUTSIDE}",
    "gradients changed by nobody knows what": f"dw = limited(dw, 5)\n{AVERAGE}{OUTSIDE}",
    "a loop in which the average begins anew": (
        f"for _ in range(9):\n    s = 0\n    for x in xs:\n        dw = slope(w, x)\n"
        f"        {AVERAGE}        {OUTSIDE}"
    ),
    "gradients clipped": f"dw = clip_norm(g)\n{AVERAGE}{OUTSIDE}",
    "one gradient of several": (AVERAGE + OUTSIDE).replace("dw", "dw[0]"),
}


def page(code: str) -> str:
    return f"# RMSProp\n\n```python\n{code}```\n"


@pytest.mark.parametrize("name", SHOWN)
def test_an_update_shown_by_itself_is_judged_as_a_function_of_what_it_works_on(
    name: str, written: Examine
) -> None:
    code, repair, verdict, deviations = SHOWN[name]
    (row,) = written(page(code)).rows
    assert row.published.verdict.word == "does-not-compile"
    assert [layer.repair for layer in row.layers] == [repair, ""]
    last = row.layers[-1].result
    assert (last.verdict.word, set(last.deviations)) == (verdict, {*deviations})


@pytest.mark.parametrize("what", alike(UNKNOWN, 4))  # the last is looked at for twenty seconds
def test_what_belongs_to_the_update_is_not_left_out(what: str, written: Examine) -> None:
    (row,) = written(page(UNKNOWN[what])).rows
    assert {layer.result.verdict.word for layer in row.layers} == {"does-not-compile"}


@pytest.mark.parametrize(
    "above",
    [
        "...\nfor _ in range(n_iter):\n# gradients\ndw = slope(w)\n...\n",
        "dw = x.T @ error\ns = s + dw**2\n" + OUTSIDE,
        "old = v\nv = mu * v - lr * dw\nw += v + mu * (v - old)\n",
    ],
    ids=["a sketch", "another update", "another update without squares"],
)
def test_what_cannot_run_above_it_gives_it_nothing(above: str, written: Examine) -> None:
    row = written(page(above).replace("RMSProp", "More") + page(AVERAGE + OUTSIDE)).rows[-1]
    assert [layer.repair for layer in row.layers] == [FUNCTION, ""]
    assert row.layers[-1].result.verdict.word == "exact"


TWO = """
import numpy as np
from math import sqrt

def RMSProp(W, dW, lr, S, gamma):
    w1, w2 = W
    dw1, dw2 = dW
    s1, s2 = S
    s1 = gamma * s1 + (1 - gamma) * dw1**2
    s2 = gamma * s2 + (1 - gamma) * dw2**2
    W = np.array([w1 - lr / sqrt(s1 + 1e-6) * dw1, w2 - lr / sqrt(s2 + 1e-6) * dw2])
    return W, np.array([s1, s2])
"""


def test_a_function_of_two_numbers_does_not_crash_for_what_it_was_handed(written: Examine) -> None:
    (row,) = written(f"```python{TWO}```\n").rows
    assert row.published is not None
    assert set(row.published.deviations) == {"epsilon=inside", "eps=ignored"}
    assert "refuses" not in " ".join(row.published.notes)


def test_a_function_is_handed_what_nothing_gives(written: Examine) -> None:
    example = (
        "# Steps\n\n```python\nlr = 0.1\nx = 3.0\nfor _ in range(3):\n    x -= lr * 2 * x\n```\n"
    )
    shown = (
        f"import numpy as np\n\ndef step(w, dw, s):\n    {AVERAGE}    {OUTSIDE}    return w, s\n"
    )
    row = written(example + page(shown)).rows[-1]
    assert [layer.repair for layer in row.layers] == ["step handed rho, lr, eps", ""]
    assert row.layers[-1].result.verdict.word == "exact"
