"""Which parameter plays which role: a port's shape (what a host found) to a binding.

A host (Python, Java, Scala, Clojure) lists classes, constructors, methods and functions with
their parameters' names and kinds. The rules here are the same for all languages; where a name
does not settle a role, the error says what was found and which line of port.toml would.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS, SCHEDULES

# What may hold the weights: arrays by name, arrays in order, one array a call.
_CONTAINERS = ("map", "list", "array")
DATA = ("gradients", "weights", "state")
# How many numbers there are, which is meant, how often it was called: whole numbers.
COUNTS = ("size", "rows", "columns", "index", "start", "length", "iteration")
# Objects that hold weights and gradients, what an array is called, what is asked for gradients.
OTHERS = ("parameters", "name", "source")
ROLES = HYPERPARAMETERS + OPTIONS + DATA + COUNTS + OTHERS
# A parameter that takes no role but a constant has that in its place, as JSON behind this.
CONSTANT = "="
Constant = float | int | bool | str
_CONSTANTS: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("String", "str"), (str,)),
    **dict.fromkeys(("boolean", "Boolean", "bool"), (bool,)),
    **dict.fromkeys(("int", "long", "Int", "Long", "Integer"), (int,)),
}

# Lower case without _ and -; in a role's row the earlier name is the surer one. A name that
# stands in several rows takes the role that its neighbours leave (lr with alpha: alpha decays).
_NAMES: Mapping[str, str] = {
    "learning_rate": "learningrate lr learnrate lrate stepsize eta η rate alpha α step",
    "decay_rate": "decayrate rho ρ gamma γ beta β beta2 β2 averagedecay avgdecay decayfactor"
    " decay smoothing smoothingconstant discount forgettingfactor forget alpha α d",
    "epsilon": "epsilon eps ε fuzz fuzzfactor smoothingterm stabilizer damping delta δ e",
    "momentum": "momentum mu μ mom momentumrate",
    "weight_decay": "weightdecay wd l2 l2penalty lambda λ regularization",
    "clip": "clip clipvalue clipnorm globalclipnorm maxnorm gradclip gradientclip clipping",
    "mean_decay": "meandecay beta1 β1 gradientdecay",
    "decay": "lrdecay learningratedecay decaylr ratedecay lrd lrdecayrate learningratedecayrate"
    " annealing kappa k decay",
    "factor": "factor lrfactor dropfactor drop lrgamma lrdecay learningratedecay",
    "every": "every dropevery stepsperdrop decaysteps period interval",
    "total": "total totalsteps maxsteps numsteps horizon maxiterations",
    "gradients": "gradients gradient grads grad g gs dw dws dx dtheta dparams dweights derivatives"
    " gradientmap gradmap gradientsbyname delta",
    "weights": "weights weight w ws params param parameters parameter theta thetas θ x xs p ps"
    " variables vars weightmap values",
    "state": "state cache movingaverage movingaverages movingavg avg average averages v s ms r"
    " history meansquare meansquares squareavg sqavg squaredgrads squaredgrad sumsquares"
    " accumulator accum acc memory store egsq eg2 runningaverage optstate optimizerstate vs opt"
    " optimizer optim self this",
    "size": "size n count numparams numparameters nparams numweights length len dim dims dimension"
    " dimensions parametercount paramcount inputsize numfeatures d",
    "rows": "rows row nrows numrows height inputs in m",
    "columns": "columns cols col ncols numcols numcolumns width outputs out n",
    "index": "index idx i j id position pos ind",
    "start": "start offset begin from",
    "length": "length len dimension dim size n count columns cols",
    "iteration": "iteration iter t step timestep epoch k batch iterations n",
    "parameters": "parameters params parameter param layers layer weights tensors tensor variables"
    " variable model p",
    "name": "name key layername paramname id",
}
_RANKS: dict[str, list[tuple[int, str]]] = {}
for _role, _row in _NAMES.items():
    for _rank, _name in enumerate(_row.split()):
        _RANKS.setdefault(_name, []).append((_rank, _role))
for _ranked in _RANKS.values():
    _ranked.sort()


def role_names(role: str) -> frozenset[str]:
    """The names, plain and in lower case, by which a parameter is known for a role."""
    return frozenset(_NAMES[role].split())


def ranked(name: str) -> list[tuple[int, str]]:
    """The roles that a name may mean and how sure each is, 0 the surest; the surest first."""
    return list(_RANKS.get(_plain(name), []))


class BindingError(Exception):
    """No binding, or more than one: says what was found and which manifest line would settle it.

    Attributes:
        near: something takes gradients and weights, and only another name is unsettled.
        unknown: it was said what to bind, and there is nothing of that name.
    """

    def __init__(self, message: str, near: bool = False, unknown: bool = False) -> None:
        super().__init__(message)
        self.near, self.unknown = near, unknown


class _Unsettled(str):
    """Why something cannot be bound of which only names are unsettled.

    Attributes:
        near: it takes gradients and weights.
        names: the parameters without a role.
        roles: those that one of them could have; none if not every one could have any.
        plain: each could be given a constant.
    """

    near: bool
    names: tuple[str, ...]
    roles: tuple[str, ...]
    plain: bool

    @classmethod
    def of(
        cls,
        where: str,
        names: Sequence[str],
        near: bool,
        parameters: Sequence[_Parameter],
        constructed: int,
        taken: Sequence[str | None],
    ) -> _Unsettled:
        """Say which are unsettled, and what each could be."""
        made = cls(f"{where}: {_unrecognised(names)}")
        open_ = [role for role in (*HYPERPARAMETERS, *DATA[:2]) if role not in taken]
        called = parameters[constructed:]
        scalar = not any(p["kind"] in (*_CONTAINERS, "any") for p in called)
        unsettled = [
            (i, p) for i, p in enumerate(parameters) if p["name"] in names and taken[i] is None
        ]
        could = [
            [role for role in open_ if _may_be(p, role, i < constructed, scalar)]
            for i, p in unsettled
        ]
        made.plain = all(
            p["kind"] in ("number", "any", "count", "text") or p.get("type") in _CONSTANTS
            for _, p in unsettled
        )
        made.near, made.names = near, tuple(names)
        able = any(taken) and all(could) and len(could) <= len(open_)
        made.roles = tuple(r for r in open_ if able and any(r in one for one in could))
        return made


@dataclass(frozen=True)
class Wanted:
    """What the user said already (``[bind]`` of port.toml, ``--class``).

    Attributes:
        class_name: the class, or the function where a language has those.
        roles: role to parameter name.
        options: those that the scenarios will give; others keep their defaults.
        among: the names of which one is bound; any if empty.
        give: parameter name to a constant that it is always given.
    """

    class_name: str | None = None
    method: str | None = None
    function: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    options: frozenset[str] = frozenset()
    among: frozenset[str] = frozenset()
    give: Mapping[str, Constant] = field(default_factory=dict)

    def of(self, shape: Mapping[str, Any]) -> Mapping[str, Any]:
        """A shape without what is not among the names."""
        if not self.among:
            return shape
        classes = [
            c for c in shape.get("candidates", []) if self.among & set(_class_names(c["class"]))
        ]
        functions = [f for f in shape.get("functions", []) if f["name"] in self.among]
        return {**shape, "candidates": classes, "functions": functions}


@dataclass(frozen=True)
class Binding:
    """How the host is to construct and call the port.

    Attributes:
        message: what the host is told (see ``java/adapter``: Host.bind).
        title: what was bound, for people: "RMSProp.updateWeights(gradients, weights)".
        roles: hyperparameters and options the port takes.
        element: "float64", "float32", or None where the types do not say.
        container: "map", "list" (of arrays), "array", or None where the types do not say.
        storages: how arrays are held that the types leave open, by name; empty if the shape
            says that for all parameters.
        guessed: it rests on more than names and types.
        chosen: of several that fit it is the one that is called RMSProp.
        containers: for gradients and weights each, those in which what is done with it is possible.
    """

    message: dict[str, Any]
    title: str
    roles: tuple[str, ...]
    element: str | None
    container: str | None
    storages: tuple[str, ...] = ()
    guessed: bool = False
    chosen: bool = False
    containers: tuple[tuple[str, ...], ...] = ()


_Parameter = Mapping[str, Any]


def bind(shape: Mapping[str, Any], wanted: Wanted | None = None) -> Binding:
    """Choose the one binding of a shape. Raises BindingError."""
    wanted = wanted or Wanted()
    shape = wanted.of(shape)
    _reject_unknown_names(shape, wanted)
    found, reasons = [], []
    # What is to be told something first that is not known may fail for want of that.
    unprepared = {c["class"] for c in shape.get("candidates", []) if c.get("unprepared")}
    for attempt in _attempts(shape, wanted):
        if isinstance(attempt, str):
            reasons.append(attempt)
        elif attempt[1].message.get("class") in unprepared:
            found.append((attempt[0], replace(attempt[1], guessed=True)))
        else:
            found.append(attempt)
    if not found:
        near = any(isinstance(reason, _Unsettled) and reason.near for reason in reasons)
        raise BindingError(_nothing_fits(shape, reasons), near)
    found = _of_one_rank(found)
    best = max(rank for rank, _ in found)
    chosen = _one_of_overloads([binding for rank, binding in found if rank == best])
    if len(chosen) > 1:
        raise BindingError(_several_fit(chosen))
    others = {_owner(b) for rank, b in found if not rank[0]} - {_owner(chosen[0])}
    return replace(chosen[0], chosen=bool(best[0] and others))


def _owner(binding: Binding) -> str:
    """The class, or the function, that is bound."""
    return str(binding.message.get("class") or binding.message.get("function"))


def _of_one_rank(
    found: Sequence[tuple[tuple[int, ...], Binding]],
) -> list[tuple[tuple[int, ...], Binding]]:
    """Of a method that takes an array, and also arrays of arrays, the one for an array."""
    plain = {_callee(b) for _, b in found if b.container == "array" and not b.storages}
    return [(rank, b) for rank, b in found if b.container != "list" or _callee(b) not in plain]


def _callee(binding: Binding) -> str:
    return binding.title.split("(")[0]


def _one_of_overloads(chosen: Sequence[Binding]) -> list[Binding]:
    """Of bindings that differ in types or in a constructor alone, the simplest."""
    found: dict[str, Binding] = {}
    for binding in sorted(chosen, key=_simplest):
        found.setdefault(_callee(binding), binding)
    return list(found.values())


def _simplest(binding: Binding) -> tuple[bool, int]:
    parameters = [*(binding.message.get("construct") or []), *binding.message["call"]]
    return binding.element != "float64", len(parameters)


def _attempts(
    shape: Mapping[str, Any], wanted: Wanted
) -> Iterator[str | tuple[tuple[int, ...], Binding]]:
    """Each way that could be: a rank and the binding, or why it is none."""
    for candidate in shape.get("candidates", []):
        name = candidate["class"]
        if wanted.function or (wanted.class_name and wanted.class_name not in _class_names(name)):
            continue
        constructors: list[Any] = list(candidate.get("constructors") or [])
        for index, method in enumerate(candidate.get("methods", [])):
            if wanted.method and method["name"] != wanted.method:
                continue
            free = method.get("static") or candidate.get("kind") in ("object", "static")
            if not (method["parameters"] or _plain(method["name"]).startswith(_STEPPING)):
                continue
            title = f"{name}.{method['name']}"
            result = str(method.get("result", ""))
            if free:
                base = {"class": name, "method": index}
                yield _whole(title, base, [], method["parameters"], wanted, result)
                continue
            for number, constructor in enumerate(constructors):
                base = {"class": name, "constructor": number, "method": index}
                made = constructor["parameters"]
                yield _whole(title, base, made, method["parameters"], wanted, result)
    functions = shape.get("functions", [])
    for function in functions:
        name = function["name"]
        if wanted.function and name != wanted.function:
            continue
        if wanted.class_name and name != wanted.class_name:
            continue
        for arity, parameters in enumerate(function["parameters"]):
            base = {"function": name, "arity": arity}
            direct = _whole(name, base, [], parameters, wanted)
            yield direct
            if not isinstance(direct, str) and "state" in direct[1].message["call"]:
                yield from _made_elsewhere(functions, name, base, parameters, wanted)
            # A function that takes the data itself may return closures for other purposes.
            inner = function.get("inner") or [] if isinstance(direct, str) else []
            for number, called in enumerate(inner):
                closure = {**base, "inner": number}
                yield _whole(f"{name}(...)", closure, parameters, called, wanted)


def _made_elsewhere(
    functions: Sequence[Mapping[str, Any]],
    name: str,
    base: dict[str, Any],
    parameters: Sequence[_Parameter],
    wanted: Wanted,
) -> Iterator[str | tuple[tuple[int, ...], Binding]]:
    """A function whose state another one makes of hyperparameters: a record, a map."""
    for maker in functions:
        for arity, made in enumerate(maker["parameters"]):
            roles, unsettled, _ = assigned(made, len(made), Wanted())
            if maker["name"] == name or unsettled or not set(roles) & set(HYPERPARAMETERS):
                continue
            elsewhere = {**base, "maker": maker["name"], "maker_arity": arity}
            yield _whole(name, elsewhere, made, parameters, wanted)


def _whole(
    title: str,
    base: dict[str, Any],
    construct: Sequence[_Parameter],
    call: Sequence[_Parameter],
    wanted: Wanted,
    result: str = "",
) -> str | tuple[tuple[int, ...], Binding]:
    """Give every parameter of constructor and call a role, or say which one has none."""
    parameters = [*construct, *call]
    roles, unsettled, excluded = assigned(parameters, len(construct), wanted)
    shown = f"{title}({', '.join(p['name'] for p in call)})"
    if construct:
        names = ", ".join(p["name"] for p in construct if not p.get("setter"))
        shown += f" of a constructor taking ({names})"
    # An option that no scenario gives stays at its default where it has one.
    roles = [
        None if role in OPTIONS and role not in wanted.options and p.get("default") else role
        for role, p in zip(roles, parameters, strict=True)
    ]
    called = roles[len(construct) :]
    source = next((p for p, role in zip(call, called, strict=True) if role == "source"), None)
    steps = "gradients" in called and "weights" not in roles and result in _STEPS
    if steps and result == "nothing":  # then the gradients become the step, where they can
        fed = call[called.index("gradients")]
        steps = fed["kind"] in _CONTAINERS
    whole = ("gradients" in called and "weights" in roles) or "parameters" in roles
    if not set(called) & {"gradients", "weights", "parameters", "source"}:
        # All was given to the constructor: of what is called then only the name speaks.
        whole &= _plain(title.rpartition(".")[2]).startswith(_STEPPING)
    whole |= source is not None and ("weights" in called or bool(source.get("carries")))
    if not whole and not steps:
        if unsettled:
            return _Unsettled.of(shown, unsettled, False, parameters, len(construct), roles)
        return f"{shown}: does not take both gradients and weights"
    if unsettled:
        return _Unsettled.of(shown, unsettled, True, parameters, len(construct), roles)
    data = [
        p
        for p, role in zip(parameters, roles, strict=True)
        if role in ("gradients", "weights", "parameters", "source")
    ]
    kinds = {p["kind"] for p in data} & {*_CONTAINERS, "number"}
    if source:
        kinds = kinds or {"array"}
    if len(kinds) > 1:
        return f"{shown}: one of gradients and weights is {_words(kinds)}"
    elements = {p.get("element") for p in data} - {None}
    if len(elements) > 1:
        return f"{shown}: gradients and weights differ in precision"
    taken = tuple(role for role in roles if role in HYPERPARAMETERS + OPTIONS)
    if steps and not taken:  # a helper: it returns something for something
        return f"{shown}: does not take weights, nor any hyperparameter"
    plain_function = "function" in base and not {"inner", "maker"} & set(base)
    constructed: dict[str, Any] = {} if plain_function else {"construct": roles[: len(construct)]}
    if steps:
        # What is returned without having been given the rate has yet to be multiplied by it.
        constructed["step"] = "subtract" if "learning_rate" in taken else "rate"
    absent = any(p.get("absent") and r is None for p, r in zip(construct, roles, strict=False))
    binding = Binding(
        message={**base, **constructed, "call": called},
        title=shown,
        roles=taken,
        element=next(iter(elements), None),
        container=next(iter(kinds), None),
        storages=_storages(data),
        guessed=steps or excluded or absent or bool({"source", "parameters"} & set(roles)),
        containers=tuple(tuple(p["containers"]) for p in data if p.get("containers") is not None),
    )
    named = wanted.class_name is None and "rmsprop" in _plain(title.rpartition(".")[0] or title)
    core = sum(role in HYPERPARAMETERS for role in taken)
    given = sum(role in wanted.options for role in taken)
    held = _CONTAINERS[::-1].index(kind) + 1 if (kind := binding.container) in _CONTAINERS else 0
    rank = (named, not steps, core, given, held, core + given - len(taken))
    return tuple(map(int, rank)), binding


# What a step is called that is given nothing.
_STEPPING = tuple("step update apply optimi minimi perform iterate descend train".split())
# What a method may return that is a step to be taken from the weights; in place, if nothing.
_STEPS = (*_CONTAINERS, "number", "nothing")


def _words(kinds: set[str]) -> str:
    """Two kinds with their articles: a map, the other an array."""
    first, *others = (f"a{'n' * (kind[0] == 'a')} {kind}" for kind in sorted(kinds, reverse=True))
    return f"{first}, the other {' or '.join(others)}"


def _storages(data: Sequence[_Parameter]) -> tuple[str, ...]:
    """The storages that the types leave open; one that leaves none follows the other."""
    return max((tuple(p.get("storages") or ()) for p in data), key=len, default=())


def _unrecognised(names: Sequence[str]) -> str:
    return f"unrecognised parameter{'s' * (len(names) > 1)} {', '.join(names)}"


def assigned(
    parameters: Sequence[_Parameter], constructed: int, wanted: Wanted
) -> tuple[list[str | None], list[str], bool]:
    """Give parameters their roles.

    Args:
        parameters: of a constructor, then of what is called.
        constructed: how many of them are the constructor's.
        wanted: what the user said.

    Returns:
        Roles in the parameters' order; the names that found none and have no default; whether
        gradients or weights were told by being what is left.
    """
    roles: list[str | None] = [None] * len(parameters)
    # What k or a factor is, only who wants a schedule can say.
    free = set(ROLES) - {role for role in SCHEDULES if role not in wanted.options}
    free |= set(wanted.roles)
    for role, name in wanted.roles.items():
        for i, parameter in enumerate(parameters):
            if parameter["name"] == name and role in free:
                roles[i] = role
                free.discard(role)
    for i, parameter in enumerate(parameters):
        if roles[i] is None and parameter["name"] in wanted.give:
            roles[i] = CONSTANT + json.dumps(wanted.give[parameter["name"]])
    for i, parameter in enumerate(parameters[constructed:], constructed):
        if parameter["kind"] == "source" and "gradients" in free:
            roles[i] = "source"
            free.difference_update(("source", "gradients"))
    # A setter takes what the constructor leaves.
    own = [i for i, p in enumerate(parameters) if roles[i] is None and not p.get("setter")]
    setters = [i for i, p in enumerate(parameters) if roles[i] is None and p.get("setter")]
    called = parameters[constructed:]
    scalar = not any(p["kind"] in (*_CONTAINERS, "any") for p in called)

    def settle(among: list[int]) -> None:
        """The surest name takes its role first; what it wanted second stays for others."""
        while offers := [
            (rank, i, role)
            for i in among
            for rank, role in _ranks(parameters[i]["name"])
            if role in free and _may_be(parameters[i], role, i < constructed, scalar)
        ]:
            # A name with one possible role left goes before one with a choice.
            choices = {i: sum(1 for _, j, _ in offers if j == i) for _, i, _ in offers}
            _, _, i, role = min((choices[i] > 1, rank, i, role) for rank, i, role in offers)
            roles[i] = role
            free.discard(role)
            if role == "parameters":
                free.difference_update(("gradients", "weights"))
            among.remove(i)

    settle(own)
    settle(setters)
    kinds = ("number",) if scalar else _CONTAINERS
    data = [i for i in own if i >= constructed and parameters[i]["kind"] in kinds]
    missing: list[str] = [role for role in ("gradients", "weights") if role in free]
    excluded = len(data) == 1 and bool(missing) and "parameters" in free
    if not missing and "state" in free:  # what is handed over beside both is kept between steps
        missing, excluded = ["state"], len(data) == 1
    if excluded:  # the other one of two is settled by exclusion
        roles[data[0]] = missing[0]
        own.remove(data[0])
    left = [parameters[i]["name"] for i in own if not parameters[i].get("default")]
    return roles, left, excluded


def _ranks(name: str) -> list[tuple[int, str]]:
    """The roles that a name may mean, the surest first."""
    plain = _plain(name)
    if plain in _RANKS:
        return _RANKS[plain]
    return [(_FUZZY, role) for role, part in _PARTS.items() if part in plain][:1]


# Names that the table lacks, by what they are made of; surer than nothing.
_FUZZY = 100
_PARTS: Mapping[str, str] = {
    "gradients": "grad",
    "learning_rate": "learn",
    "epsilon": "epsilon",
    "decay_rate": "decay",
    "weights": "weight",
    "parameters": "param",
}


_LETTERS = frozenset("d e g s v x p".split())


def _may_be(parameter: _Parameter, role: str, constructed: bool, scalar: bool) -> bool:
    kind = parameter["kind"]
    if role in HYPERPARAMETERS + OPTIONS:
        # A letter alone says little where numbers are gradients, too.
        unsure = scalar and not constructed and parameter["name"] in _LETTERS
        return kind in ("number", "any") and not unsure
    if role in COUNTS:
        early = role in ("size", "rows", "columns")
        return kind == "count" and early == constructed
    if role == "name":
        return kind == "text" and not constructed
    if role == "parameters":
        return bool(parameter.get("carries")) and kind != "source"
    if constructed:
        return role == "weights" and kind in ("map", "list") and not parameter.get("carries")
    if scalar and kind == "number":
        return role in ("gradients", "weights")
    return kind in (*_CONTAINERS, "any") or (role == "state" and kind == "other")


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").replace("*", "").lower()


def _class_names(name: str) -> tuple[str, ...]:
    """The ways a class may be asked for: in full, without package, without outer class."""
    return (name, name.rsplit(".", 1)[-1], name.rsplit("$", 1)[-1], name.replace("$", "."))


def _reject_unknown_names(shape: Mapping[str, Any], wanted: Wanted) -> None:
    classes = [c["class"] for c in shape.get("candidates", [])]
    functions = [f["name"] for f in shape.get("functions", [])]
    called = [name for c in classes for name in _class_names(c)] + functions
    if wanted.class_name and wanted.class_name not in called:
        there = ", ".join([*classes, *functions]) or "none"
        message = f"no class or function {wanted.class_name!r}; found: {there}"
        raise BindingError(message, unknown=True)
    if wanted.function and wanted.function not in functions:
        there = ", ".join(functions) or "none"
        message = f"no function {wanted.function!r}; functions found: {there}"
        raise BindingError(message, unknown=True)
    parameters = dict.fromkeys(parameter["name"] for parameter in _parameters(shape))
    named = [(f"bind.{role}", name) for role, name in wanted.roles.items()]
    for key, name in [*named, *((f"give.{name}", name) for name in wanted.give)]:
        if name not in parameters:
            near = get_close_matches(name, parameters, 1)
            meant = f"did you mean {near[0]!r}?" if near else f"found: {', '.join(parameters)}"
            message = f"{key}: there is no parameter {name!r}; {meant}"
            raise BindingError(message, unknown=True)
    for parameter in _parameters(shape):
        name = parameter["name"]
        if name in wanted.give and not _takes(parameter, wanted.give[name]):
            message = f"give.{name}: {wanted.give[name]!r} is no {parameter['type'] or 'number'}"
            raise BindingError(message, unknown=True)


def _takes(parameter: _Parameter, value: Constant) -> bool:
    """Whether a constant may be of a parameter's type, as far as that is known."""
    kinds = _CONSTANTS.get(parameter.get("type") or "")
    if kinds is None and parameter["kind"] == "number":
        kinds = (int, float)
    return kinds is None or (isinstance(value, kinds) and (bool in kinds) == (type(value) is bool))


def _parameters(shape: Mapping[str, Any]) -> Iterator[_Parameter]:
    called = [
        one["parameters"]
        for candidate in shape.get("candidates", [])
        for one in (*(candidate.get("constructors") or []), *candidate.get("methods", []))
    ]
    for function in shape.get("functions", []):
        called += [*function["parameters"], *(function.get("inner") or [])]
    return (parameter for parameters in called for parameter in parameters)


def _nothing_fits(shape: Mapping[str, Any], reasons: Sequence[str]) -> str:
    if not reasons:
        classes = [c["class"] for c in shape.get("candidates", [])]
        functions = [f["name"] for f in shape.get("functions", [])]
        seen = ", ".join([*classes, *functions]) or "nothing that can be called"
        return (
            "no class or function takes gradients and weights"
            f" (found: {seen}); a port is a class with a method (gradients, weights)"
            " or a function of hyperparameters, gradients and weights"
        )
    # Those that came furthest first: a parameter without a role beats an unrelated method.
    near = sorted(reasons, key=lambda r: (not isinstance(r, _Unsettled), not getattr(r, "near", 0)))
    message = f"no method or function of the right shape: {'; '.join(near[:4])}"
    first = near[0]
    if not isinstance(first, _Unsettled):
        return message
    names = ", ".join(first.names)
    if first.roles:
        lines = "".join(f'\n{role} = "PARAMETER"' for role in first.roles)
        return f"{message}. Say in port.toml which of {names} is which\n[bind]{lines}"
    if first.near and first.plain:
        return f"{message}. If a constant will do, say in port.toml\n[give]\n{first.names[0]} = 0.0"
    return message


def _several_fit(chosen: Sequence[Binding]) -> str:
    listed = "; ".join(binding.title for binding in chosen)
    classes = {binding.message.get("class") for binding in chosen}
    if len(classes) > 1:
        names = ", ".join(sorted(str(name) for name in classes if name))
        return f"several fit: {listed}. Choose with --class NAME (one of {names})"
    first = chosen[0].message
    key = "function" if "function" in first else "method"
    name = chosen[0].title.split("(")[0].rsplit(".", 1)[-1]
    return f'several fit: {listed}. Choose in port.toml:\n[bind]\n{key} = "{name}"'
