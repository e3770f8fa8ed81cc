"""A formula as source: the class that somebody would have written, in Python or Java with floats.

A step is written once, in lines that both languages read but for declarations; elements are gone
through one by one, and what is kept of an array lies in arrays of its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from python_ref.dialects.dialect import Dialect
from python_ref.scenarios.hyperparameters import DEVIATION_CONSTANTS

LEFT_OUT = frozenset(
    {
        ("state", "shared"), ("state", "global_step"), ("clip", "global_norm"),
        ("clip", "norm_plus_epsilon"), ("clip", "global_norm_plus_epsilon"),
        ("numerator", "average"), ("learning_rate", "first"), ("write", "none"),
        ("write", "last_array"),
    }
)  # fmt: skip
"""Deviations that are not written: what arrays have to do with each other, and never moving."""

AXES_LEFT_OUT = ("order", "precision", "float32_hyperparameters", "subnormals")

_INITIAL = {"zero": "0", "one": "1", "epsilon": "eps", "first_square": "0", "constant": "v0"}
_AVERAGES = {
    "ema": "d * v[i] + (1 - d) * (g * g)",
    "swapped": "(1 - d) * v[i] + d * (g * g)",
    "sum": "v[i] + g * g",
    "leaky_sum": "d * v[i] + g * g",
    "last": "g * g",
    "absolute": "d * v[i] + (1 - d) * abs(g)",
}
_SCHEDULES = {
    "no": "lr",
    "inverse_time": "lr / (1 + decay * t)",
    "inverse_time_from_zero": "lr / (1 + decay * (t - 1))",
    "exponential": "lr * power(factor, t - 1)",
    "steps": "lr * power(factor, whole((t - 1) / every))",
    "linear_to_zero": "lr * max(1 - (t - 1) / total, 0)",
}
_WRITTEN = {"first_element": "i == 0", "all_but_last": "i < n - 1", "first_array": "first"}
_NUMERATORS = {"gradient": "g", "sign": "sign(g)", "sum_of_gradients": "m[i]"}


def step(dialect: Dialect) -> Iterator[str]:
    """The lines of a step for element i of an array, and before "each:" those of the array."""
    says = dialect.choice
    yield f"rate = {_SCHEDULES[says('schedule')]}"
    yield "scale = 1"
    if says("clip") == "norm":
        scaled = "s * grad[i]" if says("gradient_scale") == "constant" else "grad[i]"
        yield "square = 0"
        yield f"each: square = square + ({scaled}) * ({scaled})"
        yield "scale = min(clip / sqrt(square), 1)"
    yield "each:"
    yield "old = w[i]"
    yield "g = grad[i]"
    if says("gradient_scale") == "constant":
        yield "g = s * g"
    if says("clip") == "value":
        yield "g = min(max(g, -clip), clip)"
    if says("clip") == "norm":
        yield "g = g * scale"
    if says("weight_decay") == "coupled":
        yield "g = g + wd * old"
    yield from _averaged(dialect)
    yield from _moved(dialect)


def _averaged(dialect: Dialect) -> Iterator[str]:
    says = dialect.choice
    divided, centered = says("average") != "none", says("centered") == "yes"
    if divided:
        if says("initial_average") == "first_square":
            yield "if t == 1: v[i] = g * g"
        yield "before = v[i]"
        yield f"v[i] = {_AVERAGES[says('average')]}"
        if says("state") == "epsilon_kept":
            yield "v[i] = v[i] + eps"
        rooted = says("state") == "root_kept" and says("root") != "none"
        if rooted:
            inside = says("epsilon") == "inside"
            yield f"v[i] = sqrt(v[i]{' + eps' if inside else ''})"
    if says("numerator") == "sum_of_gradients":
        yield "m[i] = mu * m[i] + g"
    elif says("numerator") == "mean_gradient" or centered:
        yield "m[i] = dm * m[i] + (1 - dm) * g"
        corrected = " / (1 - power(dm, t))" if says("bias_correction") == "yes" else ""
        yield f"mean = m[i]{corrected}"
    if not divided:
        return
    yield f"u = {'before' if says('state') == 'stale' else 'v[i]'}"
    if says("bias_correction") == "yes":
        yield "u = u / (1 - power(d, t))"
    if centered:
        yield "u = u - mean * mean"
    inside = says("epsilon") == "inside" and says("state") != "epsilon_kept" and not rooted
    if inside:
        yield "u = u + eps"
    if says("root") != "none" and not rooted:
        yield "u = sqrt(u)"
    if says("epsilon") == "outside":
        yield "u = u + eps"
    if says("epsilon") == "maximum":
        yield "u = max(u, eps)"


def _moved(dialect: Dialect) -> Iterator[str]:
    says = dialect.choice
    numerator = "mean" if says("numerator") == "mean_gradient" else _NUMERATORS[says("numerator")]
    sign = {"no": "", "divided": " / u", "multiplied": " * u"}
    kind = "multiplied" if says("root") == "multiplied" else "divided"
    over = sign["no" if says("average") == "none" else kind]
    momentum = says("momentum")
    added = says("epsilon") if says("average") != "none" else ""
    by, u = "rate", f"{numerator}{over}"
    if added == "on_rate":
        by, u = f"({'1' if momentum == 'lr_out_of_buffer' else 'rate'}{over} + eps)", numerator
    if added == "on_quotient":
        u = f"({u} + eps)"
    if momentum == "lr_out_of_buffer":
        yield f"b[i] = mu * b[i] + {f'{by} * {u}' if added == 'on_rate' else u}"
        yield "step = rate * b[i]"
    else:
        yield f"step = {by} * {u}"
        if momentum in ("lr_in_buffer", "nesterov"):
            yield "b[i] = mu * b[i] + step"
            yield "step = b[i]" if momentum == "lr_in_buffer" else "step = mu * b[i] + step"
    ascends = says("direction") == "ascent"
    if added == "on_step":
        yield "step = step + eps"
    new = f"old {'+' if ascends else '-'} step"
    if added == "on_weights":
        new += f" {'-' if ascends else '+'} eps"
    lost = {"decoupled": " - rate * wd * old", "decoupled_unscaled": " - wd * old"}
    new += lost.get(says("weight_decay"), "")
    conditions = [_WRITTEN[says("write")]] if says("write") in _WRITTEN else []
    yield f"if {conditions[0]}: w[i] = {new}" if conditions else f"w[i] = {new}"


def constants_of(dialect: Dialect) -> Mapping[str, float]:
    """Everything the port has of its own, by its name in the source."""
    names = {"momentum": "mu", "weight_decay": "wd", "gradient_scale": "s", "initial_average": "v0"}
    names |= {n: n for n in ("clip", "decay", "factor", "every", "total")}
    own = {**DEVIATION_CONSTANTS, **dialect.constants}
    return {short: own[name] for name, short in names.items()}


def _given(dialect: Dialect) -> dict[str, str]:
    """The hyperparameters: what is given, or a constant in its place."""
    own, says = dialect.constants, dialect.choice
    found = {"lr": "learningRate", "d": "decayRate", "eps": "epsilon"}
    for axis, short, name in (
        ("learning_rate", "lr", "learning_rate"),
        ("decay_rate", "d", "decay_rate"),
        ("eps", "eps", "epsilon"),
    ):
        if says(axis) == "ignored":
            found[short] = repr(own[name])
    found["dm"] = repr(own["mean_decay"]) if says("mean_decay") == "ignored" else "d"
    return found


def _lines(dialect: Dialect) -> tuple[list[str], list[str]]:
    """What is done for an array before its elements, and for each of them."""
    lines = list(step(dialect))
    at = lines.index("each:")
    body = lines[at + 1 :]
    if dialect.choice("untouched") == "skipped":
        body = ["if grad[i] == 0: continue", *body]
    return lines[:at], body


def python(name: str, dialect: Dialect) -> str:
    """A class that changes weights in place; it computes in double."""
    before, body = _lines(dialect)
    given = {k: _snake(v) for k, v in _given(dialect).items()}
    constants = {**given, **{k: repr(v) for k, v in constants_of(dialect).items()}}
    fresh = "True" if dialect.choice("state") == "reset" else "name not in self.kept"
    initial = _INITIAL[dialect.choice("initial_average")]
    loops = [f"for i in range(n): {x[6:]}" if x.startswith("each: ") else x for x in before]
    inner = [f"                {line}" for line in body]
    return "\n".join(
        [
            f"class {name}:",
            "    def __init__(self, learning_rate, decay_rate, epsilon):",
            *(f"        {short} = self.{short} = {value}" for short, value in constants.items()),
            "        self.kept = {}",
            "",
            "    def update(self, gradients, weights):",
            f"        {', '.join(constants)} = {', '.join(f'self.{n}' for n in constants)}",
            "        first = True",
            "        for name, w in weights.items():",
            "            grad, n = [float64(x) for x in gradients[name]], len(w)",
            f"            if {fresh}:",
            f"                self.kept[name] = [[{initial}] * n, [0.0] * n, [0.0] * n, 0]",
            "            v, m, b, t = self.kept[name]",
            "            t = self.kept[name][3] = t + 1",
            *(f"            {line}" for line in loops),
            "            for i in range(n):",
            *(line.replace("old = w[i]", "old = float64(w[i])") for line in inner),
            "            first = False",
        ]
    )


PYTHON_HEADER = """\
from numpy import float64, sign, sqrt


def power(x, n):
    return x**n


def whole(x):
    return int(x)


"""


def java(name: str, dialect: Dialect) -> str:
    """A class with float arrays, everything in float."""
    before, body = _lines(dialect)
    constants = {**_given(dialect), **{k: repr(v) for k, v in constants_of(dialect).items()}}
    fresh = "true" if dialect.choice("state") == "reset" else "!kept.containsKey(name)"
    initial = _INITIAL[dialect.choice("initial_average")]
    declared: set[str] = set()
    loops = []
    for line in before:
        if line.startswith("each: "):
            loops.append(f"for (int i = 0; i < n; i++) {{ {_java(line[6:], declared)} }}")
        else:
            loops.append(_java(line, declared))
    fields = [f"    private final float {short};" for short in constants]
    return "\n".join(
        [
            f"class {name} {{",
            *fields,
            "    private final Map<String, float[][]> kept = new HashMap<>();",
            "    private final Map<String, Integer> taken = new HashMap<>();",
            f"    {name}(float learningRate, float decayRate, float epsilon) {{",
            *(f"        {short} = {_float(value)};" for short, value in constants.items()),
            "    }",
            "    void update(Map<String, float[]> gradients, Map<String, float[]> weights) {",
            "        boolean first = true;",
            "        for (String name : weights.keySet()) {",
            "            float[] w = weights.get(name), grad = gradients.get(name);",
            "            int n = w.length;",
            f"            if ({fresh}) {{",
            "                kept.put(name, new float[3][n]);",
            f"                Arrays.fill(kept.get(name)[0], {initial});",
            "                taken.put(name, 0);",
            "            }",
            "            float[] v = kept.get(name)[0], m = kept.get(name)[1];",
            "            float[] b = kept.get(name)[2];",
            "            int t = taken.merge(name, 1, Integer::sum);",
            *(f"            {line}" for line in loops),
            "            for (int i = 0; i < n; i++) {",
            *(f"                {_java(line, declared)}" for line in body),
            "            }",
            "            first = false;",
            "        }",
            "    }",
            "}",
        ]
    )


JAVA_HEADER = """\
import java.util.*;

class Numbers {
    static float sqrt(float x) { return (float) Math.sqrt(x); }
    static float abs(float x) { return Math.abs(x); }
    static float sign(float x) { return Math.signum(x); }
    static float min(float x, float y) { return Math.min(x, y); }
    static float max(float x, float y) { return Math.max(x, y); }
    static float power(float x, float n) { return (float) Math.pow(x, n); }
    static float whole(float x) { return (float) Math.floor(x); }
}
"""

_ASSIGNED = re.compile(r"(?:if (?P<condition>[^:]+): )?(?P<target>[\w\[\]]+) = (?P<value>.+)")


def _java(line: str, declared: set[str]) -> str:
    """A line with its declaration, and calls of the functions above."""
    if line.endswith("continue"):
        return f"if ({line[3:].partition(':')[0]}) continue;"
    found = _ASSIGNED.fullmatch(line)
    assert found is not None, line
    target, value = found["target"], _called(found["value"])
    kind = ""
    if target.isidentifier() and target not in declared:
        declared.add(target)
        kind = "float "
    condition = f"if ({found['condition']}) " if found["condition"] else ""
    return f"{condition}{kind}{target} = {value};"


def _called(value: str) -> str:
    return re.sub(r"\b(sqrt|abs|sign|min|max|power|whole)\(", r"Numbers.\1(", value)


def _float(value: str) -> str:
    return value if value.isidentifier() else f"{value}f"


def _snake(name: str) -> str:
    return re.sub(r"([A-Z])", lambda found: f"_{found[1].lower()}", name)
