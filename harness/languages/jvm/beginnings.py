"""What the callers of a function begin an average with that they hand over, as their text says.

In Java, Kotlin and Scala. A number is said only where all that can be read agree on it: what is
set under a condition, by what is computed, or by nobody here, is not known. Nothing is executed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from harness.languages.jvm.bracketed import Code, Function, groups, split

_NUMBER = re.compile(r"[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[dDfFlL]?")
# What is made, its name and all that stands in brackets behind it: `Array.fill(n)(1.0)`.
_HEAD = re.compile(r"((?:new\s+)?[\w.]+)(?:<[\w, ?]*>)?\s*(?=[(\[{])")
_ZEROS = re.compile(
    r"new (?:double|float|Double|Float)\[+|(?:Double|Float)Array\(|new Array\[\(|Array\.ofDim\W+"
)
_LISTED = re.compile(
    r"new (?:double|float)\[+\{|(?:(?:double|float)ArrayOf|(?:mutable|array)?[lL]istOf|List\.of"
    r"|(?:Arrays\.)?asList|Array|Vector|List|Seq|(?:Array|List)Buffer)\("
)
_FILLED = re.compile(
    r"(?:\w+\.)*(?:fill|tabulate)\W+|(?:\w+\.)*nCopies\(|(?:\w*Array|(?:Mutable)?List)\(\{"
    r"|[\w.]+\.map[({]"
)
_LAMBDA = re.compile(r"(?:\(?[\w ,]*\)? ?(?:->|=>)\s*)?(.*)", re.DOTALL)
_DEEPEST, _ALIKE = 3, 4
# What is called more often in one text is a test's or a table's, and nobody's beginning.
_CALLS = 500


def begun(own: Iterable[str], others: Iterable[str] = ()) -> dict[str, dict[str, float]]:
    """The number that each parameter of each function of a source begins as.

    Args:
        own: the source's texts.
        others: texts of what stands around it, where callers may be.

    >>> step = "static void step(double[] w, double[] v) { v[0] += w[0]; } "
    >>> begun([step + "void f() { double[] s = new double[2]; Arrays.fill(s, 1); step(x, s); }"])
    {'step': {'v': 1.0}}
    >>> begun(["fun step(w: DoubleArray, v: DoubleArray = DoubleArray(w.size) { 0.5 }) { }"])
    {'step': {'v': 0.5}}
    >>> begun([step + "void f() { if (a) v = new double[1]; else v = x; step(x, v); }"])
    {}
    """
    return _begun(tuple(own), tuple(others))


@lru_cache(maxsize=8)  # each class of a source is a port of its own
def _begun(own: tuple[str, ...], others: tuple[str, ...]) -> dict[str, dict[str, float]]:
    texts = [Code(text) for text in own]
    functions = [function for text in texts for function in text.functions]
    count = Counter(function.name for function in functions)
    # Of many that go by one name, nobody knows which is called; weights alone have no average.
    functions = [f for f in functions if count[f.name] <= _ALIKE and len(f.parameters) > 1]
    names = {function.name for function in functions}
    types = {name for text in texts for name in text.types}
    texts += filter(partial(_calls, names, types), map(Code, others))
    found: dict[str, dict[str, set[float]]] = {}
    reader = _Reader(texts)
    for function in functions:
        for name, number in reader.handed(function):
            found.setdefault(function.name, {}).setdefault(name, set()).add(number)
    return agreed(found)


def agreed(found: Mapping[str, Mapping[str, set[float]]]) -> dict[str, dict[str, float]]:
    """Of numbers for each parameter of functions those that are the only ones."""
    sure = {
        function: {name: next(iter(numbers)) for name, numbers in each.items() if len(numbers) == 1}
        for function, each in found.items()
    }
    return {function: each for function, each in sure.items() if each}


def _calls(names: set[str], types: set[str], code: Code) -> bool:
    """Whether a text calls one of some functions, as far as it can be told from others."""
    return any(name in code.words for name in names) and (
        not types or any(name in code.words for name in types)
    )


class _Reader:
    """Follows arguments to where they are made."""

    def __init__(self, texts: Sequence[Code]) -> None:
        self._texts = texts

    def handed(self, function: Function) -> Iterator[tuple[str, float]]:
        """Each parameter with a number that a caller, or its default, begins it with."""
        for name, default in function.parameters.items():
            held = name not in function.numbers
            if default and held and (number := self._made(default, _DEEPEST)) is not None:
                yield name, number
        names = list(function.parameters)
        for code in self._texts:
            declared = {each.at for each in code.functions}
            alike = any(each.name == function.name for each in code.functions)
            if alike and function not in code.functions:
                continue  # what goes by the same name there is what is called there
            calls = code.words.get(function.name, ())
            for call in calls if len(calls) <= _CALLS else ():
                arguments, _ = code.arguments(call.end())
                if call.start() in declared:
                    continue
                needed = sum(not default for default in function.parameters.values())
                if not needed <= len(arguments) <= len(names):
                    continue
                for place, argument in enumerate(arguments):
                    told = re.fullmatch(r"\s*(\w+)\s*=(?!=)(.*)", argument, re.DOTALL)
                    name = told[1] if told else names[place] if place < len(names) else ""
                    if name not in names or name in function.numbers:
                        continue
                    number = self._handed(
                        code, call.start(), told[2] if told else argument, _DEEPEST
                    )
                    if number is not None:
                        yield name, number

    def _handed(self, code: Code, at: int, argument: str, deep: int) -> float | None:
        name = re.fullmatch(r"(?:this\.)?([^\W\d]\w*)", argument.strip())
        return self._set(code, at, name[1], deep) if name else self._made(argument, deep)

    def _set(self, code: Code, at: int, name: str, deep: int) -> float | None:
        """What a variable that is seen from a place is set to, where it is declared."""
        uses = code.uses(name)
        declared = [use.start for use in uses if use.declares]
        around = code.around(at)
        scope = next((b for b in around if any(b[0] < one < b[1] for one in declared)), None)
        made: set[float] = set()
        for use in uses if scope else ():
            if not (scope and scope[0] < use.start < scope[1] and use.sets):
                continue
            value = code.value(use.sets)
            number = self._made(value, deep)
            again = use.start > at or re.search(rf"\b{name}\b", value)
            if number is None and (again or value == "null"):
                continue  # it is what came back, or what begins later
            if number is None or use.single or not code.sure(use.start, name, scope):
                return None
            made = made | {number} if use.whole or not made <= {0.0} else {number}
        return made.pop() if len(made) == 1 else None

    def _made(self, value: str, deep: int) -> float | None:
        """The number that all elements of what is made are; None where nobody knows."""
        value = re.sub(r"^\((?:float|double)\)\s*", "", value.strip())
        if _NUMBER.fullmatch(value):
            return float(value.rstrip("dDfFlL").replace("_", ""))
        head = _HEAD.match(value)
        behind = list(groups(value, head.end())) if head else []
        if not head or not behind or deep == 0:
            return self._constant(value) if re.fullmatch(r"[\w.]+", value) else None
        made = " ".join(head[1].split()) + "".join(bracket for bracket, _ in behind)
        if _ZEROS.fullmatch(made):
            return 0.0
        parts = split(behind[-1][1])
        if _LISTED.fullmatch(made):
            numbers = {self._made(part, deep - 1) for part in parts}
            return numbers.pop() if len(numbers) == 1 else None
        if _FILLED.fullmatch(made):
            body = _LAMBDA.match(parts[-1].strip())
            return self._made(body[1], deep - 1) if body else None
        if made == "new ArrayList(":
            return self._made(behind[0][1], deep - 1)
        return self._returned(head[1].rpartition(".")[2], deep - 1)

    def _constant(self, name: str) -> float | None:
        """What a name says that is set once in all texts."""
        setting = re.compile(r"\s*(?::\s*\w+\s*)?=(?!=)\s*([^;\n]+)")
        values = [
            found[1].strip()
            for code in self._texts
            for word in code.words.get(name.rpartition(".")[2], ())
            if (found := setting.match(code.text, word.end()))
        ]
        number = len(values) == 1 and _NUMBER.fullmatch(values[0])
        return float(values[0].rstrip("dDfFlL").replace("_", "")) if number else None

    def _returned(self, name: str, deep: int) -> float | None:
        """What a function of the texts makes."""
        found: set[Any] = set()
        for code in self._texts:
            for function in code.functions:
                if function.name == name:
                    found.add(self._body(code, function.end, deep))
        return found.pop() if len(found) == 1 else None

    def _body(self, code: Code, at: int, deep: int) -> float | None:
        short = re.compile(r"\s*(?::[^={\n]+)?=\s*(?!\{)").match(code.text, at)
        if short:
            return self._made(code.value(short.end()), deep)
        block = next((b for b in sorted(code.blocks) if b[0] >= at), None)
        if block is None or re.search(r"[;})]", code.text[at : block[0]]):
            return None
        words = code.words.get("return", ())
        returned = [word for word in words if block[0] < word.start() < block[1]]
        if len(returned) != 1:
            return None
        return self._handed(code, returned[0].start(), code.value(returned[0].end()), deep)
