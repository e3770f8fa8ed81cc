"""Every mutant of a conformant Java edition that PIT makes, judged by `rmsproof check`.

PIT's operators change one instruction of the edition's compiled class at a time. Each mutant is
put before the class itself on the class path of a small program that speaks the wire protocol
(bytecode/Wire.java), and the command `rmsproof check -- java ...` says what it is. A mutant that
still conforms is missed, unless bytecode/equivalent.toml lists it with the reason why it is the
same RMSProp; an entry there that fits no mutant, or one that is caught, is stale. The class
without any change is judged first and must be exact.

Run: uv run python tests/mutation/bytecode.py [--write] [--edition NAME] [PATTERN]

Ends with 1 if a mutant is missed or an entry is stale. --write keeps the result in
bytecode.toml; without it, what differs from the one kept there is shown.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from harness.languages.jvm import jars
from harness.languages.jvm.compile import compile_java
from harness.languages.jvm.java import java
from harness.machine import layout

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
RESULT = HERE / "bytecode.toml"
EQUIVALENT = HERE / "bytecode" / "equivalent.toml"
PROGRAMS = ("Mutants.java", "Wire.java")
EDITION, CLASS = "double", "RMSProp"

# The last release with the research operators (AOR, ROR, CRCR, UOI ...) inside.
PIT = jars.Closure(
    "org.pitest:pitest:1.7.4",
    {"pitest-1.7.4.jar": "6746513995a886c14c250b1b5213a894ce97ef8cf4268d815ef7d729e5b485a3"},
)

# One compiler for all machines, or the mutants would not be the same everywhere; and a level that
# this PIT can read.
_LEVEL = ("-17", "-g", "-parameters", "-nowarn")
# For a scenario: a mutant that never ends takes three of them, and what takes a millisecond must
# not be called slow because the machine was busy.
_SCENARIO_SECONDS = 5
# For a whole command: the harness ends every port within a minute, and must itself be watched,
# however busy the machine.
_COMMAND_SECONDS = 600
_QUICK = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
_AT_ONCE = 2

Key = tuple[str, str]
"""A line of code, and its change: the first operator, PIT's words, which of those alike."""


@dataclass(frozen=True)
class Mutant:
    """One change of the class.

    Attributes:
        operators: PIT's names of those that make it.
        line: the source line, by number.
        code: the source line itself.
        description: PIT's words for the change.
        nth: which of those that an operator changes alike in the line, in order of execution.
        folder: where its class lies.
    """

    operators: tuple[str, ...]
    line: int
    code: str
    description: str
    nth: int
    folder: Path

    @property
    def key(self) -> Key:
        """What it is, whatever stands above it in the source."""
        which = f", no. {self.nth}" if self.nth > 1 else ""
        return (self.code, f"{self.operators[0]}: {self.description}{which}")

    def __str__(self) -> str:
        return f"line {self.line}, {self.key[1]}"


@dataclass(frozen=True)
class Judged:
    """What `rmsproof check` says of a mutant.

    Attributes:
        caught: the exit code was 1.
        verdict: one of the tool's words.
        golden: where it was seen first.
        deviations: those named.
        message: the report's sentence.
    """

    caught: bool
    verdict: str
    golden: str = ""
    deviations: tuple[str, ...] = ()
    message: str = ""


class Workshop:
    """The mutants of an edition and all it takes to judge one, in a folder of its own."""

    def __init__(self, edition: str, folder: Path) -> None:
        # PIT stays on the class path: one of its operators calls back into it.
        libraries = [*jars.resolve(PIT), *jars.resolve(jars.GSON)]
        programs = [compile_java([HERE / "bytecode" / name], libraries) for name in PROGRAMS]
        self._libraries = [*programs, *libraries]
        self._source = layout.ports_root() / "java" / "editions" / edition / f"{CLASS}.java"
        self._folder = folder
        ecj = ["-jar", str(*jars.resolve(jars.ECJ)), *_LEVEL, "-d", str(folder / "compiled")]
        _output([str(java().executable), *_QUICK, *ecj, str(self._source)])
        self.original = folder / "original"

    def mutants(self) -> list[Mutant]:
        """All of them, by line and instruction."""
        arguments = [str(self._folder / "compiled"), CLASS, str(self._folder)]
        told = _output([*self._java([]), "Mutants", *arguments])
        source = self._source.read_text(encoding="utf-8").splitlines()
        seen: Counter[tuple[str, int, str]] = Counter()
        found = []
        for row in map(json.loads, told.splitlines()):
            same = (row["operators"][0], row["line"], row["description"])
            seen[same] += 1
            found.append(
                Mutant(
                    operators=tuple(row["operators"]),
                    line=row["line"],
                    code=source[row["line"] - 1].strip(),
                    description=row["description"],
                    nth=seen[same],
                    folder=self._folder / row["folder"],
                )
            )
        return found

    def command(self, classes: Path) -> list[str]:
        """The program that speaks the protocol for the class in a folder."""
        return [*self._java([classes, self._folder / "compiled"]), "Wire"]

    def _java(self, first: Iterable[Path]) -> list[str]:
        path = os.pathsep.join(map(str, [*first, *self._libraries]))
        return [str(java().executable), *_QUICK, "-cp", path]


def _output(command: Sequence[str]) -> str:
    """What a program of ours prints. Raises RuntimeError: it failed."""
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def check(command: Sequence[str]) -> Judged:
    """Judge a command by `rmsproof check`. Raises RuntimeError: it judged nothing."""
    with tempfile.TemporaryDirectory(prefix="rmsproof-") as folder:
        report = Path(folder) / "report.json"
        options = ["--timeout", str(_SCENARIO_SECONDS), "--json", str(report)]
        done = subprocess.run(
            [sys.executable, "-m", "rmsproof", "check", *options, "--", *command],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_COMMAND_SECONDS,
            check=False,
        )
        if done.returncode not in (0, 1) or not report.is_file():
            raise RuntimeError(f"rmsproof check ended with {done.returncode}: {done.stderr}")
        (row,) = json.loads(report.read_text(encoding="utf-8"))["results"]
    return _judged(row, caught=done.returncode == 1)


def _judged(row: Mapping[str, Any], *, caught: bool) -> Judged:
    first = row["first_divergence"]
    message = " ".join(row["message"].split())
    golden = ""
    if caught:  # a fault is told as "test case GOLDEN: what happened"
        case = message.partition(": ")[0].removeprefix("test case ")
        golden = first["golden"] if first else case
    return Judged(
        caught=caught,
        verdict=row["verdict"],
        golden=golden,
        deviations=tuple(row["deviations"]),
        message=message,
    )


def equivalents(path: Path = EQUIVALENT) -> dict[Key, str]:
    """The mutants that are the same RMSProp, each with the reason."""
    return rows_of(tomllib.loads(path.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Outcome:
    """All mutants judged, and what follows from it.

    Attributes:
        judged: every mutant with what was said of it.
        known: the equivalent ones with the reason.
        whole: all mutants of the edition were judged, so that what fits none of them is stale.
    """

    judged: Sequence[tuple[Mutant, Judged]]
    known: Mapping[Key, str]
    whole: bool = True

    @property
    def missed(self) -> list[Mutant]:
        """Those that conform and are not listed as equivalent."""
        return [m for m, j in self.judged if not j.caught and m.key not in self.known]

    @property
    def stale(self) -> list[str]:
        """The entries of the list that are not, or no longer, true."""
        caught = {m.key: j.caught for m, j in self.judged}
        lines = [f"{key}: is caught" for key in self.known if caught.get(key)]
        if self.whole:
            lines += [f"{key}: fits no mutant" for key in self.known if key not in caught]
        return lines

    @property
    def summary(self) -> dict[str, int]:
        """The figures."""
        caught = sum(j.caught for _, j in self.judged)
        missed = len(self.missed)
        return {
            "mutants": len(self.judged),
            "caught": caught,
            "equivalent": len(self.judged) - caught - missed,
            "missed": missed,
            "named": sum(bool(j.deviations) for _, j in self.judged),
        }


def judge_all(shop: Workshop, mutants: Sequence[Mutant]) -> Iterator[tuple[Mutant, Judged]]:
    """Judge mutants, two at a time, and yield them in their order."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        verdicts = pool.map(lambda mutant: check(shop.command(mutant.folder)), mutants)
        yield from zip(mutants, verdicts, strict=True)


def document(edition: str, outcome: Outcome) -> str:
    """The result as TOML, the same text for the same result."""
    lines = [
        f"# java/{edition} mutated by PIT {PIT.version}, each mutant judged by `rmsproof check`.",
        f"# Written by tests/mutation/{Path(__file__).name} --write; not to be edited.",
        "",
        "[summary]",
        *(f"{name} = {count}" for name, count in outcome.summary.items()),
        "",
        "[summary.verdicts]",
        *(
            f"{word} = {count}"
            for word, count in sorted(Counter(j.verdict for _, j in outcome.judged).items())
        ),
    ]
    code = None
    for mutant, judged in outcome.judged:
        if mutant.code != code:
            code = mutant.code
            lines += ["", f"[mutants.{_toml(code)}]"]
        row = {"verdict": judged.verdict, "golden": judged.golden, "deviations": judged.deviations}
        lines.append(f"{_toml(mutant.key[1])} = {_toml({k: v for k, v in row.items() if v})}")
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    """A value as TOML: text and lists as JSON has them, tables inline."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def rows_of(tables: Mapping[str, Mapping[str, Any]]) -> dict[Key, Any]:
    """What a file has by line of code and change, by key."""
    return {(code, change): row for code, rows in tables.items() for change, row in rows.items()}


def differences(kept: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """A line for every mutant that the kept result says something else of."""

    def table(result: Mapping[str, Any]) -> dict[Key, str]:
        rows = rows_of(result["mutants"])
        return {k: " ".join([r["verdict"], *r.get("deviations", [])]) for k, r in rows.items()}

    before = table(kept)
    return [
        f"{key}: was {before.get(key, 'not there')}, is {shown}"
        for key, shown in table(now).items()
        if before.get(key) != shown
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge all mutants; return 1 if one is missed or an entry is stale."""
    parser = argparse.ArgumentParser(description="Mutants of a Java edition, each judged.")
    parser.add_argument("--edition", default=EDITION, help="a folder below java/editions")
    parser.add_argument("--write", action="store_true", help=f"keep the result in {RESULT.name}")
    parser.add_argument(
        "pattern", nargs="?", default="*", help="only those whose line of the list matches"
    )
    given = parser.parse_args(arguments)
    whole = given.pattern == "*"
    if given.write and not (whole and given.edition == EDITION):
        parser.error(f"--write keeps the whole result of java/{EDITION} and no other")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rmsproof-") as folder:
        shop = Workshop(given.edition, Path(folder))
        mutants = [m for m in shop.mutants() if fnmatchcase(str(m), given.pattern)]
        unchanged = check(shop.command(shop.original))
        print(f"{CLASS} of java/{given.edition} as it is: {unchanged.verdict}")
        if unchanged.verdict != "exact":
            print(f"it must be exact: {unchanged.message}")
            return 1
        judged = []
        for mutant, said in judge_all(shop, mutants):
            judged.append((mutant, said))
            print(f"{mutant}: {' '.join([said.verdict, *said.deviations])}", flush=True)
    outcome = Outcome(judged, equivalents() if given.edition == EDITION else {}, whole)
    text = document(given.edition, outcome)
    if given.write:
        RESULT.write_text(text, encoding="utf-8")
    elif given.edition == EDITION and RESULT.is_file():
        kept = tomllib.loads(RESULT.read_text(encoding="utf-8"))
        for line in differences(kept, tomllib.loads(text)):
            print(f"differs from {RESULT.name}: {line}")
    for mutant in outcome.missed:
        print(f"MISSED {mutant}\n       {mutant.code}")
    for line in outcome.stale:
        print(f"STALE {line}")
    figures = ", ".join(f"{count} {name}" for name, count in outcome.summary.items())
    print(f"{figures}; {time.monotonic() - started:.0f} s")
    return 1 if outcome.missed or outcome.stale else 0


if __name__ == "__main__":
    sys.exit(main())
