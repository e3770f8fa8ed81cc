"""Makes whatever a port asks for, of annotations, of what is done with it, and of names.

Small sizes that agree with each other, objects of the port's own classes, or of attributes that
are asked for, a text's choice that says RMSProp, a function that returns what it is given; None
where nothing else is left.
"""

from __future__ import annotations

import enum
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional

import numpy as np

from harness.languages.naming import plain_name, says_rmsprop
from harness.transport.python.beginnings import Beginnings
from harness.transport.python.explored.reach import Reach, own, several
from harness.transport.python.session import chosen
from harness.transport.python.shape import ARRAY_ATTRIBUTES, class_shape
from harness.transport.python.stand_ins import Stand

Parameter = Mapping[str, Any]
Use = Mapping[str, Any]

# What a number is where nobody says: valid as a rate, a decay, a share.
NUMBER = 0.5
FORMS = ("array", "number", "matrix", "list", "size", "given", "whole")
# In these, what is made is given numbers where nothing says otherwise, and its step is not.
_NUMBERS_FIRST = ("array", "matrix", "list", "whole")
_MATRICES = ("matrix", "whole")
# Objects within objects.
_DEEPEST = 5
TURN = re.compile(r"t|.*(?:iter|step|epoch|time)(?!.*size).*")
_COUNTED = re.compile(r".*(?:batch|stride|seed|random).*")
_NOTHING = re.compile(r".*(?:pad|offset|start|index|dilat|dropout|verbos).*|id|idx|i|j|l")
_LISTS = ("list", "List", "Sequence", "MutableSequence", "Iterable", "Collection", "tuple", "Tuple")
_MAPS = ("dict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "defaultdict")
_ARRAYS = ("ndarray", "NDArray", "ArrayLike", "Array", "Vector", "Matrix")
_SIZES = re.compile(
    r".*(?:sizes|dims|dimensions|topology|architecture|structure|shapes?|neurons|nodes|units)"
    r"|layers?(?:description|config)?"
)
_READY = re.compile(r".*(?:init|enabled|ready|trainable|require).*")


@dataclass(frozen=True)
class Module:
    """What a source defines and imports.

    Attributes:
        names: by name.
        shapes: of its classes and functions, by name.
        text: what a text is that may choose an algorithm; "" where the source has none.
        words: the names of numbers.
        needed: of those among them that nobody leaves out.
        beginnings: of averages that are made up, as the source says it; None for zeros.
    """

    names: Mapping[str, Any]
    shapes: Mapping[str, Mapping[str, Any]]
    text: str
    words: frozenset[str]
    needed: frozenset[str]
    beginnings: Optional[Beginnings] = None

    def shape(self, kind: type) -> Mapping[str, Any]:
        """The shape of a class, of another module, too."""
        for name, shape in self.shapes.items():
            if self.names.get(name) is kind:
                return shape
        return class_shape(kind.__name__, kind, {})

    @property
    def classes(self) -> list[type]:
        """The port's classes, those of its modules first that it names."""
        found = [thing for thing in self.names.values() if inspect.isclass(thing) and own(thing)]
        return list(dict.fromkeys(found))


class Maker:
    """Makes arguments.

    Args:
        module: where classes are looked for.
        size: how many there are of anything.
        counts: whole numbers that are said of it otherwise, by the parameter's path.
        form: what an array is where nothing says so.
        given: numbers by the path of the parameter that asks for them.

    Attributes:
        asked: numbers that parameters asked for so far, by path, as they were given.
        given: the same of parameters that have a number of their own.
        counts: the paths of parameters that were told how many there are.
        unknown: what was made for parameters of which nothing is known, but for the step's.
        shared: what is the same in every call, by the parameter's name.
        preparing: what is made is for a call before the step.
    """

    def __init__(
        self,
        module: Module,
        size: int,
        counts: Mapping[str, int],
        form: str,
        given: Mapping[str, float],
    ) -> None:
        self._module, self._size, self._counts = module, size, counts
        self._form, self._numbers = form, given
        self.counts: dict[str, None] = {}
        self._within = False
        self.shared: dict[str, Any] = {}
        self.preparing = False
        self.unknown: dict[str, Any] = {}
        self.asked: dict[str, float] = {}
        self.given: dict[str, float] = {}

    def call(self, function: Callable[..., Any], taken: Sequence[Parameter], path: str) -> Any:
        """What a function returns for arguments that are made for it."""
        return self.bound(function, taken, self.arguments(taken, path))

    @staticmethod
    def bound(
        function: Callable[..., Any], taken: Sequence[Parameter], arguments: Mapping[str, Any]
    ) -> Any:
        """What a function returns for some arguments; the others keep their defaults."""
        roles = [p["name"] if p["name"] in arguments else None for p in taken]
        return chosen(taken, roles, arguments).call(function)

    def arguments(self, taken: Sequence[Parameter], path: str, depth: int = 0) -> dict[str, Any]:
        """What a call is given, by name; what else has a default keeps that.

        An object or an array of the same name is the same in every call of one maker.
        """
        made: dict[str, Any] = {}
        for parameter in taken:
            name, use = str(parameter["name"]), parameter.get("use", {})
            members = parameter.get("members", ())  # of an enumeration, as its default says
            kind = members[0].rpartition(".")[0] if members else _word(parameter["type"])
            text = self._text(use, name) if "text" in parameter and not members else ""
            if (choice := text or self._choice(kind)) is not None and choice != "":
                made[name] = choice
            elif "value" in parameter and (self.number(name) or parameter["value"] % 1):
                made[name] = self._number(f"{path}.{name}", float(parameter["value"]))
            told = not parameter.get("nothing") or plain_name(name) not in self._module.needed
            told &= not self._settings(kind)
            if name in made or (parameter.get("default") and told):
                continue
            if depth == 0 and name in self.shared:
                made[name] = self.shared[name]
                continue
            made[name] = self._make(kind, use, f"{path}.{name}", depth)
            if depth == 0 and not isinstance(made[name], (float, int)):
                self.shared[name] = made[name]
        return made

    def _settings(self, kind: str) -> bool:
        """Whether a word is that of a class of the port's that is there for its hyperparameters."""
        thing = self._module.names.get(kind)
        if not (inspect.isclass(thing) and own(thing)):
            return False
        made = self._module.shape(thing)["constructors"]
        taken = made[0]["parameters"] if made else []
        return sum(self.number(p["name"]) for p in taken) * 2 > len(taken)

    def number(self, name: str) -> bool:
        """Whether a name is a hyperparameter's."""
        return plain_name(name) in self._module.words

    def _make(self, kind: str, use: Use, path: str, depth: int) -> Any:
        """What is made of an annotation, "" for none, and of a use."""
        name = plain_name(path.rpartition(".")[2].strip("[]"))
        found = re.fullmatch(r"(\w+)(?:\[(.*)\])?", kind)
        outer, inner = (found[1], found[2] or "") if found else ("", "")
        thing = self._module.names.get(outer)
        if _SIZES.fullmatch(name) and not use.get("attributes") and self._of_sizes(outer, use):
            return [self._count(path)] * 3
        if inspect.isclass(thing) and own(thing):
            return self.object(thing, path, depth)
        if outer == "float":
            return self._number(path)
        if outer == "bool":
            return _READY.fullmatch(name) is not None
        if outer == "str":
            return self._text(use, name) or name
        if outer == "Callable":
            return self._function(path)
        if outer == "int":
            return self._whole(name, path)
        if outer in _ARRAYS:
            return self._zeros(self._form)
        if outer in _MAPS:
            return self._map((_split(inner) or ["", ""])[-1], use, path, depth)
        if outer in _LISTS:
            return self._list((_split(inner) or [""])[0], use, path, depth)
        return self._used(use, name, path, depth)

    def _used(self, use: Use, name: str, path: str, depth: int) -> Any:
        """What is made where nothing but its use tells."""
        asked = {n for n in use.get("attributes", {}) if not n.startswith("__")}
        asked -= {*ARRAY_ATTRIBUTES, *(f"{n}()" for n in ARRAY_ATTRIBUTES)}
        of_maps = {n for n in asked if n in ("items()", "keys()", "values()", "get()", "pop()")}
        if use.get("called"):
            return self._function(path)
        if asked - of_maps:
            return self._having(asked, use, path, depth)
        if use.get("texts"):
            return self._text(use, name) or use["texts"][0]
        keys = [key for key in use.get("keys", {}) if not key.lstrip("-").isdigit()]
        if keys or of_maps or use.get("mapping") or use.get("patterns"):
            return self._map("", use, path, depth)
        if use.get("iterated") or "item" in use or use.get("keys"):
            return self._list("", use, path, depth)
        moved = any(use.get(flag) for flag in ("squared", "averaged", "written"))
        if (self.number(name) and not moved) or use.get("complement"):
            return self._number(path)
        if use.get("counted") or use.get("sized"):
            return self._count(path)
        if TURN.fullmatch(name) or _COUNTED.fullmatch(name):
            return 1
        if use.get("keyed"):
            return "w0"
        if _NOTHING.fullmatch(name):
            return 0
        if use.get("optional") and not use.get("computed"):
            return None
        return self._array(self._form, path, depth)

    @staticmethod
    def _of_sizes(outer: str, use: Use) -> bool:
        """Whether what is called sizes may be a list of them."""
        inner = [use.get("item", {}), *use.get("keys", {}).values()]
        plain = not any(one.get("attributes") or one.get("written") for one in inner)
        listed = outer in _LISTS or (not outer and ("item" in use or use.get("keys")))
        return plain and (listed or (not outer and not use.get("computed")))

    def _number(self, path: str, value: Optional[float] = None) -> float:
        number = self._numbers.get(path, NUMBER if value is None else value)
        (self.asked if value is None else self.given)[path] = number
        return number

    def _count(self, path: str) -> int:
        self.counts[path] = None
        return self._counts.get(path, self._size)

    def _function(self, path: str) -> Callable[..., Any]:
        """Returns what it is given; what is given no such thing says a number at every turn."""
        number = self._number(path)
        kept = (float, np.ndarray, list)
        return lambda *given, **_: given[0] if given and isinstance(given[0], kept) else number

    def _whole(self, name: str, path: str) -> int:
        if TURN.fullmatch(name) or _COUNTED.fullmatch(name):
            return 1
        return 0 if _NOTHING.fullmatch(name) else self._count(path)

    def _text(self, use: Use, name: str) -> str:
        """The text that chooses RMSProp, where a text chooses; else ""."""
        texts = [text for text in use.get("texts", ()) if says_rmsprop(text)]
        choosing = re.search("method|optim|algo|kind|mode|type|rule|name", name)
        return texts[0] if texts else self._module.text if choosing else ""

    def _choice(self, kind: str) -> Any:
        """The member of an enumeration that says RMSProp; None for none."""
        thing = self._module.names.get(kind)
        members = list(thing) if inspect.isclass(thing) and issubclass(thing, enum.Enum) else []
        return next((m for m in members if says_rmsprop(m.name)), None)

    def _array(self, form: str, path: str, depth: int) -> Any:
        """What nobody knows; zeros are what nobody has written to yet."""
        made = self._of_nothing(form, path, depth)
        if self.preparing or not path.startswith("."):  # of a step nothing is unknown that moves
            self.unknown[path] = made
        return made

    def _of_nothing(self, form: str, path: str, depth: int) -> Any:
        within = self._within and form not in FORMS  # what a part is made of is no part
        if form == "number" and path[0] == ".":
            return NUMBER  # which of the step's numbers it is, its effect tells
        if form == "number" or within or (path[0] != "." and form in _NUMBERS_FIRST):
            return self._number(path)
        if form == "list":
            return [0.0] * self._size
        if form == "size" and not path.startswith("."):
            return self._count(path)  # of what is made; a step is given arrays
        if form not in FORMS:
            return self.object(self._module.names[form], path, depth)
        return self._zeros(form)

    def _zeros(self, form: str) -> Any:
        return np.zeros((self._size,) * (2 if form in _MATRICES else 1))

    def _list(self, inner: str, use: Use, path: str, depth: int) -> Any:
        places = [int(key) for key in use.get("keys", {}) if key.isdigit()]
        count = max([self._size, *(place + 1 for place in places)])
        if places and "item" not in use and not use.get("iterated"):
            count = max(places) + 1
        if self._form == "whole" and not inner and not use.get("item", {}).get("attributes"):
            return self._zeros(self._form)
        item = dict(use.get("item", {}))
        for key, other in use.get("keys", {}).items():
            item = item or dict(other) if key.isdigit() else item
        return [self._make(inner, item, f"{path}[]", depth + 1) for _ in range(count)]

    def _map(self, inner: str, use: Use, path: str, depth: int) -> dict[str, Any]:
        keys: dict[str, Use] = {k: u for k, u in use.get("keys", {}).items() if not k.isdigit()}
        # What a loop over a map gives are its keys, and no elements.
        item = {name: known for name, known in use.get("item", {}).items() if name != "keyed"}
        for pattern in use.get("patterns", ()):
            keys.update({f"{pattern}{i}": item for i in range(1, self._size + 1)})
        keys = keys or {f"w{i}": item for i in range(self._size)}
        return {k: self._make(inner, u, f"{path}.{k}", depth + 1) for k, u in keys.items()}

    def _having(self, asked: set[str], use: Use, path: str, depth: int) -> Any:
        """An object of the class that has what is asked for, else one with just that."""
        if depth > _DEEPEST:
            return None
        names = {name.replace("()", "") for name in asked}
        fitting = [kind for kind in self._module.classes if names <= _has(kind)]
        for kind in fitting:
            try:
                return self.object(kind, path, depth)
            except Exception:
                continue
        stand = Stand()
        for name, inner in use["attributes"].items():
            if name in asked and "()" not in name:
                setattr(stand, name, self._make("", inner, f"{path}.{name}", depth + 1))
        return stand

    def object(self, kind: type, path: str, depth: int = 0) -> Any:
        """An object of a class, or of one that extends it where it is abstract.

        Raises:
            Exception: none can be made.
        """
        if issubclass(kind, enum.Enum):
            return self._choice(kind.__name__) or next(iter(kind))
        if depth > _DEEPEST:
            raise RecursionError(path)
        before, self._within = self._within, self._within or kind.__name__ == self._form
        try:
            return self._made(kind, path, depth)
        finally:
            self._within = before

    def _made(self, kind: type, path: str, depth: int) -> Any:
        failed: Optional[Exception] = None
        for one in [kind, *(c for c in self._module.classes if issubclass(c, kind) and c != kind)]:
            before = self._form
            for form in dict.fromkeys((before, "size", "given")):
                self._form = form
                try:
                    taken = self._module.shape(one)["constructors"][0]["parameters"]
                    made = self.arguments(taken, path.lstrip("."), depth + 1)
                    return self._settled(self.bound(one, taken, made), path.lstrip("."))
                except Exception as error:
                    failed = failed or error
                finally:
                    self._form = before
        raise failed or TypeError(kind)

    def _settled(self, made: Any, path: str) -> Any:
        """An object, of whose numbers whoever makes it sets those that its constructor is not told.

        Only of what is there for its numbers alone, as settings are.
        """
        told = any(name.startswith(f"{path}.") for name in (*self.asked, *self.given))
        cells = {} if told else Reach({path: made}).cells
        for name, cell in cells.items() if not any(map(several, cells)) else ():
            self.given[name] = self._numbers.get(name, cell.value)
            cell.put(self.given[name])
        return made


def _has(kind: type) -> set[str]:
    """The names that a class has, and those that its methods set."""
    names = set(dir(kind))
    for base in kind.__mro__:
        for member in vars(base).values():
            code = getattr(member, "__code__", None)
            names |= set(code.co_names) if code else set()
    return names


def _word(annotation: str) -> str:
    """An annotation without modules, quotes and what else is no name."""
    word = re.sub(r"^<class '(.*)'>$", r"\1", annotation).replace("'", "").replace('"', "")
    word = re.sub(r"(?:\w+\.)+(\w)", r"\1", word).replace(" ", "")
    parts = [part for part in _split(word, "|") if part != "None"]
    word = parts[0] if parts else ""
    found = re.fullmatch(r"(?:Optional|Union|Final|Annotated)\[(.*)\]", word)
    return _word(_split(found[1])[0]) if found else word


def _split(text: str, by: str = ",") -> list[str]:
    """The parts of a text that stand beside each other, outside of brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "[") - (letter == "]")
        if letter == by and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part for part in parts if part]
