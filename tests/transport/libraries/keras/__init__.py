"""As much of Keras 3 as its binding touches, over NumPy: variables, and pairs to apply."""

import numpy as np


class Variable:
    def __init__(self, value, dtype):
        self.value = np.array(value, dtype)


class ops:  # noqa: N801
    @staticmethod
    def convert_to_tensor(array, dtype):
        return np.array(array, dtype)

    @staticmethod
    def convert_to_numpy(array):
        return np.array(array)


class backend:  # noqa: N801
    @staticmethod
    def backend():
        return "numpy"


class optimizers:  # noqa: N801
    class Optimizer:
        def __init__(self, learning_rate, weight_decay=None, clipvalue=None):
            self.learning_rate, self.weight_decay = learning_rate, weight_decay
            self.clipvalue, self.state = clipvalue, {}

        def get_config(self):
            own = ("learning_rate", "weight_decay", "clipvalue")
            return {name: getattr(self, name) for name in own}

        @classmethod
        def from_config(cls, config):
            return cls(**config)

        def build(self, variables):
            self.state = {id(v): (np.zeros_like(v.value),) * 2 for v in variables}

        def apply_gradients(self, pairs):
            for gradient, variable in pairs:
                w, kind = variable.value, variable.value.dtype.type
                rate = kind(np.float32(self.learning_rate))
                if self.clipvalue:
                    gradient = np.clip(gradient, -kind(self.clipvalue), kind(self.clipvalue))  # noqa: PLW2901
                if self.weight_decay:
                    w = w - (w * kind(self.weight_decay)) * rate
                step, self.state[id(variable)] = self.step(
                    gradient, rate, *self.state[id(variable)]
                )
                variable.value = w - step


class RMSprop(optimizers.Optimizer):
    def __init__(self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False,
                 **kwargs):  # fmt: skip
        super().__init__(learning_rate, **kwargs)
        self.rho, self.momentum, self.epsilon = rho, momentum, epsilon
        self.centered = centered

    def get_config(self):
        own = ("rho", "momentum", "epsilon", "centered")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}

    def step(self, g, rate, v, b):
        d, eps, mu = (g.dtype.type(x) for x in (self.rho, self.epsilon, self.momentum))
        v = d * v + (1 - d) * (g * g)
        step = (rate * g) / np.sqrt(v + eps)
        b = mu * b + step
        return (b if self.momentum else step), (v, b)


RMSprop.__module__ = "keras.src.optimizers.rmsprop"
optimizers.RMSprop = RMSprop
