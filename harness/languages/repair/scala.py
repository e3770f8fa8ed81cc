"""Repairs of Scala blocks: imports, expressions outside definitions, braces, Scala 2 leftovers."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from harness.languages.repair import Broken, Repaired, toplevel
from harness.languages.repair.complaints import Complaint, scala
from harness.languages.repair.edits import Edit, closed, edited, insertion, lines, opened
from harness.languages.repair.grammar import declared, tokens
from harness.languages.repair.java import imports
from harness.languages.repair.library import Named, scala_names
from harness.languages.repair.scala_grammar import SCALA
from harness.languages.repair.tokens import Token, closing

_MISSING = re.compile(r"Not found: (?:type )?(?P<name>[\w$]+)")
_MEMBER = re.compile(r"value (?P<name>[\w$]+) is not a member of")
_PROCEDURE = re.compile(r"'=' expected, but '\{' found|Missing return type")
_DO = re.compile(r"expected but 'do' found")
_MATH = frozenset(
    "Pi abs acos asin atan atan2 cbrt ceil cos cosh exp expm1 floor hypot log log10 log1p max min"
    " pow random rint round signum sin sinh sqrt tan tanh toDegrees toRadians".split()
)
# Extension methods by the import that brings them.
_EXTENSIONS = {
    "scala.jdk.CollectionConverters.*": "asScala asJava asJavaCollection asJavaEnumeration",
    "scala.jdk.OptionConverters.*": "toScala toJava",
    "scala.concurrent.duration.*": "seconds second millis milliseconds minutes minute nanos micros",
}
_BY_METHOD = {name: home for home, names in _EXTENSIONS.items() for name in names.split()}


def wrapped(text: str, line: int = 1) -> Repaired | None:
    """Expressions outside every definition put into an object; None where there are none."""
    return next(toplevel.scala(text, line), None)


def repairs(broken: Broken, named: Named = scala_names) -> Iterator[Repaired]:
    """Candidates for a block, likeliest first; `named` says what can be imported."""
    if broken.verdict != "does-not-compile":
        return
    complaints = scala(broken)
    message = " ".join(complaint.words for complaint in complaints)
    if "but eof found" in message:
        yield from closed(broken, SCALA)
    if "but '}' found" in message:
        yield from opened(broken, SCALA)
    yield from _procedures(broken, complaints)
    yield from _loops(broken, complaints)
    if "Illegal start of toplevel definition" in message or "end of toplevel definition" in message:
        yield from toplevel.scala(broken.text, broken.line)
    yield from _imports(broken, complaints, named)


def _procedures(broken: Broken, complaints: Sequence[Complaint]) -> Iterator[Repaired]:
    """`def f(x: Int) { ... }`, which Scala 3 wants written `def f(x: Int): Unit = { ... }`."""
    code = tokens(broken.text, SCALA)
    starts = [token.start for token in code]
    edits, places = [], []
    for complaint in complaints:
        at = bisect_left(starts, complaint.start)
        if not complaint.pointed or not _PROCEDURE.search(complaint.words):
            continue
        if (name := _signature(code, at)) is None:
            continue
        body = at < len(code) and code[at].text == "{"
        unit = "" if code[name].text == "this" else ": Unit"
        if body or unit:
            edits.append(insertion(code[at - 1].end, unit + (" =" if body else "")))
            places.append(complaint.start)
    if edits:
        where = lines(broken.text, broken.line, [(place, place) for place in places])
        yield Repaired(edited(broken.text, edits), f"procedure syntax written as Unit at {where}")


def _signature(code: Sequence[Token], at: int) -> int | None:
    """The place of the name where a `def` without result type ends before a token."""
    behind = at
    while behind and code[behind - 1].text in (")", "]"):
        depth = 0
        while behind:
            behind -= 1
            depth += (code[behind].kind == "close") - (code[behind].kind == "open")
            if not depth:
                break
    return behind - 1 if behind > 1 and code[behind - 2].text == "def" else None


def _loops(broken: Broken, complaints: Sequence[Complaint]) -> Iterator[Repaired]:
    """`do { ... } while (c)`, which Scala 3 writes `while ({ { ... }; c }) ()`."""
    if not any(_DO.search(complaint.words) for complaint in complaints):
        return
    code = tokens(broken.text, SCALA)
    edits: list[Edit] = []
    places = []
    for i, token in enumerate(code[:-1]):
        if token.text != "do" or code[i + 1].text != "{":
            continue
        end = closing(code, i + 1)
        if [t.text for t in code[end + 1 : end + 3]] == ["while", "("]:
            edits.append(Edit(token.start, token.end, "while ({"))
            edits.append(Edit(code[end + 1].start, code[end + 1].end, ";"))
            edits.append(insertion(code[closing(code, end + 2)].end, " }) ()"))
            places.append((token.start, token.start))
    if edits:
        where = lines(broken.text, broken.line, places)
        yield Repaired(edited(broken.text, edits), f"do-while written as while at {where}")


def _imports(broken: Broken, complaints: Sequence[Complaint], named: Named) -> Iterator[Repaired]:
    own = declared(broken.text, SCALA)
    wanted: dict[str, None] = {}
    known: dict[str, Sequence[str]] = {}
    for complaint in complaints:
        if match := _MEMBER.search(complaint.words):
            if home := _BY_METHOD.get(match["name"]):
                known[home] = [home]
        elif (match := _MISSING.search(complaint.words)) and match["name"] not in own:
            name = match["name"]
            if name in _MATH or name == "PI":
                known[name] = [f"{'java.lang.Math' if name == 'PI' else 'scala.math'}.{name}"]
            else:
                wanted[name] = None
    yield from imports(broken, {**named(list(wanted)), **known} if wanted else known, SCALA)
