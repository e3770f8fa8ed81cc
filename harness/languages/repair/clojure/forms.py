"""Clojure source in documents: its forms, what it defines, what it lacks, what it throws away.

The reader itself, `read`, raises ReadError; the questions asked of a text here have an answer for
any text: one that cannot be read defines nothing, needs nothing and drops nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.languages.repair.clojure.dropped import Dropped, dropped, dropped_updates
from harness.languages.repair.clojure.reader import Form, Lines, ReadError, read
from harness.languages.repair.clojure.scope import Binding, Scope, scope

__all__ = [
    "Binding",
    "Dropped",
    "Form",
    "Lines",
    "ReadError",
    "Scope",
    "definitions",
    "dropped",
    "dropped_updates",
    "free_symbols",
    "linking",
    "preamble",
    "read",
    "scope",
]

_DEFINING = frozenset(
    "def defn defn- defonce defmacro defmulti defmethod defprotocol defrecord deftype"
    " definterface defstruct declare".split()
)
_LINKING = frozenset("ns in-ns require use import refer refer-clojure".split())
_SPECIAL = frozenset(
    "def if do let* fn* loop* quote var recur throw try catch finally new . set! monitor-enter"
    " monitor-exit nil true false".split()
)


def definitions(text: str) -> dict[str, str]:
    """What a text defines at its top level: each name with the form that defines it.

    A name defined again has its last definition; methods of a multimethod follow it. A record's
    and a type's constructor functions and a protocol's functions are names too.
    """
    texts: dict[str, str] = {}
    for form in _top(text):
        for name in _defined(form):
            if form.head == "defmethod" and name in texts:
                texts[name] += f"\n{form.text}"
            elif form.head != "declare" or name not in texts:
                texts[name] = form.text
    return texts


def linking(text: str) -> list[str]:
    """The forms of a text's top level that bring in other code: ns, require, import ..."""
    return [form.text for form in _top(text) if form.head in _LINKING]


def free_symbols(text: str) -> set[str]:
    """The symbols that a text uses and neither binds nor defines before.

    Those of clojure.core and of classes are among them. A constructor `Point.` and a member
    `Point/x` are there as the class, `Point`, too.
    """
    forms = _top(text)
    if not forms or (root := forms[0].parent) is None:
        return set()
    known = {name: form.start for form in reversed(forms) for name in _defined(form)}
    symbols = set()
    for symbol in scope(root).free:
        name = symbol.text
        if name.startswith(".") or name in _SPECIAL:
            continue
        for meant in {name, name.removesuffix("."), name.split("/", 1)[0] or name}:
            if known.get(meant, len(text)) > symbol.start:
                symbols.add(meant)
    return symbols


def preamble(text: str, earlier: Sequence[str]) -> str:
    """What a text needs of the texts before it: their linking forms and, one by one, definitions.

    Only names that the text does not define itself are looked for, in what they need too; the
    latest text that defines a name has it. Empty where nothing is needed.
    """
    forms: dict[str, str] = {}
    place: dict[str, tuple[int, int]] = {}
    links: dict[str, None] = {}
    for index, block in enumerate(earlier):
        links.update(dict.fromkeys(linking(block)))
        for order, (name, form) in enumerate(definitions(block).items()):
            forms[name], place[form] = form, (index, order)
    pending = sorted(free_symbols(text) & forms.keys())
    chosen: dict[str, None] = {}
    while pending:
        form = forms[pending.pop()]
        if form not in chosen:
            chosen[form] = None
            pending.extend(sorted(free_symbols(form) & forms.keys()))
    if not chosen:
        return ""
    own = dict.fromkeys(linking(text))
    return "\n".join(
        [
            *(link for link in links if link not in own),
            *sorted(chosen, key=lambda form: place[form]),
        ]
    )


def _top(text: str) -> list[Form]:
    try:
        return [form.bare for form in read(text).children]
    except ReadError:
        return []


def _defined(form: Form) -> list[str]:
    """The names that a top-level form defines."""
    if form.kind != "list" or form.head not in _DEFINING:
        return []
    names = [part.bare.text for part in form.children[1:] if part.bare.kind == "symbol"]
    if form.head == "declare" or not names:
        return names
    name = names[0]
    if form.head in ("defrecord", "deftype"):
        made = [name, f"->{name}"]
        return [*made, f"map->{name}"] if form.head == "defrecord" else made
    if form.head == "defprotocol":
        methods = (part.children for part in form.children[2:] if part.kind == "list")
        return [name, *(m[0].text for m in methods if m and m[0].kind == "symbol")]
    return [name]
