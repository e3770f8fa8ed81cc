"""Blocks that train with a library's optimizer, wherever the library is imported."""

from __future__ import annotations

import nbformat
import pytest
from documents.conftest import Examine, fenced, notebook

from harness.documents import scripts
from harness.documents.examined import Examined
from harness.documents.scripts import library_calls
from harness.languages.program import Piece

CALLS = (
    ("import torch", "opt = torch.optim.RMSprop([x], lr=0.1)"),
    ("from torch import optim", "opt = optim.RMSprop([x], lr=0.1)"),
    ("from tensorflow import keras", "opt = keras.optimizers.RMSprop(0.1)"),
    ("import tensorflow as tf", "opt = tf.compat.v1.train.RMSPropOptimizer(0.1)"),
    ("from keras.optimizers import RMSprop as Chosen, RMSprop", "opt = RMSprop(0.1)"),
    ("import optax", "opt = optax.rmsprop(0.1)"),
    ("from torch.optim import *", "opt = RMSprop([x], lr=0.1)"),
    ("try:\n    import torch\nexcept ImportError:\n    pass", "torch.optim.RMSprop([x])"),
)
OTHERS = (
    ("import torch\nclass RMSprop:\n    pass", "opt = RMSprop(0.1)"),
    ("import torch\nimport mine", "x = torch.ones(1)\nopt = mine.RMSprop(0.1)"),
    ("from torch import *\nclass RMSprop:\n    pass", "opt = RMSprop(0.1)"),
    ("import torch", "opt = torch.optim.SGD([x], lr=0.1)  # not RMSprop"),
    ("print('RMSprop')", "opt = torch.optim.RMSprop([x])"),
)


@pytest.mark.parametrize(("earlier", "text"), CALLS)
def test_a_librarys_optimizer_is_known_with_its_import_before_or_beside_it(
    earlier: str, text: str
) -> None:
    assert library_calls(text, [Piece(1, earlier)])
    assert library_calls(f"{earlier}\n{text}", [])


@pytest.mark.parametrize(("earlier", "text"), OTHERS)
def test_an_optimizer_of_the_pages_own_is_no_librarys(earlier: str, text: str) -> None:
    assert not library_calls(text, [Piece(1, earlier)])


TRAINS = "w = mx.ones(2)\nopt = mx.optimizer.RMSProp(0.1)\nfor _ in range(3):\n    print(w)"


def message(row: Examined) -> str:
    fault = row.layers[-1].result.verdict.fault
    return fault.message if fault else ""


def test_a_cell_that_trains_with_a_library_of_an_earlier_one_says_what_to_install(
    written: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripts, "_LIBRARIES", frozenset({"nobody_has"}))
    made = nbformat.reads(notebook("import nobody_has as mx", TRAINS), as_version=4)
    made.cells[1].outputs = [nbformat.v4.new_output("stream", name="stdout", text="1.0\n0.5\n")]
    found = written(nbformat.writes(made).encode(), "cells.ipynb")
    row = found.rows[1]
    assert (found.rows[0].kind, row.kind) == ("other", "trainer")
    assert message(row) == "nobody_has is not installed; install what has it to run this block"
    line = row.block.printed.line if row.block.printed else 0
    said = f"the output at line {line} was not checked: nobody_has is not installed here"
    assert row.findings == (said,)
    page = written(fenced("import nobody_has as mx") + "and\n\n" + fenced(TRAINS))
    assert [message(row) for row in page.rows if row.layers] == [message(row)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "rate = model.rate\nopt = json.RMSProp(rate)",
            "it uses a library's optimizer and defines none; the block was run as it is:"
            " NameError: name 'model' is not defined (page.md:6)",
        ),
        ("rows = open('rows.csv')\njson.RMSProp(rows)", "rows.csv, which it reads, is not here"),
    ],
)
def test_what_a_reader_brings_is_no_fault_of_the_page(
    text: str, said: str, written: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripts, "_LIBRARIES", frozenset({"json"}))
    row = written(fenced("import json") + "\n" + fenced(text)).rows[1]
    assert row.layers[0].result.verdict.word == "not-run"
    assert message(row).startswith(said)
