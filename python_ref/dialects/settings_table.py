"""The ways in which libraries' RMSProps are made: one table, a row each; see `settings.Call`.

Where a library has no switch for the direction, `negate_loss` stands for what people write instead.
"""

from __future__ import annotations

from python_ref.dialects.settings import Call, roles

_TORCH = roles(
    "lr:learning_rate alpha:decay_rate eps:epsilon momentum:momentum weight_decay:weight_decay"
)
_KERAS = roles(
    "learning_rate:learning_rate rho:decay_rate epsilon:epsilon momentum:momentum"
    " weight_decay:weight_decay clipvalue:clip clipnorm:clip global_clipnorm:clip l2:weight_decay"
)
_PADDLE = roles(
    "learning_rate:learning_rate rho:decay_rate epsilon:epsilon momentum:momentum"
    " weight_decay:weight_decay ClipGradByValue:clip ClipGradByNorm:clip"
    " ClipGradByGlobalNorm:clip"
)
_CHAIN = roles(
    "learning_rate:learning_rate decay:decay_rate eps:epsilon momentum:momentum"
    " weight_decay:weight_decay decoupled_decay:weight_decay clip:clip clip_by_global_norm:clip"
)
_LIKE_TF = "epsilon=inside initial_average=one"
_BOTH = (False, True)
_SWITCH = {"centered": _BOTH}
_JAVASCRIPT = ("true", "false", "null")
_RUST = ("true", "false", "None")
# A loss that is negated, and decay that the library adds to the gradients by itself.
_NEGATED = (
    ("negate_loss", "direction=ascent"),
    ("negate_loss weight_decay", "order=maximize_before_decay"),
)
_NEGATE = {"negate_loss": _BOTH}
_LOSS = {"negate_loss": "loss = -loss  # before its gradients are taken"}
_PENALTY = "kernel_regularizer=KERAS.regularizers.L2({})  # of every layer; bias_regularizer, too"
_TORCH_BESIDE = {
    "clip_grad_value_": "torch.nn.utils.clip_grad_value_(params, {})  # before optimizer.step()",
    "clip_grad_norm_": "torch.nn.utils.clip_grad_norm_(params, {})  # before optimizer.step()",
    "decoupled_decay": "for group in optimizer.param_groups:  # before optimizer.step()\n"
    "    for param in group['params']:\n"
    "        param.data.mul_(1 - group['lr'] * {})",
}
_TORCH_CLIPS = {"clip_grad_value_": "clip", "clip_grad_norm_": "clip"}
_TORCH_CLIPPED = (
    ("clip_grad_value_", "clip=value"),
    ("clip_grad_norm_", "clip=global_norm_plus_epsilon"),
)
_TORCH_EXTRA = {**_TORCH_CLIPS, "decoupled_decay": "weight_decay"}
_TORCH_RULES = (*_TORCH_CLIPPED, ("decoupled_decay", "weight_decay=decoupled"))
_TORCH_DEFAULTS = {"lr": 0.01, "alpha": 0.99, "eps": 1e-8, "weight_decay": 0.0, "momentum": 0.0,
                   "centered": False}  # fmt: skip
_KERAS_DEFAULTS = {"learning_rate": 0.001, "rho": 0.9, "momentum": 0.0, "epsilon": 1e-7,
                   "centered": False}  # fmt: skip
_OPTAX_DEFAULTS = {"learning_rate": None, "decay": 0.9, "eps": 1e-8, "initial_scale": 0.0,
                   "eps_in_sqrt": True, "centered": False, "momentum": None, "nesterov": False,
                   "bias_correction": False}  # fmt: skip
_OPTAX_RULES = (
    ("eps_in_sqrt", "epsilon=inside"),
    ("initial_scale=1", "initial_average=one"),
    ("initial_scale initial_scale=eps", "initial_average=epsilon"),
    ("centered", "centered=yes"),
    ("bias_correction", "bias_correction=yes"),
)
_OPTAX_CHOICES = {"initial_scale": (0.0, 1.0, "eps"), "eps_in_sqrt": _BOTH, **_SWITCH,
                  "nesterov": _BOTH, "bias_correction": _BOTH}  # fmt: skip
_AVERAGE = "({settings:decay eps initial_scale eps_in_sqrt bias_correction})"
_TWO_DECAYS = ("weight_decay decoupled_decay",)
_WITH_DECAY = "weight_decay", "weight_decay=coupled"

CALLS: tuple[Call, ...] = (
    Call("PyTorch", ("torch.optim.rmsprop.RMSprop",), {**_TORCH, **_TORCH_EXTRA}, (
        ("momentum", "momentum=lr_out_of_buffer"),
        ("centered", "centered=yes"),
        _WITH_DECAY,
        ("maximize", "direction=ascent"),
        ("maximize weight_decay", "order=maximize_before_decay"),
        *_TORCH_RULES,
    ), {**_TORCH_DEFAULTS, "maximize": False},
        text=(("", "torch.optim.RMSprop(params, {settings})"),),
        beside=_TORCH_BESIDE, choices={**_SWITCH, "maximize": _BOTH}, impossible=_TWO_DECAYS,
        imports="import torch"),
    Call("timm RMSpropTF", ("timm.optim.rmsprop_tf.RMSpropTF",),
         {**_TORCH, **_TORCH_CLIPS}, (
        ("", _LIKE_TF),
        ("momentum lr_in_momentum", "momentum=lr_in_buffer"),
        ("momentum !lr_in_momentum", "momentum=lr_out_of_buffer"),
        ("centered", "centered=yes"),
        *_NEGATED,
        ("weight_decay !decoupled_decay", "weight_decay=coupled"),
        ("weight_decay decoupled_decay", "weight_decay=decoupled order=default"),
        *_TORCH_CLIPPED,
    ), {**_TORCH_DEFAULTS, "alpha": 0.9, "eps": 1e-10, "decoupled_decay": False,
        "lr_in_momentum": True},
        text=(("", "timm.optim.RMSpropTF(params, {settings})"),),
        beside={**{name: _TORCH_BESIDE[name] for name in _TORCH_CLIPS}, **_LOSS},
        choices={**_SWITCH, "decoupled_decay": _BOTH, "lr_in_momentum": _BOTH, **_NEGATE},
        imports="import timm.optim, torch"),
    Call("Stable-Baselines3 RMSpropTFLike",
         ("stable_baselines3.common.sb2_compat.rmsprop_tf_like.RMSpropTFLike",),
         {**_TORCH, **_TORCH_EXTRA}, (
        ("", _LIKE_TF),
        ("momentum", "momentum=lr_out_of_buffer"),
        ("centered", "centered=yes"),
        *_NEGATED,
        _WITH_DECAY,
        *_TORCH_RULES,
    ), _TORCH_DEFAULTS, text=(("", "RMSpropTFLike(params, {settings})"),),
        beside={**_TORCH_BESIDE, **_LOSS}, choices={**_SWITCH, **_NEGATE},
        impossible=_TWO_DECAYS,
        imports="import torch\nfrom stable_baselines3.common.sb2_compat.rmsprop_tf_like import"
                " RMSpropTFLike"),
    Call("tf-keras legacy", ("tf_keras.src.optimizers.legacy.rmsprop.RMSprop",),
         roles("learning_rate:learning_rate rho:decay_rate epsilon:epsilon momentum:momentum"
               " l2:weight_decay"), (
        ("", "float32_hyperparameters=learning_rate+decay_rate"),
        ("momentum", "epsilon=inside momentum=lr_in_buffer"
                     " float32_hyperparameters=learning_rate+decay_rate+momentum"),
        ("centered", "centered=yes"),
        ("l2", "weight_decay=coupled"),
        ("negate_loss", "direction=ascent"),
        ("negate_loss l2", "order=maximize_before_decay"),
    ), _KERAS_DEFAULTS, text=(("", "tf_keras.optimizers.legacy.RMSprop({settings})"),),
        beside={"l2": _PENALTY.replace("KERAS", "tf_keras"), **_LOSS},
        scales={"l2": 2.0}, choices={**_SWITCH, **_NEGATE},
        imports="import tf_keras"),
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
        ("l2", "weight_decay=coupled"),
        *((f"l2 {clip}", "order=decay_before_clip")
          for clip in ("clipnorm", "clipvalue", "global_clipnorm")),
        ("negate_loss", "direction=ascent"),
        ("negate_loss l2", "order=maximize_before_decay"),
    ), {**_KERAS_DEFAULTS, "weight_decay": None, "clipnorm": None, "clipvalue": None,
        "global_clipnorm": None},
        text=(("", "keras.optimizers.RMSprop({settings})"),),
        beside={"l2": _PENALTY.replace("KERAS", "keras"), **_LOSS},
        scales={"l2": 2.0}, choices={**_SWITCH, **_NEGATE},
        impossible=("l2 weight_decay", "l2 clipvalue negate_loss", "l2 clipnorm negate_loss",
                    "l2 global_clipnorm negate_loss"),
        imports="import keras"),
    Call("Optax", ("optax._src.alias.rmsprop",),
         roles("learning_rate:learning_rate decay:decay_rate eps:epsilon momentum:momentum"), (
        *_OPTAX_RULES,
        ("momentum !nesterov", "momentum=lr_in_buffer"),
        ("momentum nesterov", "momentum=nesterov"),
        ("negate_loss", "direction=ascent"),
    ), _OPTAX_DEFAULTS, text=(("", "optax.rmsprop({settings})"),),
        beside=_LOSS, choices={**_OPTAX_CHOICES, **_NEGATE}, impossible=("nesterov !momentum",),
        imports="import optax"),
    Call("Optax", (), _CHAIN, (
        *_OPTAX_RULES,
        ("momentum lr_before_momentum", "momentum=lr_in_buffer"),
        ("momentum nesterov lr_before_momentum", "momentum=nesterov"),
        ("momentum !lr_before_momentum", "momentum=lr_out_of_buffer"),
        ("clip", "clip=value"),
        ("clip_by_global_norm", "clip=global_norm"),
        _WITH_DECAY,
        ("weight_decay decay_before_clip", "order=decay_before_clip"),
        ("decoupled_decay", "weight_decay=decoupled"),
        ("maximize", "direction=ascent"),
        ("maximize weight_decay", "order=maximize_before_decay"),
    ), {**_OPTAX_DEFAULTS, "weight_decay": 0.0, "decoupled_decay": 0.0, "clip": None,
        "clip_by_global_norm": None, "maximize": False, "decay_before_clip": False,
        "lr_before_momentum": False},
        text=(
        ("", "optax.chain("),
        ("maximize", "optax.scale(-1.0)"),
        ("weight_decay decay_before_clip", "optax.add_decayed_weights({weight_decay})"),
        ("clip", "optax.clip({clip})"),
        ("clip_by_global_norm", "optax.clip_by_global_norm({clip_by_global_norm})"),
        ("weight_decay !decay_before_clip", "optax.add_decayed_weights({weight_decay})"),
        ("!centered", f"optax.scale_by_rms{_AVERAGE}"),
        ("centered", f"optax.scale_by_stddev{_AVERAGE}"),
        ("momentum !lr_before_momentum", "optax.trace({momentum})"),
        ("decoupled_decay", "optax.add_decayed_weights({decoupled_decay})"),
        ("", "optax.scale_by_learning_rate({learning_rate})"),
        ("momentum lr_before_momentum !nesterov", "optax.trace({momentum})"),
        ("nesterov", "optax.trace({momentum}, nesterov=True)"),
    ), choices={**_OPTAX_CHOICES, "maximize": _BOTH, "decay_before_clip": _BOTH,
                "lr_before_momentum": _BOTH},
        impossible=("decoupled_decay momentum lr_before_momentum", "lr_before_momentum !momentum",
                    "nesterov !lr_before_momentum", *_TWO_DECAYS,
                    "decay_before_clip !weight_decay", "decay_before_clip maximize",
                    "decay_before_clip !clip !clip_by_global_norm"),
        imports="import optax"),
    Call("jax.example_libraries", ("jax.example_libraries.optimizers.rmsprop",),
         roles("step_size:learning_rate gamma:decay_rate eps:epsilon"),
         (("", "epsilon=inside"), *_NEGATED[:1]),
         {"step_size": None, "gamma": 0.9, "eps": 1e-8},
         text=(("", "jax.example_libraries.optimizers.rmsprop({settings})"),),
         beside=_LOSS, choices=_NEGATE,
        imports="import jax.example_libraries.optimizers"),
    Call("jax.example_libraries", ("jax.example_libraries.optimizers.rmsprop_momentum",),
         roles("step_size:learning_rate gamma:decay_rate eps:epsilon momentum:momentum"),
         (("", "epsilon=inside"), ("momentum", "momentum=lr_in_buffer"), *_NEGATED[:1]),
         {"step_size": None, "gamma": 0.9, "eps": 1e-8, "momentum": 0.9},
         text=(("", "jax.example_libraries.optimizers.rmsprop_momentum({settings})"),),
         beside=_LOSS, choices=_NEGATE,
        imports="import jax.example_libraries.optimizers"),
    Call("MLX", ("mlx.optimizers.optimizers.RMSprop",),
         roles("learning_rate:learning_rate alpha:decay_rate eps:epsilon"),
         (("", "float32_hyperparameters=learning_rate"), *_NEGATED[:1]),
         {"learning_rate": None, "alpha": 0.99, "eps": 1e-8},
         text=(("", "mlx.optimizers.RMSprop({settings})"),), beside=_LOSS, choices=_NEGATE,
        imports="import mlx.optimizers"),
    Call("Chainer", (), roles("lr:learning_rate alpha:decay_rate eps:epsilon"
                              " WeightDecay:weight_decay GradientHardClipping:clip"), (
        ("eps_inside_sqrt", "epsilon=inside"),
        ("WeightDecay", "weight_decay=coupled"),
        ("GradientHardClipping", "clip=value"),
        ("negate_loss", "direction=ascent"),
        ("negate_loss WeightDecay", "order=maximize_before_decay"),
    ), {"lr": 0.01, "alpha": 0.99, "eps": 1e-8, "eps_inside_sqrt": False},
        text=(("", "chainer.optimizers.RMSprop({settings})"),), beside={
        "GradientHardClipping":
        "optimizer.add_hook(chainer.optimizer_hooks.GradientHardClipping(-{0}, {0}))",
        "WeightDecay": "optimizer.add_hook(chainer.optimizer_hooks.WeightDecay({}))", **_LOSS},
        choices={"eps_inside_sqrt": _BOTH, **_NEGATE}),
    Call("Chainer RMSpropGraves", (),
         roles("lr:learning_rate alpha:decay_rate momentum:momentum eps:epsilon"), (
        ("", "epsilon=inside centered=yes"), ("momentum", "momentum=lr_in_buffer"), *_NEGATED[:1],
    ), {"lr": 1e-4, "alpha": 0.95, "momentum": 0.9, "eps": 1e-4},
        text=(("", "chainer.optimizers.RMSpropGraves({settings})"),),
        beside=_LOSS, choices=_NEGATE),
    Call("Paddle", (), _PADDLE, (
        ("", "epsilon=inside float32_hyperparameters=decay_rate+epsilon"),
        ("momentum", "momentum=lr_in_buffer"),
        ("centered", "centered=yes"),
        _WITH_DECAY,
        ("ClipGradByNorm", "clip=norm"),
        ("ClipGradByGlobalNorm", "clip=global_norm"),
        ("ClipGradByValue", "clip=value"),
        *_NEGATED,
    ), {"learning_rate": None, "rho": 0.95, "epsilon": 1e-6, "momentum": 0.0, "centered": False,
        "weight_decay": None, "ClipGradByValue": None, "ClipGradByNorm": None,
        "ClipGradByGlobalNorm": None},
        text=(("", "paddle.optimizer.RMSProp(parameters=params, {settings})"),),
        spelled={n: f"grad_clip=paddle.nn.{n}({{}})" for n in _PADDLE if n.startswith("Clip")},
        beside=_LOSS, choices={**_SWITCH, **_NEGATE}),
    Call("MXNet 1.9", (), roles("learning_rate:learning_rate gamma1:decay_rate gamma2:momentum"
                                " epsilon:epsilon wd:weight_decay clip_gradient:clip"), (
        ("", "epsilon=inside"),
        ("centered", "centered=yes"),
        ("centered gamma2", "momentum=lr_in_buffer"),
        ("wd", "weight_decay=coupled"),
        ("clip_gradient", "clip=value"),
        ("wd clip_gradient", "order=decay_before_clip"),
        ("negate_loss", "direction=ascent"),
        ("negate_loss wd", "order=maximize_before_decay"),
    ), {"learning_rate": 0.001, "gamma1": 0.9, "gamma2": 0.9, "epsilon": 1e-8, "centered": False,
        "wd": 0.0, "clip_gradient": None},
        text=(("", "mxnet.optimizer.RMSProp({settings})"),),
        beside=_LOSS, choices={**_SWITCH, **_NEGATE},
        impossible=("negate_loss wd clip_gradient",)),
    Call("autograd", (), roles("step_size:learning_rate gamma:decay_rate eps:epsilon"),
         (("", "initial_average=one"), *_NEGATED[:1]),
         {"step_size": 0.1, "gamma": 0.9, "eps": 1e-8},
         text=(("", "autograd.misc.optimizers.rmsprop("
                "grad, x0, callback, num_iters, {settings})"),),
         beside=_LOSS, choices=_NEGATE, imports="import autograd.misc.optimizers"),
    Call("climin", (), roles("step_rate:learning_rate decay:decay_rate momentum:momentum"),
         (("", "epsilon=inside initial_average=one"), ("momentum", "momentum=lr_in_buffer"),
          *_NEGATED[:1]),
         {"step_rate": None, "decay": 0.9, "momentum": 0.0},
         text=(("", "climin.RmsProp(wrt, fprime, {settings})"),),
         fixed={"epsilon": 1e-8}, beside=_LOSS, choices=_NEGATE, imports="import climin"),
    Call("TensorFlow.js", (), roles("learningRate:learning_rate decay:decay_rate momentum:momentum"
                                    " epsilon:epsilon"), (
        ("", "epsilon=inside"),
        ("momentum", "momentum=lr_in_buffer"),
        ("centered", "centered=yes order=epsilon_with_mean"),
        *_NEGATED[:1],
    ), {"learningRate": None, "decay": 0.9, "momentum": 0.0, "epsilon": 1e-7, "centered": False},
        text=(("", "tf.train.rmsprop({learningRate}, {decay}, {momentum}, {epsilon}, {centered})"),
              ), beside=_LOSS, choices={**_SWITCH, **_NEGATE}, literals=_JAVASCRIPT),
    Call("ND4J", (), roles("learningRate:learning_rate rmsDecay:decay_rate epsilon:epsilon"),
         (("", "initial_average=epsilon"), *_NEGATED[:1]),
         {"learningRate": 0.1, "rmsDecay": 0.95, "epsilon": 1e-8},
         text=(("", "new RmsProp({learningRate}, {rmsDecay}, {epsilon})"),),
         beside=_LOSS, choices=_NEGATE, literals=_JAVASCRIPT),
    Call("Tribuo", (), roles("initialLearningRate:learning_rate rho:decay_rate epsilon:epsilon"
                             " decay:decay"),
         (("decay", "schedule=inverse_time_from_zero"), *_NEGATED[:1]),
         {"initialLearningRate": None, "rho": 0.9, "epsilon": 1e-8, "decay": 0.0},
         text=(("", "new RMSProp({initialLearningRate}, {rho}, {epsilon}, {decay})"),),
         beside=_LOSS, choices=_NEGATE, literals=_JAVASCRIPT),
    Call("Encog", (), roles("learningRate:learning_rate"), (
        ("", "average=leaky_sum direction=ascent"), ("negate_loss", "direction=descent"),
    ), {"learningRate": None},
        text=(("", "sgd.setUpdateRule(new RMSPropUpdate()); sgd.setLearningRate({learningRate})"),),
        fixed={"decay_rate": 0.99, "epsilon": 1e-8}, beside=_LOSS, choices=_NEGATE,
        literals=_JAVASCRIPT),
    Call("burn", (), roles("lr:learning_rate alpha:decay_rate epsilon:epsilon momentum:momentum"
                           " weight_decay:weight_decay"), (
        ("momentum", "momentum=lr_out_of_buffer"),
        ("centered", "centered=yes"),
        _WITH_DECAY,
        *_NEGATED,
    ), {"lr": None, "alpha": 0.99, "epsilon": 1e-5, "momentum": 0.9, "centered": False,
        "weight_decay": None}, text=(
        ("!weight_decay", "RmsPropConfig::new().with_alpha({alpha}).with_epsilon({epsilon})"
         ".with_momentum({momentum}).with_centered({centered}).init()  // step({lr}, ...)"),
        ("weight_decay", "RmsPropConfig::new().with_alpha({alpha}).with_epsilon({epsilon})"
         ".with_momentum({momentum}).with_centered({centered})"
         ".with_weight_decay(Some(WeightDecayConfig::new({weight_decay}))).init()"
         "  // step({lr}, ...)"),
    ), beside=_LOSS, choices={**_SWITCH, **_NEGATE}, literals=_RUST),
    Call("candle-optimisers", (), _TORCH, (
        ("momentum", "momentum=lr_out_of_buffer"),
        ("centered", "centered=yes"),
        _WITH_DECAY,
        *_NEGATED,
    ), {**_TORCH_DEFAULTS, "momentum": None, "weight_decay": None}, text=(
        ("", "RMSprop::new(vars, ParamsRMSprop {{ {settings}, ..Default::default() }})"),),
        spelled={**{name: f"{name}: {{}}" for name in _TORCH_DEFAULTS},
                 "momentum": "momentum: Some({})", "weight_decay": "weight_decay: Some({})"},
        beside=_LOSS, choices={**_SWITCH, **_NEGATE}, literals=_RUST),
    Call("Gorgonia", (), roles("WithLearnRate:learning_rate WithRho:decay_rate WithEps:epsilon"
                               " WithClip:clip WithL2Reg:weight_decay"), (
        ("", "epsilon=inside"),
        ("WithClip", "clip=value order=clip_after_average"),
        ("WithL2Reg", "weight_decay=decoupled_unscaled"),
        *_NEGATED[:1],
    ), {"WithLearnRate": 0.001, "WithRho": 0.999, "WithEps": 1e-8, "WithClip": None,
        "WithL2Reg": None}, text=(("", "gorgonia.NewRMSPropSolver({settings})"),),
        spelled={n: f"gorgonia.{n}({{}})" for n in
                 ("WithLearnRate", "WithRho", "WithEps", "WithClip", "WithL2Reg")},
        beside=_LOSS, choices=_NEGATE, literals=_JAVASCRIPT),
)  # fmt: skip
"""Every way there is, the usual one of a library first."""
