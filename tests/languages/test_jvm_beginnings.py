"""What is read of a text's brackets is read of any text, however much there is of it."""

from __future__ import annotations

import pytest

from harness.languages.jvm.beginnings import begun

STEP = "class A { static void step(double[] w, double[] v, double lr) { v[0] += w[0]; }"
CALL = " void f() { double[] s = new double[2]; Arrays.fill(s, 1.0); step(x, s, 1); } }\n"
MUCH = 100_000


@pytest.mark.parametrize(
    "beside",
    [
        f"class B {{ int {'a' * MUCH} = 1; }}",
        f"class B {{ int x = {'(' * MUCH}1{')' * MUCH}; }}",
        f"class B {{ int x = {'(' * MUCH}",
        "void f(" * MUCH,
        "class B {" * MUCH,
        f"class B {{ double[] d = {{{'1.0, ' * MUCH}}}; }}",
    ],
    ids=["word", "parentheses", "open", "functions", "classes", "numbers"],
)
def test_a_caller_is_found_beside_very_much(beside: str) -> None:
    assert begun([STEP + CALL + beside]) == {"step": {"v": 1.0}}


def test_of_very_many_calls_nothing_is_said() -> None:
    assert begun([STEP + CALL + f"class B {{ void g() {{ {'step(x, y, 1); ' * MUCH} }} }}"]) == {}
