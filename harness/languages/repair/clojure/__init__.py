"""Repairs of Clojure blocks: what a message says went wrong, and what most likely was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.languages.repair import Broken, Repaired
from harness.languages.repair.clojure.balance import balanced
from harness.languages.repair.clojure.code import DEFINING, LINKING, Code, at_lines, taken_apart
from harness.languages.repair.clojure.literals import unnested
from harness.languages.repair.clojure.names import resolved
from harness.languages.repair.clojure.reader import Form, ReadError, read
from harness.languages.repair.clojure.updates import counted
from harness.languages.repair.clojure.values import meant

# Each candidate is run, which takes a second or two.
_MOST = 8
_LATER = re.compile(r"\bstep \d+:")


def repairs(broken: Broken) -> Iterator[Repaired]:
    """Candidates, likeliest first; none where nothing of the kind is known."""
    seen = {broken.text}
    for candidate in _candidates(broken):
        if candidate.text not in seen and _reads(candidate.text):
            seen.add(candidate.text)
            yield candidate
        if len(seen) > _MOST:
            return


def _reads(text: str) -> bool:
    try:
        read(text)
    except ReadError:
        return False
    return True


def _candidates(broken: Broken) -> Iterator[Repaired]:
    code = taken_apart(broken)
    if code is None:
        if broken.verdict == "does-not-compile":
            yield from balanced(broken)
        return
    if broken.verdict == "does-not-compile":
        yield from resolved(code)
        yield from unnested(code)
    elif broken.verdict == "crashes":
        yield from meant(code)
    elif broken.verdict == "no-update":
        yield from counted(code)
    if broken.verdict in ("does-not-compile", "crashes") and not _LATER.search(broken.message):
        yield from _left_out(code)


def _left_out(code: Code) -> Iterator[Repaired]:
    """The form that failed while loading left out, if it only uses what others define."""
    failed = [form for form in code.root.children if _covers(code, form)]
    used = [form for form in failed if _usage(form)]
    if not used and failed and code.broken.verdict == "crashes":
        # The failure is in a function: the first form that has it called is the one to leave out.
        names = _reaching(code, failed[0])
        calls = [f for f in code.root.children if _usage(f) and f.start > failed[0].start]
        used = [form for form in calls if names & _symbols(form)][:1]
    if not used:
        return
    gone = used[:1]
    names = {_name(form) for form in gone} - {""}
    for form in code.root.children:
        if form.start > gone[0].start and names & _symbols(form):
            if not _usage(form):
                return
            gone.append(form)
            names |= {_name(form)} - {""}
    lines = [code.at(form.start) for form in gone]
    change = f"the form at line {lines[0]}, which fails, left out"
    if lines[1:]:
        change += f", with what uses it {at_lines(lines[1:])}"
    yield code.edited([(form.start, form.start, "#_") for form in gone], change)


def _covers(code: Code, form: Form) -> bool:
    return code.lines.line(form.start) <= code.line <= code.lines.line(form.end - 1)


def _usage(form: Form) -> bool:
    """Whether a form of the top level does something rather than define something."""
    if form.head == "def":
        return len(form.children) == 3 and form.children[2].kind == "list" and _calls(form)
    return form.kind == "list" and form.head not in DEFINING | LINKING


def _calls(form: Form) -> bool:
    return form.children[2].head not in ("fn", "atom", "ref", "agent", "volatile!", "delay", "")


def _name(form: Form) -> str:
    return form.children[1].bare.text if form.head == "def" and len(form.children) > 1 else ""


def _symbols(form: Form) -> set[str]:
    return {part.text for part in form.walk() if part.kind == "symbol"}


def _reaching(code: Code, form: Form) -> set[str]:
    """The names of the functions that call a function, directly or through others, and its own."""
    callers: dict[str, list[str]] = {}
    for name, defined in code.definitions.items():
        for symbol in _symbols(defined):
            callers.setdefault(symbol, []).append(name)
    pending = [form.children[1].bare.text] if len(form.children) > 1 else []
    names: set[str] = set()
    while pending:
        name = pending.pop()
        if name not in names:
            names.add(name)
            pending.extend(callers.get(name, ()))
    return names
