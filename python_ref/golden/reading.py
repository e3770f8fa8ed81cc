"""Golden files read: every field checked on its way in, our own held against their hashes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from python_ref import files
from python_ref.files import quoted
from python_ref.golden import fields, sums
from python_ref.golden.golden import DIALECTS, FORMAT, Golden
from python_ref.scenarios.catalogue import scenario_names
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS
from python_ref.scenarios.scenario import KINDS, PRECISIONS

DIRECTORY = Path(__file__).parent
_MENDS = "`rmsproof golden regenerate` rewrites it"


class GoldenError(ValueError):
    """A golden file cannot be read; the message names the file, the field and what is wrong."""


def files_of(directory: Path | None) -> set[Path]:
    """The golden files below a folder, ours unless named."""
    return set((directory or DIRECTORY).glob("*/*/*.json"))


# The longest of ours has 400 KB.
LARGEST = 8 << 20


def load(path: Path, mends: str = _MENDS) -> Golden:
    """Read a golden's file.

    Args:
        path: where it is.
        mends: what messages say of where such a file comes from.

    Raises:
        GoldenError: it is not readable, not JSON, or not of the format; names file and field.
    """
    try:
        text = files.text(path, LARGEST, mends)
    except files.UnreadableError as error:
        raise GoldenError(str(error)) from error
    return loads(text, str(path), mends)


def loads(text: str, where: str, mends: str = _MENDS) -> Golden:
    """Read a golden from text; `where` names it in messages. Raises GoldenError."""
    try:
        return _read(files.strict(text))
    except (files.UnreadableError, fields.FieldError) as error:
        raise GoldenError(f"{where}: {error}; {mends}") from error


def _read(document: Any) -> Golden:
    root = fields.record(
        document,
        "",
        "format name id class catches dialect precision hyperparameters weights gradients"
        " trajectory envelope",
    )
    fields.choice(root["format"], "format", (FORMAT,))
    name = fields.string(root["name"], "name")
    if len(parts := name.split("/")) != 3 or not all(part.strip(".") for part in parts):
        fields.fail("name", f"expected DIALECT/PRECISION/SCENARIO, found {quoted(name)}")
    keys = f"{' '.join(HYPERPARAMETERS)} options"
    scenario = fields.scenario(
        root,
        fields.record(root["hyperparameters"], "hyperparameters", keys),
        name=parts[-1],
        catches=fields.string(root["catches"], "catches"),
        edge=fields.choice(root["class"], "class", KINDS) == "edge",
    )
    if scenario.kind != root["class"]:
        omits = "a step omits arrays" if scenario.kind == "partial" else "no step omits arrays"
        fields.fail("class", f"expected {scenario.kind}, as {omits}; found {quoted(root['class'])}")
    lengths = dict(zip(scenario.names, scenario.lengths, strict=True))

    def rows(field: str, key: str, keys: str, null: bool = False) -> NDArray[np.float64]:
        """A key of every step, (T, N)."""
        listed = fields.steps(root[field], field, scenario)
        if (plain := fields.plain_rows(listed, key, keys, lengths)) is not None:
            return plain
        given = [fields.record(step, f"{field}[{t}]", keys) for t, step in enumerate(listed)]
        return np.array(
            [
                fields.row(step[key], f"{field}[{t}].{key}", lengths, null)
                for t, step in enumerate(given)
            ]
        )

    golden = Golden(
        name=name,
        scenario=scenario,
        dialect=fields.dialect(root["dialect"], "dialect"),
        precision=fields.choice(root["precision"], "precision", PRECISIONS),
        weights=rows("trajectory", "weights", "weights moving_average"),
        moving_average=rows("trajectory", "moving_average", "weights moving_average"),
        envelope=rows("envelope", "weights", "weights", null=True),
    )
    if golden.id != root["id"]:
        fields.fail(
            "id", f"{quoted(root['id'])} does not belong to these inputs, whose id is {golden.id!r}"
        )
    return golden


def bundled(
    directory: Path | None = None, wanted: Callable[[str], bool] = lambda _name: True
) -> list[Golden]:
    """Read the golden files whose name is wanted, in the scenarios' order.

    Our own, which decide what is said of ports, are held against their hashes.

    Raises:
        GoldenError: a file cannot be read, or was changed after it was written; names it.
    """
    home = directory or DIRECTORY

    def parts(path: Path) -> tuple[str, ...]:
        return path.relative_to(home).with_suffix("").parts

    def asked(path: Path) -> bool:
        return wanted("/".join(parts(path)))

    goldens = {path: load(path) for path in files_of(directory) if asked(path)}
    if directory is None:
        for problem in sums.problems(DIRECTORY, goldens, asked):
            raise GoldenError(f"{problem}; {_MENDS}")
    orders = (tuple(DIALECTS), PRECISIONS, scenario_names())

    def place(path: Path) -> list[tuple[int, str]]:
        return [
            (order.index(part) if part in order else len(order), part)
            for order, part in zip(orders, parts(path), strict=True)
        ]

    return [goldens[path] for path in sorted(goldens, key=place)]


def paths(directory: Path | None = None) -> list[Path]:
    """The golden files that are there."""
    return sorted(files_of(directory))
