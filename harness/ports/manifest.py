"""What a port.toml may say: the one schema, by which it is read and which `protocol` prints."""

from __future__ import annotations

from typing import Annotated

import msgspec

from harness.languages.registry import of_sources

_SOURCES = ", ".join(of_sources())


def _about(text: str) -> msgspec.Meta:
    return msgspec.Meta(description=text)


class Claims(msgspec.Struct, forbid_unknown_fields=True):
    """What the port is meant to be, where that is not the reference."""

    dialect: Annotated[str, _about("A library, as `rmsproof dialects list` has it.")] = "reference"
    deviations: Annotated[list[str], _about("What is different, each axis=value.")] = []


class Expected(msgspec.Struct, forbid_unknown_fields=True):
    """What a bundled edition is known to show; of no effect on somebody's own port."""

    verdict: Annotated[str, _about("One word, such as exact or diverges.")]
    deviations: Annotated[list[str] | None, _about("Each axis=value; any if left out.")] = None


class Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """A port.toml: where a port is (exactly one of source, object, command) and how it is bound.

    Paths are relative to its folder, and stay inside it. One that says where no port is, but how
    one is bound, holds for what is checked by its own name in its folder.
    """

    name: Annotated[str, _about("How reports call it; as its source is called if left out.")] = ""
    language: Annotated[
        str, _about(f"One of {_SOURCES}; any for a command. If left out, by the source's ending.")
    ] = ""
    source: Annotated[
        str | list[str] | None, _about("The source file; several only where they are compiled.")
    ] = None
    object: Annotated[str | None, _about("A Python object, as module:Object.")] = None
    command: Annotated[
        list[str] | None, _about("Program and arguments of a port that speaks the wire protocol.")
    ] = None
    build: Annotated[
        list[str],
        _about("Commands that build it; never run, but named where the program is not there."),
    ] = []
    adapter: Annotated[
        str | None,
        _about("A source in the same language that calls the port; `rmsproof adapt` writes one."),
    ] = None
    classpath: Annotated[
        list[str],
        _about("Jars, folders and group:artifact:version that a source of the JVM needs."),
    ] = []
    repair: Annotated[str, _about("Of a bundled edition: what the next one changes.")] = ""
    rung: Annotated[int, _about("Of a bundled edition: its place, from 1.")] = 0
    claims: Annotated[Claims, _about("What the port is meant to be.")] = msgspec.field(
        default_factory=Claims
    )
    expectation: Annotated[Expected | None, _about("What it is known to show.")] = None
    give: Annotated[
        dict[str, float | int | bool | str],
        _about("Constants for parameters that have no role: `decay = 0.0`."),
    ] = {}
    bind: Annotated[
        dict[str, str],
        _about("class, method, function: a name; a role such as learning_rate: its parameter."),
    ] = {}
