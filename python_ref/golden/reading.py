"""Golden files read: every field checked on its way in, our own held against their hashes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from python_ref import files
from python_ref.files import quoted
from python_ref.golden import fields, sums
from python_ref.golden.golden import DIALECTS, FORMAT, Golden
from python_ref.scenarios.catalogue import scenario_names
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS
from python_ref.scenarios.scenario import PRECISIONS, Scenario

DIRECTORY = Path(__file__).parent
_MENDS = "`rmsproof golden regenerate` rewrites it"


class GoldenError(ValueError):
    """A golden file cannot be read; the message names the file, the field and what is wrong."""


def files_of(directory: Path | None) -> set[Path]:
    """The golden files below a folder, ours unless named."""
    return set((directory or DIRECTORY).glob("*/*/*.json"))


# The longest of ours has 400 KB.
LARGEST = 8 << 20


def load(path: Path) -> Golden:
    """Read a golden's file.

    Raises:
        GoldenError: it is not readable, not JSON, or not of the format; names file and field.
    """
    try:
        text = files.text(path, LARGEST, _MENDS)
    except files.UnreadableError as error:
        raise GoldenError(str(error)) from error
    return loads(text, str(path))


def loads(text: str, where: str) -> Golden:
    """Read a golden from text; `where` names it in messages. Raises GoldenError."""
    try:
        return _read(files.strict(text))
    except (files.UnreadableError, fields.FieldError) as error:
        raise GoldenError(f"{where}: {error}; {_MENDS}") from error


def _read(document: Any) -> Golden:
    root = fields.record(
        document,
        "$",
        "format name id class catches dialect precision hyperparameters weights gradients"
        " trajectory envelope",
    )
    if root["format"] != FORMAT:
        fields.fail("format", f"expected {FORMAT!r}, found {quoted(root['format'])}")
    if root["class"] not in ("core", "edge"):
        fields.fail("class", f"expected core or edge, found {quoted(root['class'])}")
    if root["precision"] not in PRECISIONS:
        known = ", ".join(PRECISIONS)
        fields.fail("precision", f"expected one of {known}, found {quoted(root['precision'])}")
    hyper = fields.record(
        root["hyperparameters"], "hyperparameters", f"{' '.join(HYPERPARAMETERS)} options"
    )
    settings = {
        name: fields.setting(hyper[name], f"hyperparameters.{name}") for name in HYPERPARAMETERS
    }
    weights = fields.arrays(root["weights"], "weights")
    lengths = {name: len(array) for name, array in weights.items()}
    gradients = [
        fields.arrays(step, f"gradients[{t}]", lengths)
        for t, step in enumerate(fields.sequence(root["gradients"], "gradients"))
    ]
    if not gradients:
        fields.fail("gradients", "has no step")
    name = fields.string(root["name"], "name")
    if len(parts := name.split("/")) != 3 or not all(part.strip(".") for part in parts):
        fields.fail("name", f"expected DIALECT/PRECISION/SCENARIO, found {quoted(name)}")
    scenario = Scenario(
        name=parts[-1],
        learning_rate=settings["learning_rate"],
        decay_rate=settings["decay_rate"],
        epsilon=settings["epsilon"],
        catches=fields.string(root["catches"], "catches"),
        weights=weights,
        gradients=gradients,
        options=fields.options(hyper["options"], "hyperparameters.options"),
        edge=root["class"] == "edge",
    )
    steps = len(gradients)
    trajectory = fields.rows(
        root["trajectory"], "trajectory", "weights moving_average", lengths, steps
    )
    envelope = fields.rows(root["envelope"], "envelope", "weights", lengths, steps, null=True)
    golden = Golden(
        name=name,
        scenario=scenario,
        dialect=fields.dialect(root["dialect"], "dialect"),
        precision=root["precision"],
        weights=trajectory["weights"],
        moving_average=trajectory["moving_average"],
        envelope=envelope["weights"],
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

    found = {path: load(path) for path in files_of(directory) if asked(path)}
    if directory is None:
        for problem in sums.problems(DIRECTORY, found, asked):
            raise GoldenError(f"{problem}; {_MENDS}")
    orders = (tuple(DIALECTS), PRECISIONS, scenario_names())

    def place(path: Path) -> list[tuple[int, str]]:
        return [
            (order.index(part) if part in order else len(order), part)
            for order, part in zip(orders, parts(path), strict=True)
        ]

    return [found[path] for path in sorted(found, key=place)]


def paths(directory: Path | None = None) -> list[Path]:
    """The golden files that are there."""
    return sorted(files_of(directory))
