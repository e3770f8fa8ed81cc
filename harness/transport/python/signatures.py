"""The parameters of a Python callable: as it has them, as they are written, as it hands them on."""

from __future__ import annotations

import ast
import enum
import functools
import inspect
import sys
import typing
from collections.abc import Iterator, Sequence
from typing import Any, Optional

from harness.languages.usage import Follower, Function
from harness.languages.uses import Use

# What is only given by its name.
BLANK = {
    "kind": "any",
    "element": None,
    "type": "",
    "default": True,
    "keyword_only": True,
    "positional_only": False,
}


def beneath(thing: Any) -> Any:
    """The function of which some arguments are given already; anything else as it is."""
    return beneath(thing.func) if isinstance(thing, functools.partial) else thing


def hidden(cls: type, nodes: Sequence[ast.ClassDef]) -> Optional[Function]:
    """A constructor that a decorator wrapped so that its parameters cannot be asked for."""
    try:
        kinds = [p.kind for p in inspect.signature(cls).parameters.values()]
    except (TypeError, ValueError):
        return None
    if not kinds or any(k not in (k.VAR_POSITIONAL, k.VAR_KEYWORD) for k in kinds):
        return None
    for part in nodes[0].body if nodes else []:
        if isinstance(part, ast.FunctionDef) and part.name == "__init__" and part.decorator_list:
            return part
    return None


def parameters(function: Any) -> list[dict[str, Any]]:
    """A callable's parameters. Raises TypeError, ValueError: they cannot be had."""
    found = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            continue
        several = parameter.kind is parameter.VAR_POSITIONAL
        annotation, default = parameter.annotation, parameter.default
        one: dict[str, Any] = {
            "name": parameter.name,
            "kind": _kind(annotation, default),
            "element": None,
            "type": "" if annotation is parameter.empty else str(annotation),
            "default": default is not parameter.empty or several,
            "keyword_only": parameter.kind is parameter.KEYWORD_ONLY,
            "positional_only": parameter.kind is parameter.POSITIONAL_ONLY,
        }
        if isinstance(default, (int, float)) and not isinstance(default, bool):
            one["value"] = float(default)
        if typing.get_origin(annotation) is typing.Literal:
            one["texts"] = [one for one in typing.get_args(annotation) if isinstance(one, str)]
        if isinstance(default, enum.Enum):
            one.update(text=default.name, members=list(_members(default, function)))
        elif isinstance(default, str):
            one["text"] = default
        if default is None:
            one["nothing"] = True
        if several:
            one["several"] = True
        if isinstance(default, bool) or annotation in (bool, "bool"):
            one.update(flag=True, on=default is True)
        found.append(one)
    return found


def written(node: Function, bound: bool = True) -> list[dict[str, Any]]:
    """Parameters as they are written, for what a decorator hides them of; `bound` of a method."""
    arguments = node.args
    listed = [*arguments.posonlyargs, *arguments.args][int(bound) :]
    defaults: list[Optional[ast.expr]] = [None] * (len(listed) - len(arguments.defaults))
    pairs = list(zip(listed, [*defaults, *arguments.defaults][-len(listed) or None :]))
    pairs += list(zip(arguments.kwonlyargs, arguments.kw_defaults))
    found = []
    for argument, default in pairs:
        one: dict[str, Any] = {
            "name": argument.arg,
            "kind": "any",
            "element": None,
            "type": "" if argument.annotation is None else ast.unparse(argument.annotation),
            "default": default is not None,
            "keyword_only": argument in arguments.kwonlyargs,
            "positional_only": argument in arguments.posonlyargs,
        }
        number = default.value if isinstance(default, ast.Constant) else None
        if isinstance(number, (int, float)) and not isinstance(number, bool):
            one.update(kind="number", value=float(number))
        found.append(one)
    return found


def passed_on(cls: type, nodes: Sequence[ast.ClassDef]) -> list[dict[str, Any]]:
    """What a constructor takes by `**kwargs`: keys that it asks for, parameters of its bases."""
    found: list[dict[str, Any]] = []
    try:
        signature = inspect.signature(cls)
        known = set(signature.parameters)
        if not any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values()):
            return []
        name = next(p.name for p in signature.parameters.values() if p.kind is p.VAR_KEYWORD)
        if nodes:
            use = Follower(nodes).follow("__init__").get(name)
            found += [*named(use, known), *_taken_over(nodes, name, known)]
            known |= {p["name"] for p in found}
        initial = vars(cls).get("__init__")
        for base in cls.__mro__[1:-1]:
            given = vars(base).get("__init__")
            if given is None or given is initial or not inspect.isfunction(given):
                continue
            if (handed := _handed(nodes, name)) is None:
                break
            count, filled = handed
            for one in parameters(given)[1 + count :]:
                if one["name"] not in known | filled:
                    found.append({**one, "keyword_only": True, "positional_only": False})
                    known.add(one["name"])
            break
    except (TypeError, ValueError, RecursionError):
        return found
    return found


def _handed(nodes: Sequence[ast.ClassDef], keywords: str) -> Optional[tuple[int, set[str]]]:
    """How many arguments, and which by name, a base is given beside `**kwargs`; None without."""
    calls = False
    for part in (part for node in nodes[:1] for part in ast.walk(node)):
        if isinstance(part, ast.Call) and ast.unparse(part.func).endswith(".__init__"):
            calls = True
            names = {word.arg: ast.unparse(word.value) for word in part.keywords}
            if names.pop(None, "") == keywords:
                by_place = [a for a in part.args if ast.unparse(a) != "self"]
                # What is handed on by place is given by name as well.
                by_place = [a for a in by_place if not isinstance(a, ast.Starred)]
                return len(by_place), {*filter(None, names)}
    return None if calls else (0, set())


def _taken_over(
    nodes: Sequence[ast.ClassDef], keywords: str, known: set[str]
) -> Iterator[dict[str, Any]]:
    """The attributes that a class asks of itself, where all it is given by name becomes one."""
    parts = [part for node in nodes for part in ast.walk(node)]
    if not any(_puts_all(part, keywords) for part in parts):
        return
    own = [p for p in parts if isinstance(p, ast.Attribute) and ast.unparse(p.value) == "self"]
    defined = {getattr(part, "name", "") for node in nodes for part in node.body}
    stored = {part.attr for part in own if isinstance(part.ctx, ast.Store)}
    for name in dict.fromkeys(part.attr for part in own if isinstance(part.ctx, ast.Load)):
        if name not in known | defined and not name.startswith("__"):
            yield {**BLANK, "name": name, "default": name in stored}


def _puts_all(node: ast.AST, keywords: str) -> bool:
    """Whether something gives an object an attribute for each keyword that it was given."""
    if isinstance(node, ast.For):
        sets = any(ast.unparse(part).startswith("setattr(self,") for part in ast.walk(node))
        return sets and keywords in _names_in(node.iter)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    given = [*node.args, *(word.value for word in node.keywords)]
    updated = ast.unparse(node.func) in ("self.__dict__.update", "vars(self).update")
    return updated and any(keywords in _names_in(part) for part in given)


def _names_in(node: ast.expr) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def named(use: Optional[Use], known: set[str]) -> list[dict[str, Any]]:
    """Parameters for the keys that `**kwargs` is asked for."""
    keys = {k: u for k, u in (use.keys if use else {}).items() if isinstance(k, str)}
    return [
        {**BLANK, "name": key, "use": inner.as_json(), "word": True}
        for key, inner in keys.items()
        if key not in known
    ]


def _members(default: enum.Enum, function: Any) -> Iterator[str]:
    """What else an enumeration has, by the names that it goes by where a function is."""
    names = vars(sys.modules.get(function.__module__, enum)).items()
    for name in [name for name, thing in names if thing is type(default)]:
        yield from (f"{name}.{member.name}" for member in type(default))


def _kind(annotation: Any, default: Any) -> str:
    if annotation in (float, int, "float", "int") or isinstance(default, (float, int)):
        return "number"
    return "any"
