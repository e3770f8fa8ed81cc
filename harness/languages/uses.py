"""What is done with one value: the attributes, items, keys and calls that a source asks of it.

Runs in the worker as well, so that it keeps to what Python 3.9 has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Optional

# Uses of uses deeper than this add nothing that an optimizer of a page would hide there.
_DEPTH = 9
_FLAGS = (
    "iterated mapping called computed written optional squared averaged keyed made complement"
    " counted measured divisor tested"
).split()


@dataclass
class Use:
    """What is done with one value.

    Attributes:
        attributes: of it that are asked for, by name.
        item: an element, by iteration or by a place that is computed.
        keys: elements by a literal text or place.
        patterns: beginnings of texts that keys are put together with: "W" of `"W" + str(i)`.
        result: what it returns when it is called.
        arguments: how many it is called with at most.
        iterated, mapping, called, computed, written: whether that is done with it; `computed`
            is arithmetic, `written` a new value in its place, or a change in place.
        optional: only asked whether it is there.
        squared: it is multiplied with itself, as gradients are.
        averaged: it becomes an average of squares, by what it was.
        keyed: it says which of several is meant.
        made: the source puts a new one there, of nothing, as it does with what it keeps itself.
        complement: one less of it is computed with, as of the decay of an average.
        counted, measured: a loop goes so often, or as often as it is long.
        beyond: by how much it is more than the loop goes.
        lowest: the first place of those that are asked for, where all are counted.
        texts: that it is compared with, or one of which it chooses.
        named: names that say RMSProp, of which the same is so.
        sized: "rows", "columns" or "length": of which of an array's sizes it is.
        classes: of which it is asked whether it is one.
        divisor: something is divided by it.
        tested: it is asked whether it is true.
        set_to: the flag that it becomes, once it was the other.
        called_by: the names that it goes by where it was taken out of what holds it.
    """

    attributes: dict[str, Use] = field(default_factory=dict)
    item: Optional[Use] = None
    keys: dict[Any, Use] = field(default_factory=dict)
    patterns: list[str] = field(default_factory=list)
    result: Optional[Use] = None
    arguments: int = 0
    iterated: bool = False
    mapping: bool = False
    called: bool = False
    computed: bool = False
    written: bool = False
    optional: bool = False
    squared: bool = False
    averaged: bool = False
    keyed: bool = False
    made: bool = False
    complement: bool = False
    counted: bool = False
    measured: bool = False
    divisor: bool = False
    tested: bool = False
    beyond: int = 0
    lowest: Optional[int] = None
    texts: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    sized: str = ""
    classes: list[str] = field(default_factory=list)
    set_to: Optional[bool] = None
    called_by: list[str] = field(default_factory=list)

    def attribute(self, name: str) -> Use:
        """Its attribute of that name."""
        return self.attributes.setdefault(name, Use())

    def element(self) -> Use:
        """Its element at a place that is computed."""
        if self.item is None:
            self.item = Use()
        return self.item

    def begins(self, place: Optional[int]) -> None:
        """A place of it is asked for, or this one and those after it; None for an unknown one."""
        self.lowest = min(place or 0, self.lowest if self.lowest is not None else place or 0)

    def as_json(self, depth: int = _DEPTH) -> dict[str, Any]:
        """The same in plain values, without what is empty."""
        whole: dict[str, Any] = {name: True for name in _FLAGS if getattr(self, name)}
        if self.squared:  # what a copy of it becomes is not it
            whole.pop("averaged", None)
        if self.set_to is not None:
            whole["set_to"] = self.set_to
        if self.sized:
            whole["sized"] = self.sized
        for name in ("called_by", "texts", "named", "classes"):
            if listed := getattr(self, name):
                whole[name] = list(dict.fromkeys(listed))
        for name in ("beyond", "lowest"):
            if number := getattr(self, name):
                whole[name] = number
        if self.arguments:
            whole["arguments"] = self.arguments
        if self.patterns:
            whole["patterns"] = list(dict.fromkeys(self.patterns))
        if depth:
            for name in ("item", "result"):
                if (inner := getattr(self, name)) is not None:
                    whole[name] = inner.as_json(depth - 1)
            for name in ("attributes", "keys"):
                if inner := getattr(self, name):
                    whole[name] = {str(k): v.as_json(depth - 1) for k, v in inner.items()}
        return whole


KEY = Use()  # stands for a map's key in a loop over it


def result_of(use: Use) -> Use:
    """What a value returns when it is called."""
    if use.result is None:
        use.result = Use()
    return use.result


def element_of(use: Use) -> Use:
    """A list of which a value is an element."""
    return Use(item=use, iterated=True)
