"""What an attribute, a key or a parameter is called that holds weights, gradients, or neither."""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.ports.roles import role_names

_WEIGHT = r"(?:w|weights?|kernels?|wt|ws|coefs?|coefficients?)"
_BIAS = r"(?:b|bias|biases|bs|intercept)"
_ANY = r"(?:params?|parameters?|theta|thetas|x|data|values?|vars?|variables?|tensor|p)"
_D = r"(?:d|dl|dj|dc|delta|deriv|derivative|nabla|g|grads?|gradients?)"
_GRADIENT = re.compile(
    rf"{_D}d?(?:of|wrt|for)?(?P<front>{_WEIGHT}|{_BIAS}|{_ANY}|)e?"
    rf"|(?P<back>\w*?)(?:grads?|gradients?|gradval|derivs?|derivatives?|deltas?)(?:e|map|val)?"
    rf"|(?:grads?|gradients?)(?P<rest>\w+)"
    rf"|d(?P<short>[a-z]{{1,2}})"
)
_BEHIND = r"(?:matrix|vector|list|(?:by|per)layers?)"
_WEIGHTS = re.compile(rf"(?:current|new|old|layer|own)?(?:{_WEIGHT}|{_BIAS}|{_ANY}){_BEHIND}?")
TRUE = frozenset(
    "trainable requiresgrad requiresgradient learnable istrainable hasparams hasweights"
    " hasparameters haslearnableparams isparametric training requiresupdate".split()
)
FALSE = frozenset("frozen isfrozen freeze untrainable".split())
NAME = frozenset(
    "name key paramname parametername layername layerid paramid parameterid id index idx i j"
    " identifier uid varname pname modelid layerindex slot".split()
)
COUNTER = frozenset("t iteration iterations epoch epochs timestep it iter niter counter".split())
SIZE = frozenset(
    "size n dim dims dimension dimensions length numparams nparams numparameters numweights"
    " nweights nfeatures numfeatures inputsize".split()
)
MANY = frozenset("slots nslots numslots count many nlayers numlayers narrays".split())
# How many there are of what gradients are summed over.
EXAMPLES = frozenset("m n samples nsamples numsamples examples nexamples numexamples".split())
# What a model is trained on.
TRAINED_ON = frozenset(
    "x xs y ys inputs input inputdata data features images labels label targets target ytrue ypred"
    " yhat xbatch ybatch batchx batchy batch xtrain ytrain trainx trainy samples examples dataset"
    " loader outputs output predictions".split()
)
SEED = frozenset("seed randomstate randomseed rngseed".split())
SHAPE = frozenset("shape paramsshape paramshape weightshape weightsshape inputshape".split())
CONFIG = frozenset("config cfg conf configuration optimconfig settings hparams hyperparams".split())
LISTED = frozenset("params parameters variables optimparams paramlist parameterlist".split())
OBJECTS = frozenset(
    "layer layers model models net network nn module modules params parameters parameter param p"
    " variables vars weights tensors optimparams trainableparams parametergroups paramgroups"
    " paramlist parameterlist var v".split()
)


def plain(name: str) -> str:
    """A name in lower case without what joins its words, as the tables have it."""
    return re.sub(r"\W|_", "", name).lower()


def gradient_of(name: str) -> str | None:
    """What a name is the gradient of: "w", "b", another, "" for anything; None if it is none."""
    word, number = _numbered(name)
    if word in role_names("gradients") and not number:
        return {"dw": "w", "dws": "w", "dweights": "w"}.get(word, "")
    if (found := _GRADIENT.fullmatch(word)) is None:
        return None
    of = next((part for part in found.groups() if part), "")
    return _base(of) + number if _base(of) in ("w", "b") or not number else None


def weights_in(name: str) -> str | None:
    """Which weights a name is for: "w", "b", another, "" for any; None if for none."""
    word, number = _numbered(name)
    if word in role_names("weights") or _WEIGHTS.fullmatch(word):
        return _base(word) + number if _base(word) in ("w", "b") or not number else None
    return None


def _numbered(name: str) -> tuple[str, str]:
    """A plain name and the number at its end, which says of which layer something is."""
    word = plain(name)
    bare = word.rstrip("0123456789")
    return bare, word[len(bare) :]


def _base(word: str) -> str:
    for pattern, base in ((_WEIGHT, "w"), (_BIAS, "b"), (_ANY, "")):
        if re.fullmatch(rf"{pattern}{_BEHIND}?", word):
            return base
    if word.endswith(("bias", "biases")):
        return "b"
    return "w" if word.endswith(("weight", "weights")) else word


def leaf(names: Sequence[str]) -> tuple[str, str] | None:
    """The role and the base of what is reached by these names, outermost first; None if unknown."""
    inside = ""  # of all gradients those of weights, or of biases
    for name in reversed(names):
        if (base := gradient_of(name)) is not None:
            return "gradients", base or inside
        inside = inside or weights_in(name) or ""
    inner = [name for name in names[1:] if name != "[]"] or names
    for name in reversed(inner):
        if (base := weights_in(name)) is not None:
            return "weights", base
    return None
