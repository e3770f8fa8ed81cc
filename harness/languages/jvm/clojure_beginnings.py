"""What the callers of a Clojure function begin an average with that they hand over.

As `beginnings` says it of the languages with braces. Nothing is evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from harness.languages.jvm.beginnings import agreed
from harness.languages.repair.clojure.reader import Form, ReadError, read

_DEFINING = ("defn", "defn-")
_BINDING = frozenset("let loop when-let if-let binding with-redefs".split())
# What holds the numbers that its last argument makes.
_HOLDING = frozenset(
    "vec repeat atom volatile! ref into zipmap vector list constantly double float".split()
)
_ARRAYS = ("double-array", "float-array")
_FILLING = ("reset!", "vreset!")
# How functions are called that prepare.
_PREPARES = re.compile(r"(?:init|initiali[sz]e|setup|set-up|prepare)(?:-[\w-]+)?!?")
_DEEPEST = 6


def begun(own: Iterable[str], others: Iterable[str] = ()) -> dict[str, dict[str, float]]:
    """The number that each parameter of each function begins as, where all callers agree.

    Args:
        own: the source's texts.
        others: texts of what stands around it.

    >>> step = "(defn step [w s] (mapv + w s)) "
    >>> begun([step + "(loop [s (vec (repeat 2 1.0))] (recur (step w s)))"])
    {'step': {'s': 1.0}}
    >>> begun([step + "(defn fresh [n] (double-array n)) (let [s (fresh 2)] (step w s))"])
    {'fresh': {'n': 2.0}, 'step': {'s': 0.0}}
    """
    roots = list(_read(own))
    functions = _functions(roots)
    found: dict[str, dict[str, set[float]]] = {}
    for root in (*roots, *_read(text for text in others if any(n in text for n in functions))):
        for call in root.walk():
            name = call.head.rpartition("/")[2]
            if name not in functions:
                continue
            handed = zip(_parameters(functions[name]), call.children[1:], strict=False)
            for parameter, argument in handed:
                number = _made(argument, functions, _DEEPEST)
                if number is not None:
                    found.setdefault(name, {}).setdefault(parameter, set()).add(number)
    return agreed(found)


def prepared(own: Iterable[str]) -> dict[str, str]:
    """What is to be called before each function: it fills a reference that the function reads.

    Which that does not call itself, nor by others, and which takes weights, a size or nothing.

    >>> prepared(["(def c (atom nil)) (defn init! [w] (reset! c w)) (defn step [w] @c)"])
    {'step': 'init!'}
    """
    roots = list(_read(own))
    functions = _functions(roots)
    tops = [f for root in roots for f in root.children if f.head in ("def", "defonce")]
    kept = {top.children[1].bare.text for top in tops if len(top.children) > 1}
    words = {
        name: {part.text for part in form.walk() if part.kind == "symbol"} - {name}
        for name, form in functions.items()
    }
    fills = {
        name: {part.children[1].text for part in form.walk() if part.head in _FILLING}
        for name, form in functions.items()
        if _PREPARES.fullmatch(name) and len(_parameters(form)) < 2
    }
    found = {}
    for name in functions:
        reached, waiting = {name}, [name]
        while waiting:
            new = (words[waiting.pop()] & functions.keys()) - reached
            reached |= new
            waiting += new
        reads = set().union(*(words[one] for one in reached)) & kept
        makers = [maker for maker, filled in fills.items() if filled & reads]
        if len(makers) == 1 and makers[0] not in reached and name not in fills:
            found[name] = makers[0]
    return found


def _functions(roots: Iterable[Form]) -> dict[str, Form]:
    """What is defined at the top, by its name."""
    return {
        form.children[1].bare.text: form
        for root in roots
        for form in root.children
        if form.head in _DEFINING and len(form.children) > 2
    }


def _read(texts: Iterable[str]) -> Iterator[Form]:
    for text in texts:
        try:
            yield read(text)
        except ReadError:
            continue  # whoever loads it says so


def _parameters(function: Form) -> list[str]:
    """The names in the first argument vector."""
    vector = next((form for form in function.children[2:] if form.bare.kind == "vector"), None)
    return [form.bare.text for form in vector.children] if vector else []


def _made(form: Form, functions: dict[str, Form], deep: int) -> float | None:
    """The number that all of what is made is; None where nobody knows, or it is nothing yet."""
    form = form.bare
    if form.kind == "number":
        try:
            return float(form.text.rstrip("MN"))
        except ValueError:
            return None
    if deep == 0:
        return None
    if form.kind in ("symbol", "deref"):
        name = form.children[0].text if form.children else form.text
        value = _bound(form, name)
        return None if value is None else _made(value, functions, deep - 1)
    if form.kind in ("vector", "map"):
        parts = form.children[1::2] if form.kind == "map" else form.children
        numbers = {_made(part, functions, deep - 1) for part in parts}
        return numbers.pop() if len(numbers) == 1 else None
    if not form.children[1:]:
        return None
    last = form.children[-1]
    if form.head in _ARRAYS:
        if len(form.children) > 2:
            return _made(last, functions, deep - 1)
        return 0.0 if last.kind in ("number", "list", "symbol") else None
    if form.head in ("mapv", "map"):
        made = form.children[1]
        return _made(made, functions, deep - 1) if made.head in ("constantly", "fn") else None
    if form.head == "for" and last.kind == "vector" and len(last.children) == 2:
        return _made(last.children[1], functions, deep - 1)  # a key beside it
    if form.head in ("for", "fn", "let", "do") or form.head in _HOLDING:
        return _made(last, functions, deep - 1)
    function = functions.get(form.head)
    return _made(function.children[-1], functions, deep - 1) if function else None


def _bound(form: Form, name: str) -> Form | None:
    """What a symbol says where it is bound nearest: in a vector around it, or at the top."""
    for around in form.ancestors():
        if around.kind == "vector" and around.parent and around.parent.head in _BINDING:
            continue
        if around.head in _BINDING and len(around.children) > 1:
            bound = around.children[1].children
            for one, value in zip(bound[-2::-2], bound[::-2], strict=False):
                if one.bare.text == name and not form.within(value):
                    return value
        if around.head in (*_DEFINING, "fn") and name in _parameters(around):
            return None  # its caller's
        for top in around.children if around.kind == "root" else ():
            if top.head in ("def", "defonce") and top.children[1].bare.text == name:
                return top.children[-1]
    return None
