"""Shapes in which a network has its weights and averages itself, or its optimizer is told which.

Every one is the reference, written anew; docs/shapes.md lists the same lines.
"""

from __future__ import annotations

OWNERS: dict[str, tuple[str, str]] = {
    "a network that keeps its averages": (
        "net.update(grads)  # self.cache[key] = ...; self.params[key] -= ...",
        """
class Network:
    def __init__(self, sizes, lr=0.01, rho=0.9, eps=1e-8):
        self.lr, self.rho, self.eps = lr, rho, eps
        self.params, self.cache = {}, {}
        for i in range(1, len(sizes)):
            for name, shape in (("W", (sizes[i - 1], sizes[i])), ("b", (1, sizes[i]))):
                self.params[name + str(i)] = np.random.randn(*shape)
                self.cache[name + str(i)] = np.zeros(shape)

    def update(self, grads):
        for key in self.params:
            self.cache[key] = self.rho * self.cache[key] + (1 - self.rho) * grads[key] ** 2
            self.params[key] -= self.lr * grads[key] / (np.sqrt(self.cache[key]) + self.eps)
""",
    ),
    "a network of two layers that is told its optimizer": (
        'net.step()  # if self.optimizer == "rmsprop": ...; self.W1 -= lr * self.dW1 / ...',
        """
class Network:
    def __init__(self, ins, hidden, outs, optimizer="sgd", lr=0.01, beta=0.9, eps=1e-8):
        self.W1, self.W2 = np.random.randn(ins, hidden), np.random.randn(hidden, outs)
        self.sW1, self.sW2 = np.zeros_like(self.W1), np.zeros_like(self.W2)
        self.optimizer, self.lr, self.beta, self.eps = optimizer, lr, beta, eps

    def backward(self, x, y):
        self.dW2 = self.hidden.T @ y
        self.dW1 = x.T @ (y @ self.W2.T)

    def step(self):
        if self.optimizer == "sgd":
            self.W1 -= self.lr * self.dW1
            self.W2 -= self.lr * self.dW2
        elif self.optimizer == "rmsprop":
            self.sW1 = self.beta * self.sW1 + (1 - self.beta) * self.dW1**2
            self.sW2 = self.beta * self.sW2 + (1 - self.beta) * self.dW2**2
            self.W1 -= self.lr * self.dW1 / (np.sqrt(self.sW1) + self.eps)
            self.W2 -= self.lr * self.dW2 / (np.sqrt(self.sW2) + self.eps)
""",
    ),
    "a network's lists, averages handed in": (
        "net.rmsprop_update(dws, dbs, v_w, v_b, lr, beta, eps)  # for i in range(self.n - 1)",
        """
class Network:
    def __init__(self, layers, activation):
        self.n = len(layers)
        self.activation = {"relu": np.maximum, "tanh": np.tanh}[activation]
        self.weights = [np.random.randn(a, b) for a, b in zip(layers, layers[1:])]
        self.biases = [np.zeros(b) for b in layers[1:]]

    def sgd_update(self, dws, dbs, lr):
        for i in range(self.n - 1):
            self.weights[i] -= lr * dws[i]
            self.biases[i] -= lr * dbs[i]

    def rmsprop_update(self, dws, dbs, v_w, v_b, lr, beta, eps):
        for i in range(self.n - 1):
            v_w[i] = beta * v_w[i] + (1 - beta) * dws[i] ** 2
            v_b[i] = beta * v_b[i] + (1 - beta) * dbs[i] ** 2
            self.weights[i] -= lr * dws[i] / (np.sqrt(v_w[i]) + eps)
            self.biases[i] -= lr * dbs[i] / (np.sqrt(v_b[i]) + eps)
""",
    ),
    "one of several, by a text": (
        'O("rmsprop", lr).update(params, grads)  # if self.kind == "sgd": ...',
        """
class Optimizer:
    def __init__(self, kind="sgd", lr=0.01, beta=0.9, eps=1e-8):
        self.kind, self.lr, self.beta, self.eps, self.v = kind.lower(), lr, beta, eps, {}

    def update(self, params, grads):
        for k in params:
            if self.kind == "sgd":
                params[k] -= self.lr * grads[k]
            elif self.kind == "rmsprop":
                self.v[k] = self.beta * self.v.get(k, 0) + (1 - self.beta) * grads[k] ** 2
                params[k] -= self.lr * grads[k] / (np.sqrt(self.v[k]) + self.eps)
""",
    ),
    "pairs that are taken apart": (
        "params, grads = self.split(pairs)  # return zip(*pairs)",
        """
class RMSProp:
    def __init__(self, lr=0.01, rho=0.9, eps=1e-8):
        self.lr, self.rho, self.eps = lr, rho, eps

    def split(self, pairs):
        params, grads = zip(*pairs)
        return params, grads

    def apply(self, pairs):
        params, grads = self.split(pairs)
        if not hasattr(self, "v"):
            self.v = [np.zeros_like(g) for g in grads]
        for p, g, v in zip(params, grads, self.v):
            v *= self.rho
            v += (1 - self.rho) * np.square(g)
            p -= self.lr * g / (np.sqrt(v) + self.eps)
""",
    ),
    "the two sizes of a layer": (
        "O(ins, outs)  # np.zeros((ins, outs)), np.zeros(outs); w, b = opt(w, b, dw, db, lr)",
        """
class RMSProp:
    def __init__(self, ins, outs, beta=0.9, epsilon=1e-8):
        self.beta, self.epsilon = beta, epsilon
        self.vdw, self.vdb = np.zeros((ins, outs)), np.zeros((outs,))

    def __call__(self, weights, biases, dw, db, learning_rate, _):
        self.vdw = self.beta * self.vdw + (1 - self.beta) * dw**2
        self.vdb = self.beta * self.vdb + (1 - self.beta) * db**2
        return [
            weights - learning_rate * dw / (np.sqrt(self.vdw) + self.epsilon),
            biases - learning_rate * db / (np.sqrt(self.vdb) + self.epsilon),
        ]
""",
    ),
    "the step is returned by what takes the weights": (
        "w -= opt.step(w, grad)",
        """
class RMSProp:
    def __init__(self, lr=0.01, rho=0.9, eps=1e-8):
        self.lr, self.rho, self.eps, self.v = lr, rho, eps, None

    def step(self, w, grad):
        self.v = np.zeros_like(w) if self.v is None else self.v
        self.v = self.rho * self.v + (1 - self.rho) * grad**2
        return self.lr * grad / (np.sqrt(self.v) + self.eps)
""",
    ),
    "a step and a state": (
        "steps, state = rmsprop(params, grads, state, lr)  # params[k] + steps[k]",
        """
def rmsprop(params, grads, state, lr=0.01, rho=0.9, eps=1e-8):
    state = {k: rho * state.get(k, 0.0) + (1 - rho) * (g * g) for k, g in grads.items()}
    return {k: -lr * g / (np.sqrt(state[k]) + eps) for k, g in grads.items()}, state
""",
    ),
}
