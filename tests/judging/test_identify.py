"""Observation files: what they say is explained, what they lack is named with its field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.commands.entry import main
from harness.judging.identify import identify
from harness.judging.observation_files import read
from harness.model.errors import UsageError
from harness.report import words
from python_ref.dialects.dialect import Dialect
from python_ref.golden import load
from python_ref.scenarios.catalogue import scenarios
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

GOLDEN = "reference/float64/mixed-arrays"


def document(
    deviations: list[str] | None = None, fed: str = "mixed-arrays", **changes: Any
) -> dict[str, Any]:
    """An observation of a dialect on a scenario, with fields changed or (None) taken out."""
    scenario = next(s for s in scenarios("float64") if s.name == fed)
    weights = replay(scenario, [Hypothesis(Dialect(deviations or []))]).weights[0]
    bounds = [0]
    for length in scenario.lengths:
        bounds.append(bounds[-1] + length)
    cuts = list(zip(scenario.names, bounds, bounds[1:], strict=False))
    made = {
        "format": "rmsproof.observation/1",
        "precision": "float64",
        "learning_rate": scenario.learning_rate,
        "decay_rate": scenario.decay_rate,
        "epsilon": scenario.epsilon,
        "weights": {k: v.tolist() for k, v in scenario.weights.items()},
        "gradients": [{k: v.tolist() for k, v in step.items()} for step in scenario.gradients],
        "observed": [{name: row[a:b].tolist() for name, a, b in cuts} for row in weights],
    }
    return {k: v for k, v in (made | changes).items() if v is not None}


def written(folder: Path, content: Any) -> Path:
    path = folder / "seen.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_the_same_is_exact_and_ends_with_zero(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, document())
    assert main(["identify", str(path)]) == 0
    assert "it is what it claims to be" in capsys.readouterr().out


@pytest.mark.parametrize("sign", [1, -1])
def test_a_loop_that_has_both_shares_as_numbers_is_exact(tmp_path: Path, sign: int) -> None:
    """0.9 and 0.1 are what most people write; 1 - 0.9 is another number."""
    given = document(decay_rate=0.9)
    w = {name: np.array(values) for name, values in given["weights"].items()}
    v = {name: np.zeros_like(values) for name, values in w.items()}
    observed = []
    for step in given["gradients"]:
        for name, g in ((name, np.array(values)) for name, values in step.items()):
            v[name] = 0.9 * v[name] + 0.1 * (g * g)
            root = np.sqrt(v[name]) + given["epsilon"]
            w[name] = w[name] - sign * given["learning_rate"] * g / root
        observed.append({name: values.tolist() for name, values in w.items()})
    result = identify(written(tmp_path, {**given, "observed": observed}))
    assert result.deviations == (() if sign == 1 else ("direction=ascent",))
    assert result.verdict.word == ("exact" if sign == 1 else "diverges")
    assert "1-d written as a number, too" in words.evaluation(result)


@pytest.mark.parametrize(("deviations", "code"), [([], 0), (["epsilon=inside"], 1)])
def test_floats_are_read_as_they_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], deviations: list[str], code: int
) -> None:
    """Nine digits tell a float; as a double they are another number."""
    scenario = next(s for s in scenarios("float32") if s.name == "mixed-arrays")
    hypothesis = Hypothesis(Dialect(deviations), precision="float32")
    rows = replay(scenario, [hypothesis]).weights[0]
    printed = [[float(f"{x:.9g}") for x in row] for row in rows]
    assert printed != rows.tolist()
    content = document(precision="float32")
    for seen, row in zip(content["observed"], printed, strict=True):
        left = iter(row)
        for name in seen:
            seen[name] = [next(left) for _ in seen[name]]
    assert main(["identify", str(written(tmp_path, content))]) == code
    assert "every number observed is reproduced" in capsys.readouterr().out


def test_what_is_reproduced_but_for_its_roots_is_not_said_to_be_whole(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """XLA's reciprocal of a root is off by a unit in the last place now and then."""
    recorded = Path(__file__).parents[2] / "guests/observations/optax-0.2.8-float32.json"
    assert main(["identify", str(recorded)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "every number observed is reproduced if its square root" in told


def test_a_deviation_is_named_and_ends_with_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, document(["epsilon=inside", "state=reset"]))
    assert main(["identify", str(path), "--json", "-"]) == 1
    result = json.loads(capsys.readouterr().out)["results"][0]
    assert result["verdict"] == "diverges"
    assert result["deviations"] == ["epsilon=inside", "state=reset"]
    assert result["explained"] is True
    assert result["first_divergence"]["step"] == 1


def test_a_claim_in_the_file_is_what_it_is_held_against(tmp_path: Path) -> None:
    path = written(tmp_path, document(["epsilon=inside"], dialect="keras-3"))
    assert identify(path).verdict.word == "exact"


@pytest.mark.parametrize("followed", [True, False])
def test_of_a_learning_rate_a_step_every_one_counts(followed: bool, tmp_path: Path) -> None:
    content = document()
    rates = [content["learning_rate"] * 0.9**t for t in range(len(content["observed"]))]
    path = written(tmp_path, content | {"learning_rate": rates})
    if followed:
        weights = replay(read(path).scenario, [Hypothesis()]).weights[0]
        for step, row in zip(content["observed"], weights.tolist(), strict=True):
            numbers = iter(row)
            step |= {name: [next(numbers) for _ in array] for name, array in step.items()}
        written(tmp_path, content | {"learning_rate": rates})
    found = identify(path)
    assert found.verdict.word == ("exact" if followed else "diverges")
    assert found.deviations == (() if followed else ("learning_rate=first",))


def test_a_rounding_that_is_finer_than_the_digits_is_corrected(tmp_path: Path) -> None:
    content = document(rounding=5e-8)
    for step in content["observed"]:
        step |= {name: [round(x, 4) for x in array] for name, array in step.items()}
    found = identify(written(tmp_path, content))
    assert found.verdict.word == "diverges"
    assert found.diagnosis is not None
    assert found.diagnosis.suggestion is not None
    assert found.diagnosis.suggestion.rounding == 5e-5
    assert found.diagnosis.suggestion.input_rounding == 0


def test_weights_that_never_move_are_no_update(tmp_path: Path) -> None:
    found = identify(written(tmp_path, document(["write=none"])))
    assert (found.verdict.word, found.deviations) == ("no-update", ("write=none",))


def test_what_is_not_finite_is_judged_not_rejected(tmp_path: Path) -> None:
    seen = document()["observed"]
    seen[3]["bias"] = ["NaN"]
    seen[4]["bias"] = ["-Infinity"]
    found = identify(written(tmp_path, document(observed=seen)))
    lost = found.verdict.lost
    assert lost is not None
    assert (found.verdict.word, lost.nan, lost.infinite, lost.alone) == ("diverges", 1, 1, True)
    assert "values become NaN or infinite where numbers are expected" in words.why(found)


def _changed(field: str, change: Any) -> dict[str, Any]:
    made = document()
    target: Any = made
    *path, last = field.split("/")
    for part in path:
        target = target[int(part)] if isinstance(target, list) else target[part]
    if change is None:
        del target[last]
    else:
        target[int(last) if isinstance(target, list) else last] = change
    return made


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not complete JSON"),
        ('{"format":', "is not complete JSON"),
        ("[]", "object"),
        (_changed("format", "other/1"), "format: expected rmsproof.observation/1, found 'other/1'"),
        (
            _changed("precision", "float16"),
            "precision: expected one of float64, float32, float32_double, float32_wide, found",
        ),
        (document(learning_rate=None), "'learning_rate' is missing"),
        (document(decay_rate=1.5), "decay_rate: expected at most 1, found 1.5"),
        (document(epsilon=-1e-8), "epsilon: expected a finite number of at least 0, found -1e-08"),
        (document(rounding=-1.0), "rounding: expected a finite number of at least 0, found -1.0"),
        (document(options={"nesterov": 1.0}), "options: unknown key 'nesterov'"),
        (
            document(options={"momentum": -1.0}),
            "options.momentum: expected a finite number",
        ),
        (document(extra=1), "unknown key 'extra'"),
        (document(dialect="nobody's"), "dialect: "),
        (document(weights={}), "weights: has no array"),
        (document(gradients=[]), "gradients: has no step"),
        (document(observed=[None] * 12), "observed: every step is null"),
        (document(observed=[None] * 5), "observed: has 5 steps, the gradients 12; write null"),
        (
            document(observed=[None] * 13),
            "has 13 steps, the gradients 12; the weights before the first step stand in",
        ),
        (_changed("gradients/2/bias", [1.0, 2.0]), "gradients[2].bias: has 2 elements"),
        (_changed("gradients/2/other", [1.0]), "gradients[2].other: is not among the weights"),
        (_changed("observed/3/bias", None), "observed[3]: array 'bias' is missing"),
        (_changed("observed/3/bias", [1.0, 2.0]), "observed[3].bias: has 2 elements"),
        (
            _changed("observed/3/bias", ["much"]),
            "observed[3].bias[0]: expected a number",
        ),
        (_changed("weights/bias", "1"), "weights.bias: expected a list, found str"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: Any, said: str
) -> None:
    path = written(tmp_path, content)
    assert main(["identify", str(path)]) == 2
    message = capsys.readouterr().err
    assert message.startswith(f"rmsproof: {path}: ")
    assert said in message
    assert "Traceback" not in message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nothing\.json: cannot be read: No such file"):
        read(tmp_path / "nothing.json")


@pytest.mark.parametrize(
    ("lost", "sentence"),
    [
        ("NaN", "values becomes NaN where numbers are expected"),
        ("-Infinity", "values becomes infinite where numbers are expected"),
    ],
)
def test_what_becomes_no_number_is_told_with_how_much(
    lost: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = document()
    content["observed"][-1]["bias"] = [lost]
    assert main(["identify", str(written(tmp_path, content))]) == 1
    told = " ".join(capsys.readouterr().out.split())
    assert f"{sentence}; all others are as claimed first divergence: " in told
    assert "tried" not in told, "nothing was, as nothing else is wrong"


def test_subnormals_that_are_flushed_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = document(["subnormals=flushed"], "subnormal-squares")
    assert main(["identify", str(written(tmp_path, content))]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "note: it flushes subnormal numbers to zero" in told


def test_a_golden_is_recognised_by_its_own_trajectory(tmp_path: Path) -> None:
    from python_ref.golden import DIRECTORY

    golden = load(DIRECTORY / "formula" / "float64" / "mixed-arrays.json")
    made = document(["epsilon=inside"])
    assert [list(step) for step in made["observed"]] == [list(golden.scenario.names)] * 12
    assert identify(written(tmp_path, made)).deviations == ("epsilon=inside",)


@pytest.mark.parametrize("decay_rate", [0.9, 0.999])
def test_a_complement_formed_in_double_is_exact(decay_rate: float, tmp_path: Path) -> None:
    """Float is stored, 1-d is formed of the double that a program has: as libraries do."""
    f = np.float32
    drawn = np.random.default_rng(5)
    w, v = np.zeros(8, f), np.zeros(8, f)  # steps, not weights, are what is rounded
    lr, eps = f(0.01), f(1e-8)
    seen: dict[str, Any] = {
        "format": "rmsproof.observation/1",
        "precision": "float32",
        "learning_rate": 0.01,
        "decay_rate": decay_rate,
        "epsilon": 1e-8,
        "weights": {"w": w.tolist()},
        "gradients": [],
        "observed": [],
    }
    for _ in range(6):
        g = f(drawn.normal(size=8))
        v = f(decay_rate) * v + f(1 - decay_rate) * (g * g)
        w = w - (lr * g) / (np.sqrt(v) + eps)
        seen["gradients"].append({"w": g.tolist()})
        seen["observed"].append({"w": w.tolist()})
    path = tmp_path / "observed.json"
    path.write_text(json.dumps(seen))
    result = identify(path)
    assert result.verdict.word == "exact"
    assert words.evaluation(result) == "computed with 1-d formed in float64 and then narrowed"
