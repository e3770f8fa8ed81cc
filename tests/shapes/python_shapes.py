"""Shapes of optimizers that people have, each written anew, with the line it looks like.

Every one is the reference (two with constants of their own), so that it must come out exact or
with its constants named; docs/shapes.md lists the same lines.
"""

from __future__ import annotations

from textwrap import dedent

from shapes.python_flows import FLOWS
from shapes.python_objects import OBJECTS
from shapes.python_owners import OWNERS
from shapes.python_parts import INIT
from shapes.python_places import PLACES
from shapes.python_settings import SETTINGS
from shapes.python_structures import STRUCTURES

SHAPES: dict[str, tuple[str, str]] = {
    "a state that another function makes of the weights": (
        "state = init(params); params, state = update(grads, state, params, lr)",
        """
def init(params):
    return {"count": 0, "nu": {k: np.zeros_like(p) for k, p in params.items()}}


def update(grads, state, params, lr=0.01, rho=0.9, eps=1e-8):
    nu = {k: rho * state["nu"][k] + (1 - rho) * g**2 for k, g in grads.items()}
    new = {k: p - lr * grads[k] / (np.sqrt(nu[k]) + eps) for k, p in params.items()}
    return new, {"count": state["count"] + 1, "nu": nu}
""",
    ),
    "hyperparameters in a state that another function makes": (
        "state = create_state(params, lr, rho, eps); rmsprop(params, grads, state)",
        """
def create_state(params, lr=0.01, rho=0.9, eps=1e-8):
    v = {k: np.zeros_like(p) for k, p in params.items()}
    return {"lr": lr, "rho": rho, "eps": eps, "v": v}


def rmsprop(params, grads, state):
    for k, g in grads.items():
        state["v"][k] = state["rho"] * state["v"][k] + (1 - state["rho"]) * g**2
        params[k] = params[k] - state["lr"] * g / (np.sqrt(state["v"][k]) + state["eps"])
""",
    ),
    "lists of arrays": (
        "opt.update(params, grads)  # for p, g in zip(params, grads)",
        f"""
class RMSProp:{INIT}
        self.v = None

    def update(self, params, grads):
        if self.v is None:
            self.v = [np.zeros_like(p) for p in params]
        for i, (p, g) in enumerate(zip(params, grads)):
            self.v[i] = self.rho * self.v[i] + (1 - self.rho) * g**2
            p -= self.lr * g / (np.sqrt(self.v[i]) + self.eps)
""",
    ),
    "arrays in the constructor, step(grads)": (
        "opt = O(params, lr); params = opt.step(grads)",
        """
class RMSProp:
    def __init__(self, params, lr=0.01, decay=0.99, eps=1e-8):
        self.params, self.lr, self.decay, self.eps, self.v = params, lr, decay, eps, None

    def step(self, grads):
        if self.v is None:
            self.v = [np.zeros_like(p) for p in self.params]
        new = []
        for i, p in enumerate(self.params):
            self.v[i] = self.decay * self.v[i] + (1 - self.decay) * grads[i] ** 2
            new.append(p - self.lr * grads[i] / (np.sqrt(self.v[i]) + self.eps))
        self.params = new
        return new
""",
    ),
    "a list of maps": (
        "opt.update(gradients)  # gradients[l][key], parameters[l][key]",
        """
class RMSProp:
    def __init__(self, parameters, learning_rate=0.01, alpha=0.99, eps=1e-8):
        self.parameters, self.lr, self.alpha, self.eps = parameters, learning_rate, alpha, eps
        self.cache = [{} for _ in parameters]

    def update(self, gradients):
        for number in range(len(self.parameters)):
            param, grad, cache = self.parameters[number], gradients[number], self.cache[number]
            for key in param:
                old = cache.get(key, 0.0)
                cache[key] = self.alpha * old + (1 - self.alpha) * grad[key] ** 2
                param[key] = param[key] - self.lr * grad[key] / (np.sqrt(cache[key]) + self.eps)
""",
    ),
    "settings in a map": (
        'w, config = rmsprop(w, dw, config)  # config.setdefault("learning_rate", 0.01)',
        """
def rmsprop(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("decay_rate", 0.99)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("cache", np.zeros_like(w))
    d = config["decay_rate"]
    config["cache"] = d * config["cache"] + (1 - d) * dw**2
    return w - config["learning_rate"] * dw / (np.sqrt(config["cache"]) + config["epsilon"]), config
""",
    ),
    "settings in a map, weights in place": (
        'w, config = rmsprop(w, dw, config)  # w -= ...; config["cache"] = cache',
        """
def rmsprop(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("decay_rate", 0.99)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("cache", np.zeros_like(w))
    d, cache = config["decay_rate"], config["cache"]
    cache = d * cache + (1 - d) * dw**2
    w -= config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
    config["cache"] = cache
    return w, config
""",
    ),
    "numbered keys": (
        'parameters["W" + str(l)], grads["dW" + str(l)]',
        """
def initialize_rmsprop(parameters):
    return {"d" + key: np.zeros_like(value) for key, value in parameters.items()}


def update_with_rmsprop(parameters, grads, s, learning_rate, beta, epsilon=1e-8):
    for l in range(1, len(parameters) // 2 + 1):
        for part in ("W", "b"):
            pass
        s["dW" + str(l)] = beta * s["dW" + str(l)] + (1 - beta) * grads["dW" + str(l)] ** 2
        s["db" + str(l)] = beta * s["db" + str(l)] + (1 - beta) * grads["db" + str(l)] ** 2
        parameters["W" + str(l)] = parameters["W" + str(l)] - learning_rate * grads[
            "dW" + str(l)
        ] / (np.sqrt(s["dW" + str(l)]) + epsilon)
        parameters["b" + str(l)] = parameters["b" + str(l)] - learning_rate * grads[
            "db" + str(l)
        ] / (np.sqrt(s["db" + str(l)]) + epsilon)
    return parameters, s
""",
    ),
    "a name beside each array": (
        "w = opt.update(param, param_grad, param_name)",
        f"""
class RMSProp:{INIT}
        self.cache = {{}}

    def update(self, param, param_grad, param_name, cur_loss=None):
        old = self.cache.get(param_name, np.zeros_like(param))
        self.cache[param_name] = self.rho * old + (1 - self.rho) * param_grad**2
        return param - self.lr * param_grad / (np.sqrt(self.cache[param_name]) + self.eps)
""",
    ),
    "weights and biases in one call": (
        "w, b = opt.update(t, w, b, delta_w, delta_b)",
        f"""
class RMSProp:{INIT}
        self.vw, self.vb = 0, 0

    def update(self, t, w, b, delta_w, delta_b):
        self.vw = self.rho * self.vw + (1 - self.rho) * delta_w**2
        self.vb = self.rho * self.vb + (1 - self.rho) * delta_b**2
        w = w - self.lr * delta_w / (np.sqrt(self.vw) + self.eps)
        b = b - self.lr * delta_b / (np.sqrt(self.vb) + self.eps)
        return w, b
""",
    ),
    "the step is returned": (
        "w -= opt(grads, learning_rate)",
        """
class RMSprop:
    def __init__(self, num_params, beta, eps):
        self.v, self.beta, self.eps = np.zeros((num_params, 1)), beta, eps

    def __call__(self, grads, learning_rate):
        self.v = self.beta * self.v + (1 - self.beta) * np.square(grads)
        return learning_rate * grads / (np.sqrt(self.v) + self.eps)
""",
    ),
    "the step is returned, already negative": (
        "w += opt.process(grad)",
        f"""
class RMSProp:{INIT}
        self.v = 0.0

    def process(self, grad):
        self.v = self.rho * self.v + (1 - self.rho) * grad**2
        return (-self.lr * grad) / (np.sqrt(self.v) + self.eps)
""",
    ),
    "the step is returned, without the learning rate": (
        "w -= learning_rate * opt.direction(dw)",
        """
class RMSProp:
    def __init__(self, rho=0.9, eps=1e-8):
        self.v, self.rho, self.eps = 0.0, rho, eps

    def direction(self, dw):
        self.v = self.rho * self.v + (1 - self.rho) * dw**2
        return dw / (np.sqrt(self.v) + self.eps)
""",
    ),
    "hyperparameters by keyword": (
        'O(eta, **kwargs)  # kwargs.get("beta", 0.9)',
        """
class RMSProp:
    def __init__(self, eta, **kwargs):
        self.eta, self.v = eta, None
        self.beta, self.eps = kwargs.get("beta", 0.9), kwargs.get("epsilon", 1e-8)

    def update(self, w, g):
        self.v = np.zeros_like(w) if self.v is None else self.v
        self.v = self.beta * self.v + (1 - self.beta) * g**2
        return w - self.eta * g / (np.sqrt(self.v) + self.eps)
""",
    ),
    "names that mean another thing": (
        "O(epsilon=0.01, rho=0.9, delta=1e-8)  # epsilon is the learning rate",
        """
class RMSProp:
    def __init__(self, epsilon=0.01, rho=0.9, delta=1e-8):
        self.lr, self.rho, self.delta, self.v = epsilon, rho, delta, None

    def step(self, params, grads):
        self.v = np.zeros_like(params) if self.v is None else self.v
        self.v = self.rho * self.v + (1 - self.rho) * grads**2
        return params - self.lr * grads / (np.sqrt(self.v) + self.delta)
""",
    ),
    "a nested class": (
        "class Optimizers: class RMSProp: ...",
        f"""
class Optimizers:
    class RMSProp:{INIT.replace(chr(10), chr(10) + "    ").rstrip(" ")}
            self.v = {{}}

        def update(self, params, grads):
            for k in params:
                self.v[k] = self.rho * self.v.get(k, 0.0) + (1 - self.rho) * grads[k] ** 2
                params[k] -= self.lr * grads[k] / (np.sqrt(self.v[k]) + self.eps)
""",
    ),
    "several optimizers": (
        "class Momentum ...; class RMSProp ...  # the one that says RMSProp is taken",
        f"""
class Momentum:{INIT}
        self.b = {{}}

    def update(self, params, grads):
        for k in params:
            self.b[k] = self.rho * self.b.get(k, 0.0) + grads[k]
            params[k] -= self.lr * self.b[k]


class RMSProp(Momentum):
    def update(self, params, grads):
        for k in params:
            self.b[k] = self.rho * self.b.get(k, 0.0) + (1 - self.rho) * grads[k] ** 2
            params[k] -= self.lr * grads[k] / (np.sqrt(self.b[k]) + self.eps)
""",
    ),
    "a script that fails further down": (
        "class RMSProp: ...  # then sys.argv[1] at the top level",
        f"""
import sys


class RMSProp:{INIT}
        self.v = {{}}

    def update(self, params, grads):
        for k in params:
            self.v[k] = self.rho * self.v.get(k, 0.0) + (1 - self.rho) * grads[k] ** 2
            params[k] -= self.lr * grads[k] / (np.sqrt(self.v[k]) + self.eps)


steps = int(sys.argv[1])
""",
    ),
    "lists of weights and biases": (
        "opt.step(params, grads)  # params[i][0], params[i][1], each with its gradients",
        f"""
class RMSProp:{INIT}
        self.v = None

    def step(self, params, grads):
        if self.v is None:
            self.v = [[np.zeros_like(p) for p in layer] for layer in params]
        for i in range(len(params)):
            self.v[i][0] = self.rho * self.v[i][0] + (1 - self.rho) * grads[i][0] ** 2
            params[i][0] -= self.lr * grads[i][0] / (np.sqrt(self.v[i][0]) + self.eps)
            self.v[i][1] = self.rho * self.v[i][1] + (1 - self.rho) * grads[i][1] ** 2
            params[i][1] -= self.lr * grads[i][1] / (np.sqrt(self.v[i][1]) + self.eps)
""",
    ),
    "gradients under a name that nobody knows": (
        "w += opt.calc_update(learning_rate, d_inp)",
        """
class RMSProp:
    def __init__(self, decay_rate, eps=1e-8):
        self.decay_rate, self.eps, self.v = decay_rate, eps, 0

    def calc_update(self, step, d_inp):
        self.v = self.decay_rate * self.v + (1 - self.decay_rate) * d_inp**2
        return -step * d_inp / (np.sqrt(self.v) + self.eps)
""",
    ),
    "arrays in the constructor, in groups": (
        'O(params, lr)  # self.param_groups = [{"params": params}], then step(grads)',
        """
class RMSProp:
    def __init__(self, params, lr=0.01, alpha=0.9, eps=1e-8):
        groups = list(params)
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        self.state, self.param_groups = {}, []
        for group in groups:
            group.setdefault("lr", lr)
            self.param_groups.append(group)
        self.alpha, self.eps = alpha, eps

    def step(self, grads):
        for group in self.param_groups:
            for i, param in enumerate(group["params"]):
                old = self.state.get(i, np.zeros_like(param))
                self.state[i] = self.alpha * old + (1 - self.alpha) * grads[i] ** 2
                param -= group["lr"] * grads[i] / (np.sqrt(self.state[i]) + self.eps)


class RMSPropTF(RMSProp):
    def step(self, grads):
        raise NotImplementedError
""",
    ),
    "averages handed in as a list": (
        "update(params, grads, cache, lr)  # cache[i] = beta * cache[i] + ...",
        """
def rmsprop_update(params, grads, cache, learning_rate=0.01, beta=0.9, epsilon=1e-8):
    for i in range(len(params)):
        cache[i] = beta * cache[i] + (1 - beta) * grads[i] ** 2
        params[i] -= learning_rate * grads[i] / (np.sqrt(cache[i]) + epsilon)
""",
    ),
    "pairs of a gradient and an array": (
        "opt.update(grads_and_params)  # for g, p in grads_and_params",
        f"""
class RMSProp:{INIT}
        self.v = None

    def update(self, grads_and_params, in_place=True):
        if self.v is None:
            self.v = [np.zeros_like(p) for _, p in grads_and_params]
        for i, (grad, param) in enumerate(grads_and_params):
            self.v[i] = self.rho * self.v[i] + (1 - self.rho) * grad**2
            param -= self.lr * grad / (np.sqrt(self.v[i]) + self.eps)
""",
    ),
    "keys numbered from zero": (
        'for l in range(len(params) // 2): params["W" + str(l)], grads["dW" + str(l)]',
        """
def initialize_rms(params):
    s = {}
    for l in range(len(params) // 2):
        s["dW" + str(l)] = np.zeros_like(params["W" + str(l)])
        s["db" + str(l)] = np.zeros_like(params["b" + str(l)])
    return s


def update_with_rms(params, grads, s, beta, learning_rate, epsilon):
    for l in range(len(params) // 2):
        s["dW" + str(l)] = beta * s["dW" + str(l)] + (1 - beta) * np.square(grads["dW" + str(l)])
        s["db" + str(l)] = beta * s["db" + str(l)] + (1 - beta) * np.square(grads["db" + str(l)])
        params["W" + str(l)] = params["W" + str(l)] - learning_rate * grads["dW" + str(l)] / (
            np.sqrt(s["dW" + str(l)]) + epsilon
        )
        params["b" + str(l)] = params["b" + str(l)] - learning_rate * grads["db" + str(l)] / (
            np.sqrt(s["db" + str(l)]) + epsilon
        )
    return params
""",
    ),
    "averages by name, the step is returned": (
        'dW, db, s = rmsprop(dW, db, s)  # s["dW"], s["db"]; W -= learning_rate * dW',
        """
def rmsprop(dW, db, s, beta=0.9, epsilon=1e-8):
    s["dW"] = beta * s["dW"] + (1 - beta) * np.square(dW)
    s["db"] = beta * s["db"] + (1 - beta) * np.square(db)
    return dW / (np.sqrt(s["dW"]) + epsilon), db / (np.sqrt(s["db"]) + epsilon), s
""",
    ),
    **OBJECTS,
    **STRUCTURES,
    **FLOWS,
    **OWNERS,
    **PLACES,
    **SETTINGS,
}


def source(name: str) -> str:
    """The source of a shape."""
    return "import numpy as np\n\n" + dedent(SHAPES[name][1]).strip() + "\n"
