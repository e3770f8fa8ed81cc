"""A port: an implementation, where it is and what it says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.languages import adapters, registry
from harness.model.errors import UsageError
from harness.model.expectation import Expectation
from harness.ports.roles import Wanted
from python_ref import files
from python_ref.dialects.dialect import Dialect

# Real manifests and adapters have hundreds of bytes.
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
