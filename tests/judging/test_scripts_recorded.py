"""What was written of a script's optimizer is read as an observation with its claim."""

from __future__ import annotations

import math
from typing import Any

import pytest

from harness.judging.recorded import recorded, recordings
from harness.model.messages import OBSERVATION

TORCH = ["torch.optim.rmsprop.RMSprop", "torch.optim.optimizer.Optimizer"]
GIVEN = {"lr": 0.25, "alpha": 0.5, "eps": 1e-3}


def told(**changes: Any) -> dict[str, Any]:
    """An optimizer of PyTorch's that took two steps of three, of two arrays."""
    return {
        "objects": TORCH,
        "settings": GIVEN,
        "version": "9.9",
        "notes": ["a note"],
        "taken": 3,
        "precision": "float64",
        "rates": [0.25, 0.25],
        "weights": [[1.0, math.inf], [2.0]],
        "gradients": [[[1.0, 0.5], None], [[math.nan, 0.5], [3.0]]],
        "observed": [[[0.5, 1.0], [2.0]], [[0.25, 1.0], [1.0]]],
        **changes,
    }


def test_an_optimizer_of_the_table_is_read_whole() -> None:
    found = recorded(told())
    assert (found.name, found.version, found.library) == (TORCH[0], "9.9", "PyTorch")
    assert (found.settings, found.rates) == (GIVEN, (0.25, 0.25))
    assert (found.taken, found.recorded, found.notes) == (3, 2, ("a note",))
    assert found.observation == {
        "format": OBSERVATION,
        "precision": "float64",
        "learning_rate": 0.25,
        "decay_rate": 0.5,
        "epsilon": 1e-3,
        "options": {},
        "weights": {"w0": [1.0, "Infinity"], "w1": [2.0]},
        "gradients": [{"w0": [1.0, 0.5]}, {"w0": ["NaN", 0.5], "w1": [3.0]}],
        "observed": [{"w0": [0.5, 1.0], "w1": [2.0]}, {"w0": [0.25, 1.0], "w1": [1.0]}],
        "dialect": ["reference"],
    }


def observation(**changes: Any) -> dict[str, Any]:
    found = recorded(told(**changes)).observation
    assert found is not None
    return dict(found)


def test_settings_say_what_it_should_compute_and_options_are_those_that_are_on() -> None:
    found = observation(settings={**GIVEN, "momentum": 0.75, "centered": True, "weight_decay": 0})
    assert found["dialect"] == ["centered=yes", "momentum=lr_out_of_buffer"]
    assert found["options"] == {"momentum": 0.75}


def test_a_rate_that_changes_is_given_step_by_step_from_the_schedule_where_there_is_one() -> None:
    assert observation(rates=[0.5, 0.25])["learning_rate"] == [0.5, 0.25]
    assert observation(rates=[0.5, 0.5])["learning_rate"] == 0.5
    scheduled = recorded(told(schedule=[0.5, 0.125, 0.0625]))
    assert scheduled.rates == (0.5, 0.125)
    assert scheduled.observation is not None
    assert scheduled.observation["learning_rate"] == [0.5, 0.125]
    # Where nobody knows it, the one that was given.
    unknown = recorded(told(rates=[0.5, math.nan]))
    assert unknown.rates == ()
    assert unknown.observation is not None
    assert unknown.observation["learning_rate"] == 0.25


UNKNOWN = "its learning rate, decay rate or epsilon is not known: not identified"


@pytest.mark.parametrize(
    ("changes", "notes"),
    [
        ({"precision": "float16"}, ["its weights are float16, which is not identified"]),
        ({"observed": []}, []),
        ({"objects": ["mine.Own"], "settings": {"lr": 0.5, "alpha": 0.5}}, [UNKNOWN]),
        ({"objects": ["mine.Own"], "settings": {**GIVEN, "eps": None}}, [UNKNOWN]),
        ({"observed": [], "precision": "float16"}, []),
    ],
)
def test_what_is_not_identified_says_why_if_anything_was_seen(
    changes: dict[str, Any], notes: list[str]
) -> None:
    found = recorded(told(**changes))
    assert found.observation is None
    assert found.notes == ("a note", *notes)
    assert found.recorded == len(changes.get("observed", [1, 2]))


def test_an_optimizer_that_nobody_knows_is_read_by_the_names_of_its_settings() -> None:
    own = told(objects=["mine.Own"], settings={**GIVEN, "momentum": 1, "name": "x"}, rates=[0.5])
    found = recorded(own)
    assert (found.name, found.library) == ("mine.Own", "")
    assert found.observation is not None
    assert found.observation["dialect"] == ["reference"]
    assert found.observation["learning_rate"] == 0.5
    assert found.observation["options"] == {"momentum": 1.0}
    # The second of the names that it derives from may be a library's.
    derived = recorded(told(objects=["mine.Own", TORCH[0]]))
    assert (derived.name, derived.library) == ("mine.Own", "PyTorch")


# -- groups of parameters --------------------------------------------------------------------------


def group(number: int, of: int = 3, **changes: Any) -> dict[str, Any]:
    """A group of one optimizer's, of one array that is told by its weight."""
    return told(
        optimizer=7,
        group=number,
        of=of,
        weights=[[float(number)]],
        gradients=[[[0.5]], [None]],
        observed=[[[number + 0.25]], [[number + 0.5]]],
        **changes,
    )


def test_groups_that_are_alike_are_read_as_one_and_say_what_the_others_have_of_their_own() -> None:
    faster = {**GIVEN, "lr": 0.5, "momentum": 0.75}
    found = recordings([group(0), group(1, settings=faster, rates=[0.5, 0.5]), group(2)])
    assert [(f.groups, f.of, f.own) for f in found] == [
        ((0, 2), 3, ("lr", "momentum")),
        ((1,), 3, ("lr", "momentum")),
    ]
    assert [f.settings for f in found] == [GIVEN, faster]
    joined = found[0].observation
    assert joined is not None
    assert joined["weights"] == {"w0": [0.0], "w1": [2.0]}
    assert joined["gradients"] == [{"w0": [0.5], "w1": [0.5]}, {}]
    assert joined["observed"] == [{"w0": [0.25], "w1": [2.25]}, {"w0": [0.5], "w1": [2.5]}]


@pytest.mark.parametrize(
    "changes",
    [
        {"objects": ["mine.Own"]},
        {"precision": "float32"},
        {"taken": 9},
        {"rates": [0.25, 0.5]},
        {"notes": []},
    ],
)
def test_groups_that_were_treated_otherwise_stand_for_themselves(changes: dict[str, Any]) -> None:
    found = recordings([group(0, of=2), group(1, of=2, **changes)])
    assert [(f.groups, f.of, f.own) for f in found] == [((0,), 2, ()), ((1,), 2, ())]


def test_optimizers_are_parted_also_where_they_have_no_groups() -> None:
    """Those of libraries without groups, and those of one group."""
    other = {**GIVEN, "lr": 0.5}
    alone = [told(), told(), told(settings=other), group(0, of=1)]
    found = recordings([*alone, {**group(0), "optimizer": 8}])
    assert [(f.groups, f.of, f.own) for f in found] == [((), 1, ())] * 4 + [((0,), 3, ())]
    assert [f.settings for f in found] == [GIVEN, GIVEN, other, GIVEN, GIVEN]
    assert recordings([]) == []


# -- Optax ----------------------------------------------------------------------------------------


def optax(order: str, **settings: Any) -> Any:
    given = {k.replace("__", "."): v for k, v in settings.items()}
    return recorded(told(objects=["optax"], settings={"order": order, **given}))


def test_a_call_of_rmsprop_has_its_own_settings_unless_weights_decay_beside_it() -> None:
    given = {"rmsprop__learning_rate": 0.25, "rmsprop__decay": 0.5, "rmsprop__eps": 1e-3}
    alone = optax("scale_by_rms rmsprop", **given, rmsprop__momentum=0.75)
    assert (alone.name, alone.library) == ("optax.rmsprop", "Optax")
    assert alone.settings == {"learning_rate": 0.25, "decay": 0.5, "eps": 1e-3, "momentum": 0.75}
    beside = optax("add_decayed_weights scale_by_rms rmsprop", **given)
    assert beside.name == "optax.chain"


CHAIN = {"scale_by_rms__decay": 0.5, "scale_by_rms__eps": 1e-3,
         "scale_by_learning_rate__learning_rate": 0.25}  # fmt: skip


@pytest.mark.parametrize(
    ("order", "given", "settings"),
    [
        ("scale_by_rms", {}, {"centered": False}),
        ("scale_by_stddev", {"scale_by_stddev__bias_correction": True},
         {"centered": True, "bias_correction": True}),
        ("trace scale_by_learning_rate", {"trace__decay": 0.75, "trace__nesterov": True},
         {"momentum": 0.75, "nesterov": True, "lr_before_momentum": False}),
        ("scale_by_learning_rate trace", {"trace__decay": 0.75},
         {"momentum": 0.75, "lr_before_momentum": True}),
        ("trace", {"trace__decay": 0.75}, {"momentum": 0.75}),
        ("add_decayed_weights scale_by_rms", {"add_decayed_weights__weight_decay": 0.1},
         {"weight_decay": 0.1, "decay_before_clip": False}),
        ("scale_by_rms add_decayed_weights", {"add_decayed_weights__weight_decay": 0.1},
         {"decoupled_decay": 0.1, "decay_before_clip": False}),
        ("add_decayed_weights clip scale_by_rms", {"add_decayed_weights__weight_decay": 0.1,
         "clip__max_delta": 2.0}, {"weight_decay": 0.1, "decay_before_clip": True, "clip": 2.0}),
        ("clip_by_global_norm add_decayed_weights clip scale_by_rms",
         {"add_decayed_weights__weight_decay": 0.1, "clip_by_global_norm__max_norm": 3.0},
         {"weight_decay": 0.1, "decay_before_clip": False, "clip_by_global_norm": 3.0}),
        # Of an order without a root, weights decay before it.
        ("add_decayed_weights", {"add_decayed_weights__weight_decay": 0.1},
         {"weight_decay": 0.1, "decay_before_clip": False}),
    ],
)  # fmt: skip
def test_a_chain_is_read_by_its_parts_and_their_order(
    order: str, given: dict[str, Any], settings: dict[str, Any]
) -> None:
    found = optax(order, **CHAIN, **given)
    assert (found.name, found.library) == ("optax.chain", "Optax")
    whole = {"decay": 0.5, "eps": 1e-3, "learning_rate": 0.25, "centered": False, **settings}
    assert found.settings == whole


def test_of_a_part_that_is_given_nothing_the_other_is_read() -> None:
    found = optax("scale_by_stddev", scale_by_rms__decay=None, scale_by_stddev__decay=0.75)
    assert found.settings == {"decay": 0.75, "centered": True}
