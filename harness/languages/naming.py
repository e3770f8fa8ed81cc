"""What names say: plain ones, and RMSProp's own. Runs in the worker too: Python 3.9 will do."""

from __future__ import annotations

import re

RMSPROP = re.compile(r"rms[\s_-]?prop", re.IGNORECASE)
"""RMSProp in a text, however it is written."""


_ANOTHER = re.compile(
    r"sgd|adam(?:w|ax)?(?![a-z])|ada_?grad|ada_?delta|momentum|nesterov|gradient_?descent",
    re.IGNORECASE,
)


def says_rmsprop(name: str) -> bool:
    """Whether a name says RMSProp, in one of its words."""
    return "rmsprop" in plain_name(name) or any(
        w.lower().startswith("rms") for w in name.split("_")
    )


def mentions_another(text: str) -> bool:
    """Whether the name of another algorithm stands in a text, whatever else does."""
    return _ANOTHER.search(text.replace(" ", "_")) is not None


def says_another(name: str) -> bool:
    """Whether a name says another algorithm, and so what is meant by it.

    >>> [says_another(name) for name in ("Updates.sgd", "AdaGradStep", "Updates.rmsprop", "step")]
    [True, True, False, False]
    """
    return _ANOTHER.search(name) is not None and not says_rmsprop(name)


def plain_name(name: str) -> str:
    """A name in lower case, without what languages put between words."""
    return name.replace("_", "").replace("-", "").replace("*", "").lower()
