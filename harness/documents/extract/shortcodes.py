"""Code between the shortcodes of site generators, as a rule for markdown-it.

Hugo has `{{< highlight python >}}` up to `{{< /highlight >}}`, Jekyll `{% highlight python %}` up
to `{% endhighlight %}`. Both become fences, with what follows the word as info string.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

_OPENING = re.compile(r"\{\{[<%]\s*+highlight\s([^{}<>]*)[>%]\}\}|\{%-?\s*+highlight\s([^{}%]*)%\}")
_CLOSING = re.compile(r"\{\{[<%]\s*/\s*highlight\s*[>%]\}\}|\{%-?\s*endhighlight\s*-?%\}")


def highlight(markdown: MarkdownIt) -> None:
    """Add the rule to a parser."""
    markdown.block.ruler.before(
        "fence",
        "highlight",
        _highlight,
        {"alt": ["paragraph", "reference", "blockquote", "list"]},  # what it interrupts
    )


def _highlight(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    opening = _OPENING.fullmatch(_line(state, start))
    if opening is None or state.is_code_block(start):
        return False
    if silent:
        return True
    last = start + 1
    closed = False
    while last < end and not closed:
        line = _line(state, last)
        if line and state.sCount[last] < state.blkIndent:
            break  # the list around it ends
        closed = bool(_CLOSING.fullmatch(line))
        last += not closed
    token = state.push("fence", "code", 0)
    token.info = (opening[1] or opening[2] or "").strip()
    token.content = state.getLines(start + 1, last, state.sCount[start], True)
    token.markup = opening[0]  # nothing inside can open another
    state.line = last + closed
    token.map = [start, state.line]
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()
