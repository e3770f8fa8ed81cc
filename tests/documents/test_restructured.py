"""reStructuredText: its blocks of code are read as fences are, with the lines they stand at."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.documents.blocks import Printed
from harness.documents.extract import read
from harness.documents.extract.restructured import fenced
from harness.documents.formulas import formulas

PAGE = """Title
=====

.. code-block:: python
   :linenos:
   :caption: optim.py

   def f(x):

       return x

Text that goes on. Run it with::

    python optim.py

.. code:: java

  class A {
  }

And:

>>> x = 1

>>> x
1

The end::

  x

>>> x
1
"""


def test_every_block_is_there_with_its_language_its_line_and_its_indentation(
    tmp_path: Path,
) -> None:
    path = tmp_path / "page.rst"
    path.write_text(PAGE, "utf-8")
    blocks = read(path).blocks
    assert [(b.line, b.language, b.text) for b in blocks] == [
        (8, "python", "def f(x):\n\n    return x\n"),
        (14, "", "python optim.py\n"),
        (18, "java", "class A {\n}\n"),
        (23, "python", "x = 1\n\nx\n\n"),
        (30, "", "x\n"),
        (32, "python", "x\n\n"),
    ]
    assert [b.guessed for b in blocks] == [False, True, False, False, True, True]
    assert [blocks[i].printed for i in (3, 5)] == [Printed("1", 26), Printed("1", 33)]


def test_lines_stay_where_they_are() -> None:
    lines = PAGE.split("\n")
    moved = fenced(PAGE).split("\n")
    assert len(moved) == len(lines)
    assert [m.strip() for m in moved if m.strip() and "~" not in m] == [
        x.strip() for x in lines if x.strip() and not x.strip().startswith((".. ", ":"))
    ]


@pytest.mark.parametrize(
    "text",
    [
        ".. code-block:: python\n",
        ".. code-block:: python\n\nnot indented\n",
        ".. code-block:: python\nno blank line\n",
        ".. code-block:: python\n\n   a = 1\nno blank line after it\n",
        ".. math::\n\n   x^2\n",
        "a::b\n\n    quoted\n",
        "",
    ],
)
def test_what_is_no_block_of_code_stays_as_it_is(text: str) -> None:
    assert fenced(text) == text


@pytest.mark.parametrize("line", ["~~~~~~~", "```````", '"""""""', "^^^^^^^"])
def test_what_underlines_a_title_opens_nothing(line: str) -> None:
    assert fenced(f"RMSProp\n{line}\n\nText.") == "RMSProp\n-------\n\nText."


def test_in_markdown_nothing_of_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(".. code-block:: python\n\n   def f(x): return x\n", "utf-8")
    assert read(path).blocks == ()


QUOTES = """RMSProp
=======

.. py:class:: RMSProp(params, lr)

    Divides each step by a root.

    .. math::

        w = w - \\frac{\\eta g}{\\sqrt{v + \\epsilon}}

Text.

    A quotation, indented.

    >>> v = 0.9 * v + 0.1 * g**2

"""


def test_what_is_indented_is_a_quotation_unless_it_reads_as_code(tmp_path: Path) -> None:
    page = tmp_path / "page.rst"
    page.write_text(QUOTES, encoding="utf-8")
    found = read(page)
    assert [block.text for block in found.blocks] == ["v = 0.9 * v + 0.1 * g**2\n"]
    assert [formula.epsilon for formula in formulas(found.prose)] == ["inside"]
