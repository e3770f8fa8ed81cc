"""What is to be judged: a bundled edition or somebody's own port, from a target or port.toml."""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from shutil import which
from typing import Any

from harness.languages import adapters, registry
from harness.machine import layout
from harness.model.errors import UsageError
from harness.model.expectation import Expectation
from harness.model.fields import of_toml
from harness.model.words import VERDICTS
from harness.ports.manifest import Claims, Expected, Manifest
from harness.ports.roles import ROLES, Wanted
from python_ref import files
from python_ref.dialects.dialect import Dialect
from python_ref.files import exists, quoted, visible

MANIFEST = "port.toml"
# Roles are short words, and much alike: `rate` is no misspelt `state`.
_NEAR = 0.7
# Real ones have hundreds of bytes.
LARGEST = 64 << 10
# The names in an adapter that defines none: nothing else is bound in its place.
_NOTHING = frozenset({""})


@dataclass(frozen=True)
class Port:
    """An implementation, where it is and what it says of itself.

    Attributes:
        name: how reports call it.
        language: the name of one of harness/languages.
        source: its source files (one for Python and Clojure).
        reference: "module:Object", for a Python object.
        command: program and arguments, for a port that speaks the wire protocol.
        classpath: jars, folders and Maven coordinates that its sources need.
        project: the folder of the project that it is part of.
        folder: the folder relative things are found from.
        claim: the dialect it says it is.
        wanted: what was said of its binding.
        expectation: what it is known to show; None for somebody's own.
        repair: what a bundled edition's next rung changes.
        rung: a bundled edition's place on its language's ladder, from 1.
        adapter: a source in its language that is bound in its place, and calls it.
        target: the words that name it on a command line; () where its name does.
        python: the interpreter to run in, of a port in Python.
        fixed: hyperparameters and options that it has whatever it is given.
    """

    name: str
    language: str
    source: tuple[Path, ...] = ()
    reference: str = ""
    command: tuple[str, ...] = ()
    classpath: tuple[str, ...] = ()
    project: Path | None = None
    folder: Path = Path()
    claim: Dialect = field(default_factory=Dialect)
    wanted: Wanted = field(default_factory=Wanted)
    expectation: Expectation | None = None
    repair: str = ""
    rung: int = 0
    adapter: Path | None = None
    target: tuple[str, ...] = ()
    python: Path | None = None
    fixed: Mapping[str, float] = field(default_factory=dict)

    @property
    def transports(self) -> tuple[str, ...]:
        """The transports it can be reached by, the usual one first."""
        return registry.by_name(self.language).transports

    def needs(self) -> list[str]:
        """What a command line says beside its target, so that what it uses is there."""
        words = [word for entry in self.classpath for word in ("--classpath", entry)]
        words += ["--project", str(self.project)] if self.project else []
        return [*words, *(["--python", str(self.python)] if self.python else [])]


def absolute(port: Port) -> Port:
    """The same port, found from wherever a process stands."""

    def path(given: Path | None) -> Path | None:
        return None if given is None else given.absolute()

    return replace(
        port,
        source=tuple(source.absolute() for source in port.source),
        folder=port.folder.absolute(),
        project=path(port.project),
        adapter=path(port.adapter),
        python=path(port.python),
        classpath=tuple(str(Path(x).absolute()) if Path(x).exists() else x for x in port.classpath),
    )


def bundled() -> list[Port]:
    """The bundled editions: by language, each language's along its ladder."""
    ports = [of_folder(folder) for folder in layout.editions()]
    order = [language.name for language in registry.LANGUAGES]
    return sorted(ports, key=lambda port: (order.index(port.language), port.rung, port.name))


def of_target(target: str) -> Port:
    """The port of one TARGET: a source file, a folder with port.toml, or module:Object.

    Raises:
        UsageError: there is no such thing; says what a target may be.
    """
    path = Path(target)
    if path.is_dir():
        return of_folder(path)
    if path.name == MANIFEST and path.is_file():
        return of_folder(path.parent)
    if (named := _within_file(target)) is not None:
        file, name = named
        return replace(of_target(file), name=target, wanted=Wanted(class_name=name))
    if path.is_file():
        if _is_blank(path):
            raise UsageError(f"{target}: is empty; there is nothing to judge")
        if (language := registry.by_ending(path.suffix)) is None:
            if path.suffix.lower() in _DOCUMENTS:
                raise UsageError(f"{target}: is a document; rmsproof doc {target} judges its code")
            known = ", ".join(registry.endings())
            ending = f"unknown ending {path.suffix}" if path.suffix else "no ending"
            raise UsageError(
                f"{target}: {ending}; the known ones are {known}."
                " Check a port in another language as a command: rmsproof check -- COMMAND ARGS"
            )
        return Port(name=target, language=language.name, source=(path,), folder=path.parent)
    if _is_reference(target):
        return Port(name=target, language="python", reference=target, folder=Path.cwd())
    known = ", ".join(registry.endings())
    raise UsageError(
        f"{target}: no such file or folder. A target is a source file"
        f" ({known}), a folder with {MANIFEST}, module:Object, or -- COMMAND ARGS"
    )


# What `doc` takes, by endings that leave no doubt.
_DOCUMENTS = (".md", ".markdown", ".ipynb", ".rst")


def _is_blank(path: Path) -> bool:
    try:
        return path.stat().st_size <= LARGEST and not path.read_bytes().strip()
    except OSError:  # who reads it later says so
        return False


def _within_file(target: str) -> tuple[str, str] | None:
    """The file and the name of FILE:NAME, where there is such a file."""
    file, separator, name = target.rpartition(":")
    there = separator and name.isidentifier() and not Path(target).exists() and Path(file).is_file()
    return (file, name) if there else None


def _is_reference(text: str) -> bool:
    """Whether a text is of the form module:Object."""
    module, _, attribute = text.partition(":")
    return all(part.isidentifier() for part in (*module.split("."), *attribute.split(".")))


def of_command(command: Sequence[str]) -> Port:
    """The port behind a command that speaks the wire protocol. Raises UsageError: no words."""
    if not command:
        raise UsageError("a command has at least one word, the program")
    return Port(
        name=" ".join(command), language="command", command=tuple(command), folder=Path.cwd()
    )


def _unstartable(program: str, folder: Path) -> str:
    """Why a program cannot be started in a folder; empty if it can, or that is not known."""
    if os.sep not in program:
        return "" if which(program) else "there is no such program on PATH; give its path"
    path = folder / program
    if not exists(path):
        return "there is no such file"
    if path.is_dir():
        return "is a folder; name the program in it"
    return "" if os.access(path, os.X_OK) else "is not executable (chmod +x would make it)"


def of_folder(folder: Path) -> Port:
    """The port that a folder's port.toml describes. Raises UsageError naming file and field."""
    path = folder / MANIFEST
    if not exists(path):
        raise UsageError(f"{path}: does not exist; a folder needs a {MANIFEST} to be checked")
    manifest = of_toml(path, LARGEST, "keep only what names the port", Manifest)
    _writable(path, manifest)
    return _port(path, manifest)


def _writable(path: Path, manifest: Manifest) -> None:
    """Names are such as one can write: reports show them, and the machine is asked for them."""
    sources = [manifest.source] if isinstance(manifest.source, str) else manifest.source or []
    for key, names in (("name", [manifest.name]), ("source", sources)):
        for name in names:
            if not name.strip() or visible(name) != name:
                raise UsageError(
                    f"{path}: {key}: {quoted(name)} is not a name; use visible characters"
                )
    if manifest.object is not None and not _is_reference(manifest.object):
        raise UsageError(
            f"{path}: object: {quoted(manifest.object)} is not of the form module:Object"
        )
    for number, text in enumerate(manifest.command or []):
        if "\0" in text or (not text and number == 0):
            raise UsageError(f"{path}: command[{number}]: {quoted(text)} cannot be started")


def _port(path: Path, manifest: Manifest) -> Port:
    language = "command" if manifest.command else manifest.language
    ways = [w for w in (manifest.source, manifest.object, manifest.command) if w]
    if len(ways) != 1:
        raise UsageError(f"{path}: give exactly one of source, object and command")
    if not manifest.command and language not in registry.of_sources():
        known = ", ".join(registry.of_sources())
        raise UsageError(
            f"{path}: language: {language!r} is not one of {known}; give a command for any other"
        )
    listed = [manifest.source] if isinstance(manifest.source, str) else (manifest.source or [])
    if manifest.command and (reason := _unstartable(manifest.command[0], path.parent)):
        built = f"; build it first: {' && '.join(manifest.build)}" if manifest.build else ""
        raise UsageError(f"{path}: command[0]: {quoted(manifest.command[0])}: {reason}{built}")
    port = Port(
        name=manifest.name,
        language=language,
        source=tuple(_within(path, name) for name in listed),
        reference=manifest.object or "",
        command=tuple(manifest.command or ()),
        folder=path.parent,
        claim=_claim(path, manifest.claims),
        wanted=replace(_wanted(path, manifest.bind), give=manifest.give),
        expectation=_expectation(path, manifest.expectation),
        repair=manifest.repair,
        rung=manifest.rung,
        target=(str(path.parent),),
        classpath=tuple(_entry(path.parent, entry) for entry in manifest.classpath),
    )
    if manifest.adapter is None:
        return port
    try:
        return adapted(port, _within(path, manifest.adapter, "adapter"))
    except UsageError as error:
        place = "" if str(error).startswith(str(path)) else f"{path}: adapter: "
        raise UsageError(f"{place}{error}") from error


def _entry(folder: Path, entry: str) -> str:
    """An entry of a class path; jars and folders are relative to the manifest's."""
    return str(folder / entry) if (folder / entry).exists() else entry


def _within(path: Path, name: str, field: str = "source") -> Path:
    source = path.parent / name
    try:
        if not source.resolve().is_relative_to(path.parent.resolve()):
            raise UsageError(
                f"{path}: {field}: {quoted(name)} is outside the folder;"
                f" put the file beside {MANIFEST}"
            )
        there = source.is_file()
    except (OSError, RuntimeError) as error:  # too long a name; links in a circle
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{path}: {field}: {quoted(name)} cannot be read: {reason}") from error
    if not there:
        raise UsageError(f"{path}: {field}: there is no file {quoted(name)} beside it")
    return source


def adapted(port: Port, adapter: Path) -> Port:
    """The port reached through an adapter: a source in its language, whose own names are bound.

    Raises:
        UsageError: it cannot be read, is in another language, or has lines to fill in.
    """
    language = registry.by_name(port.language)
    if not language.endings:
        raise UsageError(
            f"{adapter}: a command speaks the wire protocol itself; it takes no adapter"
        )
    if adapter.suffix not in language.endings:
        raise UsageError(
            f"{adapter}: the adapter of a port in {port.language} is a file that ends in"
            f" {' or '.join(language.endings)}"
        )
    try:
        text = files.text(adapter, LARGEST, "an adapter has some ten lines")
    except files.UnreadableError as error:
        raise UsageError(str(error)) from error
    if left := adapters.left(text):
        lines = ", ".join(str(number) for number, _ in left)
        raise UsageError(
            f"{adapter}: line{'s' * (len(left) > 1)} {lines}: still to be filled in; do what each"
            f" says and remove its {adapters.MARK}"
        )
    wanted = Wanted(options=port.wanted.options, among=frozenset(language.names(text)) or _NOTHING)
    return replace(port, adapter=adapter, wanted=wanted)


def _claim(path: Path, claims: Claims) -> Dialect:
    try:
        return dialect(
            [*([] if claims.dialect == "reference" else [claims.dialect]), *claims.deviations]
        )
    except UsageError as error:
        raise UsageError(f"{path}: claims: {error}") from error


def _expectation(path: Path, expected: Expected | None) -> Expectation | None:
    if expected is None:
        return None
    if expected.verdict not in VERDICTS:
        known = ", ".join(VERDICTS)
        raise UsageError(
            f"{path}: expectation.verdict: {quoted(expected.verdict)} is not one of {known}"
        )
    if expected.deviations is None:
        return Expectation(expected.verdict)
    try:
        Dialect.parse(expected.deviations)
    except ValueError as error:
        raise UsageError(f"{path}: expectation.deviations: {error}") from error
    return Expectation(expected.verdict, frozenset(expected.deviations))


def _wanted(path: Path, bind: dict[str, str]) -> Wanted:
    places = {"class": "class_name", "method": "method", "function": "function"}
    given: dict[str, Any] = {places[key]: name for key, name in bind.items() if key in places}
    roles = {key: name for key, name in bind.items() if key not in places}
    if unknown := [key for key in roles if key not in ROLES]:
        known = ", ".join([*places, *ROLES])
        near = get_close_matches(unknown[0][:60], [*places, *ROLES], 1, _NEAR)
        meant = f"did you mean {near[0]}?" if near else f"the keys are {known}"
        raise UsageError(f"{path}: bind.{quoted(unknown[0])[1:-1]}: no such key; {meant}")
    return Wanted(**given, roles=roles)


def _is_library(name: str) -> bool:
    """Whether a name with "=" in it is a library's setting: "Optax eps_in_sqrt=False"."""
    from python_ref.dialects.libraries import find

    try:
        find(name)
    except ValueError:
        return False
    return True


def dialect(names: Sequence[str]) -> Dialect:
    """The dialect that `--dialect` means: names of libraries and axis=value, combined.

    Raises:
        UsageError: a name or a value does not exist.
    """
    deviations: list[str] = []
    constants: dict[str, float] = {}
    try:
        for name in names:
            if "=" in name and not _is_library(name):
                deviations.append(name)
            elif name == "formula":
                deviations.append("epsilon=inside")
            elif name != "reference":
                from python_ref.dialects.calls import named_by_package

                found = named_by_package(name).dialect
                deviations.extend(found.deviations)
                constants.update(found.constants)
        return Dialect.parse(deviations, constants)
    except ValueError as error:
        raise UsageError(f"dialect: {error}") from error


def _settings(given: Sequence[str]) -> tuple[tuple[str, Any], ...]:
    """The settings of "name=value": numbers, True, False, None as Python has them, else texts."""
    found: dict[str, Any] = {}
    for text in given:
        name, separator, value = text.partition("=")
        if not separator or not name.isidentifier():
            raise UsageError(f"--set {quoted(text)}: not of the form NAME=VALUE, as in alpha=0.99")
        if name in found:
            raise UsageError(f"--set {name}: is given twice")
        try:
            found[name] = ast.literal_eval(value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            found[name] = value
    return tuple(found.items())


def own(
    target: str | os.PathLike[str] | Sequence[str],
    claims: Sequence[str] = (),
    class_name: str | None = None,
    classpath: Sequence[str] = (),
    project: Path | None = None,
    adapter: Path | None = None,
    settings: Sequence[str] = (),
) -> Port:
    """Somebody's own port, of which nothing is expected but that it is right.

    Args:
        target: a TARGET, or the words of a command.
        claims: what it claims to be, for `dialect`; what its port.toml says if nothing.
        class_name: the class or function to bind.
        classpath: further jars, folders and Maven coordinates that its sources need.
        project: the folder of the project that it is part of.
        adapter: a source in its language that is bound in its place.
        settings: "name=value", of the optimizer of a library.

    Raises:
        UsageError: there is no such target, dialect, adapter or folder; a setting has no value.
    """
    if isinstance(target, str | os.PathLike):
        found = replace(of_target(os.fspath(target)), target=(os.fspath(target),))
    else:
        found = replace(of_command(target), target=("--", *target))
        if reason := _unstartable(target[0], found.folder):
            raise UsageError(f"-- {target[0]}: {reason}")
    if claims:
        claim = dialect(claims)
        wanted = replace(found.wanted, claimed=claim.deviations)
        found = replace(found, claim=claim, wanted=wanted)
    if adapter is not None:
        found = adapted(found, adapter)
    if settings:
        if found.command:
            raise UsageError(f"--set {settings[0]}: a command is given its settings as arguments")
        found = replace(found, wanted=replace(found.wanted, settings=_settings(settings)))
    if class_name is not None:
        found = replace(found, wanted=replace(found.wanted, class_name=class_name, function=None))
    if project is not None and not project.is_dir():
        raise UsageError(f"--project {project}: no such folder; name the one with the build file")
    classpath = (*found.classpath, *classpath)
    return replace(found, expectation=None, classpath=classpath, project=project or found.project)
