"""Python without a module that only marks what it defines."""

from __future__ import annotations

from textwrap import dedent

import pytest

from harness.languages.repair import Broken
from harness.languages.repair.marking import repairs, unmarked

CASES = {
    "a decorator": (
        "from numba import njit\n@njit\ndef f(x):\n    return x",
        "\n\ndef f(x):\n    return x",
        "its import left out at line 5; decorators left out at line 6",
    ),
    "one with arguments on several lines": (
        "import numba\nclass C:\n    @numba.jit(\n        a=1,\n    )\n    def f(x): return x",
        "\nclass C:\n\n\n\n    def f(x): return x",
        "its import left out at line 5; decorators left out at lines 7-9",
    ),
    "one of several names": (
        "from numba import njit\nimport math, numba as nb\n@nb.njit\ndef f(x): return math.sqrt(x)",
        "\nimport math\n\ndef f(x): return math.sqrt(x)",
        "its import left out at lines 5-6; decorators left out at line 7",
    ),
    "annotations": (
        "from numba import float64 as f8\ndef f(x: f8[:], y: int = 1, *z: f8) -> f8: return x",
        "\ndef f(x: 'f8[:]', y: int = 1, *z: 'f8') -> 'f8': return x",
        "its import left out at line 5; annotations put in quotes at line 6",
    ),
    "an annotated field": (
        "import numba\nclass C:\n    v: numba.float64 = 0.0",
        "\nclass C:\n    v: 'numba.float64' = 0.0",
        "its import left out at line 5; annotations put in quotes at line 7",
    ),
    "statements, and what they give": (
        "import numba\nn = numba.threads()\nfor i in range(n):\n    print(i)\ndef f(x): return x",
        "\n\n\n\ndef f(x): return x",
        "its import left out at line 5; statements left out at lines 6-8",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_module_marks_is_taken_away_and_lines_hold(case: str) -> None:
    text, left, change = CASES[case]
    (found,) = repairs(Broken(text, 5, "not-run", "numba is not installed"))
    assert [line.rstrip() for line in found.text.split("\n")] == left.replace("    \n", "\n").split(
        "\n"
    )
    assert found.change == f"numba is not installed: {change}"


def test_an_import_of_an_earlier_block_is_not_wanted_any_more() -> None:
    text = "class C:\n    def plot(self): plt.plot(self.losses)"
    broken = Broken(text, 1, "not-run", "plotlib is not installed", "import plotlib.pyplot as plt")
    (found,) = repairs(broken)
    assert (found.text, found.without) == (text, frozenset({"plt"}))
    assert found.change == "plotlib is not installed: its import in an earlier block left out"


@pytest.mark.parametrize("name", ["vmap", "value_and_grad", "vectorize"])
def test_a_decorator_that_makes_another_function_stays(name: str) -> None:
    text = dedent(f"@jax.{name}\ndef f(x): return x")
    assert unmarked(text, {"jax"}) == text


def test_a_decorator_that_nothing_imports_is_left_out_but_no_statement_is() -> None:
    message = "NameError: name 'jit' is not defined (page.md:1)"
    (found,) = repairs(Broken("@jit\ndef f(x): return x", 1, "does-not-compile", message))
    assert found.change == "nothing imports jit: decorators left out at line 1"
    assert not list(repairs(Broken("jit(1)\ndef f(x): return x", 1, "does-not-compile", message)))
