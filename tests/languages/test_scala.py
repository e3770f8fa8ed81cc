"""Scala blocks are repaired by what scalac 3 says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.languages.jvm.compile import CompileError
from harness.languages.repair import Broken, Repaired, scala
from harness.languages.scala import Scala, compile_scala

LINE = 30  # where the blocks begin in their documents

HOMES = {
    "mutable": ("scala.collection.mutable",),
    "ArrayBuffer": ("scala.collection.mutable.ArrayBuffer",),
    "Queue": ("scala.collection.mutable.Queue", "scala.collection.immutable.Queue"),
    "Arrays": ("java.util.Arrays",),
}


def named(names: Collection[str]) -> Mapping[str, Sequence[str]]:
    """A library of four names."""
    return {name: HOMES[name] for name in names if name in HOMES}


def candidates(text: str, message: str, line: int = LINE) -> list[Repaired]:
    return list(scala.repairs(Broken(text, line, "does-not-compile", message), named))


def scalac(text: str, *errors: tuple[int, str, str, str]) -> str:
    """What scalac prints: for each error its line, its kind, its words, and the code marked."""
    shown = []
    for line, kind, said, marked in errors:
        code = [*text.splitlines(), ""][line - 1]
        column = code.index(marked) if marked else len(code)
        number = f"{line + LINE - 1} |"
        bar = " " * (len(number) - 1) + "|"
        shown += [
            f"-- {kind}: A.scala:{line + LINE - 1}:{column} -------------",
            number + code,
            bar + " " * column + "^" * max(1, len(marked)),
            bar + " " * column + said,
            bar,
            f"{bar} longer explanation available when compiling with `-explain`",
        ]
    return "\n".join([*shown, f"{len(errors)} errors found"])


TOP = """\
class Counter(val step: Double = 0.5) {
  private var seen: Map[String, Double] = Map()
  def add(key: String): Unit = { seen += (key -> step) }
}

// How it is used:
val keys = List("a", "b")
val counter = new Counter()
counter.add("a")
keys.foreach { k => println(s"$k: ${k.map(_.toUpper).mkString(", ")}") }

for (k <- keys) {
  counter.add(k)
}
"""
IMPORTS = """\
class Buffers {
  private val all = mutable.Map[String, ArrayBuffer[Double]]()
  def size(x: Double): Double = sqrt(x) + Arrays.hashCode(Array(x))
  def sum(xs: java.util.List[Double]): Double = xs.asScala.sum
}
"""
PROCEDURES = """\
trait Steps {
  def one(g: Double)(w: Double) {
    println(s"$g ${w + { 1 }}")
  }
  def two[T]() { println("two") }
  def three(x: Int)
}
class Made(x: Int) {
  def this() { this(1) }
}
"""
LOOP = "def half(x: Int): Int = {\n  var i = x\n  do { i /= 2 } while (i > 9)\n  i\n}\n"
CUT = "class Cut {\n  def of(x: Double): Double = {\n    x\n  }\n"
SPARE = "object Spare {\n  def of(x: Int): Int = {\n    x\n  }\n}\n}\n"

NOT_FOUND, SYNTAX = "[E006] Not Found Error", "[E040] Syntax Error"
TOPLEVEL = ("[E103] Syntax Error", "Illegal start of toplevel definition")

SAID = {
    "statements": (
        TOP,
        scalac(TOP, (9, *TOPLEVEL, "counter")),
        "the statements at lines 38-43 put into an object of their own",
    ),
    "imports": (
        IMPORTS,
        scalac(
            IMPORTS,
            (2, NOT_FOUND, "Not found: mutable - did you mean Runnable?", "mutable"),
            (2, NOT_FOUND, "Not found: type ArrayBuffer", "ArrayBuffer"),
            (3, NOT_FOUND, "Not found: sqrt", "sqrt"),
            (3, NOT_FOUND, "Not found: Arrays - did you mean Array?", "Arrays"),
            (
                4,
                "[E008] Not Found Error",
                "value asScala is not a member of java.util.List[Double], but could be made"
                " available as an extension method.",
                "xs.asScala",
            ),
        ),
        "java.util.Arrays, scala.collection.mutable, scala.collection.mutable.ArrayBuffer,"
        " scala.jdk.CollectionConverters.* and scala.math.sqrt imported",
    ),
    "procedures": (
        PROCEDURES,
        scalac(
            PROCEDURES,
            (2, SYNTAX, "'=' expected, but '{' found", "{"),
            (5, SYNTAX, "'=' expected, but '{' found", "{"),
            (6, "[E019] Syntax Error", "Missing return type", ""),
            (9, SYNTAX, "'=' expected, but '{' found", "{"),
        ),
        "procedure syntax written as Unit at lines 31, 34-35 and 38",
    ),
    "do-while": (
        LOOP,
        scalac(LOOP, (3, "Error", "end of statement expected but 'do' found", "do")),
        "do-while written as while at line 32",
    ),
    "last brace": (
        CUT,
        scalac(CUT, (5, SYNTAX, "'}' expected, but eof found", "")),
        "a missing closing brace added at the end",
    ),
    "spare brace": (
        SPARE,
        scalac(SPARE, (6, SYNTAX, "eof expected, but '}' found", "}")),
        "a closing brace too many removed at line 35",
    ),
    "a report's line": (
        TOP,
        "A.scala:38:0: Syntax Error: Illegal start of toplevel definition",
        "the statements at lines 38-43 put into an object of their own",
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_the_first_candidate_is_what_the_message_asks_for(case: str) -> None:
    text, message, change = SAID[case]
    assert candidates(text, message)[0].change == change


def test_procedures_get_a_result_type() -> None:
    text, message, _ = SAID["procedures"]
    lines = candidates(text, message)[0].text.splitlines()
    assert [lines[i].strip() for i in (1, 4, 5, 8)] == [
        "def one(g: Double)(w: Double): Unit = {",
        'def two[T](): Unit = { println("two") }',
        "def three(x: Int): Unit",
        "def this() = { this(1) }",
    ]


def test_a_name_of_several_packages_is_tried_in_each() -> None:
    text = "package a\n\nval q = Queue(1)\n"
    found = candidates(text, scalac(text, (3, NOT_FOUND, "Not found: Queue", "Queue")))
    assert [repaired.change.split()[0] for repaired in found] == list(HOMES["Queue"])
    assert found[0].text == f"package a\nimport {HOMES['Queue'][0]}\nval q = Queue(1)\n"


STATEMENTS = """\
var n = 3
println(n)
n += 1
val m = n
println(m)
"""


def test_values_between_statements_go_with_them() -> None:
    together, apart = candidates(STATEMENTS, scalac(STATEMENTS, (2, *TOPLEVEL, "println")))
    assert together.text == (
        "var n = 3\nobject Script { def main(args: Array[String]): Unit = { println(n)\n"
        "n += 1\nval m = n\nprintln(m)\n} }\n"
    )
    assert apart.text.count("object ") == 2
    assert "= { Script.run(); println(m)" in apart.text


@pytest.mark.parametrize(
    "between",
    ["def twice(x: Int) = 2 * x", "class Twice", "private val two = 2", "@main def go() = ()"],
)
def test_definitions_between_statements_stay_where_they_are(between: str) -> None:
    text = f"println(1)\n{between}\nprintln(2)\n"
    (apart,) = candidates(text, scalac(text, (1, *TOPLEVEL, "println")))
    assert apart.text.splitlines()[1] == between
    assert apart.change == "the statements at lines 30 and 32 put into objects of their own"


def test_a_value_that_a_definition_uses_stays_where_it_is() -> None:
    text = "println(1)\nval one = 1\nprintln(one)\ndef two = one + one\n"
    (apart,) = candidates(text, scalac(text, (1, *TOPLEVEL, "println")))
    assert apart.text.splitlines()[1] == "val one = 1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("val x = helper(3)\n", "Not found: helper"),
        ("val x = Arrays(3)\nobject Arrays { def apply(i: Int) = i }\n", "Not found: Arrays"),
        ("val x = 3.pow(2)\n", "value pow is not a member of Int"),
        ("val x: Int = 0.5\n", "Found: (0.5 : Double) Required: Int"),
        ("def f(x: Int) = { x }\n", "'=' expected, but '{' found"),
        ("val s = 'sym\n", "symbol literal 'sym is no longer supported,"),
    ],
)
def test_what_has_no_sure_repair_gets_none(text: str, message: str) -> None:
    assert candidates(text, scalac(text, (1, "Error", message, text[:3]))) == []


@pytest.mark.parametrize("text", ["", "val x = 1\n", "class A\n", "println(1)\n}\n"])
def test_nothing_is_wrapped_where_no_statement_can_be(text: str) -> None:
    assert scala.wrapped(text) is None


def test_a_block_that_compiles_is_left_alone() -> None:
    broken = Broken(TOP, LINE, "diverges", SAID["statements"][1])
    assert list(scala.repairs(broken, named)) == []


def complaint(text: str, folder: Path) -> str:
    """What scalac says of a block at its line of the document; nothing if it compiles."""
    source = folder / "Block.scala"
    source.write_text("\n" * (LINE - 1) + text, encoding="utf-8")
    try:
        compile_scala([source])
    except CompileError as error:
        return str(error)
    return ""


def test_candidates_compile(tmp_path: Path) -> None:
    """Two blocks in one file: their defects go one after the other."""
    text, changes = TOP + PROCEDURES, []
    while message := complaint(text, tmp_path):
        repaired = next(scala.repairs(Broken(text, LINE, "does-not-compile", message)))
        text = repaired.text
        changes.append(repaired.change)
        assert len(changes) <= 2, message
    assert changes == [
        "procedure syntax written as Unit at lines 45, 48-49 and 52",
        "the statements at lines 38-43 put into an object of their own",
    ]


@given(
    st.sampled_from([text for text, _, _ in SAID.values()]),
    st.sampled_from([message for _, message, _ in SAID.values()]),
    st.integers(-5, 60),
)
def test_no_message_is_too_odd(text: str, message: str, line: int) -> None:
    for repaired in candidates(text, message, line):
        assert repaired.text != text


@pytest.mark.parametrize(
    ("loaded", "own"),
    [("page$package$", True), ("page$package", True), ("Step$", True), ("Other", False)],
)
def test_what_stands_outside_of_all_objects_is_a_blocks_own(loaded: str, own: bool) -> None:
    assert Scala().owns(loaded, ["Step"]) == own
