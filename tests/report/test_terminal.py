"""What stands on a terminal: whole at every width, each thing once, and what to do about it."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from judged import INSIDE, MADE, documents, golden, ports, result, row, stopped
from support import PARTED

from harness.diagnosis.diagnose import Diagnosis, Explanation
from harness.judging.verdict import Result
from harness.ports.port import Port
from harness.report import causes, terminal, words
from harness.report import documents as report_documents
from harness.report.invocation import Invocation
from harness.report.notes import notes_of
from harness.report.results import PortResults
from python_ref.dialects.libraries import LIBRARIES, find, slug

THREE = Diagnosis(
    Explanation(
        (("epsilon", "inside"), ("state", "reset"), ("weight_decay", "coupled")),
        {"weight_decay": 0.1234567891, "learning_rate": 0.0009765625},
    )
)
GOLDEN = "reference/float64/page-one-step"
DIVERGING = result(golden(GOLDEN, "diverges"), diagnosis=THREE)
LONG = replace(DIVERGING, port=Port("a/folder/with/a/long/name/of_a_port.py", "python"))
CRASHING = result(golden("b", "crashes"))
CHECK = replace(MADE, invocation=Invocation("check", {"timeout": 2.5}))


def printed(results: PortResults, width: int) -> str:
    console = terminal.Plain(file=io.StringIO(), width=width)
    terminal.show_ports(console, replace(results, circumstances=CHECK))
    return console.file.getvalue()


def without_blanks(text: str) -> str:
    return re.sub(r"\s+", "", text)


def facts(results: Sequence[Result]) -> list[str]:
    """What must be read of each: its name, verdict, whole reason and notes."""
    return [
        fact
        for each in results
        for fact in (each.port.name, each.verdict.word, words.brief(each), *notes_of(each))
    ]


# -- widths ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shown", [DIVERGING, LONG, CRASHING], ids=["three", "long", "crash"])
@pytest.mark.parametrize("width", [20, 33, 47, 60, 79])
def test_below_80_columns_every_row_is_stacked_and_whole(shown: Result, width: int) -> None:
    text = without_blanks(printed(ports(shown), width))
    for fact in facts([shown]):
        assert without_blanks(fact) in text


@pytest.mark.parametrize("width", [80, 100, 140, 200])
def test_from_80_columns_on_every_word_is_there(width: int) -> None:
    lines = printed(ports(DIVERGING), width).splitlines()
    assert lines[0].split() == ["port", "transport", "verdict", "why"]
    start = lines[0].index("why")
    cells = " ".join(line[start:] for line in lines[1:])
    for word in words.brief(DIVERGING).split():
        assert word in cells.split()


@pytest.mark.parametrize("width", [20, 60, 100])
def test_no_line_but_a_command_is_wider_than_the_screen(width: int) -> None:
    for line in printed(ports(DIVERGING, LONG, CRASHING), width).splitlines():
        assert len(line) <= width or "rmsproof check" in line


@pytest.mark.parametrize("width", [40, 60, 79, 80, 120])
def test_blocks_of_a_document_are_whole_at_every_width(width: int) -> None:
    results = documents([row(DIVERGING)])
    console = terminal.Plain(file=io.StringIO(), width=width)
    report_documents.show(console, results)
    lines = console.file.getvalue()
    if width < 80:
        assert without_blanks(words.brief(DIVERGING)) in without_blanks(lines)
        assert "5  python  diverges" in lines
    else:
        assert set(words.brief(DIVERGING).split()) <= set(lines.split())


def test_a_document_without_a_block_says_so() -> None:
    console = terminal.Plain(file=io.StringIO(), width=80)
    report_documents.show(console, documents())
    assert console.file.getvalue().splitlines()[:2] == ["page.md", "it has no block of code"]


@pytest.mark.parametrize(
    ("columns", "width"),
    [("60", 60), ("140", 140), ("3", 20), ("", 100), ("0", 100), ("wide", 100), ("-5", 100)],
)
def test_columns_is_how_wide_a_pipe_is(
    monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert terminal.console().width == width


def test_a_name_between_colons_is_no_picture(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.console().print("folder:heart:port.py")
    assert capsys.readouterr().out == "folder:heart:port.py\n"


# -- what to do ------------------------------------------------------------------------------------


def test_below_a_failure_stands_where_it_begins_and_what_to_type() -> None:
    shown = replace(DIVERGING, diagnosis=INSIDE)
    lines = printed(ports(shown), 60).splitlines()
    text = "\n".join(line.rstrip() for line in lines)
    where = words.divergence(replace(PARTED, golden=GOLDEN))
    assert without_blanks(f"first divergence of mine.py: {where}") in without_blanks(text)
    assert f"  reproduce: rmsproof check mine.py --timeout 2.5 --golden {GOLDEN}" in lines
    library = causes.known(INSIDE, shown.port.claim)
    assert find(library).dialect.deviations == ("epsilon=inside",)
    assert f"  intended?  rmsproof check mine.py --timeout 2.5 --dialect {library}" in lines


@pytest.mark.parametrize(
    ("shown", "invocation"),
    [
        (replace(DIVERGING, as_expected=True), Invocation("check")),
        (result(golden(GOLDEN)), Invocation("check")),
        (stopped("not-run", "no Java"), Invocation("check")),
    ],
    ids=["known to differ", "exact", "not judged"],
)
def test_nothing_is_to_be_done_about_what_is_no_failure(
    shown: Result, invocation: Invocation
) -> None:
    assert list(terminal.failures([shown], invocation)) == []


@pytest.mark.parametrize(
    ("diagnosis", "invocation"),
    [
        (THREE, Invocation("check")),  # no library
        (None, Invocation("check")),
        (INSIDE, Invocation("run")),  # of an edition it is known what it is
        (INSIDE, Invocation("check", {"expect": "known.toml"})),
    ],
)
def test_intent_is_asked_only_of_a_known_library(
    diagnosis: Diagnosis | None, invocation: Invocation
) -> None:
    shown = replace(DIVERGING, diagnosis=diagnosis)
    lines = [line for line, _ in terminal.failures([shown], invocation)]
    assert [line.split()[0] for line in lines] == ["first", "reproduce:"]


def test_a_crash_is_reproduced_at_its_golden() -> None:
    shown = result(golden(GOLDEN, "crashes"))
    (only,) = terminal.failures([shown], Invocation("check"))
    assert only == (f"  reproduce: rmsproof check mine.py --golden {GOLDEN}", True)


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_dialect_is_found_by_how_it_is_typed(name: str) -> None:
    assert find(slug(name)).name == name
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(name))


# -- once ------------------------------------------------------------------------------------------


def test_what_keeps_twelve_ports_from_being_judged_is_said_once() -> None:
    results = [
        stopped("not-run", "no Java was found", port=Port(f"p{i}", "java")) for i in range(12)
    ]
    text = printed(ports(*results), 100)
    assert text.count("no Java was found") == 1
    assert text.count("as p0") == 11
    assert "12 ports, 12 not judged: 12 not-run" in text


def test_other_reasons_are_all_said() -> None:
    results = [stopped("not-run", f"no {i}", port=Port(f"p{i}", "java")) for i in range(3)]
    text = printed(ports(*results), 100)
    assert all(f"no {i}" in text for i in range(3))


@pytest.mark.parametrize(
    ("results", "sentence"),
    [
        (
            [result(golden("a"), transport=t, port=Port(n, "java")) for n in "pq" for t in "xy"],
            "2 ports by 2 ways, all as expected: 2 exact;",
        ),
        (
            [result(golden("a"), transport="x"), result(golden("a", "diverges"), transport="y")],
            "1 port by 2 ways, 2 results, 1 does NOT conform: 1 diverges, 1 exact;",
        ),
        (
            [
                *(result(golden("a"), transport=t, port=Port("p", "java")) for t in "xy"),
                result(golden("a"), transport="x", port=Port("q", "python")),
            ],
            "2 ports, 3 results, all as expected: 3 exact;",
        ),
    ],
    ids=["alike", "the ways differ", "one has fewer ways"],
)
def test_ports_are_counted_and_the_ways_to_them(results: list[Result], sentence: str) -> None:
    assert terminal.summary(results, 1.0).startswith(sentence)


def test_stacked_rows_have_no_heads() -> None:
    shown = result(golden("a"), port=Port(str(Path("mine.py")), "python"))
    assert printed(ports(shown), 60).splitlines()[0].rstrip() == "mine.py  local  exact"
