"""GitHub Actions: annotations at the lines they are about, and a summary that Markdown shows."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from report.judged import INSIDE_SAID, documents, golden, ports, result, row, stopped

from harness.documents.examined import Finding, Layer
from harness.judging.verdict import Result
from harness.ports.port import Port
from harness.report import github, words
from harness.report.results import PortResults

PLACE = "step 3, w[2]: expected 0.5, observed 0.75, 2.3e+15 ULP apart"
MINE = "file=mine.py,line=1,title=mine.py (local)%3A "
WRONG = result(golden("a", "diverges"))


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout that the command is called in, as on GitHub."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    return tmp_path


PORTS: dict[str, tuple[PortResults, list[str]]] = {
    "right": (ports(result(golden("a"))), []),
    "wrong": (
        ports(WRONG),
        [f"::error {MINE}diverges::{INSIDE_SAID}; a, {PLACE}"],
    ),
    "wrong over two transports": (
        ports(WRONG, replace(WRONG, transport="other")),
        [f"::error {MINE.replace('local', 'local%2C other')}diverges::{INSIDE_SAID}; a, {PLACE}"],
    ),
    "wrong otherwise over one of two": (
        ports(WRONG, replace(WRONG, transport="other", unexpected=("expected exact",))),
        [
            f"::error {MINE}diverges::{INSIDE_SAID}; a, {PLACE}",
            f"::error {MINE.replace('local', 'other')}diverges::"
            f"expected exact; {INSIDE_SAID}; a, {PLACE}",
        ],
    ),
    "wrong as expected": (ports(replace(WRONG, as_expected=True)), []),
    "better than expected": (
        ports(result(golden("a"), as_expected=False, unexpected=("better than expected",))),
        [f"::error {MINE}exact::better than expected; equal to the last bit in 1 test case"],
    ),
    "not run": (
        ports(stopped("not-run", "no JVM")),
        [f"::warning {MINE}not-run::no JVM"],
    ),
    "does not compile, in several lines": (
        ports(stopped("does-not-compile", "mine.py:3: error: 100 %\r\n  x = = 1\n")),
        [
            f"::error {MINE.replace('line=1', 'line=3')}does-not-compile::"
            "mine.py:3: error: 100 %25%0D%0A  x = = 1"
        ],
    ),
    "right, with a note": (
        ports(result(golden("a"), notes=("gradients-changed",))),
        [f"::notice {MINE}exact::it changes the gradients it is given"],
    ),
    "right but at the edges": (
        ports(result(golden("a"), *(golden(x, "diverges", kind="edge") for x in "bc"))),
        [f"::notice {MINE}exact%2C but at the edges::b, {PLACE}%0Ac, {PLACE}"],
    ),
    "wrong, also at an edge": (
        ports(result(golden("a", "crashes"), golden("b", "diverges", kind="edge"))),
        [f"::error {MINE}crashes::test case a: it crashes"],
    ),
    "a port that says what a terminal obeys": (
        ports(stopped("crashes", "\x1b[31m\x07")),
        [f"::error {MINE}crashes::\\x1b[31m\\x07"],
    ),
    "no source": (
        ports(stopped("crashes", "gone", port=Port("a,b: 100%", "command"))),
        ["::error title=a%2Cb%3A 100%25 (local)%3A crashes::gone"],
    ),
    "stale": (
        ports(
            stale=("diverges: is not shown any more",),
            update="rmsproof check",
            expectations=Path("known.toml"),
        ),
        [
            "::error file=known.toml,line=1,title=rmsproof%3A stale expectation::"
            "diverges: is not shown any more%0Armsproof check"
        ],
    ),
    "not whole": (
        ports(errors=("x.py: no such file",), incomplete=True),
        [
            "::error title=rmsproof::x.py: no such file",
            "::warning title=rmsproof::interrupted: not everything was judged",
        ],
    ),
}


@pytest.mark.parametrize("name", PORTS)
def test_what_is_not_as_expected_of_a_port_is_an_annotation(name: str) -> None:
    found, expected = PORTS[name]
    assert github.port_annotations(found).splitlines() == expected


BROKEN = stopped("does-not-compile", "page.md:6: error: no")
BLOCKS = {
    "right": ([row(result(golden("a")))], [], []),
    "not judged": ([row(None, kind="other", message="no optimizer")], [], []),
    "broken": (
        [row(BROKEN, layers=(Layer(BROKEN, "an import"), Layer(WRONG)))],
        [],
        [
            "::error file=page.md,line=6,title=python%3A does-not-compile::"
            "page.md:6: error: no%0Arepaired: an import"
        ],
    ),
    "one of several": (
        [row(WRONG, name="Second")],
        [],
        [f"::error file=page.md,line=5,title=python Second%3A diverges::{INSIDE_SAID}; a, {PLACE}"],
    ),
    "other output": (
        [row(result(golden("a")), contradicted=True, findings=("line 9 shows 2, it prints 3",))],
        [],
        [
            "::error file=page.md,line=5,title=python%3A does not print what the document"
            " shows::line 9 shows 2, it prints 3"
        ],
    ),
    "not run": (
        [row(stopped("not-run", "torch is not installed"))],
        [],
        ["::warning file=page.md,line=5,title=python%3A not-run::torch is not installed"],
    ),
    "a formula that says otherwise": (
        [],
        [Finding(3, "the formula says epsilon=inside")],
        ["::warning file=page.md,line=3,title=rmsproof::the formula says epsilon=inside"],
    ),
}


@pytest.mark.parametrize("name", BLOCKS)
def test_what_is_not_as_expected_of_a_block_stands_at_its_line(name: str) -> None:
    rows, findings, expected = BLOCKS[name]
    found = documents(rows, findings)
    assert github.document_annotations(found).splitlines() == expected


@example("", " ")
@given(st.text(), st.text())
def test_no_text_ends_an_annotation_or_begins_another(name: str, message: str) -> None:
    """What a port says is in one line, which GitHub would else take for commands."""
    found = stopped("crashes", message or "x", port=Port(f"{name}::error::", "command"))
    text = github.port_annotations(ports(found))
    assert text.count("\n") == 1
    assert "\r" not in text
    assert text.endswith("\n")
    assert text.startswith("::error title=")
    title = text.removeprefix("::error title=").partition("::")[0]
    assert title.endswith("%3A%3Aerror%3A%3A (local)%3A crashes")
    assert "," not in title


# -- lines -----------------------------------------------------------------------------------------

PORT_LINES: dict[str, tuple[str, str]] = {
    "javac": ("Mine.java:37: error: cannot find symbol", "Mine.java:37"),
    "ECJ": ("1. ERROR in Mine.java (at line 37)\n\tfoo", "Mine.java:37"),
    "scalac": ("-- [E103] Syntax Error: Mine.java:29:0 ----", "Mine.java:29"),
    "ECJ, in another": ("1. ERROR in Other.java (at line 37)\n\tfoo", "Other.java:37"),
    "a stack trace": ("float64/x: step 1: NullPointerException (Mine.java:6)", "Mine.java:6"),
    "another of its files": ("Other.java:12: error: no", "Other.java:12"),
    "Python's own": ("SyntaxError: no, after line 2 (line 7, column 3)", "Mine.java:7"),
    "a line and no more": ("EOF on line 4", "Mine.java:4"),
    "a file of another name": ("NotMine.java:12: error: no", "Mine.java:1"),
    "no line": ("it does nothing", "Mine.java:1"),
}


@pytest.mark.parametrize("said", PORT_LINES)
def test_an_annotation_stands_at_the_line_that_a_message_names(said: str) -> None:
    message, expected = PORT_LINES[said]
    port = Port("p", "java", source=(Path("Mine.java"), Path("Other.java")))
    assert place(stopped("crashes", message, port=port)) == expected


def place(found: Result) -> str:
    text = github.port_annotations(ports(found))
    given_properties = text.removeprefix("::error ").partition("::")[0].split(",")
    properties = dict(pair.split("=", 1) for pair in given_properties)
    return f"{properties['file']}:{properties['line']}" if "file" in properties else ""


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("RMSProp.java:7: error: no", 7),
        ("IndentationError: no block after line 5 (line 6, column 1)", 6),
        ("it fails at line 6", 6),
        ("RMSProp.java:4: error: no", 5),
        ("RMSProp.java:8: error: no", 5),
        ("took 6 seconds", 5),
    ],
)
def test_a_block_is_annotated_at_a_line_of_its_own(message: str, line: int) -> None:
    """It has the lines 5 to 7; another number is no line of it."""
    found = documents([row(stopped("crashes", message))])
    text = github.document_annotations(found)
    assert text.startswith(f"::error file=page.md,line={line},")
    (whole,) = found.examinations  # a notebook that has all cells on one line
    whole = replace(whole, document=replace(whole.document, counted=True))
    text = github.document_annotations(replace(found, examinations=(whole,)))
    assert text.startswith("::error file=page.md,line=1,")


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        (Port("p", "python", reference="package.module:Mine"), "package/module.py:1"),
        (Port("p", "python", reference="package:Mine"), "package/__init__.py:1"),
        (Port("p", "python", reference="elsewhere:Mine"), ""),
        (Port("p", "command", command=("p",)), ""),
    ],
)
def test_an_object_is_annotated_in_its_module(workspace: Path, port: Port, expected: str) -> None:
    (workspace / "package").mkdir()
    for name in ("__init__", "module"):
        (workspace / f"package/{name}.py").write_text("", encoding="utf-8")
    assert place(stopped("crashes", "why", port=replace(port, folder=workspace))) == expected


def test_files_are_named_from_the_root_of_the_checkout(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the command is called; what lies outside of it is named as it is."""
    (workspace / "sub").mkdir()
    monkeypatch.chdir(workspace / "sub")

    def of(path: Path) -> str:
        return place(stopped("crashes", "why", port=Port("p", "python", source=(path,))))

    assert of(Path("mine.py")) == "sub/mine.py:1"
    assert of(workspace / "mine.py") == "mine.py:1"
    assert of(Path("/elsewhere/mine.py")) == "/elsewhere/mine.py:1"
    monkeypatch.delenv("GITHUB_WORKSPACE")
    assert of(Path("mine.py")) == "mine.py:1"


# -- the summary -----------------------------------------------------------------------------------


def cells(markdown: str) -> list[list[str]]:
    """The table as a reader sees it: the text of every cell, row by row."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
    found: list[list[str]] = []
    for token, inner in pairwise(tokens):
        if token.type == "tr_open":
            found.append([])
        elif token.type in ("th_open", "td_open"):
            breaks = {"softbreak": " ", "html_inline": "\n"}
            parts = inner.children or ()
            found[-1].append("".join(breaks.get(part.type, part.content) for part in parts))
    return found


HEAD = ["port", "transport", "verdict", "why"]


def test_the_summary_is_a_table_of_ports() -> None:
    found = ports(
        result(golden("a")),
        result(golden("a"), transport="other"),
        stopped("does-not-compile", "mine.py:3: error: a | b", as_expected=True),
        replace(WRONG, unexpected=("expected exact",)),
        stale=("diverges at *: is not shown any more",),
        errors=("x.py: no such\nfile",),
    )
    text = github.port_summary(found)
    assert text == (
        "\n### rmsproof\n\n"
        "3 ports, 4 results, 1 NOT as expected: 2 exact, 1 diverges, 1 does-not-compile; 3"
        " comparisons with test cases (goldens) in 12.3 s\n\n"
        "| port | transport | verdict | why |\n"
        "| --- | --- | --- | --- |\n"
        "| mine.py | local, other | exact | equal to the last bit in 1 test case |\n"
        "| mine.py | local | does-not-compile | mine.py:3: error: a \\| b |\n"
        f"| mine.py | local | **diverges** | expected exact; {escaped(INSIDE_SAID)} |\n"
        "\n"
        "- stale expectation: diverges at \\*: is not shown any more\n"
        "- x.py: no such<br>file\n"
        "\n"
    )
    assert cells(text)[0] == HEAD
    assert cells(text)[2] == [
        "mine.py",
        "local",
        "does-not-compile",
        "mine.py:3: error: a | b",
    ]


def escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>|~&$#@" else c for c in text)


def test_the_summary_of_documents_has_a_row_a_judged_block() -> None:
    found = documents(
        [row(result(golden("a"))), row(None, kind="other")],
        [Finding(3, "the formula says epsilon=inside")],
        errors=("gone.md: cannot be read",),
    )
    assert github.document_summary(found) == (
        "\n### rmsproof\n\n"
        "2 blocks, 1 of them judged: 1 exact; 2.5 s\n\n"
        "| port | transport | verdict | why |\n"
        "| --- | --- | --- | --- |\n"
        "| mine.py | local | exact | equal to the last bit in 1 test case |\n"
        "\n"
        "- page.md:3: the formula says epsilon=inside\n"
        "- gone.md: cannot be read\n"
        "\n"
    )


def test_a_summary_without_results_has_no_table() -> None:
    assert cells(github.port_summary(ports())) == []


visible = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"))).map(
    lambda text: " ".join(text.split())
)


@given(visible)
def test_markdown_shows_a_text_as_it_is(text: str) -> None:
    """Emphasis, code, links, entities, HTML and the bars of the table are all text."""
    found = stopped("crashes", f"x{text}x", port=Port(f"p{text}p", "command"))
    shown = cells(github.port_summary(ports(found)))[1]
    assert shown == [f"p{text}p", "local", "crashes", words.brief(found)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028"])
def test_a_line_break_does_not_end_a_row(end: str) -> None:
    found = ports(result(golden("a"), port=Port(f"a{end}b", "command")))
    assert len(cells(github.port_summary(found))) == 2
