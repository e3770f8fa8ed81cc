"""What ports were judged on, which a report of another machine is compared with."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from dataclasses import dataclass

from harness.languages.jvm.java import java
from harness.languages.jvm.language import JvmLanguage
from harness.languages.registry import LANGUAGES
from harness.model.errors import ToolchainError

_ON_JVM = {language.name for language in LANGUAGES if isinstance(language, JvmLanguage)}


@dataclass(frozen=True)
class Platform:
    """A machine and what runs on it.

    Attributes:
        system: "Linux 6.8.0".
        machine: "x86_64".
        python: "CPython 3.12.4", the one that rmsproof runs in.
        java: its version, where a port of the JVM was judged and there is one; else None.
    """

    system: str = ""
    machine: str = ""
    python: str = ""
    java: str | None = None


def here(languages: Iterable[str]) -> Platform:
    """The machine we are on, where ports in these languages were judged."""
    version = None
    if _ON_JVM & set(languages):
        try:
            version = java().version
        except ToolchainError:
            version = None  # each port's verdict says so
    return Platform(
        system=f"{platform.system()} {platform.release()}",
        machine=platform.machine(),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        java=version,
    )
