"""An adapter in Kotlin: a class whose `update` changes a map's arrays, or puts others there."""

from __future__ import annotations

from collections.abc import Iterator

from harness.languages.adapters import CAMEL, RATES, Parameter, Sketch
from harness.languages.adapters.steps import Words, body, counts


def lines(sketch: Sketch) -> Iterator[str]:
    """The lines of an adapter."""
    number = "Float" if sketch.narrow else "Double"
    rate = "Double" if sketch.wide else "Float"
    action = sketch.action
    makes = sketch.makes
    if sketch.module:
        yield f"package {sketch.module}"
        yield ""
    if sketch.imports:
        yield from (f"import {name}" for name in sketch.imports)
        yield ""
    yield f"/** {sketch.owner or sketch.file} as rmsproof calls it. */"
    yield f"class {sketch.name}("
    for name in CAMEL.values():
        yield f"    private val {name}: {rate},"
    yield ") {"
    if makes:
        yield f"    private val optimizers = HashMap<String, {sketch.owner}>()"
    if counts(sketch):
        yield "    private var steps = 0"
    if makes or counts(sketch):
        yield ""
    yield "    fun update("
    yield f"        weights: MutableMap<String, {number}Array>,"
    yield f"        gradients: MutableMap<String, {number}Array>,"
    yield "    ) {"
    if counts(sketch):
        yield "        steps++"
    if action is not None and action.whole:
        yield from body(_WORDS, sketch, number, " " * 8)
    else:
        yield "        for ((name, g) in gradients) {"
        yield "            val w = weights.getValue(name)"
        yield from body(_WORDS, sketch, number, " " * 12)
        yield "        }"
    yield "    }"
    yield "}"


def _given(parameter: Parameter, known: dict[str, str]) -> str:
    """A hyperparameter as the type that is asked for."""
    wide = parameter.role in RATES and parameter.type in ("float", "Float")
    return known[parameter.role] + ".toFloat()" * wide


_WORDS = Words(
    making=("if (KEY !in optimizers) {", "    optimizers[KEY] = OWNER("),
    made=(")", "}", "val optimizer = optimizers.getValue(KEY)"),
    again="optimizers.getValue(KEY)",
    indent=" " * 4,
    refusing='throw NotImplementedError("TODO")',
    end="",
    nothing=("void",),
    arrays=lambda number: (f"{number.lower()}[]", f"Map<String, {number.lower()}[]>"),
    one=("weights[name] = ", ""),
    whole=("weights.putAll(", ")"),
    keep="keep this if it returns the new weights, not the step",
    argument=" " * 4,
    trailing=True,
    unknown=lambda p: f'TODO("{p.name}")',
    told=lambda p: f"{p.name}: {p.type}",
    given=_given,
    size="w.size",
    each=("for (i in w.indices) {", "}"),
    # Kotlin's own classes have properties, which cannot be called by their setters.
    assigned=lambda setter: setter[3:4].lower() + setter[4:] if setter.startswith("set") else "",
)
