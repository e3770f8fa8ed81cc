"""Notebooks come apart into cells, at the file's own lines, without what only IPython reads."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from harness.documents.blocks import Printed
from harness.documents.extract import magics
from harness.documents.extract.notebook import COUNTED
from harness.documents.formulas import formulas
from harness.model.errors import UsageError


def notebook(*cells: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}


def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    lines = source.splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": list(outputs),
            "source": lines}  # fmt: skip


def markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source.splitlines(keepends=True)}


PAGE = notebook(
    markdown("# Title\n\nDivide by $\\sqrt{v} + \\epsilon$.\n\n```java\nint a;\n```\n"),
    code(
        "%matplotlib inline\nw = 1.0\nif w:\n    !ls\nw  # \\n",
        {"output_type": "stream", "name": "stderr", "text": ["a warning\n"]},
        {"output_type": "stream", "name": "stdout", "text": ["one\n", "two\n"]},
        {"output_type": "execute_result", "execution_count": 1, "metadata": {},
         "data": {"text/plain": ["1.0"], "text/html": ["<p>"]}},
    ),
    code("%%bash\nls"),
    code(""),
    code("%%time\nx = (1\n  % 2)"),
    kernelspec={"name": "python3", "display_name": "Python 3"},
)  # fmt: skip


def test_cells_and_fences_of_a_notebook_are_blocks_in_order(document: Any) -> None:
    text = json.dumps(PAGE, indent=1)
    found = document(text, "page.ipynb")
    lines = text.split("\n")
    assert (found.notebook, found.counted) == (True, False)
    assert [(block.language, block.cell) for block in found.blocks] == [
        ("java", False), ("python", True), ("bash", True), ("python", True),
    ]  # fmt: skip
    starts = ["int a;", "%matplotlib", "%%bash", "%%time"]
    assert all(
        start in lines[block.line - 1] for start, block in zip(starts, found.blocks, strict=True)
    )
    cell = found.blocks[1]
    assert cell.text == "\nw = 1.0\nif w:\n    pass\nw  # \\n"
    assert cell.notes == (magics.NOTE,)
    assert cell.printed == Printed("one\ntwo\n1.0", 1 + lines.index('      "one\\n",'))
    assert found.blocks[3].text == "\nx = (1\n  % 2)"
    formula = formulas(found.prose)[0]
    assert "sqrt" in lines[formula.line - 1]


def test_a_cell_of_one_enormous_line_takes_bounded_time(document: Any) -> None:
    begin = time.perf_counter()
    for line in (
        "\\'" * 300_000,
        "'" * 600_000,
        " " * 600_000 + "x",
        "a, " * 200_000,
        "?" * 600_000,
    ):
        (block,) = document(json.dumps(notebook(code(line))), "page.ipynb").blocks
        assert block.cell
    assert time.perf_counter() - begin < 20


def test_lines_are_counted_over_the_cells_where_the_file_has_fewer(document: Any) -> None:
    stream = {"output_type": "stream", "name": "stdout", "text": ["1\n", "2\n"]}
    first = {**code("a = 1\nprint(a)\nprint(2)"), "outputs": [stream]}
    page = notebook(first, {**code(""), "source": "b = 1\nb"})
    for indent in None, 1:
        found = document(json.dumps(page, indent=indent), "page.ipynb")
        assert [block.line for block in found.blocks] == [1, 6]
        assert (found.notes, found.blocks[0].printed) == ((COUNTED,), Printed("1\n2", 4))


def test_an_older_notebook_is_read(document: Any) -> None:
    cell = {"cell_type": "code", "input": ["a = 1\n", "a"], "language": "python", "outputs": []}
    page = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""},
            "worksheets": [{"cells": [cell], "metadata": {}}]}  # fmt: skip
    text = json.dumps(page, indent=1)
    (block,) = document(text, "page.ipynb").blocks
    assert block.text == "a = 1\na"
    assert "a = 1" in text.split("\n")[block.line - 1]


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({"kernelspec": {"name": "scala213", "language": "scala"}}, "scala"),
        ({"language_info": {"name": "Java"}}, "java"),
        ({"kernelspec": {"name": "clojure"}}, "clojure"),
        ({"kernelspec": {"name": "ir", "language": "R"}}, "r"),
        ({"kernelspec": 3}, "python"),
        ({}, "python"),
    ],
)
def test_the_kernel_names_the_language(
    document: Any, metadata: dict[str, Any], language: str
) -> None:
    text = json.dumps(notebook(code("x"), **metadata))
    assert [block.language for block in document(text, "page.ipynb").blocks] == [language]


@pytest.mark.parametrize(
    ("first", "language"),
    [
        ("%%java", "java"), ("%%script --bg scala", "scala"), ("%%sh", "sh"),
        ("%%timeit", "python"), ("%%writefile a.py", "writefile"), ("%%python3", "python"),
    ],
)  # fmt: skip
def test_a_cell_magic_names_the_language(document: Any, first: str, language: str) -> None:
    (block,) = document(json.dumps(notebook(code(f"{first}\nx"))), "page.ipynb").blocks
    assert (block.language, block.text) == (language, "\nx")


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("%pip install x", ""), ("!ls", ""), ("files = !ls", ""), ("f?", ""), ("?f.g", ""),
        ("%time y = f(x)", "y = f(x)"), ("if x:\n  %timeit f(x)", "if x:\n  pass"),
        ("  f(x)\n  if y:\n    x = 1", "f(x)\nif y:\n  x = 1"), ("x = a % b", "x = a % b"),
        ("print('?')", "print('?')"), ("a != b", "a != b"),
        ("s = '''\n%d\n'''", "s = '''\n%d\n'''"),
        ("f(a\n%b)", "f(a\n%b)"), ("x = 1  # what?", "x = 1  # what?"),
    ],
)  # fmt: skip
def test_magics_are_left_out_and_operators_are_not(line: str, left: str) -> None:
    language, text, notes = magics.removed(f"{line}\nz = 1", "python")
    assert (language, text) == ("python", f"{left}\nz = 1")
    assert notes == (() if line.split() == left.split() else (magics.NOTE,))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (json.dumps(PAGE)[:-20], "is not complete JSON"),
        ("", "is not complete JSON"),
        ("[1, 2]", "is not a notebook"),
        ("{}", "is not a notebook"),
        ('{"nbformat": 9, "cells": []}', "is not a notebook"),
        ('{"nbformat": 4, "nbformat_minor": 4, "metadata": {}}', "is not a notebook"),
        ('{"nbformat": 4, "metadata": {}, "cells": [3]}', "is not a notebook"),
        (json.dumps(notebook({"metadata": {}, "source": ""})), "cell 1 has no cell_type"),
        (json.dumps(notebook({"metadata": {}, "cell_type": "code"})), "cell 1 has no source"),
        ("[" * 100_000, "JSON|deeply"),
    ],
)  # fmt: skip
def test_rejects_what_is_no_notebook(
    document: Any, capfd: pytest.CaptureFixture[str], content: str, words: str
) -> None:
    with pytest.raises(UsageError, match=words) as error:
        document(content, "page.ipynb")
    assert "page.ipynb: " in str(error.value)
    assert len(str(error.value).split("page.ipynb: ")[1]) < 400
    assert capfd.readouterr() == ("", "")
