"""The RMSProps of libraries, and their relatives, as points in the space of dialects.

Read from source, snapshots of 2026 unless a version is given; most were also run with gradients
supplied by the caller. A library that can be switched has a dialect for each setting of the
switches; deviations that need an option (weight decay, clipping) are named only with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from python_ref.dialects.dialect import Dialect
from python_ref.dialects.equivalence import equivalence
from python_ref.files import quoted


@dataclass(frozen=True)
class Library:
    """A place where an RMSProp, or a relative, is written down.

    Attributes:
        name: of the library, paper or method.
        version: that was read.
        source: the file in its repository, or where in the paper.
        learning_rate, decay_rate, epsilon, momentum: defaults; None where there is none.
        particular: what is peculiar about it.
    """

    name: str
    version: str
    source: str
    learning_rate: float | None
    decay_rate: float | None
    epsilon: float | None
    momentum: float | None
    particular: str


@dataclass(frozen=True)
class NamedDialect:
    """A dialect with a name, such as "PyTorch centered".

    Attributes:
        name: the library's, with the setting of its switches if it has any.
        library: where it is written down.
        dialect: what it computes; its constants are those fixed in the library itself.
    """

    name: str
    library: Library
    dialect: Dialect


_SNAPSHOT = "snapshot of 2026"
_LR_IN, _LR_OUT, _NESTEROV = (
    "momentum=lr_in_buffer",
    "momentum=lr_out_of_buffer",
    "momentum=nesterov",
)
_INSIDE, _ONE, _CENTERED = "epsilon=inside", "initial_average=one", "centered=yes"
_COUPLED, _DECOUPLED = "weight_decay=coupled", "weight_decay=decoupled"

_Settings = dict[str, tuple[str, ...]]

# Library, and its settings: words that follow its name, and the deviations under them.
_TABLE: tuple[tuple[Library, _Settings], ...] = (
    (Library("PyTorch", _SNAPSHOT, "torch/optim/rmsprop.py", 1e-2, 0.99, 1e-8, 0.0,
             "the single and the foreach implementation agree bit for bit"),
     {"default": (), "momentum": (_LR_OUT,), "centered": (_CENTERED,),
      "centered momentum": (_CENTERED, _LR_OUT), "weight_decay": (_COUPLED,),
      "maximize": ("direction=ascent",),
      "maximize weight_decay": ("direction=ascent", _COUPLED, "order=maximize_before_decay")}),
    (Library("timm RMSpropTF", _SNAPSHOT, "timm/optim/rmsprop_tf.py", 1e-2, 0.9, 1e-10, 0.0,
             "made to behave as TensorFlow 1 does; the average is updated incrementally"),
     {"default": (_INSIDE, _ONE), "momentum": (_INSIDE, _ONE, _LR_IN),
      "centered": (_INSIDE, _ONE, _CENTERED), "weight_decay": (_INSIDE, _ONE, _COUPLED),
      "decoupled_decay": (_INSIDE, _ONE, _DECOUPLED),
      "momentum, lr_in_momentum off": (_INSIDE, _ONE, _LR_OUT)}),
    (Library("Stable-Baselines3 RMSpropTFLike", _SNAPSHOT,
             "stable_baselines3/common/sb2_compat/rmsprop_tf_like.py", 1e-2, 0.99, 1e-8, 0.0,
             "its docstring says that epsilon is outside the root"),
     {"default": (_INSIDE, _ONE), "momentum": (_INSIDE, _ONE, _LR_OUT),
      "centered": (_INSIDE, _ONE, _CENTERED), "weight_decay": (_INSIDE, _ONE, _COUPLED)}),
    (Library("TensorFlow 1", "ApplyRMSProp", "tensorflow/core/kernels/training_ops.cc",
             None, 0.9, 1e-10, 0.0, "sparse gradients update the touched rows only"),
     {"default": (_INSIDE, _ONE), "momentum": (_INSIDE, _ONE, _LR_IN),
      "centered": (_INSIDE, _ONE, _CENTERED),
      "float64": (_INSIDE, _ONE,
                  "float32_hyperparameters=learning_rate+decay_rate+epsilon+momentum")}),
    (Library("tf-keras legacy", _SNAPSHOT, "tf_keras/optimizers/legacy/rmsprop.py",
             1e-3, 0.9, 1e-7, 0.0, "epsilon goes inside the root as soon as there is momentum"),
     {"default": (), "momentum": (_INSIDE, _LR_IN), "centered": (_CENTERED,),
      "centered momentum": (_INSIDE, _CENTERED, _LR_IN),
      "float64": ("float32_hyperparameters=learning_rate+decay_rate",)}),
    (Library("Keras 3", _SNAPSHOT, "keras/src/optimizers/rmsprop.py", 1e-3, 0.9, 1e-7, 0.0,
             "clips first; weights decay before the step, in proportion to the learning rate"),
     {"default": (_INSIDE,), "momentum": (_INSIDE, _LR_IN), "centered": (_INSIDE, _CENTERED),
      "centered on torch": (_INSIDE, _CENTERED, "order=epsilon_before_centring"),
      "weight_decay": (_INSIDE, _DECOUPLED), "clipvalue": (_INSIDE, "clip=value"),
      "clipnorm": (_INSIDE, "clip=norm"), "global_clipnorm": (_INSIDE, "clip=global_norm"),
      "float64": (_INSIDE, "float32_hyperparameters=learning_rate")}),
    (Library("Optax", _SNAPSHOT, "optax/_src/alias.py", None, 0.9, 1e-8, None,
             "where epsilon goes and what the average starts from are options"),
     {"default": (_INSIDE,), "eps_in_sqrt=False": (), "momentum": (_INSIDE, _LR_IN),
      "nesterov": (_INSIDE, _NESTEROV), "centered": (_INSIDE, _CENTERED),
      "bias_correction": (_INSIDE, "bias_correction=yes"), "initial_scale=1": (_INSIDE, _ONE)}),
    (Library("MXNet 1.9", "1.9.1", "src/operator/optimizer_op-inl.h", 1e-3, 0.9, 1e-8, 0.9,
             "momentum counts only where centered, after Graves; refuses float64 weights"),
     {"default": (_INSIDE,), "centered": (_INSIDE, _CENTERED, _LR_IN), "wd": (_INSIDE, _COUPLED),
      "clip_gradient wd": (_INSIDE, _COUPLED, "clip=value", "order=decay_before_clip")}),
    (Library("MXNet 2", "2.0", "src/operator/optimizer_op-inl.h", 1e-3, 0.9, 1e-8, 0.9,
             "epsilon moved outside the root, but not where centered"),
     {"default": (), "centered": (_INSIDE, _CENTERED, _LR_IN), "wd": (_COUPLED,),
      "clip_gradient wd": (_COUPLED, "clip=value")}),
    (Library("DJL", _SNAPSHOT, "api/src/main/java/ai/djl/training/optimizer/RmsProp.java",
             1e-3, 0.9, 1e-8, 0.9, "calls MXNet's kernel; other engines throw"),
     {"default": (_INSIDE,), "centered": (_INSIDE, _CENTERED, _LR_IN)}),
    (Library("Chainer", _SNAPSHOT, "chainer/optimizers/rmsprop.py", 1e-2, 0.99, 1e-8, None,
             "eps_inside_sqrt is an option; Graves's variant is an optimizer apart"),
     {"default": (), "eps_inside_sqrt": (_INSIDE,)}),
    (Library("Chainer RMSpropGraves", _SNAPSHOT, "chainer/optimizers/rmsprop_graves.py",
             1e-4, 0.95, 1e-4, 0.9, "the paper's formula and constants"),
     {"default": (_INSIDE, _CENTERED, _LR_IN)}),
    (Library("Paddle", _SNAPSHOT, "paddle/phi/kernels/impl/rmsprop_kernel_impl.h",
             None, 0.95, 1e-6, 0.0, "the buffer is always there, with momentum 0 unless given"),
     {"default": (_INSIDE,), "momentum": (_INSIDE, _LR_IN), "centered": (_INSIDE, _CENTERED),
      "weight_decay": (_INSIDE, _COUPLED),
      "float64": (_INSIDE, "float32_hyperparameters=decay_rate+epsilon")}),
    (Library("MLX", _SNAPSHOT, "python/mlx/optimizers/optimizers.py", None, 0.99, 1e-8, None,
             "the reference's formula"),
     {"default": ()}),
    (Library("autograd", _SNAPSHOT, "autograd/misc/optimizers.py", 0.1, 0.9, 1e-8, None,
             "the average starts at one with epsilon outside the root, as nowhere else"),
     {"default": (_ONE,)}),
    (Library("TensorFlow.js", _SNAPSHOT, "tfjs-core/src/optimizers/rmsprop_optimizer.ts",
             None, 0.9, 1e-7, 0.0,
             "centered, epsilon has the wrong sign: small gradients give NaN after one step"),
     {"default": (_INSIDE,), "momentum": (_INSIDE, _LR_IN),
      "centered": (_INSIDE, _CENTERED, "order=epsilon_with_mean")}),
    (Library("ND4J", _SNAPSHOT, "nd4j/nd4j-backends/nd4j-api-parent/nd4j-api/src/main/java/"
             "org/nd4j/linalg/learning/RmsPropUpdater.java", 0.1, 0.95, 1e-8,
             None, "the average starts at epsilon; returns the update, to be subtracted"),
     {"default": ("initial_average=epsilon",)}),
    (Library("TensorFlow Java", _SNAPSHOT,
             "tensorflow-framework/src/main/java/org/tensorflow/framework/optimizers/RMSProp.java",
             1e-3, 0.9, 1e-10, 0.0, "calls TensorFlow 1's kernel"),
     {"default": (_INSIDE, _ONE), "momentum": (_INSIDE, _ONE, _LR_IN),
      "centered": (_INSIDE, _ONE, _CENTERED)}),
    (Library("Tribuo", _SNAPSHOT, "Math/src/main/java/org/tribuo/math/optimisers/RMSProp.java",
             None, 0.9, 1e-8, None, "its iterations count from 0: the first step is not reduced"),
     {"default": (), "decay": ("schedule=inverse_time_from_zero",)}),
    (Library("Encog", "3.4", "src/main/java/org/encog/neural/networks/training/propagation/sgd/"
             "update/RMSPropUpdate.java", None, 0.99, 1e-8, None,
             "adds each square twice, d*(v + g*g) + (1-d)*g*g, which is d*v + g*g: steps ten"
             " times too small; its gradients point uphill, so it adds the step"),
     {"default": ("average=leaky_sum", "direction=ascent")}),
    (Library("Smile", _SNAPSHOT, "core/src/main/java/smile/base/mlp/Layer.java", None, None, 1e-7,
             None, "a perceptron's layer; gradients point uphill and are divided by the batch"),
     {"default": (_INSIDE, "direction=ascent"), "momentum": (_INSIDE, _LR_IN, "direction=ascent")}),
    (Library("BigDL", _SNAPSHOT, "com/intel/analytics/bigdl/optim/RMSprop.scala",
             1e-2, 0.99, 1e-8, None, "its evaluations count from 0"),
     {"default": (), "learningRateDecay": ("schedule=inverse_time_from_zero",)}),
    (Library("burn", _SNAPSHOT, "crates/burn-optim/src/optim/rmsprop.rs", None, 0.99, 1e-5, 0.9,
             "momentum is on by default"),
     {"default": (_LR_OUT,), "centered": (_CENTERED, _LR_OUT),
      "weight_decay": (_LR_OUT, _COUPLED)}),
    (Library("candle-optimisers", _SNAPSHOT, "src/rmsprop.rs", 1e-2, 0.99, 1e-8, None,
             "after PyTorch"),
     {"default": (), "momentum": (_LR_OUT,), "centered": (_CENTERED,),
      "weight_decay": (_COUPLED,)}),
    (Library("dfdx", _SNAPSHOT, "dfdx-core/src/tensor_ops/rmsprop/mod.rs", 1e-2, 0.9, 1e-8, None,
             "the average is updated incrementally, as TensorFlow 1 does"),
     {"default": (_INSIDE, _ONE), "momentum": (_INSIDE, _ONE, _LR_OUT),
      "centered": (_INSIDE, _ONE, _CENTERED)}),
    (Library("ensmallen", _SNAPSHOT, "include/ensmallen_bits/rmsprop/rmsprop_update.hpp",
             1e-2, 0.99, 1e-8, None, "the reference's formula"),
     {"default": ()}),
    (Library("Optimisers.jl", _SNAPSHOT, "src/rules.jl", 1e-3, 0.9, 1e-8, None,
             "centered is an option"),
     {"default": (), "centered": (_CENTERED,)}),
    (Library("Gorgonia", _SNAPSHOT, "solvers.go", 1e-3, 0.999, 1e-8, None,
             "averages the gradient before clipping it; L2 regularisation ignores the rate"),
     {"default": (_INSIDE,), "clip": (_INSIDE, "clip=value", "order=clip_after_average"),
      "l2reg": (_INSIDE, "weight_decay=decoupled_unscaled"),
      "clip l2reg": (_INSIDE, "weight_decay=decoupled_unscaled", "clip=value",
                     "order=clip_after_average")}),
    (Library("brain.js RNN", _SNAPSHOT, "src/recurrent/rnn.ts", None, 0.999, 1e-8, None,
             "always clips and decays; the average is of the gradient before it is clipped"),
     {"default": (_INSIDE, "weight_decay=decoupled_unscaled", "clip=value",
                  "order=clip_after_average")}),
    (Library("convnetjs windowgrad", _SNAPSHOT, "src/convnet_trainers.js", 1e-2, 0.95, 1e-8, None,
             "gradients are divided by the batch"),
     {"default": (_INSIDE,), "l2_decay": (_INSIDE, _COUPLED)}),
    (Library("climin", _SNAPSHOT, "climin/rmsprop.py", None, 0.9, 1e-8, 0.0,
             "momentum looks ahead: with gradients that are given, a plain buffer"),
     {"default": (_INSIDE, _ONE), "momentum": (_INSIDE, _ONE, _LR_IN)}),
    (Library("Lasagne", _SNAPSHOT, "lasagne/updates.py", 1.0, 0.9, 1e-6, None,
             "on Theano; momentum is put around any update"),
     {"default": (_INSIDE,), "apply_momentum": (_INSIDE, _LR_IN),
      "apply_nesterov_momentum": (_INSIDE, _NESTEROV)}),
    (Library("Hinton's lecture", "2012", "Neural Networks for Machine Learning, lecture 6e",
             None, 0.9, None, None, "credited to Tieleman; no epsilon, and no start is given"),
     {"default": ("epsilon=none",)}),
    (Library("Graves", "2013", "Generating Sequences With Recurrent Neural Networks, eqs 38-45",
             1e-4, 0.95, 1e-4, 0.9, "the first to centre it"),
     {"default": (_INSIDE, _CENTERED, _LR_IN)}),
    (Library("SGD", "the method", "Robbins and Monro 1951", None, None, None, None,
             "RMSProp without a denominator"),
     {"default": ("average=none",), "momentum": ("average=none", _LR_OUT),
      "momentum, learning rate in the buffer": ("average=none", _LR_IN),
      "Nesterov momentum": ("average=none", _NESTEROV)}),
    (Library("AdaGrad", "the method", "Duchi, Hazan and Singer 2011", 1e-2, None, 1e-8, None,
             "RMSProp that never forgets"),
     {"default": ("average=sum",), "epsilon inside": ("average=sum", _INSIDE)}),
    (Library("Adam", "the method", "Kingma and Ba 2015, algorithm 1", 1e-3, 0.999, 1e-8, None,
             "RMSProp of the mean gradient, both averages corrected for their start"),
     {"default": ("numerator=mean_gradient", "mean_decay=ignored", "bias_correction=yes"),
      "mean_decay given": ("numerator=mean_gradient", "bias_correction=yes"),
      "without bias correction": ("numerator=mean_gradient", "mean_decay=ignored")}),
)  # fmt: skip

# What a library fixes in its source, whatever it is given.
_CONSTANTS = {"mean_decay=ignored": {"mean_decay": 0.9}}


def _named() -> dict[str, NamedDialect]:
    result = {}
    for library, settings in _TABLE:
        for setting, deviations in settings.items():
            name = library.name if setting == "default" else f"{library.name} {setting}"
            constants: dict[str, float] = {}
            for deviation in deviations:
                constants.update(_CONSTANTS.get(deviation, {}))
            result[name] = NamedDialect(name, library, Dialect(deviations, constants))
    return result


LIBRARIES: Mapping[str, NamedDialect] = MappingProxyType(_named())
"""Every named dialect by its name."""


def named(dialect: Dialect) -> list[str]:
    """Return the names whose deviations are those of `dialect`, whatever the constants.

    >>> named(Dialect(["average=none"]))
    ['SGD']
    """
    return [
        name for name, known in LIBRARIES.items() if known.dialect.choices() == dialect.choices()
    ]


_NUMBERS = ("precision", "float32_hyperparameters", "subnormals")


def alike(dialect: Dialect) -> list[str]:
    """Return the names that are the same as `dialect` in algebra at a constant learning rate.

    Constants are not compared, nor is what a library adds with momentum or decay at zero.

    >>> alike(Dialect(["average=none", "epsilon=none"]))
    ['SGD']
    """
    plain = Dialect(dialect.deviations)
    return [
        name
        for name, known in LIBRARIES.items()
        if all(plain.choice(axis) == known.dialect.choice(axis) for axis in _NUMBERS)
        and equivalence(plain, Dialect(known.dialect.deviations)) != "never"
    ]


def find(name: str) -> NamedDialect:
    """Return the named dialect, whatever the case and the spaces.

    Raises:
        ValueError: there is none; the message lists those that contain the name's first word.
    """
    folded = {_plain(known): dialect for known, dialect in LIBRARIES.items()}
    if _plain(name) in folded:
        return folded[_plain(name)]
    words = [plain for word in name.split()[:1] if (plain := _plain(word))]
    near = [known for known in LIBRARIES for word in words if word in _plain(known)]
    listed = (
        f"; similar are {', '.join(near)}" if near else "; `rmsproof dialects list` has them all"
    )
    raise ValueError(f"no dialect is called {quoted(name)}{listed}")


def slug(name: str) -> str:
    """A dialect's name as one types it; `find` knows it.

    >>> slug("PyTorch centered momentum")
    'pytorch-centered-momentum'
    """
    return re.sub("[^a-z0-9]+", "-", name.casefold()).strip("-")


def _plain(name: str) -> str:
    """Letters and digits only, so that keras-3 finds Keras 3."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())
