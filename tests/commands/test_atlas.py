"""The atlas: the page and the picture in docs/ are what the command makes of the tables."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from support import REPOSITORY, CommandLine

from harness.analysis.atlas import atlas
from python_ref.dialects.libraries import LIBRARIES

DOCS = REPOSITORY / "docs"
SVG = "{http://www.w3.org/2000/svg}"


def test_the_page_and_the_picture_are_what_the_command_makes(
    call: CommandLine, tmp_path: Path
) -> None:
    assert call("atlas", "--out", str(tmp_path)).code == 0
    assert (tmp_path / "atlas.md").read_text() == (DOCS / "atlas.md").read_text(), (
        "run `rmsproof atlas --out docs`"
    )
    made, kept = (
        [(r.get("x"), r.get("y"), r[0].text) for r in ElementTree.parse(path).iter(f"{SVG}rect")
         if len(r)]
        for path in (tmp_path / "atlas.svg", DOCS / "atlas.svg")
    )  # fmt: skip
    assert made == kept


def test_every_library_has_a_row_and_equal_formulas_do_not_drift() -> None:
    found = atlas()
    assert {row.library.name for row in found.rows} == {
        name for name, known in LIBRARIES.items() if name == known.library.name
    }
    at = {name: i for i, name in enumerate(found.compared)}
    torch, candle, keras, tensorflow = (
        at[name] for name in ("PyTorch", "candle-optimisers", "Keras 3", "autograd")
    )
    for table in (found.ordinary, found.tiny):
        assert np.all(np.diag(table) == 0)
        assert table[torch, candle] == 0
        assert table[torch, keras] > 1e-3  # epsilon inside the root: much where gradients are tiny
        assert table[torch, tensorflow] > 1e-2
    assert found.tiny[torch, keras] > 0.5


def test_a_folder_that_is_not_there_is_refused(call: CommandLine) -> None:
    done = call("atlas", "--out", "nowhere")
    assert (done.code, "there is no such folder" in done.err) == (2, True)
