"""Optimizers that train in a loop of their own, each written anew, with the line it looks like.

They compute gradients of data of their own, and so can be handed none: each is the reference, with
the constants that stand in its code.
"""

from __future__ import annotations

from shapes.python_trainers import TRAINERS

_CONSTANTS = ("learning_rate=ignored", "decay_rate=ignored", "eps=ignored")

# The line it looks like, the source, and the hyperparameters that stand in the code.
LOOPS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "a loop over a gradient that is handed in": (
        "x = rmsprop(grad_f, x0, lr, n_iter, epsilon)  # g = grad_f(x), till norm(g) < epsilon",
        """
import numpy as np


def rmsprop(grad_f, x0, lr=0.01, beta=0.9, eps_rms=1e-8, n_iter=500, epsilon=1e-6):
    x, v = x0.copy(), np.zeros_like(x0)
    for i in range(n_iter):
        g = grad_f(x)
        if np.linalg.norm(g) < epsilon:
            break
        v = beta * v + (1 - beta) * g**2
        x = x - lr * g / (np.sqrt(v) + eps_rms)
    return x, i
""",
        (),
    ),
    "a generator of its steps": (
        "for x in rmsprop(x0, grad_f, lr): ...  # while True: ...; yield x",
        """
import numpy as np


def rmsprop(x, grad_f, lr=0.01, beta=0.9, eps=1e-8):
    v = np.zeros_like(x)
    while True:
        g = grad_f(x)
        v = beta * v + (1 - beta) * g**2
        x = x - lr * g / (np.sqrt(v) + eps)
        yield x
""",
        (),
    ),
    "weights and a bias in a loop, gradients summed over data": (
        "for x, y in zip(X, Y): dw += grad_w(x, w, b, y)  # then v_w, v_b, w, b",
        """
X, Y = [0.5, 2.5], [0.2, 0.9]


def do_rmsprop(max_epochs, lr, beta):
    w, b, v_w, v_b, eps = -2, -2, 0, 0, 1e-4
    for epoch in range(max_epochs):
        dw, db = 0, 0
        for x, y in zip(X, Y):
            dw += (w * x + b - y) * x
            db += w * x + b - y
        dw /= len(X)
        v_w = beta * v_w + (1 - beta) * dw**2
        v_b = beta * v_b + (1 - beta) * db**2
        w = w - lr * dw / (v_w**0.5 + eps)
        b = b - lr * db / (v_b**0.5 + eps)
    return w, b
""",
        ("eps=ignored",),
    ),
    "a script's own loop": (
        "for i in range(100): G = a * G + (1 - a) * df(x)**2; x = x - n * df(x) / (G**0.5 + e)",
        """
from math import cos


def df(x):
    return 2 + 0.2 * x - 3 * cos(x)


n, a, e, x, G = 0.5, 0.8, 0.01, 4.0, 0
for i in range(100):
    G = a * G + (1 - a) * df(x) ** 2
    x = x - n * df(x) / (G**0.5 + e)
print(x)
""",
        _CONSTANTS,
    ),
    "a loop over layers inside": (
        "for l in range(len(self.W)): self.v[l] = ...; self.W[l] -= ...  # in a loop of epochs",
        """
import numpy as np


class Network:
    def __init__(self, sizes, lr=0.001, rho=0.9, eps=1e-8):
        self.lr, self.rho, self.eps = lr, rho, eps
        self.W = [np.ones((m, n)) for m, n in zip(sizes, sizes[1:])]
        self.v = [np.zeros_like(w) for w in self.W]

    def slopes(self, X, y):
        return [X.T @ (X @ w - y) for w in self.W]

    def fit_rmsprop(self, X, y, epochs=100):
        for epoch in range(epochs):
            dW = self.slopes(X, y)
            for l in range(len(self.W)):
                self.v[l] = self.rho * self.v[l] + (1 - self.rho) * dW[l] ** 2
                self.W[l] -= self.lr * dW[l] / (np.sqrt(self.v[l]) + self.eps)
""",
        (),
    ),
    "lists of weights and biases that are handed in": (
        "W, b = train(X, y, W, b, lr)  # for i in range(len(W)): W[i], b[i], dW[i], db[i]",
        """
import numpy as np


def train(X, y, W, b, lr=0.001, beta=0.9, eps=1e-8, epochs=100):
    sW, sb = [np.zeros_like(w) for w in W], [np.zeros_like(w) for w in b]
    for epoch in range(epochs):
        dW, db = slopes(X, y, W, b)
        for i in range(len(W)):
            sW[i] = beta * sW[i] + (1 - beta) * dW[i] ** 2
            sb[i] = beta * sb[i] + (1 - beta) * db[i] ** 2
            W[i] = W[i] - lr * dW[i] / (np.sqrt(sW[i]) + eps)
            b[i] = b[i] - lr * db[i] / (np.sqrt(sb[i]) + eps)
    return W, b


def slopes(X, y, W, b):
    return [X.T @ (X @ W[0] + b[0] - y)], [X @ W[0] + b[0] - y]
""",
        (),
    ),
    "an average of a size of its own": (
        "self.s = np.array([0, 0])  # opt = O(slope, params); opt.update_params()",
        """
import numpy as np


class RMSProp:
    def __init__(self, slope, params, step_size=0.01, beta=0.9, epsilon=1e-8):
        self.slope, self.params, self.step_size = slope, params, step_size
        self.beta, self.epsilon, self.s = beta, epsilon, np.array([0, 0])

    def update_params(self):
        g = self.slope(self.params)
        self.s = self.beta * self.s + (1 - self.beta) * np.square(g)
        self.params = self.params - self.step_size * g / (np.sqrt(self.s) + self.epsilon)
""",
        (),
    ),
    "a loop that chooses by a text": (
        'optimize(goal, config)  # if config.name == "rmsprop": d = g / ...; then w -= lr * d',
        """
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Config:
    name: str
    learning_rate: float
    max_steps: int = 1000
    rho: float = 0.9
    epsilon: float = 1e-8


def optimize(goal, config):
    point = np.asarray(goal.initial_point, dtype=float)
    second = np.zeros_like(point)
    for step in range(1, config.max_steps + 1):
        gradient = goal.gradient(point)
        if config.name == "gradient_descent":
            direction = gradient
        elif config.name == "rmsprop":
            second = config.rho * second + (1.0 - config.rho) * gradient**2
            direction = gradient / (np.sqrt(second) + config.epsilon)
        else:
            direction = gradient / max(np.linalg.norm(gradient), config.epsilon)
        point = point - config.learning_rate * direction
    return point
""",
        (),
    ),
    "one average of both gradients": (
        "g = f(x, y); v = b * v + (1 - b) * g**2; x -= lr * g[0] / v[0]**0.5; y -= ...g[1]",
        """
import numpy as np


def rmsprop(slope, lr, beta, epsilon, epochs, start):
    x, y = start
    v = np.array([0.0, 0.0])
    path = [(x, y)]
    for _ in range(epochs):
        g = slope(x, y)
        v = beta * v + (1 - beta) * (g**2)
        x -= lr * g[0] / (np.sqrt(v[0]) + epsilon)
        y -= lr * g[1] / (np.sqrt(v[1]) + epsilon)
        path.append((x, y))
    return np.array(path)
""",
        (),
    ),
    "a step under a condition": (
        "v = b * v + (1 - b) * g**2; if i < iterations - 1: w = w - lr / (v**0.5 + eps) * g",
        """
import numpy as np


def train(X, y, lr, beta, eps, iterations):
    w, v, losses = np.zeros(X.shape[1]), np.zeros(X.shape[1]), []
    for i in range(iterations):
        error = X @ w - y
        losses.append(float(np.mean(error**2)))
        dw = X.T @ error / X.shape[0]
        v = beta * v + (1 - beta) * dw**2
        if i > 1 and abs(losses[-1] - losses[-2]) < 1e-9:
            break
        if i < iterations - 1:
            w = w - lr / (np.sqrt(v) + eps) * dw
    return w, losses
""",
        (),
    ),
    "a loop that is told a random seed": (
        "opt.optimize(eta, random_state)  # theta = default_rng(random_state).random(n)",
        """
import numpy as np


class RMSprop:
    def __init__(self, cost):
        self.cost, self.n = cost, cost.n_features

    def optimize(self, eta, random_state, rho, epsilon, tol=1e-7, iter_max=100):
        theta, s = np.random.default_rng(random_state).random(self.n), 0
        for epoch in range(1, iter_max + 1):
            g = self.cost.slope(theta)
            s = rho * s + (1 - rho) * g**2
            theta = theta - eta * (g / (np.sqrt(s) + epsilon))
            if np.abs(self.cost.error(theta)) <= tol:
                return theta
        return theta
""",
        (),
    ),
    "settings in a map, beside what remembers its best": (
        "r = opts['rho'] * r + ...; if error < best: kept, best = t, error; if t - kept > 9: break",
        """
import numpy as np


def rmsprop(start, X, opts):
    w, r, best = np.copy(start), np.zeros(len(start)), np.inf
    for t in range(100):
        found = loss(w, X)
        r = opts["rho"] * r + (1 - opts["rho"]) * found["slope"] * found["slope"]
        w = w - opts["rate"] / (opts["eps"] + np.sqrt(r)) * found["slope"]
        if found["error"] < best:
            kept, best = t, found["error"]
        if t - kept > 9:
            break
    return w
""",
        (),
    ),
    "an average that is handed in": (
        "w = rmsprop(X, w, slope, v, epochs, beta)  # v = beta * v + ... slope(X, w)**2",
        """
import numpy as np


def rmsprop(X, w, slope, v, epochs, beta=0.9, eta=0.1, epsilon=0.01):
    for i in range(epochs):
        v = beta * v + (1 - beta) * np.square(slope(X, w))
        w = w - (eta / (np.sqrt(v) + epsilon)) * slope(X, w)
        print(i, w)
    return w
""",
        (),
    ),
    "a model's weights, by the places of its gradients": (
        "for i, g in enumerate(model.slopes(x)): E[i] = ...; model.weights[i] = ...",
        """
import numpy as np


def drawn(xs):
    return xs[0]


def rmsprop(model, xs, alpha, beta, eps, iterations=1000):
    E = [0 for _ in range(len(model.weights))]
    for t in range(iterations):
        x = drawn(xs)
        for i, g in enumerate(model.slopes(x)):
            E[i] = beta * E[i] + (1 - beta) * g**2
            model.weights[i] = model.weights[i] - alpha / (np.sqrt(E[i]) + eps) * g
""",
        (),
    ),
    "numbers that its history takes for arrays": (
        "theta = theta - (alpha / (np.sqrt(v) + eps)) * d; path.extend(theta)",
        """
import numpy as np


def rmsprop(X, Y, alpha, beta, eps, iterations):
    theta, v, path = 0, 0, [0]
    for i in range(iterations):
        d = sum((theta * X - Y) * X) / X.size
        v = beta * v + (1 - beta) * d**2
        theta = theta - (alpha / (np.sqrt(v) + eps)) * d
        path.extend(theta)
    return path
""",
        (),
    ),
    "layers that are maps, each with a map of its averages": (
        "for part, slope, kept in zip(net.parts, slopes, memory): part['w'] -= ...  # kept['w']",
        """
import numpy as np
from nowhere import slopes_of


def train(net, x, y, lr=0.01, rho=0.9, eps=1e-8, epochs=50):
    memory = []
    for part in net.parts:
        if part["kind"] == "full":
            memory.append({"w": np.zeros_like(part["w"]), "c": np.zeros_like(part["c"])})
        else:
            memory.append({})
    losses = []
    for epoch in range(epochs):
        slopes, loss = slopes_of(net, x, y)
        losses.append(loss)
        for part, slope, kept in zip(net.parts, slopes, memory):
            if part["kind"] == "full":
                kept["w"] = rho * kept["w"] + (1 - rho) * slope["w"] ** 2
                kept["c"] = rho * kept["c"] + (1 - rho) * slope["c"] ** 2
                part["w"] -= lr * slope["w"] / (np.sqrt(kept["w"]) + eps)
                part["c"] -= lr * slope["c"] / (np.sqrt(kept["c"]) + eps)
    return losses
""",
        (),
    ),
    "a step from what the weights were": (
        "old = w; g = slope(old); w = old - lr * g / ...; if norm(old - w) < tol: break",
        """
import numpy as np


def rmsprop(slope, w, lr=0.01, rho=0.9, eps=1e-8, rounds=100, tol=1e-5):
    s = 0
    for _ in range(rounds):
        old = w.copy()
        g = slope(old)
        s = rho * s + (1 - rho) * g**2
        w = old - lr * g / (np.sqrt(s) + eps)
        if np.linalg.norm(old - w) <= tol:
            break
    return w
""",
        (),
    ),
    **TRAINERS,
}
