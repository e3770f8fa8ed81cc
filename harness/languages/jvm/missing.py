"""What a compiler did not find: names that stand in no source at hand and no library given.

A class that is not on the class path is no fault of the source that names it. A name that the
language's own library has, and that the source forgot to import, is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from harness.languages.jvm import newer
from harness.languages.jvm.compile import LOMBOK
from harness.languages.jvm.sources import text_of

# In whose words: javac, ECJ, Kotlin, Scala 3 and 2, Clojure. Group 1 is the name.
_NAMED = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"error: package ([\w.]+) does not exist",
        r"error: cannot find symbol\n(?:.*\n){0,6}?\s*symbol:\s+(?:class|variable) ([A-Z]\w*)",
        r"error: (?:cannot access|class file for) ([\w.$]+)",
        r"class file for ([\w.$]+) not found",
        r"error: static import only from classes and interfaces\n\s*import static ([\w.]+)",
        r"^([A-Z][\w.]*) cannot be resolved(?: to a (?:type|variable))?$",
        r"^The import ([\w.]+) cannot be resolved",
        r"^The type ([\w.]+) cannot be resolved",
        r"error: unresolved reference '([A-Z]\w*)'",
        r"error: unresolved reference '(\w+)'\.?\n\s*import\b",
        r"error: cannot access (?:class|built-in declaration) '([\w.]+)'",
        r"\|\s*Not found: (?:type )?([A-Z]\w*)",
        r"import [^\n]*\n(?:.*\n){0,2}?\s*\|\s*(?:value|type|object) (\w+) is not a member of",
        r"\|\s*(?:value|type|object) ([\w.]+) is not a member of <?[a-z][\w.]*>?",
        r"\|\s*Not found: (\w+)(?=[^|]*\|?[^|]*import)",
        r"error: (?:object|type|value) (\w+) is not a member of (?:package|object) ",
        r"error: not found: (?:type|value|object) ([A-Z]\w*|[a-z]+(?=\n\s*import))",
        r"Could not locate [\w/]+?__init\.class, ([\w/]+)\.clj",
        r"Class not found: ([\w.$]+)",
    )
)
# A member that a class at hand does not have, in the words of javac and ECJ.
_UNMADE = re.compile(r"error: cannot find symbol|is undefined for the type|cannot be resolved")
# A library on the class path that was made for another Scala.
_OTHER_SCALA = re.compile(
    r"Symbol '[^']+' is missing from the classpath|issing or invalid dependency detected"
    r"|[Bb]ad symbolic reference|(?:TASTy|Scala) signature \S+ has wrong version"
)
_NEWER = re.compile(r"not supported in -source \d+\s*\n?\s*\(use -source (\d+) or higher")
_PLACE = re.compile(r"(?:^|[\s/])([\w$.-]+\.(?:java|kt|scala))(?::| \(at line )(\d+)", re.MULTILINE)


class Around(Protocol):
    """What was at hand when a source was compiled; see `surroundings.Surroundings`."""

    @property
    def lacking(self) -> tuple[str, ...]:
        """Dependencies that could not be had."""

    @property
    def libraries(self) -> tuple[Path, ...]:
        """Jars and folders."""

    @property
    def project(self) -> Path | None:
        """A folder with a build file that was not used."""

    @property
    def whole(self) -> bool:
        """Whether a project was named."""

    @property
    def scala(self) -> str:
        """The version of Scala that the project declares."""


Own = Callable[[Collection[str]], Collection[str]]
"""Which of some simple names the language's own library has."""


def names(message: str) -> list[str]:
    """The names that a compiler did not find, in the order in which it says so."""
    return list(dict.fromkeys(name for _, name in _found(message)))


def _found(message: str) -> list[tuple[int, str]]:
    """The same, each with where the message says so."""
    return sorted(
        (match.start(), match[1]) for pattern in _NAMED for match in pattern.finditer(message)
    )


def files_without(message: str, absent: Collection[str]) -> set[str]:
    """The names of files that miss one of some names, as far as the compiler says whose it is."""
    places = list(_PLACE.finditer(message))
    return {
        before[-1][1]
        for start, name in _found(message)
        if name in absent and (before := [p for p in places if p.start() <= start])
    }


def excused(message: str, source: Sequence[Path], around: Around, forgotten: Own) -> str:
    """Why a source that does not compile is not to be blamed; empty if it is.

    Args:
        message: the compiler's.
        source: the files that are judged.
        around: what was at hand.
        forgotten: tells names that an import of the language's own library would bring.
    """
    wanted = names(message)
    simple = [name for name in wanted if "." not in name and "/" not in name]
    own = set(forgotten(simple)) if simple else set()
    # What the source itself defines is there, and was not found for another reason.
    own |= {name for name in simple if any(_defines(text_of(path), name) for path in source)}
    if lacking := [name for name in wanted if name not in own]:
        if gone := newer.withdrawn(lacking):
            return f"{_first(message, ['STR'])}{gone}"
        if whole := newer.lacking(lacking, map(text_of, source)):
            first = _first(message, lacking)
            return f"{first}{whole} is not in the JDK that compiles; {newer.advice()}"
        first = _imported(lacking[0], source)
        return _sentence(_first(message, lacking), [first, *lacking[1:]], around)
    if needed := _NEWER.search(message):
        return f"it needs Java {needed[1]}: set JAVA_HOME to a JDK {needed[1]} or newer"
    if newer.on_trial(message):
        return f"it needs what this Java only has as a preview; {newer.advice()}"
    if "annotation processor threw" in message:
        return "Lombok, which is run as its build would, ends with an exception in this compiler"
    if _UNMADE.search(message) and any(LOMBOK.fullmatch(path.name) for path in around.libraries):
        first = message.strip().splitlines()[0]
        return f"what Lombok writes into classes is not there: {first}"
    place = _PLACE.search(message)  # what else is wrong may follow from the first
    if place and place[1] not in [path.name for path in source]:
        first = next(line for line in message.splitlines() if _PLACE.search(line)).strip(" :")
        if place[1].endswith(".scala"):
            return f"what it uses does not compile: {first}; {_scala(around)}"
        if place[1].endswith(".kt"):
            return f"what it uses does not compile: {first}"
        return (
            f"what it uses does not compile: {first}; if it needs a newer Java, set JAVA_HOME to"
            " one, or RMSPROOF_JAVA=bundled for the one that came with rmsproof"
        )
    scala = any(path.suffix == ".scala" for path in source)
    if scala and (_OTHER_SCALA.search(message) or _older(around)):
        first = next((line for line in message.splitlines() if "rror" in line), message).strip()
        return f"it does not compile with the Scala at hand: {first}; {_scala(around)}"
    return ""


def _defines(text: str, name: str) -> bool:
    return bool(re.search(rf"\b(?:class|interface|record|enum|trait|object)\s+{name}\b", text))


def _first(message: str, lacking: Sequence[str]) -> str:
    """Where the first of them is missing: file and line, if the compiler says."""
    before = message[: message.find(lacking[0])]
    places = list(_PLACE.finditer(before))
    return f"{places[-1][1]}:{places[-1][2]}: " if places else ""


def _imported(name: str, source: Sequence[Path]) -> str:
    """The package that is not there, as the source imports it, where a compiler says part of it."""
    whole = re.compile(
        rf"^\s*import\s+((?:\w+\.)*{re.escape(name)}(?:\.[a-z]\w*)*)\.", re.MULTILINE
    )
    found = (whole.search(text_of(path)) for path in source if re.fullmatch(r"[a-z]\w*", name))
    return next((match[1] for match in found if match), name)


# Modules that a JDK has and hides until they are asked for.
_INCUBATOR = "jdk.incubator"


def _sentence(place: str, lacking: Sequence[str], around: Around) -> str:
    more = f" (and {len(lacking) - 1} more)" if len(lacking) > 1 else ""
    name = lacking[0].replace("/", ".")
    text = f"{place}{name}{more} is not on the class path"
    if name.startswith(_INCUBATOR):
        return f"{text}; the JDK has it on trial, in a module that is not opened here"
    if around.lacking:
        return f"{text}, and a dependency could not be had: {'; '.join(around.lacking)}"
    other = f"; {_scala(around)}" if _older(around) else ""
    return f"{text}; add {' or '.join(_commands(around))}{other}"


def _older(around: Around) -> bool:
    """Whether a project declares a Scala that is not compiled any more, whose library had more."""
    return bool(around.scala) and not around.scala.startswith(("2.13", "3"))


def _scala(around: Around) -> str:
    of = f", the project is of {around.scala}" if _older(around) else ""
    return f"Scala 3 and 2.13 are what compiles here{of}"


def _commands(around: Around) -> Iterator[str]:
    if around.project:
        yield f"--project {around.project}"
    elif not around.whole:
        yield "--project DIR, where the build file is"
    yield "--classpath JAR, DIR or group:artifact:version"
