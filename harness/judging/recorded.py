"""What a training script was seen to do, as observations: one an optimizer, with its claim.

The settings that an optimizer was made with say what it should compute, by the table of calls.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.model.messages import OBSERVATION
from harness.ports.roles import hyperparameters_by_name
from python_ref.dialects.calls import call_of, calls_of
from python_ref.dialects.settings import Call
from python_ref.numbers.text import to_json
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS

# A chain's parts: what each setting of the row of chains is an argument of.
_CHAIN = {
    "decay": ("scale_by_rms.decay", "scale_by_stddev.decay"),
    "eps": ("scale_by_rms.eps", "scale_by_stddev.eps"),
    "initial_scale": ("scale_by_rms.initial_scale", "scale_by_stddev.initial_scale"),
    "eps_in_sqrt": ("scale_by_rms.eps_in_sqrt", "scale_by_stddev.eps_in_sqrt"),
    "bias_correction": ("scale_by_rms.bias_correction", "scale_by_stddev.bias_correction"),
    "learning_rate": ("scale_by_learning_rate.learning_rate",),
    "momentum": ("trace.decay",),
    "nesterov": ("trace.nesterov",),
    "clip": ("clip.max_delta",),
    "clip_by_global_norm": ("clip_by_global_norm.max_norm",),
}


@dataclass(frozen=True)
class Recorded:
    """One optimizer of a script, or those of its groups of parameters that were treated alike.

    Attributes:
        name: its class or function.
        version: of its library.
        library: its name in the table of libraries; "" where it is none of them.
        settings: what it was made with, by the library's names.
        rates: the learning rate of each recorded step; empty where nobody knows.
        taken: how many steps it took.
        recorded: how many of them were recorded.
        notes: what else there is to say.
        observation: what `identify` reads; None where there is nothing to identify.
        groups: which groups of parameters these are, from 0, of how many; none where the library
            has no groups or the optimizer only one.
        own: the settings that other groups of the optimizer have other values of.
    """

    name: str
    version: str
    library: str
    settings: Mapping[str, Any]
    rates: tuple[float, ...]
    taken: int
    recorded: int
    notes: tuple[str, ...]
    observation: Mapping[str, Any] | None
    groups: tuple[int, ...] = ()
    of: int = 1
    own: tuple[str, ...] = ()


def recordings(rows: Sequence[Mapping[str, Any]]) -> list[Recorded]:
    """Read what the recorder wrote: one an optimizer, or one for its groups that are alike."""
    result = []
    optimizers: dict[Any, list[Mapping[str, Any]]] = {}
    for number, one in enumerate(rows):
        optimizers.setdefault(one.get("optimizer", f"no groups {number}"), []).append(one)
    for groups in optimizers.values():
        own = tuple(
            name
            for name in dict.fromkeys(name for group in groups for name in group["settings"])
            if any(g["settings"].get(name) != groups[0]["settings"].get(name) for g in groups)
        )
        alike: dict[str, list[Mapping[str, Any]]] = {}
        for group in groups:
            alike.setdefault(repr([group[name] for name in _ALIKE]), []).append(group)
        for same in alike.values():
            piece = recorded(_joined(same))
            of = max(group.get("of", 1) for group in groups)
            if of > 1:
                numbers = tuple(group["group"] for group in same)
                piece = replace(piece, groups=numbers, of=of, own=own)
            result.append(piece)
    return result


# What groups of parameters share that are read as one.
_ALIKE = ("objects", "settings", "precision", "taken", "rates", "notes")


def _joined(groups: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """One recording of the arrays of all."""

    def arrays(rows: Sequence[Sequence[Any]]) -> list[Any]:
        return [array for row in rows for array in row]

    return {
        **groups[0],
        "weights": arrays([group["weights"] for group in groups]),
        **{
            name: [arrays(rows) for rows in zip(*(g[name] for g in groups), strict=True)]
            for name in ("gradients", "observed")
        },
    }


def recorded(recording: Mapping[str, Any]) -> Recorded:
    """Read what the recorder wrote of one optimizer."""
    settings = dict(recording["settings"])
    call = call_of(recording["objects"])
    name = recording["objects"][0]
    if name == "optax":
        name, call, settings = _of_optax(settings)
    rates = list(recording["rates"])
    if "schedule" in recording:
        rates = [recording["schedule"][t] for t in range(len(rates))]
    notes = list(recording["notes"])
    if any(map(math.isnan, rates)):
        rates = []
    observation = _observation(recording, call, settings, rates) if recording["observed"] else None
    if recording["observed"] and recording["precision"] not in ("float32", "float64"):
        observation = None
        notes.append(f"its weights are {recording['precision']}, which is not identified")
    elif observation is None and recording["observed"]:
        notes.append("its learning rate, decay rate or epsilon is not known: not identified")
    return Recorded(
        name,
        recording["version"],
        call.library if call else "",
        settings,
        tuple(rates),
        recording["taken"],
        len(recording["observed"]),
        tuple(notes),
        observation,
    )


def _of_optax(made: Mapping[str, Any]) -> tuple[str, Call, dict[str, Any]]:
    """What Optax's functions were called with, as settings of `rmsprop` or of a chain."""
    plain, chain = calls_of("Optax")
    order = str(made["order"]).split()
    if "rmsprop" in order and "add_decayed_weights" not in order:
        whole = {k.partition(".")[2]: v for k, v in made.items() if k.startswith("rmsprop.")}
        return "optax.rmsprop", plain, whole
    settings: dict[str, Any] = {}
    for name, places in _CHAIN.items():
        if (known := next((made[p] for p in places if made.get(p) is not None), None)) is not None:
            settings[name] = known
    settings["centered"] = "scale_by_stddev" in order
    if "add_decayed_weights" in order:
        rms = next((i for i, n in enumerate(order) if n.startswith("scale_by_r")), len(order))
        coupled = order.index("add_decayed_weights") < rms
        decay = made.get("add_decayed_weights.weight_decay")
        settings["weight_decay" if coupled else "decoupled_decay"] = decay
        clips = [i for i, n in enumerate(order) if n.startswith("clip")]
        settings["decay_before_clip"] = bool(clips) and (
            order.index("add_decayed_weights") < clips[0]
        )
    if "trace" in order and "scale_by_learning_rate" in order:
        settings["lr_before_momentum"] = order.index("scale_by_learning_rate") < order.index(
            "trace"
        )
    return "optax.chain", chain, settings


def _observation(
    recording: Mapping[str, Any], call: Call | None, settings: Mapping[str, Any], rates: list[float]
) -> dict[str, Any] | None:
    """The file for `identify`; None where hyperparameters are not known."""
    if call is not None:
        values = call.values(settings)
        claim = [*call.dialect(settings).deviations]
    else:
        names = hyperparameters_by_name(settings, [*HYPERPARAMETERS, *OPTIONS])
        numbers = {r: settings[n] for n, r in names.items()}
        values = {r: float(x) for r, x in numbers.items() if isinstance(x, int | float)}
        claim = []
    if rates:
        values["learning_rate"] = rates[0]
    if not set(HYPERPARAMETERS) <= values.keys():
        return None
    constant = len(set(rates)) <= 1

    def arrays(row: list[list[float] | None]) -> dict[str, list[Any]]:
        return {f"w{i}": list(map(to_json, a)) for i, a in enumerate(row) if a is not None}

    return {
        "format": OBSERVATION,
        "precision": recording["precision"],
        "learning_rate": values["learning_rate"] if constant else rates,
        "decay_rate": values["decay_rate"],
        "epsilon": values["epsilon"],
        "options": {n: v for n, v in values.items() if n in OPTIONS and v},
        "weights": arrays(recording["weights"]),
        "gradients": [arrays(row) for row in recording["gradients"]],
        # Arrays that took no part stay as they are; files give every array of a step.
        "observed": [arrays(row) for row in recording["observed"]],
        "dialect": claim or ["reference"],
    }
