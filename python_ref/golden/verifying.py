"""Golden files verified: computed anew byte for byte, and certified in ball arithmetic."""

from __future__ import annotations

from pathlib import Path

from python_ref.golden import reading, sums, writing
from python_ref.golden.reading import GoldenError, bundled, files_of, load
from python_ref.rounding.envelope import certify


def verify(directory: Path | None = None) -> list[str]:
    """Recompute every file; return what is wrong, a sentence each, naming the file."""
    problems = []
    wanted = dict(writing.expected(directory))
    for path, golden in wanted.items():
        if not path.is_file():
            problems.append(f"{path}: is missing")
            continue
        try:
            load(path)
        except GoldenError as error:
            problems.append(str(error))
            continue
        if path.read_bytes() != writing.dumps(golden).encode():
            problems.append(f"{path}: differs from what the reference gives now")
    problems.extend(
        f"{orphan}: belongs to no golden" for orphan in sorted(files_of(directory) - set(wanted))
    )
    if directory is None and not problems:
        problems = sums.problems(reading.DIRECTORY, wanted)
    return problems


def certified(directory: Path | None = None) -> tuple[int, list[str]]:
    """Hold every golden but those of edges against exact arithmetic, widened by the rounding bound.

    Returns:
        How many were certified, and what lies outside, a sentence each.

    Raises:
        GoldenError: a file cannot be read.
        OracleMissingError: python-flint is not installed; says how to get it.
    """
    count, problems = 0, []
    for golden in bundled(directory):
        if golden.kind == "edge":
            continue
        violations = certify(golden.scenario, golden.precision, golden.weights, golden.dialect)
        count += not violations
        problems += [
            f"{golden.name}: step {v.step}, {v.array}[{v.index}]: stored {v.stored!r} is"
            f" {v.distance:.3g} from the exact value, the bound is {v.bound:.3g}"
            for v in violations
        ]
    return count, problems
