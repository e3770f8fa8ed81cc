"""Shapes of optimizers that what is done with a value tells apart, not what it is called.

Every one is the reference, written anew; docs/shapes.md lists the same lines.
"""

from __future__ import annotations

from shapes.python_parts import INIT

STRUCTURES: dict[str, tuple[str, str]] = {
    "a closure that is told a key": (
        "apply = rmsprop(lr, rho, eps); w = apply(name, w, g)",
        """
def rmsprop(lr=0.01, rho=0.9, eps=1e-8):
    seen = {}

    def apply(name, w, g):
        seen[name] = rho * seen.get(name, 0.0) + (1 - rho) * g**2
        return w - lr * g / (np.sqrt(seen[name]) + eps)

    return apply
""",
    ),
    "a place beside each array": (
        "opt = O(slots, lr); w = opt.update(which, w, grad)  # self.v[which]",
        """
class RMSProp:
    def __init__(self, slots, lr=0.01, rho=0.9, eps=1e-8):
        self.lr, self.rho, self.eps, self.v = lr, rho, eps, [0.0] * slots

    def update(self, which, w, grad):
        self.v[which] = self.rho * self.v[which] + (1 - self.rho) * grad**2
        return w - self.lr * grad / (np.sqrt(self.v[which]) + self.eps)
""",
    ),
    "averages that are returned beside the arrays": (
        "W, b, sW, sb = rmsprop(W, b, dW, db, sW, sb, lr)",
        """
def rmsprop(W, b, dW, db, sW, sb, lr=0.01, beta=0.9, eps=1e-8):
    sW = beta * sW + (1 - beta) * dW**2
    sb = beta * sb + (1 - beta) * db**2
    return W - lr * dW / (np.sqrt(sW) + eps), b - lr * db / (np.sqrt(sb) + eps), sW, sb
""",
    ),
    "averages of two layers that are returned beside their arrays": (
        "W1, b1, W2, b2, s1, t1, s2, t2 = rmsprop(W1, b1, W2, b2, dW1, ..., s1, t1, s2, t2, lr)",
        """
def rmsprop(W1, b1, W2, b2, dW1, db1, dW2, db2, s1, t1, s2, t2, lr=0.01, rho=0.9, eps=1e-8):
    p, g, s = [W1, b1, W2, b2], [dW1, db1, dW2, db2], [s1, t1, s2, t2]
    for i in range(4):
        s[i] = rho * s[i] + (1 - rho) * g[i] ** 2
        p[i] = p[i] - lr * g[i] / (np.sqrt(s[i]) + eps)
    W1, b1, W2, b2 = p
    s1, t1, s2, t2 = s
    return W1, b1, W2, b2, s1, t1, s2, t2
""",
    ),
    "maps of averages, one of them not used, by a choice within a choice": (
        'opt.step(dW, db, W, b, m1, m2)  # if kind in ("adam", "rmsprop"): m1["W"] = ...',
        """
class Rule:
    def __init__(self, kind, lr=0.01, rho=0.9, eps=1e-8):
        self.kind, self.lr, self.rho, self.eps = kind, lr, rho, eps

    def step(self, dW, db, W, b, m1=None, m2=None):
        if self.kind in ("adam", "rmsprop"):
            m1["W"] = self.rho * m1["W"] + (1 - self.rho) * dW
            m1["b"] = self.rho * m1["b"] + (1 - self.rho) * db
            m2["W"] = self.rho * m2["W"] + (1 - self.rho) * dW**2
            m2["b"] = self.rho * m2["b"] + (1 - self.rho) * db**2
            if self.kind == "rmsprop":
                W -= self.lr * dW / (np.sqrt(m2["W"]) + self.eps)
                b -= self.lr * db / (np.sqrt(m2["b"]) + self.eps)
        return W, b, m1, m2
""",
    ),
    "settings in an object": (
        "opt = O(params, args)  # args.lr, args.beta, args.eps",
        """
class RMSProp:
    def __init__(self, params, args):
        self.params, self.args, self.v = params, args, [np.zeros_like(p) for p in params]

    def step(self, grads):
        for i, (p, g) in enumerate(zip(self.params, grads)):
            self.v[i] = self.args.beta * self.v[i] + (1 - self.args.beta) * g**2
            p -= self.args.lr * g / (np.sqrt(self.v[i]) + self.args.eps)
""",
    ),
    "maps under names that nobody knows": (
        "opt.шаг(веса, градиенты)  # for имя in веса: веса[имя] -= ..., градиенты[имя] ** 2",
        """
class RMSProp:
    def __init__(self, скорость=0.01, затухание=0.9, эпс=1e-8):
        self.скорость, self.затухание, self.эпс, self.кэш = скорость, затухание, эпс, {}

    def шаг(self, веса, градиенты):
        for имя in веса:
            к = self.кэш.get(имя, np.zeros_like(веса[имя]))
            к = self.затухание * к + (1 - self.затухание) * градиенты[имя] ** 2
            self.кэш[имя] = к
            веса[имя] -= self.скорость * градиенты[имя] / (np.sqrt(к) + self.эпс)
""",
    ),
    "a state of a class that says RMSProp": (
        "params, state = update(params, grads, state)  # state: RmsPropState, a named tuple",
        """
from typing import NamedTuple


class RmsPropState(NamedTuple):
    count: int
    nu: list


def init(params):
    return RmsPropState(0, [np.zeros_like(p) for p in params])


def update(params, grads, state: RmsPropState, *, learning_rate=1e-3, decay=0.9, eps=1e-8):
    nu = [decay * n + (1 - decay) * g**2 for n, g in zip(state.nu, grads)]
    new = [p - learning_rate * g / (np.sqrt(n) + eps) for p, g, n in zip(params, grads, nu)]
    return new, RmsPropState(state.count + 1, nu)
""",
    ),
    "dataclasses with settings that may be left out": (
        "@dataclass class O: config: Config = field(default_factory=Config)  # self.config.lr",
        """
from dataclasses import dataclass, field


@dataclass
class Config:
    lr: float = 1e-3
    alpha: float = 0.99
    eps: float = 1e-8
    momentum: float = 0.0


@dataclass
class RMSProp:
    config: Config = field(default_factory=Config)
    averages: dict = field(default_factory=dict, init=False)

    def step(self, params, grads):
        c = self.config
        for name, p in params.items():
            v = self.averages.setdefault(name, np.zeros_like(p))
            v[...] = c.alpha * v + (1 - c.alpha) * grads[name] ** 2
            assert not c.momentum > 0
            p -= c.lr * grads[name] / (np.sqrt(v) + c.eps)
""",
    ),
    "lists of numbers, settings in an object": (
        "state = init(weights); step(state, weights, grads, cfg)  # weights[k][i], cfg.rho",
        """
def init(weights):
    return {"t": 0, "v": {k: [0.0] * len(w) for k, w in weights.items()}}


def step(state, weights, gradients, cfg):
    state["t"] += 1
    for k in weights:
        for i, g in enumerate(gradients[k]):
            state["v"][k][i] = cfg.rho * state["v"][k][i] + (1 - cfg.rho) * g**2
            weights[k][i] -= cfg.lr * g / (state["v"][k][i] ** 0.5 + cfg.eps)
    return weights, state
""",
    ),
    "prepared before the first step": (
        "opt.prepare_update(params); opt.update(params, grads)",
        f"""
class RMSProp:{INIT}
    def prepare_update(self, params):
        self.state = {{k: np.zeros_like(p) for k, p in params.items()}}

    def update(self, params, grads):
        for k in params:
            self.state[k] = self.rho * self.state[k] + (1 - self.rho) * grads[k] ** 2
            params[k] -= self.lr * grads[k] / (np.sqrt(self.state[k]) + self.eps)
""",
    ),
    "a state that is prepared": (
        'state = prepare_update(params); update(params, grads, state, lr)  # state["cache"]',
        """
def prepare_update(params):
    return {"cache": {k: np.zeros_like(p) for k, p in params.items()}}


def update(params, grads, state, lr=0.01, rho=0.9, eps=1e-8):
    for k in params:
        state["cache"][k] = rho * state["cache"][k] + (1 - rho) * grads[k] ** 2
        params[k] -= lr * grads[k] / (np.sqrt(state["cache"][k]) + eps)
""",
    ),
    "keys put together of texts": (
        'for kind in ("W", "b"): key = kind + str(l); params[key], grads["d" + key]',
        """
def begin(parameters):
    return {"d" + key: np.zeros_like(array) for key, array in parameters.items()}


def update_with_rmsprop(parameters, grads, s, learning_rate=0.01, beta=0.9, epsilon=1e-8):
    for l in range(len(parameters) // 2):
        for kind in ("W", "b"):
            key = kind + str(l + 1)
            old = s.get("d" + key, 0.0)
            s["d" + key] = beta * old + (1 - beta) * np.square(grads["d" + key])
            parameters[key] = parameters[key] - learning_rate * grads["d" + key] / (
                np.sqrt(s["d" + key]) + epsilon
            )
    return parameters
""",
    ),
    "any number of gradients": (
        "steps = opt.changes(*nablas)",
        f"""
class RMSProp:{INIT}
        self.averages = None

    def changes(self, *nablas):
        if self.averages is None:
            self.averages = [0 for _ in nablas]
        steps = []
        for i, nabla in enumerate(nablas):
            self.averages[i] = self.rho * self.averages[i] + (1 - self.rho) * nabla**2
            steps.append(self.lr * nabla / (np.sqrt(self.averages[i]) + self.eps))
        return steps
""",
    ),
    "a decay that is called momentum": (
        "O(learning_rate, momentum=0.9)  # self.m = self.m * momentum + ... ** 2",
        """
class RMSProp:
    def __init__(self, layer, learning_rate, momentum=0.9, epsilon=1e-8):
        self.layer, self.lr, self.momentum, self.eps = layer, learning_rate, momentum, epsilon
        self.m = 0.0

    def step(self):
        grad = self.layer.grad_w
        self.m = self.momentum * self.m + (1 - self.momentum) * grad**2
        self.layer.w -= self.lr * grad / (np.sqrt(self.m) + self.eps)
""",
    ),
    "gradients under a name that nobody knows, beside a step": (
        "w = opt.move(w, slant, t)  # slant**2 goes into the average",
        f"""
class RMSProp:{INIT}
        self.r = 0.0

    def move(self, w, slant, t):
        self.r = self.rho * self.r + (1 - self.rho) * np.power(slant, 2)
        return w - self.lr * slant / (np.sqrt(self.r) + self.eps) + 0.0 * t
""",
    ),
    "an array, its gradient and its name": (
        "for param, grad, name in layer.get_params(): param -= ...",
        f"""
class RMSProp:{INIT}
        self.v = {{}}

    def step(self, layers):
        for number, layer in enumerate(layers):
            for entry in layer.get_params():
                if len(entry) < 2:
                    continue
                param, grad, name = entry
                key = (number, name)
                self.v[key] = self.rho * self.v.get(key, 0.0) + (1 - self.rho) * grad**2
                param -= self.lr * grad / (np.sqrt(self.v[key]) + self.eps)
""",
    ),
    "a layer that takes its step": (
        "layer.update(lr * layer.dw / ..., lr * layer.db / ...)",
        """
class RMSProp:
    def __init__(self, net, lr=0.01, rho=0.9, eps=1e-8):
        self.net, self.lr, self.rho, self.eps = net, lr, rho, eps

    def update(self):
        for layer in self.net.layers:
            if not hasattr(layer, "sw"):
                layer.sw, layer.sb = 0, 0
            layer.sw = self.rho * layer.sw + (1 - self.rho) * layer.dw**2
            layer.sb = self.rho * layer.sb + (1 - self.rho) * layer.db**2
            layer.update(
                self.lr * layer.dw / (np.sqrt(layer.sw) + self.eps),
                self.lr * layer.db / (np.sqrt(layer.sb) + self.eps),
            )
""",
    ),
    "arrays by the names of a layer's attributes": (
        'self._move(layer, "weights", weight_grads)  # getattr(layer, name), layer.kept[name]',
        f"""
class RMSProp:{INIT}
    def update(self, layer, weight_grads, bias_grads):
        self._move(layer, "weights", weight_grads)
        self._move(layer, "biases", bias_grads)

    def _move(self, layer, name, grads):
        if name not in layer.kept:
            layer.kept[name] = {{"average": 0.0}}
        average = self.rho * layer.kept[name]["average"] + (1 - self.rho) * grads**2
        layer.kept[name]["average"] = average
        array = getattr(layer, name)
        array -= self.lr * grads / (np.sqrt(average) + self.eps)
""",
    ),
    "a layer with a flag, under any name": (
        "opt.update(this, dw, db)  # if this.is_new: this.is_new = False; this.v = zeros",
        f"""
class RMSProp:{INIT}
    def update(self, this, dw, db):
        if this.is_new:
            this.is_new = False
            this.v_w, this.v_b = np.zeros_like(this.w), np.zeros_like(this.b)
        this.v_w = self.rho * this.v_w + (1 - self.rho) * dw**2
        this.w -= self.lr * dw / (np.sqrt(this.v_w) + self.eps)
        this.v_b = self.rho * this.v_b + (1 - self.rho) * db**2
        this.b -= self.lr * db / (np.sqrt(this.v_b) + self.eps)
""",
    ),
    "a hyperparameter that its default tells": (
        "O(lr=0.01, psi=0.9, tiny=1e-6)  # psi and tiny are what such defaults are for",
        """
class RMSProp:
    def __init__(self, layer, lr=0.01, psi=0.9, tiny=1e-6):
        self.layer, self.lr, self.psi, self.tiny, self.r = layer, lr, psi, tiny, 0.0

    def step(self):
        grad = self.layer.grad_w
        self.r = self.psi * self.r + (1 - self.psi) * grad**2
        self.layer.w -= self.lr * grad / (np.sqrt(self.r) + self.tiny)
""",
    ),
}
