"""The axes on which RMSProps differ: one table, a row per value, formula and words beside it.

Everything else derives from this table: what a dialect may say, how it is stepped, what a
diagnosis says, what the list of dialects shows. The first value of every axis is the
reference, the Python code that started this project.

In the formulas g is the gradient, v the moving average of squared gradients, m that of
gradients, b the momentum buffer, w the weight, u the quotient of numerator and denominator;
lr, d, eps, mu, wd and c are learning rate, decay rate, epsilon, momentum, weight decay and
clip; t counts steps from 1; s, f and n are constants of a scale or a schedule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from types import MappingProxyType

from python_ref.scenarios.hyperparameters import HYPERPARAMETERS


@dataclass(frozen=True)
class Value:
    """One choice on an axis.

    Attributes:
        name: as written in ``axis=name``.
        formula: what is computed.
        sentence: what that means, in words for a person who ports optimizers: a statement about
            the port that stands alone, without the formula and without a full stop.
        constant: the hyperparameter this choice needs beyond the three of the reference, or
            replaces by one of the port's own; several with a space between, empty if none.
    """

    name: str
    formula: str
    sentence: str
    constant: str = ""

    @property
    def constants(self) -> tuple[str, ...]:
        """The names of the constants that this choice needs."""
        return tuple(self.constant.split())


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


ROUNDED = (*HYPERPARAMETERS, "momentum", "weight_decay", "clip")
"""Those that libraries are known to round to float32 on the way in, in the order joined by +."""


BY_NORM = ("norm", "global_norm", "norm_plus_epsilon", "global_norm_plus_epsilon")
"""The values of `clip` by which gradients are scaled."""

BY_NORM_OF_ALL = ("global_norm", "global_norm_plus_epsilon")
"""Those of them that take all arrays together."""

BY_NORM_PLUS = ("norm_plus_epsilon", "global_norm_plus_epsilon")
"""Those of them that add NORM_EPSILON to the norm."""

NUMBERS = ("precision", "float32_hyperparameters", "subnormals")
"""The axes of the floats that are computed with, which no formula shows."""

NORM_EPSILON = 1e-6
"""What PyTorch's clip_grad_norm_, and who writes it anew, adds to a norm before dividing by it."""


def _rounded_hyperparameters() -> tuple[Value, ...]:
    rows = []
    for count in range(1, len(ROUNDED) + 1):
        for names in combinations(ROUNDED, count):
            spoken = [name.replace("_", " ") for name in names]
            listed = " and ".join([", ".join(spoken[:-1]), spoken[-1]] if count > 1 else spoken)
            rows.append(
                Value(
                    "+".join(names),
                    ", ".join(f"(float) {name}" for name in names),
                    f"{listed} {'are' if count > 1 else 'is'} rounded to float32 before use",
                )
            )
    return tuple(rows)


_TABLE: tuple[Axis, ...] = (
    Axis("epsilon", "where epsilon goes", (
        Value("outside", "g / (sqrt(v) + eps)", "epsilon is added outside the square root"),
        Value("inside", "g / sqrt(v + eps)", "epsilon is added inside the square root"),
        Value("none", "g / sqrt(v)", "no epsilon is added"),
        Value("maximum", "g / max(sqrt(v), eps)",
              "epsilon is the smallest denominator allowed and is not added to it"),
        Value("on_quotient", "g / sqrt(v) + eps",
              "epsilon is added after the division, to the quotient"),
        Value("on_rate", "(lr / sqrt(v) + eps) * g",
              "epsilon is added to the learning rate once that is divided by the root"),
        Value("on_step", "w = w - (lr*g / sqrt(v) + eps)",
              "epsilon is added to the step itself, and subtracted from the weights with it"),
        Value("on_weights", "w = w - lr*g / sqrt(v) + eps",
              "epsilon is added to the weights themselves, after the step"),
    )),
    Axis("initial_average", "what the moving average starts from", (
        Value("zero", "v0 = 0", "the moving average starts at zero"),
        Value("one", "v0 = 1", "the moving average starts at one"),
        Value("epsilon", "v0 = eps", "the moving average starts at epsilon"),
        Value("first_square", "v0 = g1*g1",
              "the moving average starts at the square of the first gradient"),
        Value("constant", "v0 = a constant",
              "the moving average starts at a constant of the port's own", "initial_average"),
    )),
    Axis("average", "what is averaged, and how", (
        Value("ema", "v = d*v + (1-d)*g*g",
              "the moving average is an exponential one, of squared gradients"),
        Value("swapped", "v = (1-d)*v + d*g*g",
              "the decay rate and 1 - decay rate are swapped in the moving average"),
        Value("sum", "v = v + g*g",
              "squared gradients are summed and never decay, as in AdaGrad"),
        Value("leaky_sum", "v = d*v + g*g",
              "the new squared gradient is not multiplied by 1 - decay rate"),
        Value("last", "v = g*g",
              "nothing is averaged: only the latest squared gradient counts"),
        Value("absolute", "v = d*v + (1-d)*abs(g)",
              "absolute values of the gradients are averaged, not their squares"),
        Value("none", "w = w - lr*g",
              "the gradient is not divided by a moving average, as in SGD"),
    )),
    Axis("state", "what is kept between steps", (
        Value("kept", "v of this array, after its update",
              "the moving average of each array is kept from step to step"),
        Value("reset", "v = v0, m = 0, b = 0, t = 1 at every step",
              "each step starts from scratch: the average is not kept"),
        Value("shared", "one v and one m for all arrays, by index",
              "all arrays share one moving average"),
        Value("stale", "g / (sqrt(v before the update) + eps)",
              "each step uses the moving average from before it is updated"),
        Value("epsilon_kept", "v = (d*v + (1-d)*g*g) + eps",
              "epsilon is added to the moving average itself and kept in it"),
        Value("root_kept", "v = sqrt(d*v + (1-d)*g*g)",
              "the root is kept in place of the moving average"),
        Value("global_step", "t counts the calls, whatever arrays took part",
              "all arrays share one step count"),
    )),
    Axis("root", "whether the root is taken", (
        Value("sqrt", "g / (sqrt(v) + eps)",
              "the square root of the moving average is taken"),
        Value("none", "g / (v + eps)",
              "the square root is missing: the moving average itself is the denominator"),
        Value("multiplied", "g * (sqrt(v) + eps)",
              "the gradient is multiplied by the root, not divided"),
    )),
    Axis("numerator", "what is divided", (
        Value("gradient", "g / (sqrt(v) + eps)", "the gradient itself is divided"),
        Value("sign", "sign(g) / (sqrt(v) + eps)",
              "the sign of the gradient is divided, not the gradient itself"),
        Value("mean_gradient", "m / (sqrt(v) + eps), m = dm*m + (1-dm)*g",
              "a moving average of the gradients is divided, as in Adam"),
        Value("sum_of_gradients", "m / (sqrt(v) + eps), m = mu*m + g",
              "a decaying sum of the gradients is divided", "momentum"),
        Value("average", "v / (sqrt(v) + eps)",
              "the moving average itself is divided, not the gradient"),
    )),
    Axis("mean_decay", "the decay rate of the averaged gradients", (
        Value("given", "dm = mean_decay if given, else d",
              "the moving average of the gradients decays at the rate given"),
        Value("ignored", "dm = a constant",
              "the moving average of the gradients has a decay rate of its own", "mean_decay"),
    )),
    Axis("direction", "the sign of the step", (
        Value("descent", "w = w - step", "the step is subtracted from the weights"),
        Value("ascent", "w = w + step", "the step is added to the weights, not subtracted"),
    )),
    Axis("write", "which weights are updated", (
        Value("all", "w[i] for every i", "every weight is updated"),
        Value("none", "w[i] for no i", "no weight is ever updated"),
        Value("first_element", "w[0] only", "only the first element of each array is updated"),
        Value("all_but_last", "w[i] for every i but the last",
              "the last element of each array is never updated"),
        Value("first_array", "w[i] of the first array only, in map order",
              "only the first array is updated"),
        Value("last_array", "w[i] of the last array only, in map order",
              "only the last array is updated"),
    )),
    Axis("bias_correction", "whether averages are divided by 1 - d^t", (
        Value("no", "v, m", "averages are used without bias correction"),
        Value("yes", "v / (1 - d^t), m / (1 - dm^t)",
              "averages are corrected for having started at zero (bias correction), as in Adam"),
    )),
    Axis("centered", "whether the variance is used", (
        Value("no", "v", "the average of squared gradients is used, not their variance"),
        Value("yes", "v - m*m",
              "the variance is used: the square of the mean gradient is subtracted"
              " from the average of the squares"),
    )),
    Axis("momentum", "whether steps are accumulated, and where the learning rate goes", (
        Value("no", "w = w - lr*u", "there is no momentum"),
        Value("lr_in_buffer", "b = mu*b + lr*u; w = w - b",
              "there is momentum, and the learning rate is applied before its buffer",
              "momentum"),
        Value("lr_out_of_buffer", "b = mu*b + u; w = w - lr*b",
              "there is momentum, and the learning rate is applied after its buffer",
              "momentum"),
        Value("nesterov", "b = mu*b + lr*u; w = w - (mu*b + lr*u)",
              "there is Nesterov momentum", "momentum"),
    )),
    Axis("weight_decay", "whether weights decay", (
        Value("no", "g", "there is no weight decay"),
        Value("coupled", "g = g + wd*w",
              "weight decay is added to the gradient (an L2 penalty)", "weight_decay"),
        Value("decoupled", "w = w - step - lr*wd*w",
              "weights decay by themselves, in proportion to the learning rate, as in AdamW",
              "weight_decay"),
        Value("decoupled_unscaled", "w = w - step - wd*w",
              "weights decay by themselves, whatever the learning rate", "weight_decay"),
    )),
    Axis("clip", "whether gradients are clipped", (
        Value("no", "g", "gradients are not clipped"),
        Value("value", "g = min(max(g, -c), c)",
              "each element of the gradients is clipped", "clip"),
        Value("norm", "g = g * min(1, c/norm(g))",
              "the gradients of each array are clipped by their norm", "clip"),
        Value("global_norm", "g = g * min(1, c/norm of all arrays)",
              "gradients are clipped by the norm of all arrays together", "clip"),
        Value("norm_plus_epsilon", "g = g * min(1, c/(norm(g) + 1e-6))",
              "the gradients of each array are clipped by their norm, to which 1e-6 is added",
              "clip"),
        Value("global_norm_plus_epsilon", "g = g * min(1, c/(norm of all arrays + 1e-6))",
              "gradients are clipped by the norm of all arrays together, to which 1e-6 is added",
              "clip"),
    )),
    Axis("gradient_scale", "whether gradients are scaled", (
        Value("no", "g", "gradients are taken as they are"),
        Value("constant", "g = s*g", "every gradient is multiplied by a constant",
              "gradient_scale"),
    )),
    Axis("untouched", "what happens to elements whose gradient is zero", (
        Value("updated", "v = d*v", "elements with a zero gradient are updated like all others"),
        Value("skipped", "v, m, b and w stay where g = 0",
              "elements with a zero gradient are left alone, average included"),
    )),
    Axis("schedule", "whether the learning rate changes", (
        Value("no", "lr", "the learning rate does not change from step to step"),
        Value("inverse_time", "lr / (1 + k*t)",
              "the learning rate falls from step to step, from the first step on", "decay"),
        Value("inverse_time_from_zero", "lr / (1 + k*(t-1))",
              "the learning rate falls from step to step, from the second step on", "decay"),
        Value("exponential", "lr * f^(t-1)",
              "the learning rate is multiplied by a factor after every step", "factor"),
        Value("steps", "lr * f^floor((t-1)/n)",
              "every n steps the learning rate is multiplied by a factor", "factor every"),
        Value("linear_to_zero", "lr * max(0, 1 - (t-1)/n)",
              "the learning rate falls to zero in a straight line", "total"),
    )),
    Axis("learning_rate", "which learning rate is used", (
        Value("given", "lr", "the learning rate given is used"),
        Value("ignored", "lr = a constant",
              "the port uses its own learning rate", "learning_rate"),
        Value("first", "lr = the first of those given",
              "the first learning rate given is used in every step"),
    )),
    Axis("decay_rate", "which decay rate is used", (
        Value("given", "d", "the decay rate given is used"),
        Value("ignored", "d = a constant",
              "the port uses its own decay rate", "decay_rate"),
    )),
    Axis("eps", "which epsilon is used", (
        Value("given", "eps", "the epsilon given is used"),
        Value("ignored", "eps = a constant",
              "the port uses its own epsilon", "epsilon"),
    )),
    Axis("precision", "which floats are computed with", (
        Value("float64", "every operation in double", "everything is computed in float64"),
        Value("float32", "every operation in float", "everything is computed in float32"),
        Value("float32_double",
              "float storage; average, 1-d and lr*g in float; root, +eps, / and - in double",
              "numbers are stored and averaged in float32, and the step is divided in float64"),
        Value("float32_wide", "float storage, every operation in double, narrowed at each store",
              "numbers are stored in float32, and everything is computed in float64"),
        Value("float16", "every operation in float16", "everything is computed in float16"),
        Value("float16_float32", "float16 storage, every operation in float32",
              "numbers are stored in float16, and everything is computed in float32"),
        Value("bfloat16", "every operation in bfloat16", "everything is computed in bfloat16"),
        Value("bfloat16_float32", "bfloat16 storage, every operation in float32",
              "numbers are stored in bfloat16, and everything is computed in float32"),
    )),
    Axis("float32_hyperparameters", "which hyperparameters are rounded to float32", (
        Value("none", "as given", "hyperparameters are used in the precision given"),
        *_rounded_hyperparameters(),
    )),
    Axis("subnormals", "what becomes of numbers below the smallest normal one", (
        Value("kept", "x", "subnormal numbers are kept, as IEEE 754 has it"),
        Value("flushed", "0 in place of x where abs(x) is below the smallest normal number",
              "subnormal numbers are flushed to zero"),
    )),
    Axis("order", "the order in which a step is composed", (
        Value("default",
              "clip, coupled decay, averages, bias correction, centring, root and epsilon,"
              " numerator, momentum, direction, decoupled decay, write",
              "the parts of a step come in the usual order"),
        Value("decay_before_clip", "g = clip(g + wd*w)",
              "weight decay is added before the gradients are clipped"),
        Value("maximize_before_decay", "g = -g + wd*w",
              "the gradient is negated before weight decay is added, instead of the step"),
        Value("clip_after_average", "v from g, the numerator from clip(g)",
              "gradients are averaged before they are clipped"),
        Value("epsilon_before_centring", "sqrt((v + eps) - m*m)",
              "epsilon is added before the square of the mean gradient is subtracted"),
        Value("epsilon_with_mean", "sqrt(v - (m*m + eps))",
              "epsilon is subtracted with the square of the mean gradient, not added"),
    )),
)  # fmt: skip

AXES: Mapping[str, Axis] = MappingProxyType({axis.name: axis for axis in _TABLE})
"""The axes by name, in the order in which deviations are written."""
