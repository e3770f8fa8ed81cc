"""Blocks that lack a module which only marks what they define: judged without it, and said."""

from __future__ import annotations

import pytest
from documents.conftest import IMPORT, RIGHT, Examine, fenced, notebook

from harness.documents.examined import Examined

STEP = """
@nobody.njit(cache=True)
def step(w, g, v, lr, rho, eps):
    v = rho * v + (1 - rho) * (g * g)
    return w - lr * g / (np.sqrt(v) + eps), v
"""
MARKED = STEP.replace("nobody.njit(cache=True)", "njit")


def layers(row: Examined) -> list[tuple[str, str]]:
    return [(layer.result.verdict.word, layer.repair) for layer in row.layers]


LEFT_OUT = {
    "a decorator": (
        f"import nobody\n{IMPORT}{STEP}",
        "its import left out at line 2; decorators left out at line 5",
    ),
    "an annotation": (
        f"from nobody import Array\n{IMPORT}{RIGHT}".replace(
            "grads, params", "grads: Array, params"
        ),
        "its import left out at line 2; annotations put in quotes at line 10",
    ),
    "a plot": (
        f"import nobody as plt\n{IMPORT}{RIGHT}\nplt.show()",
        "its import left out at line 2; statements left out at line 17",
    ),
    "what is used as NumPy is": (f"from nobody import numpy as np\n{RIGHT}", "NumPy in its place"),
    "a method that plots": (
        f"import nobody as plt\n{IMPORT}{RIGHT}\n    def plot(self):\n        plt.show()",
        "its import left out at line 2",
    ),
}


@pytest.mark.parametrize("case", LEFT_OUT)
def test_what_a_missing_module_only_marks_is_left_out(written: Examine, case: str) -> None:
    code, change = LEFT_OUT[case]
    (row,) = written(fenced(code)).rows
    assert layers(row) == [("not-run", f"nobody is not installed: {change}"), ("exact", "")]


def test_what_another_class_needed_left_out_is_no_crash_of_one_that_uses_it(
    written: Examine,
) -> None:
    uses = RIGHT.replace("RMSProp", "Second").replace("np.sqrt(v)", "root(v)")
    rows = written(fenced(f"from nobody import root\n{IMPORT}{RIGHT}{uses}")).rows
    left_out = "nobody is not installed: its import left out at line 2"
    expected = [("not-run", left_out), ("exact", "")], [("not-run", "")]
    assert tuple(map(layers, rows)) == expected


def test_several_modules_that_only_mark_go_one_after_another(written: Examine) -> None:
    code = f"import nobody, nowhere\n{IMPORT}{STEP}\nnowhere.show()"
    (row,) = written(fenced(code)).rows
    assert [word for word, _ in layers(row)] == ["not-run", "not-run", "exact"]
    assert [change.partition(":")[0] for _, change in layers(row)] == [
        "nobody is not installed",
        "nowhere is not installed",
        "",
    ]


def test_a_mark_of_an_earlier_cell_goes_from_there_too(written: Examine) -> None:
    helper = "@njit\ndef root(v):\n    return np.sqrt(v)"
    code = MARKED.replace("np.sqrt(v)", "root(v)")
    found = written(notebook(f"from nobody import njit\n{IMPORT}", helper, code), "cells.ipynb")
    row = found.rows[-1]
    change = f"nobody is not installed: decorators left out at line {row.block.line}"
    assert layers(row) == [("not-run", change), ("exact", "")]


def test_a_mark_that_nothing_imports_is_the_pages_defect(written: Examine) -> None:
    (row,) = written(fenced(f"{IMPORT}{MARKED}")).rows
    change = "nothing imports njit: decorators left out at line 4"
    assert layers(row) == [("does-not-compile", change), ("exact", "")]


@pytest.mark.parametrize(
    "code",
    [
        f"import nobody\n{IMPORT}{STEP.replace('np.sqrt', 'nobody.sqrt')}",
        f"import nobody\n{IMPORT}{RIGHT.replace('RMSProp:', 'RMSProp(nobody.Base):')}",
        f"import nobody\n{IMPORT}{STEP.replace('njit(cache=True)', 'vmap')}",
        f"import nobody\n{IMPORT}root = nobody.root(2)\n{STEP.replace('np.sqrt', 'root')}",
    ],
)
def test_what_needs_the_module_is_not_run_and_accused_of_nothing(
    written: Examine, code: str
) -> None:
    (row,) = written(fenced(code)).rows
    assert layers(row) == [("not-run", "")]
