"""`golden export`: goldens for other tools, and for the test frameworks of other languages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.commands.common import OK, write
from harness.commands.options import Claimed
from harness.model.errors import UsageError

if TYPE_CHECKING:
    from python_ref.golden import Golden

_JSON = "json"


def golden_export(
    directory: Annotated[
        Path, typer.Argument(help="A new folder; with --for also the root of a project.")
    ],
    dialect: Claimed = None,
    precision: Annotated[
        list[str] | None,
        typer.Option(
            "--precision",
            metavar="NAME",
            help="float64, float32 or float32_double; may be repeated. All, or with --for float64.",
        ),
    ] = None,
    framework: Annotated[
        str,
        typer.Option(
            "--for",
            metavar="FRAMEWORK",
            help="junit, munit or clojure.test: with a test that needs only your optimizer; json.",
        ),
    ] = _JSON,
) -> int:
    """Write goldens for other tools and test frameworks.

    For a framework, also a test that needs only your optimizer. Nothing is overwritten.
    """
    from harness.languages.frameworks import FRAMEWORKS
    from harness.report.words import counted
    from python_ref.scenarios.scenario import PRECISIONS

    chosen = FRAMEWORKS.get(framework)
    if chosen is None and framework != _JSON:
        known = ", ".join((*FRAMEWORKS, _JSON))
        raise UsageError(f"--for {framework!r}: no such framework; choose one of {known}")
    for name in precision or []:
        if name not in PRECISIONS:
            known = ", ".join(PRECISIONS)
            raise UsageError(f"--precision {name!r}: no such precision; choose one of {known}")
    if chosen and len(precision or []) > 1:
        raise UsageError("--precision: a test is in one; export the other into another folder")
    # Before anything is computed, which takes seconds.
    if chosen is None:
        _empty(directory)
        goldens = _texts(_made(dialect, precision or list(PRECISIONS)))
        _write(directory, goldens | {"schema.json": _schema()})
        print(f"{len(goldens)} goldens and schema.json written to {directory}")
        return OK
    if not chosen.is_project(directory):
        _empty(directory, f", or the root of a project ({', '.join(chosen.builds)})")
    made = _made(dialect or ["reference"], precision or ["float64"])
    goldens = _texts(made)
    folder = next(iter(goldens)).rpartition("/")[0]
    files = {f"{chosen.goldens}/{name}": text for name, text in goldens.items()}
    files[f"{chosen.goldens}/SHA256SUMS"] = _sums(goldens)
    files[f"{chosen.goldens}/deviations.json"] = _deviations(made)
    files |= chosen.files(folder)
    for name in files:
        if (path := directory / name).exists():
            raise UsageError(f"{path}: is there already; remove it, or name a new folder")
    _write(directory, files)
    ready = files[chosen.ready_test].splitlines()
    line = next(i for i, text in enumerate(ready, 1) if "make your optimizer here" in text)
    print(
        f"{counted(len(goldens), 'golden')} of {folder} and a test for {chosen.name} written to"
        f" {directory}\n"
        f"make your optimizer at {directory / chosen.ready_test}:{line}, then run {chosen.run}"
    )
    if not chosen.is_project(directory):
        print(
            f"{directory} has no build file yet ({', '.join(chosen.builds)}): bring one that has"
            f" {chosen.name} among its tests' dependencies, or move the files into your project"
        )
    return OK


def _made(claims: list[str] | None, precisions: list[str]) -> list[Golden]:
    """The goldens of what is claimed, or all that are kept."""
    from harness.judging.goldens import Goldens
    from harness.ports.claims import claimed_dialect
    from python_ref.golden import DIALECTS

    wanted = [claimed_dialect(claims)] if claims else list(DIALECTS.values())
    made = Goldens()
    return [
        each for claim in wanted for precision in precisions for each in made.of(claim, precision)
    ]


def _texts(goldens: list[Golden]) -> dict[str, str]:
    """The goldens' texts by their files."""
    from python_ref.golden import dumps

    return {f"{each.name}.json": dumps(each) for each in goldens}


def _deviations(goldens: list[Golden]) -> str:
    """By golden, what the first weight is that a deviation changes: a failing test's reason."""
    import json

    from harness.analysis.power import symptoms
    from harness.comparison.traces import locate
    from harness.report.causes import deviation
    from python_ref.numbers.text import to_json

    rows = {
        golden.name: [
            {
                "deviation": deviation(symptom.axis, symptom.value),
                "step": symptom.step + 1,
                "array": name,
                "index": index,
                "weight": to_json(symptom.weight),
            }
            for symptom in symptoms(golden)
            for name, index in [locate(golden.scenario, symptom.element)]
        ]
        for golden in goldens
        if golden.kind == "core"
    }
    return json.dumps(rows, indent=1) + "\n"


def _sums(goldens: dict[str, str]) -> str:
    from hashlib import sha256

    return "".join(
        f"{sha256(text.encode()).hexdigest()}  {name}\n" for name, text in sorted(goldens.items())
    )


def _schema() -> str:
    from python_ref.golden import DIRECTORY

    return (DIRECTORY / "schema.json").read_text(encoding="utf-8")


def _empty(directory: Path, otherwise: str = "") -> None:
    """Raise UsageError: something is where files are to be written."""
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"{directory}: is a file; name a folder")
    if directory.is_dir() and any(directory.iterdir()):
        raise UsageError(f"{directory}: is not empty; name a new folder{otherwise}")


def _write(directory: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        write(directory / name, text)
