"""What a JVM source's text says of its parameters that their types do not show.

One less of a number is what the decay of an average leaves; a text that is compared with the name
of the algorithm says which one is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

# Texts stay as they are, comments go.
_COMMENTS = re.compile(r'("(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\')|//[^\n]*|/\*.*?\*/', re.DOTALL)
_COMPLEMENT = re.compile(
    r"(?<![\w.])1(?:\.0*)?[dDfF]?\s*-\s*(?:\w+\.)?([^\W\d]\w*)\b(?!\s*[\w(\[.])"
)
# Fields go by other names than what a constructor is given for them.
_KEPT = re.compile(r"\b([^\W\d]\w*)\s*=\s*(?:\([a-z]+\)\s*)?([^\W\d]\w*)\s*(?:[;\n]|$)")
_RMSPROP = r'"([Rr][Mm][Ss][-_ ]?[Pp][Rr][Oo][Pp])"'
_COMPARED = re.compile(
    rf"(?:\bcase\s+|\bequals(?:IgnoreCase)?\(\s*|==\s*){_RMSPROP}|{_RMSPROP}\s*(?:->|=>|\.equals|==)"
)
# A whole number that goes by a name, and what is compared with it.
_NUMBERED = re.compile(r"\b(RMS_?PROP)\s*=\s*(\d+)\b")
_ASKED = re.compile(
    r"\b(\w+)\s*==\s*(?:\w+\.)*RMS_?PROP\b|\b(?:switch|when)\s*\((?:this\.)?(\w+)\)"
)

# Where it is asked whether it is RMSProp that is meant.
_NAME = r'(?:"[^"\n]*rms[-_ ]?prop[^"\n]*"|(?:\w+\.)*\w*rms_?prop\w*)'
_CHOOSING = re.compile(
    rf"(?:[\w.]+\s*[!=]=|\bcase|\bis|\binstanceof|\bif\s*\(\s*!?)\s*{_NAME}(?!\w*\s*[(.])"
    rf"|\w+\.equals\w*\(\s*{_NAME}|{_NAME}\s*(?:[!=]=|->|=>|\.equals\w*\()",
    re.IGNORECASE,
)


def read(texts: Iterable[str]) -> dict[str, Any]:
    """The numbers of which the complement is taken, and the text or number that means RMSProp.

    Returns:
        `complements`: names of fields and parameters; `says`: the text, empty where there is none;
        `numbers`: for each name that may be compared with it; `chooses`: where it is asked for.

    >>> text = "this.kept = mu; v = kept * v + (1 - kept) * g * g; // (1 - lr)"
    >>> read([text, 'switch (kind) { case "rmsprop": '])
    {'complements': ['kept', 'mu'], 'numbers': {}, 'chooses': 'case "rmsprop"', 'says': 'rmsprop'}
    >>> read(["int SGD = 0, RMSPROP = 1; kind = mode; if (kind == RMSPROP)"])["numbers"]
    {'kind': 1, 'mode': 1}
    """
    code = "\n".join(_COMMENTS.sub(lambda match: match[1] or " ", text) for text in texts)
    compared, chooses = _COMPARED.search(code), _CHOOSING.search(code)
    return {
        "complements": _given(code, set(_COMPLEMENT.findall(code))),
        "numbers": {
            name: int(number[2])
            for number in _NUMBERED.finditer(code)
            for name in _given(code, {ask[1] or ask[2] for ask in _ASKED.finditer(code)})
        },
        "chooses": re.sub(r"^if\s*\(\s*", "", chooses[0]) if chooses else "",
        "says": (compared[1] or compared[2]) if compared else "",
    }


def _given(code: str, names: set[str]) -> list[str]:
    """Names of fields, and those of what a constructor is given for them."""
    return sorted(names | {given for kept, given in _KEPT.findall(code) if kept in names})
