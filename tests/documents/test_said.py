"""Code whose names say nothing is looked at where the page says that it is RMSProp."""

from __future__ import annotations

import nbformat
import pytest
from documents.conftest import IMPORT, Examine
from support import alike

LOOP = """
w, s = np.array([3.0, -2.0]), np.zeros(2)
for _ in range(50):
    g = slope(w)
    s = 0.8 * s + 0.2 * g**2
    w = w - 0.05 * g / (np.sqrt(s) + 1e-6)
"""
FUNCTION = """
def rms(a, sa, x):
    beta, tiny = 0.8, 1e-6
    g = slope(a) * x
    sa = beta * sa + (1 - beta) * g * g
    a = a - 0.05 * g / (np.sqrt(sa) + tiny)
    return a, sa
"""
OWN = ("learning_rate=ignored", "decay_rate=ignored", "eps=ignored")
CELLS = {
    "a loop below its heading": ("## 4. RMSProp", LOOP, OWN, ""),
    "a loop beside what it asks for its gradients": (
        "## RMSProp",
        "def tilt(w):\n    return 2 * w\n" + LOOP.replace("slope", "tilt"),
        OWN,
        "",
    ),
    "a loop that divides its gradient in place": (
        "## RMSProp",
        LOOP.replace("w = w - 0.05 * g /", "g = g /") + "    w = w - 0.05 * g\n",
        OWN,
        "",
    ),
    "a function below its heading": ("<h1>RMS prop</h1>", FUNCTION, OWN, ""),
    "a loop below a part of what is below its heading": ("# RMSProp\n\n## Code", LOOP, OWN, ""),
    "a loop below a paragraph about it": ("- **RMSProp** is another way.", LOOP, OWN, ""),
    "a loop below a line about it": ("# Steps\n\n#the loop of RMS prop\n", LOOP, OWN, ""),
    "a loop with an epsilon that is not there": (
        "## RMSProp",
        LOOP.replace("0.2 * g", "0.1 * g"),
        None,
        "no optimizer recognised",
    ),
    "a loop below two lines": ("RMSProp is one,\nand so on", LOOP, None, "no optimizer recognised"),
    "a loop below another heading": ("## AdaGrad", LOOP, None, "no optimizer recognised"),
}


@pytest.mark.parametrize("name", alike(CELLS))
def test_a_heading_says_what_is_below(name: str, written: Examine) -> None:
    heading, code, deviations, message = CELLS[name]
    made = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(f"{IMPORT}def slope(w):\n    return 2 * w"),
            nbformat.v4.new_markdown_cell(heading),
            nbformat.v4.new_code_cell(code),
        ]
    )
    row = written(nbformat.writes(made).encode(), "page.ipynb").rows[-1]
    judged = row.published
    assert (row.message, judged and set(judged.deviations)) == (
        message,
        deviations and {*deviations},
    )
