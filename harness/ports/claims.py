"""What a port claims to be: the dialect that names of libraries and axis=value make together."""

from __future__ import annotations

from collections.abc import Sequence

from harness.model.errors import UsageError
from python_ref.dialects.dialect import Dialect


def claimed_dialect(names: Sequence[str]) -> Dialect:
    """The dialect that `--dialect` means: names of libraries and axis=value, combined.

    Raises:
        UsageError: a name or a value does not exist.
    """
    deviations: list[str] = []
    constants: dict[str, float] = {}
    try:
        for name in names:
            if "=" in name and not _is_library(name):
                deviations.append(name)
            elif name == "formula":
                deviations.append("epsilon=inside")
            elif name != "reference":
                from python_ref.dialects.calls import named_by_package

                library = named_by_package(name).dialect
                deviations.extend(library.deviations)
                constants.update(library.constants)
        return Dialect(deviations, constants)
    except ValueError as error:
        raise UsageError(f"dialect: {error}") from error


def _is_library(name: str) -> bool:
    """Whether a name with "=" in it is a library's setting: "Optax eps_in_sqrt=False"."""
    from python_ref.dialects.libraries import find

    try:
        find(name)
    except ValueError:
        return False
    return True
