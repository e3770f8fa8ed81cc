"""Archives of loaded classes (application class-data sharing): a JVM starts in a third of the time.

An archive belongs to one Java and one class path and is made once, by a run of the adapter that
answers a single question. It only saves time: a JVM that cannot use it starts as it would without.
"""

from __future__ import annotations

import contextlib
import hashlib
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from harness.cache import locked, root
from harness.errors import ToolchainError
from harness.toolchain.java import Java

# A JVM's start and the writing of some 15 MB.
_SECONDS = 60


def archive(
    java: Java, classpath: str, options: Sequence[str], arguments: Sequence[str]
) -> Path | None:
    """Return the archive of a class path, made now if it is not there; None if it cannot be.

    Args:
        java: the Java that will use it.
        classpath: exactly as it will be used.
        options: JVM options that shape code (the compilers).
        arguments: main class and arguments of a program that ends at the end of its input.
    """
    digest = hashlib.sha256("\0".join([str(java.home), java.version, classpath, *options]).encode())
    target = root() / "archives" / f"{digest.hexdigest()[:32]}.jsa"
    if target.is_file():
        return target
    try:
        with locked("archives"):
            if not target.is_file():
                _write(java, classpath, options, arguments, target)
    except (OSError, subprocess.SubprocessError, ToolchainError):
        return None
    return target if target.is_file() else None


def _write(
    java: Java, classpath: str, options: Sequence[str], arguments: Sequence[str], target: Path
) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        made = Path(folder) / target.name
        subprocess.run(
            [
                str(java.executable),
                "-XX:+UseSerialGC",
                *options,
                f"-XX:ArchiveClassesAtExit={made}",
                "-cp",
                classpath,
                *arguments,
            ],
            input=b'{"id":0,"do":"shape"}\n',
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
        with contextlib.suppress(FileNotFoundError):
            made.rename(target)
