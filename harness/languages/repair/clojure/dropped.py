"""Pure updates whose result nothing takes: `(assoc m k v)` where only its value would count.

Clojure's collections never change; a call that makes a changed one and is then thrown away does
nothing. A position is called discarded only where a form of clojure.core is known to throw the
value away; what an unknown macro does with its arguments is its own affair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.languages.repair.clojure.reader import Form, Lines, ReadError, read
from harness.languages.repair.clojure.scope import (
    DEFINING_FUNCTIONS,
    FUNCTIONS,
    Scope,
    arities,
    body,
    scope,
)

# The updates, and which child is the collection they make a changed one of.
UPDATES = dict.fromkeys(
    "assoc assoc-in update update-in update-vals update-keys conj disj dissoc merge into"
    " select-keys pop".split(),
    1,
) | {"merge-with": 2}
# The value of these is nil or fixed, whatever their body comes to.
_NIL = frozenset(("doseq", "dotimes", "while"))
# They call a function for each element; of these, all but one only when they are asked.
_MAPPING = frozenset("map mapv map-indexed mapcat keep keep-indexed pmap".split())
_LAZY = _MAPPING - {"mapv"} | {"for"}
_THREADS = frozenset("-> ->> some-> some->> cond-> cond->> as-> doto ..".split())
_BRANCHES = {"if": 2, "if-not": 2, "if-let": 2, "if-some": 2}
_TYPES = frozenset("deftype defrecord reify proxy extend-type extend-protocol letfn".split())
_UNSEEN = frozenset("quote comment ns declare defprotocol".split())
# What an update can be made to count for.
_NAMED = ("symbol", "deref")
# They pass on the value of their last argument.
_PASSING = frozenset("and or doall time".split())


@dataclass(frozen=True)
class Dropped:
    """A dropped update, for people.

    Attributes:
        line, column: where the call begins, from 1.
        call: the function.
        target: the collection whose changed copy is dropped, as it is written.
    """

    line: int
    column: int
    call: str
    target: str


@dataclass(frozen=True, eq=False)
class Drop:
    """A dropped update in its tree.

    Attributes:
        form: the call, or the thread that ends in it.
        call: the call.
        target: the collection.
        lazy: the lazy sequences it stands in that nothing ever asks for.
    """

    form: Form
    call: Form
    target: Form
    lazy: tuple[Form, ...]


def dropped_updates(text: str) -> list[Dropped]:
    """Every pure update whose result is dropped, in order; none where the text is not readable."""
    try:
        root = read(text)
    except ReadError:
        return []
    lines = Lines(text)
    return [
        Dropped(*lines.position(drop.form.start), drop.call.head, drop.target.text)
        for drop in dropped(root, scope(root))
    ]


def dropped(root: Form, names: Scope) -> list[Drop]:
    """Every dropped update below a form."""
    walker = _Walker(names, _defined(root, "def defn defn- defmulti"), _defined(root, "defmacro"))
    for form in root.children:
        walker.one(form, discarded=False)
    return sorted(walker.drops, key=lambda drop: drop.form.start)


def _defined(root: Form, by: str) -> frozenset[str]:
    """The names that a text gives a meaning of its own."""
    heads = frozenset(by.split())
    return frozenset(
        form.children[1].bare.text
        for form in root.walk()
        if form.head in heads and len(form.children) > 1
    )


class _Walker:
    def __init__(self, names: Scope, redefined: frozenset[str], macros: frozenset[str]) -> None:
        self.names, self.redefined, self.macros = names, redefined, macros
        self.drops: list[Drop] = []
        self.lazy: list[Form] = []

    def one(self, form: Form, *, discarded: bool) -> None:
        """Look through a form whose own value is thrown away, or may be used."""
        if form.kind in ("quote", "syntax-quote"):
            return
        if form.kind == "fn":
            self.call(form, discarded=False)
        elif form.kind == "list" and form.children:
            self.call(form, discarded=discarded)
        elif form.kind == "meta" and len(form.children) == 2:
            self.one(form.children[1], discarded=discarded)
        else:
            self.each(form.children, discarded=False)

    def each(self, forms: Sequence[Form], *, discarded: bool) -> None:
        for form in forms:
            self.one(form, discarded=discarded)

    def sequence(self, forms: Sequence[Form], *, discarded: bool) -> None:
        """A body: the values of all forms but the last are thrown away."""
        self.each(forms[:-1], discarded=True)
        self.each(forms[-1:], discarded=discarded)

    def call(self, form: Form, *, discarded: bool) -> None:
        head, parts = form.head, form.children
        if head in _UNSEEN or head in self.macros:
            return
        if head in self.redefined or (parts and parts[0] in self.names.bound):
            head = ""
        if discarded and head in UPDATES and len(parts) > UPDATES[head]:
            self.drops.append(Drop(form, form, parts[UPDATES[head]], tuple(self.lazy)))
        if head in FUNCTIONS | DEFINING_FUNCTIONS:
            for _, forms in arities(form):
                self.sequence(forms, discarded=False)
        elif head in _TYPES:
            self.methods(form)
        elif head in _THREADS:
            self.thread(form, discarded=discarded)
        elif head in _MAPPING or head in ("run!", "for"):
            self.running(form, discarded=discarded or head == "run!")
        elif head in _BRANCHES or head in ("cond", "condp", "case"):
            tests, values = _branches(form)
            self.each(tests, discarded=False)
            self.each(values, discarded=discarded)
        elif head in _PASSING:
            self.sequence(parts[1:], discarded=discarded)
        elif head == "dorun":
            self.each(parts[1:], discarded=True)
        elif head and (forms := body(form)):
            self.body(form, forms, discarded=discarded)
        else:
            self.each(parts, discarded=False)

    def body(self, form: Form, forms: Sequence[Form], *, discarded: bool) -> None:
        before = [part for part in form.children[1:] if part.start < forms[0].start]
        for part in before:
            self.each(part.children if part.kind == "vector" else (part,), discarded=False)
        if form.head in _NIL or form.head == "finally":
            self.each(forms, discarded=True)
        else:
            self.sequence(forms, discarded=discarded)
        for part in form.children:
            if part.start >= forms[-1].end:  # catch and finally; the other branch of an if-let
                self.one(part, discarded=discarded)

    def methods(self, form: Form) -> None:
        parts = form.children[1:]
        if form.head == "letfn":
            self.sequence(parts[1:], discarded=False)
            parts = parts[0].children if parts else []
        for part in parts:
            for _, forms in arities(part) if part.kind == "list" else ():
                self.sequence(forms, discarded=False)

    def thread(self, form: Form, *, discarded: bool) -> None:
        """A thread completes the forms in it; its value is that of the last."""
        first, *steps = form.children[1:] or [form]
        if steps and discarded and form.head in ("->", "some->") and first.bare.kind in _NAMED:
            call = steps[-1]
            if UPDATES.get(call.head) == 1:
                self.drops.append(Drop(form, call, first, tuple(self.lazy)))
        if first is not form:
            self.one(first, discarded=False)
        for step in steps:
            self.each(step.children, discarded=False)

    def running(self, form: Form, *, discarded: bool) -> None:
        """A function called for each element, or `for`, whose values go where the whole goes."""
        parts = form.children
        if len(parts) < 2:
            return
        asleep = discarded and form.head in _LAZY and not self.awake(form)
        if asleep:
            self.lazy.append(form)
        if form.head == "for":
            self.each(parts[1].children, discarded=False)
            self.each(parts[2:], discarded=discarded)
        else:
            function = parts[1]
            if discarded and function.kind == "fn":
                self.call(function, discarded=True)
            elif discarded and function.head in FUNCTIONS:
                for _, forms in arities(function):
                    self.sequence(forms, discarded=True)
            else:
                self.one(function, discarded=False)
            self.each(parts[2:], discarded=False)
        if asleep:
            self.lazy.pop()

    def awake(self, form: Form) -> bool:
        return form.parent is not None and form.parent.head in ("dorun", "doall")


def _branches(form: Form) -> tuple[list[Form], list[Form]]:
    """What a conditional looks at, and what it may come to."""
    parts = form.children
    if form.head in _BRANCHES:
        return parts[1:2], parts[_BRANCHES[form.head] :]
    given = {"cond": 1, "case": 2, "condp": 3}[form.head]
    clauses = parts[given:]
    default = clauses[-1:] if len(clauses) % 2 else []
    pairs = clauses[: len(clauses) - len(default)]
    tests = [] if form.head == "case" else pairs[::2]  # constants, never evaluated
    return [*parts[1:given], *tests], [*pairs[1::2], *default]
