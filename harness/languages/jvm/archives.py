"""Archives of loaded classes (application class-data sharing): a JVM starts in a third of the time.

An archive belongs to one Java and one class path and is made once, by a run of the adapter that
answers a single question. It only saves time: a JVM that cannot use it starts as it would without.
A JVM looks at an archive's head alone, and one that was changed can take it down: it is used only
while it has its recorded hash.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.languages.jvm.java import Java
from harness.machine.cache import made_once
from harness.model.errors import ToolchainError

# A JVM's start and the writing of some 15 MB.
_SECONDS = 60
_ARCHIVE = "classes.jsa"


def archive(
    java: Java,
    classpath: str,
    options: Sequence[str],
    main: str,
    ports: Sequence[Mapping[str, Any]],
) -> Path | None:
    """Return the archive of a class path, made now if it is not there; None if it cannot be.

    Args:
        java: the Java that will use it.
        classpath: exactly as it will be used.
        options: JVM options that shape code (the compilers).
        main: the adapter's program, which ends at the end of its input.
        ports: what it is asked to load, so that the classes for that are in the archive.
    """
    asked = "".join(f"{json.dumps({'id': 0, 'do': 'shape', 'port': port})}\n" for port in ports)
    made_by = [str(java.home), java.version, classpath, *options, main]
    digest = hashlib.sha256("\0".join(made_by).encode())

    def write(folder: Path) -> None:
        subprocess.run(
            [
                str(java.executable),
                "-XX:+UseSerialGC",
                *options,
                f"-XX:ArchiveClassesAtExit={folder / _ARCHIVE}",
                "-cp",
                classpath,
                main,
            ],
            input=asked.encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )

    try:
        path = made_once("archives", digest.hexdigest()[:32], write) / _ARCHIVE
    except (OSError, subprocess.SubprocessError, ToolchainError):
        return None
    return path if path.is_file() else None
