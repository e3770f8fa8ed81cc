"""Saved reports as a notebook, executed: what the page shows, to go on computing with.

The reports are in it, so that it runs again anywhere without rmsproof.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from importlib.resources import files
from importlib.util import find_spec
from string import Template

import msgspec

from harness.model.errors import UsageError
from harness.report.executing import cells, execute, written
from harness.report.saved import Report

EXTRA = ("ipykernel", "matplotlib", "nbclient")
"""What the extra `report` brings."""
# As long as lines of a cell are.
_WIDTH = 96


def notebook(results: Sequence[Report]) -> str:
    """The notebook of reports.

    Raises:
        UsageError: the extra is not installed.
        ToolchainError: the kernel does not start or dies.
    """
    if lacking := [name for name in EXTRA if find_spec(name) is None]:
        raise UsageError(
            f"--notebook needs {', '.join(lacking)}, not installed here:"
            ' pip install "rmsproof[report]"'
        )
    plain = json.dumps(msgspec.to_builtins(results), ensure_ascii=True, separators=(",", ":"))
    packed = base64.b64encode(zlib.compress(plain.encode(), 9)).decode()
    lines = [packed[i : i + _WIDTH] for i in range(0, len(packed), _WIDTH)]
    template = files("harness.report").joinpath("notebook.md").read_text(encoding="utf-8")
    made = cells(Template(template).substitute(packed="\n".join(lines)))
    execute(made, lambda: None)
    return written(made)
