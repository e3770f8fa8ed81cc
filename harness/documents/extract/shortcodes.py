"""Code between the shortcodes of site generators, as a rule for markdown-it.

Hugo has `{{< highlight python >}}` up to `{{< /highlight >}}`, Jekyll `{% highlight python %}` up
to `{% endhighlight %}`, Hexo `{% codeblock lang:python %}`, WordPress `[code lang="python"]`. All
become fences, with what follows the word, or the language that it says, as info string.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

_OPENING = re.compile(
    r"\{\{[<%]\s*+highlight\s([^{}<>]*)[>%]\}\}|\{%-?\s*+(?:highlight|code(?:block)?)\s([^{}%]*)%\}"
    r"|\[(?:source)?code\b([^\[\]]*)\]"
)
_CLOSING = re.compile(
    r"\{\{[<%]\s*/\s*highlight\s*[>%]\}\}|\{%-?\s*end(?:highlight|code(?:block)?)\s*-?%\}"
    r"|\[/(?:source)?code\]"
)
_LANGUAGE = re.compile(r"\blang(?:uage)?[:=][\"']?([\w+#]+)")


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
    last = start + 1
    closed = False
    while last < end and not closed:
        line = _line(state, last)
        if line and state.sCount[last] < state.blkIndent:
            break  # the list around it ends
        closed = bool(_CLOSING.fullmatch(line))
        last += not closed
    if opening[3] is not None and not closed:
        return False  # brackets may be anything
    if silent:
        return True
    said = (opening[1] or opening[2] or opening[3] or "").strip()
    plain = "highlight" in opening[0]
    language = _LANGUAGE.search(said)
    token = state.push("fence", "code", 0)
    token.info = said if plain else language[1] if language else ""
    token.content = state.getLines(start + 1, last, state.sCount[start], True)
    token.markup = opening[0]  # nothing inside can open another
    state.line = last + closed
    token.map = [start, state.line]
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()
