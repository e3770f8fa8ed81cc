"""What a class does around its steps, by the text of a source in a language of the JVM."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from harness.languages.adapters.stepping import Function, functions_in
from harness.languages.around import APART

# What the host of a JVM calls around each step itself.
_CALLED = re.compile(
    r"(?i)(?:pre|before|begin|start|post|after|end|finish)_?(?:step|update|optimi|param|batch|iter)"
)
_BARE = re.compile(r"\(\s*\)|^\s*def \w+\s*(?::\s*Unit)?\s*=")
# What ends in a comma is an argument by its name.
_SET = re.compile(
    r"(?:^|[;{]|=>?)\s*(?:this\.)?(\w+)\s*(?:[-+*/]?=(?!=)(?![^\n]*,\s*$)|\+\+|--)", re.MULTILINE
)
_LOCAL = re.compile(r"\b(?:va[lr]|double|float|int|long|boolean|Double|Float|Int)\s+(\w+)\s*[=:]")


def uncalled(text: str, called: Sequence[str]) -> Iterator[tuple[str, str]]:
    r"""The methods of a class that set what its steps read, and are none of the calls.

    Each with what it sets; what a host calls around each step itself is none of them.

    >>> text = "class A {\n  void tick() { t++; fix = 1 - t; }\n  void go() { w /= fix; }\n}"
    >>> list(uncalled(text, ["a.A", "go"]))
    [('tick', 'fix')]
    >>> copies = text.replace("t++; fix = 1 - t;", "return copy(\n fix = 1,\n )")
    >>> list(uncalled(copies, ["a.A", "go"]))
    []
    """
    owner = re.split(r"[.$]", called[0])[-1]
    own = [f for f in functions_in(text.splitlines()) if f.owner == owner]
    steps = [f for f in own if f.name in called]
    read = _words(steps)
    while more := [f for f in own if f not in steps and f.name in read]:
        steps += more
        read |= _words(more)
    made = _words([f for f in own if f.name == owner])
    for function in own if steps else ():
        head = function.text.partition("{")[0].partition("\n")[0]
        apart = bool(APART.match(function.name) or _CALLED.match(function.name))
        apart |= function.name in made or bool(_words([function]) & {*called})
        if function in steps or apart or not _BARE.search(head):
            continue
        body = function.text[len(head) :] if "{" in function.text else function.text
        found = {*_SET.findall(body)} - {*_LOCAL.findall(body)}
        found &= read - {name for f in steps for name in _SET.findall(f.text)}
        yield from ((function.name, name) for name in sorted(found)[:1])


def _words(functions: Sequence[Function]) -> set[str]:
    return {word for function in functions for word in re.findall(r"\w+", function.text)}
