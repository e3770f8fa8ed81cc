"""What stands around a source: the roots of its packages and the libraries that it needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.languages.jvm import dependencies, projects
from harness.languages.jvm.sources import root_of
from harness.languages.launch import Implementation


@dataclass(frozen=True)
class Surroundings:
    """What a source may use besides itself.

    Attributes:
        roots: folders below which other sources lie by their packages.
        libraries: jars and folders of classes.
        lacking: dependencies that could not be had or read, a phrase each.
        project: the folder with the build file that was not used, if there is one.
        scala: the version of Scala that the project declares.
    """

    roots: tuple[Path, ...] = ()
    libraries: tuple[Path, ...] = ()
    lacking: tuple[str, ...] = ()
    project: Path | None = None
    scala: str = ""


def of(port: Implementation) -> Surroundings:
    """What stands around a port's source. Raises UsageError: an entry names nothing."""
    given = dependencies.entries(port.classpath)
    roots = tuple(dict.fromkeys(root_of(source) for source in port.source))
    if port.project is None:
        around = projects.around(port.source[0]) if port.source else None
        return Surroundings(roots, given.paths, given.lacking, around)
    project = projects.of(port.project)
    declared = dependencies.resolved(project.coordinates, project.repositories)
    return Surroundings(
        tuple(dict.fromkeys((*roots, *project.sources))),
        (*given.paths, *project.built, *declared.paths),
        (*given.lacking, *declared.lacking, *project.unread),
        None,
        project.scala,
    )
