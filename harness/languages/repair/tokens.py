"""Java and Scala as tokens, whatever the text: unfinished, unbalanced or something else.

Nothing here raises, and everything takes time in proportion to the text's length.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from typing import NamedTuple


class Token(NamedTuple):
    """A token.

    Attributes:
        kind: word, number, string, operator, open, close, point (; , .) or other.
        text: as it stands there.
        start: its first character's place in the text.
        newlines: how many line ends lie between it and the token before.
    """

    kind: str
    text: str
    start: int
    newlines: int = 0

    @property
    def end(self) -> int:
        """The place behind its last character."""
        return self.start + len(self.text)


OPENING = {")": "(", "]": "[", "}": "{"}

# Every repetition is possessive: a comment or a string that never ends is read once.
_COMMENT = r"//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?"
_WORD = r"(?:[^\W\d]|\$)[\w$]*+"
_NUMBER = r"(?P<number>\d\w*+(?:\.\d\w*+)?+(?:(?<=[eE])[-+]\d++)?+)"
_REST = r"(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<point>[;,.])|(?P<other>.)"
_JAVA = re.compile(
    rf"(?P<gap>\s++|{_COMMENT})|(?P<word>{_WORD})|{_NUMBER}"
    r'|(?P<string>"""(?:[^"\\]++|\\.|"(?!""))*+(?:""")?|"(?:[^"\\\n]++|\\[^\n])*+"?'
    r"|'(?:[^'\\\n]++|\\[^\n])*+'?)"
    # `>` stands alone, so that the brackets of type arguments pair.
    rf"|(?P<operator>->|::|[-+*/%&|^!=<>]=|\+\+|--|&&|\|\||[-+*/%&|^!=<>~?:@])|{_REST}",
    re.DOTALL,
)
_SCALA = re.compile(
    rf'(?P<gap>\s++|//[^\n]*+)|(?P<nested>/\*)|(?P<interpolated>{_WORD}(?:"""|"))'
    rf"|(?P<word>{_WORD}|`[^`\n]*+`)|{_NUMBER}"
    r'|(?P<string>"""(?:[^"]++|"(?!""))*+(?:"{3,}+)?|"(?:[^"\\\n]++|\\[^\n])*+"?'
    r"|'(?:\\u[0-9a-fA-F]{4}|\\.|[^'\\\n])')"
    rf"|(?P<operator>(?:[!#%&*+\-:<=>?@\\^|~]|/(?![/*]))++)|{_REST}",
    re.DOTALL,
)
_PIECE = {
    '"': re.compile(r'(?:[^"\\$\n]++|\\[^\n]|\$\$)*+'),
    '"""': re.compile(r'(?:[^"$]++|\$\$|"(?!""))*+'),
}
_INSERT = re.compile(r"\$(?:(?P<brace>\{)|(?P<word>[^\W\d]\w*))")
_NESTED = re.compile(r"/\*|\*/")


def java_tokens(text: str) -> Iterator[Token]:
    """The tokens of a Java text."""
    newlines = 0
    for match in _JAVA.finditer(text):
        if match.lastgroup == "gap":
            newlines += match[0].count("\n")
        else:
            yield Token(match.lastgroup or "other", match[0], match.start(), newlines)
            newlines = 0


def scala_tokens(text: str) -> Iterator[Token]:
    """The tokens of a Scala text.

    What stands in an interpolated string is code, `${` and `}` are its brackets.
    """
    at = newlines = 0
    # The strings that are open around here, each with the braces open inside its `${`.
    around: list[tuple[str, int]] = []
    while match := _SCALA.match(text, at):
        kind, lexeme, start = match.lastgroup or "other", match[0], at
        at = match.end()
        if kind == "nested":
            at = _behind_comment(text, at)
            newlines += text.count("\n", start, at)
            continue
        if kind == "gap":
            newlines += lexeme.count("\n")
            continue
        yield Token("string" if kind == "interpolated" else kind, lexeme, start, newlines)
        newlines = 0
        if kind == "interpolated":
            quote, depth = '"""' if lexeme.endswith('"""') else '"', -1
        elif around and lexeme in ("{", "}"):
            quote, depth = around.pop()
            depth += 1 if lexeme == "{" else -1
        else:
            continue
        if depth < 0:  # inside the string, at its start or behind a `${...}`
            at, opened = yield from _string(text, at, quote)
            depth = 0 if opened else -1
        if depth >= 0:
            around.append((quote, depth))


def _string(text: str, at: int, quote: str) -> Generator[Token, None, tuple[int, bool]]:
    """Read an interpolated string; return where that ends, and whether behind a `${`."""
    while True:
        start = at
        if match := _PIECE[quote].match(text, at):
            at = match.end()
        insert = _INSERT.match(text, at)
        lone = insert is None and text.startswith("$", at)
        if lone:
            at += 1
        elif insert is None and text.startswith(quote, at):
            at += len(quote)
            while len(quote) > 1 and text.startswith('"', at):
                at += 1
        if at > start:
            yield Token("string", text[start:at], start)
        if insert:
            if insert["brace"]:
                yield Token("open", "${", at)
                return insert.end(), True
            yield Token("word", insert["word"], insert.start("word"))
            at = insert.end()
        elif not lone:
            return at, False


def _behind_comment(text: str, at: int) -> int:
    depth = 1
    for match in _NESTED.finditer(text, at):
        depth += 1 if match[0] == "/*" else -1
        if not depth:
            return match.end()
    return len(text)


class Brackets:
    """The brackets open around a token, in code whose brackets need not pair."""

    def __init__(self) -> None:
        self.open: list[Token] = []
        self._braces = 0

    def take(self, token: Token) -> bool:
        """Go on by a token; False for a closing brace that nothing opened."""
        if token.kind == "open":
            self.open.append(token)
            self._braces += token.text[-1] == "{"
        elif token.kind == "close" and token.text == "}":
            if not self._braces:
                return False
            while self.open[-1].text[-1] != "{":  # a bracket left open ends with its block
                self.open.pop()
            self.close()
        elif token.kind == "close" and self.open and self.open[-1].text == OPENING[token.text]:
            self.open.pop()
        return True

    def close(self) -> None:
        """Close the brace that is open last."""
        self.open.pop()
        self._braces -= 1


def closing(code: Sequence[Token], at: int) -> int:
    """The place of the bracket that closes the one at `at`; the last token's if none does."""
    depth = 0
    for i in range(at, len(code)):
        depth += (code[i].kind == "open") - (code[i].kind == "close")
        if not depth:
            return i
    return len(code) - 1
