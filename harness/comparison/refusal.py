"""A port that checks its arguments and refuses one that is 0, as careful libraries do."""

from __future__ import annotations

from harness.model.observation import REPORTED, Fault
from python_ref.scenarios.scenario import Scenario

# What argument checks throw: Python's, Java's, assertions; and what a command says of itself.
_CHECKS = frozenset(("ValueError", "IllegalArgumentException", "AssertionError", REPORTED))
# What no library throws itself: an exception of the port's own, of no more special kind.
_OWN = frozenset(("Exception", "RuntimeException"))


def refused(scenario: Scenario, fault: Fault | None, steps: int) -> str:
    """The hyperparameter that is 0 and that the port refuses by an argument check; "" if none.

    Args:
        scenario: what it was fed.
        fault: what came of it.
        steps: how many were completed.
    """
    if fault is None or fault.kind != "crashes" or steps:
        return ""
    constructed = fault.step == 0 and fault.error in _OWN
    if not constructed and fault.error not in _CHECKS:
        return ""
    return next((name for name, value in scenario.hyperparameters.items() if value == 0), "")
