"""Which form binds which symbol: lexical scope over the forms of clojure.core that bind.

A form not known here binds nothing, so that a macro's own names count as unbound; whoever asks
must not read more into that than "nobody we know binds it".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.languages.repair.clojure.reader import Form

# Forms with a vector of pairs, name and value, and a body after it.
PAIRED = frozenset(
    "let let* loop loop* go-loop when-let when-some when-first if-let if-some with-open"
    " with-local-vars".split()
)
LOOPS = frozenset("doseq dotimes for".split())
_PAIRS = PAIRED | LOOPS
FUNCTIONS = frozenset("fn fn*".split())
DEFINING_FUNCTIONS = frozenset("defn defn- defmacro defmethod".split())
# Other forms with a body, and the child where it begins.
_BODIES = {
    "do": 1, "dosync": 1, "future": 1, "delay": 1, "lazy-seq": 1, "finally": 1, "go": 1,
    "thread": 1, "locking": 2, "when": 2, "when-not": 2, "while": 2, "binding": 2,
    "with-redefs": 2, "with-bindings": 2, "with-out-str": 1, "io!": 1, "catch": 3,
}  # fmt: skip
_TYPES = frozenset("deftype defrecord reify proxy extend-type extend-protocol".split())
_QUOTES = frozenset(("quote", "syntax-quote"))
_CONSTANTS = frozenset(("nil", "true", "false", "&", "_"))


@dataclass(eq=False)
class Binding:
    """A local name.

    Attributes:
        name: the symbol.
        symbol: where it is bound.
        binder: the form that binds it.
        body: the forms that see it, up to the one whose value is the binder's.
        value: what it is bound to or taken from, where that is written; None for a parameter.
        pattern: what stands before the value: the symbol itself, or a pattern that holds it.
        each: the value is a collection, the name (or pattern) one thing of it after another.
        uses: the symbols that mean it, in the order of the text.
    """

    name: str
    symbol: Form
    binder: Form
    body: Sequence[Form]
    value: Form | None = None
    pattern: Form | None = None
    each: bool = False
    uses: list[Form] = field(default_factory=list)


@dataclass
class Scope:
    """What a walk over a text found.

    Attributes:
        bindings: every local, in the order they are met.
        bound: the local that a symbol means.
        free: the symbols that no local binds, but for those quoted or named by a definition.
    """

    bindings: list[Binding] = field(default_factory=list)
    bound: dict[Form, Binding] = field(default_factory=dict)
    free: list[Form] = field(default_factory=list)


class _Names:
    """The names in sight: those of a form, then those around it. Nothing is copied."""

    def __init__(self, outer: _Names | None = None) -> None:
        self.outer = outer
        self.own: dict[str, Binding] = {}

    def find(self, name: str) -> Binding | None:
        names: _Names | None = self
        while names is not None:
            if name in names.own:
                return names.own[name]
            names = names.outer
        return None


def scope(root: Form) -> Scope:
    """Resolve every symbol below a form."""
    walker = _Walker()
    walker.all(root.children, _Names())
    return walker.result


def arities(form: Form) -> list[tuple[Form, list[Form]]]:
    """The parameter vectors of a function's form, each with its body."""
    rest = form.children[3 if form.head == "defmethod" else 1 :]
    plain = [i for i, part in enumerate(rest) if part.bare.kind == "vector"]
    several = [part for part in rest if part.kind == "list" and part.children]
    if plain and not any(part.start < rest[plain[0]].start for part in several):
        return [(rest[plain[0]].bare, rest[plain[0] + 1 :])]
    return [
        (part.children[0].bare, part.children[1:])
        for part in several
        if part.children[0].bare.kind == "vector"
    ]


def body(form: Form) -> list[Form]:
    """The forms that a known form evaluates in turn, or none. Of a function: see `arities`."""
    head = form.head
    if head in _PAIRS:
        forms = form.children[2:]
        return forms[:1] if head in ("if-let", "if-some") else forms
    if head == "try":
        return [f for f in form.children[1:] if f.head not in ("catch", "finally")]
    if head in _BODIES:
        return form.children[_BODIES[head] :]
    return []


class _Walker:
    def __init__(self) -> None:
        self.result = Scope()

    def all(self, forms: Sequence[Form], names: _Names) -> None:
        for form in forms:
            self.one(form, names)

    def one(self, form: Form, names: _Names) -> None:
        if form.kind in _QUOTES:
            return
        if form.kind == "symbol":
            self.symbol(form, names)
        elif form.kind == "fn":
            self.literal(form, names)
        elif form.kind == "tagged":
            self.all(form.children[1:], names)
        elif form.kind == "meta":
            # A tag names a class, where the reader finds one; only the form itself is evaluated.
            self.all(form.children[1:], names)
        elif form.kind != "list" or not self.known(form, names):
            self.all(form.children, names)

    def symbol(self, form: Form, names: _Names) -> None:
        if form.text in _CONSTANTS:
            return
        if binding := names.find(form.text.removesuffix(".")):
            binding.uses.append(form)
            self.result.bound[form] = binding
        else:
            self.result.free.append(form)

    def known(self, form: Form, names: _Names) -> bool:
        """Walk a form that is known to bind; False for any other."""
        head = form.head
        if not head or names.find(form.children[0].text):
            return False
        if head in ("quote", "comment", "ns", "import", "require", "use", "declare"):
            return True
        if head in _PAIRS:
            self.paired(form, names)
        elif head in FUNCTIONS | DEFINING_FUNCTIONS:
            self.function(form, names)
        elif head == "letfn":
            self.letfn(form, names)
        elif head in ("def", "defonce", "defmulti"):
            self.all(form.children[2:], names)
        elif head == "defprotocol":
            return True
        elif head == "catch":
            inner = self.bind(form.children[2:3], form, form.children[3:], names)
            self.all(form.children[3:], inner)
        elif head == "as->":
            self.all(form.children[1:2], names)
            self.all(form.children[3:], self.bind(form.children[2:3], form, (), names))
        elif head in ("amap", "areduce"):
            self.array_loop(form, names)
        elif head in _TYPES:
            self.methods(form, names)
        else:
            return False
        return True

    def paired(self, form: Form, names: _Names) -> None:
        if len(form.children) < 2 or form.children[1].bare.kind != "vector":
            self.all(form.children[1:], names)
            return
        seen = body(form)
        inner = _Names(names)
        self.pairs(form.children[1].bare.children, form, seen, inner)
        self.all(seen, inner)
        self.all(form.children[2 + len(seen) :], names)  # the other branch of an if-let

    def pairs(self, parts: Sequence[Form], form: Form, seen: Sequence[Form], names: _Names) -> None:
        each = form.head in LOOPS and form.head != "dotimes"
        for pattern, value in zip(parts[::2], parts[1::2], strict=False):
            if each and pattern.kind == "keyword":
                if pattern.text == ":let" and value.kind == "vector":
                    lets = value.children
                    for name, given in zip(lets[::2], lets[1::2], strict=False):
                        self.one(given, names)
                        self.pattern(name, Binding("", name, form, seen, given, name), names)
                else:
                    self.one(value, names)
                continue
            self.one(value, names)
            self.pattern(pattern, Binding("", pattern, form, seen, value, pattern, each), names)

    def function(self, form: Form, names: _Names) -> None:
        inner = _Names(names)
        named = form.children[1].bare if len(form.children) > 1 else None
        if form.head in FUNCTIONS and named is not None and named.kind == "symbol":
            inner.own[named.text] = Binding(named.text, named, form, ())
        if form.head == "defmethod":
            self.all(form.children[2:3], names)
        self.arities(form, inner)

    def arities(self, form: Form, names: _Names) -> None:
        for parameters, forms in arities(form):
            self.all(forms, self.bind([parameters], form, forms, names))

    def letfn(self, form: Form, names: _Names) -> None:
        inner = _Names(names)
        local = form.children[1].children if len(form.children) > 1 else []
        seen = form.children[2:]
        for function in local:
            if function.children and function.children[0].kind == "symbol":
                name = function.children[0]
                inner.own[name.text] = Binding(name.text, name, form, seen, function)
                self.result.bindings.append(inner.own[name.text])
        for function in local:
            self.arities(function, inner)
        self.all(seen, inner)

    def literal(self, form: Form, names: _Names) -> None:
        inner = _Names(names)
        for part in form.walk():
            if part.kind == "symbol" and part.text.startswith("%"):
                inner.own.setdefault(part.text, Binding(part.text, part, form, ()))
        if not self.known(form, inner):
            self.all(form.children, inner)

    def array_loop(self, form: Form, names: _Names) -> None:
        """`amap` binds an index and the result, `areduce` them and gives the latter's start."""
        bound = form.children[2:4]
        self.all(form.children[1:2], names)
        after = form.children[4:]
        if form.head == "areduce":
            self.all(after[:1], names)
            after = after[1:]
        self.all(after, self.bind(bound, form, after, names))

    def methods(self, form: Form, names: _Names) -> None:
        inner = _Names(names)
        skip = 2 if form.head.startswith("def") else 1
        fields = form.children[2:3] if skip == 2 else []
        if fields and fields[0].bare.kind == "vector":
            inner = self.bind(fields, form, (), names)
        for part in form.children[skip:]:
            if part.kind == "list" and arities(part):
                self.arities(part, inner)
            elif part not in fields:
                self.one(part, names)

    def bind(
        self, patterns: Sequence[Form], form: Form, seen: Sequence[Form], names: _Names
    ) -> _Names:
        inner = _Names(names)
        for pattern in patterns:
            self.pattern(pattern, Binding("", pattern, form, seen, None, pattern), inner)
        return inner

    def pattern(self, pattern: Form, like: Binding, names: _Names) -> None:
        """Bind the names of a pattern; its default values are read in the scope so far."""
        bare = pattern.bare
        if bare.kind == "symbol":
            if bare.text != "&":
                name = bare.text.rsplit("/", 1)[-1]
                binding = Binding(
                    name, bare, like.binder, like.body, like.value, like.pattern, like.each
                )
                names.own[name] = binding
                self.result.bindings.append(binding)
        elif bare.kind == "vector":
            for part in bare.children:
                self.pattern(part, like, names)
        elif bare.kind == "map":
            self.keys(bare, like, names)

    def keys(self, pattern: Form, like: Binding, names: _Names) -> None:
        parts = pattern.children
        for key, value in zip(parts[::2], parts[1::2], strict=False):
            if key.kind != "keyword":
                self.one(value, names)
                self.pattern(key, like, names)
            elif key.text == ":or":
                self.all(value.children[1::2], names)
            elif key.text == ":as":
                self.pattern(value, like, names)
            else:  # :keys and its like; the names may be written as keywords
                for name in value.children:
                    self.name(name, like, names)

    def name(self, form: Form, like: Binding, names: _Names) -> None:
        if form.kind == "keyword":
            name = form.text.lstrip(":").rsplit("/", 1)[-1]
            binding = Binding(name, form, like.binder, like.body, like.value, like.pattern)
            names.own[name] = binding
            self.result.bindings.append(binding)
        else:
            self.pattern(form, like, names)
