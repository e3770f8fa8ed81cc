"""Python whose indentation was lost on the way to the page: the likeliest ways it had stood.

Only the line after a header is certain to stand deeper. Where each later line stood is
searched best first, by what a writer would have meant: code after a `return` is not left
unreachable, `else` belongs to an open `if`, a `return` stands at its function's own level.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.languages.program import compiles, parsed

_LINES = 250
_EXPANDED = 6_000
_STEP = "    "
_HEADER = re.compile(
    r"(async\s+def|async\s+for|async\s+with|def|class|for|while|if|elif|else|try|except|finally"
    r"|with|match|case)\b"
)
_FOLLOWS = {
    "elif": {"if", "guard", "elif"},
    "else": {"if", "guard", "elif", "for", "while", "try", "except"},
    "except": {"try", "except"},
    "finally": {"try", "except", "else"},
    "case": {"case", "match"},
}
# `if k not in cache:`, `if self.v is None:`, `if i % 100 == 0:` rule one line, most often.
_GUARD = re.compile(r"if\b.*(\bnot\s+in\b|\bis\s+None\b|\bnot\s+\w|%.*==)")
_TERMINAL = re.compile(r"(return|raise|break|continue|pass)\b")
_OUTERMOST = re.compile(r"(import|from|class)\b|if\s+__name__\b|@")


@dataclass(frozen=True)
class _Line:
    """A logical line: its physical lines, its header's word, whether a suite follows."""

    physical: tuple[str, ...]
    word: str
    opens: bool
    after_blank: bool

    @property
    def code(self) -> str:
        return self.physical[0]


def lost(text: str) -> bool:
    """Whether the text is Python but for its indentation, of which there is none."""
    lines = _logical(text)
    if lines is None or not any(line.opens for line in lines):
        return False
    flat = all(not line.code[:1].isspace() for line in lines)
    return flat and parsed(text) is None


def restored(text: str) -> Iterator[str]:
    """The indentations that compile, likeliest first."""
    lines = _logical(text)
    if lines is None or len(lines) > _LINES or not all(map(_readable, lines)):
        return
    # (cost, order, levels so far, the words of the headers whose suites are open)
    heap: list[tuple[float, int, tuple[int, ...], tuple[str, ...]]] = [(0.0, 0, (), ())]
    order = 0
    for _ in range(_EXPANDED):
        if not heap:
            return
        cost, _, levels, open_ = heapq.heappop(heap)
        if len(levels) == len(lines):
            repaired = _written(lines, levels, text)
            if compiles(repaired):
                yield repaired
            continue
        line = lines[len(levels)]
        before = lines[len(levels) - 1] if levels else None
        for level in _possible(line, before, levels, open_):
            order += 1
            more = cost + _cost(lines, len(levels), level, levels, open_)
            word = "guard" if line.word == "if" and _GUARD.match(line.code) else line.word
            suites = (*open_[:level], word) if line.opens else open_[:level]
            heapq.heappush(heap, (more, -order, (*levels, level), suites))


_BEFORE = {
    "elif": "if 1:\n  pass\n ",
    "else": "if 1:\n  pass\n ",
    "except": "try:\n  pass\n ",
    "finally": "try:\n  pass\n ",
    "case": "match 1:\n  ",
}

_SUITE = {"try": " pass\n finally: pass", "match": "\n  case _: pass"}


def _readable(line: _Line) -> bool:
    """Whether a logical line is Python somewhere; if not, no indentation helps."""
    code = "\n".join((line.physical[0].strip(), *line.physical[1:]))
    if code.startswith("@"):
        code += "\n def f(): pass"
    suite = _SUITE.get(line.word, " pass") if line.opens else ""
    body = _BEFORE.get(line.word, "") + code + suite
    return parsed(f"async def f():\n {body}") is not None


def _possible(
    line: _Line, before: _Line | None, levels: tuple[int, ...], open_: tuple[str, ...]
) -> list[int]:
    if before is None:
        return [0]
    if before.opens:
        return [levels[-1] + 1]
    follows = _FOLLOWS.get(line.word)
    if follows is None:
        return list(range(levels[-1] + 1))
    return [level for level in range(levels[-1]) if open_[level] in follows]


def _cost(
    lines: list[_Line], at: int, level: int, levels: tuple[int, ...], open_: tuple[str, ...]
) -> float:
    """How unlikely it is that a line stands at a level, given those before it."""
    line = lines[at]
    if not levels or lines[at - 1].opens:
        return 0.0
    if line.word in _FOLLOWS:  # the nearest that is open
        return 0.25 * (levels[-1] - level)
    out = levels[-1] - level
    if line.word == "def":
        return _cost_of_def(line, level, open_)
    if _OUTERMOST.match(line.code):
        return 0.0 if level == 0 else 2.0
    if line.word == "" and line.code.startswith("return"):
        own = max((i for i, word in enumerate(open_) if word == "def"), default=-1) + 1
        return 0.5 * abs(level - own) if own else 4.0
    if _TERMINAL.match(lines[at - 1].code):
        if not out:
            return 5.0  # nothing gets there
        # After a function's last return comes what is outside of it; after another, its loop.
        return 0.25 * (out - 1)
    inside = "def" in open_[:level] or "def" not in open_
    left = 0.0 if inside else 1.0  # leaving a function without a return
    innermost = open_[-1] if open_ and len(open_) == levels[-1] else ""
    if not out:
        return {"guard": 0.5, "if": 0.3, "elif": 0.3}.get(innermost, 0.0)
    if innermost in ("guard", "if", "elif"):
        return left + (0.2 if innermost == "guard" else 0.4) + 0.5 * (out - 1)
    return left + (0.5 if line.after_blank else 1.0) + 0.1 * out


def _cost_of_def(line: _Line, level: int, open_: tuple[str, ...]) -> float:
    method = re.match(r"def\s+\w+\s*\(\s*(self|cls)\b", line.code)
    if method and "class" in open_:
        body = max(i for i, word in enumerate(open_) if word == "class") + 1
        return 0.0 if level == body else 2.0
    return 0.0 if level == 0 else 2.0


def _written(lines: list[_Line], levels: tuple[int, ...], text: str) -> str:
    """The text with the logical lines at their levels; comments stand with what they precede."""
    out: list[str] = []
    at = 0
    physical = text.split("\n")
    for line, level in zip(lines, levels, strict=True):
        while at < len(physical) and not _is_code(physical[at]):
            comment = physical[at].strip()
            out.append(_STEP * level + comment if comment else "")
            at += 1
        first, *rest = line.physical
        out.append(_STEP * level + first.strip())
        inside_string = _open_string(first)
        for part in rest:
            inner = 0 if part[:1] in ")]}" or part[:1].isspace() else 1
            out.append(part if inside_string else _STEP * (level + inner) + part)
            inside_string ^= _open_string(part)
        at += len(line.physical)
    out += physical[at:]
    return "\n".join(out)


def _is_code(line: str) -> bool:
    stripped = line.strip()
    return bool(stripped) and not stripped.startswith("#")


_TOKEN = re.compile(
    r"""\"\"\"|'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\#[^\n]*|[([{]|[)\]}]""", re.DOTALL
)


def _open_string(line: str) -> bool:
    """Whether an odd number of triple quotes stands in the line."""
    return (line.count('"""') + line.count("'''")) % 2 == 1


def _logical(text: str) -> list[_Line] | None:
    """The logical lines of code, brackets and triple quotes joined; None if they never close."""
    lines: list[_Line] = []
    pending: list[str] = []
    depth, quote = 0, ""
    blank = False
    for line in text.split("\n"):
        if not pending and not _is_code(line):
            blank = blank or not line.strip()
            continue
        pending.append(line)
        depth, quote = _scanned(line, depth, quote)
        if depth < 0:
            return None
        if depth or quote or line.endswith("\\"):
            continue
        lines.append(_line(pending, blank))
        pending, blank = [], False
    return None if pending else lines


def _scanned(line: str, depth: int, quote: str) -> tuple[int, str]:
    """Bracket depth and open triple quote after a physical line."""
    at = 0
    while at < len(line):
        if quote:
            end = line.find(quote, at)
            if end < 0:
                return depth, quote
            at, quote = end + 3, ""
            continue
        match = _TOKEN.search(line, at)
        if match is None:
            break
        token = match[0]
        at = match.end()
        if token in ('"""', "'''"):
            quote = token
        elif token in "([{":
            depth += 1
        elif token in ")]}":
            depth -= 1
        elif token.startswith("#"):
            break
    return depth, quote


def _line(physical: list[str], blank: bool) -> _Line:
    code = physical[0].strip()
    last = re.sub(r"\s+#.*$", "", physical[-1]).rstrip()
    header = _HEADER.match(code)
    opens = bool(header) and last.endswith(":") and not _soft(code)
    word = header[1].split()[-1] if header and (opens or header[1] != "match") else ""
    if header and not opens and header[1] not in ("elif", "else", "except", "finally"):
        word = ""
    return _Line((physical[0].rstrip(), *physical[1:]), word, opens, blank)


def _soft(code: str) -> bool:
    """`match` and `case` as plain names: `match = ...`."""
    return bool(re.match(r"(match|case)\s*[=.(\[]", code))
