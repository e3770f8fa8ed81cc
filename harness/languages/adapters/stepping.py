"""Which of a source's methods make the step, read from its text, whatever the language.

The step takes the root of an average and moves what it is given. Who calls a method that does so
makes a step as well, from farther away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

FAR = 9
"""As far as no step is."""
# What takes a root and moves nothing: a step calls it.
_HELPS = 2
_WORD = re.compile(r"[\w!?*'>-]+")

_ROOT = re.compile(r"sqrt|\*\*\s*\(?-?0?\.5|\bpow\b[^;\n]*[ ,(-]0?\.5|\b1\s*/\s*2\b", re.IGNORECASE)
_MOVES = re.compile(r"-=|[\w\])]\s-\s(?!\d)|\bset\w*\(|subtract|minus|assign|\bsub_?\b|\(- |update")
# A function of any of the languages, where its line begins: by a keyword, in a list, by a type.
_DEFINED = re.compile(
    r"""(?P<margin>\s*)
    (?:(?:[\w@()]+\s+)*?(?:def|fun)\s+(?:\w+\.)?
      |\(defn-?\s+(?:\^\S+\s+)?
      |\((?!let|loop|fn|for|doseq|binding)(?=[\w!?*>-]+\s*\[)
      |(?!return|new|else|throw|if|for|while)[\w<>\[\],.@?&]+(?:\s+[\w<>\[\],.@?&]+)*\s+(?=\w+\s*\([^;=]*(?:\{.*|,)?$))
    (?P<name>[\w!?*'>-]+)""",
    re.VERBOSE,
)
_CLASS = re.compile(
    r"(?P<margin>\s*)(?:[\w()@\[\]]+\s+)*?(?:class|object|record|\(defrecord)\s+(\w+)"
)


class Function(NamedTuple):
    """A function of a source: its class, empty for none, its name, and its lines."""

    owner: str
    name: str
    text: str


def distances(text: str) -> Mapping[tuple[str, str], int]:
    """How many calls a class's methods, or no class's functions, are from the step.

    Args:
        text: the source's.

    Returns:
        By class (the simple name; empty for none) and method; what is not there makes no step.
    """
    functions = list(functions_in(text.splitlines()))
    rooted = [f for f in functions if _ROOT.search(f.text)]
    steps_away = {f[:2]: 0 if _MOVES.search(f.text) else _HELPS for f in rooted}
    called = {f[:2]: set(_WORD.findall(f.text)) - {f.name} for f in functions}
    helpers = {f.name for f in rooted if steps_away[f[:2]]}
    for function in functions:
        if helpers & called[function[:2]] and _MOVES.search(function.text):
            steps_away[function[:2]] = 0
    for distance in range(1, FAR):
        near = {name for (_, name), far in steps_away.items() if far < distance}
        steps_away |= {
            key: distance for key, names in called.items() if key not in steps_away and near & names
        }
    return steps_away


# What a model is trained on, of which one is subtracted from what it says of the other.
_INPUTS = re.compile(r"(?i)\b(?:x|xs|x_?train|train_?x|inputs?|features|samples|data)\b")
_TARGETS = r"(?i)%s\b(?:y|ys|y_?train|train_?y|y_?true|targets?|labels?|expected)\b"


def trainer(text: str) -> str:
    r"""The function that makes all steps, of inputs and targets; empty where there is none.

    >>> trainer("fun fit(xs: Row, y: Double) {\n  g = f(xs) - y\n  w -= g / sqrt(s(g))\n}")
    'fit'
    """
    far = distances(text)
    steps = [f for f in functions_in(text.splitlines()) if far.get(f[:2]) == 0]
    heads = [re.split(r"[{=]", f.text)[0] for f in steps]
    told = all(_INPUTS.search(one) and re.search(_TARGETS % "", one) for one in heads)
    less = all(re.search(_TARGETS % r"-\s*(?:\w+\.)?", f.text) for f in steps)
    return steps[0].name if steps and told and less else ""


class Body(NamedTuple):
    """What a method in Python does beside computing.

    Attributes:
        writes: what it assigns of objects: `self.weights`, `layer.biases`.
        calls: methods of its own object of which it takes what they return, by name.
        reads: attributes of its own object, by name.
        returns: it returns a value.
    """

    writes: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    returns: bool = True


def body_of(text: str, owner: str, name: str) -> Body:
    r"""What a class's method does; an empty one where its text is not there.

    >>> text = "class A:\n  def go(self):\n    g = self.slope()\n    self.move(g)"
    >>> body_of(text, "A", "go").calls
    ('slope',)
    """
    whole = next((f.text for f in functions_in(text.splitlines()) if f[:2] == (owner, name)), None)
    if whole is None:
        return Body()
    lines = whole.partition("\n")[2]
    return Body(
        _all(r"(?m)^\s*(\w+(?:\[\w+\])*\.\w+(?:\.\w+|\[\w+\])*)\s*(?:[-+*/]?=)(?!=)", lines),
        _all(r"\S[ \t]*\bself\.(\w+)\(", lines),
        _all(r"\bself\.(\w+)", lines),
        bool(re.search(r"(?m)^\s*return\s+(?!None)\S", lines)),
    )


def by_name(text: str, name: str) -> bool:
    """Whether a function of Clojure's looks arrays up by their names, or walks them with these."""
    body = next((f.text for f in functions_in(text.splitlines()) if f.name == name), "")
    return bool(re.search(r"\(keys|reduce-kv|\[\[|merge-with|\(get |-vals|get-in|zipmap", body))


def preparing(text: str, owner: str, name: str, methods: Iterable[str]) -> tuple[str, ...]:
    """The methods, of those given, that set what a class's method reads and no constructor sets."""
    functions = list(functions_in(text.splitlines()))
    made = [f.text for f in functions if f.name == "__init__" and f.owner == owner]
    made = made or [f.text for f in functions if f.name == "__init__"]
    set_ = {one for body in made for one in _all(_SETS, body)}
    wanted = {one for one in body_of(text, owner, name).reads if one not in set_}
    own = {f.name for f in functions}
    wanted -= own | set(re.findall(r"(?m)^    (\w+)\s*[:=]", text))
    return tuple(
        dict.fromkeys(
            f.name
            for f in functions
            if f.name in methods and f.name != name and wanted & set(_all(_SETS, f.text))
        )
    )


_SETS = r"(?m)^\s*self\.(\w+)\s*(?::[^=]+)?="


def _all(pattern: str, text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(re.findall(pattern, text)))


def functions_in(lines: list[str]) -> Iterator[Function]:
    """The functions of a source: a line that begins one, and all that is indented more."""
    owners: list[tuple[int, str]] = []
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        margin = len(line) - len(line.lstrip())
        if match := _CLASS.match(line):
            owners = [one for one in owners if one[0] < margin] + [(margin, match[2])]
        elif match := _DEFINED.match(line):
            inside = [name for at, name in owners if at < margin]
            body = [line]
            for following in lines[number + 1 :]:
                deep = len(following) - len(following.lstrip())
                if (
                    following.strip()
                    and deep <= margin
                    and not following.strip().startswith((")", "{"))
                ):
                    break
                body.append(following)
            yield Function(inside[-1] if inside else "", match["name"], "\n".join(body))
