"""Sources to a jar of classes in a content-addressed cache, failed compilations too.

The key is made of every source's bytes, the class path's hashes, the compiler and its options.
Beside the jar lies a record with its hash, so that a truncated or changed one is noticed and
compiled anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import signal
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from harness.cache import arriving, locked, root, sha256
from harness.errors import ToolchainError
from harness.sandbox import Sandbox, scrubbed_environment
from harness.toolchain import jars
from harness.toolchain.java import java

# Compilers are ours to trust, but not to wait for: scalac on a cold, loaded machine takes 30 s.
_COMPILE_SECONDS = 300
# The newest language level that this ECJ knows.
_ECJ_NEWEST = 25
_QUICK_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
_RECORD, _JAR = "record.json", "classes.jar"
_PUBLIC_TYPE = re.compile(
    r"^\s*public\s+(?:(?:final|abstract|sealed|non-sealed|strictfp)\s+)*"
    r"(?:class|record|interface|enum)\s+([^\W\d]\w*)",
    re.MULTILINE,
)


class CompileError(Exception):
    """A source does not compile; the message is the compiler's."""


def compile_java(sources: Sequence[Path], classpath: Sequence[Path] = ()) -> Path:
    """Compile Java with the machine's javac, or with ECJ where there is only a runtime.

    Returns:
        The jar of its classes.

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


def compile_scala(sources: Sequence[Path], classpath: Sequence[Path] = ()) -> Path:
    """Compile Scala 3; otherwise as compile_java."""
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


def compile_clojure(namespace: str, root_folder: Path, classpath: Sequence[Path]) -> Path:
    """Compile a namespace below a source root ahead of time; otherwise as compile_java."""
    clojure = jars.resolve(jars.CLOJURE)
    sources = sorted(root_folder.rglob("*.clj"))
    path = [root_folder, *clojure, *classpath]

    def command(folder: Path, _given: Sequence[Path]) -> list[str]:
        form = f"(binding [*compile-path* {json.dumps(str(folder))}] (compile '{namespace}))"
        entries = os.pathsep.join(map(str, [*path, folder]))
        return [str(java().executable), *_QUICK_START, "-cp", entries, "clojure.main", "-e", form]

    name = f"clojure {jars.CLOJURE.version} on {java().version} {namespace}"
    return _cached(_key(name, (), sources, [*clojure, *classpath]), command, sources)


def _compile(
    name: str, command: Sequence[str], sources: Sequence[Path], classpath: Sequence[Path]
) -> Path:
    def whole(folder: Path, given: Sequence[Path]) -> list[str]:
        # An empty class path would be the current folder, whatever lies there.
        path = os.pathsep.join(map(str, classpath)) or str(folder)
        return [*command, "-classpath", path, "-d", str(folder), *map(str, given)]

    return _cached(_key(name, command[1:], sources, classpath), whole, sources)


_Command = Callable[[Path, Sequence[Path]], list[str]]
"""Builds a compiler's command from the folder its classes go to and the sources it is given."""


def _cached(key: str, command: _Command, sources: Sequence[Path]) -> Path:
    target = root() / "classes" / key
    if (record := _recorded(target)) is None:
        with locked(f"compile-{key[:2]}"):
            if (record := _recorded(target)) is None:
                record = _run(command, sources, target)
    if not record["compiled"]:
        raise CompileError(record["message"])
    return target / _JAR


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
        digest.update(sha256(entry).encode() + b"\0")
    return digest.hexdigest()[:32]


def _recorded(folder: Path) -> dict[str, Any] | None:
    """The record of a whole, unchanged compilation; None where there is none."""
    try:
        record: dict[str, Any] = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
        if not record["compiled"] or sha256(folder / _JAR) == record["sha256"]:
            return record
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def _run(
    command: _Command, sources: Sequence[Path], target: Path, seconds: float = _COMPILE_SECONDS
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="rmsproof-") as scratch, arriving(target) as folder:
        given = [_placed(source, Path(scratch), i) for i, source in enumerate(sources)]
        classes = Path(scratch) / "classes"
        classes.mkdir()
        words = command(classes, given)
        try:
            done = _ended(words, Sandbox(Path(scratch)), seconds)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ToolchainError(f"{words[0]}: {error}") from error
        message = _message(done.stdout + done.stderr, given)
        ours = message.startswith("Traceback") or not re.search("error", message, re.IGNORECASE)
        if done.returncode != 0 and ours:  # nothing that a compiler says of a source
            raise ToolchainError(f"{words[0]} ended with {done.returncode}: {message[-500:]}")
        record: dict[str, Any] = {"compiled": done.returncode == 0, "message": message}
        if record["compiled"]:
            _pack(classes, folder / _JAR)
            record = {"compiled": True, "message": "", "sha256": sha256(folder / _JAR)}
        (folder / _RECORD).write_text(json.dumps(record), encoding="utf-8")
    return record


def _ended(words: Sequence[str], box: Sandbox, seconds: float) -> subprocess.CompletedProcess[str]:
    """Run a compiler to its end, and end all that it started.

    A macro is the source's own code, run by the compiler: it gets what a port gets.
    """
    with subprocess.Popen(
        box.command(words),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        cwd=box.folder,
        env=scrubbed_environment(box.environment()),
        start_new_session=True,
    ) as process:
        try:
            out, errors = process.communicate(timeout=seconds)
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
    return subprocess.CompletedProcess(list(words), process.returncode, out, errors)


def _pack(classes: Path, jar: Path) -> None:
    """Zip a folder, the same bytes for the same classes."""
    with zipfile.ZipFile(jar, "w") as archive:
        for path in sorted(p for p in classes.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(classes).as_posix())
            archive.writestr(entry, path.read_bytes())


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
