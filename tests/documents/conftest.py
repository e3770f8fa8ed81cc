"""Documents for the tests of this room: written to a file, examined, and looked up by line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import nbformat
import pytest
from support import SHORT

from harness.documents.blocks import Document
from harness.documents.examine import examine
from harness.documents.examined import Examination
from harness.documents.extract import read
from harness.judging.memory import Memory
from harness.judging.options import Options
from python_ref.dialects.dialect import Dialect

Examine = Callable[..., Examination]
# The goldens are read once for all documents, as for those of one command.
MEMORY = Memory(SHORT)

IMPORT = "import numpy as np\n"
RIGHT = """
class RMSProp:
    def __init__(self, lr=0.01, rho=0.9, eps=1e-8):
        self.lr, self.rho, self.eps = lr, rho, eps
        self.cache = {}

    def step(self, grads, params):
        for k, g in grads.items():
            v = self.rho * self.cache.get(k, 0.0) + (1 - self.rho) * (g * g)
            self.cache[k] = v
            params[k] = params[k] - self.lr * g / (np.sqrt(v) + self.eps)
        return params
"""
INSIDE = RIGHT.replace("(np.sqrt(v) + self.eps)", "np.sqrt(v + self.eps)")


def fenced(code: str, info: str = "python") -> str:
    return f"```{info}\n{dedent(code).strip()}\n```\n"


def notebook(*cells: str, kernel: str = "python") -> bytes:
    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(dedent(cell).strip()) for cell in cells],
        metadata={"kernelspec": {"name": kernel, "language": kernel, "display_name": kernel}},
    )
    return nbformat.writes(made).encode()


@pytest.fixture
def written(tmp_path: Path) -> Examine:
    """Examine a document of that text."""

    def run(
        text: str | bytes, name: str = "page.md", timeout: float = 10.0, python: str = ""
    ) -> Examination:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        options = Options(pattern=SHORT, timeout=timeout)
        return examine(path, Dialect(), options, memory=MEMORY, python=python)

    return run


@pytest.fixture
def document(tmp_path: Path) -> Any:
    """Read what is written into a file of that name."""

    def taken_apart(content: str | bytes, name: str = "page.md") -> Document:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read(path)

    return taken_apart
