"""Which role a parameter's name means: the names that people give, and what the user said of them.

The rules are the same for all languages; `assigning` says who takes which.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.languages.naming import RMSPROP, plain_name, says_rmsprop
from harness.ports.naming import class_names
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS

# What may hold the weights: arrays by name, arrays in order, one array a call.
CONTAINERS = ("map", "list", "array")
DATA = ("gradients", "weights", "state")
# How many numbers there are, which is meant, how often it was called: whole numbers.
COUNTS = ("size", "rows", "columns", "index", "start", "length", "iteration")
# Weights and biases in one call, each with its gradients.
PAIR = ("weights", "gradients", "biases", "bias_gradients")
# Objects that hold weights and gradients, what an array is called, what is asked for gradients,
# what is asked for anything else and answers with zeros, what a function is called on.
SILENT = "silent"
OTHERS = ("parameters", "name", "source", SILENT)
ROLES = HYPERPARAMETERS + OPTIONS + DATA + PAIR[2:] + COUNTS + OTHERS
# A parameter that takes no role but a constant has that in its place, as JSON behind this.
CONSTANT = "="
# One that stands there as the source writes it, a name or a keyword, behind this.
NAMED = CONSTANT * 2
Constant = float | int | bool | str
CONSTANTS: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("String", "str"), (str,)),
    **dict.fromkeys(("boolean", "Boolean", "bool"), (bool,)),
    **dict.fromkeys(("int", "long", "Int", "Long", "Integer"), (int,)),
}

# Lower case without _ and -; in a role's row the earlier name is the surer one. A name that
# stands in several rows takes the role that its neighbours leave (lr with alpha: alpha decays).
_NAMES: Mapping[str, str] = {
    "learning_rate": "learningrate lr learnrate lrate stepsize eta η rate alpha alfa α step"
    " baselr baserate baselearningrate initiallr initiallearningrate initlr lrinit lr0 eta0 maxlr"
    " alpha0 peaklr",
    "decay_rate": "decayrate rho ρ gamma γ beta β beta2 β2 smoothing averagedecay avgdecay"
    " decayfactor decay smoothingconstant discount forgettingfactor forget alpha alfa α d lambda λ",
    "epsilon": "epsilon eps ε fuzz fuzzfactor smoothingterm stabilizer damping delta δ e smoothing",
    "momentum": "momentum mu μ mom momentumrate momentumalpha momentumbeta momentumdecay"
    " momentumfactor momentumterm momentumcoefficient momentumcoeff momentumcoef",
    "weight_decay": "weightdecay wd l2 l2penalty lambda λ regularization regularizationrate",
    "clip": "clip clipvalue clipnorm globalclipnorm maxnorm gradclip gradientclip clipping",
    "mean_decay": "meandecay beta1 β1 gradientdecay",
    "decay": "lrdecay learningratedecay decaylr ratedecay lrd lrdecayrate learningratedecayrate"
    " annealing kappa k decay",
    "factor": "factor lrfactor dropfactor drop lrgamma lrdecay learningratedecay",
    "every": "every dropevery stepsperdrop decaysteps period interval",
    "total": "total totalsteps maxsteps numsteps horizon maxiterations",
    "gradients": "gradients gradient grads grad g gs dw dws dx dtheta dparams dweights derivatives"
    " derivative deriv slope slopes"
    " gradientmap gradmap gradientsbyname delta",
    "weights": "weights weight w ws params param parameters parameter theta thetas θ x xs p ps"
    " variables vars weightmap values value x0 w0 theta0 start initial point",
    "state": "state cache movingaverage movingaverages movingavg avg average averages v s ms r"
    " history meansquare meansquares squareavg sqavg squaredgrads squaredgrad sumsquares"
    " caches squares accumulator accum acc memory store egsq eg2 runningaverage optstate"
    " optimizerstate vs opt optimizer optim self this",
    "size": "size n count numparams numparameters nparams numweights length len dim dims dimension"
    " dimensions parametercount paramcount inputsize numfeatures d",
    "rows": "rows row nrows numrows height inputs in m",
    "columns": "columns cols col ncols numcols numcolumns width outputs out n",
    "index": "index idx i j id position pos ind",
    "start": "start offset begin from",
    "length": "length len dimension dim size n count columns cols",
    "iteration": "iteration iter t step timestep epoch k batch iterations n",
    "parameters": "parameters params parameter param layers layer weights tensors tensor variables"
    " variable model network net nn module p",
    "name": "name key layername paramname id layerid layerkey paramid paramkey",
}
# What some write before every parameter's name, as in i_rate, pRate or theRate.
_AFFIX = re.compile(r"^(?:(?:[aip]|in|arg|my|the)_(?=[^\W\d_]{2})|(?:[aip]|my|the)(?=[A-Z][a-z]))")
# What is written before a hyperparameter's beside those of others: rmsPropDecay, opt_eps.
_BEFORE = ("rmsprop", "rms", "optimizer", "optim", "opt")
_OWN = re.compile(rf"(?:{'|'.join(_BEFORE)})(?=..)")
_OF_AVERAGES = frozenset("rate alpha alfa α".split())
_RANKS: dict[str, list[tuple[int, str]]] = {}
for _role, _row in _NAMES.items():
    for _rank, _name in enumerate(_row.split()):
        _RANKS.setdefault(_name, []).append((_rank, _role))
for _ranked in _RANKS.values():
    _ranked.sort()


def role_names(role: str) -> frozenset[str]:
    """The names, plain and in lower case, by which a parameter is known for a role."""
    return frozenset(_NAMES[role].split())


@dataclass(frozen=True)
class Wanted:
    """What the user said already (``[bind]`` of port.toml, ``--class``).

    Attributes:
        class_name: the class, or the function where a language has those.
        roles: role to parameter name.
        options: those that the scenarios will give; others keep their defaults.
        among: the names of which one is bound; any if empty.
        give: parameter name to a constant that it is always given.
        settings: what the optimizer of a library is to be made with, by its own names.
        claimed: the deviations that it is said to have; None where nothing was said.
    """

    class_name: str | None = None
    method: str | None = None
    function: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    options: frozenset[str] = frozenset()
    among: frozenset[str] = frozenset()
    give: Mapping[str, Constant] = field(default_factory=dict)
    settings: tuple[tuple[str, Any], ...] = ()
    claimed: tuple[str, ...] | None = None

    def of(self, shape: Mapping[str, Any]) -> Mapping[str, Any]:
        """A shape without what is not among the names."""
        if not self.among:
            return shape
        classes = [
            c for c in shape.get("candidates", []) if self.among & set(class_names(c["class"]))
        ]
        functions = [f for f in shape.get("functions", []) if f["name"] in self.among]
        return {**shape, "candidates": classes, "functions": functions}


Parameter = Mapping[str, Any]


# How flags are called that choose it; others say how it is done.
_FLAG = re.compile(r"(?:use|is|with|do|enable|apply|as)?rms(?:prop)?(?:enabled|mode|on)?\??")


def choice(parameter: Parameter) -> str | None:
    """What stands in a role's place where a parameter chooses RMSProp; None if it does by default.

    >>> choice({"name": "kind", "text": "sgd", "use": {"texts": ["sgd", "rmsprop"]}})
    '="rmsprop"'
    >>> choice({"name": "kind", "use": {"named": ["Kind.RMSPROP"]}})
    '==Kind.RMSPROP'
    >>> choice({"name": "useRmsProp", "type": "boolean"}), choice({"name": "rms", "flag": True})
    ('=true', '=true')
    """
    use = parameter.get("use", {})
    if says_rmsprop(parameter.get("text", "")) or parameter.get("on"):
        return None
    texts = [*use.get("texts", ()), *parameter.get("texts", ())]
    if (text := next(filter(says_rmsprop, texts), None)) is not None:
        return CONSTANT + json.dumps(text)
    if (number := parameter.get("means")) is not None:
        return f"{CONSTANT}{number}"
    named = [*use.get("named", ()), *parameter.get("members", ())]
    if (name := next(filter(RMSPROP.search, named), None)) is not None:
        return f"{NAMED}{name}"
    flag = parameter.get("flag") or bool in CONSTANTS.get(str(parameter.get("type")), ())
    asked = flag and _FLAG.fullmatch(plain_name(parameter["name"]))
    return f"{CONSTANT}true" if asked else None


def chosen(parameter: Parameter) -> dict[str, Any] | None:
    """The same as what a plan feeds: a value, or what the source calls it."""
    if (role := choice(parameter)) is None:
        return None
    named = role.startswith(NAMED)
    return {"written": written(role)} if named else {"value": json.loads(written(role))}


def written(role: str) -> str:
    """A constant that stands in a role's place, as people write it."""
    return role.removeprefix(NAMED).removeprefix(CONSTANT)


def ranked(name: str) -> list[tuple[int, str]]:
    """The roles that a name may mean and how sure each is, 0 the surest; the surest first."""
    bare = _AFFIX.sub("", name)
    if whole := _RANKS.get(plain_name(name)) or _RANKS.get(plain_name(bare)):
        return list(whole)
    if not (own := _OWN.match(plain_name(name))):
        return []
    part = plain_name(name)[own.end() :]
    # An average has a rate and an alpha, too.
    roles = {*HYPERPARAMETERS, *OPTIONS} - ({"learning_rate"} if part in _OF_AVERAGES else set())
    return [(rank, role) for rank, role in _RANKS.get(part, []) if role in roles]


def with_own(names: Iterable[str]) -> frozenset[str]:
    """Plain names, and the same with what RMSProp's own begin with.

    >>> sorted(with_own(["eps"]))
    ['eps', 'opteps', 'optimeps', 'optimizereps', 'rmseps', 'rmspropeps']
    """
    return frozenset(f"{own}{name}" for own in ("", *_BEFORE) for name in names)


def hyperparameters_by_name(names: Iterable[str], roles: Iterable[str]) -> dict[str, str]:
    """Which of these names is which of these roles; a role has one name, the surest.

    >>> hyperparameters_by_name(["params", "lr", "alpha"], ["learning_rate", "decay_rate"])
    {'lr': 'learning_rate', 'alpha': 'decay_rate'}
    """
    open_roles = set(roles)
    ranked = sorted(
        (rank, place, role, name)
        for place, name in enumerate(names)
        for rank, role in _RANKS.get(plain_name(name), [])
        if role in open_roles
    )
    found: dict[str, str] = {}
    for _, _, role, name in ranked:
        if name not in found and role not in found.values():
            found[name] = role
    return found


def ranks(name: str) -> list[tuple[int, str]]:
    """The roles as `ranked` has them, or by a part of the name where the whole is not known."""
    plain = plain_name(name)
    parts = [role for role, parts in _PARTS.items() if any(part in plain for part in parts)]
    parts = [] if "bias" in plain else parts  # these are not all there is
    if "gradients" in parts and _WITH.search(plain):  # paramsWithGrads, if it holds both
        parts = ["parameters", "gradients"]
    else:
        parts = parts[:1]
    return ranked(name) or [(_FUZZY + rank, role) for rank, role in enumerate(parts)]


def meant(
    parameter: Parameter, by_name: Callable[[str], list[tuple[int, str]]] = ranks
) -> list[tuple[int, str]]:
    """The roles that a parameter's name may mean, else what it is called where it is told."""
    return next(filter(None, map(by_name, (parameter["name"], *parameter.get("also", ())))), [])


# Names that the table lacks, by what they are made of in the languages of those who write them;
# surer than nothing.
_FUZZY = 100
_PARTS: Mapping[str, tuple[str, ...]] = {
    "gradients": ("grad",),
    "learning_rate": (
        "learning",
        "learnrate",
        "lernrate",
        "aprend",
        "apprentissage",
        "apprendimento",
    ),
    "epsilon": ("epsilon",),
    "decay_rate": ("decay", "decaimento", "decaimiento"),
    "weights": ("weight", "pesos", "poids", "gewicht", "pesi"),
    "parameters": ("param",),
}

_WITH = re.compile("param|weight|var|value")
