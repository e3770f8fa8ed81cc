"""The axes on which RMSProps differ: one table, a row per value, formula and words beside it.

Everything else derives from this table: what a dialect may say, how it is stepped, what a
diagnosis says, what the list of dialects shows. The first value of every axis is the
reference, the Python code that started this project.

In the formulas g is the gradient, v the moving average of squared gradients, m that of
gradients, b the momentum buffer, w the weight, u the quotient of numerator and denominator;
lr, d, eps, mu, wd and c are learning rate, decay rate, epsilon, momentum, weight decay and
clip; t counts steps from 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from types import MappingProxyType


@dataclass(frozen=True)
class Value:
    """One choice on an axis.

    Attributes:
        name: as written in ``axis=name``.
        formula: what is computed.
        sentence: the same as a person would say it of a port, without a full stop.
        constant: the hyperparameter this choice needs beyond the three of the reference, or
            replaces by one of the port's own; empty if none.
    """

    name: str
    formula: str
    sentence: str
    constant: str = ""


@dataclass(frozen=True)
class Axis:
    """A question with a closed list of answers, the reference's first."""

    name: str
    question: str
    values: tuple[Value, ...]

    @cached_property
    def reference(self) -> str:
        """The name of the reference's value."""
        return self.values[0].name

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The values' names in order."""
        return tuple(value.name for value in self.values)

    def __getitem__(self, name: str) -> Value:
        """Return the value called `name`; KeyError if there is none."""
        for value in self.values:
            if value.name == name:
                return value
        raise KeyError(name)


HYPERPARAMETERS = ("learning_rate", "decay_rate", "epsilon", "momentum")
"""Those that libraries are known to round to float32 on the way in, in the order joined by +."""


def _rounded_hyperparameters() -> tuple[Value, ...]:
    rows = []
    for count in range(1, len(HYPERPARAMETERS) + 1):
        for names in combinations(HYPERPARAMETERS, count):
            spoken = [name.replace("_", " ") for name in names]
            listed = " and ".join([", ".join(spoken[:-1]), spoken[-1]] if count > 1 else spoken)
            rows.append(
                Value(
                    "+".join(names),
                    ", ".join(f"{name} = (double) (float) {name}" for name in names),
                    f"{listed} {'are' if count > 1 else 'is'} rounded to float32 on the way in",
                )
            )
    return tuple(rows)


_TABLE: tuple[Axis, ...] = (
    Axis("epsilon", "where epsilon goes", (
        Value("outside", "g / (sqrt(v) + eps)", "epsilon is added outside the square root"),
        Value("inside", "g / sqrt(v + eps)", "epsilon is inside the square root"),
        Value("none", "g / sqrt(v)", "there is no epsilon"),
        Value("maximum", "g / max(sqrt(v), eps)",
              "epsilon is a lower limit of the root, not added to it"),
    )),
    Axis("initial_average", "what the moving average starts from", (
        Value("zero", "v0 = 0", "the moving average starts at zero"),
        Value("one", "v0 = 1", "the moving average starts at one"),
        Value("epsilon", "v0 = eps", "the moving average starts at epsilon"),
        Value("first_square", "v0 = g1*g1",
              "the moving average starts at the square of the first gradient"),
    )),
    Axis("average", "what is averaged, and how", (
        Value("ema", "v = d*v + (1-d)*g*g",
              "an exponential moving average of squared gradients"),
        Value("swapped", "v = (1-d)*v + d*g*g",
              "the decay rate and its complement are swapped in the average"),
        Value("sum", "v = v + g*g",
              "squared gradients are summed and never decay, as in AdaGrad"),
        Value("leaky_sum", "v = d*v + g*g",
              "the new square is not multiplied by 1 - decay rate"),
        Value("last", "v = g*g", "only the last square counts: nothing is averaged"),
        Value("absolute", "v = d*v + (1-d)*abs(g)",
              "absolute values are averaged instead of squares"),
        Value("none", "w = w - lr*g", "there is no denominator at all, as in SGD"),
    )),
    Axis("state", "what is remembered between steps", (
        Value("kept", "v of this array, after its update",
              "each array's moving average is kept between steps"),
        Value("reset", "v = v0, m = 0, b = 0, t = 1 at every call",
              "the state is forgotten at every call"),
        Value("shared", "one v and one m for all arrays, by index",
              "all arrays share one moving average"),
        Value("stale", "g / (sqrt(v before the update) + eps)",
              "the step uses the moving average from before its update"),
    )),
    Axis("root", "whether the root is taken", (
        Value("sqrt", "g / (sqrt(v) + eps)", "the gradient is divided by the root"),
        Value("none", "g / (v + eps)", "the square root is missing"),
    )),
    Axis("numerator", "what is divided", (
        Value("gradient", "g / (sqrt(v) + eps)", "the gradient is divided"),
        Value("sign", "sign(g) / (sqrt(v) + eps)",
              "the sign of the gradient is divided, not the gradient"),
        Value("mean_gradient", "m / (sqrt(v) + eps), m = dm*m + (1-dm)*g",
              "a moving average of the gradient is divided, as in Adam"),
    )),
    Axis("mean_decay", "the decay rate of the averaged gradient", (
        Value("given", "dm = mean_decay if given, else d",
              "the averaged gradient decays as was given"),
        Value("ignored", "dm = a constant",
              "the averaged gradient has a decay rate of its own", "mean_decay"),
    )),
    Axis("direction", "the sign of the step", (
        Value("descent", "w = w - step", "the step goes down the gradient"),
        Value("ascent", "w = w + step", "the step goes up the gradient: the sign is wrong"),
    )),
    Axis("write", "which weights are written", (
        Value("all", "every element", "every weight is written"),
        Value("none", "no element", "no weight is ever written"),
        Value("first_element", "element 0 of each array",
              "only the first element of each array is written"),
        Value("all_but_last", "every element of each array but its last",
              "the last element of each array is not written"),
        Value("first_array", "the first array in map order",
              "only the first array is written"),
    )),
    Axis("bias_correction", "whether averages are divided by 1 - d^t", (
        Value("no", "v, m", "averages are used as they are"),
        Value("yes", "v / (1 - d^t), m / (1 - dm^t)",
              "averages are corrected for their start at zero, as in Adam"),
    )),
    Axis("centered", "whether the variance is used", (
        Value("no", "v", "the mean of squares is used"),
        Value("yes", "v - m*m", "the squared mean gradient is subtracted: the variance is used"),
    )),
    Axis("momentum", "whether steps are accumulated, and where the learning rate goes", (
        Value("no", "w = w - lr*u", "there is no momentum"),
        Value("lr_in_buffer", "b = mu*b + lr*u; w = w - b",
              "momentum, with the learning rate inside the buffer", "momentum"),
        Value("lr_out_of_buffer", "b = mu*b + u; w = w - lr*b",
              "momentum, with the learning rate outside the buffer", "momentum"),
        Value("nesterov", "b = mu*b + lr*u; w = w - (mu*b + lr*u)",
              "Nesterov momentum", "momentum"),
    )),
    Axis("weight_decay", "whether weights decay", (
        Value("no", "g", "weights do not decay"),
        Value("coupled", "g = g + wd*w",
              "weight decay is added to the gradient", "weight_decay"),
        Value("decoupled", "w = w - step - lr*wd*w",
              "weights decay by themselves, in proportion to the learning rate", "weight_decay"),
        Value("decoupled_unscaled", "w = w - step - wd*w",
              "weights decay by themselves, whatever the learning rate", "weight_decay"),
    )),
    Axis("clip", "whether gradients are clipped", (
        Value("no", "g", "gradients are not clipped"),
        Value("value", "g = min(max(g, -c), c)",
              "each gradient element is clipped", "clip"),
        Value("norm", "g = g * min(1, c/norm(g))",
              "each gradient array is clipped by its norm", "clip"),
        Value("global_norm", "g = g * min(1, c/norm of all arrays)",
              "gradients are clipped by the norm of all arrays together", "clip"),
    )),
    Axis("schedule", "whether the learning rate changes", (
        Value("no", "lr", "the learning rate stays"),
        Value("inverse_time", "lr / (1 + k*t)",
              "the learning rate falls with the number of steps", "decay"),
        Value("inverse_time_from_zero", "lr / (1 + k*(t-1))",
              "the learning rate falls from the second step on", "decay"),
    )),
    Axis("learning_rate", "which learning rate is used", (
        Value("given", "lr", "the learning rate that was given"),
        Value("ignored", "lr = a constant",
              "the learning rate that was given is ignored", "learning_rate"),
    )),
    Axis("decay_rate", "which decay rate is used", (
        Value("given", "d", "the decay rate that was given"),
        Value("ignored", "d = a constant",
              "the decay rate that was given is ignored", "decay_rate"),
    )),
    Axis("eps", "which epsilon is used", (
        Value("given", "eps", "the epsilon that was given"),
        Value("ignored", "eps = a constant",
              "the epsilon that was given is ignored", "epsilon"),
    )),
    Axis("precision", "which floats are computed with", (
        Value("float64", "every operation in double", "everything is computed in float64"),
        Value("float32", "every operation in float", "everything is computed in float32"),
        Value("float32_double",
              "float storage; average, 1-d and lr*g in float; root, +eps, / and - in double",
              "floats are stored and averaged, the quotient is computed in double"),
        Value("float32_wide", "float storage, every operation in double, narrowed at each store",
              "floats are stored, everything is computed in double"),
    )),
    Axis("float32_hyperparameters", "which hyperparameters are rounded to float32", (
        Value("none", "as given", "hyperparameters are used as they were given"),
        *_rounded_hyperparameters(),
    )),
    Axis("order", "the order in which a step is composed", (
        Value("default",
              "clip, coupled decay, averages, bias correction, centring, root and epsilon,"
              " numerator, momentum, direction, decoupled decay, write",
              "the usual order"),
        Value("decay_before_clip", "g = clip(g + wd*w)",
              "weight decay is added before the gradient is clipped"),
        Value("clip_after_average", "v from g, the numerator from clip(g)",
              "the average is taken of the gradient before it is clipped"),
        Value("epsilon_before_centring", "sqrt((v + eps) - m*m)",
              "epsilon is added before the squared mean is subtracted"),
        Value("epsilon_with_mean", "sqrt(v - (m*m + eps))",
              "epsilon is subtracted together with the squared mean: its sign is wrong"),
    )),
)  # fmt: skip

AXES: Mapping[str, Axis] = MappingProxyType({axis.name: axis for axis in _TABLE})
"""The axes by name, in the order in which deviations are written."""

DEVIATION_CONSTANTS: Mapping[str, float] = MappingProxyType(
    {
        "momentum": 0.9,
        "weight_decay": 0.1,
        "clip": 1.0,
        "decay_rate": 0.95,
        "epsilon": 1e-3,
        "mean_decay": 0.8,
        "decay": 0.1,
    }
)
"""What a deviation uses where neither it nor the scenario says: stated for the power matrix.

The learning rate has none: ignored without a constant, it is a third of the given one.
"""
