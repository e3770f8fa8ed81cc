"""What stands around a source: the roots of its packages and the libraries that it needs."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.languages.jvm import dependencies, jars, missing, projects
from harness.languages.jvm.compile import LOMBOK, CompileError
from harness.languages.jvm.sources import Sources, root_of
from harness.languages.launch import Implementation
from harness.model.errors import ToolchainError


@dataclass(frozen=True)
class Surroundings:
    """What a source may use besides itself.

    Attributes:
        roots: folders below which other sources lie by their packages.
        libraries: jars and folders of classes.
        lacking: dependencies that could not be had or read, a phrase each.
        project: the folder of a build file that was not used, or not all of it, if there is one.
        whole: a project was named, and all of it is here.
        scala: the version of Scala that the project declares.
    """

    roots: tuple[Path, ...] = ()
    libraries: tuple[Path, ...] = ()
    lacking: tuple[str, ...] = ()
    project: Path | None = None
    whole: bool = False
    scala: str = ""


def of(port: Implementation, tell: Callable[[str], None] = lambda _: None) -> Surroundings:
    """What stands around a port's source; `tell` is told what is waited for.

    Raises:
        UsageError: an entry of its class path names nothing.
        ToolchainError: whoever fetches its dependencies was ended.
    """
    given = dependencies.entries(port.classpath, tell)
    roots = tuple(dict.fromkeys(root_of(source) for source in port.source))
    if port.project is None:
        around = projects.around(port.source[0]) if port.source else None
        return Surroundings(roots, _of_today(given.paths), given.lacking, around)
    project, beyond = projects.of(port.project), projects.around(port.project / "of-it")
    beyond = None if beyond is None or beyond == port.project.absolute() else beyond
    file = projects.build_file(port.project) or str(port.project)
    declared = dependencies.resolved(
        project.coordinates,
        project.repositories,
        lambda: tell(f"resolving the dependencies of {file}"),
    )
    return Surroundings(
        tuple(dict.fromkeys((*roots, *project.sources))),
        _of_today((*given.paths, *project.built, *declared.paths)),
        (*given.lacking, *declared.lacking, *project.unread),
        project=beyond,
        whole=True,
        scala=project.scala,
    )


def _of_today(libraries: Iterable[Path]) -> tuple[Path, ...]:
    """Libraries, with a Lombok that the compilers of today can run in place of an older one."""
    newer = jars.PINNED["lombok"]

    def replaced(path: Path) -> Path:
        declared = LOMBOK.fullmatch(path.name)
        if not declared or _numbers(declared[1]) >= _numbers(newer.version):
            return path
        try:
            return jars.resolve(newer)[0]
        except ToolchainError:
            return path

    return tuple(map(replaced, libraries))


def _numbers(version: str) -> list[int]:
    return list(map(int, re.findall(r"\d+", version)))


# A compiler is asked again, each time with the files that it missed before, for so many seconds.
_ASKING_SECONDS = 30.0
# So many files are no more a guess at what one source needs.
_MOST = 150


def closest(
    compile_files: Callable[[Sequence[Path], Sequence[Path]], Path],
    source: Sequence[Path],
    around: Surroundings,
    endings: Sequence[str],
) -> Path:
    """Compile a source with the files that it needs, for a compiler without a source path.

    First with all that its words lead to; where these need what is not there, with no more than
    the compiler asks for.

    Args:
        compile_files: compiles files on a class path.
        source: the files that are judged.
        around: what stands around them.
        endings: of the language's files.

    Raises:
        CompileError: they do not compile; of the attempt that came closest.
    """
    known = Sources(around.roots, endings)
    chosen = known.closure(source) if around.roots else list(source)
    whole: CompileError | None = None
    hopeless: set[str] = set()
    if len(chosen) <= _MOST:
        try:
            return compile_files(chosen, around.libraries)
        except CompileError as error:
            if len(chosen) == len(source):
                raise
            whole = error
            absent = known.absent(missing.names(str(error)))
            hopeless = missing.files_without(str(error), absent)
    chosen, deadline = list(source), time.monotonic() + _ASKING_SECONDS
    while True:
        # What misses something that is nowhere here will not compile with fewer files either.
        if whole and hopeless & {path.name for path in chosen}:
            raise whole
        try:
            return compile_files(chosen, around.libraries)
        except CompileError as error:
            asked = known.declaring(missing.names(str(error)), chosen)
            if asked and time.monotonic() > deadline:
                raise whole or error from None  # what it misses by now may be here
            if not asked:
                raise
            chosen += asked


def with_implementers(
    compile_files: Callable[[Sequence[Path]], Path],
    source: Sequence[Path],
    around: Surroundings,
    endings: Sequence[str],
) -> Path:
    """Compile a source, and classes that could stand where it asks for an abstract type.

    Raises:
        CompileError: the source itself does not compile.
    """
    paths = Sources(around.roots, endings).implementers(source) if around.roots else []
    if paths:  # nearly always they compile, and a compiler is slow to start
        try:
            return compile_files([*source, *paths])
        except CompileError:
            pass  # one needs what is not there, and nobody asked for it; or the source itself
    jar, chosen = compile_files(source), list(source)
    for path in paths if len(paths) > 1 else ():
        try:
            jar = compile_files([*chosen, path])
        except CompileError:
            continue
        chosen.append(path)
    return jar


def without(classpath: Iterable[Path], language: str) -> list[Path]:
    """A class path without a language's own library: of that there is one, and it is ours."""
    own = re.compile(rf"{language}3?-(?:library|stdlib|reflect|compiler)(?:_3|-\w+)*-\d.*\.jar$")
    return [path for path in classpath if not own.match(path.name)]
