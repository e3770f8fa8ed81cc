"""What stands in for an object that a port is handed: a specification, from what is done with it.

Of `layer.weights -= lr * layer.dweights` an object with two attributes is made, of a loop over
parameters with `data` and `grad` a list of such objects. A name says which array is meant; what
nobody knows is offered as zeros where it is computed with, and left out where the source only
asks whether it is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from harness.languages.texts import KEYED
from harness.ports.leaves import FALSE, NAME, TRUE, gradient_of, leaf, plain, weights_in
from harness.ports.roles import role_names, with_own
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS

Spec = dict[str, Any]
Use = Mapping[str, Any]

# What an array has itself.
_OF_ARRAYS = frozenset(
    "shape size dtype ndim T copy astype sum mean ravel reshape flatten tolist fill dot max min any"
    " all squeeze transpose item nbytes".split()
)
# What an object has that holds one: the same as its weights.
_MIRRORED = ("shape", "size", "ndim", "dtype")
_OF_WEIGHTS = ("param", "var", "weight")
# What NumPy has, and no array: of these one is used wherever arrays are made or averaged.
_OF_NUMPY = frozenset("zeros zeros_like ones_like sqrt square power full_like".split())
_SETS = ("set", "assign", "load", "put", "replace", "write")
# What is set to what is there and a step: TensorFlow's variables have them.
_MOVED = {"assignsub": "subtract", "assignadd": "add"}
_HIDDEN = "_rmsproof_"
# Keys of what is a setting, and no array.
_SETTINGS = frozenset("learningrate lr decayrate epsilon eps rho momentum".split())
_MOVES = ("update", "step", "apply", "add", "sub", "subtract", "descend", "move", "increment")
# What numbers are called, and those that every port needs.
NEEDED = with_own(frozenset[str]().union(*map(role_names, HYPERPARAMETERS)))
NUMBERS = NEEDED | with_own(frozenset[str]().union(*map(role_names, OPTIONS)))
# What a port that is not asked for it does nothing of, as long as it is 0.
ADDED = ("momentum", "weight_decay")
_ADDED = frozenset[str]().union(*map(role_names, ADDED))
EFFECTS = ("subtract", "add", "times gradient")


class Unknown(Exception):
    """Nobody knows what a part of an object is."""


def attributes(use: Use) -> dict[str, Use]:
    """The attributes that make a value an object, not an array or a map."""
    return {
        name: inner
        for name, inner in use.get("attributes", {}).items()
        if name not in _OF_ARRAYS and not name.endswith("()") and not name.startswith("__")
    }


def structured(use: Use) -> bool:
    """Whether a value is used as more than one array."""
    return bool(
        attributes(use)
        or use.get("iterated")
        or use.get("mapping")
        or use.get("patterns")
        or "item" in use
        or use.get("keys")
    )


def offer(use: Use, names: Sequence[str]) -> Spec:
    """What is offered for a value that is reached by these names. Raises Unknown."""
    if use.get("called"):
        return _method(use, names)
    own = attributes(use)
    if _library(own):
        return {"kind": "numpy"}
    if own:
        return _object(own, use, names)
    asked = {name.lower() for name in use.get("classes", ())}
    item = use.get("item", {})
    # A map's keys have none, and are what it is asked by.
    looped = use.get("iterated") and attributes(item) and not item.get("keyed")
    if (use.get("mapping") and ("dict" in asked or not looped)) or use.get("patterns"):
        return _map(use, names)
    keys = {key: inner for key, inner in use.get("keys", {}).items() if not key.isdigit()}
    if keys:
        return _map(use, names)
    places = [int(key) for key in use.get("keys", {}) if key.isdigit()]
    count = max(places, default=0) + 1
    unpacked = [use["keys"].get(str(i), {}) for i in range(count)] if count > 1 else []
    # Of an array and its gradient one is changed; where each is, these are weights and biases.
    written = all(u.get("written") for u in unpacked)
    if unpacked and (written or ("item" not in use and not use.get("iterated"))):
        return {
            "kind": "parts",
            # A tuple's arrays are changed.
            "changed": any(u.get("written") for u in unpacked) and "tuple" not in asked,
            "parts": [_part(u, names, i, count, written) for i, u in enumerate(unpacked)],
        }
    if use.get("iterated") or "item" in use:
        whole: Spec = {"kind": "list", "of": offer(_item(use), (*names, "[]"))}
        return {**whole, "ahead": use["lowest"]} if use.get("lowest") else whole
    return _leaf(use, names)


def _library(own: Mapping[str, Use]) -> bool:
    """Whether attributes are functions of arrays: what has them is NumPy, or stands for it."""
    called = all(inner.get("arguments") and hasattr(np, name) for name, inner in own.items())
    return called and bool(_OF_NUMPY & set(own))


def _item(use: Use) -> Use:
    merged: dict[str, Any] = dict(use.get("item", {}))
    for key, inner in use.get("keys", {}).items():
        if key.isdigit():  # one element, as every other
            merged = {**inner, **merged}
    return merged


def _part(use: Use, names: Sequence[str], place: int, count: int, written: bool) -> Spec:
    """One part of what is unpacked: weights and biases, or an array and its gradient."""
    if (order := _pair_in(names)) and count == len(order):
        if order[place] == "weights" and any(u.get("called") for u in attributes(use).values()):
            return offer(use, (*names, "weights"))
        return {"kind": "leaf", "role": order[place], "base": ""}
    gradient = any(gradient_of(name) is not None for name in names)
    if (known := _local(use)) and not structured(use):
        return {"kind": "leaf", "role": "gradients" if gradient else known[0], "base": known[1]}
    if any(plain(name) in NAME for name in use.get("called_by", [])):
        return {"kind": "name"}
    plural = structured(use)
    parent = names[-1] if names[-1] != "[]" else ""
    named = parent and weights_in(parent) is not None and not use.get("written")
    if plural or gradient or written or named:
        base = ("w", "b")[place] if count == 2 else f"#{place}"
        role = "gradients" if gradient else "weights"
        inner: Spec = {"kind": "leaf", "role": role, "base": base}
        return {"kind": "list", "of": inner} if plural else inner
    role = ("weights", "gradients")[place] if count == 2 else "zeros"
    return {"kind": "leaf", "role": role, "base": ""}


def _pair_in(names: Sequence[str]) -> tuple[str, ...]:
    """What a name says that pairs are of both: gradients and weights of `grads_and_vars`."""
    word = plain(next((name for name in reversed(names) if name != "[]"), ""))
    at = {"gradients": word.find("grad"), "weights": max(map(word.find, _OF_WEIGHTS))}
    return tuple(sorted(at, key=lambda role: at[role])) if min(at.values()) >= 0 else ()


def _leaf(use: Use, names: Sequence[str]) -> Spec:
    word = plain(names[-1])
    asked = not (use.get("computed") or use.get("written") or use.get("squared"))
    flag = word.startswith(("use", "has", "with")) or (use.get("tested") and leaf(names))
    if word in TRUE or (asked and flag):
        return {"kind": "fixed", "value": True}
    if word in FALSE:
        return {"kind": "fixed", "value": False}
    if word in NAME and (use.get("keyed") or not use.get("computed")):
        return {"kind": "name"}
    if use.get("counted") or use.get("measured"):
        listed = {"listed": True} if use.get("measured") else {}
        return {"kind": "many", "beyond": use.get("beyond", 0), **listed}
    if use.get("averaged"):
        base = plain(next((name for name in reversed(names) if name != "[]"), ""))
        return {"kind": "leaf", "role": "zeros", "base": base, "written": True, "own": True}
    # What is squared and goes into an average is a gradient, whatever it is called.
    squared = ("gradients", _last_word(names)) if use.get("squared") else None
    if known := leaf(names) or _local(use) or squared:
        role, base = known
        return {"kind": "leaf", "role": role, "base": base}
    needed = use.get("computed") or word in _ADDED
    if needed and not use.get("written") and word in NUMBERS:
        return {"kind": "hyper", "name": names[-1]}
    if use.get("set_to") is not None:
        return {"kind": "fixed", "value": not use["set_to"]}
    if use.get("computed") or use.get("written"):
        own = bool(use.get("made"))  # what a source makes of nothing is neither of the two
        written = bool(use.get("written"))
        return {"kind": "leaf", "role": "zeros", "base": word, "written": written, "own": own}
    return {"kind": "fixed", "value": None}


def _last_word(names: Sequence[str]) -> str:
    """Which weights the last word of a name is for: "w" of `slope_of_w`, "" if for none."""
    name = next((name for name in reversed(names) if name != "[]"), "")
    _, mark, word = name.rpartition("_")
    return (weights_in(word) or "") if mark else ""


def _local(use: Use) -> tuple[str, str] | None:
    """What an array is by the name that it goes by where it was taken out of what holds it."""
    return next(filter(None, (leaf([name]) for name in use.get("called_by", []))), None)


def _object(own: Mapping[str, Use], use: Use, names: Sequence[str]) -> Spec:
    offered: dict[str, Spec] = {}
    for name, inner in own.items():
        spec = offer(inner, (*names, name))
        zeros = spec["kind"] == "leaf" and spec["role"] == "zeros"
        if inner.get("optional") and (zeros or spec["kind"] == "fixed" or inner.get("made")):
            continue  # only asked whether it is there: it is the port's own
        offered[name] = spec
    by_exclusion(offered.values())
    moves = bool(use.get("written") and use.get("computed"))  # `p -= step`, of the object itself
    inside = (spec["role"] for one in offered.values() for spec in leaves(one))
    if moves and "weights" not in inside:
        offered["_rmsproof_weights"] = {"kind": "leaf", "role": "weights", "base": ""}
    mirrored = [name for name in _MIRRORED if name in use.get("attributes", {})]
    if use.get("mapping") or "item" in use:
        entries = offer({**use, "attributes": {}}, names)
        if entries["kind"] in ("map", "list"):
            return {**entries, "attributes": offered}
    _behind(offered)
    whole: Spec = {"kind": "object", "attributes": offered, "mirrored": mirrored}
    whole |= {"moves": True} if moves else {}
    return {**whole, "classes": use["classes"]} if use.get("classes") else whole


def by_exclusion(offered: Iterable[Spec]) -> None:
    """Of arrays of one object, or of one call, with one role open, the only other one has it."""
    arrays = [spec for spec in offered if spec["kind"] == "leaf"]
    roles = {spec["role"] for spec in arrays}
    others = [spec for spec in arrays if spec["role"] == "zeros" and not spec.get("own", True)]
    for role, written in (("weights", True), ("gradients", False)):
        fitting = [spec for spec in others if spec["written"] is written]
        missing = role not in roles and len(roles - {"zeros"}) == 1
        if missing and len(fitting) == 1:
            fitting[0].update(role=role, base="")


def _behind(offered: dict[str, Spec]) -> None:
    """Where a method is handed steps of weights that nobody sees, there are some."""
    found = [spec for one in offered.values() for spec in leaves(one)]
    moved = any(spec.get("effect") in ("?", *_MOVED.values()) for spec in offered.values())
    if moved and not found:  # gradients are handed over beside it
        offered[_HIDDEN] = {"kind": "leaf", "role": "weights", "base": ""}
    elif moved and not any(spec["role"] == "weights" for spec in found):
        for spec in [spec for spec in found if spec["role"] == "gradients"]:
            offered[_HIDDEN + spec["base"]] = {**spec, "role": "weights"}


def _map(use: Use, names: Sequence[str]) -> Spec:
    if patterns := use.get("patterns"):
        prefixes = sorted(patterns, key=lambda p: (_slot(p) == "b", patterns.index(p)))
        if (beside := [p[:-1] for p in prefixes if p.endswith(KEYED)]) and len(patterns) == 1:
            of = offer(use.get("item", {}), (*names, "[]"))
            return {"kind": "map", "of": of, "before": beside[0]}
        known = leaf([*names, prefixes[0]]) if any(prefixes) else leaf(names)
        if use.get("item", {}).get("averaged"):
            known = "zeros", ""
        if known is None:
            raise Unknown(f"keys that begin with {', '.join(map(repr, prefixes))}")
        inner: Spec = {"kind": "leaf", "role": known[0], "base": "", "computed": True}
        return {"kind": "map", "prefixes": prefixes, "of": inner}
    keys = {key: inner for key, inner in use.get("keys", {}).items() if not key.isdigit()}
    if keys:
        entries = {
            key: offer(inner, (*names, key)) for key, inner in keys.items() if not inner.get("made")
        }
        for key, spec in entries.items():
            if spec.get("role") == "zeros" and plain(key) in _SETTINGS and not _kept(keys[key]):
                if not use.get("item", {}).get("averaged"):
                    raise Unknown(f"the setting {key} under a key")
                entries[key] = {"kind": "hyper", "name": key}  # beside averages that it keeps
        by_exclusion(entries.values())
        return {"kind": "map", "entries": entries}
    if use.get("item", {}).get("made"):
        return {"kind": "map", "entries": {}}
    of = offer(use.get("item", {}), (*names, "[]"))
    # A loop over what is found by a name goes over the numbers of an array.
    numbers = of["kind"] == "list" and of["of"]["kind"] == "leaf" and not of.get("attributes")
    return {"kind": "map", "of": of["of"] if numbers else of}


def _kept(use: Use) -> bool:
    """Whether something is averaged: then its name does not say what it is."""
    return any(use.get(flag) for flag in ("averaged", "squared"))


def _slot(prefix: str) -> str:
    return gradient_of(prefix) or weights_in(prefix) or ""


def _method(use: Use, names: Sequence[str]) -> Spec:
    name = plain(names[-1])
    result = use.get("result", {})
    if not use.get("arguments"):
        if structured(result) or result.get("computed"):
            return {"kind": "method", "returns": offer(result, names)}
        if leaf(names[-1:]) and not name.startswith("zero"):
            return {"kind": "method", "returns": offer(result, names)}
        return {"kind": "method", "effect": "nothing"}
    if name in _MOVED:
        return {"kind": "method", "effect": _MOVED[name]}
    if name.startswith(_SETS):
        return {"kind": "method", "effect": "set"}
    if name.startswith(_MOVES):
        return {"kind": "method", "effect": "?"}
    if result:  # gradients that it computes of what it is given; else what says nothing
        known = offer(result, names)
        computes = any(spec["role"] == "gradients" for spec in leaves(known))
        return {"kind": "method", "returns": known if computes else {"kind": "anything"}}
    return {"kind": "method", "effect": "nothing"}


def parts(spec: Spec) -> Iterator[Spec]:
    """The parts directly below a specification."""
    for key in ("of", "returns"):
        if key in spec:
            yield spec[key]
    yield from spec.get("parts", [])
    for key in ("attributes", "entries"):
        yield from spec.get(key, {}).values()


def leaves(spec: Spec) -> Iterator[Spec]:
    """The arrays of a specification."""
    return (part for part in every(spec) if part["kind"] == "leaf")


def every(spec: Spec) -> Iterator[Spec]:
    """A specification and all below it."""
    yield spec
    for part in parts(spec):
        yield from every(part)


def kinds(spec: Spec) -> Iterator[str]:
    """The kinds of a specification and all below it."""
    return (part["kind"] for part in every(spec))


def moving(spec: Spec) -> bool:
    """Whether a method of what is offered moves the weights, nobody knows how."""
    return spec.get("effect") == "?" or any(map(moving, parts(spec)))


def with_effect(spec: Spec, effect: str) -> Spec:
    """The same, such a method taken to do this."""
    made = dict(spec)
    if made.get("effect") == "?":
        made["effect"] = effect
    for key in ("of", "returns"):
        if key in made:
            made[key] = with_effect(made[key], effect)
    if "parts" in made:
        made["parts"] = [with_effect(part, effect) for part in made["parts"]]
    for key in ("attributes", "entries"):
        if key in made:
            made[key] = {n: with_effect(part, effect) for n, part in made[key].items()}
    return made


def shown(spec: Spec) -> str:
    """A specification in a few words: an object with weights, dweights.

    >>> hidden = {"_rmsproof_": {"kind": "leaf"}}
    >>> shown({"kind": "object", "attributes": {"grad": {"kind": "leaf"}, **hidden}})
    'an object with grad'
    """
    if spec["kind"] == "leaf":
        return {"weights": "weights", "gradients": "gradients"}.get(spec["role"], "zeros")
    if spec["kind"] == "parts":
        return f"({', '.join(map(shown, spec['parts']))})"
    if spec["kind"] == "list":
        return f"a list of {shown(spec['of'])}"
    if spec["kind"] == "map":
        if spec.get("prefixes"):
            return f"a map of {', '.join(p + '1' for p in spec['prefixes'])}..."
        if spec.get("before"):
            return f"a map of {shown(spec['of'])} by {spec['before']!r} and the name"
        inside = spec.get("entries", {})
        if inside or "of" not in spec:
            return f"a map with {', '.join(inside) or 'nothing'}"
        return f"a map of {shown(spec['of'])}"
    if spec["kind"] == "object":
        named = {n: s for n, s in spec["attributes"].items() if not n.startswith(_HIDDEN)}
        known = [n + "()" * (s["kind"] == "method") for n, s in named.items()]
        return f"an object with {', '.join(known)}"
    return "settings" if spec["kind"] == "config" else spec["kind"]
