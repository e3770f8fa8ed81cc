"""The port that the port.toml of a folder describes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from shutil import which
from typing import Any

from harness.languages import registry
from harness.model.errors import UsageError
from harness.model.expectation import Expectation
from harness.model.fields import of_toml
from harness.model.words import VERDICTS
from harness.ports.claims import claimed_dialect
from harness.ports.manifest import Claims, Expected, Manifest
from harness.ports.port import LARGEST, Port, adapted
from harness.ports.roles import ROLES, Wanted
from python_ref.dialects.dialect import Dialect
from python_ref.files import exists, quoted, visible

MANIFEST = "port.toml"
# Roles are short words, and much alike: `rate` is no misspelt `state`.
_NEAR = 0.7


def of_folder(folder: Path) -> Port:
    """The port that a folder's port.toml describes. Raises UsageError naming file and field."""
    path = folder / MANIFEST
    if not exists(path):
        raise UsageError(f"{path}: does not exist; a folder needs a {MANIFEST} to be checked")
    return _port(path, _read(path))


def beside(folder: Path, *, source: str | None = None, reference: str | None = None) -> Port | None:
    """What the port.toml of a folder says of a source or an object there; None if nothing.

    Raises:
        UsageError: it cannot be read; names file and field.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    manifest = _read(path)
    if not (manifest.source or manifest.object or manifest.command):
        manifest.source, manifest.object = source, reference
    of_it = manifest.source in (source, [source]) if source else manifest.object == reference
    return _port(path, manifest) if of_it else None


def _read(path: Path) -> Manifest:
    manifest = of_toml(path, LARGEST, "keep only what names the port", Manifest)
    _writable(path, manifest)
    return manifest


def _port(path: Path, manifest: Manifest) -> Port:
    listed = [manifest.source] if isinstance(manifest.source, str) else (manifest.source or [])
    language = "command" if manifest.command else manifest.language or _language(listed)
    ways = [w for w in (manifest.source, manifest.object, manifest.command) if w]
    if len(ways) != 1:
        raise UsageError(f"{path}: give exactly one of source, object and command")
    if not manifest.command and language not in registry.of_sources():
        known = ", ".join(registry.of_sources())
        raise UsageError(
            f"{path}: language: {language!r} is not one of {known}; give a command for any other"
        )
    if manifest.command and (reason := unstartable(manifest.command[0], path.parent)):
        built = f"; build it first: {' && '.join(manifest.build)}" if manifest.build else ""
        raise UsageError(f"{path}: command[0]: {quoted(manifest.command[0])}: {reason}{built}")
    port = Port(
        name=manifest.name or [*listed, manifest.object, *(manifest.command or ())][0] or "",
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


def _language(sources: Sequence[str]) -> str:
    """That of the sources by their ending; an object is Python's."""
    if not sources:
        return "python"
    known = registry.by_ending(Path(sources[0]).suffix)
    return known.name if known else ""


def _writable(path: Path, manifest: Manifest) -> None:
    """Names are such as one can write: reports show them, and the machine is asked for them."""
    sources = [manifest.source] if isinstance(manifest.source, str) else manifest.source or []
    for key, names in (("name", [manifest.name or "port"]), ("source", sources)):
        for name in names:
            if not name.strip() or visible(name) != name:
                raise UsageError(
                    f"{path}: {key}: {quoted(name)} is not a name; use visible characters"
                )
    if manifest.object is not None and not is_reference(manifest.object):
        raise UsageError(
            f"{path}: object: {quoted(manifest.object)} is not of the form module:Object"
        )
    for number, text in enumerate(manifest.command or []):
        if "\0" in text or (not text and number == 0):
            raise UsageError(f"{path}: command[{number}]: {quoted(text)} cannot be started")


def is_reference(text: str) -> bool:
    """Whether a text is of the form module:Object."""
    module, _, attribute = text.partition(":")
    return all(part.isidentifier() for part in (*module.split("."), *attribute.split(".")))


def unstartable(program: str, folder: Path) -> str:
    """Why a program cannot be started in a folder; empty if it can, or that is not known."""
    if os.sep not in program:
        return "" if which(program) else "there is no such program on PATH; give its path"
    path = folder / program
    if not exists(path):
        return "there is no such file"
    if path.is_dir():
        return "is a folder; name the program in it"
    return "" if os.access(path, os.X_OK) else "is not executable (chmod +x would make it)"


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


def _claim(path: Path, claims: Claims) -> Dialect:
    try:
        return claimed_dialect(
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
        Dialect(expected.deviations)
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
