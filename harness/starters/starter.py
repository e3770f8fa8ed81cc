"""A port to begin with: an update that is right, in a language, and all that it takes to check it.

A language is a folder in languages/: its sources and build file as they are, and starter.toml,
which is not part of it. What is the same in every language but for a few words (port.toml, the
README, the workflow) stands once in shared/, with the words as @NAME@.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from shutil import which

import msgspec

from harness.model.errors import UsageError
from harness.model.fields import of_toml
from python_ref.files import exists

LANGUAGES = Path(__file__).parent / "languages"
SHARED = Path(__file__).parent / "shared"
_MANIFEST = "starter.toml"
_LARGEST = 16 << 10
# What the workflow's check writes.
_REPORT = "rmsproof.xml"
# Of an empty repository, into which a starter may go.
_ALLOWED = frozenset({".git"})


class Starter(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A starter.toml.

    Attributes:
        title: the language's name as it is written.
        needs: the programs that build and start it.
        get: where these come from.
        command: program and arguments that start it, in its folder.
        update: the file that people put theirs in place of.
        protocol: the file that speaks the wire protocol.
        precisions: what it computes in.
        tried: whether rmsproof's own tests build it and judge it.
        build: commands that build it, in turn.
        ignore: what building leaves, for .gitignore.
        setup: steps of a GitHub workflow that install the programs.
        aliases: other names of the language.
    """

    title: str
    needs: list[str]
    get: str
    command: list[str]
    update: str
    protocol: str
    precisions: str
    tried: bool
    build: list[str] = []
    ignore: list[str] = []
    setup: str = ""
    aliases: list[str] = []


def starters() -> dict[str, Starter]:
    """Every starter by the name of its language."""
    places = sorted(LANGUAGES.glob(f"*/{_MANIFEST}"))
    return {path.parent.name: _read(path) for path in places}


def _read(path: Path) -> Starter:
    return of_toml(path, _LARGEST, "a starter has some lines", Starter)


def named(language: str) -> tuple[str, Starter]:
    """The language's own name and its starter. Raises UsageError: none has that name."""
    known = starters()
    names = {alias: name for name, starter in known.items() for alias in starter.aliases}
    names |= {starter.title.lower(): name for name, starter in known.items()}
    names |= {name: name for name in known}
    wanted = language.lower()
    if wanted not in names:
        near = get_close_matches(wanted[:60], names, 1)
        meant = f"did you mean {names[near[0]]}? " if near else ""
        raise UsageError(
            f"new {language!r}: no starter in such a language; {meant}there are {', '.join(known)}"
        )
    return names[wanted], known[names[wanted]]


def check_tools(language: str, starter: Starter) -> None:
    """Raise UsageError if the machine lacks a program that the starter is built or started by."""
    if missing := [program for program in starter.needs if which(program) is None]:
        programs = " and ".join(missing)
        verb = "is" if len(missing) == 1 else "are"
        raise UsageError(
            f"new {language}: {programs} {verb} not on the PATH; get {starter.get}, or write the"
            " starter all the same with --without-tools"
        )


def texts(language: str, starter: Starter) -> Mapping[str, str]:
    """Every file of a starter by its path, with / between folders."""
    own = LANGUAGES / language
    words = _words(language, starter)
    by_name = {".gitignore": "".join(f"{line}\n" for line in (*starter.ignore, _REPORT))}
    by_name |= {name: _filled(text, words) for name, text in _files(SHARED)}
    by_name |= {name: text for name, text in _files(own) if name != _MANIFEST}
    return {name: by_name[name] for name in sorted(by_name)}


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    for path in folder.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8")


def _words(language: str, starter: Starter) -> Mapping[str, str]:
    steps = [*starter.build, "rmsproof check ."]
    setup = "".join(f"      {line}\n" for line in starter.setup.splitlines())
    return {
        "LANGUAGE": language,
        "TITLE": starter.title,
        "UPDATE": starter.update,
        "PROTOCOL": starter.protocol,
        "PRECISIONS": starter.precisions,
        "COMMAND": json.dumps(starter.command),
        "STEPS": "\n".join(f"$ {line}" for line in steps),
        "BUILDS": f"build = {json.dumps(starter.build)}" if starter.build else "",
        "SETUP": setup.rstrip("\n"),
        "BUILD": "\n".join(f"      - run: {line}" for line in starter.build),
    }


def _filled(text: str, words: Mapping[str, str]) -> str:
    """A text with its words; a line of a word that is empty goes."""
    for name, word in words.items():
        text = text.replace(f"@{name}@\n", f"{word}\n" if word else "")
        text = text.replace(f"@{name}@", word)
    return text


def write(files: Mapping[str, str], folder: Path) -> None:
    """Write files below a folder, which is made where it is not there.

    Raises:
        UsageError: it is not empty, no folder, or cannot be written to; then nothing is changed.
    """
    made = _missing(folder)
    try:
        if not made and (there := sorted({p.name for p in folder.iterdir()} - _ALLOWED)):
            raise UsageError(
                f"{folder}: is not empty ({there[0]}); name a folder that is, or a new one"
            )
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except NotADirectoryError as error:
        raise UsageError(f"{folder}: is no folder; name one that is empty, or a new one") from error
    except OSError as error:
        if made:
            shutil.rmtree(made, ignore_errors=True)
        raise UsageError(f"{folder}: cannot be written to: {error.strerror}") from error


def _missing(folder: Path) -> Path | None:
    """The highest folder of a path that is not there; None if all are."""
    missing = [path for path in (folder, *folder.parents) if not exists(path)]
    return missing[-1] if missing else None
