"""Whether a paragraph announces what the code above it prints.

"Output:", "**Result**", "This prints:", `Out[3]:`. Whole phrases only: a paragraph that merely
mentions an output announces nothing.
"""

from __future__ import annotations

import re
from enum import Enum

# A caption is short, or the last sentence of a paragraph.
LONGEST = 4000
_CAPTION = 160


class Caption(Enum):
    """What the paragraph before a block says of it."""

    NONE = "nothing"
    LIKELY = "perhaps an output: a block that looks like code is none all the same"
    SURE = "an output"


_TAIL = (
    r"(?: (?:is|are|was|will|should|would|be|looks?|like|as|this|follows|above|below|shown|the|"
    r"following|something|similar|to|here))*+(?: (?:of|from|for|after|when|in|on|with|\() ?.*)?"
)
_SURE = re.compile(
    r"(?:(?:the|an?|your|its|our|and|with|here is|here's|see|as) )*"
    r"(?:(?:expected|sample|example|console|program|program's|actual|printed|terminal|resulting|"
    r"possible|typical|corresponding|standard|script|code) )*"
    rf"(?:outputs?|stdout|printout){_TAIL}"
    r"|(?:in \[\d+\]: )?out ?\[\d*\]"
    r"|(?:(?:this|it|which|that|(?:and|then|running|executing|run) (?:it|this|that)|"
    r"(?:(?:running|executing) )?(?:the|this|our) (?:\w+ )?(?:code|program|script|snippet|example|"
    r"block|listing|cell|run|call|line|command)(?: above)?) )?"
    r"(?:(?:will|should|then|now|would) )*(?:prints?|outputs|printed)(?: out)?"
    r"(?: (?:the following|this|something like(?: this)?|to|the|console|screen|stdout|lines))*"
    r"|(?:and )?(?:you|we)(?: will| should|'ll)?(?: now| then)? (?:see|get)"
    r"(?: (?:the following|this|something like(?: this)?|an?|the))*(?: outputs?)?"
)
_LIKELY = re.compile(
    rf"(?:(?:the|an?|your|its|expected) )*results?{_TAIL}"
    r"|(?:this|it|which|that|running it|running this|(?:the|this) (?:code|program|script|snippet))"
    r" (?:will )?(?:gives?|produces?|displays?|yields?|shows?|returns?)"
    r"(?: (?:us|you))?(?: (?:the following|this|something like(?: this)?))?(?: outputs?)?"
)
_SENTENCE = re.compile(r"[.!?:;][\"')*_]*\s+")
_TAG = re.compile(r"<[^<>]*>")
_MARKUP = re.compile(r"[*_#~]+|^[\s>#-]+|(?<![\s:.,…])[\s:.,…]++(?=[*_\s]*$)")


def read(content: str) -> tuple[Caption, str, int]:
    """Read a paragraph: what it announces, the inline code it consists of, that code's line.

    A caption and "`[0 0]`" may be two paragraphs or one: the code is "" unless there is nothing
    beside it, or nothing but a caption before it. Its line counts from 0.
    """
    content = _TAG.sub("", content[:LONGEST])
    if (announced := caption(content.replace("`", ""))) is not Caption.NONE:
        return announced, "", 0
    before, tick, rest = content.partition("`")
    announced = caption(before)
    if not tick or (before.strip() and announced is Caption.NONE):
        return Caption.NONE, "", 0
    code = _inline(tick + rest)
    return (announced, code, before.count("\n")) if code else (Caption.NONE, "", 0)


def caption(text: str) -> Caption:
    """Say whether a phrase, or the last sentence of a paragraph, announces an output."""
    text = text[-4 * _CAPTION :].replace("’", "'")
    last = _SENTENCE.split(text.strip().rstrip(":"))[-1]
    bare, last = (" ".join(_MARKUP.sub(" ", each).lower().split()) for each in (text, last))
    for phrase in (bare, last if text.rstrip(" *_\n").endswith(":") else ""):
        if not phrase or len(phrase) > _CAPTION:
            continue
        if _SURE.fullmatch(phrase):
            return Caption.SURE
        if _LIKELY.fullmatch(phrase):
            return Caption.LIKELY
    return Caption.NONE


def _inline(text: str) -> str:
    """Return the code of lines that are nothing but inline code; "" if there is anything else."""
    captions: list[str] = []
    for line in text.strip().split("\n"):
        bare = line.strip()
        ticks = len(bare) - len(bare.lstrip("`"))
        inside = bare[ticks:-ticks] if 0 < 2 * ticks < len(bare) else ""
        if not inside or not bare.endswith("`" * ticks) or "`" in inside.strip("` "):
            return ""
        captions.append(inside.strip() if ticks > 1 else inside)
    return "\n".join(captions)
