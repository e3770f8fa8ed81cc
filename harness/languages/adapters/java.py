"""An adapter in Java: a class whose `update` changes the arrays of a map, or puts others there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.languages.adapters import CAMEL, MARK, RATES, Parameter, Sketch, listed, texts

_ZEROS = {
    "boolean": "false",
    "char": "' '",
    **dict.fromkeys(("byte", "short", "int", "long"), "0"),
    "float": "0f",
    "double": "0.0",
}


def write(sketch: Sketch) -> Iterator[str]:
    """Texts, the fullest first."""
    return texts(sketch, _lines)


def _lines(sketch: Sketch) -> Iterator[str]:
    number = "float" if sketch.narrow else "double"
    arrays = f"Map<String, {number}[]>"
    action = sketch.action
    makes = sketch.makes
    if sketch.module:
        yield f"package {sketch.module};"
        yield ""
    yield "import java.util.HashMap;"
    yield "import java.util.Map;"
    yield ""
    yield f"/** {sketch.owner or sketch.file} as rmsproof calls it. */"
    yield f"class {sketch.name} {{"
    for name in CAMEL.values():
        yield f"    private final {number} {name};"
    if makes:
        yield f"    private final Map<String, {sketch.owner}> optimizers = new HashMap<>();"
    yield ""
    taken = ", ".join(f"{number} {name}" for name in CAMEL.values())
    yield f"    {sketch.name}({taken}) {{"
    for name in CAMEL.values():
        yield f"        this.{name} = {name};"
    yield "    }"
    yield ""
    yield f"    void update({arrays} weights, {arrays} gradients) {{"
    if action is not None and action.whole:
        names = {"weights": "weights", "gradients": "gradients"}
        yield from _body(sketch, makes, '"all"', names, number, " " * 8)
    else:
        yield "        for (String name : gradients.keySet()) {"
        yield f"            {number}[] w = weights.get(name);"
        yield f"            {number}[] g = gradients.get(name);"
        yield from _body(
            sketch, makes, "name", {"weights": "w", "gradients": "g"}, number, " " * 12
        )
        yield "        }"
    yield "    }"
    yield "}"


def _body(
    sketch: Sketch, makes: bool, key: str, data: dict[str, str], number: str, margin: str
) -> Iterator[str]:
    action = sketch.action
    known = {**CAMEL, **data}
    if makes:
        yield f"{margin}if (!optimizers.containsKey({key})) {{"
        made = f"{margin}    optimizers.put({key}, new {sketch.owner}("
        yield from _call(made, sketch.constructor or (), known, margin + " " * 4, "));")
        yield f"{margin}}}"
        yield f"{margin}{sketch.owner} optimizer = optimizers.get({key});"
    if action is None:
        yield from listed(sketch, "//", margin)
        yield (
            f'{margin}throw new UnsupportedOperationException("{MARK}: call what makes a step, and'
            ' leave the new weights in `w`, or put them into the map");'
        )
        return
    of = "optimizer" if makes else sketch.owner
    called = f"{of}.{action.name}("
    one = "weights" if action.whole else "w"
    if action.returns in (f"{number}[]", f"Map<String, {number}[]>"):
        put = "weights.putAll(" if action.whole else "weights.put(name, "
        yield f"{margin}// {MARK}: keep `put` if it returns the new weights, not the step"
        yield from _call(f"{margin}{put}{called}", action.parameters, known, margin, "));")
        return
    if action.returns not in ("void", ""):
        yield f"{margin}// {MARK}: it returns {action.returns}; what of it goes into `{one}`?"
    yield from _call(f"{margin}{called}", action.parameters, known, margin, ");")


def _call(
    opening: str, parameters: Sequence[Parameter], known: dict[str, str], margin: str, end: str
) -> Iterator[str]:
    if all(p.role in known for p in parameters):
        yield f"{opening}{', '.join(_given(p, known) for p in parameters)}{end}"
        return
    yield opening
    for p in parameters:
        comma = "" if p is parameters[-1] else ","
        if p.role in known:
            yield f"{margin}        {_given(p, known)}{comma}"
        else:
            nothing = _ZEROS.get(p.type, "null")
            yield f"{margin}        {nothing}{comma} // {MARK}: what {p.type} {p.name} is"
    yield f"{margin}{end}"


def _given(parameter: Parameter, known: dict[str, str]) -> str:
    """A hyperparameter as the type that is asked for."""
    cast = "(float) " if parameter.role in RATES and parameter.type in ("float", "Float") else ""
    return cast + known[parameter.role]
