"""The libraries beside each other: defaults, formulas, and how far every two drift apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.analysis.translate.drift import Configured, pairwise
from harness.analysis.translate.solve import configured
from python_ref.dialects.libraries import LIBRARIES
from python_ref.dialects.library_table import Library
from python_ref.dialects.settings import Call
from python_ref.dialects.settings_table import CALLS

GIVEN = {"learning_rate": 0.01, "decay_rate": 0.9, "epsilon": 1e-8}
"""The hyperparameters with which all are compared, where they can be chosen."""


@dataclass(frozen=True)
class Row:
    """A library of the table.

    Attributes:
        library: its defaults, and what is peculiar.
        plain: what it computes with its defaults and with momentum off; None where the table of
            calls does not say how it is made.
        options: what it may be set to be, by the words behind its name.
    """

    library: Library
    plain: Configured | None
    options: tuple[str, ...]


@dataclass(frozen=True)
class Atlas:
    """All of them.

    Attributes:
        rows: a library each, in the order of the table.
        compared: names of those that are compared in pairs.
        ordinary, tiny: how far every two drift apart, (N, N) shares of the way.
    """

    rows: tuple[Row, ...]
    compared: tuple[str, ...]
    ordinary: NDArray[np.float64]
    tiny: NDArray[np.float64]


def atlas() -> Atlas:
    """Put the tables together, and measure every pair."""
    calls = {call.library: call for call in reversed(CALLS)}
    rows = []
    for name, known in LIBRARIES.items():
        library = known.library
        if name != library.name:
            continue
        options = tuple(
            other.removeprefix(f"{name} ")
            for other, of in LIBRARIES.items()
            if of.library is library and other != name
        )
        call = calls.get(name)
        rows.append(Row(library, _plain(call) if call else None, options))
    compared = [row for row in rows if row.plain is not None]
    plain = [row.plain for row in compared if row.plain is not None]
    return Atlas(
        tuple(rows),
        tuple(row.library.name for row in compared),
        pairwise(plain, "ordinary"),
        pairwise(plain, "tiny"),
    )


def _plain(call: Call) -> Configured:
    """A call with the hyperparameters that all are compared with, and every option off."""
    settings = {
        name: GIVEN.get(role, 0.0 if call.defaults.get(name) else None)
        for name, role in call.roles.items()
    }
    return configured(call, settings)
