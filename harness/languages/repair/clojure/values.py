"""Values taken for what they are not: an atom for what it holds, a map for a sequence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.languages.repair import Repaired
from harness.languages.repair.clojure.code import Code, Edit, at_lines, listed
from harness.languages.repair.clojure.reader import Form
from harness.languages.repair.clojure.scope import LOOPS, PAIRED, arities, body

_CAST = re.compile(r"(?:class )?(\S+) cannot be cast to (?:class )?(\S+)")
# What else says that something was a reference: it is no sequence, has no count, is no array ...
_REFUSED = re.compile(
    r"(?:create ISeq from: |not supported on (?:this )?type: |Unable to convert: class )(\S+)"
)
_SILENT = re.compile(r"NullPointerException|No matching (?:method|field)")

# What a reference's class is called, by what makes one.
_MAKERS = {
    "atom": "Atom", "ref": "Ref", "volatile!": "Volatile", "agent": "Agent", "delay": "Delay",
    "promise": "promise", "future": "future_call",
}  # fmt: skip
# They take the reference itself.
_TAKING = frozenset(
    "swap! swap-vals! reset! reset-vals! compare-and-set! deref vswap! vreset! volatile? alter"
    " commute ref-set ensure send send-off await await-for add-watch remove-watch set-validator!"
    " get-validator realized? deliver force instance? type class identical? alter-meta! meta"
    " with-meta println print prn pr str pr-str delay? future? future-cancel restart-agent"
    " agent-error".split()
)
# Calls of these on a reference are never right: its value was meant.
_READING = frozenset(
    "+ - * / < > <= >= == inc dec max min quot rem mod zero? pos? neg? abs double float long int"
    " num get get-in nth first second last rest next seq vec count empty? keys vals contains? map"
    " mapv mapcat map-indexed keep run! apply some every? doall filter filterv remove reduce"
    " reduce-kv into conj assoc assoc-in update update-in dissoc disj merge merge-with select-keys"
    " update-vals update-keys zipmap aget aset alength subvec range repeat take drop partition"
    " interleave concat sort find peek pop".split()
)
_NUMERIC = frozenset("range count inc dec + - * quot".split())
_MAP_READS = frozenset("keys vals contains? get get-in reduce-kv find".split())
_MAP_UPDATES = frozenset(
    "assoc assoc-in update update-in dissoc merge select-keys update-vals update-keys".split()
)


def meant(code: Code) -> Iterator[Repaired]:
    """Texts in which the value that a crash speaks of is taken for what it is."""
    message = code.broken.message
    cast, refused = _CAST.search(message), _REFUSED.search(message)
    given = cast.group(1) if cast else refused.group(1) if refused else ""
    wanted = cast.group(2).rsplit(".", 1)[-1] if cast else ""
    if maker := _maker_of(given):
        yield from _dereferenced(code, maker, called=wanted == "IFn")
        return
    if wanted == "Future":
        yield from _not_dereferenced(code)
    elif _SILENT.search(message):
        yield from _dereferenced(code, "", called=False)
    yield from _looked_up(code, given.rsplit(".", 1)[-1], wanted)


# References


def _maker_of(name: str) -> str:
    """What makes the references of a class."""
    parts = re.split(r"[.$]", name)
    return next((maker for maker, part in _MAKERS.items() if part in parts), "")


def _dereferenced(code: Code, maker: str, *, called: bool) -> Iterator[Repaired]:
    """A reference read where its value is meant; what surely is a reference comes first."""
    wrong = [form for form in code.root.walk() if _misused(code, form, called=called)]
    makers = {form: _made_by(code, form) for form in wrong}
    known = [form for form in wrong if makers[form] in ([maker] if maker else _MAKERS)]
    there = [form for form in known if code.there(form, 1)]
    unsure = [
        form
        for form in wrong
        if form in code.names.bound and makers[form] not in _MAKERS and code.there(form, 1)
    ]
    unsure.sort(key=lambda form: makers[form] != "")
    given = [form for form in known if form.parent and _given_away(code, form, form.parent)]
    done: set[Form] = set()
    for form in [*there, *([*given, *unsure, *known] if maker else ())]:
        if form in done:
            continue
        # An atom is never a function: all calls of this one are the same mistake.
        same = [
            other
            for other in wrong
            if _same(code, other, form) and (called or other is form or code.there(other, 1))
        ]
        done.update(same)
        edits: list[Edit] = [(other.start, other.start, "@") for other in same]
        places = at_lines([code.at(other.start) for other in same])
        yield code.edited(edits, f"{form.text} dereferenced {places}")


def _misused(code: Code, form: Form, *, called: bool) -> bool:
    """Whether a symbol is called, or stands where a reference is of no use."""
    parent = form.parent
    if form.kind != "symbol" or parent is None:
        return False
    if parent.kind in ("list", "fn"):
        first = parent.children[0]
        if called or first is form:
            return called and first is form
        if parent.head in ("->", "->>", "some->"):
            step = parent.children[2] if len(parent.children) > 2 else first
            return parent.children[1] is form and step.text not in _TAKING | {step.head}
        reads = parent.head in _READING or parent.head.startswith("Math/")
        return reads or first.kind == "keyword" or _given_away(code, form, parent)
    binder = parent.parent
    if called or parent.kind != "vector" or binder is None or form not in parent.children[1::2]:
        return False
    pattern = parent.children[parent.children.index(form) - 1].bare
    return binder.head in LOOPS or (binder.head in PAIRED and pattern.kind in ("vector", "map"))


def _given_away(code: Code, form: Form, call: Form) -> bool:
    """Whether a function of the text is given a symbol's value and does not want a reference."""
    if not call.head or call.children[0] is form:
        return False
    index = call.children.index(form) - 1
    function = code.definitions.get(call.head)
    for parameters, _ in arities(function) if function else ():
        if len(parameters.children) == len(call.children) - 1:
            parameter = parameters.children[index].bare
            own = [b for b in code.locals.get(parameter.text, ()) if b.symbol is parameter]
            return bool(own) and not any(_as_reference(use) for use in own[0].uses)
    return False


def _as_reference(use: Form) -> bool:
    parent = use.parent
    return parent is not None and (parent.kind == "deref" or parent.head in _TAKING)


def _made_by(code: Code, form: Form) -> str:
    """What makes the reference that a symbol means; "" for a parameter, "?" for anything else."""
    if binding := code.names.bound.get(form):
        if binding.value is None:
            return ""
        if binding.each or binding.pattern is None or binding.pattern.bare is not binding.symbol:
            return "?"
        return _maker(binding.value)
    top = code.definitions.get(form.text)
    named = top is not None and top.head in ("def", "defonce") and len(top.children) > 2
    return _maker(top.children[-1]) if top and named else "?"


def _maker(value: Form) -> str:
    while value.head in ("let", "do", "doto") and value.children[1:]:
        value = (
            value.children[1] if value.head == "doto" else (body(value) or [value.children[1]])[-1]
        )
    return value.head if value.head in _MAKERS else "?"


def _same(code: Code, one: Form, other: Form) -> bool:
    """Whether two symbols mean the same thing."""
    bound = code.names.bound
    return one.text == other.text and bound.get(one) is bound.get(other)


def _not_dereferenced(code: Code) -> Iterator[Repaired]:
    """A value read as if it were a reference."""
    for form in code.root.walk():
        if form.kind == "deref" and code.there(form) and form.children[0].kind == "symbol":
            symbol = form.children[0]
            if _made_by(code, symbol) not in _MAKERS:
                edits = [(form.start, symbol.start, "")]
                change = f"{form.text} at line {code.at(form.start)} replaced by {symbol.text}"
                yield code.edited(edits, change)


# Maps


def _looked_up(code: Code, given: str, wanted: str) -> Iterator[Repaired]:
    """`nth` on a map replaced by a look-up; so is `get` with an index for its default."""
    array = "Vector" in given or "List" in given or "Seq" in given
    calls = [form for form in code.root.walk() if _mistaken(code, form, given, wanted, array=array)]
    calls.sort(key=lambda form: (code.there(form, int(array)), _likely(code, form)), reverse=True)
    done: set[Form] = set()
    for call in calls:
        if call in done:
            continue
        same = [other for other in calls if _alike(code, other, call)]
        done.update(same)
        edits = [edit for other in same for edit in _look_up(other)]
        places = at_lines([code.at(other.start) for other in same])
        to = listed(sorted(_replacement(other) for other in same))
        yield code.edited(edits, f"{call.head} {places} replaced by {to}")


def _mistaken(code: Code, form: Form, given: str, wanted: str, *, array: bool) -> bool:
    """Whether a look-up can be what a message speaks of."""
    if form.head not in ("nth", "get") or len(form.children) not in (3, 4):
        return False
    key = form.children[2]
    if array:  # a whole array came back, or the path to an element was taken for an index
        whole = len(form.children) == 4 and key.kind != "vector"
        return wanted == "Number" and (whole or (form.head == "nth" and key.kind == "vector"))
    if form.head != "nth":
        return False
    if "nth not supported" in code.broken.message:
        return "Map" in given
    return wanted == "Number" and bool(given) and not _is_index(code, key)


def _replacement(form: Form) -> str:
    """`get` for a key, `get-in` for a path or a key with an index."""
    nested = len(form.children) == 4 or form.children[2].kind == "vector"
    return "get-in" if nested else "get"


def _look_up(form: Form) -> list[Edit]:
    head, _, key, *index = form.children
    if not index:
        return [(head.start, head.end, _replacement(form))]
    return [
        (head.start, head.end, "get-in"),
        (key.start, key.start, "["),
        (index[0].end, index[0].end, "]"),
    ]


def _alike(code: Code, one: Form, other: Form) -> bool:
    """Whether two look-ups are the same mistake: made of one thing."""
    collections = one.children[1], other.children[1]
    return one is other or (
        one.head == other.head
        and all(collection.kind == "symbol" for collection in collections)
        and _same(code, *collections)
    )


def _is_index(code: Code, form: Form) -> bool:
    """Whether a form surely is a number."""
    if form.kind == "number" or form.head in _NUMERIC:
        return True
    binding = code.names.bound.get(form)
    if binding is None or binding.value is None:
        return False
    if binding.binder.head == "dotimes":
        return True
    plain = binding.pattern is not None and binding.pattern.bare is binding.symbol
    if binding.each:
        return plain and binding.value.head == "range"
    return plain and (binding.value.kind == "number" or binding.value.head in _NUMERIC)


def _likely(code: Code, form: Form) -> tuple[int, int]:
    """How much speaks for a map: what else is done with it, then a third argument."""
    collection = form.children[1]
    binding = code.names.bound.get(collection)
    uses = binding.uses if binding else [f for f in code.names.free if f.text == collection.text]
    return (
        sum(_used_as_map(code, use) for use in uses if collection.kind == "symbol"),
        len(form.children),
    )


def _used_as_map(code: Code, use: Form) -> bool:
    parent = use.parent
    if parent is None or len(parent.children) < 2:
        return False
    first, second = parent.children[:2]
    if parent.head in _MAP_READS or (parent.head in _MAP_UPDATES and second is use):
        return True
    if parent.kind == "list" and first is use:
        return not _is_index(code, second)
    return first.kind == "keyword" or _taken_apart_as_map(parent, use)


def _taken_apart_as_map(parent: Form, use: Form) -> bool:
    """Whether a loop takes pairs from it: `[[k v] m]`."""
    binder = parent.parent
    if parent.kind != "vector" or binder is None or binder.head not in ("doseq", "for"):
        return False
    pairs = zip(parent.children[::2], parent.children[1::2], strict=False)
    return any(value is use and pattern.bare.kind == "vector" for pattern, value in pairs)
