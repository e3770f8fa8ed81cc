"""How the state begins that a call is handed."""

from __future__ import annotations

from typing import Any

import pytest

from harness.transport.handing import ZEROS
from harness.transport.states import begins_elsewhere, makes_up_state


def _shape(begun: bool) -> dict[str, Any]:
    taken = [{"name": name, "kind": "any"} for name in ("weights", "grads", "state", "lr")]
    begins = {"name": "init-state", "parameters": [[{"name": "weights", "kind": "any"}]]}
    return {"begun": begun, "functions": [{"name": "step", "parameters": [taken]}, begins]}


@pytest.mark.parametrize(
    ("begun", "initial", "elsewhere"),
    [
        pytest.param(False, 0, True, id="handed nothing, it may begin as that function makes it"),
        pytest.param(True, 0, False, id="handed what that function makes, it has begun so"),
        pytest.param(True, 1, True, id="not, where an empty map was handed over"),
        pytest.param(False, ZEROS, False, id="zeros were tried"),
    ],
)
def test_zeros_stand_for_a_state_only_where_the_ports_own_is_not_known(
    begun: bool, initial: int, elsewhere: bool
) -> None:
    roles = ["weights", "gradients", "state", "learning_rate"]
    message = {"function": "step", "call": roles, "initial": initial}
    assert begins_elsewhere(_shape(begun), message) is elsewhere


def test_what_may_be_left_out_by_a_guess_alone_has_no_default() -> None:
    """An object of a class of the port's own, which nobody knows how to make, is made up."""
    shape = _shape(begun=False)
    state = shape["functions"][0]["parameters"][0][2]
    message = {"function": "step", "call": ["weights", "gradients", "state", "learning_rate"]}
    state["default"] = True
    assert not makes_up_state(shape, message)
    state["absent"] = True
    assert makes_up_state(shape, message)
