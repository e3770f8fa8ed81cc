"""What stands beside a document, or further down in it, is there when its code runs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from documents.conftest import IMPORT, RIGHT, Examine, fenced, notebook

LOOP = """
def rmsprop_fit(xs, ys, w, lr, rho, eps, epochs):
    s = 0.0
    for _ in range(epochs):
        for j in range(int(np.ceil(count / 2))):
            g = slope(xs, ys, w)
            s = rho * s + (1 - rho) * g * g
            w = w - lr * g / (np.sqrt(s) + eps)
    return w
"""
MISSING = "rows = np.loadtxt('nowhere.csv')\ncount = len(rows)\ndef slope(x, y, w): return w"
PAGES: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "an import of a later cell": ((RIGHT, IMPORT), ["exact"]),
    "a file and a module beside it": (
        (f"{IMPORT}from beside_it import root", "rows = np.loadtxt('some.csv')\ncount = rows.size",
         RIGHT.replace("np.sqrt(v)", "root(v) * count / 2")),
        ["exact"],
    ),
    "a module beside it that lacks another": (
        (f"{IMPORT}import lacks_one", f"@lacks_one.marked\n{RIGHT.lstrip()}"),
        ["not-run", "exact"],
    ),
    "data that the step itself needs": (
        (f"{IMPORT}{MISSING}\npace = 1 / count", LOOP.replace("lr * g", "pace * g")), ["not-run"],
    ),
    "data that are nowhere, around a class": (
        (f"{IMPORT}{MISSING}", f"pace = 1 / count\n{RIGHT}"), ["not-run", "exact"],
    ),
    "data that are nowhere": ((f"{IMPORT}{MISSING}", LOOP), ["not-run", "exact"]),
}  # fmt: skip


# What nothing explains is guessed at for as long as guesses may take.
LONG = "data that the step itself needs"


@pytest.mark.parametrize(
    "page", [pytest.param(p, marks=pytest.mark.slow) if p == LONG else p for p in PAGES]
)
def test_what_a_cell_needs_is_found(page: str, written: Examine, tmp_path: Path) -> None:
    (tmp_path / "beside_it.py").write_text("from numpy import sqrt as root\n")
    (tmp_path / "lacks_one.py").write_text("import nobody_has\n")
    (tmp_path / "some.csv").write_text("1\n2\n")
    cells, words = PAGES[page]
    rows = written(notebook(*cells), "page.ipynb").rows
    judged = [row for row in rows if row.layers]
    assert [[layer.result.verdict.word for layer in row.layers] for row in judged] == [words]
    assert not list(tmp_path.glob("**/__pycache__"))


def test_the_interpreter_that_is_named_runs_the_code_and_what_it_prints(
    written: Examine, tmp_path: Path
) -> None:
    """It has a module that ours lacks; what is slow to import there is no fault of the page."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "only_there.py").write_text("from numpy import sqrt as root\n")
    slow = "def far(n):\n    time.sleep(9) if n == 0 else far(n - 1)\n\n\nfar(9)\n"
    (tmp_path / "there" / "slow.py").write_text(f"import time\n\n\n{slow}")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{tmp_path}/there" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    code = f"{IMPORT}from only_there import root\n{RIGHT.replace('np.sqrt(v)', 'root(v)')}"
    shown = fenced(code) + fenced("print(root(4.0))") + fenced("2.0", "output")
    slowly = fenced(f"import slow\n{code}")
    rows = written(shown, python=str(python)).rows
    assert rows[0].published is not None
    assert rows[0].published.verdict.word == "exact"
    assert rows[1].findings == ("prints the output at line 21, digit by digit",)
    (late,) = written(slowly, timeout=0.5, python=str(python)).rows
    assert late.published is not None
    fault = late.published.verdict.fault
    assert fault is not None
    assert (fault.kind, fault.message[:29]) == ("not-run", "what it imports is not loaded")


def test_what_only_ipython_reads_is_left_out_of_a_page(written: Examine) -> None:
    page = fenced(f"%matplotlib inline\n{IMPORT}") + fenced(RIGHT)
    assert [r.published.verdict.word for r in written(page).rows if r.published] == ["exact"]
