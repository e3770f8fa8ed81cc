"""An optimizer and its base in files of their own, and files laid out in a folder."""

from __future__ import annotations

from pathlib import Path

from shapes.python_shapes import source

STEP = source("parameter objects, the loop in a base")
BASE, RMSPROP = STEP.split("\n\nclass RMSProp")
BODY = f"import numpy as np\n\n\nclass RMSProp{RMSPROP}"


def laid_out(folder: Path, files: dict[str, str]) -> None:
    """Write files by their paths below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
