"""What is to be judged: the bundled editions, or somebody's own port by its target."""

from __future__ import annotations

import ast
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.languages import registry
from harness.machine import layout
from harness.model.errors import UsageError
from harness.ports.claims import claimed_dialect
from harness.ports.folder import MANIFEST, beside, is_reference, of_folder, unstartable
from harness.ports.port import LARGEST, Port, adapted
from python_ref.files import quoted

# What `doc` takes, by endings that leave no doubt.
_DOCUMENTS = (".md", ".markdown", ".ipynb", ".rst")


def bundled() -> list[Port]:
    """The bundled editions: by language, each language's along its ladder."""
    ports = [of_folder(folder) for folder in layout.editions()]
    order = [language.name for language in registry.LANGUAGES]
    return sorted(ports, key=lambda port: (order.index(port.language), port.rung, port.name))


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
        claims: what it claims to be, for `claimed_dialect`; what its port.toml says if nothing.
        class_name: the class or function to bind.
        classpath: further jars, folders and Maven coordinates that its sources need.
        project: the folder of the project that it is part of.
        adapter: a source in its language that is bound in its place.
        settings: "name=value", of the optimizer of a library.

    Raises:
        UsageError: there is no such target, dialect, adapter or folder; a setting has no value.
    """
    if isinstance(target, str | os.PathLike):
        port = replace(of_target(os.fspath(target)), target=(os.fspath(target),))
    else:
        port = replace(of_command(target), target=("--", *target))
        if reason := unstartable(target[0], port.folder):
            raise UsageError(f"-- {target[0]}: {reason}")
    if claims:
        claim = claimed_dialect(claims)
        wanted = replace(port.wanted, claimed=claim.deviations)
        port = replace(port, claim=claim, wanted=wanted)
    if adapter is not None:
        port = adapted(port, adapter)
    if settings:
        if port.command:
            raise UsageError(f"--set {settings[0]}: a command is given its settings as arguments")
        port = replace(port, wanted=replace(port.wanted, settings=_settings(settings)))
    if class_name is not None:
        port = replace(port, wanted=replace(port.wanted, class_name=class_name, function=None))
    if project is not None and not project.is_dir():
        raise UsageError(f"--project {project}: no such folder; name the one with the build file")
    classpath = (*port.classpath, *classpath)
    return replace(port, expectation=None, classpath=classpath, project=project or port.project)


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
        port = of_target(file)
        return replace(port, name=target, wanted=replace(port.wanted, class_name=name))
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
        port = Port(name=target, language=language.name, source=(path,), folder=path.parent)
        return _told(port, beside(path.parent, source=path.name))
    if is_reference(target):
        port = Port(name=target, language="python", reference=target, folder=Path.cwd())
        return _told(port, beside(Path.cwd(), reference=target))
    known = ", ".join(registry.endings())
    raise UsageError(
        f"{target}: no such file or folder. A target is a source file"
        f" ({known}), a folder with {MANIFEST}, module:Object, or -- COMMAND ARGS"
    )


def _told(port: Port, told: Port | None) -> Port:
    """A port by its own name, as the port.toml beside it has it, if that says anything of it."""
    return port if told is None else replace(told, name=port.name, folder=port.folder)


def of_command(command: Sequence[str]) -> Port:
    """The port behind a command that speaks the wire protocol. Raises UsageError: no words."""
    if not command:
        raise UsageError("a command has at least one word, the program")
    return Port(
        name=" ".join(command), language="command", command=tuple(command), folder=Path.cwd()
    )


def _within_file(target: str) -> tuple[str, str] | None:
    """The file and the name of FILE:NAME, where there is such a file."""
    file, separator, name = target.rpartition(":")
    there = separator and name.isidentifier() and not Path(target).exists() and Path(file).is_file()
    return (file, name) if there else None


def _is_blank(path: Path) -> bool:
    try:
        return path.stat().st_size <= LARGEST and not path.read_bytes().strip()
    except OSError:  # who reads it later says so
        return False


def _settings(given: Sequence[str]) -> tuple[tuple[str, Any], ...]:
    """The settings of "name=value": numbers, True, False, None as Python has them, else texts."""
    settings: dict[str, Any] = {}
    for text in given:
        name, separator, value = text.partition("=")
        if not separator or not name.isidentifier():
            raise UsageError(f"--set {quoted(text)}: not of the form NAME=VALUE, as in alpha=0.99")
        if name in settings:
            raise UsageError(f"--set {name}: is given twice")
        try:
            settings[name] = ast.literal_eval(value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            settings[name] = value
    return tuple(settings.items())
