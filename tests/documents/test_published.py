"""The three documents that started the project, where they lie beside it."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

import pytest
from support import REPOSITORY, alike

from harness.documents.examine import examine
from harness.documents.examined import Examination, Examined
from harness.judging.options import Options
from python_ref.dialects.dialect import Dialect

DOCUMENTS = REPOSITORY.parent / "shared" / "documents"
pytestmark = pytest.mark.skipif(
    not DOCUMENTS.is_dir(), reason=f"the published documents are not at {DOCUMENTS}"
)


@cache
def examined(number: str) -> Examination:
    (path,) = DOCUMENTS.glob(f"{number}_*.txt")
    return examine(path, Dialect(), Options())


def only(number: str, language: str) -> Examined:
    rows = [r for r in examined(number).rows if r.block.language == language and r.layers]
    assert len(rows) == 1
    return rows[0]


def way(row: Examined) -> list[tuple[str, tuple[str, ...]]]:
    return [(layer.result.verdict.word, layer.result.deviations) for layer in row.layers]


def said(number: str) -> list[str]:
    return [finding.sentence for finding in examined(number).findings]


# -- 002, the page -------------------------------------------------------------------------


def test_the_pages_blocks_are_listed_and_two_are_no_code() -> None:
    rows = examined("002").rows
    assert [row.block.language for row in rows] == [
        "mermaid",
        "mermaid",
        "python",
        "java",
        "scala",
        "clojure",
    ]
    assert [row.kind for row in rows] == ["other", "other"] + ["optimizer"] * 4


def test_the_pages_python_is_exact() -> None:
    assert way(only("002", "python")) == [("exact", ())]


def test_the_pages_java_lacks_an_import_and_is_exact_in_float_storage() -> None:
    row = only("002", "java")
    assert way(row) == [("does-not-compile", ()), ("exact", ())]
    assert "java.util.Arrays" in row.layers[0].repair
    assert row.last is not None
    ((_, arithmetic),) = row.last.verdict.arithmetic
    assert str(arithmetic) == "precision=float32_double square=left"


def test_the_pages_scala_has_statements_at_the_top_and_is_exact() -> None:
    row = only("002", "scala")
    assert way(row) == [("does-not-compile", ()), ("exact", ())]
    assert "statements" in row.layers[0].repair


def test_the_pages_clojure_is_gone_through_defect_by_defect() -> None:
    row = only("002", "clojure")
    assert way(row) == [
        ("does-not-compile", ()),
        ("crashes", ()),
        ("crashes", ()),
        ("no-update", ("write=none",)),
        ("diverges", ("epsilon=inside", "state=reset")),
    ]
    repairs = [layer.repair for layer in row.layers]
    for repair, word in zip(
        repairs, ("closing parenthesis", "dereferenced", "get-in", "atom", ""), strict=True
    ):
        assert word in repair
    assert any("assoc-in is dropped" in finding for finding in row.findings)


def test_the_pages_formula_is_not_its_code() -> None:
    assert [formula.epsilon for formula in examined("002").formulas] == ["inside"]
    (finding,) = said("002")
    assert "epsilon is added inside the square root, but in the code at" in finding
    assert all(language in finding for language in ("python", "java", "scala", "clojure"))


# -- 001, the answer -----------------------------------------------------------------------


def test_the_answer_holds_a_formula_and_no_code() -> None:
    found = examined("001")
    assert found.rows == ()
    assert [formula.epsilon for formula in found.formulas] == ["inside"]


# -- 000, the tutorial ---------------------------------------------------------------------


def row_at(text: str) -> Examined:
    """The row of the last block whose code begins so."""
    return [row for row in examined("000").rows if row.block.text.startswith(text)][-1]


def test_the_tutorials_blocks_are_all_listed_at_their_lines() -> None:
    (path,) = DOCUMENTS.glob("000_*.txt")
    lines = path.read_text("utf-8").split("\n")
    fences = [i + 2 for i, line in enumerate(lines) if line.startswith("```")][::2]
    assert [row.block.line for row in examined("000").rows] == fences


def test_both_trainers_lost_their_indentation_and_are_the_reference() -> None:
    trained = [row for row in examined("000").rows if row.convention]
    assert [way(row) for row in trained] == [[("does-not-compile", ()), ("exact", ())]] * 2
    assert all(row.kind == "trainer" for row in trained)
    assert all("indentation restored" in row.layers[0].repair for row in trained)
    assert "the way that prints what line" in trained[0].layers[0].repair


def test_the_full_batch_run_prints_what_is_shown() -> None:
    row = next(
        r
        for r in examined("000").rows
        if r.block.printed and "5.813195776655382" in r.block.printed.text
    )
    assert any(finding.startswith("prints the output at line") for finding in row.findings)


@pytest.mark.parametrize("name", alike(["torch", "tensorflow"]))
def test_a_librarys_script_is_run_where_the_library_is(name: str) -> None:
    row = next(r for r in examined("000").rows if f"import {name}" in r.block.text and r.layers)
    assert row.last is not None
    assert row.last.verdict.word == "not-run"
    if find_spec(name) is None:
        assert row.last.verdict.fault is not None
        assert f"pip install {name}" in row.last.verdict.fault.message
        assert any("was not checked" in finding for finding in row.findings), row.findings
    else:
        assert any("prints the output" in finding for finding in row.findings), row.findings


def test_names_defaults_and_the_factor_are_reported() -> None:
    findings = " ".join(said("000"))
    assert "rmsprop has a parameter learning_rate" in findings
    assert "is called learn_rate" in findings
    assert "n_iter of rmsprop has the default 10000" in findings
    assert "have the factor 2" in findings
    assert "only the weight of epsilon changes" in findings


def test_the_commands_exit_codes(call: object) -> None:
    assert callable(call)
    assert call("doc", str(next(DOCUMENTS.glob("001_*")))).code == 3
