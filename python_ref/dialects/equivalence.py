"""When two dialects are the same thing: rewriting by the algebra of the formulas.

In exact arithmetic some choices have no effect beside others (nothing depends on epsilon where
there is no denominator), and some combinations are another name for a third. `canonical`
rewrites a dialect by these rules until none applies; dialects with one canonical form compute
the same for every input. The rules are sound; a test looks for pairs that they miss.
"""

from __future__ import annotations

from collections.abc import Callable

from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect

Choices = dict[str, str]
Constants = dict[str, float]


def canonical(dialect: Dialect) -> Dialect:
    """Return the simplest dialect that is equal in exact arithmetic for every input."""
    chosen = {name: dialect.choice(name) for name in AXES}
    constants = dict(dialect.constants)
    while True:
        before = dict(chosen), dict(constants)
        for rule in _RULES:
            rule(chosen, constants)
        if (chosen, constants) == before:
            return Dialect([f"{axis}={value}" for axis, value in chosen.items()], constants)


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
    # What differs is where the learning rate enters the buffer.
    if first.choice("schedule") != "no":
        return "never"
    return "always" if first.choice("learning_rate") == "ignored" else "constant learning rate"


def masked(dialect: Dialect) -> tuple[str, ...]:
    """Return the axes of which a port in this dialect shows nothing, whatever is chosen there."""
    simplest = canonical(dialect)
    result = []
    for name, axis in AXES.items():
        others = {n: v for n, v in dialect.choices().items() if n != name}
        variants = (
            Dialect([f"{n}={v}" for n, v in {**others, name: value}.items()], dialect.constants)
            for value in axis.names
        )
        if all(canonical(variant) == simplest for variant in variants):
            result.append(name)
    return tuple(result)


def _rate_in_buffer(dialect: Dialect) -> Dialect:
    chosen = dialect.choices()
    if chosen.get("momentum") == "lr_out_of_buffer":
        chosen["momentum"] = "lr_in_buffer"
    return Dialect([f"{axis}={value}" for axis, value in chosen.items()], dialect.constants)


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
        if not _uses_mean(chosen):
            _reset(chosen, "bias_correction")
            if chosen["state"] in ("shared", "stale"):
                _reset(chosen, "state")
            if chosen["order"] == "clip_after_average":
                _reset(chosen, "order")
        elif chosen["state"] == "stale":
            _reset(chosen, "state")


def _uses_mean(chosen: Choices) -> bool:
    return chosen["numerator"] == "mean_gradient" or chosen["centered"] == "yes"


def _mean_is_not_used(chosen: Choices, constants: Constants) -> None:
    if not _uses_mean(chosen):
        _reset(chosen, "mean_decay")
        constants.pop("mean_decay", None)


def _decay_is_not_used(chosen: Choices, _: Constants) -> None:
    """A sum and a last square do not decay; d may still be that of the mean."""
    by_average = chosen["average"] in ("ema", "swapped", "leaky_sum", "absolute")
    by_correction = chosen["bias_correction"] == "yes" and chosen["average"] != "none"
    by_mean = _uses_mean(chosen) and chosen["mean_decay"] == "given"
    if not (by_average or by_correction or by_mean):
        _reset(chosen, "decay_rate")


def _epsilon_is_not_used(chosen: Choices, _: Constants) -> None:
    if chosen["average"] == "none" or (
        chosen["epsilon"] == "none" and chosen["initial_average"] != "epsilon"
    ):
        _reset(chosen, "eps")


def _epsilon_zero(chosen: Choices, constants: Constants) -> None:
    if chosen["eps"] == "ignored" and constants.get("epsilon") == 0.0:
        if chosen["centered"] == "no" or chosen["epsilon"] != "maximum":
            chosen["epsilon"] = "none"
        if chosen["initial_average"] == "epsilon":
            _reset(chosen, "initial_average")


def _epsilon_without_root(chosen: Choices, _: Constants) -> None:
    """Where no root is taken, there is no inside."""
    if chosen["root"] == "none" and chosen["epsilon"] == "inside":
        if chosen["centered"] == "yes" and chosen["order"] == "epsilon_with_mean":
            return
        chosen["epsilon"] = "outside"


def _order_has_no_effect(chosen: Choices, _: Constants) -> None:
    if chosen["order"] in ("decay_before_clip", "clip_after_average"):
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
    if chosen["average"] == "last" and chosen["state"] != "stale":
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
    if chosen["momentum"] in ("lr_in_buffer", "lr_out_of_buffer"):
        _reset(chosen, "momentum")  # b = mu*0 + lr*u
    if chosen["schedule"] == "inverse_time_from_zero":
        _reset(chosen, "schedule")
    corrected = chosen["bias_correction"] == "yes"
    same = chosen["order"] != "clip_after_average"  # the mean is of what would be divided itself
    if corrected and chosen["numerator"] == "mean_gradient" and same:
        _reset(chosen, "numerator")  # m = (1-dm)*g / (1-dm)
    start, average = chosen["initial_average"], chosen["average"]
    # d*g*g + (1-d)*g*g; (1-d)*g*g / (1-d); 0 + g*g
    own_square = start == "first_square" and average in ("ema", "swapped") and not corrected
    first = corrected and start == "zero" and average == "ema" and chosen["centered"] == "no"
    summed = start == "zero" and average in ("sum", "leaky_sum") and not corrected
    if own_square or summed or (first and not _uses_mean(chosen)):
        chosen["average"] = "last"
        _reset(chosen, "bias_correction")
    plain = chosen["momentum"] == "no" and chosen["schedule"] == "no"
    if average == "none" and plain and chosen["numerator"] != "mean_gradient":
        _reset(chosen, "state")


def _options_without_effect(chosen: Choices, constants: Constants) -> None:
    for axis, name in (("momentum", "momentum"), ("weight_decay", "weight_decay")):
        if constants.get(name) == 0.0:
            _reset(chosen, axis)
    if constants.get("decay") == 0.0:
        _reset(chosen, "schedule")
    for axis, name in (
        ("momentum", "momentum"),
        ("weight_decay", "weight_decay"),
        ("clip", "clip"),
        ("schedule", "decay"),
    ):
        if chosen[axis] == AXES[axis].reference:
            constants.pop(name, None)


def _constants_without_effect(chosen: Choices, constants: Constants) -> None:
    for axis, name in (("learning_rate",) * 2, ("decay_rate",) * 2, ("eps", "epsilon")):
        if chosen[axis] == "given":
            constants.pop(name, None)


def _negative_rate(chosen: Choices, constants: Constants) -> None:
    """A negative rate is the other direction, unless weights decay by it too."""
    if constants.get("learning_rate", 0.0) < 0 and chosen["weight_decay"] != "decoupled":
        constants["learning_rate"] = -constants["learning_rate"]
        chosen["direction"] = "descent" if chosen["direction"] == "ascent" else "ascent"


_RULES: tuple[Callable[[Choices, Constants], None], ...] = (
    _nothing_is_written,
    _no_denominator,
    _mean_is_not_used,
    _decay_is_not_used,
    _epsilon_zero,
    _epsilon_is_not_used,
    _epsilon_without_root,
    _order_has_no_effect,
    _decay_of_sgd,
    _last_square,
    _nothing_remembered,
    _options_without_effect,
    _constants_without_effect,
    _negative_rate,
)
