"""What is said over the wire and what an observation holds: each a type, and its JSON Schema.

The one place where a field's name stands: requests and replies are checked by these types, the
names in messages are theirs, and `rmsproof protocol` prints their schemas.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from python_ref.numbers.text import Number
from python_ref.scenarios.hyperparameters import OPTIONS

PROTOCOL = 1
"""The version that is spoken."""
OBSERVATION = "rmsproof.observation/1"
"""The format of an observation."""

Precision = Literal["float64", "float32", "float32_double"]
Arrays = dict[str, list[Number]]
Packed = Annotated[
    str, msgspec.Meta(description="Little-endian doubles in base64.", pattern="^[A-Za-z0-9+/]*=*$")
]
Sent = dict[str, list[Number] | Packed]
"""Arrays as a port has them that may have offered to take them in base64."""
Form = Literal["numbers", "base64"]
_OPTIONS = ", ".join(OPTIONS)


def _about(text: str) -> msgspec.Meta:
    return msgspec.Meta(description=text)


Id = Annotated[int, _about("Answered as it was asked.")]


class Describe(msgspec.Struct, forbid_unknown_fields=True):
    """The first request to a process; and one more to a port that offers to echo numbers."""

    id: Id
    do: Literal["describe"]
    echo: Annotated[list[Number], _about("To be sent back as they were read.")] = []


class Described(msgspec.Struct):
    """The reply to `describe`. Further fields are free."""

    id: Id
    protocol: Annotated[Literal[1], _about("The version of the protocol.")]
    precision: Annotated[
        Precision | list[Precision],
        _about("What the port stores, and so what it is fed; a list if it can do several."),
    ]
    name: Annotated[str, _about("What the port calls itself.")] = ""
    language: Annotated[str, _about("What it is written in, for reports.")] = ""
    state: Annotated[bool, _about("Whether moving_average is in every reply.")] = False
    echo: Annotated[
        bool | list[Number], _about("True offers to send numbers back; a list does that.")
    ] = False
    arrays: Annotated[Form, _about("How arrays are sent, to the port and by it.")] = "numbers"


class Run(msgspec.Struct, forbid_unknown_fields=True):
    """A request to make all steps of one scenario, from the start."""

    id: Id
    do: Literal["run"]
    precision: Precision
    learning_rate: float
    decay_rate: float
    epsilon: float
    options: Annotated[
        dict[str, Number],
        _about(f"Those of {_OPTIONS} that the scenario gives; mostly none."),
    ]
    weights: Annotated[Sent, _about("The arrays by name, in their order.")]
    gradients: Annotated[
        list[Sent],
        _about("An object a step; an array that is not in it takes no part in the step."),
    ]
    arrays: Annotated[Form, _about("There where the port offered base64.")] = "numbers"


class Reply(msgspec.Struct):
    """The reply to `run`: weights, or unsupported, or error. Further fields are free."""

    id: Id
    weights: Annotated[
        list[Sent] | None, _about("All arrays after every step, as many objects as steps.")
    ] = None
    moving_average: Annotated[
        list[Sent] | None,
        _about("The average of squares after every step; it decides nothing, but helps to tell."),
    ] = None
    unsupported: Annotated[
        str | None, _about("Why the port declines the scenario; that is no failure.")
    ] = None
    error: Annotated[str | None, _about("What went wrong; the verdict is `crashes`.")] = None


class Observation(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody saw an optimizer do: what `rmsproof identify` reads."""

    format: Literal["rmsproof.observation/1"]
    precision: Annotated[
        Literal["float64", "float32", "float32_double", "float32_wide"],
        _about("What the optimizer stores."),
    ]
    learning_rate: Annotated[float | list[float], _about("One number, or one a step.")]
    decay_rate: float
    epsilon: float
    weights: Annotated[Arrays, _about("Before the first step.")]
    gradients: Annotated[list[Arrays], _about("An object a step.")]
    observed: Annotated[
        list[Arrays | None], _about("The weights after each step; null where it was not seen.")
    ]
    options: Annotated[dict[str, Number], _about(f"Of {_OPTIONS}: those that were given.")] = {}
    rounding: Annotated[
        float, _about("Half a unit of the last digit of `observed`, if copied from print.")
    ] = 0.0
    input_rounding: Annotated[float, _about("The same of weights and gradients.")] = 0.0
    dialect: Annotated[
        str | list[str], _about("What it is meant to be; the reference if left out.")
    ] = "reference"
    name: str = ""


def fields(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """The names of a message's fields."""
    return tuple(field.encode_name for field in msgspec.structs.fields(kind))


def required(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """The names of those that must be there."""
    return tuple(f.encode_name for f in msgspec.structs.fields(kind) if f.required)


def schema(kind: type[msgspec.Struct], name: str) -> dict[str, Any]:
    """The JSON Schema of a message."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:rmsproof:{name}:1",
        **msgspec.json.schema(kind),
    }
