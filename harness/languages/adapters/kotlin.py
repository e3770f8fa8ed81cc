"""An adapter in Kotlin: a class whose `update` changes a map's arrays, or puts others there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.languages.adapters import CAMEL, MARK, RATES, Parameter, Sketch, listed, texts


def write(sketch: Sketch) -> Iterator[str]:
    """Texts, the fullest first."""
    return texts(sketch, _lines)


def _lines(sketch: Sketch) -> Iterator[str]:
    number = "Float" if sketch.narrow else "Double"
    action = sketch.action
    makes = sketch.makes
    if sketch.module:
        yield f"package {sketch.module}"
        yield ""
    yield f"/** {sketch.owner or sketch.file} as rmsproof calls it. */"
    yield f"class {sketch.name}("
    for name in CAMEL.values():
        yield f"    private val {name}: {number},"
    yield ") {"
    if makes:
        yield f"    private val optimizers = HashMap<String, {sketch.owner}>()"
        yield ""
    yield "    fun update("
    yield f"        weights: MutableMap<String, {number}Array>,"
    yield f"        gradients: MutableMap<String, {number}Array>,"
    yield "    ) {"
    if action is not None and action.whole:
        names = {"weights": "weights", "gradients": "gradients"}
        yield from _body(sketch, makes, '"all"', names, number, " " * 8)
    else:
        yield "        for ((name, g) in gradients) {"
        yield "            val w = weights.getValue(name)"
        names = {"weights": "w", "gradients": "g"}
        yield from _body(sketch, makes, "name", names, number, " " * 12)
        yield "        }"
    yield "    }"
    yield "}"


def _body(
    sketch: Sketch, makes: bool, key: str, data: dict[str, str], number: str, margin: str
) -> Iterator[str]:
    action = sketch.action
    known = {**CAMEL, **data}
    if makes:
        yield f"{margin}val optimizer = optimizers.getOrPut({key}) {{"
        made = f"{margin}    {sketch.owner}("
        yield from _call(made, sketch.constructor or (), known, margin + " " * 4)
        yield f"{margin}}}"
    if action is None:
        yield from listed(sketch, "//", margin)
        yield (
            f'{margin}throw NotImplementedError("{MARK}: call what makes a step, and leave the new'
            ' weights in `w`, or put them into the map")'
        )
        return
    of = "optimizer." if makes else f"{sketch.owner}." if sketch.owner else ""
    called = f"{of}{action.name}("
    one = "weights" if action.whole else "w"
    if action.returns in (f"{number.lower()}[]", f"Map<String, {number.lower()}[]>"):
        put = "weights.putAll(" if action.whole else "weights[name] = "
        yield f"{margin}// {MARK}: keep this if it returns the new weights, not the step"
        end = ")" * action.whole
        yield from _call(f"{margin}{put}{called}", action.parameters, known, margin, end)
        return
    if action.returns not in ("void", ""):
        yield f"{margin}// {MARK}: it returns {action.returns}; what of it goes into `{one}`?"
    yield from _call(f"{margin}{called}", action.parameters, known, margin)


def _call(
    opening: str, parameters: Sequence[Parameter], known: dict[str, str], margin: str, end: str = ""
) -> Iterator[str]:
    if all(p.role in known for p in parameters):
        yield f"{opening}{', '.join(_given(p, known) for p in parameters)}){end}"
        return
    yield opening
    for p in parameters:
        if p.role in known:
            yield f"{margin}    {_given(p, known)},"
        else:
            yield f'{margin}    TODO("{p.name}"), // {MARK}: what {p.name}: {p.type} is'
    yield f"{margin}){end}"


def _given(parameter: Parameter, known: dict[str, str]) -> str:
    """A hyperparameter as the type that is asked for."""
    wide = parameter.role in RATES and parameter.type in ("float", "Float")
    return known[parameter.role] + ".toFloat()" * wide
