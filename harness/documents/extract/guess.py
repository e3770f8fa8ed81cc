"""Which language a block is in: what its info string names, else what the code looks like.

Guessing is plain scoring. Each rule is a construct of one language with a weight; a language
that is not judged here (C, JavaScript, a shell, JSON, prose) has rules too, under RIVAL, and
where they weigh as much, nothing is guessed: a block left alone costs less than one judged in
the wrong language. No rule looks at indentation, which published Python often has lost.
"""

from __future__ import annotations

import re
from itertools import islice

from harness.languages.registry import LANGUAGES, by_fence

RIVAL = ""
# What is read of a block, and of each line: enough to tell, and bounded whatever comes.
_LINES, _WIDTH = 1500, 400
# One construct seen often says little more than seen three times.
_MOST = 3
# Below this, a block could be anything.
_ENOUGH = 2.0

# Directives (MyST, Sphinx in Markdown) whose argument is the language.
_DIRECTIVES = {"code", "code-block", "sourcecode", "code-cell", "jupyter-execute"}
_WORD = re.compile(r"[^\s{}\[\](),;:=\"'`<>]+")
_NOT_WORDS = re.compile(r"[^\s,{}]+")


def named(info: str) -> str:
    """Return the language an info string names, normalised and lower case; "" for none.

    >>> named('python title="x.py"'), named("{.scala .numberLines}"), named("linenos=true")
    ('python', 'scala', '')
    """
    info = info.strip()[:_WIDTH].lower()
    inside, brace, after = info.removeprefix("{").partition("}")
    if info.startswith("{") and brace:
        return _in_braces(inside, after)
    return _normal(_first(info))


def _in_braces(inside: str, after: str) -> str:
    for word in _NOT_WORDS.findall(inside):
        if word in _DIRECTIVES and (argument := _first(after.lstrip())):
            return _normal(argument)
        if word in _DIRECTIVES and word != "code-cell":
            return ""
        if word.startswith("=") or (not word.startswith("#") and "=" not in word):
            return _normal(word.strip("=:"))
    return ""


def _first(info: str) -> str:
    """Return the first word; "" where it is an attribute (`title="x"`) and no language."""
    word = _WORD.match(info)
    if word is None:
        return ""
    # HackMD numbers lines by `python=` and `python=12`.
    rest = info[word.end() :]
    attribute = rest.startswith("=") and not re.match(r"=\d*(?:\s|$)", rest)
    return "" if attribute or word[0].startswith("#") else word[0]


def _normal(word: str) -> str:
    word = word.removeprefix(".").removeprefix("language-").removeprefix("lang-")
    language = by_fence(word)
    return language.name if language else word


# (weight, pattern on one line without the blanks around it).
# What is judged nowhere here.
_RIVALS: tuple[tuple[float, str], ...] = (
    (
        4,
        r"(?:#include|#define|using namespace|using System|template\s*<|typedef|struct \w+|"
        r"namespace )",
    ),
    (4, r"(?:int|void) main\((?:void|int\b.*|)\)|.*\bstd::|.*\bprintf\(|.*\bcout\b"),
    (2, r"(?:const |static |inline )*(?:void|float|double|int|size_t|auto) \*?\w+\(.*[*&].*\)"),
    (2, r"(?:const |unsigned )*(?:float|double|int|char) ?(?:\* ?\w+|\w+\[\w*\]).*[;,)]$"),
    (
        3,
        r"(?:export )?(?:const|let) (?:\w+|[{\[].*[}\]])(?: ?: ?[\w\[\]<>]+)? ?=|"
        r".*\bconsole\.log\(|.*(?:===|!==)",
    ),
    (3, r"(?:export )?(?:default )?(?:async )?function\b[ *]?\w*|.*\bfunction ?\("),
    (3, r"import .+ from ['\"]|.*\brequire\(['\"]|export (?:default|const|class)\b"),
    (4, r"(?:pub )?(?:fn \w+|impl\b|mod \w+|use \w+::)|let mut |.*\bprintln!|.*&mut "),
    (4, r"func\b.*[{(]|package \w+$|.*\bfmt\.|\w+(?:, \w+)* := "),
    (4, r"(?:local )?(?:function [\w.:]+\(.*\)$|end$)|.*\bthen$|def [\w.!?]+(?:\(.*\))?$"),
    (3, r"[\w.]+ ?<- (?!.*->)|.*\blibrary\(\w+\)|.*%>%"),
    (4, r"\((?:define|defun|setq|setf|defvar|defparameter|lambda \(|let\*? \(\()"),
    (
        4,
        r"[$%] ?\w|#!/|(?:sudo|pip3?|conda|apt|apt-get|brew|npm|yarn|git|curl|wget|cd|echo|"
        r"export|source|docker|uv|mkdir) [\w./-]",
    ),
    (4, r"(?:if \[|fi$|done$|esac$|do$)|(?:python3?|java|scala|clj|javac|bash|sh) [\w./-]+(?: |$)"),
    (3, r"(?:SELECT|INSERT INTO|UPDATE|CREATE TABLE|DROP|FROM \w+$|RUN |COPY |CMD )"),
    (2, r"[{\[,]?\s*\"[\w .$-]+\"\s*:\s*"),
    (1.5, r"(?!else|try|finally|except|default|case)(?:- )?[\w-]+:(?: [^=(]*)?$"),
    (4, r"</?[a-zA-Z!?][^>]*>|<!--|<\?"),
    (3, r"\[[\w. -]+\]$|\\(?:begin|frac|sqrt|theta|usepackage|documentclass)\b"),
    (
        4,
        r"(?:classDiagram|sequenceDiagram|graph (?:TD|LR|TB)|flowchart |gantt|pie|@startuml)|.*-->",
    ),
    (4, r"(?:diff --git|@@ -|\+\+\+ |--- [\w/])|\|.*\|$|\+-[-+]+\+$"),
    (4, r"Traceback \(most recent|Exception in thread|\s*at [\w.$]+\([\w.]+:\d+\)"),
    (3, r"(?:[A-Z][a-z]+|I|A)(?: [\w',()-]+){4,}[.:!?]$"),
    (
        3,
        r"(?:Input|Output|Algorithm|Require|Ensure|Procedure|Initiali[sz]e|repeat|until|"
        r"foreach)\b(?![(.=])",
    ),
    (1, r".*\w\^\{?\w|.*[←θ∇]"),
)
_RULES = [
    (name, weight, re.compile(pattern))
    for name, clues in [*((x.name, x.clues) for x in LANGUAGES), (RIVAL, _RIVALS)]
    for weight, pattern in clues
]


def guess(text: str) -> str:
    """The language's name where the code tells, else "".

    >>> guess("import numpy as np"), guess("(defn f [x] (* x x))"), guess('{"a": 1}')
    ('python', 'clojure', '')
    """
    lines = _code(text)
    if not lines:
        return ""
    score = dict.fromkeys([*(x.name for x in LANGUAGES), RIVAL], 0.0)
    for name, weight, pattern in _RULES:
        seen = islice((line for line in lines if pattern.match(line)), _MOST)
        score[name] += weight * sum(1 for _ in seen)
    for language in LANGUAGES:
        if language.begins and not lines[0].startswith(language.begins):
            score[language.name] = 0.0
    rival = score.pop(RIVAL)
    ranked = sorted(score, key=score.__getitem__, reverse=True)
    best, next_best = score[ranked[0]], score[ranked[1]]
    return ranked[0] if best >= _ENOUGH and best > max(rival, next_best) else ""


def _code(text: str) -> list[str]:
    """Return the lines worth scoring: no blank ones, none from inside a docstring."""
    code: list[str] = []
    inside = False
    # The bound comes first: a block may be one line of a megabyte, or a million lines.
    for line in islice(text[: _LINES * _WIDTH].splitlines(), _LINES):
        bare = line[:_WIDTH].strip()
        if bare and not inside:
            code.append(bare)
        if bare.count('"""') % 2:
            inside = not inside
    return code
