"""What of the JDK itself the one at hand lacks: a source that asks for it is of a newer Java."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from harness.languages.jvm.java import bundled, java

# Whose names no library may have.
_OWN = ("java.", "jdk.")
_IMPORTED = re.compile(r"(?:\bimport\s+(?:static\s+)?|\(:import\s*[(\[]?\s*)((?:java|jdk)\.[\w.]+)")
# A method of a class, in the words of javac; and what an older Java only has on trial.
_MEMBER = re.compile(r"symbol:\s+method (\w+).*\n\s*location:\s+(?:class|interface) (\w+)$", re.M)
# What string templates begin with, which no import brings.
_TEMPLATES = "STR"
_ON_TRIAL = re.compile(r"\b(?:is|are) a preview feature")


def lacking(names: Iterable[str], texts: Iterable[str]) -> str:
    """The first of some names that are missing which is the JDK's, in full; "" for none.

    A compiler may say no more than one part of what is imported.

    >>> lacking(["foreign"], ["import java.lang.foreign.MemorySegment"])
    'java.lang.foreign.MemorySegment'
    >>> lacking(["org.acme", "foreign"], ["import org.acme.foreign.Rule"])
    ''
    """
    imported: list[str] = [name for text in texts for name in _IMPORTED.findall(text)]
    for name in names:
        if name.startswith(_OWN) and not name.startswith("jdk.incubator"):
            return name
        for full in imported:
            if name.rpartition(".")[2] in full.split(".")[2:]:
                return full
    return ""


def withdrawn(names: Collection[str]) -> str:
    """Why a source does not compile that asks for what Java had on trial alone; "" for no such."""
    if _TEMPLATES not in names:
        return ""
    return f"{_TEMPLATES} is of string templates, which Java 21 and 22 had as a preview alone"


def members(message: str) -> list[str]:
    """The simple names of classes that lack a method, as javac says."""
    return [match[2] for match in _MEMBER.finditer(message)]


def on_trial(message: str) -> bool:
    """Whether a compiler says that it has something only as a preview."""
    return bool(_ON_TRIAL.search(message))


def advice() -> str:
    """How a newer Java is had."""
    other, ours = bundled(), ""
    if other is not None and other.feature > java().feature:
        ours = f", or RMSPROOF_JAVA=bundled for the Java {other.feature} that came with rmsproof"
    return f"Java {java().feature} is used here: set JAVA_HOME to a newer JDK{ours}"
