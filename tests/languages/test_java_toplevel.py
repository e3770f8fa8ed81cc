"""Java outside of classes: statements, fields and methods are put into a class of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_java import LINE, complaint

from harness.languages.repair import java

MIXED = """\
import java.util.Map;
double rate = 0.5, other[] = {1};
System.out.println("first");
class Box {
    double v;
}
import java.util.List;

Box box = new Box();  // one of them
double scaled(double x) {
    return x * rate;
}
final int[] sizes = {1, 2};
static int total() { return sizes[0] + (int) other[0]; }
for (int n : sizes) {
    if (n > 1) box.v += scaled(n); else box.v = 1;
}
System.out.println(box.v + total() + List.of(1).size());
"""


def test_what_does_not_move_keeps_its_line() -> None:
    repaired = java.wrapped(MIXED, LINE)
    assert repaired is not None
    before, after = MIXED.splitlines(), repaired.text.splitlines()
    kept = ["class Box {", "    double v;", "for (int n : sizes) {", before[15], before[17]]
    assert [after.index(line) for line in kept] == [before.index(line) for line in kept]
    assert repaired.above == 0
    assert repaired.change == (
        "the imports at line 46 put first, and the statements and methods at lines 41-42 and 48-57"
        " put into a class of their own"
    )


def test_methods_see_the_variables_of_the_script() -> None:
    repaired = java.wrapped(MIXED)
    assert repaired is not None
    for part in (
        "static double rate; static double other[]; static int[] sizes;",
        "rate = 0.5; other = new double[] {1};",
        "static double scaled(double x) { return x * rate; }",
        "sizes = new int[] {1, 2};",
    ):
        assert part in repaired.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class A { }\n", None),
        ("import java.util.List;\n", None),
        ("", None),
        ("// nothing but words\n", None),
        ("int x = 1;\n}\n", None),
        ("class A { }\nA(int x) { this.x = x; }\n", None),
        (
            "Script(int x) { }\nint f() { return 1; }\n",
            "class Script { Script(int x) { }\nint f() { return 1; }\n}\n",
        ),
        (
            "class Script { }\nnew Script();",
            "class Script { }\nclass Script2 { public static void main(String[] args)"
            " throws Exception { new Script();\n} }\n",
        ),
        (
            "static void main(String[] a) { }\nint x = 1;\nmain(null);\n",
            "class Script { static void main(String[] a) { }\nstatic void script()"
            " throws Exception { int x = 1;\nmain(null);\n} }\n",
        ),
        (
            "class A { }\n<T> T same(T x) { return x; }\n",
            "class A { }\nclass Script { static <T> T same(T x) { return x; }\n}\n",
        ),
    ],
)
def test_a_wrapped_text(text: str, expected: str | None) -> None:
    repaired = java.wrapped(text)
    assert (repaired and repaired.text) == expected


def test_a_wrapped_script_compiles(tmp_path: Path) -> None:
    repaired = java.wrapped(MIXED)
    assert repaired is not None
    assert complaint(repaired.text, tmp_path) == ""
