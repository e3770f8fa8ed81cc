"""An update that a page shows by itself, below a heading that says RMSProp."""

from __future__ import annotations

import pytest
from documents.conftest import Examine

AVERAGE = "s = rho * s + (1 - rho) * dw**2\n"
INSIDE = "w = w - lr * dw / np.sqrt(s + eps)\n"
OUTSIDE = "w -= lr * dw / (np.sqrt(s) + eps)\n"
OF_ITS_OWN = ("put into a function of rho, s, dw, w, lr, eps",)
SHOWN = {
    "two statements": (AVERAGE + OUTSIDE, (*OF_ITS_OWN,), ("exact", ())),
    "epsilon inside": (AVERAGE + INSIDE, (*OF_ITS_OWN,), ("diverges", ("epsilon=inside",))),
    "values of its own": (
        f"import math\nrho, eps = 0.9, 1e-7\n{AVERAGE}{OUTSIDE.replace('np', 'math')}",
        ("put into a function of s, dw, w, lr",),
        ("diverges", ("decay_rate=ignored", "eps=ignored")),
    ),
    "entries in a loop": (
        "for i in range(len(w)):\n"
        "    s[i] = rho * s[i] + (1 - rho) * dw[i] ** 2\n"
        "    w[i] -= lr * dw[i] / np.sqrt(s[i] + eps)\n",
        ("put into a function of w, s, rho, dw, lr, eps",),
        ("diverges", ("epsilon=inside",)),
    ),
    "gradients that a function computes, which is nowhere": (
        f"dw, db = model.backward(x, y)\n{AVERAGE}{OUTSIDE}",
        ("put into a function of rho, s, dw, w, lr, eps without line 4",),
        ("exact", ()),
    ),
}
CHANGED = {
    "by a function that is nowhere": "dw = limited(dw, 5)\n",
    "clipped": "dw = clip_norm(g)\n",
}


def page(code: str) -> str:
    return f"# RMSProp\n\n```python\n{code}```\n"


@pytest.mark.parametrize("name", SHOWN)
def test_an_update_shown_by_itself_is_judged_as_a_function_of_what_it_works_on(
    name: str, written: Examine
) -> None:
    code, repairs, (verdict, deviations) = SHOWN[name]
    (row,) = written(page(code)).rows
    assert row.published.verdict.word == "does-not-compile"
    assert tuple(layer.repair for layer in row.layers if layer.repair) == repairs
    last = row.layers[-1].result
    assert (last.verdict.word, set(last.deviations)) == (verdict, {*deviations})


@pytest.mark.parametrize("how", CHANGED)
def test_what_becomes_of_gradients_there_is_not_left_out(how: str, written: Examine) -> None:
    (row,) = written(page(CHANGED[how] + AVERAGE + OUTSIDE)).rows
    assert [layer.result.verdict.word for layer in row.layers] == ["does-not-compile"]


@pytest.mark.parametrize(
    "above",
    [
        "...\nfor _ in range(n_iter):\n# gradients\ndw = slope(w)\n...\n",
        "dw = x.T @ error\ns = s + dw**2\n" + OUTSIDE,
    ],
    ids=["a sketch", "another update"],
)
def test_what_cannot_run_above_it_gives_it_nothing(above: str, written: Examine) -> None:
    row = written(page(above).replace("RMSProp", "More") + page(AVERAGE + OUTSIDE)).rows[-1]
    assert [layer.repair for layer in row.layers] == [*OF_ITS_OWN, ""]
    assert row.layers[-1].result.verdict.word == "exact"
