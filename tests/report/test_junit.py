"""JUnit XML: a test case a golden, what failed and why, valid against the schemas in use."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree
from report.judged import INSIDE, INSIDE_SAID, documents, golden, ports, result, row, stopped

from harness.documents.examined import Finding, Layer
from harness.judging.verdict import Result, of_port
from harness.model.words import ORDER, STATE_LEAKS
from harness.ports.port import Port
from harness.report import junit

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("junit.xsd")))

Row = tuple[str, str, str, str, str]
"""A test case: name, failure or error or skipped, its type, message and text."""


def suites(text: str) -> dict[str, etree._Element]:
    """The suites of a report by name: it is valid, and each suite counts what it holds."""
    root = etree.fromstring(text.encode("utf-8"))
    SCHEMA.assertValid(root)
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.get("tests")) == len(cases)
        for attribute, kind in (("failures", "failure"), ("errors", "error"), ("skipped",) * 2):
            assert int(suite.get(attribute)) == len(suite.findall(f"testcase/{kind}"))
        assert {case.get("classname") for case in cases} <= {suite.get("name")}
    assert [suite.get("id") for suite in root] == [str(i) for i in range(len(root))]
    return {suite.get("name"): suite for suite in root}


def rows(suite: etree._Element) -> list[Row]:
    found = []
    for case in suite.findall("testcase"):
        reason = next(iter(case), None)
        if reason is None:
            found.append((case.get("name"), "", "", "", ""))
        else:
            shown = (reason.tag, reason.get("type", ""), reason.get("message"), reason.text or "")
            found.append((case.get("name"), *shown))
    return found


def passed(name: str) -> Row:
    return (name, "", "", "", "")


PLACE = "step 3, w[2]: expected 0.5, observed 0.75, 2.3e+15 ULP apart"
EXACT = "equal to the last bit in 1 test case"
STILL = "the weights never change"
BETTER = "better than expected, which is diverges"
NEW = "not a known difference: crashes at b"

PORTS: dict[str, tuple[Result, list[Row]]] = {
    "right": (result(golden("a"), golden("b")), [passed("a"), passed("b")]),
    "within rounding": (result(golden("a", "conforms")), [passed("a")]),
    "wrong at one golden": (
        result(golden("a"), golden("b", "diverges")),
        [
            passed("a"),
            ("b", "failure", "diverges", INSIDE_SAID, f"{INSIDE_SAID}; b, {PLACE}"),
        ],
    ),
    "never moves": (
        result(golden("a", "diverges", moved=False)),
        [
            (
                "a",
                "failure",
                "no-update",
                STILL,
                f"{STILL}; a, {PLACE}",
            )
        ],
    ),
    **{
        f"{word} at one golden": (
            result(golden("a"), golden("b", word)),
            [passed("a"), ("b", "error", word, sentence, sentence)],
        )
        for word, sentence in (
            ("crashes", "test case b: it crashes"),
            ("garbled", "test case b: unusable result: it garbled"),
            ("times-out", "test case b: it times-out"),
        )
    },
    **{
        f"{word} at one golden": (
            result(golden("a"), golden("b", word)),
            [passed("a"), ("b", "skipped", "", f"{word}: test case b: it {word}", "")],
        )
        for word in ("unsupported", "not-run")
    },
    "does not compile": (
        stopped("does-not-compile", "mine.py:3: error: no\n  x = = 1\n1 error"),
        [
            (
                "verdict",
                "error",
                "does-not-compile",
                "mine.py:3: error: no",
                "mine.py:3: error: no\n  x = = 1\n1 error",
            )
        ],
    ),
    "does not compile, as expected": (
        stopped("does-not-compile", "mine.py:3: error: no", as_expected=True),
        [passed("verdict")],
    ),
    "not run at all": (
        stopped("not-run", "no JVM here"),
        [("verdict", "skipped", "", "not-run: no JVM here", "")],
    ),
    "wrong as expected": (
        result(golden("a"), golden("b", "diverges"), golden("c", "crashes"), as_expected=True),
        [passed("a"), passed("b"), passed("c")],
    ),
    "a known difference and a new one": (
        result(
            golden("a", "diverges"),
            golden("b", "crashes"),
            known=frozenset("a"),
            unexpected=(NEW,),
        ),
        [
            passed("a"),
            (
                "b",
                "error",
                "crashes",
                f"{NEW}; test case b: it crashes",
                f"{NEW}\ntest case b: it crashes",
            ),
        ],
    ),
    "better than expected": (
        result(golden("a"), as_expected=False, unexpected=(BETTER,)),
        [
            passed("a"),
            ("verdict", "failure", "exact", f"{BETTER}; {EXACT}", f"{BETTER}\n{EXACT}"),
        ],
    ),
    "right at every golden, but remembers": (
        result(
            golden("a"),
            as_expected=False,
            notes=(STATE_LEAKS,),
            verdict=replace(result(golden("a")).verdict, word="diverges"),
        ),
        [
            passed("a"),
            (
                "verdict",
                "failure",
                "diverges",
                "it keeps state from one test case to the next",
                "it keeps state from one test case to the next",
            ),
        ],
    ),
    "wrong at an edge alone": (
        result(golden("a"), golden("b", "diverges", kind="edge")),
        [
            passed("a"),
            (
                "b",
                "skipped",
                "",
                f"diverges at an edge, which does not count without --edge: b, {PLACE}",
                "",
            ),
        ],
    ),
    "wrong where a step leaves arrays out": (
        result(golden("a"), golden("b", "diverges", kind="partial")),
        [
            passed("a"),
            (
                "b",
                "skipped",
                "",
                f"diverges where a step leaves arrays out, which does not count: b, {PLACE}",
                "",
            ),
        ],
    ),
    "right at an edge": (
        result(golden("a"), golden("b", kind="edge"), golden("c", "conforms", kind="edge")),
        [passed("a"), passed("b"), passed("c")],
    ),
    "wrong where it does not crash": (
        result(
            golden("a", "crashes"),
            golden("b", "diverges"),
            elsewhere=(of_port([golden("b", "diverges")]), INSIDE),
        ),
        [
            ("a", "error", "crashes", "test case a: it crashes", "test case a: it crashes"),
            ("b", "failure", "diverges", INSIDE_SAID, f"{INSIDE_SAID}; b, {PLACE}"),
        ],
    ),
    "fed again, and answered differently": (
        result(golden("a"), golden("a", "diverges")),
        [
            passed("a"),
            ("a (2)", "failure", "diverges", INSIDE_SAID, f"{INSIDE_SAID}; a, {PLACE}"),
        ],
    ),
}


@pytest.mark.parametrize("name", PORTS)
def test_a_port_is_a_suite_and_a_golden_a_test_case(name: str) -> None:
    found, expected = PORTS[name]
    made = suites(junit.ports(ports(found)))
    assert list(made) == ["mine.py (local)"]
    assert rows(made["mine.py (local)"]) == expected


def test_a_failure_has_the_formula_of_the_claim_beside_the_ports_own() -> None:
    for claim, formula in (
        ("reference", "g / (sqrt(v) + eps)"),
        ("epsilon=maximum", "g / max(sqrt(v), eps)"),
    ):
        found = result(golden(f"{claim}/float64/page-one-step", "diverges"))
        (suite,) = suites(junit.ports(ports(found))).values()
        ((*_, text),) = rows(suite)
        assert text.endswith(f"\nexpected in place of what is in brackets: {formula}"), claim


def test_a_golden_that_leaves_arrays_out_never_decides() -> None:
    found = result(golden("a", "crashes"), golden("b", "diverges", kind="partial"))
    (suite,) = suites(junit.ports(ports(found, edge=True))).values()
    assert [shown[1] for shown in rows(suite)] == ["error", "skipped"]


def test_an_edge_that_decides_fails() -> None:
    found = result(golden("b", "diverges", kind="edge"), as_expected=False)
    made = suites(junit.ports(ports(found, edge=True)))
    assert rows(made["mine.py (local)"]) == [
        ("b", "failure", "diverges", f"b, {PLACE}", f"b, {PLACE}")
    ]


@pytest.mark.parametrize("word", ORDER)
def test_a_port_fails_where_it_is_not_as_expected(word: str) -> None:
    """At every verdict: no report is green whose exit code is red, and the other way round."""
    found = result(golden("a", word)) if word != "does-not-compile" else stopped(word, "why")
    for expected in (True, False):
        changed = replace(found, as_expected=expected)
        (suite,) = suites(junit.ports(ports(changed))).values()
        assert (int(suite.get("failures")) + int(suite.get("errors")) == 0) is expected


def test_what_concerns_no_port_is_a_suite_of_its_own() -> None:
    found = ports(
        result(golden("a")),
        errors=("x.py: no such file\nor folder",),
        stale=("diverges: is not shown any more",),
        update="rmsproof check mine.py --update-expectations",
        incomplete=True,
    )
    made = suites(junit.ports(found))
    assert list(made) == ["mine.py (local)", "expectations", "rmsproof"]
    assert rows(made["expectations"]) == [
        (
            "diverges: is not shown any more",
            "failure",
            "stale",
            "stale expectation",
            "diverges: is not shown any more\nrmsproof check mine.py --update-expectations",
        )
    ]
    missing = "the run was interrupted: what had not been judged is missing or skipped"
    assert rows(made["rmsproof"]) == [
        (
            "x.py: no such file",
            "error",
            "usage",
            "x.py: no such file\nor folder",
            "x.py: no such file\nor folder",
        ),
        ("completed", "error", "interrupted", missing, missing),
    ]


def test_a_suite_says_when_and_how_long_and_what_was_noted() -> None:
    edge = golden("b", "diverges", kind="edge", seconds=0.0004)
    found = result(golden("a"), edge, notes=("gradients-changed",), seconds=1234.5678)
    (suite,) = suites(junit.ports(ports(found))).values()
    assert suite.get("timestamp") == "2024-02-29T23:59:58"
    assert suite.get("time") == "1234.568"
    assert [case.get("time") for case in suite.findall("testcase")] == ["0.250", "0.000"]
    notes = f"it changes the gradients it is given\nb, {PLACE}"
    assert suite.findtext("system-out") == notes


@example("\x00\ud800", "\x1b\uffff")
@given(st.text(), st.text())
def test_any_text_is_valid_xml(name: str, message: str) -> None:
    """Control characters, half surrogate pairs and markup come from ports and documents."""
    page = documents([row(result(golden("a")), name=name)], [Finding(1, message)])
    assert list(suites(junit.documents(page))) == ["page.md"]
    port = Port(f"p{name}", "python")
    found = ports(stopped("crashes", message or "x", port=port), errors=(f"x{message}",))
    (case, error) = (suite.find("testcase") for suite in suites(junit.ports(found)).values())
    assert case is not None
    assert error is not None
    assert "\x1b" not in f"{case.get('classname')}{case[0].text}"


def test_a_character_that_xml_lacks_is_shown() -> None:
    found = ports(stopped("crashes", "a\x00b\x1b[31m\ud800\uffff\r\nc\td <&>"))
    (suite,) = suites(junit.ports(found)).values()
    assert suite[1][0].text == "a\\x00b\\x1b[31m\\ud800\\uffff\\x0d\nc\td <&>"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (' tests="1"', ""),
        (' classname="mine.py (local)"', ""),
        ('time="0.250"', 'time="soon"'),
        ("<testsuites>", '<testsuites tests="1">'),
        ("<system-out />", ""),
        ("testcase", "test"),
    ],
)
def test_the_schema_refuses_what_is_no_report(before: str, after: str) -> None:
    text = junit.ports(ports(result(golden("a"))))
    assert before in text
    spoiled = etree.fromstring(text.replace(before, after).encode("utf-8"))
    assert not SCHEMA.validate(spoiled)


# -- documents -------------------------------------------------------------------------------------

BROKEN = stopped("does-not-compile", "page.md:6: error: no")
BLOCKS: dict[str, tuple[Any, list[Row]]] = {
    "right": ([row(result(golden("a")))], [passed("line 5: python")]),
    "one of several in a block": (
        [row(result(golden("a")), name="Second")],
        [passed("line 5: python Second")],
    ),
    "no optimizer": ([row(None, kind="other", message="no optimizer")], []),
    "wrong behind a repair": (
        [
            row(
                BROKEN,
                layers=(Layer(BROKEN, "an import"), Layer(result(golden("a", "diverges")))),
                findings=("its fence is never closed",),
            )
        ],
        [
            (
                "line 5: python",
                "error",
                "does-not-compile",
                "page.md:6: error: no",
                "does-not-compile: page.md:6: error: no\nrepaired: an import\n"
                f"diverges: {INSIDE_SAID}; a, {PLACE}\nits fence is never closed",
            )
        ],
    ),
    "not run": (
        [row(stopped("not-run", "torch is not installed"))],
        [("line 5: python", "skipped", "", "not-run: torch is not installed", "")],
    ),
    "right, with other output": (
        [row(result(golden("a")), contradicted=True, findings=("the output differs",))],
        [
            (
                "line 5: python",
                "failure",
                "contradicted",
                "does not print what the document shows",
                "the output differs",
            )
        ],
    ),
    "a script with other output": (
        [row(None, kind="other", contradicted=True, findings=("the output differs",))],
        [
            (
                "line 5: python",
                "failure",
                "contradicted",
                "does not print what the document shows",
                "the output differs",
            )
        ],
    ),
}


@pytest.mark.parametrize("name", BLOCKS)
def test_a_document_is_a_suite_and_a_judged_block_a_test_case(name: str) -> None:
    found, expected = BLOCKS[name]
    made = suites(junit.documents(documents(found)))
    assert rows(made["page.md"]) == expected


def test_a_document_says_how_long_it_took_and_what_is_wrong_with_the_whole() -> None:
    found = documents(
        [row(result(golden("a")))],
        [Finding(3, "the formula says otherwise")],
        errors=("gone.md: cannot be read",),
        incomplete=True,
    )
    made = suites(junit.documents(found))
    assert made["page.md"].get("time") == "2.000"
    assert made["page.md"].find("testcase").get("time") == "0.750"
    assert made["page.md"].findtext("system-out") == "the formula says otherwise"
    assert [shown[0] for shown in rows(made["rmsproof"])] == [
        "gone.md: cannot be read",
        "completed",
    ]
