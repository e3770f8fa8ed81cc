"""Why code of a page is not run: what this machine lacks for it, or nothing in it can be bound.

None of it is a fault of the page, so none of it is a verdict on the page's code.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

LACKING = " is not installed"
"""What is said behind the name of a module that is not there."""
NOT_HERE = ", which it reads, is not here"
"""What is said behind the name of a file that is not there."""
_MODULE = re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'")
_NAME = re.compile(r"ImportError: cannot import name '(\w+)' from '([\w.]+)'")
# What has come to Python's own modules since the oldest that runs this.
_NEWER = {
    "typing": "override TypeAliasType get_protocol_members is_protocol NoDefault TypeIs ReadOnly",
    "itertools": "batched",
    "math": "sumprod fma",
    "warnings": "deprecated",
    "copy": "replace",
    "collections.abc": "Buffer",
}
_FILE = re.compile(r"FileNotFoundError: (?:\[Errno 2\][^']*'([^']+)'|(\S+))")
_NETWORK = re.compile(r"(?:URLError|gaierror|ConnectionError|ConnectTimeout|MaxRetryError)\b")
_AT = re.compile(r" \([^()]*:\d+\)")
_NAMESPACE = re.compile(r"No such namespace: ([\w.-]+)")
_UNDEFINED = re.compile(r"NameError: name '(\w+)' is not defined")
# What only who has a port of their own can follow: a page has no port.toml and no options.
_ADVICE = re.compile(r"port\.toml|--[a-z]|\[bind\]|rmsproof adapt")
_PACKAGE = re.compile(r"ImportError: attempted relative|from the package that it is part of")


def missing_module(message: str) -> str | None:
    """The package of the module that a message says is not there, if it says that."""
    match = _MODULE.search(message)
    return match[1].partition(".")[0] if match else None


def undefined_name(message: str) -> str | None:
    """The name that a message says is not defined, if it says that."""
    match = _UNDEFINED.search(message)
    return match[1] if match else None


def required_before(message: str, before: Iterable[str]) -> str | None:
    """The library behind a name of Clojure that earlier blocks give it, where that is why it fails.

    Args:
        message: what failed.
        before: the texts of the blocks before.

    >>> required_before("No such namespace: o", ["(require '[lib.optim :as o])"])
    'lib.optim is not on the class path'
    """
    if not (match := _NAMESPACE.search(message)):
        return None
    texts = "\n".join(before)
    alias = re.search(rf"([\w.-]+)\s+:as\s+{re.escape(match[1])}(?![\w.-])", texts)
    if not alias or alias[1].startswith("clojure.") or f"(ns {alias[1]}" in texts:
        return None
    return f"{alias[1]} is not on the class path"


def lacking(message: str) -> str | None:
    """What of this machine's is missing, by what failed for it says; None if nothing."""
    if _PACKAGE.search(message):
        return "it imports from the package that it is part of, which is not here"
    if module := missing_module(message):
        return f"{module}{LACKING}"
    at = "".join(_AT.findall(message)[-1:])
    if file := _FILE.search(message):
        return f"{file[1] or file[2]}{NOT_HERE}{at}"
    if _NETWORK.search(message):
        return f"it reads from the network, which it cannot reach{at}"
    if match := _NAME.search(message):
        package = match[2].partition(".")[0]
        if _newer(message):
            return f"{match[1]} of {match[2]} is of a newer Python than the one that runs it"
        # Python's own modules are as complete as they will ever be.
        if package not in sys.stdlib_module_names:
            return f"{package} as it is installed here has no {match[1]}"
    return None


def own_import(message: str) -> bool:
    """Whether a name is imported that Python itself has not, whatever is installed."""
    match = _NAME.search(message)
    own = match is not None and match[2].partition(".")[0] in sys.stdlib_module_names
    return own and not _newer(message)


def _newer(message: str) -> str | None:
    """A name that is imported and that only newer Pythons have."""
    match = _NAME.search(message)
    return match[1] if match and match[1] in _NEWER.get(match[2], "").split() else None


def without_advice(message: str) -> str:
    """Why something could not be bound, without what its author could write to settle it."""
    sentences = re.split(r"(?<=[.;])\s+", message)
    facts = [sentence for sentence in sentences if not _ADVICE.search(sentence)]
    return " ".join(facts).rstrip(".; ") if facts else message
