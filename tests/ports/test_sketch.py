"""The text of a draft, from what a host says of a source, without any compiler."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from harness.languages import registry
from harness.languages.adapters import Sketch
from harness.languages.language import Language
from harness.model.errors import UsageError
from harness.ports.roles import Wanted
from harness.ports.sketch import sketched


def parameter(name: str, type_: str, **more: Any) -> dict[str, Any]:
    kinds = {"int": "count", "double": "number", "Double": "number", "float": "number"}
    given = {"name": name, "type": type_, "kind": kinds.get(type_, "other"), "default": False}
    return {"element": None, **given, **more}


def drafted(
    folder: Path,
    file: str,
    source: str,
    constructors: list[Any],
    methods: dict[str, Any],
    stage: int = 0,
    returns: str = "void",
    **more: Any,
) -> str:
    """The fullest text for a class RMSProp of package `own.optim`, or one that says less."""
    path = folder / file
    path.write_text(dedent(source))
    called = [
        {"name": name, "static": False, "parameters": parameters, "returns": returns}
        for name, parameters in methods.items()
    ]
    shape = {
        "candidates": [
            {
                "class": "own.optim.RMSProp",
                "kind": "class",
                "constructors": [
                    {"parameters": parameters, "called": "own.optim.RMSProp"}
                    for parameters in constructors
                ],
                "methods": called,
                **more,
            }
        ]
    }
    language = registry.by_name({".java": "java", ".kt": "kotlin", ".scala": "scala"}[path.suffix])
    return list(language.adapter(sketched(shape, Wanted(), path)))[stage]


def test_an_adapter_in_a_language_that_none_is_written_in_is_refused() -> None:
    class Groovy(Language):
        name = "groovy"

    with pytest.raises(UsageError, match="no adapter in groovy is written yet"):
        Groovy().adapter(Sketch("R.groovy"))


SETTINGS = [
    parameter("lr", "double", within="own.Hyper", argument=0),
    parameter("rho", "double", within="own.Hyper", argument=0),
    parameter("eps", "double", within="own.Hyper", argument=0),
]
STEP = """
class RMSProp {
    void update(double threshold) {
        this.threshold = threshold;
    }

    void move(Layer layer, int epoch) {
        w -= g / Math.sqrt(v);
    }
}
"""


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("R.java", "new RMSProp(new Hyper(learningRate, decayRate, epsilon))"),
        ("R.kt", "RMSProp(Hyper(learningRate, decayRate, epsilon))"),
        ("R.scala", "RMSProp(Hyper(learningRate, decayRate, epsilon))"),
    ],
)
def test_settings_are_made_within_the_constructor_and_the_step_is_called(
    tmp_path: Path, file: str, line: str
) -> None:
    layer = parameter("layer", "Layer", own=True, hints=["import own.nets.Layer", "new Layer()"])
    methods = {
        "update": [parameter("threshold", "double")],
        "move": [layer, parameter("epoch", "int")],
    }
    text = drafted(tmp_path, file, STEP, [SETTINGS], methods)
    assert line in text
    assert "optimizer.move(" in text
    assert "import own.nets.Layer" in text
    assert "// new Layer()" in text
    assert "steps" in text
    assert "optimizer.update(" not in text


@pytest.mark.parametrize(
    ("file", "setter", "set_", "assigned"),
    [
        ("R.java", "setRho", "optimizers.get(name).setRho(decayRate);", "}.eps = epsilon;"),
        ("R.kt", "setRho", "optimizers.getValue(name).rho = decayRate", "}.eps = epsilon"),
        ("R.scala", "rho_$eq", "optimizers(name).rho = decayRate", "}.eps = epsilon"),
        ("R.scala", "setRho", "optimizers(name).setRho(decayRate)", "}.eps = epsilon"),
    ],
)
def test_what_no_constructor_takes_is_set_and_a_step_of_what_it_keeps_is_called(
    tmp_path: Path, file: str, setter: str, set_: str, assigned: str
) -> None:
    """Where its arrays are is said, also what else it does; what gives no clue is no step."""
    rates = [
        parameter("lr", "double"),
        parameter("rho", "double", setter=True, member=f"RMSProp.{setter}", field=False),
        parameter("eps", "double", setter=True, member="RMSProp.eps", field=True),
    ]
    source = """
        class RMSProp {
            void apply() {
                w -= g / Math.sqrt(v);
            }
        }
    """
    feed = {"feed": [parameter("input", "double[]"), parameter("delta", "double[]")]}
    more: dict[str, Any] = {
        "bare": [{"name": "apply", "static": False, "parameters": [], "returns": "void"}],
        "kept": ["private double[] w"],
    }
    text = drafted(tmp_path, file, source, [rates], feed, **more)
    assert set_ in text
    assert assigned.replace("}", set_.partition(").")[0] + ")") in text
    assert "put `w` and `g` where apply has them\n" in text
    assert "//   private double[] w\n" in text
    assert "RMSProp.feed(input: double[], delta: double[])" in text
    assert "optimizer.feed" not in text
    # It may be the step alone that does not compile.
    stepless, less = (
        drafted(tmp_path, file, source, [rates], feed, stage=stage, **more) for stage in (1, 2)
    )
    assert set_ in stepless
    assert "TODO(rmsproof): call what makes a step" in stepless
    assert "TODO(rmsproof): set RMSProp.eps: epsilon" in less


def test_the_constructor_that_leaves_least_is_taken_and_what_is_told_later_is_told(
    tmp_path: Path,
) -> None:
    rates = [parameter(name, "double", argument=i) for i, name in enumerate(("lr", "rho", "eps"))]
    more = [*rates, parameter("mystery", "double", argument=3)]
    told = [*rates, parameter("size", "int", later="prepare", argument=0)]
    methods = {
        "prepare": [parameter("size", "int")],
        "move": [parameter("layer", "Layer", own=True)],
    }
    text = drafted(tmp_path, "R.java", STEP, [more, told, rates[:1]], methods)
    assert "new RMSProp(learningRate, decayRate, epsilon)" in text
    assert "optimizers.get(name).prepare(w.length);" in text


@pytest.mark.parametrize(
    ("file", "lines"),
    [
        ("RMSProp.java", ["for (int i = 0; i < w.length; i++) {", "w.length", "w[i] = ", "g[i]"]),
        ("RMSProp.kt", ["for (i in w.indices) {", "w.size", "w[i] = ", "g[i]"]),
        ("RMSProp.scala", ["for i <- w.indices do", "w.length", "w(i) = ", "g(i)"]),
    ],
)
@pytest.mark.parametrize("place", ["weightIndex", None])
def test_numbers_are_stepped_one_by_one(
    tmp_path: Path, file: str, lines: list[str], place: str | None
) -> None:
    """By their places in one object, or each in its own; what it returns is a person's to say."""
    taken = [parameter("gradient", "double")]
    taken = [parameter(place, "int"), *taken] if place else taken
    size = [parameter("weights", "int")]
    text = drafted(tmp_path, file, "", [size], {"delta": taken})
    assert all(one in text for one in (*lines[:2], lines[3]))
    assert ("name + i" in text) is (place is None)
    assert (f"delta(i, {lines[3]})" in text) is (place is not None)
    assert lines[2] + "optimizer.delta(" in drafted(
        tmp_path, file, "", [size], {"delta": taken}, returns="double"
    )
    bare = drafted(tmp_path, file, "", [size], {"delta": taken}, stage=1)
    assert "RMSProp.delta(" in bare.partition("optimizers")[2]


@pytest.mark.parametrize(("arrays", "narrow"), [("float", True), ("double", False)])
def test_arrays_are_what_the_port_makes_its_own_of(
    tmp_path: Path, arrays: str, narrow: bool
) -> None:
    """Hyperparameters stay what the constructor takes."""
    rates = [parameter(name, "double", argument=i) for i, name in enumerate(("lr", "rho", "eps"))]
    hints = [f"new Matrix({arrays}[] values, int rows)"]
    layer = parameter("layer", "Matrix", own=True, hints=hints)
    text = drafted(tmp_path, "R.java", STEP, [rates], {"move": [layer]})
    assert ("float[] w" in text) is narrow
    assert "RMSPropAdapter(double learningRate," in text


def test_a_step_that_nobody_else_may_call_is_named(tmp_path: Path) -> None:
    source = """
    class RMSProp {
        void learn(Rows rows) { for (Row row : rows) step(row.name, row.error()); }
        private void step(String name, double g) { w.put(name, w.get(name) - g / Math.sqrt(s)); }
    }
    """
    text = drafted(tmp_path, "RMSProp.java", source, [[]], {"learn": [parameter("rows", "Rows")]})
    assert "// RMSProp.step makes the step, and cannot be called from here: open it" in " ".join(
        text.split()
    )


def test_a_source_of_which_nothing_can_be_called_has_an_adapter_in_its_package(
    tmp_path: Path,
) -> None:
    path = tmp_path / "R.java"
    path.write_text("package own.optim;\n")
    language = registry.by_name("java")
    sketch = sketched({"candidates": []}, Wanted(), path)
    assert next(iter(language.adapter(sketch))).startswith("package own.optim;")


def test_what_is_asked_for_gradients_is_said_to_be_asked_in_every_step(tmp_path: Path) -> None:
    given = [
        parameter("gradient", "Function<Vector, Vector>"),
        parameter("listener", "Function<Integer, Integer>"),
    ]
    text = drafted(tmp_path, "R.java", STEP, [given], {"move": [parameter("iterations", "int")]})
    assert text.count("a lambda keeps those of the first") == 1
    assert "optimizer.move(1);" in text


@pytest.mark.parametrize(
    ("more", "lines"),
    [
        ([], ("slopes.get(name).size() - 1;", "optimizer.move(w);")),
        (
            [parameter("iterations", "int")],
            ("asked = 0;", "optimizer.move(starts.get(name).clone(), slopes.get(name).size());"),
        ),
    ],
    ids=["one step", "all of them anew"],
)
def test_a_function_of_gradients_answers_those_of_the_steps_that_a_call_makes(
    tmp_path: Path, more: list[Any], lines: tuple[str, ...]
) -> None:
    given = [parameter("gradient", "Function<double[], double[]>"), parameter("lr", "double")]
    start = parameter("weights", "double[]", kind="array")
    text = drafted(tmp_path, "R.java", STEP, [given], {"move": [start, *more]})
    assert "new RMSProp(x -> slopes.get(name).get(asked++), learningRate)" in text
    assert all(line in text for line in lines)


@pytest.mark.parametrize(
    ("formula", "line"),
    [
        ("mystery * v + (1 - mystery) * g * g", "new RMSProp(learningRate, decayRate)"),
        ("mystery * v + g * g", "what double mystery is"),
    ],
)
def test_the_decay_is_what_the_source_takes_from_one(
    tmp_path: Path, formula: str, line: str
) -> None:
    given = [parameter("lr", "double"), parameter("mystery", "double")]
    source = STEP.replace("w -= g", f"v = {formula};\n        w -= g")
    text = drafted(tmp_path, "R.java", source, [given], {"move": [parameter("k", "int")]})
    assert line in text
