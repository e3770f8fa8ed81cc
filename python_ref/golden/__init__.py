"""Goldens: a scenario, a dialect, a precision, and the trajectory the reference defines for them.

One JSON file each under ``golden/DIALECT/PRECISION/SCENARIO.json``, format
``rmsproof.golden/1`` (``golden/schema.json``). Numbers are the shortest decimals that give the
same double again, so a reader of any width gets the number that was meant; what is not finite
is the string "NaN", "Infinity" or "-Infinity". Writing is deterministic to the byte.
"""

from __future__ import annotations

from python_ref.golden.golden import DIALECTS, FORMAT, Golden, make, of_stored, spoilt
from python_ref.golden.reading import DIRECTORY, GoldenError, bundled, load, loads, paths
from python_ref.golden.verifying import certified, verify
from python_ref.golden.writing import dumps, expected, regenerate, write_beside

__all__ = [
    "DIALECTS",
    "DIRECTORY",
    "FORMAT",
    "Golden",
    "GoldenError",
    "bundled",
    "certified",
    "dumps",
    "expected",
    "load",
    "loads",
    "make",
    "of_stored",
    "paths",
    "regenerate",
    "spoilt",
    "verify",
    "write_beside",
]
