"""Goldens: a scenario, a dialect, a precision, and the trajectory the reference defines for them.

One JSON file each under ``golden/DIALECT/PRECISION/SCENARIO.json``, format
``rmsproof.golden/1`` (``golden/schema.json``). Numbers are the shortest decimals that give the
same double again, so a reader of any width gets the number that was meant; what is not finite
is the string "NaN", "Infinity" or "-Infinity". Writing is deterministic to the byte.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from python_ref import files, reading, sums
from python_ref.dialects import Dialect, Hypothesis, replay
from python_ref.exact import certify
from python_ref.exact import envelope as rounding_envelope
from python_ref.files import shown
from python_ref.rmsprop import RMSProp
from python_ref.scenarios import PRECISIONS, Scenario, scenario_names, scenarios

FORMAT = "rmsproof.golden/1"
DIRECTORY = Path(__file__).parent / "golden"
_MENDS = "`rmsproof golden regenerate` mends it"
DIALECTS: Mapping[str, Dialect] = {
    "reference": Dialect(),
    "formula": Dialect.parse(["epsilon=inside"]),
}
"""The dialects whose goldens are kept in files; any other is made when it is asked for."""


class GoldenError(ValueError):
    """A golden file cannot be read; the message names the file, the field and what is wrong."""


@dataclass(frozen=True)
class Golden:
    """A scenario under a dialect in a precision, and what every step must give.

    Attributes:
        name: "DIALECT/PRECISION/SCENARIO".
        scenario: the inputs, rounded to the precision.
        dialect: the deviations from the reference; none for the reference.
        precision: float64, float32 or float32_double.
        weights: (T, N) after every step, the arrays one after another.
        moving_average: (T, N) likewise.
        envelope: (T, N) how far from `weights` rounding can take a port; NaN where unbounded.
    """

    name: str
    scenario: Scenario
    dialect: Dialect
    precision: str
    weights: NDArray[np.float64]
    moving_average: NDArray[np.float64]
    envelope: NDArray[np.float64]

    @property
    def kind(self) -> str:
        """`core` or `edge`."""
        return "edge" if self.scenario.edge else "core"

    @cached_property
    def id(self) -> str:
        """Sixteen hexadecimal digits over scenario, dialect and precision."""
        inputs = _inputs(self.scenario, self.dialect, self.precision)
        text = json.dumps(inputs, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def make(scenario: Scenario, dialect: Dialect, precision: str, name: str = "") -> Golden:
    """Compute the golden of `scenario` under `dialect` in `precision`.

    The reference in float64 and float32 is stepped by `RMSProp` itself; everything else by
    the dialects' stepping, which is tested against it.
    """
    scenario = scenario.in_precision(precision)
    if not dialect.deviations and precision in ("float64", "float32"):
        weights, average = _defined(scenario, precision)
    else:
        replayed = replay(scenario, [Hypothesis(dialect=dialect, precision=precision)])
        weights, average = replayed.weights[0], replayed.moving_average[0]
    return Golden(
        name=name or f"{_dialect_name(dialect)}/{precision}/{scenario.name}",
        scenario=scenario,
        dialect=dialect,
        precision=precision,
        weights=weights,
        moving_average=average,
        envelope=_radius(scenario, precision, dialect),
    )


def _radius(scenario: Scenario, precision: str, dialect: Dialect) -> NDArray[np.float64]:
    """How far a value may lie from the stored one and still be rounding, (T, N).

    The bound is against exact arithmetic. The stored value may be off by its own bound, the
    port's by the largest of those of the listed arithmetics; what is between them is both.
    """
    radius = rounding_envelope(scenario, precision, dialect, "plain") + rounding_envelope(
        scenario, precision, dialect
    )
    return np.where(np.isfinite(radius), radius, math.nan)  # a bound that overflows bounds nothing


def _dialect_name(dialect: Dialect) -> str:
    for name, known in DIALECTS.items():
        if known == dialect:
            return name
    return ",".join(dialect.deviations)


def _defined(scenario: Scenario, precision: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights and moving average after every step by the definition itself, (T, N) each."""
    dtype = np.dtype(precision)
    optimizer = RMSProp(scenario.learning_rate, scenario.decay_rate, scenario.epsilon)
    weights = {name: array.astype(dtype) for name, array in scenario.weights.items()}
    rows, moving = (np.zeros((scenario.steps, scenario.size)) for _ in range(2))
    with np.errstate(all="ignore"):
        for t, gradients in enumerate(scenario.gradients):
            given = {name: array.astype(dtype) for name, array in gradients.items()}
            optimizer.update_weights(given, {name: weights[name] for name in given})
            averages = {
                name: optimizer.moving_average.get(name, np.zeros(len(array)))
                for name, array in weights.items()
            }
            rows[t] = np.concatenate(list(weights.values()))
            moving[t] = np.concatenate(list(averages.values()))
    return rows, moving


def expected(directory: Path | None = None) -> Iterator[tuple[Path, Golden]]:
    """Every golden that belongs in `directory`, computed anew, with its file."""
    for dialect in DIALECTS.values():
        for precision in PRECISIONS:
            for scenario in scenarios(precision):
                golden = make(scenario, dialect, precision)
                yield (directory or DIRECTORY) / f"{golden.name}.json", golden


# -- writing ------------------------------------------------------------------------------


def _number(value: float) -> float | str | None:
    if math.isnan(value):
        return "NaN"
    if value == math.inf:
        return "Infinity"
    if value == -math.inf:
        return "-Infinity"
    return float(value)


def _named(flat: NDArray[np.float64], scenario: Scenario, null: bool = False) -> dict[str, Any]:
    """Cut a row of N numbers into the scenario's arrays; NaN is null where `null` is set."""
    result: dict[str, Any] = {}
    start = 0
    for name, length in zip(scenario.names, scenario.lengths, strict=True):
        row = flat[start : start + length].tolist()
        result[name] = [None if null and math.isnan(x) else _number(x) for x in row]
        start += length
    return result


def _arrays(arrays: Mapping[str, NDArray[np.float64]]) -> dict[str, Any]:
    return {name: [_number(x) for x in array.tolist()] for name, array in arrays.items()}


def _inputs(scenario: Scenario, dialect: Dialect, precision: str) -> dict[str, Any]:
    return {
        "dialect": dialect.choices(),
        "precision": precision,
        "hyperparameters": {
            "learning_rate": scenario.learning_rate,
            "decay_rate": scenario.decay_rate,
            "epsilon": scenario.epsilon,
            "options": dict(scenario.options),
        },
        "weights": _arrays(scenario.weights),
        "gradients": [_arrays(step) for step in scenario.gradients],
    }


def dumps(golden: Golden) -> str:
    """Return the text of a golden's file: a line per field, and per step within the long ones."""
    scenario = golden.scenario
    document: dict[str, Any] = {
        "format": FORMAT,
        "name": golden.name,
        "id": golden.id,
        "class": golden.kind,
        "catches": scenario.catches,
        **_inputs(scenario, golden.dialect, golden.precision),
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


def write_beside(path: Path, text: str) -> None:
    """Write a file whole or not at all: beside it first, then renamed into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def regenerate(directory: Path | None = None) -> list[Path]:
    """Write every golden anew and remove orphans; return the files that changed.

    Raises:
        GoldenError: files of that layout are there, and nothing says that they are goldens.
    """
    if directory and _files(directory) and not (directory / sums.NAME).is_file():
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
    for orphan in sorted(_files(directory) - set(wanted)):
        orphan.unlink()
        changed.append(orphan)
    listed = (directory or DIRECTORY) / sums.NAME
    text = sums.text(listed.parent)
    if not listed.is_file() or listed.read_bytes() != text.encode():
        write_beside(listed, text)
        changed.append(listed)
    return changed


# -- reading ------------------------------------------------------------------------------


def _files(directory: Path | None) -> set[Path]:
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
    except (files.UnreadableError, reading.FieldError) as error:
        raise GoldenError(f"{where}: {error}; {_MENDS}") from error


def _read(document: Any) -> Golden:
    root = reading.record(
        document,
        "$",
        "format name id class catches dialect precision hyperparameters weights gradients"
        " trajectory envelope",
    )
    if root["format"] != FORMAT:
        reading.fail("format", f"expected {FORMAT!r}, found {shown(root['format'])}")
    if root["class"] not in ("core", "edge"):
        reading.fail("class", f"expected core or edge, found {shown(root['class'])}")
    if root["precision"] not in PRECISIONS:
        known = ", ".join(PRECISIONS)
        reading.fail("precision", f"expected one of {known}, found {shown(root['precision'])}")
    hyper = reading.record(
        root["hyperparameters"], "hyperparameters", "learning_rate decay_rate epsilon options"
    )
    settings = {
        name: reading.setting(hyper[name], f"hyperparameters.{name}")
        for name in ("learning_rate", "decay_rate", "epsilon")
    }
    weights = reading.arrays(root["weights"], "weights")
    lengths = {name: len(array) for name, array in weights.items()}
    gradients = [
        reading.arrays(step, f"gradients[{t}]", lengths)
        for t, step in enumerate(reading.sequence(root["gradients"], "gradients"))
    ]
    if not gradients:
        reading.fail("gradients", "has no step")
    name = reading.string(root["name"], "name")
    if len(parts := name.split("/")) != 3 or not all(part.strip(".") for part in parts):
        reading.fail("name", f"expected DIALECT/PRECISION/SCENARIO, found {shown(name)}")
    scenario = Scenario(
        name=parts[-1],
        catches=reading.string(root["catches"], "catches"),
        weights=weights,
        gradients=gradients,
        options=reading.options(hyper["options"], "hyperparameters.options"),
        edge=root["class"] == "edge",
        **settings,
    )
    steps = len(gradients)
    trajectory = reading.rows(
        root["trajectory"], "trajectory", "weights moving_average", lengths, steps
    )
    envelope = reading.rows(root["envelope"], "envelope", "weights", lengths, steps, null=True)
    golden = Golden(
        name=name,
        scenario=scenario,
        dialect=reading.dialect(root["dialect"], "dialect"),
        precision=root["precision"],
        weights=trajectory["weights"],
        moving_average=trajectory["moving_average"],
        envelope=envelope["weights"],
    )
    if golden.id != root["id"]:
        reading.fail(
            "id", f"{shown(root['id'])} does not belong to these inputs, whose id is {golden.id!r}"
        )
    return golden


# -- verifying ----------------------------------------------------------------------------


def bundled(
    directory: Path | None = None, dialect: str = "*", precision: str = "*"
) -> list[Golden]:
    """Read the golden files of a dialect and a precision, by default all, in the scenarios' order.

    Our own, which decide what is said of ports, are held against their hashes.

    Raises:
        GoldenError: a file cannot be read, or is not as it was written; names it.
    """
    pattern = f"{dialect}/{precision}/*.json"
    found = [(path, load(path)) for path in (directory or DIRECTORY).glob(pattern)]
    if directory is None:
        for problem in sums.problems(DIRECTORY, [path for path, _ in found], pattern):
            raise GoldenError(f"{problem}; `rmsproof golden regenerate` mends it")
    orders = (tuple(DIALECTS), PRECISIONS, scenario_names())

    def place(path: Path) -> list[tuple[int, str]]:
        parts = (path.parent.parent.name, path.parent.name, path.stem)
        return [
            (order.index(part) if part in order else len(order), part)
            for order, part in zip(orders, parts, strict=True)
        ]

    return [golden for _, golden in sorted(found, key=lambda pair: place(pair[0]))]


def verify(directory: Path | None = None) -> list[str]:
    """Recompute every file; return what is wrong, a sentence each, naming the file."""
    problems = []
    wanted = dict(expected(directory))
    for path, golden in wanted.items():
        if not path.is_file():
            problems.append(f"{path}: is missing")
            continue
        try:
            load(path)
        except GoldenError as error:
            problems.append(str(error))
            continue
        if path.read_bytes() != dumps(golden).encode():
            problems.append(f"{path}: differs from what the reference gives now")
    problems.extend(
        f"{orphan}: belongs to no scenario" for orphan in sorted(_files(directory) - set(wanted))
    )
    if directory is None and not problems:
        problems = sums.problems(DIRECTORY, wanted)
    return problems


def paths(directory: Path | None = None) -> list[Path]:
    """The golden files that are there."""
    return sorted(_files(directory))


def certified(directory: Path | None = None) -> tuple[int, list[str]]:
    """Hold every core golden against exact arithmetic, widened by the rounding bound.

    Returns:
        How many were certified, and what lies outside, a sentence each.

    Raises:
        GoldenError: a file cannot be read.
        OracleMissingError: python-flint is not installed; says how to get it.
    """
    count, problems = 0, []
    for golden in bundled(directory):
        if golden.kind != "core":
            continue
        violations = certify(golden.scenario, golden.precision, golden.weights, golden.dialect)
        count += not violations
        problems += [
            f"{golden.name}: step {v.step}, {v.array}[{v.index}]: stored {v.stored!r} is"
            f" {v.distance:.3g} from the exact value, the bound is {v.bound:.3g}"
            for v in violations
        ]
    return count, problems
