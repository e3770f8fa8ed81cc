"""Java blocks are repaired by what javac 17, javac 25 and ECJ say, in the words of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.languages.jvm.compile import CompileError, compile_java
from harness.languages.repair import Broken, Repaired, java

LINE = 40  # where the blocks begin in their documents
HOMES = {
    "List": ("java.util.List", "java.awt.List"),
    "ArrayList": ("java.util.ArrayList",),
    "Arrays": ("java.util.Arrays",),
    "Map": ("java.util.Map",),
}


def named(names: Collection[str]) -> Mapping[str, Sequence[str]]:
    """A JDK of four classes."""
    return {name: HOMES[name] for name in names if name in HOMES}


def candidates(text: str, message: str, line: int = LINE) -> list[Repaired]:
    return list(java.repairs(Broken(text, line, "does-not-compile", message), named))


def javac(text: str, *errors: tuple[int, str, str], more: Mapping[int, str] | None = None) -> str:
    """What javac prints: for each error its line, its words, and the code it points at."""
    shown = []
    for i, (line, said, at) in enumerate(errors):
        code = text.splitlines()[line - 1]
        column = code.index(at) if at else len(code)
        shown += [f"A.java:{line + LINE - 1}: error: {said}", code, " " * column + "^"]
        shown += [(more or {})[i]] if i in (more or {}) else []
    return "\n".join([*shown, f"{len(errors)} errors"])


def ecj(text: str, *errors: tuple[int, str, str]) -> str:
    """What ECJ prints: it shows a line without its indentation and marks the code it means."""
    shown = ["----------"]
    for i, (line, said, marked) in enumerate(errors, 1):
        code = text.splitlines()[line - 1].strip()
        shown += [f"{i}. ERROR in A.java (at line {line + LINE - 1})", f"\t{code}"]
        shown += ["\t" + " " * code.rindex(marked) + "^" * len(marked), said, "----------"]
    return "\n".join([*shown, f"{len(errors)} problems ({len(errors)} errors)"])


MISSING = """\
import java.util.Map;

class Tally {
    int size(Map<String, double[]> seen) {
        List<Integer> found = new ArrayList<>();
        for (Map.Entry<String, double[]> each : seen.entrySet()) {
            found.add(Arrays.hashCode(each.getValue()));
        }
        return found.size();
    }
}
"""

QUALIFIED = """\
class First {
    String of(java.util.Map<String, String> all) {
        for (Map.Entry<String, String> each : all.entrySet()) {
            return each.getKey();
        }
        return "";
    }
}
"""

MATH = "class Length {\n    double of(double x) {\n        return sqrt(x * x);\n    }\n}\n"

SCRIPT = """\
class Counter {
    int n;
}

// Try it.
Counter counter = new Counter();
counter.n += 1;
for (int i = 0; i < 3; i++) {
    counter.n += i;
}
"""

MEMBERS = """\
private double rate = 0.5;

void step(double[] w, double[] g) {
    w[0] -= rate * g[0];
}
"""
SEMICOLON = "class Two {\n    int of() {\n        int two = 2\n        return two;\n    }\n}\n"
CUT = "class Cut {\n    int of(int x) {\n        return x;\n    }\n"
CUT_INSIDE = (
    "class In {\n    int of(int x) {\n        return x;\n\n    int two() { return 2; }\n}\n"
)
SPARE = "class Spare {\n    int of(int x) {\n        return x;\n    }\n}\n}\n"
EARLY = "class Early {\n    void a() {\n    }\n    }\n    void b() { }\n}\n"
PUBLIC = "public class One { }\n\npublic class Other { int x; }\n"
LATE = "class One { }\n\nimport java.util.List;\n\nclass Other { List<One> all; }\n"

NARROW = """\
class Narrow {
    float sum;
    float add(float[] w, double x) {
        sum = 0.9 * sum + x;
        float mean = Math.sqrt(x), half = 0.5;
        return sum * x;
    }
}
"""

CLASS = "class, interface, enum, or record expected"
CLASS_25 = "class, interface, annotation type, enum, record, method or field expected"
LOSSY = "incompatible types: possible lossy conversion from double to float"
MISMATCH = "Type mismatch: cannot convert from double to float"
SYMBOL = "cannot find symbol"

# A block, the change, and what the compilers say that ask for it.
SAID = {
    "imports": (
        MISSING,
        "java.util.ArrayList, java.util.Arrays and java.util.List imported",
        javac(
            MISSING,
            (5, SYMBOL, "List"),
            (5, SYMBOL, "ArrayList"),
            (7, SYMBOL, "Arrays"),
            more={
                0: "  symbol:   class List\n  location: class Tally",
                1: "  symbol:   class ArrayList\n  location: class Tally",
                2: "  symbol:   variable Arrays\n  location: class Tally",
            },
        ),
        ecj(
            MISSING,
            (5, "List cannot be resolved to a type", "List"),
            (5, "ArrayList cannot be resolved to a type", "ArrayList"),
            (7, "Arrays cannot be resolved", "Arrays"),
        ),
    ),
    "import of an outer class": (
        QUALIFIED,
        "java.util.Map imported",
        javac(QUALIFIED, (3, "package Map does not exist", ".Entry")),
        ecj(QUALIFIED, (3, "Map cannot be resolved to a type", "Map")),
    ),
    "static import": (
        MATH,
        "java.lang.Math.sqrt imported",
        javac(
            MATH,
            (3, SYMBOL, "sqrt"),
            more={0: "  symbol:   method sqrt(double)\n  location: class Length"},
        ),
        ecj(MATH, (3, "The method sqrt(double) is undefined for the type Length", "sqrt")),
    ),
    "script": (
        SCRIPT,
        "the statements at lines 45-49 put into a class of their own",
        javac(SCRIPT, (6, CLASS, "Counter"), (7, CLASS, "counter"), (10, CLASS, "}")),
        javac(
            SCRIPT,
            (7, CLASS_25, "counter"),
            (8, "statements not expected outside of methods and initializers", "for"),
        ),
        ecj(
            SCRIPT,
            (8, 'Syntax error, insert ")" to complete RecordHeader', "("),
            (8, "Syntax error on tokens, MethodHeaderName expected instead", "i = 0"),
        ),
    ),
    "members": (
        MEMBERS,
        "the fields and methods at lines 40-44 put into a class of their own",
        javac(MEMBERS, (1, CLASS, "double"), (3, CLASS, "void"), (5, CLASS, "}")),
        javac(
            MEMBERS,
            (
                1,
                "compact source file does not have main method in the form of void main() or"
                " void main(String[] args)",
                "private",
            ),
        ),
        ecj(MEMBERS, (1, "Implicitly declared class must have a candidate main method", "private")),
    ),
    "semicolon": (
        SEMICOLON,
        "`;` added at line 42",
        javac(SEMICOLON, (3, "';' expected", "")),
        ecj(SEMICOLON, (3, 'Syntax error, insert ";" to complete BlockStatements', "2")),
    ),
    "last brace": (
        CUT,
        "a missing closing brace added at the end",
        javac(CUT, (4, "reached end of file while parsing", "")),
        ecj(CUT, (4, 'Syntax error, insert "}" to complete ClassBody', "}")),
    ),
    "brace inside": (
        CUT_INSIDE,
        "a missing closing brace added at line 42",
        javac(CUT_INSIDE, (6, "reached end of file while parsing", "")),
    ),
    "spare brace": (
        SPARE,
        "a closing brace too many removed at line 45",
        javac(SPARE, (6, CLASS_25, "}")),
        ecj(SPARE, (6, 'Syntax error on token "}", delete this token', "}")),
    ),
    "class closed early": (
        EARLY,
        "a closing brace too many removed at line 43",
        javac(EARLY, (5, CLASS, "void"), (6, CLASS, "}")),
    ),
    "two public types": (
        PUBLIC,
        "`public` removed from Other",
        javac(
            PUBLIC,
            (3, "class Other is public, should be declared in a file named Other.java", "class"),
        ),
        ecj(PUBLIC, (3, "The public type Other must be defined in its own file", "Other")),
    ),
    "late import": (
        LATE,
        "the imports at line 42 put first",
        javac(LATE, (3, CLASS, "import")),
        ecj(LATE, (1, "Syntax error on token(s), misplaced construct(s)", "class One { }")),
    ),
    "casts": (
        NARROW,
        "cast to float at lines 43-45",
        javac(NARROW, (4, LOSSY, "+ x"), (5, LOSSY, "(x)"), (5, LOSSY, "0.5"), (6, LOSSY, "* x")),
        ecj(
            NARROW,
            (4, MISMATCH, "0.9 * sum + x"),
            (5, MISMATCH, "Math.sqrt(x)"),
            (5, MISMATCH, "0.5"),
            (6, MISMATCH, "sum * x"),
        ),
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_the_first_candidate_is_what_the_messages_ask_for(case: str) -> None:
    """The same text, whichever compiler says it."""
    text, change, *messages = SAID[case]
    first = [candidates(text, message)[0] for message in messages]
    assert {repaired.change for repaired in first} == {change}
    assert len({repaired.text for repaired in first}) == 1


def test_one_line_of_a_report_says_enough() -> None:
    for message in (
        "A.java:46: error: cannot find symbol: variable Arrays",
        "A.java:46: error: Arrays cannot be resolved",
    ):
        assert [found.change for found in candidates(MISSING, message)] == [
            "java.util.Arrays imported"
        ]


def test_imports_take_a_blank_line_or_share_one_or_stand_above() -> None:
    message = "A.java:46: error: Arrays cannot be resolved"
    blank, beside = candidates(MISSING, message)[0], MISSING.replace(";\n\n", "; // maps\n")
    assert (blank.text.splitlines()[1], blank.above) == ("import java.util.Arrays;", 0)
    shared = candidates(beside, message)[0]
    assert shared.text.startswith("import java.util.Map; import java.util.Arrays; // maps\nclass")
    assert shared.above == 0
    top = candidates(QUALIFIED, "A.java:42: error: package Map does not exist")[0]
    assert (top.text, top.above) == (f"import java.util.Map;\n{QUALIFIED}", 1)


def test_a_name_that_several_packages_have_is_tried_in_each() -> None:
    message = "A.java:44: error: List cannot be resolved to a type"
    assert [found.change for found in candidates(MISSING, message)] == [
        "java.util.List imported",
        "java.awt.List imported",
    ]


def test_casts_go_round_the_whole_value() -> None:
    text, _, message, _ = SAID["casts"]
    lines = candidates(text, message)[0].text.splitlines()
    assert [line.strip() for line in lines[3:6]] == [
        "sum = (float) (0.9 * sum + x);",
        "float mean = (float) (Math.sqrt(x)), half = (float) 0.5;",
        "return (float) (sum * x);",
    ]


UNKNOWN = """\
class Unknown {
    double[] rate;
    float of(float x) { return step + x; }
    void set(double x) {
        rate = new float[] {1f};
        of(x);
        rate.sqrt(x);
        float y = "1";
    }
    int step(Helper h) { return Missing.of(h); }
}
"""


@pytest.mark.parametrize(
    "message",
    [
        javac(UNKNOWN, (3, SYMBOL, "step"), more={0: "  symbol:   variable step"}),
        javac(UNKNOWN, (5, "incompatible types: float[] cannot be converted to double[]", "new")),
        javac(UNKNOWN, (6, LOSSY, "x)")),
        javac(
            UNKNOWN,
            (7, SYMBOL, ".sqrt"),
            more={0: "  symbol:   method sqrt(double)\n  location: variable rate of type double[]"},
        ),
        javac(UNKNOWN, (8, "incompatible types: String cannot be converted to float", '"1"')),
        javac(UNKNOWN, (10, SYMBOL, "Missing"), more={0: "  symbol:   variable Missing"}),
        ecj(UNKNOWN, (5, "Type mismatch: cannot convert from float[] to double[]", "new float[]")),
        ecj(UNKNOWN, (7, "Cannot invoke sqrt(double) on the array type double[]", "rate.sqrt(x)")),
        ecj(UNKNOWN, (10, "Helper cannot be resolved to a type", "Helper")),
        "A.java:7: error: cannot find symbol: class List",  # a line of another block
        "error: no source files",
        "",
    ],
)
def test_what_has_no_sure_repair_gets_none(message: str) -> None:
    assert candidates(UNKNOWN, message) == []


def test_a_type_of_the_block_is_never_imported() -> None:
    text = "class Use {\n    Arrays all;\n}\nclass Arrays { }\n"
    assert candidates(text, f"A.java:{LINE + 1}: error: cannot find symbol: class Arrays") == []


def test_a_block_that_compiles_is_left_alone() -> None:
    broken = Broken(SCRIPT, LINE, "crashes", SAID["script"][2])
    assert list(java.repairs(broken, named)) == []


# -- with the compiler of this machine --------------------------------------------------------


def complaint(text: str, folder: Path) -> str:
    """What the compiler says of a block at its line of the document; nothing if it compiles."""
    source = folder / "Block.java"
    source.write_text("\n" * (LINE - 1) + text, encoding="utf-8")
    try:
        compile_java([source])
    except CompileError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("text", [MISSING, SCRIPT, NARROW, LATE])
def test_the_first_candidate_compiles(text: str, tmp_path: Path) -> None:
    message = complaint(text, tmp_path)
    assert message
    broken = Broken(text, LINE, "does-not-compile", message)
    assert complaint(next(java.repairs(broken)).text, tmp_path) == ""


@given(
    st.sampled_from([text for text, *_ in SAID.values()]),
    st.sampled_from([message for _, _, *messages in SAID.values() for message in messages]),
    st.integers(-5, 60),
)
def test_no_message_is_too_odd(text: str, message: str, line: int) -> None:
    for repaired in candidates(text, message, line):
        assert repaired.text != text
