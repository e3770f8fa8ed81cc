"""Sources below a root: their packages, what they declare, and which of them one needs.

A file's package clause gives the root. Kotlin's and Scala's compilers have no source path; the
files they are given are those that declare what the source uses, and what those use in turn.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

# A root with more files than this is no project of anybody's, and a file larger is no source.
_MOST_FILES = 20_000
_LARGEST = 1 << 20
# So many are read in a moment.
_NEAR = 500
_PACKAGE = re.compile(r"^\s*package\s+(?!object\b)([\w.`]+)", re.MULTILINE)
_NAMESPACE = re.compile(r"^\s*\(ns\s+(?:\^\S+\s+)*([\w.*+!?<>=-]+)", re.MULTILINE)
_IMPORT = re.compile(r"^\s*import\s+(?:static\s+)?([^\n;]+)", re.MULTILINE)
_DECLARED = re.compile(
    r"^(?:@\w+(?:\([^)\n]*\))?\s+)*(?:(?:private|protected)\[\w+\]\s+)?(?:[a-z]+\s+)*?"
    r"(?:class|interface|object|trait|enum|record|typealias|type|fun|val|var|def)\s+"
    r"(?:<[^>\n]*>\s*)?(?:[\w<>?,. ]+\.)?`?(\w+)",
    re.MULTILINE,
)
_PACKAGE_OBJECT = re.compile(r"^\s*package\s+object\s+(\w+)", re.MULTILINE)
_ABSTRACT = re.compile(
    r"\b(?:interface|trait|(?:abstract|sealed)\s+(?:\w+\s+)*class)\s+`?([A-Z]\w*)"
)
# What follows a class's name and, in Kotlin and Scala, the parameters of its constructor.
_EXTENDED = re.compile(
    r"\b(?:class|record|object)\s+\w+\s*(?:\([^{}]*?\))?\s*(?:extends|implements|with|:)\s*"
    r"([^{}]*?)(?=\{|$)",
    re.MULTILINE | re.DOTALL,
)
_TESTS = frozenset(("test", "tests", "androidTest", "jmh"))
_OF_EACH, _IMPLEMENTERS = 2, 8
_NOISE = re.compile(r"\"\"\".*?\"\"\"|\"(?:\\.|[^\"\\\n])*\"|//[^\n]*|/\*.*?\*/", re.DOTALL)
_WORD = re.compile(r"[^\W\d]\w*")
# How folders that hold a tree of packages are called, where the clause leaves parts out.
_ROOT_NAMES = frozenset("java kotlin scala clojure src".split())


def root_of(source: Path) -> Path:
    """The folder that a source's package is below; its own folder where the two do not agree."""
    folder = source.absolute().parent
    package = package_of(text_of(source)).split(".")
    if package == [""]:
        return folder
    names = list(folder.parts)
    if names[-len(package) :] == package:
        return Path(*names[: -len(package)])
    # Kotlin and Scala allow a package's first parts to be left out.
    for place in (folder, *folder.parents):
        if place.name in _ROOT_NAMES:
            return place
    return folder


def package_of(text: str) -> str:
    """The package that a text is in: Scala's clauses in a row are one; a namespace's parent."""
    if namespace := _NAMESPACE.search(text):
        return namespace[1].replace("-", "_").rpartition(".")[0]
    code = _NOISE.sub(" ", text)
    return ".".join(name.replace("`", "") for name in _PACKAGE.findall(code))


def text_of(path: Path) -> str:
    """A source's text; empty if it cannot be read or is too large for one."""
    try:
        if path.stat().st_size > _LARGEST:
            return ""
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return ""


def files(roots: Iterable[Path], endings: Sequence[str]) -> list[Path]:
    """The sources below some roots, in a fixed order."""
    paths: dict[Path, None] = {}
    for root in roots:
        for ending in endings:
            for path in sorted(root.rglob(f"*{ending}")):
                hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
                if not hidden and path.is_file():
                    paths[path] = None
                if len(paths) > _MOST_FILES:
                    return list(paths)
    return list(paths)


def near(source: Sequence[Path], roots: Iterable[Path], endings: Sequence[str]) -> list[Path]:
    """The other sources beside some, and below roots; none where they are too many to be read."""
    own = {path.resolve() for path in source}
    beside = [path for one in source for path in sorted(one.absolute().parent.iterdir())]
    paths = [path for path in beside if path.suffix in endings and path.is_file()]
    others = {path.resolve() for path in (*paths, *files(roots, endings))} - own
    return sorted(others) if len(others) <= _NEAR else []


def fingerprint(roots: Iterable[Path], endings: Sequence[str]) -> str:
    """The hash of all sources below some roots and their places."""
    digest = hashlib.sha256()
    for path in files(roots, endings):
        digest.update(f"{path}\0".encode("utf-8", "surrogateescape"))
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def names_sibling(source: Path, roots: Iterable[Path]) -> bool:
    """Whether a Java source names a type of a file below some roots, where javac looks for it."""
    file = _File(text_of(source))
    packages = [file.package, *(name[:-2] for name in file.imports if name.endswith(".*"))]
    # What is imported statically is a member of a type.
    types = {n for name in file.imports for n in (name, name.rpartition(".")[0])}
    for root in roots:
        if any((root / f"{name.replace('.', '/')}.java").is_file() for name in types):
            return True
        for package in packages:
            beside = (root / package.replace(".", "/")).glob("*.java")
            if any(path.stem in file.words and not path.samefile(source) for path in beside):
                return True
    return False


class Sources:
    """The sources below some roots, by what they declare.

    Args:
        roots: folders of sources.
        endings: of the language's files.
    """

    def __init__(self, roots: Iterable[Path], endings: Sequence[str]) -> None:
        self._roots, self._endings = tuple(roots), tuple(endings)

    @cached_property
    def _files(self) -> dict[Path, _File]:
        # Two roots may name one folder, as `src` and `..` within it do.
        paths = dict.fromkeys(path.resolve() for path in files(self._roots, self._endings))
        return {path: _File(text_of(path)) for path in paths}

    def closure(self, source: Iterable[Path]) -> list[Path]:
        """Sources, and the files that declare what they use, and what those use in turn."""
        chosen = dict.fromkeys(source)
        known = self._others(chosen)
        waiting = [_File(text_of(path)) for path in chosen]
        while waiting:
            user = waiting.pop(0)
            for path, file in list(known.items()):
                if user.uses(file):
                    chosen[path] = None
                    waiting.append(known.pop(path))
        return list(chosen)

    def declaring(self, names: Iterable[str], chosen: Iterable[Path]) -> list[Path]:
        """The files that declare one of some names, seen from files that are chosen already.

        A name may be a package's: of what the compiler has not been given, it knows not even that.
        """
        wanted = frozenset(name.rpartition(".")[2] for name in names)
        users = [_File(text_of(path)) for path in chosen]
        return [
            path
            for path, file in self._others(chosen).items()
            if (file.declared | {*file.package.split(".")}) & wanted
            and any(user.uses(file) for user in users)
        ]

    def absent(self, names: Iterable[str]) -> list[str]:
        """Those of some names that no file declares, nor has in its package."""
        there = {
            name
            for file in self._files.values()
            for name in (*file.declared, *file.package.split("."))
        }
        return [name for name in names if name.rpartition(".")[2] not in there]

    def implementers(self, source: Iterable[Path]) -> list[Path]:
        """The files of classes that could stand where a source asks for an abstract type.

        Of the abstract types that the source names, then of those that these files name; of each
        the shortest. What it extends itself is not asked for.
        """
        chosen = list(source)
        others = self._others(chosen)
        users = [_File(text_of(path)) for path in chosen]
        own = frozenset(name for file in users for name in file.extended)
        near = [file for file in others.values() if any(user.uses(file) for user in users)]
        paths: dict[Path, None] = {}
        for asking in (users, near):
            for asked in sorted(_abstract(asking, others.values()) - own):
                paths.update(dict.fromkeys(_implementing(asked, others)[:_OF_EACH]))
        return list(paths)[:_IMPLEMENTERS]

    def _others(self, chosen: Iterable[Path]) -> dict[Path, _File]:
        own = {path.resolve() for path in chosen}
        return {path: file for path, file in self._files.items() if path not in own}


class _File:
    """What a source declares at its top, and what it uses."""

    def __init__(self, text: str) -> None:
        code = _NOISE.sub(" ", text)
        self.package = package_of(text)
        self.declared = frozenset(_DECLARED.findall(code))
        if objects := _PACKAGE_OBJECT.findall(code):
            # Whatever stands inside belongs to the package of that name.
            self.package = ".".join(filter(None, [self.package, objects[0]]))
            self.declared |= frozenset(re.findall(r"\b(?:def|val|type|class)\s+(\w+)", code))
        self.imports = frozenset(_imported(_IMPORT.findall(code)))
        self.words = frozenset(_WORD.findall(code))
        self.abstract = frozenset(_ABSTRACT.findall(code))
        # Type arguments are no type that is extended.
        bare = re.sub(r"<[^<>]*>|\[[^\[\]]*\]", "", re.sub(r"<[^<>]*>", "", code))
        self.extended = frozenset(
            name for clause in _EXTENDED.findall(bare) for name in _WORD.findall(clause)
        )

    def uses(self, other: _File) -> bool:
        """Whether a name that the other declares is used here, and can be seen from here."""
        shared = other.declared & self.words
        if not shared:
            return False
        inside = self.package == other.package or self.package.startswith(f"{other.package}.")
        wanted = {f"{other.package}.{name}" for name in shared}
        if inside or f"{other.package}.*" in self.imports or wanted & self.imports:
            return True
        # A member of an object is imported by the object's name; in Scala a name may be relative.
        return any(
            any(name.startswith(f"{full}.") for full in wanted)
            or any(full.endswith(f".{name}") for full in wanted)
            for name in self.imports
        )


def _abstract(users: Sequence[_File], others: Iterable[_File]) -> set[str]:
    """The abstract types that some files name."""
    return {
        name
        for file in others
        for name in file.abstract
        if any(name in user.words and user.uses(file) for user in users)
    }


def _implementing(asked: str, files: Mapping[Path, _File]) -> list[Path]:
    """The files with a class that extends a type, perhaps through others; the shortest first."""
    types, known = {asked}, 0
    while len(types) > known:
        known = len(types)
        for file in files.values():
            if file.extended & types:
                types |= file.abstract
    paths = [
        path
        for path, file in files.items()
        if file.extended & types and not file.abstract and _TESTS.isdisjoint(path.parts)
    ]
    return sorted(paths, key=lambda path: (path.stat().st_size, path))


def _imported(clauses: Iterable[str]) -> Iterator[str]:
    """Full names: a.b.C, a.b.* for all; selectors in braces are taken apart."""
    for clause in clauses:
        for part in re.split(r",(?![^{]*\})", clause):
            head, _, selectors = part.strip().partition("{")
            names = selectors.rstrip("} \t").split(",") if selectors else [""]
            for name in names:
                plain = re.split(r"\s*(?:=>|\bas\b)\s*", (head + name.strip()).strip())[0]
                yield re.sub(r"\.(?:_|given)$", ".*", plain.replace("`", ""))
