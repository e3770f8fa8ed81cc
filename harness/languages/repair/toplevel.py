"""Code that stands outside every type, put where Java and Scala want it.

What stays where it is keeps its line: what is put around it shares a line with something or
takes a blank one, and what has to move is moved in one line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, count, groupby

from harness.languages.repair import Repaired
from harness.languages.repair.edits import Edit, edited, insertion, lines, listed
from harness.languages.repair.grammar import Unit, head, tokens, units
from harness.languages.repair.java_grammar import JAVA, declarators, declared_at
from harness.languages.repair.scala_grammar import SCALA
from harness.languages.repair.tokens import Token

_ACCESS = frozenset("public protected private static".split())
_MAIN = "(String[] args) throws Exception {"
_BLANK = re.compile(r"^[^\S\n]*\n", re.MULTILINE)


def java(text: str, line: int = 1) -> Repaired | None:
    """Statements, methods and fields outside every type put into a class of their own.

    Statements become its `main`, in their order, methods become static. Where there are neither
    types nor statements, the class around the members was left out, and is put there. Imports
    behind a type are put at the top. None where nothing is to be done.
    """
    top = units(text, JAVA)
    loose = [unit for unit in top if unit.kind in ("statement", "method", "field")]
    if any(unit.kind == "stray" for unit in top):
        return None
    edits, late = _imports_first(top)
    change = f"the imports at {lines(text, line, [u.code for u in late])} put first" if late else ""
    if loose:
        kinds: set[str] = {unit.kind for unit in loose}
        taken = {token.text for token in tokens(text, JAVA)}
        if "statement" in kinds or any(unit.kind == "type" for unit in top):
            if any(map(_is_constructor, loose)):
                return None
            edits += _script(text, top, next(_fresh("Script", taken)))
            kinds = {"statement" if _runs(unit) else unit.kind for unit in loose}
        else:
            edits += _members(text, loose, next(_fresh("Members", taken)))
        what = listed([f"{k}s" for k in ("statement", "field", "method") if k in kinds])
        where = lines(text, line, _together(top, loose))
        change += (", and " if change else "") + f"the {what} at {where} put into a class of their"
        change += " own"
    return Repaired(edited(text, edits), change) if edits else None


def _together(units: Sequence[Unit], chosen: Sequence[Unit]) -> list[tuple[int, int]]:
    """The spans of code that units take which follow one another."""
    ids = {id(unit) for unit in chosen}
    runs = [list(run) for picked, run in groupby(units, lambda u: id(u) in ids) if picked]
    return [(run[0].code[0], run[-1].code[1]) for run in runs]


def _fresh(name: str, taken: Collection[str]) -> Iterator[str]:
    """Names that are not taken: this one, then with a number."""
    numbered = chain([name], (f"{name}{number}" for number in count(2)))
    return (free for free in numbered if free not in taken)


def _imports_first(units: Sequence[Unit]) -> tuple[list[Edit], list[Unit]]:
    """The edits that move imports before all other code."""
    first = next((unit for unit in units if unit.kind not in ("package", "import")), None)
    late = [unit for unit in units if unit.kind == "import" and first and unit.start > first.start]
    if first is None or not late:
        return [], []
    moved = " ".join(_in_a_line(unit) for unit in late)
    return [insertion(first.code[0], moved + " "), *map(_gone, late)], late


def _in_a_line(unit: Unit) -> str:
    """A unit's code without comments and line ends."""
    parts, end = [], unit.code[0]
    for token in unit.tokens:
        parts += [" " if token.start > end else "", token.text]
        end = token.end
    return "".join(parts)


def _gone(unit: Unit) -> Edit:
    """The edit that takes a unit's code out and leaves its lines."""
    start, end = unit.code
    newlines = sum(token.newlines + token.text.count("\n") for token in unit.tokens[1:])
    return Edit(start, end, "\n" * (newlines + unit.tokens[0].text.count("\n")))


def _opened(text: str, unit: Unit, opener: str) -> Edit:
    """The edit that puts an opener above a unit: on a blank line, or before its first token."""
    code = unit.code[0]
    above = text[unit.start : code]
    if "/*" not in above and (blank := list(_BLANK.finditer(above))):
        at = unit.start + blank[-1].start()
        return Edit(at, unit.start + blank[-1].end() - 1, opener.rstrip())
    return insertion(code, opener)


def _closed(text: str, unit: Unit, closer: str) -> Edit:
    """The edit that puts a closer below a unit: on a blank line, at the end, or behind it."""
    if unit.end == len(text):
        return insertion(len(text), ("" if text.endswith("\n") else "\n") + closer + "\n")
    if text[unit.end - 1] == "\n" and (blank := _BLANK.match(text, unit.end)):
        return Edit(unit.end, blank.end() - 1, closer)
    return insertion(unit.code[1], " " + closer)


def _is_constructor(unit: Unit) -> bool:
    at = head(unit.tokens, JAVA)
    return unit.kind == "method" and unit.tokens[at].text in unit.names


def _members(text: str, loose: Sequence[Unit], name: str) -> list[Edit]:
    """The class around members that lack theirs, named by their constructor."""
    name = next((unit.names[0] for unit in loose if _is_constructor(unit)), name)
    return [_opened(text, loose[0], f"class {name} {{ "), _closed(text, loose[-1], "}")]


def _runs(unit: Unit) -> bool:
    """Whether a unit is run where it stands, as a local variable is."""
    front = {token.text for token in unit.tokens[: head(unit.tokens, JAVA)]}
    return unit.kind == "statement" or (unit.kind == "field" and not front & _ACCESS)


def _script(text: str, units: Sequence[Unit], name: str) -> list[Edit]:
    """The class of a script: its last piece without a type in between stays where it is."""
    loose = [i for i, unit in enumerate(units) if unit.kind in ("statement", "method", "field")]
    last_type = max(
        (i for i, u in enumerate(units) if u.kind == "type" and i < loose[-1]), default=-1
    )
    before = [units[i] for i in loose if i < last_type]
    here = [units[i] for i in loose if i > last_type]
    run = [unit for unit in here if _runs(unit)]
    between = range(run[0].start, run[-1].start) if run else range(0)
    displaced = [u for u in here if not _runs(u) and u.start in between]
    moved = {id(unit) for unit in [*before, *displaced]}

    methods = [unit for unit in [*before, *here] if not _runs(unit)]
    shared, edits = _shared(text, [u for u in [*before, *here] if _runs(u)], methods)
    inner: dict[int, list[Edit]] = {id(u): [_static(u)] for u in methods if not _is_static(u)}
    for unit, changes in edits:
        inner[id(unit)] = changes

    def whole(unit: Unit) -> str:
        """A unit that moves, with its own edits."""
        start = unit.code[0]
        own = [Edit(e.start - start, e.end - start, e.text) for e in inner.get(id(unit), ())]
        code = edited(text[slice(*unit.code)], own)
        return _in_a_line(Unit(unit.kind, (), 0, len(code), tuple(tokens(code, JAVA))))

    main = "script()" + _MAIN.partition(")")[2] if _has_main(methods) else "main" + _MAIN
    access = "static void " if _has_main(methods) else "public static void "
    body = "".join(whole(unit) + " " for unit in before if _runs(unit))
    opener = f"class {name} {{ " + "".join(f"{declaration} " for declaration in shared)
    opener += "".join(whole(u) + " " for u in [*before, *displaced] if not _runs(u))
    start_main = f"{access}{main} {body}" if run or body else ""
    result = [_gone(unit) for unit in [*before, *displaced]]
    if not run or here[0] is run[0]:
        closer = " }" if start_main and not run else ""
        result.append(
            _opened(text, here[0], opener + start_main + closer + (" " if closer else ""))
        )
    else:
        result += [_opened(text, here[0], opener), _opened(text, run[0], start_main)]
    for unit in here:
        if id(unit) not in moved:
            result += inner.get(id(unit), [])
    if run and here[-1] is not run[-1]:
        result += [_closed(text, run[-1], "}")]
    return [*result, _closed(text, here[-1], "} }" if run and here[-1] is run[-1] else "}")]


def _has_main(methods: Sequence[Unit]) -> bool:
    return any("main" in unit.names for unit in methods)


def _is_static(unit: Unit) -> bool:
    return any(token.text == "static" for token in unit.tokens[: head(unit.tokens, JAVA)])


def _static(unit: Unit) -> Edit:
    """The edit that makes a member static."""
    at, depth = head(unit.tokens, JAVA), 0
    while at and (depth or unit.tokens[at - 1].text == ">"):  # type parameters stand behind it
        at -= 1
        depth += (unit.tokens[at].text == ">") - (unit.tokens[at].text == "<")
    return insertion(unit.tokens[at].start, "static ")


def _shared(
    text: str, run: Sequence[Unit], methods: Sequence[Unit]
) -> tuple[list[str], list[tuple[Unit, list[Edit]]]]:
    """Variables that methods see, or that are declared more than once, as static fields.

    Returns:
        Their declarations, and the edits that make assignments of those in the statements.
    """
    seen = {token.text for unit in methods for token in unit.tokens}
    often = Counter(name for unit in run for name in unit.names)
    declarations: dict[str, str] = {}
    edits = []
    for unit in run:
        if not any(name in seen or often[name] > 1 for name in unit.names):
            continue
        code = unit.tokens[head(unit.tokens, JAVA) :]
        name = declared_at(code)
        if name is None or code[0].text == "var":
            continue
        declared = text[code[0].start : code[name - 1].end]
        changes = [Edit(unit.code[0], code[name].start, "")]
        for at in declarators(code, name):
            changes += _assignment(code, at, declared)
            sizes = "[]" * _dimensions(code, at)
            declarations.setdefault(code[at].text, f"static {declared} {code[at].text}{sizes};")
        edits.append((unit, changes))
    return list(declarations.values()), edits


def _dimensions(code: Sequence[Token], at: int) -> int:
    """How many pairs of brackets stand behind a name."""
    pairs = 0
    while [t.text for t in code[at + 1 + 2 * pairs : at + 3 + 2 * pairs]] == ["[", "]"]:
        pairs += 1
    return pairs


def _assignment(code: Sequence[Token], at: int, declared: str) -> Iterator[Edit]:
    """The edits that make an assignment of one declared name, or nothing where it has no value."""
    if code[at - 1].text == ",":
        yield Edit(code[at - 1].start, code[at - 1].end, ";")
    sizes = _dimensions(code, at)
    behind = at + 1 + 2 * sizes
    if sizes:
        yield Edit(code[at].end, code[behind - 1].end, "")
    if behind >= len(code) or code[behind].text != "=":
        yield Edit(code[at].start, code[at].end, "")
    elif behind + 1 < len(code) and code[behind + 1].text == "{":
        yield insertion(code[behind + 1].start, f"new {declared}{'[]' * sizes} ")


_SCALA_MAIN = "def main(args: Array[String]): Unit = { "


def scala(text: str, line: int = 1) -> Iterator[Repaired]:
    """Expressions outside every definition put into objects of their own, which can be run.

    First all from the first to the last in one object, where nothing but values that only they
    use lies in between; then each run of expressions in its own.
    """
    top = units(text, SCALA)
    places = [i for i, unit in enumerate(top) if unit.kind == "statement"]
    if not places or any(unit.kind == "stray" for unit in top):
        return
    names = _fresh("Script", {token.text for token in tokens(text, SCALA)})
    script = next(names)
    pieces = [
        [i for _, i in run]
        for _, run in groupby(enumerate(places), key=lambda pair: pair[1] - pair[0])
    ]
    first, last = places[0], places[-1]
    if len(pieces) > 1 and _is_one_body(top, first, last):
        between = [(top[first].code[0], top[last].code[1])]
        opener = f"object {script} {{ {_SCALA_MAIN}"
        yield Repaired(
            edited(text, [_opened(text, top[first], opener), _closed(text, top[last], "} }")]),
            f"the statements at {lines(text, line, between)} put into an object of their own",
        )
    edits, before = [], ""
    for name, piece in zip(chain([script], names), pieces, strict=False):
        ending = piece is pieces[-1]
        opener = _SCALA_MAIN + before if ending else "def run(): Unit = { "
        before += f"{name}.run(); "
        edits.append(_opened(text, top[piece[0]], f"object {name} {{ {opener}"))
        edits.append(_closed(text, top[piece[-1]], "} }"))
    where = lines(text, line, _together(top, [top[i] for i in places]))
    objects = "an object" if len(pieces) == 1 else "objects"
    yield Repaired(
        edited(text, edits), f"the statements at {where} put into {objects} of their own"
    )


def _is_one_body(units: Sequence[Unit], first: int, last: int) -> bool:
    """Whether everything from one unit to another can be the body of a method."""
    inside = [unit for unit in units[first : last + 1] if unit.kind != "statement"]
    outside = {t.text for unit in [*units[:first], *units[last + 1 :]] for t in unit.tokens}
    return all(
        unit.kind in ("field", "import")
        and unit.tokens[0].text in ("val", "var", "lazy", "import")
        and not outside & set(unit.names)
        for unit in inside
    )
