"""How the RMSProps of libraries are called, and which dialect a call with given settings is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from python_ref.dialects.dialect import Dialect

Rules = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Call:
    """How a library's RMSProp is called.

    Attributes:
        library: its name in the table of libraries.
        objects: where the class or function is defined, by full name; the first is the usual.
        roles: a parameter's name to the hyperparameter or option that it is.
        rules: settings and the deviations under them. "momentum" holds where that setting is
            neither zero, false nor missing, "!momentum" where it is, "start=1" where it is that;
            all of several must hold, and none always do.
        defaults: of the settings that decide, where they are not neutral.
    """

    library: str
    objects: tuple[str, ...]
    roles: Mapping[str, str]
    rules: Rules
    defaults: Mapping[str, Any] = field(default_factory=dict)

    def dialect(self, settings: Mapping[str, Any]) -> Dialect:
        """Return what is computed with these settings, by parameter name; others are defaults.

        >>> call_of(["torch.optim.rmsprop.RMSprop"]).dialect({"centered": True, "momentum": 0})
        Dialect(centered=yes)
        """
        given = {**self.defaults, **settings}
        chosen: dict[str, str] = {}
        for conditions, deviations in self.rules:
            if all(_holds(condition, given) for condition in conditions.split()):
                for deviation in deviations.split():
                    axis, _, _ = deviation.partition("=")
                    chosen[axis] = deviation  # a later rule goes before an earlier one
        return Dialect(chosen.values())


def _holds(condition: str, settings: Mapping[str, Any]) -> bool:
    name, separator, value = condition.removeprefix("!").partition("=")
    given = settings.get(name)
    if separator:
        return str(given) == value or (
            _number(given) is not None and _number(given) == _number(value)
        )
    return bool(given) != condition.startswith("!")


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _roles(text: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in text.split())


_TORCH = _roles(
    "lr:learning_rate alpha:decay_rate eps:epsilon momentum:momentum weight_decay:weight_decay"
)
_KERAS = _roles(
    "learning_rate:learning_rate rho:decay_rate epsilon:epsilon momentum:momentum"
    " weight_decay:weight_decay clipvalue:clip clipnorm:clip global_clipnorm:clip"
)
_LIKE_TF = "epsilon=inside initial_average=one"

CALLS: tuple[Call, ...] = (
    Call("PyTorch", ("torch.optim.rmsprop.RMSprop",), _TORCH, (
        ("momentum", "momentum=lr_out_of_buffer"),
        ("centered", "centered=yes"),
        ("weight_decay", "weight_decay=coupled"),
        ("maximize", "direction=ascent"),
        ("maximize weight_decay", "order=maximize_before_decay"),
    )),
    Call("timm RMSpropTF", ("timm.optim.rmsprop_tf.RMSpropTF",), _TORCH, (
        ("", _LIKE_TF),
        ("momentum lr_in_momentum", "momentum=lr_in_buffer"),
        ("momentum !lr_in_momentum", "momentum=lr_out_of_buffer"),
        ("centered", "centered=yes"),
        ("weight_decay !decoupled_decay", "weight_decay=coupled"),
        ("weight_decay decoupled_decay", "weight_decay=decoupled"),
    ), {"lr_in_momentum": True}),
    Call("Stable-Baselines3 RMSpropTFLike",
         ("stable_baselines3.common.sb2_compat.rmsprop_tf_like.RMSpropTFLike",), _TORCH, (
        ("", _LIKE_TF),
        ("momentum", "momentum=lr_out_of_buffer"),
        ("centered", "centered=yes"),
        ("weight_decay", "weight_decay=coupled"),
    )),
    Call("tf-keras legacy", ("tf_keras.src.optimizers.legacy.rmsprop.RMSprop",),
         _roles("learning_rate:learning_rate rho:decay_rate epsilon:epsilon momentum:momentum"), (
        ("", "float32_hyperparameters=learning_rate+decay_rate"),
        ("momentum", "epsilon=inside momentum=lr_in_buffer"),
        ("centered", "centered=yes"),
    )),
    Call("Keras 3", ("keras.src.optimizers.rmsprop.RMSprop",
                     "tf_keras.src.optimizers.rmsprop.RMSprop"), _KERAS, (
        ("", "epsilon=inside float32_hyperparameters=learning_rate"),
        ("momentum", "momentum=lr_in_buffer"),
        ("centered", "centered=yes"),
        ("centered backend=torch", "order=epsilon_before_centring"),
        ("weight_decay", "weight_decay=decoupled"),
        ("clipnorm", "clip=norm"),
        ("global_clipnorm", "clip=global_norm"),
        ("clipvalue", "clip=value"),
    )),
    Call("Optax", ("optax._src.alias.rmsprop",),
         _roles("learning_rate:learning_rate decay:decay_rate eps:epsilon momentum:momentum"), (
        ("eps_in_sqrt", "epsilon=inside"),
        ("initial_scale=1", "initial_average=one"),
        ("momentum !nesterov", "momentum=lr_in_buffer"),
        ("momentum nesterov", "momentum=nesterov"),
        ("centered", "centered=yes"),
        ("bias_correction", "bias_correction=yes"),
    ), {"eps_in_sqrt": True}),
    Call("jax.example_libraries", ("jax.example_libraries.optimizers.rmsprop",),
         _roles("step_size:learning_rate gamma:decay_rate eps:epsilon"),
         (("", "epsilon=inside"),)),
    Call("jax.example_libraries", ("jax.example_libraries.optimizers.rmsprop_momentum",),
         _roles("step_size:learning_rate gamma:decay_rate eps:epsilon momentum:momentum"),
         (("", "epsilon=inside"), ("momentum", "momentum=lr_in_buffer")), {"momentum": 0.9}),
    Call("MLX", ("mlx.optimizers.optimizers.RMSprop",),
         _roles("learning_rate:learning_rate alpha:decay_rate eps:epsilon"),
         (("", "float32_hyperparameters=learning_rate"),)),
)  # fmt: skip
"""Every library's RMSProp that can be called with gradients."""


def call_of(objects: Iterable[str]) -> Call | None:
    """Return how the first of these objects that is a library's RMSProp is called.

    Args:
        objects: full names, such as "torch.optim.rmsprop.RMSprop": of a class and those it
            derives from, or of a function.
    """
    known = {name: call for call in CALLS for name in call.objects}
    return next((known[name] for name in objects if name in known), None)
