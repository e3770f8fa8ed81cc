"""What the machine lacks for a page's code is said as that, never as the code's own fault."""

from __future__ import annotations

import nbformat
import pytest
from documents.conftest import IMPORT, RIGHT, Examine, fenced, notebook
from support import alike

from harness.documents.examined import Examination, Examined
from harness.documents.lacking import lacking, own_import

TRAINER = """
def fit(x, y, w0, lr=0.1, rho=0.9, eps=1e-8, epochs=10):
    p, s = nobody.array(w0), 0.0
    for _ in range(epochs):
        e = p[0] * x + p[1] - y
        g = nobody.array([nobody.mean(e * x), nobody.mean(e)])
        s = rho * s + (1 - rho) * g ** 2
        p = p - lr * g / (s ** 0.5 + eps)
    return p
"""
BASED = RIGHT.replace("RMSProp:", "RMSProp(Base):")
# By what is lacking: the cells of a notebook, and why the last one is not run.
LACKING: dict[str, tuple[tuple[str, ...], str]] = {
    "a module of an earlier cell": (
        (f"import nobody_has.optim as base\n{IMPORT}", BASED.replace("Base", "base.Optimizer")),
        "nobody_has is not installed",
    ),
    "one from which everything is taken": (
        (f"from nobody_has.torch import *\n{IMPORT}", BASED.replace("Base", "Optimizer")),
        "nobody_has is not installed",
    ),
    "one that a definition of an earlier cell needs": (
        (f"import nobody_has\n{IMPORT}class Base(nobody_has.Module):\n    pass\n", BASED),
        "nobody_has is not installed",
    ),
    "one that is imported only while it runs": (
        (IMPORT, RIGHT.replace("        for k, g", "        import nobody_has\n        for k, g")),
        "nobody_has is not installed",
    ),
    "a name that another version has": (
        (f"from numpy import RMSPropBase as Base\n{IMPORT}", BASED),
        "numpy as it is installed here has no RMSPropBase",
    ),
    "the package that the code is of": (
        (f"from .base import Base\n{IMPORT}", BASED),
        "it imports from the package that it is part of, which is not here",
    ),
    "a module of a trainer": (
        ("import nobody_has as nobody\n", TRAINER),
        "nobody_has is not installed",
    ),
}


def whole(row: Examined) -> tuple[str, str]:
    layer = row.layers[0]
    fault = layer.result.verdict.fault
    return layer.result.verdict.word, fault.message if fault else ""


@pytest.mark.parametrize("case", alike(LACKING, 6))
def test_what_the_machine_lacks_is_not_run_and_named(written: Examine, case: str) -> None:
    cells, reason = LACKING[case]
    assert whole(written(notebook(*cells), "cells.ipynb").rows[-1]) == ("not-run", reason)
    page = "".join(fenced(cell) + "\nand\n\n" for cell in cells)
    assert whole(written(page).rows[-1]) == ("not-run", reason)


JAVA = """
import org.nobody.linalg.Matrix;
class RMSProp {
    double lr = 0.01, rho = 0.9, eps = 1e-8;
    Matrix cache;
    Matrix step(Matrix weights, Matrix gradients) {
        cache = cache.mul(rho).add(gradients.mul(gradients).mul(1 - rho));
        return weights.sub(gradients.mul(lr).div(cache.sqrt().add(eps)));
    }
}
"""
CLOJURE = """
(ns page (:require [nobody.matrix :as m]))
(defn step [weights gradients v lr rho eps]
  (let [v (m/add (m/mul rho v) (m/mul (- 1 rho) gradients gradients))]
    [(m/sub weights (m/div (m/mul lr gradients) (m/add (m/sqrt v) eps))) v]))
"""


@pytest.mark.jvm
@pytest.mark.parametrize(
    ("language", "code", "name"),
    [("java", JAVA, "org.nobody.linalg"), ("clojure", CLOJURE, "nobody.matrix")],
)
def test_what_is_not_on_the_class_path_is_no_defect_of_a_page(
    written: Examine, language: str, code: str, name: str
) -> None:
    word, message = whole(written(fenced(code, language)).rows[0])
    assert word == "not-run"
    assert f"{name}" in message
    assert message.endswith("is not on the class path")


def test_a_name_that_python_itself_has_not_is_the_pages_own_fault(written: Examine) -> None:
    (row,) = written(fenced(f"from math import no_such\n{IMPORT}{RIGHT}")).rows
    word, message = whole(row)
    assert word == "does-not-compile"
    assert "cannot import name 'no_such' from 'math'" in message


def test_a_name_of_a_newer_python_is_no_fault_of_the_page() -> None:
    message = "ImportError: cannot import name '{}' from 'typing' (typing.py)"
    assert "is of a newer Python than" in (lacking(message.format("override")) or "")
    assert not own_import(message.format("override"))
    assert own_import(message.format("no_such"))
    assert lacking(message.format("no_such")) is None


def shown(*cells: tuple[str, str]) -> bytes:
    """A notebook whose cells show that they printed something."""
    made = nbformat.reads(notebook(*(code for code, _ in cells)), as_version=4)
    for cell, (_, text) in zip(made.cells, cells, strict=True):
        if text:
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
    return nbformat.writes(made).encode()


def unchecked(found: Examination) -> list[str]:
    return [line.partition("was not checked: ")[2] for row in found.rows for line in row.findings]


def test_an_output_that_needs_a_library_of_an_earlier_cell_names_the_library(
    written: Examine,
) -> None:
    lacking = "nobody_has is not installed here"
    found = written(
        shown(
            ("import nobody_has as nh", ""),
            ("x = nh.ones(3)\nprint(x)", "[1 1 1]\n"),
            ("print(x.sum())", "3\n"),
            ("print(undefined)", "3\n"),
            ("print(1 + 1)", "2\n"),
            ("z = [1].nowhere", ""),
            ("print(z)", "1\n"),
        ),
        "cells.ipynb",
    )
    assert unchecked(found)[:2] == [lacking, lacking]
    assert unchecked(found)[2].startswith("NameError: name 'undefined' is not defined")
    assert found.rows[4].findings[0].startswith("prints the output")
    assert unchecked(found)[4].startswith("AttributeError: 'list' object has no attribute")
    starred = written(
        shown(("from nobody_has import *", ""), ("print(ones(3))", "3\n")), "star.ipynb"
    )
    assert unchecked(starred) == [lacking]
