"""What the bundled goldens are: complete, classed, bounded, told apart."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from support import scenario as named

from python_ref import golden as goldens_of
from python_ref.dialects.dialect import Dialect
from python_ref.golden import DIRECTORY, Golden, bundled
from python_ref.golden.golden import make, spoilt
from python_ref.scenarios.catalogue import scenario_names, scenarios
from python_ref.scenarios.scenario import PRECISIONS

SCHEMA = json.loads((DIRECTORY / "schema.json").read_text(encoding="utf-8"))


@cache
def kept() -> list[Golden]:
    return bundled()


@cache
def kept_by_name() -> dict[str, Golden]:
    return {golden.name: golden for golden in kept()}


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole directory, written anew."""
    folder = tmp_path_factory.mktemp("golden")
    goldens_of.regenerate(folder)
    return folder


def test_every_scenario_is_kept_in_every_dialect_and_precision_in_order() -> None:
    wanted = [
        f"{dialect}/{precision}/{name}"
        for dialect in ("reference", "formula")
        for precision in ("float64", "float32", "float32_double")
        for name in scenario_names()
    ]
    assert [golden.name for golden in kept()] == wanted


def test_every_file_passes_the_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    files = sorted(DIRECTORY.glob("*/*/*.json"))
    assert len(files) == len(kept())
    for file in files:
        document = json.loads(file.read_text(encoding="utf-8"))
        if len(document["gradients"]) == 1000:  # as each of them: the first ones do
            for field in ("gradients", "trajectory", "envelope"):
                document[field] = document[field][:20]
        errors = [f"{file}: {error.message}" for error in validator.iter_errors(document)]
        assert errors == []


@pytest.mark.slow
def test_regenerating_gives_the_bundled_bytes(regenerated: Path) -> None:
    files = {p.relative_to(DIRECTORY): p.read_bytes() for p in DIRECTORY.glob("*/*/*.json")}
    anew = {p.relative_to(regenerated): p.read_bytes() for p in regenerated.glob("*/*/*.json")}
    assert anew.keys() == files.keys()
    assert [str(name) for name in files if anew[name] != files[name]] == []


def test_identities_are_unique() -> None:
    assert len({golden.id for golden in kept()}) == len(kept())


def test_the_page_example_in_numbers() -> None:
    """The numbers NumPy gives for the published two lines, and the moving average beside them."""
    page = kept_by_name()["reference/float64/page-one-step"]
    assert page.weights.tolist() == [
        [0.4968377233398313, 0.5031622771601685, 0.5968377225898316, 0.6031622774601684]
    ]
    assert page.moving_average.tolist() == [[0.001, 0.004, 0.016, 0.024999999999999994]]
    by_hand = [
        w - 0.001 * g / (math.sqrt((1 - 0.9) * (g * g)) + 1e-8)
        for w, g in ((0.5, 0.1), (0.5, -0.2), (0.6, 0.4), (0.6, -0.5))
    ]
    assert page.weights.tolist() == [by_hand]


def test_the_formula_has_epsilon_under_the_root() -> None:
    page = kept_by_name()["formula/float64/page-one-step"]
    assert page.dialect == Dialect(["epsilon=inside"])
    by_hand = [
        w - 0.001 * g / math.sqrt((1 - 0.9) * (g * g) + 1e-8)
        for w, g in ((0.5, 0.1), (0.5, -0.2), (0.6, 0.4), (0.6, -0.5))
    ]
    assert page.weights.tolist() == [by_hand]


def telling(golden: Golden) -> bool:
    """Whether a golden has what the page's example lacks; see design: the goldens' demands."""
    scenario = golden.scenario
    flat = [np.concatenate(list(step.values())) for step in scenario.gradients]
    first = flat[0]
    roots = np.sqrt(golden.moving_average)
    near = (roots > scenario.epsilon / 10) & (roots < scenario.epsilon * 10)
    lengths = scenario.lengths
    return (
        golden.kind == "core"
        and len(lengths) >= 3
        and 1 in lengths
        and max(lengths) >= 3
        and any(not np.array_equal(g, first) for g in flat)
        and any((g == 0).any() for g in flat)
        and bool(near.any())
        and any(np.linalg.norm(g) > 1 for g in flat)
    )


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("dialect", ["reference", "formula"])
def test_at_least_two_goldens_are_telling(dialect: str, precision: str) -> None:
    group = [g for g in kept() if g.name.startswith(f"{dialect}/{precision}/")]
    assert len([g.name for g in group if telling(g)]) >= 2


EDGES = {
    "huge-gradients",
    "empty-array",
    "decay-zero",
    "decay-one",
    "epsilon-zero",
    "nan-gradient",
    "infinite-gradient",
}


@pytest.mark.parametrize("precision", PRECISIONS)
def test_edge_is_what_the_design_calls_an_edge(precision: str) -> None:
    """Overflow, not finite, a denominator that can be 0, decay 0 or 1, an empty array."""
    for scenario in scenarios(precision):
        golden = kept_by_name()[f"reference/{precision}/{scenario.name}"]
        given = [np.concatenate(list(step.values())) for step in scenario.gradients]
        with np.errstate(over="ignore", invalid="ignore"):
            dtype = np.float64 if precision == "float64" else np.float32
            squares = [g.astype(dtype) * g.astype(dtype) for g in given]
        edge = (
            0 in scenario.lengths
            or scenario.decay_rate in (0, 1)
            or any(not np.isfinite(s).all() for s in squares)
            or not np.isfinite(golden.weights).all()
            or (scenario.epsilon == 0 and any((s == 0).any() for s in squares))
        )
        assert scenario.edge == edge, scenario.name
        assert edge == (scenario.name in EDGES)


@pytest.mark.parametrize("dialect", ["reference", "formula"])
@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_core_golden_is_bounded_everywhere(dialect: str, precision: str) -> None:
    for golden in kept():
        if golden.name.startswith(f"{dialect}/{precision}/") and golden.kind == "core":
            assert np.isfinite(golden.weights).all(), golden.name
            assert np.isfinite(golden.envelope).all(), golden.name
            assert (golden.envelope >= 0).all(), golden.name


def test_float32_inputs_are_floats() -> None:
    for golden in kept():
        if golden.precision == "float64":
            continue
        s = golden.scenario
        inputs = [*s.weights.values(), *(a for step in s.gradients for a in step.values())]
        inputs.append(np.array([s.learning_rate, s.decay_rate, s.epsilon]))
        with np.errstate(invalid="ignore"):
            same = [np.array_equal(a.astype(np.float32), a, equal_nan=True) for a in inputs]
            stored = golden.weights.astype(np.float32)
        assert all(same), golden.name
        assert np.array_equal(stored, golden.weights, equal_nan=True), golden.name


def test_float64_hyperparameters_are_none_that_float_holds() -> None:
    """A double port that takes them as float is seen."""
    seen = [s for s in scenarios("float64") if not s.edge]
    for role in ("learning_rate", "decay_rate", "epsilon"):
        values = [getattr(s, role) for s in seen]
        assert sum(float(np.float32(x)) != x for x in values) >= len(seen) - 1, role


@pytest.mark.parametrize("name", scenario_names())
def test_a_scenario_says_what_it_is_there_to_catch(name: str) -> None:
    found = next(s for s in scenarios() if s.name == name)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert len(found.catches.split()) >= 4
    assert not found.catches.endswith(".")


def test_an_array_first_has_a_gradient_at_step_three() -> None:
    late = next(s for s in scenarios() if s.name == "late-array")
    assert [sorted(step) for step in late.gradients[:3]] == [
        ["early"],
        ["early"],
        ["early", "late"],
    ]
    golden = kept_by_name()["reference/float64/late-array"]
    assert golden.weights[:2, 3:].tolist() == [[4.0, 5.0]] * 2, "what takes no part stays"
    assert golden.moving_average[:2, 3:].tolist() == [[0.0, 0.0]] * 2


def test_the_goldens_tell_the_two_dialects_apart() -> None:
    """Epsilon inside or outside the root: more than rounding wherever epsilon matters."""
    apart = 0
    for scenario in scenarios():
        outside = kept_by_name()[f"reference/float64/{scenario.name}"]
        inside = kept_by_name()[f"formula/float64/{scenario.name}"]
        apart += bool((np.abs(outside.weights - inside.weights) > outside.envelope).any())
    assert apart >= 15


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize(
    ("field", "called"),
    [("weights", "weights"), ("moving_average", "moving average"), ("envelope", "envelope")],
)
def test_what_is_spoilt_of_a_golden_is_named(precision: str, field: str, called: str) -> None:
    inputs = named("page-ten-steps")
    golden = make(inputs, Dialect(["epsilon=inside"]), precision)
    assert spoilt(golden, envelope=True) == ""
    other = replace(golden, **{field: getattr(golden, field) * 1.5})
    assert spoilt(other, envelope=True) == called
    assert spoilt(other) == ("" if field == "envelope" else called)


def test_what_is_fixed_of_a_golden_is_not_rounded() -> None:
    inputs = named("page-ten-steps")
    golden = make(inputs, Dialect(), "float32", fixed={"epsilon": 0.1})
    assert golden.scenario.epsilon == 0.1
    assert golden.scenario.learning_rate == float(np.float32(inputs.learning_rate))
