"""Dropped updates made to count: what is never changed is kept in an atom that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from harness.languages.repair import Repaired
from harness.languages.repair.clojure.code import Code, Edit, fresh, listed
from harness.languages.repair.clojure.dropped import UPDATES, Drop, dropped
from harness.languages.repair.clojure.reader import Form
from harness.languages.repair.clojure.scope import (
    DEFINING_FUNCTIONS,
    FUNCTIONS,
    Binding,
    arities,
    body,
)

# What changes the thing that a reference holds, by a function or to a value.
_CHANGING = {
    "atom": ("swap!", "reset!"),
    "volatile!": ("vswap!", "vreset!"),
    "ref": ("alter", "ref-set"),
    "": ("alter-var-root", "alter-var-root"),
}
# Nothing waits for an agent, and the others are set once.
_UNCHANGING = frozenset("agent delay promise future".split())
_LOOKING = frozenset(("get", "nth", "get-in"))
# Forms that evaluate their body once and have the value of its last form.
_ONCE = frozenset(
    "let let* do when when-not when-let when-some when-first binding with-open dosync locking"
    " letfn".split()
)
# Forms that evaluate their body more than once.
_AGAIN = frozenset("doseq dotimes while loop for fn fn* run!".split())
# Forms for their effects: nothing is lost when another value is returned after them.
_EFFECTS = frozenset(
    "doseq dotimes while run! dorun println print prn pr printf newline swap! reset!"
    " vswap! vreset!".split()
)


@dataclass(frozen=True)
class _Place:
    """What a dropped update was meant to change.

    Attributes:
        drop: the update.
        root: the symbol of the collection that it, or the part it changes, belongs to.
        binding: the local that the symbol means, where it is to be kept in an atom.
        reference: what makes the reference that the symbol is already; "" where it is none.
        path: `update` and a key, or `update-in` and a path, where a part is changed.
    """

    drop: Drop
    root: Form
    binding: Binding | None = None
    reference: str = ""
    path: tuple[str, Form] | None = None


@dataclass
class _Plan:
    """The edits of one candidate, what they do, in phrases, and how many updates they mend."""

    edits: list[Edit] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    counted: int = 0

    def around(self, form: Form, opening: str, closing: str = ")") -> None:
        """Wrap a form. Of two things around one form the first wrapped is the outer one."""
        self.edits.append((form.start, form.start, opening))
        self.edits.insert(0, (form.end, form.end, closing))


def counted(code: Code) -> Iterator[Repaired]:
    """Texts in which every dropped update that can count does."""
    candidates = (_places(code, drop) for drop in dropped(code.root, code.names))
    choices = [places for places in candidates if places]
    ranks = range(max(map(len, choices), default=0))
    plans = [_plan(code, [c[min(rank, len(c) - 1)] for c in choices]) for rank in ranks]
    most = max((plan.counted for plan in plans), default=0)
    for plan in plans:
        if plan.edits and plan.counted == most:
            yield code.edited(plan.edits, "; ".join(plan.phrases))


# What was meant


def _places(code: Code, drop: Drop) -> list[_Place]:
    """What an update may have been meant to change, likeliest first."""
    target = drop.target.bare
    direct = _place(code, drop, target)
    if drop.form is not drop.call:  # a thread: its steps are for the whole
        return direct
    binding = code.names.bound.get(target)
    part = _looking(target) if binding is None else _part_of(binding)
    whole = []
    if part is not None:
        root, function, key = part
        whole = [
            replace(place, path=(function, key))
            for place in _place(code, drop, root)
            if key.within(target) or _visible(code, drop, key, root)
        ]
    read_later = binding is not None and any(u.start >= drop.form.end for u in binding.uses)
    return [*direct, *whole] if read_later else whole or direct


def _place(code: Code, drop: Drop, form: Form) -> list[_Place]:
    """The place that a symbol, or what the reference it means holds, stands for."""
    if form.kind == "deref" or (form.head == "deref" and len(form.children) == 2):
        symbol = form.children[-1]
        maker = _maker(code, symbol)
        return [_Place(drop, symbol, reference=maker)] if maker in _CHANGING else []
    if form.kind != "symbol":
        return []
    if binding := code.names.bound.get(form):
        return [_Place(drop, form, binding)]
    top = code.definitions.get(form.text)
    return [_Place(drop, form)] if top and top.head == "def" else []


def _maker(code: Code, symbol: Form) -> str:
    """What made the reference that a symbol means: an atom, where nothing else is written."""
    if symbol.kind != "symbol":
        return "?"
    if binding := code.names.bound.get(symbol):
        value = binding.value
    else:
        top = code.definitions.get(symbol.text)
        value = top.children[-1] if top else None
    head = value.head if value else ""
    return head if head in _CHANGING or head in _UNCHANGING else "atom"


def _visible(code: Code, drop: Drop, *forms: Form) -> bool:
    """Whether the symbols of a look-up made earlier still mean the same at the update."""
    symbols = [part for form in forms for part in form.walk() if part.kind == "symbol"]
    if any(part.kind == "list" for form in forms for part in form.walk()):
        return False  # what it comes to may have changed
    for symbol in symbols:
        meant = code.names.bound.get(symbol)
        since = meant.symbol.start if meant else symbol.start
        for other in code.locals.get(symbol.text, ()):
            hides = other.symbol.start > since
            if hides and any(drop.form.within(form) for form in other.body):
                return False
    return True


def _looking(form: Form) -> tuple[Form, str, Form] | None:
    """A look-up taken apart: the collection, `update` or `update-in`, and the key or path."""
    parts = form.children
    if form.kind != "list" or len(parts) not in (2, 3):
        return None
    if form.head in _LOOKING and len(parts) == 3:
        return parts[1].bare, "update-in" if form.head == "get-in" else "update", parts[2]
    if len(parts) == 2 and parts[0].kind == "keyword":
        return parts[1].bare, "update", parts[0]
    if len(parts) == 2 and parts[0].kind in ("symbol", "deref"):
        return parts[0], "update", parts[1]
    return None


def _part_of(binding: Binding) -> tuple[Form, str, Form] | None:
    """What a local is a part of: `(let [w (get weights k)] ...)`, `(doseq [[k w] weights] ...)`."""
    value, pattern = binding.value, binding.pattern
    if value is None or pattern is None:
        return None
    if not binding.each:
        return _looking(value) if pattern.bare is binding.symbol else None
    entry = pattern.bare.children
    if pattern.bare.kind != "vector" or len(entry) != 2 or entry[1].bare is not binding.symbol:
        return None
    if entry[0].bare.kind != "symbol" or value.bare.kind not in ("symbol", "deref"):
        return None
    return value.bare, "update", entry[0].bare


# What is changed


def _plan(code: Code, places: Sequence[_Place]) -> _Plan:
    plan = _Plan()
    groups: dict[object, list[_Place]] = {}
    for place in places:
        groups.setdefault(place.binding or (place.root.text, place.reference), []).append(place)
    done: list[_Place] = []
    for group in groups.values():
        first = group[0]
        if first.binding is not None:
            if not _keep(code, plan, first.binding, group):
                continue
        else:
            for place in group:
                _change(plan, place, first.reference, first.root.text)
            plan.phrases.append(f"{first.root.text} changed by {_calls(code, group)}")
        done += group
    plan.counted = len(done)
    for form in dict.fromkeys(form for place in done for form in place.drop.lazy):
        plan.around(form, "(dorun ")
        plan.phrases.append(f"the {form.head} at line {code.at(form.start)} run by dorun")
    return plan


def _calls(code: Code, places: Sequence[_Place]) -> str:
    calls = [place.drop.call for place in places]
    return listed([f"the {call.head} at line {code.at(call.start)}" for call in calls])


def _keep(code: Code, plan: _Plan, binding: Binding, places: Sequence[_Place]) -> bool:
    """A local kept in an atom from before its first dropped update to the end of its scope."""
    forms = _region(binding, places)
    if not forms:
        return False
    start, last = forms[0].start, forms[-1]
    changed = {place.drop.target for place in places if place.drop.form is place.drop.call}
    uses = [
        use
        for use in binding.uses
        if start <= use.start < last.end and changed.isdisjoint((use, *use.ancestors()))
    ]
    done = max(place.drop.form.end for place in places)
    returned = last.head in _EFFECTS and _last(last) and all(use.start < done for use in uses)
    if not returned and not _read_after(uses, [place.drop.form for place in places]):
        return False
    name = fresh(binding.name, code.broken.text)
    closing = f" @{name})" if returned else ")"
    plan.edits.append((start, start, f"(let [{name} (atom {binding.name})] "))
    plan.edits.insert(0, (last.end, last.end, closing))
    for place in places:
        _change(plan, place, "atom", name)
    plan.edits += [(use.start, use.end, f"@{name}") for use in uses]
    counts = f"{_calls(code, places)} {'count' if len(places) > 1 else 'counts'}"
    phrase = f"{binding.name} kept in an atom from line {code.at(start)} on, so that {counts}"
    if returned:
        phrase += f"; its value returned after line {code.at(last.end - 1)}"
    plan.phrases.append(phrase)
    return True


def _read_after(uses: Sequence[Form], drops: Sequence[Form]) -> bool:
    """Whether a use is evaluated after an update: it stands behind one, or in a loop with one."""
    first = min(drop.end for drop in drops)
    again = {
        form
        for drop in drops
        for form in drop.ancestors()
        if form.head in _AGAIN or form.kind == "fn"
    }
    return any(use.start >= first or not again.isdisjoint(use.ancestors()) for use in uses)


def _region(binding: Binding, places: Sequence[_Place]) -> Sequence[Form]:
    """The forms of the smallest body that has the updates and all that may read them."""
    start = min(place.drop.form.start for place in places)
    end = max(place.drop.form.end for place in places)
    forms: Sequence[Form] = ()
    inner: Sequence[Form] = binding.body
    while inner and inner[0].start <= start and end <= inner[-1].end:
        forms = [form for form in inner if form.end > start]
        inner = body(forms[0]) if len(forms) == 1 and forms[0].head in _ONCE else ()
    return forms


def _last(form: Form) -> bool:
    """Whether a form's value is what its function returns."""
    parent = form.parent
    while parent is not None and parent.head in _ONCE and parent.children[-1] is form:
        form, parent = parent, parent.parent
    if parent is None:
        return False
    if parent.head in FUNCTIONS | DEFINING_FUNCTIONS:
        return any(forms and forms[-1] is form for _, forms in arities(parent))
    function = parent.parent
    if function is None or function.head not in FUNCTIONS | DEFINING_FUNCTIONS:
        return False
    return any(forms and forms[-1] is form for _, forms in arities(function))


def _change(plan: _Plan, place: _Place, maker: str, name: str) -> None:
    """`(assoc m k v)` as `(swap! m* assoc k v)`; of a part, as `(swap! m* update p assoc k v)`."""
    drop = place.drop
    change, put = _CHANGING[maker]
    holder = name if maker else f"#'{name}"
    if maker == "ref":
        plan.around(drop.form, "(dosync ")
    if drop.form is not drop.call:
        opening, closing = ("", ")") if maker else ("(constantly ", "))")
        plan.around(drop.form, f"({put} {holder} {opening}", closing)
        return
    head, first = drop.call.children[:2]
    before = f"{change} {holder}"
    if place.path is not None:
        update, key = place.path
        before += f" {update} {key.text}"
    if UPDATES[drop.call.head] == 1:
        plan.edits.append((head.start, drop.target.end, f"{before} {head.text}"))
    else:  # merge-with, whose own function comes first
        plan.edits += [
            (head.start, first.start, f"{before} (partial {head.text} "),
            (first.end, drop.target.end, ")"),
        ]
