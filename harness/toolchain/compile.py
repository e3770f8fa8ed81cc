"""Sources to class files, kept in a content-addressed cache, failed compilations too.

The key is made of every source's bytes, the class path's hashes, the compiler and its options.
Beside the classes lies a record with each file's hash, so that a truncated or changed class is
noticed and compiled anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import ToolchainError
from harness.toolchain import jars
from harness.toolchain.cache import arriving, locked, root, sha256
from harness.toolchain.java import java

# Compilers are ours to trust, but not to wait for: scalac on a cold, loaded machine takes 30 s.
_COMPILE_SECONDS = 300
# The newest language level that this ECJ knows.
_ECJ_NEWEST = 25
_QUICK_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
_RECORD = "rmsproof.json"
_PUBLIC_TYPE = re.compile(
    r"^\s*public\s+(?:(?:final|abstract|sealed|non-sealed|strictfp)\s+)*"
    r"(?:class|record|interface|enum)\s+([^\W\d]\w*)",
    re.MULTILINE,
)


class CompileError(Exception):
    """A source does not compile; the message is the compiler's."""


@dataclass(frozen=True)
class Compiled:
    """Class files of one compilation."""

    folder: Path


def compile_java(sources: Sequence[Path], classpath: Sequence[Path] = ()) -> Compiled:
    """Compile Java with the machine's javac, or with ECJ where there is only a runtime.

    Raises:
        CompileError: the sources do not compile.
        ToolchainError: there is no compiler to be had.
    """
    runtime = java()
    common = ["-parameters", "-g", "-proc:none", "-encoding", "UTF-8"]
    if runtime.compiler:
        command = [str(runtime.compiler), "-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"]
        name = f"javac {runtime.version}"
    else:
        ecj = jars.resolve(jars.ECJ)
        level = f"-{min(runtime.feature, _ECJ_NEWEST)}"
        command = [str(runtime.executable), *_QUICK_START, "-jar", str(ecj[0]), level]
        common = [*common, "-nowarn"]
        name = f"ecj {jars.ECJ.version} on {runtime.version}"
    return _compile(name, [*command, *common], sources, classpath)


def compile_scala(sources: Sequence[Path], classpath: Sequence[Path] = ()) -> Compiled:
    """Compile Scala 3. Raises as compile_java."""
    compiler = jars.resolve(jars.SCALA_COMPILER)
    library = jars.resolve(jars.SCALA)
    command = [
        str(java().executable),
        *_QUICK_START,
        "-Xss4m",  # the compiler recurses deeply
        "-cp",
        os.pathsep.join(map(str, compiler)),
        "dotty.tools.dotc.Main",
        "-color:never",
    ]
    name = f"scalac {jars.SCALA_COMPILER.version} on {java().version}"
    return _compile(name, command, sources, [*library, *classpath])


def _compile(
    name: str, command: Sequence[str], sources: Sequence[Path], classpath: Sequence[Path]
) -> Compiled:
    key = _key(name, command[1:], sources, classpath)
    target = root() / "classes" / key
    if (record := _recorded(target)) is None:
        with locked(f"compile-{key[:2]}"):
            if (record := _recorded(target)) is None:
                record = _run(command, sources, classpath, target)
    if not record["compiled"]:
        raise CompileError(record["message"])
    return Compiled(target)


def _key(
    name: str, options: Sequence[str], sources: Sequence[Path], classpath: Sequence[Path]
) -> str:
    digest = hashlib.sha256(name.encode())
    for option in options:
        # Jars in options are named by their hash's folder already; the cache may lie anywhere.
        digest.update(option.replace(str(root()), "").encode() + b"\0")
    for source in sources:
        try:
            digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
        except OSError as error:
            raise ToolchainError(f"{source}: cannot be read: {error.strerror}") from error
    for entry in classpath:
        digest.update((entry.name if entry.is_dir() else sha256(entry)).encode() + b"\0")
    return digest.hexdigest()[:32]


def _recorded(folder: Path) -> dict[str, Any] | None:
    """The record of a whole, unchanged compilation; None where there is none."""
    try:
        record: dict[str, Any] = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
        files: dict[str, str] = record["files"]
        if all(sha256(folder / name) == digest for name, digest in files.items()):
            return record
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def _run(
    command: Sequence[str], sources: Sequence[Path], classpath: Sequence[Path], target: Path
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="rmsproof-") as scratch, arriving(target) as folder:
        given = [_placed(source, Path(scratch), i) for i, source in enumerate(sources)]
        # An empty class path would be the current folder, whatever lies there.
        path = os.pathsep.join(map(str, classpath)) or scratch
        try:
            done = subprocess.run(
                [*command, "-classpath", path, "-d", str(folder), *map(str, given)],
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                timeout=_COMPILE_SECONDS,
                cwd=scratch,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ToolchainError(f"{command[0]}: {error}") from error
        message = _message(done.stdout + done.stderr, given)
        if done.returncode != 0 and not re.search(r"error", message, re.IGNORECASE):
            raise ToolchainError(f"{command[0]} ended with {done.returncode}: {message[-500:]}")
        compiled = done.returncode == 0
        written = [p for p in folder.rglob("*") if p.is_file()] if compiled else []
        files = {str(p.relative_to(folder)): sha256(p) for p in sorted(written)}
        record = {"compiled": compiled, "message": "" if compiled else message, "files": files}
        (folder / _RECORD).write_text(json.dumps(record), encoding="utf-8")
    return record


def _placed(source: Path, scratch: Path, number: int) -> Path:
    """A copy of a source under the name that its public type demands."""
    data = source.read_bytes()
    name = source.name
    if source.suffix == ".java" and (found := _PUBLIC_TYPE.search(data.decode("utf-8", "replace"))):
        name = f"{found[1]}.java"
    folder = scratch / str(number)
    folder.mkdir()
    (folder / name).write_bytes(data)
    return folder / name


def _message(output: str, sources: Sequence[Path]) -> str:
    """The compiler's words without our folders."""
    for source in sources:
        output = output.replace(str(source.parent) + os.sep, "")
    return output.strip()
