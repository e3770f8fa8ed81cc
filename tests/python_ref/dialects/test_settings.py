"""Settings of libraries make the dialects that the table of libraries has for them."""

from __future__ import annotations

from typing import Any

import pytest

from python_ref.dialects.calls import call_of
from python_ref.dialects.libraries import LIBRARIES
from python_ref.dialects.settings_table import CALLS
from python_ref.scenarios.hyperparameters import CONSTANTS

TORCH = "torch.optim.rmsprop.RMSprop"
TIMM = "timm.optim.rmsprop_tf.RMSpropTF"
SB3 = "stable_baselines3.common.sb2_compat.rmsprop_tf_like.RMSpropTFLike"
LEGACY = "tf_keras.src.optimizers.legacy.rmsprop.RMSprop"
KERAS = "keras.src.optimizers.rmsprop.RMSprop"
OPTAX = "optax._src.alias.rmsprop"
MLX = "mlx.optimizers.optimizers.RMSprop"
# What float64 adds to the settings of a library whose rate is always a float.
ROUNDED = {LEGACY: "tf-keras legacy float64", KERAS: "Keras 3 float64", MLX: "Keras 3 float64"}


@pytest.mark.parametrize(
    ("where", "settings", "name"),
    [
        (TORCH, {"lr": 0.1, "momentum": 0, "maximize": False}, "PyTorch"),
        (TORCH, {"momentum": 0.9, "centered": True}, "PyTorch centered momentum"),
        (TORCH, {"weight_decay": 0.1}, "PyTorch weight_decay"),
        (TORCH, {"maximize": True}, "PyTorch maximize"),
        (TORCH, {"maximize": True, "weight_decay": 0.1}, "PyTorch maximize weight_decay"),
        (TIMM, {}, "timm RMSpropTF"),
        (TIMM, {"momentum": 0.9}, "timm RMSpropTF momentum"),
        (TIMM, {"momentum": 0.9, "lr_in_momentum": False},
         "timm RMSpropTF momentum, lr_in_momentum off"),
        (TIMM, {"weight_decay": 0.1, "decoupled_decay": True}, "timm RMSpropTF decoupled_decay"),
        (SB3, {"momentum": 0.9}, "Stable-Baselines3 RMSpropTFLike momentum"),
        (LEGACY, {}, "tf-keras legacy"),
        (LEGACY, {"momentum": 0.9, "centered": True}, "tf-keras legacy centered momentum"),
        (KERAS, {"momentum": 0.0, "weight_decay": None}, "Keras 3"),
        (KERAS, {"centered": True, "backend": "jax"}, "Keras 3 centered"),
        (KERAS, {"centered": True, "backend": "torch"}, "Keras 3 centered on torch"),
        (KERAS, {"weight_decay": 0.1}, "Keras 3 weight_decay"),
        (KERAS, {"global_clipnorm": 1.0}, "Keras 3 global_clipnorm"),
        (OPTAX, {}, "Optax"),
        (OPTAX, {"eps_in_sqrt": False}, "Optax eps_in_sqrt=False"),
        (OPTAX, {"momentum": 0.9, "nesterov": True}, "Optax nesterov"),
        (OPTAX, {"initial_scale": 1.0}, "Optax initial_scale=1"),
        (OPTAX, {"initial_scale": 0.0, "bias_correction": True}, "Optax bias_correction"),
        (MLX, {}, "MLX"),
    ],
)  # fmt: skip
def test_settings_make_a_named_dialect(where: str, settings: dict[str, Any], name: str) -> None:
    call = call_of(["somebodys.Own", where])
    assert call is not None
    expected = LIBRARIES[name].dialect.choices()
    if where in ROUNDED:
        rounded = LIBRARIES[ROUNDED[where]].dialect.choices()
        # A momentum that is 0 is rounded to itself.
        also = "+momentum" if where == LEGACY and settings.get("momentum") else ""
        expected["float32_hyperparameters"] = rounded["float32_hyperparameters"] + also
    assert call.dialect(settings).choices() == expected
    assert name.startswith(call.library)


def test_an_object_of_nobody_is_no_call() -> None:
    assert call_of(["somebodys.Own", "builtins.object"]) is None


def test_every_role_is_a_hyperparameter_and_every_object_is_called_in_one_way() -> None:
    assert all(role in CONSTANTS for call in CALLS for role in call.roles.values())
    objects = [name for call in CALLS for name in call.objects]
    assert len(objects) == len(set(objects)) >= 9
