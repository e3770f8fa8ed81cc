"""What an adapter with braces or indentation does in a step, in the words of its language.

The optimizer of an array is made where there is none yet, then called; what nobody knows is left
to a person, a line each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from harness.languages.adapters import CAMEL, MARK, WIDE, Parameter, Sketch, listed, split

_TODO = "call what makes a step, and leave the new weights in `w`, or put them into the map"


@dataclass(frozen=True)
class Words:
    """How a language says what an adapter does.

    Attributes:
        making: lines before the constructor's arguments, with KEY and OWNER; the last one opens
            the call.
        made: what closes that call, and the lines behind it, with KEY and OWNER.
        again: what was made, with KEY.
        indent: of the constructor's call.
        refusing: throws an error, with TODO for its words.
        end: of a statement.
        nothing: what a method returns that returns nothing.
        arrays: what returns weights of one array, or of all.
        one: puts one array into the map.
        whole: puts all arrays into the map, and what ends that; no such statement if empty.
        keep: what a person decides who reads that line.
        argument: indents an argument on a line of its own.
        trailing: a comma follows the last one.
        unknown: stands for an argument that nobody knows.
        told: says which one it is.
        given: an argument as the type that is asked for.
        size: of an array.
        answering: what is given for a function that is asked for gradients.
        replaying: what is given to a call that makes all steps anew.
        static: what has no object is always called on its class.
        named: parameters are given by name where that is needed.
        new: what stands before a class whose object is made.
        each: opens and closes a loop over the numbers of an array.
        at: a number of an array there.
        numbered: by what an object is known that steps one number.
        assigned: what is assigned in code where a compiled class has a setter; empty for a call.
    """

    making: tuple[str, ...]
    made: tuple[str, ...]
    again: str
    indent: str
    refusing: str
    end: str
    nothing: tuple[str, ...]
    arrays: Callable[[str], tuple[str, ...]]
    one: tuple[str, str]
    whole: tuple[str, str]
    keep: str
    argument: str
    trailing: bool
    unknown: Callable[[Parameter], str]
    told: Callable[[Parameter], str]
    given: Callable[[Parameter, dict[str, str]], str]
    size: str = "w.length"
    answering: Mapping[str, str] = field(default_factory=dict)
    replaying: Mapping[str, str] = field(default_factory=dict)
    static: bool = False
    named: bool = False
    new: str = ""
    each: tuple[str, str] = ("for (int i = 0; i < w.length; i++) {", "}")
    at: Callable[[str], str] = "{}[i]".format
    numbered: str = "name + i"
    assigned: Callable[[str], str] = lambda _: ""


# What a hyperparameter may be given as, in the languages that use these steps.
_NUMBERS = ("float", "double")


def body(words: Words, sketch: Sketch, number: str, margin: str) -> Iterator[str]:
    """The lines of a step of one array, or of all.

    Args:
        words: the language's.
        sketch: what is adapted.
        number: the language's type of a number.
        margin: what every line begins with.
    """
    if sketch.action is None or not sketch.action.each:
        yield from _stepping(words, sketch, number, margin)
        return
    yield margin + words.each[0]
    yield from _stepping(words, sketch, number, margin + words.argument[:4])
    yield from (margin + end for end in words.each[1:] if end)


def _stepping(words: Words, sketch: Sketch, number: str, margin: str) -> Iterator[str]:
    action = sketch.action
    whole = action is not None and action.whole
    each = action is not None and action.each
    data = ("weights", "gradients") if whole else ("w", "g")
    data = (words.at("w"), words.at("g")) if each else data
    off = f"0.0{'f' * (number.lower() == 'float')}"
    known = {
        **CAMEL,
        "weights": data[0],
        "gradients": data[1],
        "one": "1",
        "iteration": "steps",
        **({} if whole else {"size": words.size}),
        **({"index": "i"} if each else {}),
        **dict.fromkeys(("momentum", "weight_decay"), off),
        **(words.answering if sketch.answers else {}),
    }
    if sketch.answers and action is not None and action.takes("one"):
        known |= words.replaying
    taken = {p.role for p in (*(sketch.constructor or ()), *(action.parameters if action else ()))}
    spare = [name for role, name in CAMEL.items() if role not in taken]
    if sketch.makes:
        alone = each and action is not None and not action.takes("index")
        key = words.numbered if alone else "name"
        named = {"KEY": '"all"' if whole else key, "OWNER": sketch.owner}
        *before, opening = (margin + _filled(line, named) for line in words.making)
        end, *after = (_filled(line, named) for line in words.made)
        yield from before
        made = sketch.constructor or ()
        if sketch.factory:
            opening = opening.replace(f"{words.new}{sketch.owner}(", f"{sketch.factory}(")
        inner = margin + words.indent
        yield from _call(words, opening, made, known, spare, inner, end)
        for told in sketch.before:
            begun = f"{inner}{_filled(words.again, named)}.{told.name}("
            yield from _call(words, begun, told.parameters, known, spare, inner, f"){words.end}")
        yield from _set(words, sketch, known, inner, _filled(words.again, named))
        yield from (margin + line for line in after)
    elif action is not None:
        yield from _set(words, sketch, known, margin, sketch.owner)
    if action is None:
        yield from listed(sketch, "//", margin)
        yield margin + words.refusing.replace("TODO", f"{MARK}: {_TODO}")
        return
    if sketch.seen:
        yield f"{margin}// there are also:"
        yield from listed(sketch, "//  ", margin)
    owned = f"{sketch.owner}." if sketch.owner or words.static else ""
    owner = "optimizer." if sketch.makes else owned
    called = f"{owner}{action.name}("
    if each and action.returns.lower() in _NUMBERS:
        yield f"{margin}// {MARK}: keep `=` if it returns the new weight; else add or subtract it"
        opening = f"{margin}{words.at('w')} = {called}"
        yield from _call(words, opening, action.parameters, known, spare, margin, f"){words.end}")
        return
    single, several = (*words.arrays(number), "")[:2]
    if action.returns in (single, *filter(None, [several])) and (words.whole[0] or not whole):
        yield f"{margin}// {MARK}: {words.keep}"
        put, close = words.whole if whole else words.one
        opening = f"{margin}{put}{called}"
        end = f"){close}{words.end}"
        yield from _call(words, opening, action.parameters, known, spare, margin, end)
        return
    if action.returns not in (*words.nothing, ""):
        into = "weights" if whole else "w"
        yield f"{margin}// {MARK}: it returns {action.returns}; what of it goes into `{into}`?"
    opening = f"{margin}{called}"
    roles = {p.role for p in action.parameters if p.known(known)}
    nowhere = "weights" not in roles and action.returns in (*words.nothing, "")
    if nowhere:
        lacking = "`w`" if "gradients" in roles else "`w` and `g`"
        yield f"{margin}// {MARK}: put {lacking} where {action.name} has them"
        yield from (f"{margin}//   {one}" for one in sketch.kept)
    yield from _call(words, opening, action.parameters, known, spare, margin, f"){words.end}")
    if nowhere:
        yield f"{margin}// {MARK}: put the new weights into `w`, or into the map"


def counts(sketch: Sketch) -> bool:
    """Whether an adapter says how many steps there were."""
    return sketch.action is not None and sketch.action.takes("iteration")


def _filled(text: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(name, value)
    return text


def _call(
    words: Words,
    opening: str,
    parameters: Sequence[Parameter],
    known: dict[str, str],
    spare: Sequence[str],
    margin: str,
    end: str,
) -> Iterator[str]:
    """The lines of a call; `spare` are hyperparameters that nothing takes so far."""
    places, names = split(parameters) if words.named else (list(parameters), [])
    given = [("", p) for p in places] + [(f"{p.name} = ", p) for p in names]
    line = (
        f"{opening}{_joined(words, given, known)}{end}"
        if all(p.known(known) for _, p in given)
        else ""
    )
    if line and len(line) <= WIDE:
        yield line
        return
    yield opening
    groups = [list(group) for _, group in groupby(given, key=lambda one: one[1].within)]
    for group in groups:
        comma = "," if words.trailing or group is not groups[-1] else ""
        inner = f"{margin}{words.argument}"
        within = group[0][1].within
        if within and all(p.known(known) for _, p in group):
            yield f"{inner}{_joined(words, group, known)}{comma}"
        elif within:
            yield f"{inner}{words.new}{within}("
            yield from _arguments(words, group, known, spare, f"{inner}    ")
            yield f"{inner}){comma}"
        else:
            yield from _arguments(words, group, known, spare, inner, comma)
    yield f"{margin}{end}"


def _set(
    words: Words, sketch: Sketch, known: dict[str, str], margin: str, owner: str
) -> Iterator[str]:
    """What sets hyperparameters that nothing takes, or says what is left to set."""
    for setting in sketch.settings:
        value = _value(words, setting.parameter, known)
        member = setting.on.rpartition(".")[2]
        name = member if setting.field else words.assigned(member)
        if setting.left:
            yield f"{margin}// {MARK}: set {setting.on}: {value}"
        elif name:
            yield f"{margin}{owner}.{name} = {value}{words.end}"
        else:
            yield f"{margin}{owner}.{member}({value}){words.end}"


def _value(words: Words, parameter: Parameter, known: dict[str, str]) -> str:
    return parameter.value or words.given(parameter, known)


def _joined(words: Words, given: Sequence[tuple[str, Parameter]], known: dict[str, str]) -> str:
    """Arguments that are all known, on one line; settings as the objects that they make."""
    texts = []
    for within, group in groupby(given, key=lambda one: one[1].within):
        inside = ", ".join(name + _value(words, p, known) for name, p in group)
        texts.append(f"{words.new}{within}({inside})" if within else inside)
    return ", ".join(texts)


def _arguments(
    words: Words,
    given: Sequence[tuple[str, Parameter]],
    known: dict[str, str],
    spare: Sequence[str],
    margin: str,
    last: str = "",
) -> Iterator[str]:
    """Arguments, a line each, with what is asked of a person; `last` follows the last one."""
    for name, p in given:
        comma = "," if words.trailing or p is not given[-1][1] else last
        if p.known(known):
            yield f"{margin}{name}{_value(words, p, known)}{comma}"
            continue
        perhaps = " or ".join(spare) if p.type.lower() in _NUMBERS else ""
        told = f"{words.told(p)} is{perhaps and f'; {perhaps}?'}"
        told += " It may be left out" if p.spare else ""
        yield f"{margin}{name}{words.unknown(p)}{comma} // {MARK}: what {told}"
        yield from (f"{margin}// {hint}" for hint in p.hints)
