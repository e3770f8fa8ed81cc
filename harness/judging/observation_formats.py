"""The three shapes of an observation file: one JSON object, a JSON line a step, arrays in `.npz`.

All become the one object that `observation_files` checks. Of JSON lines the first is the object
without gradients and observed; each further one is a step, `{"gradients": {}, "observed": {}}`.
In `.npz` an array's name has its place before it: `weights/w` (n,), `gradients/w` and
`observed/w` (T, n), `options/momentum`; `seen` (T,) says which steps were.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from harness.model.errors import UsageError
from python_ref import files
from python_ref.numbers.text import to_json

# What a compressed file may become.
_UNPACKED = 4


def document(path: Path, largest: int, instead: str) -> Any:
    """Return what a file holds as one object; UsageError names the file.

    Args:
        path: the file.
        largest: the bytes it may have.
        instead: what to do about a larger one.
    """
    try:
        if path.suffix == ".npz":
            return _of_arrays(path, files.contents(path, largest, instead), largest)
        text = files.text(path, largest, instead)
    except files.UnreadableError as error:
        raise UsageError(str(error)) from error
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        if len(lines) > 1 and path.suffix in (".jsonl", ".ndjson"):
            return _of_lines(path, lines)
        return files.strict(text)
    except files.UnreadableError as error:
        raise UsageError(f"{path}: {error}{_advice(path, lines)}") from error


def _advice(path: Path, lines: list[str]) -> str:
    """What to do about a file that is no JSON, where its name or its lines tell."""
    if path.suffix not in SUFFIXES:
        endings = f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
        return f"; an observation ends in {endings}: rmsproof protocol observation has its fields"
    each = path.suffix == ".json" and len(lines) > 1 and all(x.startswith("{") for x in lines)
    return "; a file with an object a line ends in .jsonl" if each else ""


def _of_lines(path: Path, lines: list[str]) -> dict[str, Any]:
    head = files.strict(lines[0])
    if not isinstance(head, dict):
        raise UsageError(f"{path}: line 1: expected an object, without gradients and observed")
    gradients, observed = [], []
    for number, line in enumerate(lines[1:], 2):
        step = files.strict(line)
        if not isinstance(step, dict) or not set(step) <= {"gradients", "observed"}:
            raise UsageError(
                f'{path}: line {number}: expected {{"gradients": {{}}, "observed": {{}}}}'
            )
        gradients.append(step.get("gradients", {}))
        observed.append(step.get("observed"))
    return {**head, "gradients": gradients, "observed": observed}


def _of_arrays(path: Path, data: bytes, largest: int) -> dict[str, Any]:
    from io import BytesIO

    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _UNPACKED * largest:
                raise UsageError(f"{path}: unpacks to more than {_UNPACKED * largest:,} bytes")
        with np.load(BytesIO(data), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, zipfile.BadZipFile, KeyError) as error:
        raise UsageError(f"{path}: is no archive of NumPy arrays: {error}") from error
    result: dict[str, Any] = {}
    placed: dict[str, dict[str, Any]] = {"weights": {}, "gradients": {}, "observed": {}}
    for name, array in arrays.items():
        place, slash, rest = name.partition("/")
        if slash and place in (*placed, "options"):
            placed.setdefault(place, {})[rest] = array.tolist()
        elif name != "seen":
            result[name] = array.tolist()
    steps = len(next(iter(placed["gradients"].values()), []))
    seen = arrays["seen"].tolist() if "seen" in arrays else [True] * steps
    for place in ("gradients", "observed"):
        for name, rows in placed[place].items():
            if not isinstance(rows, list) or len(rows) != steps:
                raise UsageError(f"{path}: {place}/{name}: expected {steps} rows, one a step")
        rows_of = [{n: rows[t] for n, rows in placed[place].items()} for t in range(steps)]
        result[place] = [
            row if place == "gradients" or (t < len(seen) and seen[t]) else None
            for t, row in enumerate(rows_of)
        ]
    result["weights"] = placed["weights"]
    if "options" in placed:
        result["options"] = placed["options"]
    written: dict[str, Any] = _finite(result)
    return written


def _finite(value: Any) -> Any:
    """The same with numbers that are not finite as JSON writes them here."""
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_finite(part) for part in value]
    if isinstance(value, float) and not np.isfinite(value):
        return to_json(value)
    return value


SUFFIXES = (".json", ".jsonl", ".ndjson", ".npz")
"""The endings of the names of files that are written."""


def write(path: Path, observation: Mapping[str, Any]) -> None:
    """Write an observation, whose arrays are NumPy's, in the shape that its name's ending says.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        files.write_whole(path, _encoded(path.suffix, observation))
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error


def _encoded(suffix: str, observation: Mapping[str, Any]) -> bytes:
    if suffix == ".npz":
        return _archive(observation)
    plain = _plain(observation)
    if suffix == ".json":
        return f"{json.dumps(plain, ensure_ascii=False)}\n".encode()
    steps = zip(plain.pop("gradients"), plain.pop("observed"), strict=True)
    lines = [plain, *({"gradients": g, "observed": o} for g, o in steps)]
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines).encode()


def _archive(observation: Mapping[str, Any]) -> bytes:
    """Rows of arrays that take no part in a step would be missing: then it is no archive."""
    from io import BytesIO

    arrays: dict[str, Any] = {}
    for name, value in observation.items():
        if name in ("weights", "options"):
            arrays |= {f"{name}/{key}": part for key, part in value.items()}
        elif name in ("gradients", "observed"):
            if any(set(row) != set(observation["weights"]) for row in value):
                raise UsageError(
                    f"{name}: a step leaves arrays out, which .npz cannot say; write .jsonl"
                )
            for key in observation["weights"]:
                arrays[f"{name}/{key}"] = np.stack([row[key] for row in value])
        else:
            arrays[name] = value
    buffer = BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def _plain(value: Any) -> Any:
    """The same in Python's own types, with numbers as JSON writes them here."""
    if isinstance(value, np.ndarray):
        return [to_json(x) for x in value.astype(np.float64).tolist()]
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list) else value
