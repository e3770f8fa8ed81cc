"""Sources to a jar of classes in a content-addressed cache, failed compilations too.

The key is made of every source's bytes, the class path's hashes, the compiler and its options.
What the machine lacks (room on the disk, memory) is never taken for the source's fault, and not
kept.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import subprocess
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from harness.languages.jvm import jars
from harness.languages.jvm.java import Java, java
from harness.languages.jvm.sources import fingerprint
from harness.machine.cache import made_once, root, sha256, unwritable
from harness.machine.isolation.group import Group
from harness.machine.isolation.sandbox import Sandbox
from harness.machine.scratch import temporary
from harness.model.errors import ToolchainError

# Compilers are ours to trust, but not to wait for: scalac on a cold, loaded machine takes 30 s.
_COMPILE_SECONDS = 300
# The newest language level that this ECJ knows.
_ECJ_NEWEST = 25
# In English, by which an error is known for one.
QUICK_START = (
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-Xshare:auto",
    "-XX:-UsePerfData",
    "-Duser.language=en",
)
# A compiler colours words inside of its messages, too.
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_JAR, _MESSAGE = "classes.jar", "message.txt"
# A jar is the same file whenever it is made: archives of its classes know it by its time.
_PACKED = 1_000_000_000
_LACKING = (
    *map(os.strerror, (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EACCES)),
    *map(os.strerror, (errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EAGAIN)),
    "java.lang.OutOfMemoryError",
    "insufficient memory for the Java Runtime",
)
_PUBLIC_TYPE = re.compile(
    r"^\s*public\s+(?:(?:final|abstract|sealed|non-sealed|strictfp)\s+)*"
    r"(?:class|record|interface|enum)\s+([^\W\d]\w*)",
    re.MULTILINE,
)


class CompileError(Exception):
    """A source does not compile; the message is the compiler's."""


def compile_java(
    sources: Sequence[Path], classpath: Sequence[Path] = (), roots: Sequence[Path] = ()
) -> Path:
    """Compile Java with the machine's javac, or with ECJ where there is only a runtime.

    Args:
        sources: the files.
        classpath: jars and folders.
        roots: where other sources that they use are looked for, by package.

    Returns:
        The jar of the classes of all that was compiled.

    Raises:
        CompileError: the sources do not compile.
        ToolchainError: there is no compiler to be had.
    """
    runtime = java()
    # Javac takes a source path with a module in it for that module's alone.
    modular = any((root / "module-info.java").is_file() for root in roots)
    if modular or not runtime.compiler:
        return _compiled_by_ecj(sources, classpath, roots)
    start = [str(runtime.compiler), *(f"-J{option}" for option in QUICK_START)]
    command = [*start, *_COMMON, *with_lombok(classpath, "-processorpath", "{}", "-proc:none")]
    name = f"javac {runtime.version}"
    try:
        files = [*sources, *for_lombok(sources, classpath, roots)]
        near = [*_near(roots), *(["-Xprefer:source"] if roots else [])]
        return compiled(name, [*command, *near], files, classpath, roots)
    except CompileError as error:
        if _FOREIGN in str(error):
            latin = [_LATIN if word == _UTF else word for word in (*command, *near)]
            return compiled(name, latin, files, classpath, roots)
        if _MARK not in str(error):
            raise
    return _compiled_by_ecj(sources, classpath, roots)


def compile_java_partly(
    sources: Sequence[Path], classpath: Sequence[Path], roots: Sequence[Path]
) -> Path:
    """Compile Java of which something is not there: what names it ends in an error when it runs.

    Otherwise as compile_java.
    """
    return _compiled_by_ecj(sources, classpath, roots, partly=True)


# How javac names the mark at a file's beginning that editors leave; ECJ reads over it.
_MARK = "\\ufeff"
# How it names what is no UTF-8; who wrote that had an editor that knew nothing but Latin letters.
_FOREIGN = "unmappable character"
_UTF, _LATIN = "UTF-8", "ISO-8859-1"
_COMMON = ("-parameters", "-g", "-encoding", _UTF)
# The one annotation processor that is run: siblings call what it writes into classes.
_TYPE = re.compile(r"\b[A-Z]\w*")
LOMBOK = re.compile(r"lombok-(\d[\w.-]*)\.jar")


def with_lombok(classpath: Sequence[Path], *options: str) -> list[str]:
    """Options with the jar of Lombok in them; the last one alone where it is not at hand."""
    jar = next((str(path) for path in classpath if LOMBOK.fullmatch(path.name)), None)
    *some, otherwise = options
    return [option.format(jar) for option in some] if jar else [otherwise] * bool(otherwise)


def for_lombok(
    sources: Sequence[Path], classpath: Sequence[Path], roots: Sequence[Path]
) -> list[Path]:
    """The siblings that Lombok writes into: javac processes none that it is not given by name."""
    if not with_lombok(classpath, "{}", ""):
        return []
    there = {path.stem: path for root in roots for path in sorted(root.rglob("*.java"))}
    waiting, seen = list(sources), {path.stem for path in sources}
    paths: list[Path] = []
    given = {path.resolve() for path in sources}
    while waiting:
        text = waiting.pop().read_text(encoding="utf-8", errors="replace")
        for stem in set(_TYPE.findall(text)) & there.keys() - seen:
            seen.add(stem)
            waiting.append(there[stem])
    for stem in sorted(seen & there.keys()):
        text = there[stem].read_text(encoding="utf-8", errors="replace")
        if "lombok." in text and there[stem].resolve() not in given:
            paths.append(there[stem])
    return paths


def _near(roots: Sequence[Path]) -> list[str]:
    return ["-sourcepath", os.pathsep.join(map(str, roots))] if roots else []


def compiles_with(
    runtime: Java, sources: Sequence[Path], classpath: Sequence[Path], roots: Sequence[Path]
) -> bool:
    """Whether Java compiles with another runtime than the one that is used."""
    try:
        return bool(_compiled_by_ecj(sources, classpath, roots, runtime=runtime))
    except (CompileError, ToolchainError):
        return False


def _compiled_by_ecj(
    sources: Sequence[Path],
    classpath: Sequence[Path],
    roots: Sequence[Path],
    partly: bool = False,
    runtime: Java | None = None,
) -> Path:
    runtime = runtime or java()
    level = f"-{min(runtime.feature, _ECJ_NEWEST)}"
    ecj = str(jars.resolve(jars.ECJ)[0])
    agent = with_lombok(classpath, "-javaagent:{}=ECJ", "")
    command = [str(runtime.executable), *QUICK_START, *agent, "-jar", ecj, level, "-nowarn"]
    command += [*_COMMON, "-proc:none"]
    command += [*_near(roots), *(["-proceedOnError"] if partly else [])]
    name = f"ecj {jars.ECJ.version} on {runtime.version}"
    return compiled(name, command, sources, classpath, roots, partly)


def compiled(
    name: str,
    command: Sequence[str],
    sources: Sequence[Path],
    classpath: Sequence[Path],
    roots: Sequence[Path] = (),
    partly: bool = False,
) -> Path:
    """Compile with a compiler that takes -classpath, -d and files; otherwise as compile_java.

    Args:
        name: compiler and version, as part of the cache's key.
        command: the program and its options.
        sources: the files.
        classpath: jars and folders.
        roots: folders of Java sources that the command names.
        partly: classes will do that were made in spite of errors.
    """

    def whole(folder: Path, given: Sequence[Path]) -> list[str]:
        # An empty class path would be the current folder, whatever lies there.
        path = os.pathsep.join(map(str, classpath)) or str(folder)
        return [*command, "-classpath", path, "-d", str(folder), *map(str, given)]

    name += f" {fingerprint(roots, ('.java',))}" if roots else ""
    return cached(key(name, command[1:], sources, classpath), whole, sources, partly)


Command = Callable[[Path, Sequence[Path]], list[str]]
"""Builds a compiler's command from the folder its classes go to and the sources it is given."""


def cached(key: str, command: Command, sources: Sequence[Path], partly: bool = False) -> Path:
    """The jar of a key, compiled now if the cache lacks it. Raises CompileError, ToolchainError."""
    folder = made_once("classes", key, lambda folder: _run(command, sources, folder, partly))
    if (folder / _JAR).is_file():
        return folder / _JAR
    raise CompileError((folder / _MESSAGE).read_text(encoding="utf-8"))


def key(
    name: str, options: Sequence[str], sources: Sequence[Path], classpath: Sequence[Path]
) -> str:
    """What a compilation depends on, hashed. Raises ToolchainError."""
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
        named = "" if entry.is_dir() else sha256(entry)
        digest.update((named or fingerprint([entry], (".class",))).encode() + b"\0")
    return digest.hexdigest()[:32]


def _run(
    command: Command,
    sources: Sequence[Path],
    folder: Path,
    partly: bool = False,
    seconds: float = _COMPILE_SECONDS,
) -> None:
    """Compile into `folder`: the jar of classes, or what the compiler said instead."""
    with temporary() as place:
        classes = place / "classes"
        try:
            given = [_placed(source, place, i) for i, source in enumerate(sources)]
            classes.mkdir()
        except OSError as error:
            raise unwritable(place, error) from error
        words = command(classes, given)
        try:
            done = _ended(words, Sandbox(place), seconds)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ToolchainError(f"{words[0]}: {error}") from error
        message = _message(done.stdout + done.stderr, given)
        if done.returncode == 0 or (partly and any(classes.rglob("*.class"))):
            _pack(classes, folder / _JAR)
        elif lacking := _lacking(message, given):
            raise ToolchainError(f"{Path(words[0]).name} in {place}: {lacking}")
        elif message.startswith("Traceback") or not re.search("error", message, re.IGNORECASE):
            # Nothing that a compiler says of a source.
            raise ToolchainError(f"{words[0]} ended with {done.returncode}: {message[-500:]}")
        else:
            (folder / _MESSAGE).write_text(message, encoding="utf-8")


def _lacking(message: str, sources: Sequence[Path]) -> str:
    """What the machine lacked, by a compiler's words; empty if the source may be to blame."""
    read = [source.read_text(encoding="utf-8", errors="replace") for source in sources]
    phrases = (words for words in _LACKING if words in message)
    return next((words for words in phrases if not any(words in text for text in read)), "")


def _english() -> Mapping[str, str]:
    """The environment in which the system's own errors are in English and letters as they were."""
    letters = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "")
    return {"LC_ALL": "", "LC_MESSAGES": "C", "LC_CTYPE": letters}


def _ended(words: Sequence[str], box: Sandbox, seconds: float) -> subprocess.CompletedProcess[str]:
    """Run a compiler to its end, and end all that it started.

    A macro is the source's own code, run by the compiler: it gets what a port gets.
    """
    group = Group(
        box.command(words),
        environment={**box.environment(), **_english()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        cwd=box.folder,
    )
    with group.process as process:
        try:
            out, errors = process.communicate(timeout=seconds)
        finally:
            group.end()
    return subprocess.CompletedProcess(list(words), process.returncode, out, errors)


def _pack(classes: Path, jar: Path) -> None:
    """Zip a folder, the same bytes for the same classes."""
    with zipfile.ZipFile(jar, "w") as archive:
        for path in sorted(p for p in classes.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(classes).as_posix())
            archive.writestr(entry, path.read_bytes())
    os.utime(jar, (_PACKED, _PACKED))


def _placed(source: Path, scratch: Path, number: int) -> Path:
    """A copy of a source under the name that its public type demands."""
    data = source.read_bytes()
    name = source.name
    if source.suffix == ".java" and (match := _PUBLIC_TYPE.search(data.decode("utf-8", "replace"))):
        name = f"{match[1]}.java"
    folder = scratch / str(number)
    folder.mkdir()
    (folder / name).write_bytes(data)
    return folder / name


def _message(output: str, sources: Sequence[Path]) -> str:
    """The compiler's words without our folders."""
    for source in sources:
        output = output.replace(str(source.parent) + os.sep, "")
        # Kotlin's compiler names files from where it was started.
        output = output.replace(f"{source.parent.name}{os.sep}{source.name}", source.name)
    return _COLOUR.sub("", output).strip()
