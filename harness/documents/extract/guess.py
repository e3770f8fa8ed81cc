"""Which language a block is in: what its info string names, else what the code looks like.

Guessing is plain scoring. Each rule is a construct of one language with a weight; a language
that is not judged here (C, JavaScript, a shell, JSON, prose) has rules too, under RIVAL, and
where they weigh as much, nothing is guessed: a block left alone costs less than one judged in
the wrong language. No rule looks at indentation, which published Python often has lost.
"""

from __future__ import annotations

import re
from itertools import islice

RIVAL = ""
# What is read of a block, and of each line: enough to tell, and bounded whatever comes.
_LINES, _WIDTH = 1500, 400
# One construct seen often says little more than seen three times.
_MOST = 3
# Below this, a block could be anything.
_ENOUGH = 2.0

_NAMES = {
    **dict.fromkeys("python python3 py py3 ipython ipython3 pycon code-cell".split(), "python"),
    "java": "java",
    **dict.fromkeys("scala scala3 sc".split(), "scala"),
    **dict.fromkeys("clojure clj".split(), "clojure"),
}
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
    return _NAMES.get(word, word)


# (language, weight, pattern on one line without the blanks around it).
_TABLE: tuple[tuple[str, float, str], ...] = (
    # Python: headers end in a colon, statements in nothing.
    ("python", 5, r"(?:>>> |In \[\d+\]: )"),
    (
        "python",
        3,
        r"(?:async )?def \w+\(.*\)\s*(?:->\s*[^={]+)?:\s*(?:#.*|\.\.\.|pass|return .*)?$",
    ),
    ("python", 1, r"(?:async )?def \w+\((?:[\w\s,=.*-]*,)?$"),
    ("python", 1, r"\)\s*+(?:->\s*+[^={]+)?:$"),
    ("python", 3, r"class \w+(?:\([\w\s.,=\[\]]*\))?:\s*(?:#.*)?$"),
    ("python", 2, r"(?:for|async for) \(?\w+(?:\s*,\s*\(?\w+\)*)*\)? in .+:\s*(?:#.*)?$"),
    ("python", 1.5, r"(?:if|elif|while|with)\b[^{]*[\w)\]\"']\s*:\s*(?:#.*)?$"),
    ("python", 1, r"(?:else|try|finally|except(?: [\w.,() ]+)?)\s*:\s*(?:#.*)?$"),
    ("python", 2.5, r"from [\w.]+ import [\w(*][\w\s,*()]*(?:#.*)?$"),
    ("python", 2, r"import [\w.]+(?: as \w+)?(?:, [\w.]+(?: as \w+)?)*\s*(?:#.*)?$"),
    ("python", 2, r"print\(.*\)\s*(?:#.*)?$"),
    ("python", 1.5, r"@\w[\w.]*(?:\(.*\))?$"),
    ("python", 1.5, r"self\.\w+(?:\[[^\]]+\])?\s*[-+*/]?=[^=].*[^;{]$"),
    ("python", 1.5, r"\w+(?:, \w+)* = .*(?:\blambda\b.*:| for \w+(?:, ?\w+)* in )"),
    ("python", 1, r"(?:return|yield|raise|assert|del|global)\b(?: [^;{]*)?$"),
    ("python", 1, r"\w[\w.]*(?:\[[^\]]+\])? [-+*/]= [^;{]*$"),
    ("python", 1, r"\w[\w.]*(?:\[[^\]]+\])?(?:, \w+)*\s*+=\s*+[^=;{]*\w\(.*[^;{]?$"),
    ("python", 1, r"\w[\w.]*(?:\[[^\]]+\])?\s*=[^=].*\w\)?\s?\*\*\s?[\d.(]"),
    ("python", 1, r"\"\"\".*$"),
    ("python", 0.5, r"\w[\w.]*(?:\[[^\]]+\])?\s*=\s*\w[\w.]*(?:\[[^\]]+\])? [-+*/] [^;{^]+$"),
    # Java: types before names, semicolons after statements.
    ("java", 3, r"(?:public |final |abstract |static |sealed )+(?:class|interface|enum|record) "),
    ("java", 3, r"import (?:static )?[a-z]\w*(?:\.\w+)+(?:\.\*)?;$"),
    ("java", 2, r"(?:package [\w.]+;|@Override\b)"),
    ("java", 3, r".*\bSystem\.(?:out|err)\.print"),
    ("java", 2, r"(?:public|private|protected) (?:(?:static|final) )*[\w<>\[\], .]+[;={(]"),
    ("java", 2, r"(?:final )?\w+(?:<[\w<>\[\], ?]+>)?(?:\[\])* \w+ = new \w.*[;{]$"),
    ("java", 2, r"(?:static |final )*(?:void|\w+(?:\[\])+|Map<.+>|List<.+>) \w+\([^*&]*\)\s*\{"),
    (
        "java",
        1.5,
        r"(?:final )?(?:(?:double|float|int|long)\[\]|Map<.+>|List<.+>|String) \w+ =.*;$",
    ),
    ("java", 1, r"(?:final )?(?:double|float|int|long|boolean|var) \w+ = [^&*]+;$"),
    ("java", 1, r"for \((?:(?:final )?[\w<>\[\], .]+ \w+ : .+|int \w+ = .+; .+; .+)\)"),
    ("java", 0.5, r"class \w+(?: extends \w+)?(?: implements [\w<>, ]+)? \{$"),
    ("java", 1.5, r".*\bMath\.(?:sqrt|pow|abs)\(.*;$"),
    ("java", 0.5, r"(?:return|throw|this\.\w+ =)\b.*;$"),
    # Scala: def with `=`, val, type arguments in square brackets.
    (
        "scala",
        3,
        r"(?:(?:private|override|final|inline) )*def (?:[^=]+|[^=(]+\([^=]*"
        r"(?:= ?[^=,)]++[^=]*)+\)(?:: ?[\w\[\], .]+)? ?)= *(?:[{(\w].*)?$",
    ),
    ("scala", 3, r"(?:case class|case object|sealed trait|implicit \w+) \w+"),
    ("scala", 2, r"(?:object|trait) \w+(?: extends [\w\[\]. ]++)?(?: with \w+)*\s*(?:[{:].*)?$"),
    ("scala", 3, r"import (?:scala|cats|zio|breeze)\b[\w.]*"),
    ("scala", 2, r"import [\w.]+\.(?:_|\{[\w ,=>_]+\})$"),
    (
        "scala",
        1.5,
        r"(?:(?:private|override|final|lazy|implicit) )*va[lr] \w+(?:: ?\w[\w\[\], .]*)? = [^;]+$",
    ),
    (
        "scala",
        2,
        r".*\b(?:Array|Map|Seq|Vector|List|Option|Iterator)\[(?:Double|Float|Int|Long|"
        r"String|Array|[A-Z]\b)",
    ),
    ("scala", 3, r"for\s*[({]\s*.*<-"),
    ("scala", 1.5, r"(?:.*[{(])?\s*case .+ =>"),
    (
        "scala",
        1.5,
        r"class \w+(?:\[\w+\])?\((?:.*\b(?:va[lr] )?\w+: ?(?:Double|Float|Int|Array|Map|Seq|"
        r"String))",
    ),
    ("scala", 1, r"println\([^;]*\)$"),
    (
        "scala",
        1,
        r".*\.(?:map|foreach|zip|fold|foldLeft|reduce|filter|indices|updated|mkString)\b[^;]*$",
    ),
    ("scala", 1, r".*(?:\(_ ?[-+*/] ?|\bs\"[^\"]*\$|\.to\(\w+\)|\bArray\.(?:fill|tabulate)\()"),
    # Clojure: lists with its own heads.
    ("clojure", 3, r"\((?:defn-?|ns|defrecord|defprotocol|defmulti|defmethod|doseq|comment)\s"),
    ("clojure", 2, r"\(def \^?[\w:*<>!?-]+"),
    (
        "clojure",
        2,
        r".*\((?:swap!|reset!|assoc(?:-in)?|update(?:-in)?|get-in|dissoc|merge-with|mapv|"
        r"atom|deref|conj|into|reduce-kv|require) ",
    ),
    ("clojure", 1.5, r".*\((?:let|loop|fn|if-let|when-let|dotimes|binding) \["),
    ("clojure", 1.5, r".*(?:#\([^)]|\(->>? |\[\{:keys \[|\(:[\w-]+ \w)"),
    (
        "clojure",
        1.5,
        r".*\((?:Math/\w+|println|prn|map|reduce|apply|range|partial|filter|zipmap|nth|"
        r"juxt) [^,]*\)?$",
    ),
    # What is judged nowhere here.
    (
        RIVAL,
        4,
        r"(?:#include|#define|using namespace|using System|template\s*<|typedef|struct \w+|"
        r"namespace )",
    ),
    (RIVAL, 4, r"(?:int|void) main\((?:void|int\b.*|)\)|.*\bstd::|.*\bprintf\(|.*\bcout\b"),
    (
        RIVAL,
        2,
        r"(?:const |static |inline )*(?:void|float|double|int|size_t|auto) \*?\w+\(.*[*&].*\)",
    ),
    (RIVAL, 2, r"(?:const |unsigned )*(?:float|double|int|char) ?(?:\* ?\w+|\w+\[\w*\]).*[;,)]$"),
    (
        RIVAL,
        3,
        r"(?:export )?(?:const|let) (?:\w+|[{\[].*[}\]])(?: ?: ?[\w\[\]<>]+)? ?=|"
        r".*\bconsole\.log\(|.*(?:===|!==)",
    ),
    (RIVAL, 3, r"(?:export )?(?:default )?(?:async )?function\b[ *]?\w*|.*\bfunction ?\("),
    (RIVAL, 3, r"import .+ from ['\"]|.*\brequire\(['\"]|export (?:default|const|class)\b"),
    (RIVAL, 4, r"(?:pub )?(?:fn \w+|impl\b|mod \w+|use \w+::)|let mut |.*\bprintln!|.*&mut "),
    (RIVAL, 4, r"func\b.*[{(]|package \w+$|.*\bfmt\.|\w+(?:, \w+)* := "),
    (
        RIVAL,
        4,
        r"(?:(?:private|override|open|inline|suspend|operator|data) )*(?:fun [\w<.]+|"
        r"data class )|.*\bmutableMapOf\b",
    ),
    (RIVAL, 4, r"(?:local )?(?:function [\w.:]+\(.*\)$|end$)|.*\bthen$|def [\w.!?]+(?:\(.*\))?$"),
    (RIVAL, 3, r"[\w.]+ ?<- (?!.*->)|.*\blibrary\(\w+\)|.*%>%"),
    (RIVAL, 4, r"\((?:define|defun|setq|setf|defvar|defparameter|lambda \(|let\*? \(\()"),
    (
        RIVAL,
        4,
        r"[$%] ?\w|#!/|(?:sudo|pip3?|conda|apt|apt-get|brew|npm|yarn|git|curl|wget|cd|echo|"
        r"export|source|docker|uv|mkdir) [\w./-]",
    ),
    (
        RIVAL,
        4,
        r"(?:if \[|fi$|done$|esac$|do$)|(?:python3?|java|scala|clj|javac|bash|sh) [\w./-]+(?: |$)",
    ),
    (RIVAL, 3, r"(?:SELECT|INSERT INTO|UPDATE|CREATE TABLE|DROP|FROM \w+$|RUN |COPY |CMD )"),
    (RIVAL, 2, r"[{\[,]?\s*\"[\w .$-]+\"\s*:\s*"),
    (RIVAL, 1.5, r"(?!else|try|finally|except|default|case)(?:- )?[\w-]+:(?: [^=(]*)?$"),
    (RIVAL, 4, r"</?[a-zA-Z!?][^>]*>|<!--|<\?"),
    (RIVAL, 3, r"\[[\w. -]+\]$|\\(?:begin|frac|sqrt|theta|usepackage|documentclass)\b"),
    (
        RIVAL,
        4,
        r"(?:classDiagram|sequenceDiagram|graph (?:TD|LR|TB)|flowchart |gantt|pie|@startuml)|.*-->",
    ),
    (RIVAL, 4, r"(?:diff --git|@@ -|\+\+\+ |--- [\w/])|\|.*\|$|\+-[-+]+\+$"),
    (RIVAL, 4, r"Traceback \(most recent|Exception in thread|\s*at [\w.$]+\([\w.]+:\d+\)"),
    (RIVAL, 3, r"(?:[A-Z][a-z]+|I|A)(?: [\w',()-]+){4,}[.:!?]$"),
    (
        RIVAL,
        3,
        r"(?:Input|Output|Algorithm|Require|Ensure|Procedure|Initiali[sz]e|repeat|until|"
        r"foreach)\b(?![(.=])",
    ),
    (RIVAL, 1, r".*\w\^\{?\w|.*[←θ∇]"),
)
_RULES = [(language, weight, re.compile(pattern)) for language, weight, pattern in _TABLE]


def guess(text: str) -> str:
    """Return "python", "java", "scala" or "clojure" where the code tells, else "".

    >>> guess("import numpy as np"), guess("(defn f [x] (* x x))"), guess('{"a": 1}')
    ('python', 'clojure', '')
    """
    lines = _code(text)
    if not lines:
        return ""
    score = dict.fromkeys([*_NAMES.values(), RIVAL], 0.0)
    for language, weight, pattern in _RULES:
        seen = islice((line for line in lines if pattern.match(line)), _MOST)
        score[language] += weight * sum(1 for _ in seen)
    if not any(line.startswith(("(", "[", ";", "{", "#(", "@")) for line in lines[:1]):
        score["clojure"] = 0.0
    rival = score.pop(RIVAL)
    ranked = sorted(score, key=score.__getitem__, reverse=True)
    best, next_best = score[ranked[0]], score[ranked[1]]
    return ranked[0] if best >= _ENOUGH and best > max(rival, next_best) else ""


def _code(text: str) -> list[str]:
    """Return the lines worth scoring: no blank ones, none from inside a docstring."""
    kept: list[str] = []
    inside = False
    # The bound comes first: a block may be one line of a megabyte, or a million lines.
    for line in islice(text[: _LINES * _WIDTH].splitlines(), _LINES):
        bare = line[:_WIDTH].strip()
        if bare and not inside:
            kept.append(bare)
        if bare.count('"""') % 2:
            inside = not inside
    return kept
