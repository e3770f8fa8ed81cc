"""An adapter in Scala 3: a class whose `update` changes a map's arrays, or puts others there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.languages.adapters import CAMEL, MARK, RATES, Parameter, Sketch, listed, split, texts


def write(sketch: Sketch) -> Iterator[str]:
    """Texts, the fullest first."""
    return texts(sketch, _lines)


def _lines(sketch: Sketch) -> Iterator[str]:
    number = "Float" if sketch.narrow else "Double"
    arrays = f"mutable.Map[String, Array[{number}]]"
    action = sketch.action
    makes = sketch.makes
    if sketch.module:
        yield f"package {sketch.module}"
        yield ""
    yield "import scala.collection.mutable"
    yield ""
    yield f"/** {sketch.owner or sketch.file} as rmsproof calls it. */"
    yield f"class {sketch.name}({', '.join(f'{name}: {number}' for name in CAMEL.values())}):"
    if makes:
        yield f"  private val optimizers = mutable.Map.empty[String, {sketch.owner}]"
        yield ""
    yield "  def update("
    yield f"      weights: {arrays},"
    yield f"      gradients: {arrays}"
    yield "  ): Unit ="
    if action is not None and action.whole:
        names = {"weights": "weights", "gradients": "gradients"}
        yield from _body(sketch, makes, '"all"', names, number, " " * 4)
    else:
        yield "    for (name, g) <- gradients do"
        yield "      val w = weights(name)"
        names = {"weights": "w", "gradients": "g"}
        yield from _body(sketch, makes, "name", names, number, " " * 6)


def _body(
    sketch: Sketch, makes: bool, key: str, data: dict[str, str], number: str, margin: str
) -> Iterator[str]:
    action = sketch.action
    known = {**CAMEL, **data}
    if makes:
        yield f"{margin}val optimizer = optimizers.getOrElseUpdate({key},"
        made = f"{margin}  new {sketch.owner}("
        yield from _call(made, sketch.constructor or (), known, margin + "  ", ")")
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
    if action.returns == f"Array[{number}]" and not action.whole:
        yield f"{margin}// {MARK}: keep this if it returns the new weights, not the step"
        yield from _call(f"{margin}weights(name) = {called}", action.parameters, known, margin)
        return
    if action.returns not in ("Unit", "void", ""):
        yield f"{margin}// {MARK}: it returns {action.returns}; what of it goes into `{one}`?"
    yield from _call(f"{margin}{called}", action.parameters, known, margin)


def _call(
    opening: str, parameters: Sequence[Parameter], known: dict[str, str], margin: str, end: str = ""
) -> Iterator[str]:
    places, names = split(parameters)
    given = [("", p) for p in places] + [(f"{p.name} = ", p) for p in names]
    if all(p.role in known for _, p in given):
        yield f"{opening}{', '.join(name + _given(p, known) for name, p in given)}){end}"
        return
    yield opening
    for name, p in given:
        comma = "" if p is given[-1][1] else ","
        if p.role in known:
            yield f"{margin}  {name}{_given(p, known)}{comma}"
        else:
            yield f"{margin}  {name}???{comma} // {MARK}: what {p.name}: {p.type} is"
    yield f"{margin}){end}"


def _given(parameter: Parameter, known: dict[str, str]) -> str:
    """A hyperparameter as the type that is asked for."""
    wide = parameter.role in RATES and parameter.type == "Float"
    return known[parameter.role] + ".toFloat" * wide
