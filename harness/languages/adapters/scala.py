"""An adapter in Scala 3: a class whose `update` changes a map's arrays, or puts others there."""

from __future__ import annotations

from collections.abc import Iterator

from harness.languages.adapters import CAMEL, RATES, Parameter, Sketch
from harness.languages.adapters.steps import Words, body, counts


def lines(sketch: Sketch) -> Iterator[str]:
    """The lines of an adapter."""
    number = "Float" if sketch.narrow else "Double"
    rate = "Double" if sketch.wide else "Float"
    arrays = f"mutable.Map[String, Array[{number}]]"
    action = sketch.action
    makes = sketch.makes
    if sketch.module:
        yield f"package {sketch.module}"
        yield ""
    yield "import scala.collection.mutable"
    yield from (f"import {name}" for name in sketch.imports)
    yield ""
    yield f"/** {sketch.owner or sketch.file} as rmsproof calls it. */"
    yield f"class {sketch.name}({', '.join(f'{name}: {rate}' for name in CAMEL.values())}):"
    if makes:
        yield f"  private val optimizers = mutable.Map.empty[String, {sketch.owner}]"
    if counts(sketch):
        yield "  private var steps = 0"
    if makes or counts(sketch):
        yield ""
    yield "  def update("
    yield f"      weights: {arrays},"
    yield f"      gradients: {arrays}"
    yield "  ): Unit ="
    if counts(sketch):
        yield "    steps += 1"
    if action is not None and action.whole:
        yield from body(_WORDS, sketch, number, " " * 4)
    else:
        yield "    for (name, g) <- gradients do"
        yield "      val w = weights(name)"
        yield from body(_WORDS, sketch, number, " " * 6)


def _given(parameter: Parameter, known: dict[str, str]) -> str:
    """A hyperparameter as the type that is asked for."""
    wide = parameter.role in RATES and parameter.type == "Float"
    return known[parameter.role] + ".toFloat" * wide


_WORDS = Words(
    making=("if !optimizers.contains(KEY) then", "  optimizers(KEY) = OWNER("),
    made=(")", "val optimizer = optimizers(KEY)"),
    again="optimizers(KEY)",
    indent="  ",
    refusing='throw NotImplementedError("TODO")',
    end="",
    nothing=("Unit", "void"),
    arrays=lambda number: (f"Array[{number}]",),
    one=("weights(name) = ", ""),
    whole=("", ""),
    keep="keep this if it returns the new weights, not the step",
    argument="  ",
    trailing=False,
    unknown=lambda _: "???",
    told=lambda p: f"{p.name}: {p.type}",
    given=_given,
    each=("for i <- w.indices do", ""),
    at="{}(i)".format,
    named=True,
    assigned=lambda setter: setter.removesuffix("_$eq") if setter.endswith("_$eq") else "",
)
