"""What an object that is called as a plan says asks of the scenario that it is part of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional, Protocol

from harness.transport.python.beginnings import Beginnings
from harness.transport.python.stand_ins import Piece

Row = Any
"""(n,) values of one piece of the weights, flat."""


class Steps(Protocol):
    """A scenario that is under way; see harness.transport.python.planned."""

    plan: Mapping[str, Any]
    slots: int
    names: list[str]
    cuts: list[slice]
    array_of: list[int]
    flat: Row
    gradients: Row
    dtype: Any
    parameter: Any
    beginnings: Optional[Beginnings]
    gradients_changed: bool
    widened: bool
    first: str

    @property
    def result(self) -> str:
        """Where the weights come out, "auto" until that is known."""

    @property
    def learning_rate(self) -> float:
        """What a returned step is multiplied with that the port leaves unscaled."""

    def settled(self, where: str) -> None:
        """Remember where the weights come out."""

    def array(self, role: str, piece: Piece, begun: float = 0.0) -> Any:
        """A new array for a role, as the port is handed one; what else begins as is `begun`."""

    def feed(self, spec: Mapping[str, Any], unit: Sequence[Piece]) -> Any:
        """What an argument is that is no array."""

    def read(self, piece: int, value: Any) -> Row:
        """The values of a piece, flat. Raises Garbled."""

    def target(self, name: str) -> Any:
        """The class or function of that name."""

    def hyper(self) -> dict[str, Any]:
        """The values that are given, by role."""
