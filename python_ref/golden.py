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
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from python_ref.dialects import Dialect, Hypothesis, replay
from python_ref.exact import certify
from python_ref.exact import envelope as rounding_envelope
from python_ref.rmsprop import RMSProp
from python_ref.scenarios import PRECISIONS, Scenario, scenario_names, scenarios

FORMAT = "rmsproof.golden/1"
DIRECTORY = Path(__file__).parent / "golden"
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

    @property
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
    trajectory = np.zeros((2, scenario.steps, scenario.size))
    with np.errstate(all="ignore"):
        for t, gradients in enumerate(scenario.gradients):
            given = {name: array.astype(dtype) for name, array in gradients.items()}
            optimizer.update_weights(given, {name: weights[name] for name in given})
            averages = {
                name: optimizer.moving_average.get(name, np.zeros(len(array)))
                for name, array in weights.items()
            }
            trajectory[0, t] = np.concatenate(list(weights.values()))
            trajectory[1, t] = np.concatenate(list(averages.values()))
    return trajectory[0], trajectory[1]


def expected(directory: Path | None = None) -> Iterator[tuple[Path, Golden]]:
    """Every golden that belongs in `directory`, computed anew, with its file."""
    for dialect_name, dialect in DIALECTS.items():
        for precision in PRECISIONS:
            for scenario in scenarios(precision):
                golden = make(
                    scenario, dialect, precision, f"{dialect_name}/{precision}/{scenario.name}"
                )
                yield (directory or DIRECTORY) / f"{golden.name}.json", golden


# -- writing ------------------------------------------------------------------------------


def _number(value: float) -> float | str | None:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
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
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def regenerate(directory: Path | None = None) -> list[Path]:
    """Write every golden anew and remove orphans; return the files that changed."""
    wanted = {path: dumps(golden) for path, golden in expected(directory)}
    changed = []
    for path, text in wanted.items():
        if not path.is_file() or path.read_bytes() != text.encode():
            write_beside(path, text)
            changed.append(path)
    for orphan in sorted(_files(directory) - set(wanted)):
        orphan.unlink()
        changed.append(orphan)
    return changed


# -- reading ------------------------------------------------------------------------------


def _files(directory: Path | None) -> set[Path]:
    return set((directory or DIRECTORY).glob("*/*/*.json"))


def load(path: Path) -> Golden:
    """Read a golden's file.

    Raises:
        GoldenError: it is not readable, not JSON, or not of the format; names file and field.
    """
    try:
        return loads(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise GoldenError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise GoldenError(f"{path}: is not UTF-8 (byte {error.start})") from error


def loads(text: str, where: str) -> Golden:
    """Read a golden from text; `where` names it in messages. Raises GoldenError."""
    try:
        document = json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise GoldenError(f"{where}: is not whole JSON: {error}") from error
    reader = _Reader(where)
    root = reader.record(
        document,
        "$",
        "format name id class catches dialect precision hyperparameters weights gradients"
        " trajectory envelope",
    )
    if root["format"] != FORMAT:
        reader.fail("format", f"expected {FORMAT!r}, found {root['format']!r}")
    if root["class"] not in ("core", "edge"):
        reader.fail("class", f"expected core or edge, found {root['class']!r}")
    if root["precision"] not in PRECISIONS:
        reader.fail(
            "precision", f"expected one of {', '.join(PRECISIONS)}, found {root['precision']!r}"
        )
    hyper = reader.record(
        root["hyperparameters"], "hyperparameters", "learning_rate decay_rate epsilon options"
    )
    weights = reader.arrays(root["weights"], "weights")
    lengths = {name: len(array) for name, array in weights.items()}
    gradients = [
        reader.arrays(step, f"gradients[{t}]", lengths)
        for t, step in enumerate(reader.sequence(root["gradients"], "gradients"))
    ]
    try:
        dialect = Dialect.parse(
            [
                f"{axis}={value}"
                for axis, value in reader.mapping(root["dialect"], "dialect").items()
            ]
        )
    except ValueError as error:
        raise GoldenError(f"{where}: dialect: {error}") from error
    scenario = Scenario(
        name=str(root["name"]).rsplit("/", 1)[-1],
        catches=reader.string(root["catches"], "catches"),
        learning_rate=reader.number(hyper["learning_rate"], "hyperparameters.learning_rate"),
        decay_rate=reader.number(hyper["decay_rate"], "hyperparameters.decay_rate"),
        epsilon=reader.number(hyper["epsilon"], "hyperparameters.epsilon"),
        weights=weights,
        gradients=gradients,
        options={
            key: reader.number(value, f"hyperparameters.options.{key}")
            for key, value in reader.mapping(hyper["options"], "hyperparameters.options").items()
        },
        edge=root["class"] == "edge",
    )
    golden = Golden(
        name=reader.string(root["name"], "name"),
        scenario=scenario,
        dialect=dialect,
        precision=root["precision"],
        weights=reader.rows(root["trajectory"], "trajectory", "weights", lengths, len(gradients)),
        moving_average=reader.rows(
            root["trajectory"], "trajectory", "moving_average", lengths, len(gradients)
        ),
        envelope=reader.rows(
            root["envelope"], "envelope", "weights", lengths, len(gradients), null=True
        ),
    )
    if golden.id != root["id"]:
        reader.fail(
            "id", f"{root['id']!r} does not belong to these inputs, whose id is {golden.id!r}"
        )
    return golden


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return result


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} must be the string {name!r}")


class _Reader:
    """Checks of one document; every failure names the file and the field."""

    def __init__(self, where: str) -> None:
        self.where = where

    def fail(self, field: str, message: str) -> None:
        raise GoldenError(
            f"{self.where}: {field}: {message}; `rmsproof golden regenerate` mends it"
        )

    def mapping(self, value: Any, field: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.fail(field, f"expected an object, found {type(value).__name__}")
        return dict(value)

    def record(self, value: Any, field: str, keys: str) -> dict[str, Any]:
        found, wanted = self.mapping(value, field), keys.split()
        for key in wanted:
            if key not in found:
                self.fail(field, f"{key!r} is missing")
        for key in found:
            if key not in wanted:
                self.fail(field, f"unknown key {key!r}")
        return found

    def sequence(self, value: Any, field: str) -> list[Any]:
        if not isinstance(value, list):
            self.fail(field, f"expected a list, found {type(value).__name__}")
        return list(value)

    def string(self, value: Any, field: str) -> str:
        if not isinstance(value, str):
            self.fail(field, f"expected text, found {type(value).__name__}")
        return str(value)

    def number(self, value: Any, field: str) -> float:
        if isinstance(value, str) and value in ("NaN", "Infinity", "-Infinity"):
            return float(value.replace("Infinity", "inf"))
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail(field, f"expected a number, found {value!r}")
        return float(value)

    def arrays(
        self, value: Any, field: str, lengths: Mapping[str, int] | None = None, null: bool = False
    ) -> dict[str, NDArray[np.float64]]:
        result = {}
        for name, numbers in self.mapping(value, field).items():
            where = f"{field}.{name}"
            listed = self.sequence(numbers, where)
            if lengths is not None and name not in lengths:
                self.fail(where, "is not among the weights")
            if lengths is not None and len(listed) != lengths[name]:
                self.fail(where, f"has {len(listed)} elements, the weights {lengths[name]}")
            result[name] = np.array(
                [
                    math.nan if null and x is None else self.number(x, f"{where}[{i}]")
                    for i, x in enumerate(listed)
                ],
                dtype=np.float64,
            )
        return result

    def rows(
        self,
        value: Any,
        field: str,
        key: str,
        lengths: Mapping[str, int],
        steps: int,
        null: bool = False,
    ) -> NDArray[np.float64]:
        listed = self.sequence(value, field)
        if len(listed) != steps:
            self.fail(field, f"has {len(listed)} steps, the gradients {steps}")
        result = np.zeros((steps, sum(lengths.values())))
        for t, step in enumerate(listed):
            where = f"{field}[{t}].{key}"
            found = self.mapping(step, f"{field}[{t}]")
            if key not in found:
                self.fail(f"{field}[{t}]", f"{key!r} is missing")
            arrays = self.arrays(found[key], where, lengths, null)
            for name in lengths:
                if name not in arrays:
                    self.fail(where, f"array {name!r} is missing")
            if lengths:
                result[t] = np.concatenate([arrays[name] for name in lengths])
        return result


# -- verifying ----------------------------------------------------------------------------


def bundled(
    directory: Path | None = None, dialect: str = "*", precision: str = "*"
) -> list[Golden]:
    """Read the golden files of a dialect and a precision, by default all, in the scenarios' order.

    Raises:
        GoldenError: a file cannot be read; names it.
    """
    directory = directory or DIRECTORY
    found = [(path, load(path)) for path in directory.glob(f"{dialect}/{precision}/*.json")]
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
