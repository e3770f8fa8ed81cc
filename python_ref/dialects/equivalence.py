"""When two dialects are the same thing: rewriting by the algebra of the formulas.

In exact arithmetic some choices have no effect beside others (nothing depends on epsilon where
there is no denominator), and some combinations are another name for a third. `canonical`
rewrites a dialect by these rules until none applies; dialects with one canonical form compute
the same for every input. The rules are sound; a test looks for pairs that they miss.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.scenarios.hyperparameters import SCHEDULES

# Where epsilon is in the denominator; elsewhere it is added to what comes of the division.
_BELOW = ("outside", "inside", "maximum")
Choices = dict[str, str]
Constants = dict[str, float]


@lru_cache(maxsize=4096)  # the libraries' are asked for again and again
def canonical(dialect: Dialect) -> Dialect:
    """Return the simplest dialect that is equal in exact arithmetic for every input."""
    chosen = {name: dialect.choice(name) for name in AXES}
    constants = dict(dialect.constants)
    while True:
        before = dict(chosen), dict(constants)
        for rule in _RULES:
            rule(chosen, constants)
        if (chosen, constants) == before:
            return Dialect.choosing(chosen, constants)


def equivalence(a: Dialect, b: Dialect) -> str:
    """Say for which settings `a` and `b` are the same in exact arithmetic.

    Returns:
        "always"; "constant learning rate" if they part only where the learning rate changes
        from one step to the next; "never" if some input tells them apart whatever is set.
    """
    first, second = canonical(a), canonical(b)
    if first == second:
        return "always"
    if _rate_in_buffer(first) != _rate_in_buffer(second):
        return "never"
    buffers = {first.choice("momentum"), second.choice("momentum")}
    if len(buffers) > 1 and first.choice("epsilon") == "on_rate":
        return "never"  # which rate epsilon is added to, the buffer decides
    # What differs is where the learning rate enters the buffer, or which of several it is.
    rates = {first.choice("learning_rate"), second.choice("learning_rate")}
    if len(rates) == 1:
        if first.choice("schedule") != "no":
            return "never"
        if rates <= {"ignored", "first"}:
            return "always"
    return "constant learning rate"


def masked(dialect: Dialect) -> tuple[str, ...]:
    """Return the axes of which a port in this dialect shows nothing, whatever is chosen there."""
    simplest = canonical(dialect)
    result = []
    for name, axis in AXES.items():
        variants = (
            Dialect.choosing({**dialect.choices(), name: value}, dialect.constants)
            for value in axis.names
        )
        if all(canonical(variant) == simplest for variant in variants):
            result.append(name)
    return tuple(result)


def _rate_in_buffer(dialect: Dialect) -> Dialect:
    chosen = dialect.choices()
    if chosen.get("momentum") == "lr_out_of_buffer":
        chosen["momentum"] = "lr_in_buffer"
    if chosen.get("learning_rate") == "first":
        del chosen["learning_rate"]
    return Dialect.choosing(chosen, dialect.constants)


# -- rules --------------------------------------------------------------------------------


def _reset(chosen: Choices, *axes: str) -> None:
    for axis in axes:
        chosen[axis] = AXES[axis].reference


def _nothing_is_written(chosen: Choices, constants: Constants) -> None:
    if chosen["write"] == "none":
        _reset(chosen, *(axis for axis in AXES if axis != "write"))
        constants.clear()


def _no_denominator(chosen: Choices, _: Constants) -> None:
    """Without a denominator, whatever enters it only is of no effect."""
    if chosen["average"] == "none":
        _reset(chosen, "epsilon", "initial_average", "root", "centered")
        if chosen["numerator"] == "average":
            _reset(chosen, "numerator")
        if chosen["numerator"] != "mean_gradient":
            _reset(chosen, "bias_correction")
        if chosen["state"] in ("stale", "epsilon_kept", "root_kept"):
            _reset(chosen, "state")
        if not _uses_mean(chosen):
            if chosen["state"] == "shared":
                _reset(chosen, "state")
            if chosen["order"] == "clip_after_average":
                _reset(chosen, "order")


def _uses_mean(chosen: Choices) -> bool:
    """Whether anything of gradients themselves is remembered."""
    return chosen["numerator"] in _OF_MEANS or chosen["centered"] == "yes"


_OF_MEANS = ("mean_gradient", "sum_of_gradients")


def _averages_gradients(chosen: Choices) -> bool:
    return _uses_mean(chosen) and chosen["numerator"] != "sum_of_gradients"


def _mean_is_not_used(chosen: Choices, constants: Constants) -> None:
    if not _averages_gradients(chosen):
        _reset(chosen, "mean_decay")
        constants.pop("mean_decay", None)


def _decay_is_not_used(chosen: Choices, _: Constants) -> None:
    """A sum and a last square do not decay, all others do; d may still be that of the mean."""
    by_average = chosen["average"] not in ("sum", "last", "none")
    by_correction = chosen["bias_correction"] == "yes" and chosen["average"] != "none"
    by_mean = _averages_gradients(chosen) and chosen["mean_decay"] == "given"
    if not (by_average or by_correction or by_mean):
        _reset(chosen, "decay_rate")


def _epsilon_is_not_used(chosen: Choices, _: Constants) -> None:
    enters = chosen["epsilon"] != "none" or chosen["initial_average"] == "epsilon"
    enters = enters or chosen["state"] == "epsilon_kept"
    if chosen["average"] == "none" or not enters:
        _reset(chosen, "eps")


def _epsilon_zero(chosen: Choices, constants: Constants) -> None:
    if chosen["eps"] == "ignored" and constants.get("epsilon") == 0.0:
        if chosen["state"] == "epsilon_kept":
            _reset(chosen, "state")
        if chosen["centered"] == "no" or chosen["epsilon"] != "maximum":
            chosen["epsilon"] = "none"
        if chosen["initial_average"] == "epsilon":
            _reset(chosen, "initial_average")


def _epsilon_without_root(chosen: Choices, _: Constants) -> None:
    """Where no root is taken, there is no inside."""
    if chosen["root"] == "none" and chosen["epsilon"] == "inside":
        if chosen["centered"] == "yes" and chosen["order"] == "epsilon_with_mean":
            return
        if chosen["state"] == "epsilon_kept":  # it is in the average already, once
            return
        chosen["epsilon"] = "outside"


def _stored_otherwise(chosen: Choices, _: Constants) -> None:
    """What is kept in place of the average is used as it is kept; a last square is not."""
    if chosen["state"] == "global_step" and chosen["bias_correction"] == "no":
        _reset(chosen, "state")
    if chosen["state"] == "root_kept" and chosen["root"] == "none":
        _reset(chosen, "state")
    last = chosen["average"] == "last" and chosen["numerator"] != "average"
    plain = last and chosen["bias_correction"] == "no" and chosen["centered"] == "no"
    if chosen["state"] == "root_kept" and plain:
        _reset(chosen, "state")
    if chosen["state"] == "epsilon_kept":
        if chosen["epsilon"] == "none":
            chosen["epsilon"] = "inside"
        if plain and chosen["epsilon"] == "inside" and chosen["root"] != "none":
            _reset(chosen, "state")


def _nothing_to_skip(chosen: Choices, _: Constants) -> None:
    """Where nothing decays, an element with a zero gradient stays as it is anyway."""
    average, state = chosen["average"], chosen["state"]
    stays = average in ("last", "sum", "none") or state == "reset"
    stays = stays and state not in ("stale", "epsilon_kept", "root_kept")
    stays = stays and chosen["numerator"] in ("gradient", "sign") and chosen["centered"] == "no"
    stays = stays and chosen["momentum"] == "no" and chosen["weight_decay"] == "no"
    if stays and (chosen["epsilon"] in _BELOW or average == "none"):  # 0/0 is no number
        _reset(chosen, "untouched")


def _scale_has_no_effect(chosen: Choices, constants: Constants) -> None:
    """A scale cancels where numerator and root have it and nothing else stands beside them."""
    if constants.get("gradient_scale") == 1.0:
        _reset(chosen, "gradient_scale")
    cancels = chosen["epsilon"] not in (*_BELOW, "on_rate") and chosen["root"] == "sqrt"
    cancels = cancels and chosen["average"] in ("ema", "swapped", "sum", "leaky_sum", "last")
    cancels = cancels and chosen["numerator"] in ("gradient", *_OF_MEANS)
    cancels = cancels and chosen["initial_average"] in ("zero", "first_square")
    cancels = cancels and chosen["state"] in ("kept", "reset", "shared", "stale", "global_step")
    cancels = cancels and chosen["clip"] == "no" and chosen["weight_decay"] != "coupled"
    # Negative, it changes the sign.
    if cancels and constants.get("gradient_scale", 1.0) > 0:
        _reset(chosen, "gradient_scale")


def _sum_of_gradients(chosen: Choices, _: Constants) -> None:
    """A sum of gradients that is not divided is a buffer."""
    direct = chosen["average"] == "none" and chosen["momentum"] == "no"
    direct = direct and chosen["order"] != "clip_after_average"
    direct = direct and chosen["state"] in ("kept", "global_step")
    if direct and chosen["numerator"] == "sum_of_gradients":
        chosen["numerator"], chosen["momentum"] = "gradient", "lr_out_of_buffer"


def _order_has_no_effect(chosen: Choices, _: Constants) -> None:
    if chosen["numerator"] == "average" and chosen["order"] == "clip_after_average":
        _reset(chosen, "clip")  # nothing takes the clipped gradient
    if chosen["order"] == "maximize_before_decay":
        signed = chosen["weight_decay"] == "coupled" or chosen["numerator"] == "average"
        signed |= chosen["epsilon"] in ("on_quotient", "on_step", "on_weights")
        effective = chosen["direction"] == "ascent" and signed
    elif chosen["order"] in ("decay_before_clip", "clip_after_average"):
        coupled = chosen["weight_decay"] == "coupled" or chosen["order"] == "clip_after_average"
        effective = chosen["clip"] != "no" and coupled
    else:  # (v + eps) - m*m and (v - m*m) + eps differ in rounding alone
        centered = chosen["centered"] == "yes" and chosen["epsilon"] == "inside"
        effective = chosen["order"] == "epsilon_with_mean" and centered
    if not effective:
        _reset(chosen, "order")


def _decay_of_sgd(chosen: Choices, _: Constants) -> None:
    """W - lr*(g + wd*w) is w - lr*g - lr*wd*w where nothing comes in between."""
    direct = chosen["average"] == "none" and chosen["numerator"] == "gradient"
    direct = direct and chosen["momentum"] == "no" and chosen["direction"] == "descent"
    if direct and chosen["weight_decay"] == "coupled" and chosen["order"] == "default":
        chosen["weight_decay"] = "decoupled"


def _last_square(chosen: Choices, _: Constants) -> None:
    """V = g*g whatever was remembered, unless the step uses what was remembered."""
    if chosen["average"] == "last" and chosen["state"] not in (
        "stale",
        "epsilon_kept",
        "root_kept",
    ):
        _reset(chosen, "initial_average")
        if not _uses_mean(chosen) and chosen["state"] == "shared":
            _reset(chosen, "state")
        plain = chosen["momentum"] == "no" and chosen["schedule"] == "no"
        if plain and not _uses_mean(chosen) and chosen["bias_correction"] == "no":
            _reset(chosen, "state")


def _nothing_remembered(chosen: Choices, _: Constants) -> None:
    """What is forgotten at every call is as at a first step."""
    if chosen["state"] != "reset":
        return
    if chosen["momentum"] in ("lr_in_buffer", "lr_out_of_buffer") and not _rate_apart(chosen):
        _reset(chosen, "momentum")  # b = mu*0 + lr*u
    if chosen["schedule"] not in ("no", "inverse_time"):  # all start from the rate itself
        _reset(chosen, "schedule")
    if chosen["numerator"] == "sum_of_gradients" and chosen["order"] != "clip_after_average":
        _reset(chosen, "numerator")
    corrected = chosen["bias_correction"] == "yes"
    same = chosen["order"] != "clip_after_average"  # the mean is of what would be divided itself
    if corrected and chosen["numerator"] == "mean_gradient" and same:
        _reset(chosen, "numerator")  # m = (1-dm)*g / (1-dm)
    start, average = chosen["initial_average"], chosen["average"]
    # d*g*g + (1-d)*g*g; (1-d)*g*g / (1-d); 0 + g*g
    own_square = start == "first_square" and average in ("ema", "swapped") and not corrected
    first = corrected and start == "zero" and average == "ema" and chosen["centered"] == "no"
    summed = start == "zero" and average in ("sum", "leaky_sum") and not corrected
    first &= not _uses_mean(chosen) and chosen["numerator"] != "average"  # which is not corrected
    if own_square or summed or first:
        chosen["average"] = "last"
        _reset(chosen, "bias_correction")
    plain = chosen["momentum"] == "no" and chosen["schedule"] == "no"
    if average == "none" and plain and chosen["numerator"] != "mean_gradient":
        _reset(chosen, "state")


def _rate_apart(chosen: Choices) -> bool:
    """Whether epsilon is added where the learning rate would be, which a buffer puts elsewhere."""
    return chosen["epsilon"] == "on_rate" and chosen["momentum"] == "lr_out_of_buffer"


def _start_of_another_name(chosen: Choices, constants: Constants) -> None:
    if chosen["initial_average"] == "constant":
        names = {0.0: "zero", 1.0: "one"}
        start = constants.get("initial_average")
        chosen["initial_average"] = "constant" if start is None else names.get(start, "constant")


def _options_without_effect(chosen: Choices, constants: Constants) -> None:
    for axis, name in (("momentum", "momentum"), ("weight_decay", "weight_decay")):
        if constants.get(name) == 0.0 and not (axis == "momentum" and _rate_apart(chosen)):
            _reset(chosen, axis)
    summed = chosen["numerator"] == "sum_of_gradients" and constants.get("momentum") == 0.0
    if summed and chosen["order"] != "clip_after_average":
        _reset(chosen, "numerator")
    if constants.get("decay") == 0.0 and chosen["schedule"].startswith("inverse_time"):
        _reset(chosen, "schedule")
    if constants.get("factor") == 1.0 and chosen["schedule"] in ("exponential", "steps"):
        _reset(chosen, "schedule")
    if constants.get("every") == 1.0 and chosen["schedule"] == "steps":
        chosen["schedule"] = "exponential"
    used = {name for axis, value in chosen.items() for name in AXES[axis][value].constants}
    brought = ("momentum", "weight_decay", "clip", "gradient_scale", "initial_average")
    for name in (*brought, *SCHEDULES):
        if name not in used:
            constants.pop(name, None)


def _constants_without_effect(chosen: Choices, constants: Constants) -> None:
    for axis, name in (("learning_rate",) * 2, ("decay_rate",) * 2, ("eps", "epsilon")):
        if chosen[axis] != "ignored":
            constants.pop(name, None)


def _negative_rate(chosen: Choices, constants: Constants) -> None:
    """A negative rate is the other direction, unless weights decay by it or epsilon joins it."""
    joined = chosen["weight_decay"] == "decoupled" or chosen["epsilon"] == "on_rate"
    if constants.get("learning_rate", 0.0) < 0 and not joined:
        other = {"on_step": "on_weights", "on_weights": "on_step"}
        chosen["epsilon"] = other.get(chosen["epsilon"], chosen["epsilon"])
        constants["learning_rate"] = -constants["learning_rate"]
        chosen["direction"] = "descent" if chosen["direction"] == "ascent" else "ascent"


_RULES: tuple[Callable[[Choices, Constants], None], ...] = (
    _nothing_is_written,
    _start_of_another_name,
    _no_denominator,
    _mean_is_not_used,
    _decay_is_not_used,
    _epsilon_zero,
    _epsilon_is_not_used,
    _epsilon_without_root,
    _stored_otherwise,
    _nothing_to_skip,
    _scale_has_no_effect,
    _sum_of_gradients,
    _order_has_no_effect,
    _decay_of_sgd,
    _last_square,
    _nothing_remembered,
    _options_without_effect,
    _constants_without_effect,
    _negative_rate,
)
