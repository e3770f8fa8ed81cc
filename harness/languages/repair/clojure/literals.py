"""A `#()` within a `#()`, which Clojure refuses: the inner one written out as a `fn`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

from harness.languages.repair import Repaired
from harness.languages.repair.clojure.code import Code, Edit, at_lines
from harness.languages.repair.clojure.reader import Form

_PARAMETER = re.compile(r"%(\d{0,2}|&)")


def unnested(code: Code) -> Iterator[Repaired]:
    """The text with every inner function literal written out."""
    if "Nested #()s" not in code.broken.message:
        return
    literals = [form for form in code.root.walk() if form.kind == "fn"]
    inner = [form for form in literals if any(outer.kind == "fn" for outer in form.ancestors())]
    edits: list[Edit] = []
    for form, prefix in zip(inner, _prefixes(code.broken.text), strict=False):
        edits += _written_out(form, prefix)
    if edits:
        places = at_lines([code.at(form.start) for form in inner])
        yield code.edited(edits, f"the #() inside another {places} written as fn")


def _prefixes(text: str) -> Iterator[str]:
    """What the parameters of one function after another are called, before their number."""
    for length in count(1):
        for letter in "xyzuvw":
            prefix = letter * length
            if not re.search(rf"(?<![\w-]){prefix}\d*(?![\w-])", text):
                yield prefix


def _written_out(form: Form, prefix: str) -> list[Edit]:
    used: dict[Form, str] = {}
    for part in form.walk():
        match = _PARAMETER.fullmatch(part.text) if part.kind == "symbol" else None
        if match and _literal(part) is form:
            used[part] = match.group(1) or "1"
    last = max((int(place) for place in used.values() if place != "&"), default=0)
    parameters = [f"{prefix}{n}" for n in range(1, last + 1)]
    if "&" in used.values():
        parameters += ["&", f"{prefix}&"]
    edits: list[Edit] = [(form.start, form.start + 1, f"(fn [{' '.join(parameters)}] ")]
    edits += [(part.start, part.end, f"{prefix}{place}") for part, place in used.items()]
    return [*edits, (form.end, form.end, ")")]


def _literal(form: Form) -> Form | None:
    """The function literal that a form stands in."""
    return next((outer for outer in form.ancestors() if outer.kind == "fn"), None)
