"""Shapes of optimizers that people have, each written anew, with the line it looks like.

Every one is the reference (two with constants of their own), so that it must come out exact or
with its constants named; docs/shapes.md lists the same lines.
"""

from __future__ import annotations

from textwrap import dedent

from shapes.python_flows import FLOWS
from shapes.python_owners import OWNERS
from shapes.python_structures import STRUCTURES

_INIT = """
    def __init__(self, learning_rate=0.01, rho=0.9, epsilon=1e-8):
        self.lr, self.rho, self.eps = learning_rate, rho, epsilon
"""
_HELD = """
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8):
        self.params, self.lr, self.alpha, self.eps = list(params), lr, alpha, eps
        self.v = [np.zeros_like(p.{data}) for p in self.params]
"""

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
    "a layer": (
        "opt.update_params(layer)  # layer.weights, layer.dweights, layer.biases, layer.dbiases",
        f"""
class OptimizerRMSprop:{_INIT}
    def update_params(self, layer):
        if not hasattr(layer, "weight_cache"):
            layer.weight_cache = np.zeros_like(layer.weights)
            layer.bias_cache = np.zeros_like(layer.biases)
        layer.weight_cache = self.rho * layer.weight_cache + (1 - self.rho) * layer.dweights**2
        layer.bias_cache = self.rho * layer.bias_cache + (1 - self.rho) * layer.dbiases**2
        layer.weights -= self.lr * layer.dweights / (np.sqrt(layer.weight_cache) + self.eps)
        layer.biases -= self.lr * layer.dbiases / (np.sqrt(layer.bias_cache) + self.eps)
""",
    ),
    "layers, the average by layer": (
        "opt.apply(layers)  # layer.W, layer.grad_W, where layer.trainable",
        f"""
class RMSProp:{_INIT}
        self.average = {{}}

    def apply(self, layers):
        for layer in layers:
            if layer.trainable:
                old = self.average.get(layer, np.zeros_like(layer.W))
                self.average[layer] = self.rho * old + (1 - self.rho) * layer.grad_W**2
                layer.W = layer.W - self.lr * layer.grad_W / (
                    np.sqrt(self.average[layer]) + self.eps
                )
""",
    ),
    "a layer and its gradients": (
        "opt.update(layer, grad_weights, grad_bias)",
        f"""
class RMSProp:{_INIT}
        self.v = {{}}

    def update(self, layer, grad_weights, grad_bias):
        for name, g in (("weights", grad_weights), ("bias", grad_bias)):
            old = self.v.get((id(layer), name), 0.0)
            self.v[id(layer), name] = self.rho * old + (1 - self.rho) * g**2
        layer.weights -= self.lr * grad_weights / (
            np.sqrt(self.v[id(layer), "weights"]) + self.eps
        )
        layer.bias -= self.lr * grad_bias / (np.sqrt(self.v[id(layer), "bias"]) + self.eps)
""",
    ),
    "a layer's maps": (
        "opt.update(layer)  # layer.params[name], layer.grads[name]",
        f"""
class RMSProp:{_INIT}
        self.cache = {{}}

    def update(self, layer):
        for name, g in layer.grads.items():
            key = (id(layer), name)
            self.cache[key] = self.rho * self.cache.get(key, 0.0) + (1 - self.rho) * g**2
            layer.params[name] -= self.lr * g / (np.sqrt(self.cache[key]) + self.eps)
""",
    ),
    "parameter objects": (
        "opt = O(params, lr); p.grad = g; opt.step()  # p.data",
        f"""
class RMSprop:{_HELD.format(data="data")}
    def step(self):
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            self.v[i] = self.alpha * self.v[i] + (1 - self.alpha) * p.grad**2
            p.data -= self.lr * p.grad / (np.sqrt(self.v[i]) + self.eps)
""",
    ),
    "parameter objects, some of them": (
        "self.params = [p for p in params if p.requires_grad]",
        """
class RMSprop:
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8):
        self.params = [p for p in params if p.requires_grad]
        self.lr, self.alpha, self.eps = lr, alpha, eps
        self.v = [np.zeros_like(p.data) for p in self.params]

    def step(self):
        for v, p in zip(self.v, self.params):
            v *= self.alpha
            v += (1 - self.alpha) * p.grad**2
            p.data -= self.lr * p.grad / (np.sqrt(v) + self.eps)
""",
    ),
    "weights and biases in the constructor, where they may be left out": (
        "opt = O(weights=w, biases=b, lr=0.1); opt.update(dW, dB)",
        """
class RMSProp:
    def __init__(self, weights=None, biases=None, lr=1e-3, beta=0.9, epsilon=1e-6, name="RMSProp"):
        self.weights, self.biases, self.name = weights, biases, name
        self.lr, self.beta, self.epsilon = lr, beta, epsilon
        self.s = [[np.zeros_like(w), np.zeros_like(b)] for w, b in zip(weights, biases)]

    def update(self, dW, dB):
        for n, s in enumerate(self.s):
            for i, (own, g) in enumerate(((self.weights, dW[n]), (self.biases, dB[n]))):
                s[i] = self.beta * s[i] + (1 - self.beta) * g**2
                own[n] -= self.lr * g / (np.sqrt(s[i]) + self.epsilon)
""",
    ),
    "a learning rate that decays, if asked to": (
        "O(learning_rate, rho=0.9, decay_rate=1.0)  # learning_rate * decay_rate**iteration",
        """
class RMSProp:
    def __init__(self, learning_rate=0.01, rho=0.9, eps=1e-8, decay_rate=1.0):
        assert 0 < decay_rate <= 1
        self.lr, self.rho, self.eps, self.decay_rate = learning_rate, rho, eps, decay_rate
        self.v, self.t = None, 0

    def update(self, params, grads):
        if self.v is None:
            self.v = [np.zeros_like(p) for p in params]
        lr = self.lr * self.decay_rate**self.t
        self.t += 1
        for i, (p, g) in enumerate(zip(params, grads)):
            self.v[i] = self.rho * self.v[i] + (1 - self.rho) * g**2
            p -= lr * g / (np.sqrt(self.v[i]) + self.eps)
""",
    ),
    "parameter objects, the loop in a base": (
        "class RMSProp(Optimizer): def delta(self, i, grad)  # step() of the base loops",
        f"""
class Optimizer:{_HELD.format(data="value")}
    def step(self):
        for i, p in enumerate(self.params):
            p.value = p.value - self.delta(i, p.gradient)


class RMSProp(Optimizer):
    def delta(self, i, gradient):
        self.v[i] = self.alpha * self.v[i] + (1 - self.alpha) * gradient**2
        return self.lr * gradient / (np.sqrt(self.v[i]) + self.eps)
""",
    ),
    "gradients that are objects": (
        "p.value -= ... p.grad.value",
        f"""
class RMSProp:{_HELD.format(data="value")}
    def step(self):
        for i, p in enumerate(self.params):
            self.v[i] = self.alpha * self.v[i] + (1 - self.alpha) * p.grad.value**2
            p.value -= self.lr * p.grad.value / (np.sqrt(self.v[i]) + self.eps)
""",
    ),
    "parameters through a property": (
        "opt.vars = variables; opt.step()  # var.update(step)",
        f"""
class RMSProp:{_INIT}
        self._vars, self._v = None, None

    @property
    def vars(self):
        return self._vars

    @vars.setter
    def vars(self, vars):
        self._v = [np.zeros_like(var.data) for var in vars]
        self._vars = vars

    def step(self):
        for i in range(len(self._vars)):
            g = self._vars[i].grad
            self._v[i] = self.rho * self._v[i] + (1 - self.rho) * g**2
            self._vars[i].update(self.lr * g / (np.sqrt(self._v[i]) + self.eps))
""",
    ),
    "a model": (
        "opt.update(model)  # model.get_weights(), get_gradients(), set_weights(w, b)",
        f"""
class RMSprop:{_INIT}
        self.v = None

    def update(self, model):
        weights, biases = model.get_weights()
        dw, db = model.get_gradients()
        if self.v is None:
            self.v = [[np.zeros_like(x) for x in part] for part in (weights, biases)]
        for part, grads, v in ((weights, dw, self.v[0]), (biases, db, self.v[1])):
            for i in range(len(part)):
                v[i] = self.rho * v[i] + (1 - self.rho) * grads[i] ** 2
                part[i] = part[i] - self.lr * grads[i] / (np.sqrt(v[i]) + self.eps)
        model.set_weights(weights, biases)
""",
    ),
    "a network, set up first": (
        "opt.setup(network); opt.update(network)  # layer.parameters.grad[n]",
        f"""
class RMSProp:{_INIT}
    def setup(self, network):
        self.v = [{{n: np.zeros_like(layer.parameters[n]) for n in layer.parameters.keys()}}
                  for layer in network.layers]

    def update(self, network):
        for i, layer in enumerate(network.layers):
            for n in layer.parameters.keys():
                g = layer.parameters.grad[n]
                self.v[i][n] = self.rho * self.v[i][n] + (1 - self.rho) * g**2
                layer.parameters.step(n, -self.lr * g / (np.sqrt(self.v[i][n]) + self.eps))
""",
    ),
    "a layer's pairs": (
        "for name, (w, g) in layer.get_parameters().items()",
        f"""
class RMSProp:{_INIT}
        self.v = {{}}

    def update(self, layer):
        for name, pair in layer.get_parameters().items():
            param, gradient = pair
            self.v[name] = self.rho * self.v.get(name, 0.0) + (1 - self.rho) * gradient**2
            param -= self.lr * gradient / (np.sqrt(self.v[name]) + self.eps)
""",
    ),
    "lists of arrays": (
        "opt.update(params, grads)  # for p, g in zip(params, grads)",
        f"""
class RMSProp:{_INIT}
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
class RMSProp:{_INIT}
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
class RMSProp:{_INIT}
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
class RMSProp:{_INIT}
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
    class RMSProp:{_INIT.replace(chr(10), chr(10) + "    ").rstrip(" ")}
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
class Momentum:{_INIT}
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


class RMSProp:{_INIT}
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
class RMSProp:{_INIT}
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
    "parameter objects with a shape": (
        "self.v = [np.zeros(p.shape) for p in params]  # p.data, p.grad.data",
        """
class RMSProp:
    def __init__(self, params, lr=0.01, beta=0.9, eps=1e-8):
        self.params, self.lr, self.beta, self.eps = params, lr, beta, eps
        self.v = [np.zeros(p.shape, p.dtype) for p in params]

    def step(self):
        for p, v in zip(self.params, self.v):
            v *= self.beta
            v += (1 - self.beta) * p.grad.data**2
            p.data -= self.lr * p.grad.data / (np.sqrt(v) + self.eps)
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
class RMSProp:{_INIT}
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
    **STRUCTURES,
    **FLOWS,
    **OWNERS,
}


def source(name: str) -> str:
    """The source of a shape."""
    return "import numpy as np\n\n" + dedent(SHAPES[name][1]).strip() + "\n"
