"""The numbers that a JVM source's text puts where a caller may put another.

A default is no constant of a port's own: another number may be told in its place, in whatever way
that is. In Java, Kotlin, Scala and Clojure; nothing is executed, and no more is read than what
stands before a number and around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from harness.languages.literals import numbers

# Comments go, texts stay: settings are looked up by them.
_NOISE = re.compile(r'("(?:\\.|[^"\\\n])*")|//[^\n]*|/\*.*?\*/|(?<!\S);[^\n]*', re.DOTALL)
# As much of what stands before a number as says what it is for.
_BEFORE = 120
_KEY = r'(?:"[\w.-]*?(?P<text>[\w-]+)"|(?:\w+\.)*(?P<constant>[A-Z]\w*))'
_WAYS = [
    re.compile(pattern)
    for pattern in (
        # Where nothing is found under a name; what is told or put under one.
        rf"{_KEY}\s*[\])]+\s*\?:\s*$",
        rf"(?<!max)(?<!min)(?<!pow)\(\s*{_KEY}\s*,\s*$",
        rf"[(,]\s*{_KEY}\s*(?:to|->)\s*$",
        # A parameter's default.
        r"[(,]\s*(?:\w+ )*(?P<parameter>\w+)\s*:\s*(?:Double|Float)\s*=\s*$",
        # A property that another object keeps, and sees to what it is set to.
        r"\bvar\s+(?P<kept>\w+)[^={}\n]*\sby\s[\w. ]+\(\s*$",
        # What each constant of an enumeration has.
        r"[{,;\n]\s*(?P<of>[A-Z][A-Z_\d]*)\s*\(\s*$",
        r"\bcase\s+(?P<one>\w+)\s+extends\s+\w+\s*\(\s*$",
        # Clojure's maps and what is looked up in one, defaults of names, variables to bind.
        r":(?P<key>[\w-]+)\s+(?:[\w.@-]+\s+)?$",
        r":or\s*\{(?:[^{}]*\s)?(?P<unless>[\w-]+)\s+$",
        r"\(or\s+\(?:?(?P<alternative>[\w-]+)(?:\s+[\w@-]+)?\)?\s+$",
        r"\^:dynamic\s+\*?(?P<bound>[\w-]+?)\*?\s+$",
    )
]
# What whoever implements an interface answers, if it does not: no constant, which all share.
_ANSWER = re.compile(
    r"\b(?P<java>\w+)\s*\(\s*\)\s*\{\s*return\s*$"
    r"|\b(?:va[lr]|def|fun)\s+(?P<other>\w+)(?:\s*\(\s*\))?(?:\s*:\s*\w+)?\s*(?:get\s*\(\s*\)\s*)?=\s*$"
)
_INTERFACE = re.compile(r"\b(?:interface|trait)\s+\w[^{};]*$")


# What a text declares at the beginning of a line: a type, a function, a definition of Clojure's.
_UNIT = re.compile(
    r"^(?:\((?:def|extend-)[\w-]*\s+(?:\^\S+\s+)*(?P<form>[^\s()\[\]]+)"
    r"|(?:@?[\w\[\]().]+\s+)*?(?:class|object|interface|trait|enum(?:\s+class)?|record|fun|def)\s+"
    r"(?:<[^>\n]*>\s*)?(?:[\w<>?]+\.)?(?P<type>\w+))",
    re.MULTILINE,
)
# What a form of Clojure's does for a protocol is called by its own name.
_METHOD = re.compile(r"^\s+\(([^\s()\[\]]+)\s+\[", re.MULTILINE)
_WORD, _SYMBOL = re.compile(r"\w+"), re.compile(r"[^\s()\[\]{},;:\"'@#^`~]+")


def offered(texts: Iterable[str]) -> list[tuple[str, float, list[str]]]:
    r"""Each number that another may be told in place of: its name, and whose it may be.

    That is what declares it, what this mentions and what mentions this; nobody where it stands
    outside of all of these.

    >>> [each[:2] for each in offered(['rate = options["rate"] ?: 0.01; get("rms.eps", 1e-8)'])]
    [('rate', 0.01), ('eps', 1e-08)]
    >>> offered(["interface Hyper { default double tiny() { return 1e-7; } double MOST = 2.0; }"])
    [('tiny', 1e-07, ['Hyper'])]
    >>> offered(["(def eps 0.1)\n(defn f [w & {:keys [lr] :or {lr 0.1}}] (* 0.9 (:tiny s 1e-7)))"])
    [('lr', 0.1, ['f']), ('tiny', 1e-07, ['f'])]
    >>> offered(["class B(x: A)\nclass A(val rate: Double = .01) { val own = 0.9; max(0.1, x) }"])
    [('rate', 0.01, ['A', 'B'])]
    """
    codes = [_NOISE.sub(lambda match: match[1] or " ", text) for text in texts]
    units = [unit for code in codes for unit in _units(code)]
    found = []
    for names, code, words in units:
        near = (other for other, _, theirs in units if other & words or names & theirs)
        owners = sorted(names.union(*near)) if names else []
        found += [(called, number, owners) for called, number in _numbers(code)]
    return found


def _units(code: str) -> Iterator[tuple[set[str], str, set[str]]]:
    """What a text declares: its names, text, and the words in that; what is above has none."""
    starts = list(_UNIT.finditer(code))
    ends = [*(start.start() for start in starts), len(code)]
    yield set(), code[: ends[0]], set()
    for start, end in zip(starts, ends[1:], strict=True):
        text = code[start.start() : end]
        methods = _METHOD.findall(text) if start["form"] else []
        words = (_SYMBOL if start["form"] else _WORD).findall(text)
        words += [re.split(r"->|[./]", word)[-1] for word in words]  # who makes it, or where it is
        yield {start["form"] or start["type"], *methods}, text, {*words}


def _numbers(code: str) -> Iterator[tuple[str, float]]:
    for start, _, number in numbers(code):
        before = code[max(0, start - _BEFORE) : start]
        found = next(filter(None, (way.search(before) for way in _WAYS)), None)
        answer = _ANSWER.search(before)
        if found is None and answer and _in_interface(code, start):
            found = answer
        if found:
            name = next(filter(None, found.groupdict().values()))
            yield name, number


def _in_interface(code: str, at: int) -> bool:
    """Whether one of the blocks around a place is an interface's."""
    depth = 0
    for place in range(at - 1, -1, -1):
        if code[place] == "}":
            depth += 1
        elif code[place] == "{":
            if depth == 0 and _INTERFACE.search(code[max(0, place - 4 * _BEFORE) : place]):
                return True
            depth = max(0, depth - 1)
    return False
