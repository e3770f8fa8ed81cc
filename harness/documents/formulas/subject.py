r"""Whether a formula with a root and an epsilon is an RMSProp's.

Many have both: batch normalisation divides by `\sqrt{\sigma^2 + \epsilon}`, AdaGrad and Adam by
roots of their own. A formula counts where an update stands in it (a learning rate, a gradient) or
the average of squared gradients by name, unless it, its heading or the words that lead to it say
that it is another's.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, takewhile
from unicodedata import combining, decomposition, normalize

from harness.documents.formulas.mathtext import Region
from harness.languages.naming import RMSPROP
from harness.ports.roles import role_names

# So many tokens on either side of a root are its formula's; a term is shorter.
_AROUND = 40
# A lead-in is the end of a paragraph.
_LEADING_LINES, _LEADING = 4, 400

_LEARNING_RATES = role_names("learning_rate") - {"step", "rate"}
_GRADIENTS = (role_names("gradients") - {"delta"}) | {"∇", "∂"}
_DECAYS = frozenset("β ρ γ α d t i j k p w b l".split()) | role_names("decay_rate")
_EPSILONS = role_names("epsilon") | {"ϵ", "ɛ"}
_AVERAGES = role_names("state") | frozenset("e g ν υ ema meansquare sqgrad sdw sdb vdw vdb".split())
# What a batch, a vector or a signal is divided by.
_SPREADS = frozenset(r"σ var variance std x y z norm ‖ \| \vert \lvert \rvert \Vert \lVert".split())
_CENTRES = frozenset("x z μ mean".split())
_FIRST_MOMENTS = frozenset("m mt mhat mom momentum firstmoment mcorrected mw mb".split())
_GREEK = dict(
    zip(
        "alpha beta gamma delta epsilon varepsilon eta rho sigma mu nu upsilon".split(),
        "αβγδεεηρσμνυ",
        strict=True,
    )
)
_ASSIGNS = {"=", "←", ":", r"\leftarrow", r"\gets", "≈", ";"}
_SUMS = {"∑", "Σ", "sum"}
# Of what a symbol is made of, so much says whether it decays: `s + (1 - \beta)(g^2 - s)` does.
_TERMS = 9

# No blank ends a name in Chinese, Japanese or Korean.
_END = r"(?![a-z\d_])"
_NAMES = (
    rf"(?:(?:ada(?:grad|delta|max|bound|belief|factor|m[a-z]{{0,2}})|[nr]adam|amsgrad|yogi){_END}"
    r"|(?:batch|layer|group|instance|rms|l2|weight)[ -]?norm"
    rf"|(?:normali[sz]|standardi[sz])ation{_END})"
)
_OTHERS = re.compile(rf"(?<![a-z\d_]){_NAMES}", re.IGNORECASE)
_LEADS = re.compile(
    rf"[^\w]*(?:(?:in|for|the|with|and|but|while|plain|original|\d+) )*[^\w]*{_NAMES}",
    re.IGNORECASE,
)
# What was made of RMSProp names it after itself; what it was made of, before.
_LATER = re.compile(
    rf"(?<![a-z\d_])(?:[nr]?ada(?:m|max|belief)|amsgrad|yogi)[a-z]{{0,2}}{_END}", re.IGNORECASE
)
_HEADING = re.compile(
    r" {0,3}#{1,6}(?:\s|(?<=##)\w)|\s*(\*\*|__)[^*_]+\1:?\s*$|\s*\\(?:sub)*section\b|<h\d"
)
_UNDERLINE = re.compile(r"(?:=+|-+)\s*$")
# An item of a list that is a name alone, as a heading would be.
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+([\w ]{1,30}):?\s*$")
_SENTENCE = re.compile(r"[.!?]\s+")


class Subjects:
    """What the headings and the words of a page say its formulas are about."""

    def __init__(self, prose: Iterable[tuple[int, str]], cut: Iterable[Region]) -> None:
        self._lines: dict[int, str] = {}
        for first, text in prose:
            self._lines.update(enumerate(text.split("\n"), first))
        headings = list(self._headings())
        named = [(n, t) for n, t in headings if RMSPROP.search(t) or names_another(t)]
        self._places = [number for number, _ in named]
        self._other = [names_another(text) for _, text in named]
        self._sections = [number for number, _ in headings]
        self._made: dict[tuple[int, str], list[tuple[int, bool]]] = {}
        for region in cut:
            for line, name, summed in _definitions(region):
                section = bisect_right(self._sections, line)
                self._made.setdefault((section, name), []).append((line, summed))

    def others(self, region: Region, line: int) -> bool:
        """Whether the formula at a line is, by the words around it, something else's."""
        led = self._lead(region, line)
        if _LEADS.match(led) and names_another(led):
            return True
        heading = bisect_right(self._places, line) - 1
        return heading >= 0 and self._other[heading]

    def summed(self, region: Region, first: int, last: int) -> bool:
        """Whether something below a root is, as its section says it, a sum: AdaGrad's."""
        line = region.line_of(first)
        section = bisect_right(self._sections, line)
        for name in {_base(region.tokens[i]) for i in _bare(region, range(first, last))}:
            if made := self._made.get((section, name)):
                above = [summed for there, summed in made if there <= line]
                if above[-1] if above else made[0][1]:
                    return True
        return False

    def _headings(self) -> Iterator[tuple[int, str]]:
        for number, text in self._lines.items():
            below = self._lines.get(number + 1, "")
            item = _ITEM.match(text)
            named = item and (RMSPROP.search(item[1]) or names_another(item[1]))
            if named or _HEADING.match(text) or (text.strip() and _UNDERLINE.match(below)):
                yield number, text

    def _lead(self, region: Region, line: int) -> str:
        """The sentence that leads to a formula: before it in its line, and the lines above."""
        own = self._lines.get(line, "")
        start = region.source.lstrip().partition("\n")[0][:_AROUND]
        above: list[str] = []
        row = own.lstrip().startswith("|")  # of a table, led by what stands before it alone
        for number in range(line - 1, line - 1 - _LEADING_LINES * (not row), -1):
            text = self._lines.get(number, "")
            if not text.strip(" \t$") and above:
                break
            above.append(text)
        before = own.partition(start)[0] if start and start in own else ""
        words = re.split(r"[$`]", before.rstrip(" $`"))[-1]
        if RMSPROP.search(words) or names_another(words):  # behind another formula, or an item
            before, above = words, []
        text = " ".join([*reversed(above), before])[-_LEADING:].strip(" \t$`\\[({:")
        return _SENTENCE.split(text)[-1] if text else ""


def _definitions(region: Region) -> Iterator[tuple[int, str, bool]]:
    """What symbols are made of: the line, the symbol, whether it only grows."""
    whole = range(len(region.tokens))
    bare = [i for i in _bare(region, whole) if region.tokens[i] not in {"{", "}", "_", "^"}]
    tokens = [region.tokens[i] for i in bare]
    for place, token in enumerate(tokens):
        left = place - 1 - (tokens[place - 1] in {":", "+"})
        if token not in _ASSIGNS - {":", ";"} or left < 0:
            continue
        name = _base(tokens[left])
        right = list(takewhile(lambda t: t not in {",", *_ASSIGNS}, tokens[place + 1 :][:_TERMS]))
        again = right[1:2] == ["+"] and _base(right[0]) == name
        grows = (again or tokens[place - 1] == "+") and "-" not in right
        yield region.line_of(bare[left]), name, grows or bool(_SUMS.intersection(right[:1]))


def _base(token: str) -> str:
    """A symbol without its subscript: G and g are two."""
    return token.rpartition(".")[2].partition("_")[0]


def names_another(text: str) -> bool:
    """Whether a text names another algorithm, and RMSProp at most as a part of it."""
    own, later = RMSPROP.search(text), _LATER.search(text)
    if own is not None:
        return later is not None and later.start() < own.start()
    return bool(_OTHERS.search(text))


def of_rmsprop(region: Region, begin: int, first: int, last: int, end: int) -> bool:
    """Whether the tokens around a root are an update or an average that RMSProp has.

    Args:
        region: where it stands.
        begin: its first token.
        first: the first token below it.
        last: where what is below it ends.
        end: where the root ends.
    """
    inside = list(_names(region, range(first, last)))
    below = set().union(*inside)
    start, stop = _equation(region, begin, end)
    around = _symbols(region, chain(range(start, begin), range(end, stop)))
    around -= _assigned(region, start)
    if around & _FIRST_MOMENTS or any(
        "Δ" in t or t == r"\Delta" for t in region.tokens[start:stop]
    ):
        return False  # Adam divides the mean of gradients; AdaDelta has an average of steps, too
    if below & {*_SUMS, "mean"}:
        return False
    rate, gradient = bool(around & _LEARNING_RATES), bool(around & _GRADIENTS)
    if not (rate and gradient) and (below & _SPREADS or around & _CENTRES):
        return False
    known = _AVERAGES | _DECAYS | _GRADIENTS | _EPSILONS
    named = bool(below & _AVERAGES) and all(n & known for n in inside if min(n)[0].isalpha())
    return rate or gradient or named


def _equation(region: Region, begin: int, end: int) -> tuple[int, int]:
    """The tokens of a root's side of its equation, or as many as a formula may have."""
    least, most = max(0, begin - _AROUND), min(len(region.tokens), end + _AROUND)
    start = next((i + 1 for i in range(begin - 1, least - 1, -1) if _assigns(region, i)), least)
    stop = next((i for i in range(end, most) if _assigns(region, i)), most)
    return start, stop


def _assigns(region: Region, index: int) -> bool:
    return region.tokens[index] in _ASSIGNS


def _assigned(region: Region, start: int) -> set[str]:
    """The symbol that an equation gives a value: `m` in `m = m - ...` is a weight."""
    if not start or not _assigns(region, start - 1):
        return set()
    return _symbols(region, range(max(0, start - 8), start - 1))


def _symbols(region: Region, indices: Iterable[int]) -> set[str]:
    return set().union(*_names(region, indices))


def _names(region: Region, indices: Iterable[int]) -> Iterator[set[str]]:
    """What each symbol that stands there could be called, sub- and superscripts left out."""
    for index in _bare(region, indices):
        if names := _plain(region.tokens[index]):
            yield names


def _bare(region: Region, indices: Iterable[int]) -> Iterator[int]:
    """The tokens that are not within a sub- or superscript, or an index."""
    script_up_to = -1
    for index in indices:
        token = region.tokens[index]
        if index < script_up_to:
            continue
        if token in {"_", "^"} or token.endswith("_"):
            script_up_to = region.group(index + 1)
        elif token == "[" and index and "e" not in _plain(region.tokens[index - 1]):
            script_up_to = region.group(index)
        yield index


def _plain(token: str) -> set[str]:
    r"""A token as it could be a name: `\hat`'s letter, `v_t` as `v` and `vt`, `self.v` as `v`."""
    bare = "".join(
        c
        for c in normalize("NFD", token)
        if not combining(c) and not decomposition(c).startswith(("<sub", "<super"))
    )
    name = normalize("NFKC", bare).lstrip("\\").rpartition(".")[2].lower()
    if not name[:1].isalpha() or (token.startswith("\\") and name not in _GREEK):
        return {token}
    names: Sequence[str] = (name.replace("_", ""), name.partition("_")[0])
    return {_GREEK.get(each, each) for each in names if each}
