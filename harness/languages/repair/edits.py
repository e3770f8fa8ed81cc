"""Changes to a text, lines in words, and the braces that are missing or too many."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from harness.languages.repair import Broken, Repaired
from harness.languages.repair.grammar import Grammar, tokens, units
from harness.languages.repair.tokens import Brackets, Token

# More braces than this are not forgotten: the text is cut off, or no program.
_MOST_BRACES = 5
_BLANK_BELOW = re.compile(r"[^\S\n]*(?://[^\n]*)?\n(?P<blank>[^\S\n]*)\n")


class Edit(NamedTuple):
    """The characters from `start` to `end` give way to `text`."""

    start: int
    end: int
    text: str


def insertion(at: int, text: str) -> Edit:
    """The edit that puts a text in."""
    return Edit(at, at, text)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """A text after edits that do not overlap; those at one place in the order given."""
    parts, at = [], 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])


def lines(text: str, first: int, pieces: Iterable[tuple[int, int]]) -> str:
    """Say which lines of the document pieces of a text take: "line 4", "lines 4-9 and 12"."""
    spans: list[list[int]] = []
    at, bottom = 0, first
    for start, end in sorted(pieces):
        top = bottom + text.count("\n", at, start)
        bottom = top + text.count("\n", start, end)
        at = end
        if spans and top <= spans[-1][1] + 1:
            spans[-1][1] = max(bottom, spans[-1][1])
        else:
            spans.append([top, bottom])
    ranges = [str(top) if top == bottom else f"{top}-{bottom}" for top, bottom in spans]
    plural = len(ranges) > 1 or "-" in "".join(ranges)
    return ("lines " if plural else "line ") + listed(ranges)


def listed(items: Sequence[str]) -> str:
    """Put items into words: "a", "a and b", "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def with_imports(text: str, grammar: Grammar, statements: Sequence[str]) -> tuple[str, int]:
    """A text with imports behind those it has, and how many lines stand above it then.

    Every line keeps its number among those of the text: behind other imports the new ones take
    a blank line, or share the last import's.
    """
    leading = list(takewhile(lambda u: u.kind in ("package", "import"), units(text, grammar)))
    if not leading:
        return "\n".join([*statements, text]), len(statements)
    at = leading[-1].code[1]
    joined = grammar.between.join(statements)
    if match := _BLANK_BELOW.match(text, at):
        return edited(text, [Edit(match.start("blank"), match.end("blank"), joined)]), 0
    return edited(text, [insertion(at, grammar.between + joined)]), 0


def closed(broken: Broken, grammar: Grammar) -> Iterator[Repaired]:
    """Missing closing braces put in: where the indentation wants them, or at the end."""
    code = tokens(broken.text, grammar)
    missing = _braces_left_open(code)
    if not 0 < missing <= _MOST_BRACES:
        return
    what = "a missing closing brace" if missing == 1 else f"{missing} missing closing braces"
    inside = _where_indentation_closes(broken.text, code)
    rest = "" if broken.text.endswith("\n") else "\n"
    if 0 < len(inside) <= missing:
        where = lines(broken.text, broken.line, [(at, at) for at in inside])
        edits = [insertion(at, " }") for at in inside]
        if missing > len(inside):
            edits.append(insertion(len(broken.text), rest + "}\n" * (missing - len(inside))))
            where += " and at the end"
        yield Repaired(edited(broken.text, edits), f"{what} added at {where}")
    yield Repaired(broken.text + rest + "}\n" * missing, f"{what} added at the end")


def opened(broken: Broken, grammar: Grammar) -> Iterator[Repaired]:
    """A closing brace too many taken out: the one that stands too deep, or the last."""
    code = tokens(broken.text, grammar)
    brackets, unmatched, deep = Brackets(), [], []
    for token in code:
        around = brackets.open[-1] if brackets.open else None
        if not brackets.take(token):
            unmatched.append(token)
        elif (
            token.text == "}"
            and token.newlines
            and around is not None
            and around.text == "{"
            and _indentation(broken.text, token) > _indentation(broken.text, around)
        ):
            deep.append(token)
    if len(unmatched) > _MOST_BRACES:
        return
    for removed in ([deep[:1]] if len(unmatched) == 1 and deep else []) + [unmatched]:
        if removed:
            where = lines(broken.text, broken.line, [(token.start, token.end) for token in removed])
            what = "a closing brace" if len(removed) == 1 else f"{len(removed)} closing braces"
            yield Repaired(
                edited(broken.text, [Edit(token.start, token.end, "") for token in removed]),
                f"{what} too many removed at {where}",
            )


def _braces_left_open(code: Sequence[Token]) -> int:
    brackets = Brackets()
    for token in code:
        brackets.take(token)
    return sum(token.text == "{" for token in brackets.open)


def _where_indentation_closes(text: str, code: Sequence[Token]) -> list[int]:
    """Behind which tokens a block ends by its indentation without being closed."""
    ends, brackets = [], Brackets()
    for before, token in zip([None, *code], code, strict=False):
        if before and token.newlines:
            margin = _indentation(text, token)
            while (
                brackets.open
                and brackets.open[-1].text == "{"
                and brackets.open[-1] is not before
                and _left_of(margin, token, _indentation(text, brackets.open[-1]))
            ):
                ends.append(before.end)
                brackets.close()
        brackets.take(token)
    return ends


def _left_of(margin: int, token: Token, opener: int) -> bool:
    return margin < opener if token.text in ("}", ")", "]") else margin <= opener


def _indentation(text: str, token: Token) -> int:
    """How far the line is indented that a token stands on."""
    line = text.rfind("\n", 0, token.start) + 1
    return len(text[line : token.start]) - len(text[line : token.start].lstrip())
