"""The languages there are. A new one is a file beside this and a line here."""

from __future__ import annotations

from harness.languages.clojure import Clojure
from harness.languages.command import Command
from harness.languages.java import Java
from harness.languages.kotlin import Kotlin
from harness.languages.language import Language
from harness.languages.python import Python
from harness.languages.scala import Scala

LANGUAGES: tuple[Language, ...] = (Java(), Scala(), Clojure(), Kotlin(), Python(), Command())
"""In the order in which reports list their editions."""

_BY_NAME = {language.name: language for language in LANGUAGES}
_BY_ENDING = {ending: language for language in LANGUAGES for ending in language.endings}
_BY_FENCE = {word: language for language in LANGUAGES for word in language.fences}


def by_name(name: str) -> Language:
    """The language of that name. Raises KeyError."""
    return _BY_NAME[name]


def by_ending(ending: str) -> Language | None:
    """The language of source files that end so; None if there is none."""
    return _BY_ENDING.get(ending)


def by_fence(word: str) -> Language | None:
    """The language that a document's code block names so; None if it is not judged."""
    return _BY_FENCE.get(word)


def endings() -> tuple[str, ...]:
    """The endings of source files, for messages."""
    return tuple(_BY_ENDING)


def of_sources() -> tuple[str, ...]:
    """The names of the languages that a source file can be in, for messages."""
    return tuple(language.name for language in LANGUAGES if language.endings)


def judged(name: str) -> Language | None:
    """The language of that name if documents' blocks in it are judged, else None."""
    language = _BY_NAME.get(name)
    return language if language and language.fences else None


def scripted(name: str) -> bool:
    """Whether blocks in the language of that name run as one script after another."""
    language = judged(name)
    return language is not None and language.scripted


def headline(name: str, message: str) -> str:
    """The first error of what a language's compiler says, in one line."""
    return _BY_NAME.get(name, Language()).headline(message)
