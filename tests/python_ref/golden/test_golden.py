"""Goldens: their whole life from scenario to file and back, and what is demanded of them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import tiny

from python_ref import golden as goldens_of
from python_ref.dialects.dialect import Dialect
from python_ref.golden import DIRECTORY, Golden, GoldenError, bundled, dumps, loads, make, writing
from python_ref.scenarios.catalogue import scenario_names, scenarios
from python_ref.scenarios.scenario import PRECISIONS, Scenario

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


# -- the files as they are --------------------------------------------------------------------


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
    assert page.dialect == Dialect.parse(["epsilon=inside"])
    by_hand = [
        w - 0.001 * g / math.sqrt((1 - 0.9) * (g * g) + 1e-8)
        for w, g in ((0.5, 0.1), (0.5, -0.2), (0.6, 0.4), (0.6, -0.5))
    ]
    assert page.weights.tolist() == [by_hand]


def test_the_text_of_a_small_golden_is_exactly_this() -> None:
    """Field order, spacing, shortest decimals, and what is not finite: readers depend on it."""
    scenario = tiny(
        learning_rate=0.5,
        decay_rate=0.0,
        epsilon=0.0,
        weights={"é": np.array([0.1, 2.0]), "b": np.array([-1.0])},
        gradients=[{"é": np.array([0.0, math.inf]), "b": np.array([4.0])}, {"b": np.array([-2.0])}],
        edge=True,
    )
    golden = make(scenario, Dialect(), "float64")
    bounded = np.array([[math.nan, math.nan, 0.25], [math.nan, math.nan, 1e-300]])
    assert dumps(replace(golden, envelope=bounded)) == (
        "{\n"
        ' "format": "rmsproof.golden/1",\n'
        ' "name": "reference/float64/tiny",\n'
        ' "id": "d68536375ae6e44e",\n'
        ' "class": "edge",\n'
        ' "catches": "nothing in particular",\n'
        ' "dialect": {},\n'
        ' "precision": "float64",\n'
        ' "hyperparameters": {"learning_rate": 0.5, "decay_rate": 0.0, "epsilon": 0.0,'
        ' "options": {}},\n'
        ' "weights": {"é": [0.1, 2.0], "b": [-1.0]},\n'
        ' "gradients": [\n'
        '  {"é": [0.0, "Infinity"], "b": [4.0]},\n'
        '  {"b": [-2.0]}\n'
        " ],\n"
        ' "trajectory": [\n'
        '  {"weights": {"é": ["NaN", "NaN"], "b": [-1.5]},'
        ' "moving_average": {"é": [0.0, "Infinity"], "b": [16.0]}},\n'
        '  {"weights": {"é": ["NaN", "NaN"], "b": [-1.0]},'
        ' "moving_average": {"é": [0.0, "Infinity"], "b": [4.0]}}\n'
        " ],\n"
        ' "envelope": [\n'
        '  {"weights": {"é": [null, null], "b": [0.25]}},\n'
        '  {"weights": {"é": [null, null], "b": [1e-300]}}\n'
        " ]\n"
        "}\n"
    )


# -- what is demanded of the scenarios ----------------------------------------------------------


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


# -- round trip ---------------------------------------------------------------------------------


def test_what_is_written_is_read_back_to_the_bit() -> None:
    for golden in kept()[:30]:
        again = loads(dumps(golden), "text")
        assert dumps(again) == dumps(golden)
        assert again.weights.tobytes() == golden.weights.tobytes() or np.isnan(golden.weights).any()


values = st.floats(allow_nan=True, allow_infinity=True)
names = st.text(min_size=1, max_size=4).filter(lambda s: s.isprintable())


@settings(max_examples=40)  # an envelope of extreme numbers takes exact rationals
@given(data=st.data())
def test_any_scenario_survives_its_file(data: st.DataObject) -> None:
    lengths = data.draw(st.dictionaries(names, st.integers(0, 3), min_size=1, max_size=3))

    def arrays(of: dict[str, int]) -> dict[str, np.ndarray]:
        return {
            name: np.array(data.draw(st.lists(values, min_size=n, max_size=n)), dtype=np.float64)
            for name, n in of.items()
        }

    steps = data.draw(st.lists(st.sets(st.sampled_from(sorted(lengths))), min_size=1, max_size=3))
    scenario = Scenario(
        name="drawn",
        catches="what nobody thought of",
        learning_rate=data.draw(st.floats(0, 1)),
        decay_rate=data.draw(st.floats(0, 1)),
        epsilon=data.draw(st.floats(0, 1)),
        weights=arrays(lengths),
        gradients=[arrays({n: k for n, k in lengths.items() if n in step}) for step in steps],
        options=data.draw(st.dictionaries(st.sampled_from(["momentum", "clip"]), st.floats(0, 1))),
        edge=data.draw(st.booleans()),
    )
    with np.errstate(all="ignore"):
        golden = make(scenario, Dialect(), "float64")
    text = dumps(golden)
    jsonschema.validate(json.loads(text), SCHEMA)
    again = loads(text, "text")
    assert dumps(again) == text
    assert again.id == golden.id
    assert again.scenario.names == scenario.names


def test_a_bound_that_overflows_is_no_bound() -> None:
    """Epsilon among the subnormals: what could happen there is anything."""
    scenario = tiny(
        epsilon=2.225073858507e-311,
        decay_rate=0.0,
        weights={"w": np.array([0.0])},
        gradients=[{"w": np.array([1.0])}, {"w": np.array([0.0])}],
        learning_rate=0.0,
    )
    golden = make(scenario, Dialect(), "float64")
    assert not np.isinf(golden.envelope).any()
    jsonschema.validate(json.loads(dumps(golden)), SCHEMA)


@pytest.mark.parametrize(
    "change",
    [
        {"learning_rate": 0.0010000000000000002},
        {"decay_rate": 0.8},
        {"epsilon": 0.0},
        {"weights": {"w": np.array([0.5, -0.25]), "c": np.array([0.75])}},
        {"options": {"momentum": 0.9}},
    ],
)
def test_the_identity_is_of_the_inputs(change: dict[str, Any]) -> None:
    """One that keeps the old identity after a change would pass for what it is no longer."""
    if "weights" in change:
        renamed = [{"w": g["w"], "c": g["b"]} for g in tiny().gradients]
        change = {**change, "gradients": renamed}
    plain = make(tiny(), Dialect(), "float64")
    assert make(tiny(**change), Dialect(), "float64").id != plain.id


def test_the_identity_is_of_dialect_and_precision_and_not_of_words() -> None:
    plain = make(tiny(), Dialect(), "float64")
    assert make(tiny(), Dialect.parse(["epsilon=inside"]), "float64").id != plain.id
    assert make(tiny(), Dialect(), "float32").id != plain.id
    assert make(tiny(), Dialect(), "float64", name="a/b/c").id == plain.id


# -- verify --------------------------------------------------------------------------------------

ONE = "reference/float64/page-one-step.json"


def replaced(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


MENDS = "; `rmsproof golden regenerate` rewrites it"
DAMAGE: dict[str, tuple[Callable[[str], str], str]] = {
    "a weight's last digit": (
        replaced("0.4968377233398313", "0.4968377233398314"),
        "differs from what the reference gives now",
    ),
    "an envelope": (
        lambda text: re.sub(r'("envelope": .\n  ."weights": ."w1": .)', r"\g<1>9", text),
        "differs from what the reference gives now",
    ),
    "white space": (replaced('"w1": [', '"w1":  ['), "differs from what the reference gives now"),
    "a line end": (
        replaced("\n", "\r\n"),
        "differs from what the reference gives now",
    ),
    "its words": (replaced("wrong sign", "no sign"), "differs from what the reference gives now"),
    "an input": (
        replaced('"epsilon": 1e-08', '"epsilon": 1e-07'),
        "id: 'e3c7795767899114' does not belong to these inputs, whose id is"
        f" '9410ab089c9097c8'{MENDS}",
    ),
    "the identity": (
        replaced("e3c7795767899114", "e3c7795767899115"),
        "id: 'e3c7795767899115' does not belong to these inputs, whose id is"
        f" 'e3c7795767899114'{MENDS}",
    ),
    "truncation": (
        lambda text: text[: len(text) // 2],
        "is not complete JSON: ",
    ),
    "emptiness": (
        lambda text: "",
        "is not complete JSON: Expecting value: line 1 column 1 (char 0)",
    ),
    "an unknown key": (
        replaced('"class"', '"remark": 1,\n "class"'),
        f"unknown key 'remark'{MENDS}",
    ),
    "a missing key": (replaced(' "class": "core",\n', ""), f"'class' is missing{MENDS}"),
    "a duplicate key": (
        replaced('"class": "core"', '"class": "core",\n "class": "core"'),
        "is not complete JSON: a key appears twice in one object",
    ),
    "a NaN literal": (
        replaced("0.4968377233398313", "NaN"),
        "is not complete JSON: NaN must be the string 'NaN'",
    ),
    "an Infinity literal": (
        replaced("0.4968377233398313", "-Infinity"),
        "is not complete JSON: -Infinity must be the string '-Infinity'",
    ),
    "another format": (
        replaced("rmsproof.golden/1", "rmsproof.golden/2"),
        f"format: expected rmsproof.golden/1, found 'rmsproof.golden/2'{MENDS}",
    ),
    "no such class": (
        replaced('"core"', '"corner"'),
        f"class: expected one of core, edge, partial, found 'corner'{MENDS}",
    ),
    "no such precision": (
        replaced('"float64",', '"float16",'),
        "precision: expected one of float64, float32, float32_double, found 'float16'" + MENDS,
    ),
    "no such axis": (
        replaced('"dialect": {}', '"dialect": {"epsilom": "inside"}'),
        "dialect: no axis 'epsilom'; the axes are ",
    ),
    "text for a number": (
        replaced("[0.1, -0.2]", '[0.1, "-0.2"]'),
        f"gradients[0].w1[1]: expected a number, found '-0.2'{MENDS}",
    ),
    "truth for a number": (
        replaced("[0.5, 0.5]", "[true, 0.5]"),
        f"weights.w1[0]: expected a number, found True{MENDS}",
    ),
    "null for a number": (
        replaced("0.4968377233398313", "null"),
        f"trajectory[0].weights.w1[0]: expected a number, found None{MENDS}",
    ),
    "a number for text": (
        replaced('"reference/float64/page-one-step"', "7"),
        f"name: expected text, found int{MENDS}",
    ),
    "a gradient too long": (
        replaced("[0.1, -0.2]", "[0.1, -0.2, 0.3]"),
        f"gradients[0].w1: has 3 elements, the weights 2{MENDS}",
    ),
    "a gradient of no weight": (
        replaced('"w2": [0.4', '"w3": [0.4'),
        f"gradients[0].w3: is not among the weights; the weights are 'w1', 'w2'{MENDS}",
    ),
    "a missing array": (
        replaced(', "w2": [0.5968377225898316, 0.6031622774601684]', ""),
        f"trajectory[0].weights: array 'w2' is missing{MENDS}",
    ),
    "a step too many": (
        replaced('  {"w1": [0.1', '  {"w1": [0.1, 0.1], "w2": [0.1, 0.1]},\n  {"w1": [0.1'),
        f"trajectory: has 1 steps, the gradients 2{MENDS}",
    ),
    "an object for a list": (
        replaced('"envelope": [', '"envelope": {}, "rest": ['),
        f"unknown key 'rest'{MENDS}",
    ),
    "a list for the whole": (lambda text: f"[{text}]", f"expected an object, found list{MENDS}"),
}


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory in which the short goldens of one dialect and precision belong, for speed."""

    def short(precision: str) -> list[Scenario]:
        return [scenario for scenario in scenarios(precision) if scenario.steps <= 3]

    monkeypatch.setattr(writing, "DIALECTS", {"reference": Dialect()})
    monkeypatch.setattr(writing, "PRECISIONS", ("float64",))
    monkeypatch.setattr(writing, "scenarios", short)
    assert len(goldens_of.regenerate(tmp_path)) >= 10
    return tmp_path


@pytest.mark.parametrize("what", DAMAGE)
def test_verify_names_file_and_field(what: str, tmp_path: Path) -> None:
    change, message = DAMAGE[what]
    path = tmp_path / "damaged.json"
    original = (DIRECTORY / ONE).read_text(encoding="utf-8")
    path.write_bytes(change(original).encode())
    problems = verified(path)
    assert len(problems) == 1
    assert problems[0].startswith(f"{path}: {message}"), problems[0]
    if message.endswith(MENDS):
        assert problems[0] == f"{path}: {message}"


def verified(path: Path) -> list[str]:
    """`verify`, of a directory that should hold the one golden alone."""
    with pytest.MonkeyPatch.context() as patch:
        wanted = [(path, kept_by_name()[ONE.removesuffix(".json")])]
        patch.setattr(writing, "expected", lambda directory=None: iter(wanted))
        return goldens_of.verify(path.parent)


def test_verify_finds_nothing_in_what_was_regenerated(directory: Path) -> None:
    assert goldens_of.verify(directory) == []


def test_verify_and_regenerate_find_missing_and_orphan(directory: Path) -> None:
    missing = directory / ONE
    orphan = directory / "reference/float64/page-two-steps.json"
    text = missing.read_bytes()
    missing.rename(orphan)
    assert goldens_of.verify(directory) == [
        f"{missing}: is missing",
        f"{orphan}: belongs to no golden",
    ]
    assert sorted(goldens_of.regenerate(directory)) == sorted([missing, orphan])
    assert missing.read_bytes() == text
    assert not orphan.exists()
    assert goldens_of.regenerate(directory) == []
    assert not list(directory.rglob(".*")), "no temporary file is left"


def test_regenerating_spares_a_folder_of_something_else(tmp_path: Path) -> None:
    theirs = tmp_path / "data" / "2019" / "results.json"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("{}", encoding="utf-8")
    with pytest.raises(GoldenError, match="not known for goldens"):
        goldens_of.regenerate(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [theirs]


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(b'{"format": "\xff"}')
    with pytest.raises(GoldenError, match=re.escape(f"{path}: is not UTF-8 (byte 12)")):
        goldens_of.load(path)
    with pytest.raises(GoldenError, match=r"gone\.json: cannot be read: No such file"):
        goldens_of.load(tmp_path / "gone.json")


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GoldenError, match=r"^here: "):
        loads("[" * 100_000, "here")


# -- every golden catches something ---------------------------------------------------------------


def test_the_goldens_tell_the_two_dialects_apart() -> None:
    """Epsilon inside or outside the root: more than rounding wherever epsilon matters."""
    apart = 0
    for scenario in scenarios():
        outside = kept_by_name()[f"reference/float64/{scenario.name}"]
        inside = kept_by_name()[f"formula/float64/{scenario.name}"]
        apart += bool((np.abs(outside.weights - inside.weights) > outside.envelope).any())
    assert apart >= 15
