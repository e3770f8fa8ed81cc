"""An adapter in Java: a class whose `update` changes the arrays of a map, or puts others there."""

from __future__ import annotations

from collections.abc import Iterator

from harness.languages.adapters import CAMEL, RATES, Parameter, Sketch
from harness.languages.adapters.steps import Words, body, counts

_ZEROS = {
    "boolean": "false",
    "char": "' '",
    **dict.fromkeys(("byte", "short", "int", "long"), "0"),
    "float": "0f",
    "double": "0.0",
}


def lines(sketch: Sketch) -> Iterator[str]:
    """The lines of an adapter."""
    number = "float" if sketch.narrow else "double"
    rate = "double" if sketch.wide else "float"
    arrays = f"Map<String, {number}[]>"
    action = sketch.action
    makes = sketch.makes
    if sketch.module:
        yield f"package {sketch.module};"
        yield ""
    if sketch.answers:
        yield "import java.util.ArrayList;"
    yield "import java.util.HashMap;"
    if sketch.answers:
        yield "import java.util.List;"
    yield "import java.util.Map;"
    yield from (f"import {name};" for name in sketch.imports)
    yield ""
    yield f"/** {sketch.owner or sketch.file} as rmsproof calls it. */"
    yield f"class {sketch.name} {{"
    for name in CAMEL.values():
        yield f"    private final {rate} {name};"
    if makes:
        yield f"    private final Map<String, {sketch.owner}> optimizers = new HashMap<>();"
    if sketch.answers:
        yield f"    private final Map<String, List<{number}[]>> slopes = new HashMap<>();"
        yield f"    private final Map<String, {number}[]> starts = new HashMap<>();"
        yield "    private int asked; // for how many of them, in this call"
    if counts(sketch):
        yield "    private int steps;"
    yield ""
    taken = ", ".join(f"{rate} {name}" for name in CAMEL.values())
    yield f"    {sketch.name}({taken}) {{"
    for name in CAMEL.values():
        yield f"        this.{name} = {name};"
    yield "    }"
    yield ""
    yield f"    void update({arrays} weights, {arrays} gradients) {{"
    if counts(sketch):
        yield "        steps++;"
    if action is not None and action.whole:
        yield from body(_WORDS, sketch, number, " " * 8)
    else:
        yield "        for (String name : gradients.keySet()) {"
        yield f"            {number}[] w = weights.get(name);"
        yield f"            {number}[] g = gradients.get(name);"
        if sketch.answers:
            anew = sketch.action is not None and sketch.action.takes("one")
            yield "            slopes.computeIfAbsent(name, key -> new ArrayList<>()).add(g);"
            yield "            starts.putIfAbsent(name, w.clone());"
            yield f"            asked = {'0' if anew else 'slopes.get(name).size() - 1'};"
        yield from body(_WORDS, sketch, number, " " * 12)
        yield "        }"
    yield "    }"
    yield "}"


def _given(parameter: Parameter, known: dict[str, str]) -> str:
    """A hyperparameter as the type that is asked for."""
    cast = "(float) " if parameter.role in RATES and parameter.type in ("float", "Float") else ""
    return cast + known[parameter.role]


_WORDS = Words(
    making=("if (!optimizers.containsKey(KEY)) {", "    optimizers.put(KEY, new OWNER("),
    again="optimizers.get(KEY)",
    made=("));", "}", "OWNER optimizer = optimizers.get(KEY);"),
    indent=" " * 4,
    refusing='throw new UnsupportedOperationException("TODO");',
    end=";",
    nothing=("void",),
    arrays=lambda number: (f"{number}[]", f"Map<String, {number}[]>"),
    one=("weights.put(name, ", ")"),
    whole=("weights.putAll(", ")"),
    keep="keep `put` if it returns the new weights, not the step",
    argument=" " * 8,
    trailing=False,
    unknown=lambda p: _ZEROS.get(p.type, "null"),
    told=lambda p: f"{p.type} {p.name}",
    given=_given,
    static=True,
    new="new ",
    answering={"slopes": "x -> slopes.get(name).get(asked++)"},
    replaying={"weights": "starts.get(name).clone()", "one": "slopes.get(name).size()"},
)
