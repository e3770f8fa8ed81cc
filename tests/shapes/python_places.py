"""Shapes in which places, keys or names say what belongs together, or arguments are given early.

Every one is the reference, written anew; docs/shapes.md lists the same lines.
"""

from __future__ import annotations

from shapes.python_parts import INIT

PLACES: dict[str, tuple[str, str]] = {
    "layers counted from one, gradients from zero": (
        "for i in range(1, len(layers)): layers[i].W -= lr * dW[i - 1] / ...",
        """
class RMSProp:
    def __init__(self, layers, lr=0.01, rho=0.9, eps=1e-8):
        self.layers, self.lr, self.rho, self.eps = layers, lr, rho, eps
        self.vw = [None] + [np.zeros_like(layer.W) for layer in layers[1:]]
        self.vb = [None] + [np.zeros_like(layer.b) for layer in layers[1:]]

    def step(self, dW, db):
        for i in range(1, len(self.layers)):
            self.vw[i] = self.rho * self.vw[i] + (1 - self.rho) * dW[i - 1] ** 2
            self.vb[i] = self.rho * self.vb[i] + (1 - self.rho) * db[i - 1] ** 2
            self.layers[i].W -= self.lr * dW[i - 1] / (np.sqrt(self.vw[i]) + self.eps)
            self.layers[i].b -= self.lr * db[i - 1] / (np.sqrt(self.vb[i]) + self.eps)
""",
    ),
    "weights counted from one": (
        "for l in range(1, len(weights)): weights[l] = weights[l] - lr * grads[l - 1] / ...",
        f"""
class RMSProp:{INIT}
        self.v = None

    def update(self, weights, grads):
        if self.v is None:
            self.v = [np.zeros_like(g) for g in grads]
        for l in range(1, len(weights)):
            g = grads[l - 1]
            self.v[l - 1] = self.rho * self.v[l - 1] + (1 - self.rho) * g**2
            weights[l] = weights[l] - self.lr * g / (np.sqrt(self.v[l - 1]) + self.eps)
        return weights
""",
    ),
    "pairs of an array and its gradient, averages by place handed back": (
        "out, cache = rmsprop(pairs, cache)  # for i, (w, g) in enumerate(pairs): ...",
        """
def rmsprop(pairs, cache, lr=0.01, rho=0.9, eps=1e-8):
    out = []
    for i, (w, g) in enumerate(pairs):
        if i not in cache:
            cache[i] = np.zeros_like(w)
        cache[i] = rho * cache[i] + (1 - rho) * g**2
        out.append(w - lr * g / (np.sqrt(cache[i]) + eps))
    return out, cache
""",
    ),
    "pairs of weights and biases, replaced by new ones": (
        "for i, (W, b) in enumerate(self.params): dW, db = grads[i]; self.params[i] = (..., ...)",
        """
class RMSProp:
    def __init__(self, params, lr=0.01, rho=0.9, eps=1e-8):
        self.params, self.lr, self.rho, self.eps = params, lr, rho, eps
        self.cache = [(np.zeros_like(W), np.zeros_like(b)) for W, b in params]

    def step(self, grads):
        for i, (W, b) in enumerate(self.params):
            (dW, db), (cW, cb) = grads[i], self.cache[i]
            cW = self.rho * cW + (1 - self.rho) * dW**2
            cb = self.rho * cb + (1 - self.rho) * db**2
            self.cache[i] = (cW, cb)
            W = W - self.lr * dW / (np.sqrt(cW) + self.eps)
            b = b - self.lr * db / (np.sqrt(cb) + self.eps)
            self.params[i] = (W, b)
""",
    ),
    "parameter objects and gradients under the same keys": (
        "for uid in net.vars: net.vars[uid].value -= lr * gradient[uid] / ...",
        f"""
class RMSProp:{INIT}
        self.m = {{}}

    def update(self, net, gradient):
        for uid in net.vars:
            g = gradient[uid]
            self.m[uid] = self.rho * self.m.get(uid, 0.0) + (1 - self.rho) * g * g
            net.vars[uid].value += -self.lr * g / (np.sqrt(self.m[uid]) + self.eps)
""",
    ),
    "a layer's arrays in a map that is written there": (
        'params = {"weights": layer.weights, ...}; params[key] -= ..., grads[key], by layer.name',
        f"""
class RMSProp:{INIT}
        self.s = {{}}

    def step(self, layer, grads):
        if self.s.get(layer.name) is None:
            self.s[layer.name] = {{
                "weights": np.zeros_like(layer.weights),
                "biases": np.zeros_like(layer.biases),
            }}
        params, s = {{"weights": layer.weights, "biases": layer.biases}}, self.s[layer.name]
        for key in ["weights", "biases"]:
            s[key] = self.rho * s[key] + (1 - self.rho) * (grads[key] ** 2)
            params[key] -= self.lr * grads[key] / (np.sqrt(s[key]) + self.eps)
""",
    ),
    "pairs that are written there": (
        "for p, g, v in ((layer.W, layer.dW, layer.vW), (layer.b, layer.db, layer.vb)): p -= ...",
        f"""
class RMSProp:{INIT}
    def update(self, layer):
        if not hasattr(layer, "vW"):
            layer.vW, layer.vb = np.zeros_like(layer.W), np.zeros_like(layer.b)
        for p, g, v in ((layer.W, layer.dW, layer.vW), (layer.b, layer.db, layer.vb)):
            v *= self.rho
            v += (1 - self.rho) * g**2
            p -= self.lr * g / (np.sqrt(v) + self.eps)
""",
    ),
    "gradients that are called a variable": (
        "w -= opt.delta(var)  # self.r = (1 - alpha) * np.square(var) + alpha * self.r",
        """
class RMSProp:
    def __init__(self, learning_rate=0.01, alpha=0.9, epsilon=1e-8):
        self.__eta, self.__alpha, self.__epsilon, self.__r = learning_rate, alpha, epsilon, 0

    def delta(self, var):
        self.__r = (1 - self.__alpha) * np.square(var) + self.__alpha * self.__r
        return self.__eta * var / (self.__epsilon + np.sqrt(self.__r))
""",
    ),
    "numbered keys and the number, layers in a map": (
        'opt.config(layers); opt.optimize(i, layers, grads)  # layers[i].W, grads[f"dW{i}"]',
        f"""
class RMSProp:{INIT}
        self.cache = {{}}

    def config(self, layers):
        for i in layers.keys():
            self.cache[f"W{{i}}"] = self.cache[f"b{{i}}"] = 0

    def optimize(self, idx, layers, grads, epoch):
        for key in ("W", "b"):
            square = grads[f"d{{key}}{{idx}}"] ** 2
            self.cache[f"{{key}}{{idx}}"] = (
                self.rho * self.cache[f"{{key}}{{idx}}"] + (1 - self.rho) * square
            )
        dW, db = grads[f"dW{{idx}}"], grads[f"db{{idx}}"]
        layers[idx].W += -self.lr * dW / (np.sqrt(self.cache[f"W{{idx}}"]) + self.eps)
        layers[idx].b += -self.lr * db / (np.sqrt(self.cache[f"b{{idx}}"]) + self.eps)
""",
    ),
    "parameter objects that steps are taken from": (
        "for p in model.parameters(): p -= lr * p.grad.data / ...  # not p.data",
        """
class RMSProp:
    def __init__(self, model, lr=0.01, beta=0.9, eps=1e-8):
        self.model, self.lr, self.beta, self.eps = model, lr, beta, eps
        self.s = [np.zeros_like(p.data) for p in self.model.parameters()]

    def step(self):
        for i, p in enumerate(self.model.parameters()):
            self.s[i] = self.beta * self.s[i] + (1 - self.beta) * p.grad.data**2
            p -= self.lr * p.grad.data / (np.sqrt(self.s[i]) + self.eps)
""",
    ),
    "parameter objects in a map, by its class": (
        "if isinstance(parts, dict): self.parts = parts  # part.value, part.grad, in parts.items()",
        """
class Moving:
    def __init__(self, parts, lr):
        if isinstance(parts, list):
            self.parts = {f"part{i}": part for i, part in enumerate(parts)}
        elif isinstance(parts, dict):
            self.parts = parts
        self.lr = lr

    def minimize(self, loss):
        loss.backward()
        self.update()


class RMSProp(Moving):
    def __init__(self, parts, lr=0.01, rho=0.9, eps=1e-8):
        super().__init__(parts, lr)
        self.rho, self.eps = rho, eps
        self.s = {key: np.zeros_like(part.value) for key, part in parts.items()}

    def update(self):
        for key in self.parts:
            part, s = self.parts[key], self.s[key]
            if part.grad is None:
                continue
            s *= self.rho
            s += (1 - self.rho) * part.grad**2
            part.value -= self.lr * part.grad / (np.sqrt(s) + self.eps)
""",
    ),
    "a layer that has its optimizers itself": (
        "layer.rmsprop()  # self.e = 0.9 * self.e + 0.1 * self.dw**2; self.w -= ...",
        """
class Dense:
    def __init__(self, ins, outs, lr=0.01, rho=0.9, eps=1e-8):
        self.w, self.dw = np.random.randn(ins, outs), None
        self.g, self.e = np.zeros((ins, outs)), np.zeros((ins, outs))
        self.lr, self.rho, self.eps = lr, rho, eps

    def adagrad(self):
        self.g += self.dw**2
        self.w -= self.lr * self.dw / (np.sqrt(self.g) + self.eps)

    def rmsprop(self):
        self.e = self.rho * self.e + (1 - self.rho) * self.dw**2
        self.w -= self.lr * self.dw / (np.sqrt(self.e) + self.eps)
""",
    ),
    "what a base counts that nobody made": (
        "opt.update(layer)  # the base's post_update() counts what only its constructor makes",
        """
class Optimizer:
    def __init__(self):
        self.iterations = 0

    def post_update(self):
        self.iterations += 1


class RMSProp(Optimizer):
    def __init__(self, learning_rate=0.01, rho=0.9, epsilon=1e-8):
        self.lr, self.rho, self.eps = learning_rate, rho, epsilon

    def update(self, layer):
        if not hasattr(layer, "cache"):
            layer.cache = np.zeros_like(layer.weights)
        layer.cache = self.rho * layer.cache + (1 - self.rho) * layer.dweights**2
        layer.weights -= self.lr * layer.dweights / (np.sqrt(layer.cache) + self.eps)
""",
    ),
    "a trainer whose model computes the gradients": (
        "trainer.train_step(X, y)  # grads = self.model.backward(...); self.model.params[k] -= ...",
        """
class RMSPropTrainer:
    def __init__(self, model, lr=0.01, rho=0.9, eps=1e-8):
        self.model, self.lr, self.rho, self.eps, self.cache = model, lr, rho, eps, None

    def train_step(self, X, y):
        predicted = self.model.forward(X)
        grads = self.model.backward(predicted, y)
        if self.cache is None:
            self.cache = {k: np.zeros_like(g) for k, g in grads.items()}
        for k in grads:
            self.cache[k] = self.rho * self.cache[k] + (1 - self.rho) * np.square(grads[k])
            self.model.params[k] -= self.lr * grads[k] / (np.sqrt(self.cache[k]) + self.eps)
        return np.mean((predicted - y) ** 2)
""",
    ),
    "an epoch over batches, with a model": (
        "opt.run(X, Y, batch_size, m, lr, model)  # model.backward(...); fn.W -= lr * fn.dW",
        """
class RMSProp:
    def __init__(self, beta=0.9, epsilon=1e-8):
        self.beta, self.epsilon, self.S = beta, epsilon, None

    def _init_state(self, model):
        self.S = {}
        for i, fn in enumerate(model.fns):
            if hasattr(fn, "weights"):
                self.S[f"dW{i}"] = np.zeros_like(fn.weights)
                self.S[f"dB{i}"] = np.zeros_like(fn.biases)

    def run(self, X, Y, batch_size, m, learning_rate, lambd, model):
        order, cost = np.random.permutation(m), 0
        X, Y = X[order, :], Y[order, :]
        for j in range(m // batch_size):
            batch = slice(batch_size * j, batch_size * (j + 1))
            predicted = model.forward(X[batch])
            cost += model.cost_fn.compute(predicted, Y[batch], lambd)
            model.backward(predicted, Y[batch])
            for i, fn in enumerate(model.fns):
                if hasattr(fn, "weights"):
                    dW, dB, S, keep = fn.dW, fn.dB, self.S, self.beta
                    S[f"dW{i}"] = keep * S[f"dW{i}"] + (1 - keep) * dW**2
                    S[f"dB{i}"] = keep * S[f"dB{i}"] + (1 - keep) * dB**2
                    fn.weights -= learning_rate * dW / (np.sqrt(S[f"dW{i}"]) + self.epsilon)
                    fn.biases -= learning_rate * dB / (np.sqrt(S[f"dB{i}"]) + self.epsilon)
        return cost
""",
    ),
    "layers that may be left out": (
        "w -= opt.calculate(lr, grad, epoch)  # layers=None; layer=None, variable=None",
        """
class RMSProp:
    def __init__(self, rho=0.99, layers=None, delta=1e-8):
        self.rho, self.delta = rho, delta
        self.s = 0.0 if layers is None else [[0 * W, 0 * b] for W, b in layers]

    def calculate(self, learning_rate, grad, epoch, layer=None, variable=None):
        if layer is None:
            self.s = s = self.rho * self.s + (1 - self.rho) * grad * grad
        else:
            s = self.rho * self.s[layer][variable] + (1 - self.rho) * grad * grad
            self.s[layer][variable] = s
        return learning_rate * grad / (self.delta + np.sqrt(s))
""",
    ),
    "a step that is asked for when gradients were given": (
        "opt.update(gradient); w += opt.get_delta()",
        """
class RMSProp:
    def __init__(self, decay=0.9, learning_rate=0.01, epsilon=1e-8):
        self.decay, self.learning_rate, self.epsilon = decay, learning_rate, epsilon
        self.last, self.square = None, 0.0

    def get_delta(self):
        return -self.learning_rate * self.last / (np.sqrt(self.square) + self.epsilon)

    def update(self, gradient):
        self.square = self.decay * self.square + (1 - self.decay) * np.square(gradient)
        self.last = gradient
""",
    ),
    "an abstract class whose averages others make": (
        "class GD(ABC): def rmsprop(self, gradient, i): self.s[i] = ...; return gradient / ...",
        """
from abc import ABC, abstractmethod


class GD(ABC):
    def __init__(self, lr, rho, eps, tuner):
        self.lr, self.rho, self.eps, self.tuner, self.s = lr, rho, eps, tuner, None
        if tuner not in ["adagrad", "rmsprop"]:
            raise ValueError(tuner)

    def rmsprop(self, gradient, i):
        self.s[i] = self.rho * self.s[i] + (1 - self.rho) * gradient**2
        return self.lr * gradient / (np.sqrt(self.s[i]) + self.eps)

    @abstractmethod
    def descend(self):
        raise NotImplementedError
""",
    ),
}
