"""One observation in three shapes, and the digits that a file forgot to speak of."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import alike
from test_identify import document

from harness.judging import observation_formats as formats
from harness.judging.identify import identify
from harness.judging.observation_files import Seen, read
from harness.model.errors import UsageError
from python_ref.dialects.dialect import Dialect
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

UNSEEN = (0, 4, 5)


def seen(**changes: Any) -> dict[str, Any]:
    """An observation three steps of which were not seen, one number of which is none."""
    made = document(options={"momentum": 0.9}, name="it", rounding=5e-7, **changes)
    for t in UNSEEN:
        made["observed"][t] = None
    made["observed"][7]["bias"] = ["-Infinity"]
    return made


def as_lines(path: Path, whole: dict[str, Any]) -> Path:
    head = {k: v for k, v in whole.items() if k not in ("gradients", "observed")}
    steps = [
        {"gradients": g} | ({} if o is None else {"observed": o})
        for g, o in zip(whole["gradients"], whole["observed"], strict=True)
    ]
    path.write_text("\n".join(map(json.dumps, [head, *steps])) + "\n\n", "utf-8")
    return path


def as_arrays(path: Path, whole: dict[str, Any], **changes: Any) -> Path:
    arrays: dict[str, Any] = {
        k: np.array(v)
        for k, v in whole.items()
        if k not in ("weights", "gradients", "observed", "options")
    }
    arrays |= {f"options/{name}": np.array(x) for name, x in whole.get("options", {}).items()}
    arrays |= {f"weights/{name}": np.array(x) for name, x in whole["weights"].items()}
    for name, given in whole["weights"].items():
        arrays[f"gradients/{name}"] = np.array([step[name] for step in whole["gradients"]])
        rows = [
            [np.nan] * len(given) if step is None else [float(x) for x in step[name]]
            for step in whole["observed"]
        ]
        arrays[f"observed/{name}"] = np.array(rows)
    arrays["seen"] = np.array([step is not None for step in whole["observed"]])
    np.savez(path, **{k: v for k, v in (arrays | changes).items() if v is not None})
    return path


def must_be_alike(a: Seen, b: Seen) -> None:
    assert (a.precision, a.claim, a.decimals) == (b.precision, b.claim, b.decimals)
    assert a.scenario.options == b.scenario.options == {"momentum": 0.9}
    assert a.scenario.hyperparameters == b.scenario.hyperparameters
    assert a.scenario.name == b.scenario.name == "it"
    for x, y in zip(
        (a.scenario.weights, *a.scenario.gradients),
        (b.scenario.weights, *b.scenario.gradients),
        strict=True,
    ):
        assert list(x) == list(y)
        assert all(np.array_equal(x[name], y[name]) for name in x)
    assert (a.observation.rounding, b.observation.rounding) == (5e-7, 5e-7)
    assert a.observation.seen is not None
    assert a.observation.seen.tolist() == [t not in UNSEEN for t in range(12)]
    assert np.array_equal(a.observation.seen, b.observation.seen)
    assert np.array_equal(a.observation.weights, b.observation.weights, equal_nan=True)
    assert np.isinf(a.observation.weights).any()


@pytest.mark.parametrize("ending", ["jsonl", "ndjson", "npz"])
def test_an_observation_is_the_same_in_every_shape(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"seen.{ending}"
    whole = seen(dialect="momentum=nesterov")
    must_be_alike(read(whole), read((as_arrays if ending == "npz" else as_lines)(path, whole)))


def test_a_learning_rate_a_step_and_a_list_of_deviations_are_arrays_too(tmp_path: Path) -> None:
    rates = [0.01 / (1 + t) for t in range(12)]
    whole = document(learning_rate=rates, dialect=["epsilon=inside", "momentum=nesterov"])
    found = read(as_arrays(tmp_path / "seen.npz", whole))
    assert found.scenario.learning_rates == tuple(rates)
    assert found.claim == read(whole).claim


def test_without_seen_every_step_was(tmp_path: Path) -> None:
    found = read(as_arrays(tmp_path / "seen.npz", document(), seen=None))
    assert found.observation.seen is not None
    assert found.observation.seen.all()


def test_a_deviation_is_named_from_every_shape(tmp_path: Path) -> None:
    whole = document(["epsilon=inside"])
    for path in as_lines(tmp_path / "a.jsonl", whole), as_arrays(tmp_path / "a.npz", whole):
        assert identify(path).deviations == ("epsilon=inside",)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["[]", "{}"], r"line 1: expected an object, without gradients and observed"),
        (["{}", "[]"], r'line 2: expected {"gradients": {}, "observed": {}}'),
        (["{}", "{}", '{"loss": 1}'], r"line 3: expected"),
        (["{}", '{"gradients": '], r"is not complete JSON"),
        (["{}", '{"gradients": {}}'], r"'format' is missing"),
    ],
)
def test_a_line_that_is_no_step_is_named(lines: list[str], message: str, tmp_path: Path) -> None:
    path = tmp_path / "seen.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    with pytest.raises(UsageError, match=message) as error:
        read(path)
    assert str(error.value).startswith(f"{path}: ")


@pytest.mark.parametrize(
    ("name", "lines", "advice"),
    [
        (
            "seen.csv",
            ["step,g,w", "1,0.5,0.25"],
            "an observation ends in .json, .jsonl, .ndjson or",
        ),
        ("seen.txt", ["{"], "rmsproof protocol observation has its fields"),
        ("seen.json", ["{}", "{}"], "a file with an object a line ends in .jsonl"),
    ],
)
def test_a_file_of_another_kind_is_told_what_it_should_be(
    name: str, lines: list[str], advice: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text("\n".join(lines), "utf-8")
    with pytest.raises(UsageError, match=re.escape(advice)) as error:
        read(path)
    assert str(error.value).startswith(f"{path}: is not complete JSON")


def test_arrays_that_do_not_fit_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, whole = tmp_path / "seen.npz", document()
    short = {"observed/bias": np.zeros((3, 1))}
    with pytest.raises(UsageError, match=r"observed/bias: expected 12 rows, one a step"):
        read(as_arrays(path, whole, **short))
    with pytest.raises(UsageError, match=r"is no archive of NumPy arrays"):
        read(as_arrays(path, whole, **{"weights/bias": np.array([object()])}))
    path.write_bytes(b"PK no archive")
    with pytest.raises(UsageError, match=r"is no archive of NumPy arrays"):
        read(path)
    monkeypatch.setattr(formats, "_UNPACKED", 0)
    with pytest.raises(UsageError, match=r"unpacks to more than 0 bytes"):
        read(as_arrays(path, whole))


# -- a rounding that was forgotten ----------------------------------------------------------------


def rounded(rows: list[dict[str, list[float]]], digits: int) -> list[dict[str, list[float]]]:
    return [{name: [round(x, digits) for x in row] for name, row in step.items()} for step in rows]


def printed(deviations: list[str], digits: int, inputs: int | None = None) -> dict[str, Any]:
    """An observation copied from print, which does not say so; sizes are about one."""
    rng = np.random.default_rng(7)
    given = Scenario(
        name="printed",
        catches="",
        learning_rate=0.05,
        decay_rate=0.9,
        epsilon=0.01,
        weights={"w": rng.standard_normal(4)},
        gradients=[{"w": rng.uniform(0.3, 2.0, 4)} for _ in range(6)],
    )
    rows = replay(given, [Hypothesis(Dialect(deviations))]).weights[0]
    gradients = [{"w": step["w"].tolist()} for step in given.gradients]
    weights = {"w": given.weights["w"].tolist()}
    return {
        "precision": "float64",
        **given.hyperparameters,
        "weights": weights if inputs is None else rounded([weights], inputs)[0],
        "gradients": gradients if inputs is None else rounded(gradients, inputs),
        "observed": rounded([{"w": row.tolist()} for row in rows], digits),
    }


@pytest.mark.parametrize(
    ("whole", "rounding", "input_rounding", "deviations"),
    [
        *alike(
            [
                (printed([], 4), 5e-5, 0.0, ()),
                (printed([], 6), 5e-7, 0.0, ()),
                (printed(["epsilon=inside"], 6), 5e-7, 0.0, ("epsilon=inside",)),
                (printed([], 4, 4), 5e-5, 5e-5, ()),
            ]
        ),
    ],
)
def test_a_rounding_that_would_explain_few_digits_is_suggested_and_not_assumed(
    whole: dict[str, Any], rounding: float, input_rounding: float, deviations: tuple[str, ...]
) -> None:
    found = identify(whole)
    assert found.verdict.word == "diverges"
    assert found.diagnosis is not None
    suggestion = found.diagnosis.suggestion
    assert suggestion is not None
    assert (suggestion.rounding, suggestion.input_rounding) == (rounding, input_rounding)
    assert suggestion.explanation.deviations == deviations
    told = identify({**whole, "rounding": rounding, "input_rounding": input_rounding})
    assert told.deviations == deviations
    assert told.verdict.word == ("diverges" if deviations else "conforms")


@pytest.mark.slow
def test_nothing_is_suggested_of_whole_numbers_or_where_it_explains_nothing() -> None:
    whole = document(["average=sum"])
    found = identify(whole)
    assert found.diagnosis is not None
    assert found.diagnosis.suggestion is None
    noisy = printed([], 6)
    for step in noisy["observed"][::2]:
        step["w"] = [round(x + 0.01, 6) for x in step["w"]]
    other = identify(noisy, seconds=1)
    assert other.diagnosis is None or other.diagnosis.suggestion is None
