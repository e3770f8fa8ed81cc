"""Golden files written: deterministic to the byte, whole or not at all."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from python_ref.files import write_whole
from python_ref.golden import reading, sums
from python_ref.golden.golden import DIALECTS, FORMAT, Golden, inputs, make
from python_ref.golden.reading import GoldenError, files_of
from python_ref.numbers.text import to_json
from python_ref.scenarios.catalogue import scenarios
from python_ref.scenarios.scenario import PRECISIONS, Scenario


def _named(flat: NDArray[np.float64], scenario: Scenario, null: bool = False) -> dict[str, Any]:
    """Cut a row of N numbers into the scenario's arrays; NaN is null where `null` is set."""
    result: dict[str, Any] = {}
    start = 0
    for name, length in zip(scenario.names, scenario.lengths, strict=True):
        row = flat[start : start + length].tolist()
        result[name] = [None if null and math.isnan(x) else to_json(x) for x in row]
        start += length
    return result


def dumps(golden: Golden) -> str:
    """Return the text of a golden's file: a line per field, and per step within the long ones."""
    scenario = golden.scenario
    document: dict[str, Any] = {
        "format": FORMAT,
        "name": golden.name,
        "id": golden.id,
        "class": golden.kind,
        "catches": scenario.catches,
        **inputs(scenario, golden.dialect, golden.precision),
        "trajectory": [
            {"weights": _named(w, scenario), "moving_average": _named(v, scenario)}
            for w, v in zip(golden.weights, golden.moving_average, strict=True)
        ],
        "envelope": [{"weights": _named(row, scenario, null=True)} for row in golden.envelope],
    }

    def text(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)

    lines = []
    for key, value in document.items():
        if isinstance(value, list):
            steps = ",\n".join(f"  {text(step)}" for step in value)
            lines.append(f"{text(key)}: [\n{steps}\n ]")
        else:
            lines.append(f"{text(key)}: {text(value)}")
    return "{\n " + ",\n ".join(lines) + "\n}\n"


def expected(directory: Path | None = None) -> Iterator[tuple[Path, Golden]]:
    """Every golden that belongs in `directory`, computed anew, with its file."""
    for dialect in DIALECTS.values():
        for precision in PRECISIONS:
            for scenario in scenarios(precision):
                golden = make(scenario, dialect, precision)
                yield (directory or reading.DIRECTORY) / f"{golden.name}.json", golden


def write_beside(path: Path, text: str) -> None:
    """Write a file whole or not at all, and the folders it is in."""
    data = text.encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data)


def regenerate(directory: Path | None = None) -> list[Path]:
    """Write every golden anew and remove orphans; return the files that changed.

    Raises:
        GoldenError: files of that layout are there, and nothing says that they are goldens.
    """
    if directory and files_of(directory) and not (directory / sums.NAME).is_file():
        raise GoldenError(
            f"{directory}: holds files that are not known for goldens ({sums.NAME} is missing);"
            " name an empty folder, or one of goldens"
        )
    wanted = {path: dumps(golden) for path, golden in expected(directory)}
    changed = []
    for path, text in wanted.items():
        if not path.is_file() or path.read_bytes() != text.encode():
            write_beside(path, text)
            changed.append(path)
    for orphan in sorted(files_of(directory) - set(wanted)):
        orphan.unlink()
        changed.append(orphan)
    listed = (directory or reading.DIRECTORY) / sums.NAME
    text = sums.text(listed.parent)
    if not listed.is_file() or listed.read_bytes() != text.encode():
        write_beside(listed, text)
        changed.append(listed)
    return changed
