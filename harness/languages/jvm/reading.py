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


def read(texts: Iterable[str]) -> dict[str, Any]:
    """The numbers of which the complement is taken, and the text that asks for RMSProp.

    Returns:
        `complements`: names of fields and parameters; `says`: the text, empty where there is none.

    >>> text = "this.kept = mu; v = kept * v + (1 - kept) * g * g; // (1 - lr)"
    >>> read([text, 'switch (kind) { case "rmsprop": '])
    {'complements': ['kept', 'mu'], 'says': 'rmsprop'}
    """
    code = "\n".join(_COMMENTS.sub(lambda match: match[1] or " ", text) for text in texts)
    names = set(_COMPLEMENT.findall(code))
    names |= {given for kept, given in _KEPT.findall(code) if kept in names}
    compared = next(_COMPARED.finditer(code), None)
    return {"complements": sorted(names), "says": (compared[1] or compared[2]) if compared else ""}
