"""Repairs of Java blocks: imports, code outside classes, braces, semicolons, casts.

All of them go by what the compiler says, javac's words or ECJ's; none by a name in the code.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import dropwhile

from harness.languages.repair import Broken, Repaired, toplevel
from harness.languages.repair.complaints import Complaint, java
from harness.languages.repair.edits import (
    Edit,
    closed,
    edited,
    insertion,
    lines,
    listed,
    opened,
    with_imports,
)
from harness.languages.repair.grammar import Grammar, declared, head, tokens, units
from harness.languages.repair.java_grammar import JAVA
from harness.languages.repair.library import Named, jdk_classes
from harness.languages.repair.tokens import Token, closing

wrapped = toplevel.java

_UNCLOSED = re.compile(r'reached end of file while parsing|insert "}" to complete')
_MISPLACED = re.compile(
    r"class, interface, .*expected|statements not expected outside|does not have (?:a )?main method"
    r"|must have a candidate main method|are a preview feature|Compact Source Files"
    r"|<identifier> expected|illegal start of type|return type required|implicitly declared class"
    r"|Syntax error(?!, insert \"[;)\]])",
)
_SUPERFLUOUS = re.compile(r'class, interface, .*expected|Syntax error on token "}"')
_EXPECTED = re.compile(r"'([;)\]])'(?: or '.')* expected|insert \"(([;)\]]))\" to complete")
_SYMBOL = re.compile(
    r"symbol: *(?P<kind>class|variable|method) (?P<name>[\w$]+)"
    r"|package (?P<outer>[\w$]+) does not exist"
    r"|(?P<unresolved>[\w$]+) cannot be resolved(?: to a type| to a variable)?(?![\w ])"
    r"|The method (?P<function>[\w$]+)\(.*\) is undefined"
)
_TWO_PUBLIC = re.compile(
    r"class (\w+) is public, should be|The public type (\w+) must be defined in"
)
_LOSSY = re.compile(
    r"(?:possible lossy conversion|Type mismatch: cannot convert) from (\w+) to (\w+)(?!\w|\[|<)"
)
# A conversion to what stands further left narrows; char and boolean convert otherwise.
_WIDTHS = "byte short int long float double".split()
# Each is a compilation to whoever tries them.
_OTHER_PLACES = 5
_MATH = frozenset(
    "PI abs acos asin atan atan2 cbrt ceil cos cosh exp expm1 floor fma hypot log log10 log1p max"
    " min pow random rint round signum sin sinh sqrt tan tanh toDegrees toRadians".split()
)


def repairs(broken: Broken, named: Named = jdk_classes) -> Iterator[Repaired]:
    """Candidates for a block, likeliest first; `named` says what can be imported."""
    if broken.verdict != "does-not-compile":
        return
    complaints = java(broken)
    message = " ".join(complaint.words for complaint in complaints)
    if _UNCLOSED.search(message):
        yield from closed(broken, JAVA)
    if _SUPERFLUOUS.search(message):
        yield from opened(broken, JAVA)
    yield from _outside(broken, complaints, near=True)
    yield from _expected(broken, complaints)
    yield from _one_public(broken, message)
    yield from _imports(broken, complaints, named)
    yield from _casts(broken, complaints)
    yield from _outside(broken, complaints, near=False)


def _outside(broken: Broken, complaints: Sequence[Complaint], *, near: bool) -> Iterator[Repaired]:
    """Code outside classes wrapped and imports put first, where a complaint may mean that.

    `near` asks for the case that it lies on such code, otherwise for the one that it does not.
    """
    places = [c.start for c in complaints if _MISPLACED.search(c.words)]
    if not places or not (repaired := wrapped(broken.text, broken.line)):
        return
    rest = dropwhile(lambda u: u.kind in ("package", "import"), units(broken.text, JAVA))
    outside = [unit for unit in rest if unit.kind != "type"]
    if near == any(unit.start <= place < unit.end for unit in outside for place in places):
        yield repaired


def _expected(broken: Broken, complaints: Sequence[Complaint]) -> Iterator[Repaired]:
    """What is expected put in where it is: all of it, then the first alone."""
    insertions = [
        (insertion(complaint.end, match[1] or match[2]))
        for complaint in complaints
        if complaint.pointed and (match := _EXPECTED.search(complaint.words))
    ]
    for edits in (insertions, insertions[:1]) if len(insertions) > 1 else (insertions,):
        if edits:
            marks = listed(sorted({f"`{edit.text}`" for edit in edits}))
            where = lines(broken.text, broken.line, [(e.start, e.end) for e in edits])
            yield Repaired(edited(broken.text, edits), f"{marks} added at {where}")


def _one_public(broken: Broken, message: str) -> Iterator[Repaired]:
    """All public types of a block but the first made package-private: a file holds one."""
    if not _TWO_PUBLIC.search(message):
        return
    edits: list[Edit] = []
    names: list[str] = []
    public = 0
    for unit in units(broken.text, JAVA):
        front = unit.tokens[: head(unit.tokens, JAVA)]
        for i, token in enumerate(front):
            if unit.kind == "type" and token.text == "public":
                public += 1
                if public > 1:
                    edits.append(Edit(token.start, unit.tokens[i + 1].start, ""))
                    names += unit.names
    if edits:
        yield Repaired(edited(broken.text, edits), f"`public` removed from {listed(names)}")


def _imports(broken: Broken, complaints: Sequence[Complaint], named: Named) -> Iterator[Repaired]:
    own = declared(broken.text, JAVA)
    wanted: dict[str, None] = {}
    static: dict[str, Sequence[str]] = {}
    for complaint in complaints:
        if not (match := _SYMBOL.search(complaint.words)):
            continue
        name = next(filter(None, match.group("name", "outer", "unresolved", "function")))
        # javac points at the dot of what is selected from something, ECJ behind it.
        around = broken.text[max(0, complaint.start - 1) : complaint.start + 1]
        if name in own or (complaint.pointed and "." in around and not match["outer"]):
            continue
        if match["function"] or match["kind"] == "method" or name == "PI":
            if name in _MATH:
                static[name] = [f"static java.lang.Math.{name}"]
        else:
            wanted[name] = None
    yield from imports(broken, {**named(list(wanted)), **static} if wanted else static, JAVA)


def imports(
    broken: Broken, choices: dict[str, Sequence[str]], grammar: Grammar
) -> Iterator[Repaired]:
    """Everything imported from its likeliest place, then one name after the other from others."""
    likeliest = {name: choice[0] for name, choice in choices.items()}
    others = [{**likeliest, name: other} for name, c in choices.items() for other in c[1:]]
    for chosen in [likeliest, *others[:_OTHER_PLACES]] if likeliest else []:
        end = grammar.end
        new = {name for name in chosen.values() if f"import {name}{end}" not in broken.text}
        whole = sorted(new, key=lambda name: (name.startswith("static"), name))
        if not whole:
            continue
        repaired, above = with_imports(
            broken.text, grammar, [f"import {name}{end}" for name in whole]
        )
        names_listed = listed([name.removeprefix("static ") for name in whole])
        yield Repaired(repaired, f"{names_listed} imported", above)


def _casts(broken: Broken, complaints: Sequence[Complaint]) -> Iterator[Repaired]:
    """Values cast where they are assigned to what is narrower."""
    code = tokens(broken.text, JAVA)
    starts = [token.start for token in code]
    edits: dict[int, Sequence[Edit]] = {}
    kinds: dict[str, None] = {}
    for complaint in complaints:
        match = _LOSSY.search(complaint.words)
        if not match or not complaint.pointed or not _narrows(match[1], match[2]):
            continue
        at = bisect_right(starts, complaint.start) - 1
        if at >= 0 and (value := _assigned(code, at)):
            first, last = value
            opening, end = (f"({match[2]}) (", ")") if last > first else (f"({match[2]}) ", "")
            edits[first] = insertion(code[first].start, opening), insertion(code[last].end, end)
            kinds[match[2]] = None
    if edits:
        flat = [edit for pair in edits.values() for edit in pair]
        where = lines(broken.text, broken.line, [(edit.start, edit.end) for edit in flat])
        yield Repaired(edited(broken.text, flat), f"cast to {listed(list(kinds))} at {where}")


def _narrows(wide: str, narrow: str) -> bool:
    return wide in _WIDTHS and narrow in _WIDTHS and _WIDTHS.index(narrow) < _WIDTHS.index(wide)


def _assigned(code: Sequence[Token], at: int) -> tuple[int, int] | None:
    """The whole value around a token that an assignment, a declaration or a return takes.

    None where the token stands inside brackets, or in a lambda: what is converted there is not
    the whole value.
    """
    first, depth = at, 0
    while True:
        before = code[first - 1] if first else None
        if before is None or (not depth and before.text in (";", "{", "}", "(", "[", "->", ",")):
            return None
        if not depth and before.text in ("=", "return"):
            break
        depth += (before.kind == "close") - (before.kind == "open")
        first -= 1
    last = at
    while last < len(code):
        if code[last].kind == "open":
            last = closing(code, last)
        elif code[last].kind == "close" or code[last].text == "->":
            return None
        elif code[last].text in (";", ","):
            return first, last - 1
        last += 1
    return None
