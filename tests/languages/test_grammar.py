"""The lexer of Java and Scala takes any text, and its units are the ones a reader sees."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import alike

from harness.languages.kotlin import KOTLIN
from harness.languages.repair import Broken, java, scala
from harness.languages.repair.grammar import Grammar, declared, tokens, units, used
from harness.languages.repair.java_grammar import JAVA
from harness.languages.repair.scala_grammar import SCALA

GRAMMARS = (JAVA, SCALA)
# What means something to one of the two languages, and whatever else there is.
WORDS = (
    "class object record enum @interface def val var import package extension given case if else"
    " do while for new return end static non-sealed private[ Foo x = => -> <- { } ( ) [ ] < > ; , ."
    ' : :: + - * / // /* */ " """ s" s""" $ ${ $x \' \'{\' \\ ` @ @a @a( 0 1.5e-3 0x1F é'
)
PIECES = st.sampled_from([*WORDS.split(), " ", "\t", "\n", "\n \n", "\\n"])
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=60).map(" ".join) | st.lists(
    PIECES, max_size=60
).map("".join)


@given(TEXTS, st.sampled_from(GRAMMARS))
def test_units_tile_any_text(text: str, grammar: Grammar) -> None:
    found = units(text, grammar)
    assert "".join(text[unit.start : unit.end] for unit in found) == text
    for unit in found:
        assert unit.kind == "blank" or unit.start <= unit.code[0] < unit.code[1] <= unit.end


@given(TEXTS, st.sampled_from(GRAMMARS))
def test_every_token_is_in_one_unit(text: str, grammar: Grammar) -> None:
    code = tokens(text, grammar)
    assert [token for unit in units(text, grammar) for token in unit.tokens] == list(code)
    assert all(text[token.start : token.end] == token.text for token in code)
    assert all(a.end <= b.start for a, b in pairwise(code))


def test_type_arguments_end_a_line_of_kotlin() -> None:
    text = "typealias Matrix = Array<DoubleArray>\n\nclass RMSProp(val lr: Double) { }\n"
    assert [unit.names for unit in units(text, KOTLIN)] == [("Matrix",), ("RMSProp",)]


@given(TEXTS)
def test_any_text_can_be_broken(text: str) -> None:
    """Every kind of complaint there is, all at the first line."""
    said = (
        "A.java:1: error: reached end of file while parsing\n"
        "A.java:1: error: class, interface, enum, or record expected\nx\n ^\n"
        "A.java:1: error: ';' expected\nx\n ^\n"
        "A.java:1: error: incompatible types: possible lossy conversion from double to float\nx\n"
        "^\n"
        "A.java:1: error: class B is public, should be declared in a file named B.java\n"
    )
    scalac = "".join(
        f"-- Error: A.scala:1:1 ----\n1 |x\n  | ^\n  | {words}\n"
        for words in (
            "'}' expected, but eof found",
            "eof expected, but '}' found",
            "'=' expected, but '{' found",
            "end of statement expected but 'do' found",
            "Illegal start of toplevel definition",
        )
    )
    for module, message in ((java, said), (scala, scalac)):
        for repaired in module.repairs(Broken(text, 1, "does-not-compile", message), lambda _: {}):
            assert repaired.change


@given(TEXTS, st.sampled_from(GRAMMARS))
def test_a_text_declares_what_it_uses(text: str, grammar: Grammar) -> None:
    declared(text, grammar)
    assert not used(text, grammar) & {"class", "new", "while", "import"}


@pytest.mark.parametrize("grammar", alike(GRAMMARS))
@pytest.mark.parametrize(
    "piece", ["/*", '"', '"""x', "'", "`", 's"${', 's"""$', "(", "{\n", "}\n", "@a\n", "A<", "do;"]
)
def test_time_grows_with_the_length_alone(piece: str, grammar: Grammar) -> None:
    text = piece * (20_000 // len(piece))
    begun = time.process_time()
    units(text, grammar)
    # A third of a second at most; were it the square, minutes.
    assert time.process_time() - begun < 5


def kinds(text: str, grammar: Grammar) -> list[str]:
    return [" ".join([unit.kind, *unit.names]) for unit in units(text, grammar)]


IN_JAVA = '''\
package a.b;
import static java.lang.Math.*;
// a comment { with " one
@Deprecated @SuppressWarnings({"a", "b"}) public sealed class A<T extends B> permits C { int x; }
non-sealed interface C { };
enum E { X { int f() { return 1; } }, Y }
record P(int x, int y) { }
@interface Q { int value() default 1; }
static { System.out.println("}"); }
Map<String, List<double[]>> m = new HashMap<String, List<double[]>>() {{ put("{", null); }}, n;
int[] a[] = {{1}, {2}}, b;
public static <T> T same(T x) throws E { return x; }
A(int x) { this.x = x; }
Runnable r = () -> { int y = 1; };
String s = """
    a "quoted" { text
    """;
char c = '"', d = '\\'';
if (a < b) { f(); } else if (c > d) g(); else { h(); }
do { i++; } while (i < 3);
while (i > 0) i--;
try { f(); } catch (E e) { } finally { g(); }
new Thread() { public void run() { } }.start();
int k = switch (s) { case "a" -> { yield 1; } default -> 2; };
a[0] = b < c ? 1 : 2;
x.y().z(q -> { return q; });
outer: for (;;) { break outer; }
record = 3;
}
'''
IN_SCALA = '''\
package a.b
import scala.math.*
/* a /* nested */ comment { */
case class A(x: Int) extends B with C:
  def f = x

private[a] final class D
{
  val s = s"${if (true) { "}" } else s"${1}"} $x $$"
}
sealed trait E; object F
enum G { case H, I }
given ord: Ordering[Int] = null
extension (x: Int) def twice = 2 * x
type T = Map[String, Int]
@main
def run(): Unit =
  println("""a "quoted" { text""")
  println('"')
end run
inline def `odd name`(x: Int) = x
val (a, b) = (1, 2)
lazy val c, d: Int = 3
var e = a match
  case 1 => 2
  case _ => 3
val f = List(1)
  .map(_ + 1)
  .filter { x =>
    x > 1
  }
f.foreach(println)
if a > 1 then
  println(1)
else
  println(2)
e = a +
b
open(a)
"abc".foreach(println)
{ println(1) }
-a
while (e > 0) { e -= 1 }
}
'''


def test_the_units_of_java() -> None:
    assert kinds(IN_JAVA, JAVA) == (
        ["package", "import", "type A", "type C", "type E", "type P", "type Q", "field"]
        + ["field m n", "field a b", "method same", "method A", "field r", "field s", "field c d"]
        + ["statement"] * 5
        + ["field k"]
        + ["statement"] * 4
        + ["stray"]
    )


def test_the_units_of_scala() -> None:
    assert kinds(IN_SCALA, SCALA) == (
        ["package", "import", "type A", "type D", "type E", "type F", "type G", "type ord", "type"]
        + ["type T", "method run", "method `odd name`", "field a b", "field c d", "field e"]
        + ["field f"]
        + ["statement"] * 7
        + ["stray"]
    )


def test_comments_go_with_the_code_they_belong_to() -> None:
    text = "int a; // of a\n\n// of b\nint b;\n"
    assert [text[unit.start : unit.end] for unit in units(text, JAVA)] == [
        "int a; // of a\n",
        "\n// of b\nint b;\n",
    ]


def test_names_declared() -> None:
    assert declared("class A { record B(int x) { } enum C { } int y; }\nint z;\n", JAVA) == set(
        "ABCz"
    )
    assert declared("object A { class B; val x = 1 }\nval (y, z) = A.B\n", SCALA) == set("AByz")


def test_names_used() -> None:
    java_text = "Map<String, A> m = B.of(c.d, x -> E::f); // G\n"
    assert used(java_text, JAVA) == {"Map", "String", "A", "m", "B", "c", "x", "E"}
    scala_text = 'println(s"$a ${b.c + d} e") // f\n'
    assert used(scala_text, SCALA) == {"println", "a", "b", "d"}


def test_what_is_not_written_yet_ends_a_definition_of_scala() -> None:
    text = "class A:\n  def x: Int = ???\n\nclass B:\n  def y = 1 +\n    2\n"
    assert [unit.names for unit in units(text, SCALA)] == [("A",), ("B",)]
