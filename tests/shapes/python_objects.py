"""Shapes of optimizers that are handed objects: layers, parameters and models, with gradients.

Every one is the reference, written anew; docs/shapes.md lists the same lines.
"""

from __future__ import annotations

from shapes.python_parts import HELD, INIT

OBJECTS: dict[str, tuple[str, str]] = {
    "a layer": (
        "opt.update_params(layer)  # layer.weights, layer.dweights, layer.biases, layer.dbiases",
        f"""
class OptimizerRMSprop:{INIT}
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
class RMSProp:{INIT}
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
class RMSProp:{INIT}
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
class RMSProp:{INIT}
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
class RMSprop:{HELD.format(data="data")}
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
    "variables that are told what to subtract": (
        "opt.apply_gradients(pairs)  # variable.assign_sub(step)",
        f"""
class RMSProp:{INIT}
        self.v = {{}}

    def apply_gradients(self, grads_and_vars):
        for gradient, variable in grads_and_vars:
            old = self.v.get(id(variable), np.zeros_like(gradient))
            self.v[id(variable)] = v = self.rho * old + (1 - self.rho) * gradient**2
            variable.assign_sub(self.lr * gradient / (np.sqrt(v) + self.eps))
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
class Optimizer:{HELD.format(data="value")}
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
class RMSProp:{HELD.format(data="value")}
    def step(self):
        for i, p in enumerate(self.params):
            self.v[i] = self.alpha * self.v[i] + (1 - self.alpha) * p.grad.value**2
            p.value -= self.lr * p.grad.value / (np.sqrt(self.v[i]) + self.eps)
""",
    ),
    "parameters through a property": (
        "opt.vars = variables; opt.step()  # var.update(step)",
        f"""
class RMSProp:{INIT}
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
class RMSprop:{INIT}
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
class RMSProp:{INIT}
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
class RMSProp:{INIT}
        self.v = {{}}

    def update(self, layer):
        for name, pair in layer.get_parameters().items():
            if not isinstance(pair, tuple):
                raise TypeError(name)
            param, gradient = pair
            self.v[name] = self.rho * self.v.get(name, 0.0) + (1 - self.rho) * gradient**2
            param -= self.lr * gradient / (np.sqrt(self.v[name]) + self.eps)
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
    "objects of the source's own class": (
        "[p for p in params if isinstance(p, Tensor)]  # whose shape is a property",
        """
class Tensor:
    def __init__(self, data, requires_grad=False):
        self.data, self.requires_grad, self.grad = np.asarray(data), requires_grad, None

    @property
    def shape(self):
        return self.data.shape


class RMSProp:
    def __init__(self, params, lr=0.01, alpha=0.9, eps=1e-8):
        self.params = [p for p in params if isinstance(p, Tensor) and p.requires_grad]
        if not self.params:
            raise ValueError("no parameters")
        self.lr, self.alpha, self.eps = lr, alpha, eps
        self.sq = [np.zeros(p.shape) for p in self.params]

    def step(self):
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            self.sq[i] = self.alpha * self.sq[i] + (1 - self.alpha) * p.grad**2
            p.data -= self.lr * p.grad / (np.sqrt(self.sq[i]) + self.eps)
""",
    ),
}
