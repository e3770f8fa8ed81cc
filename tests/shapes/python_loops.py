"""Optimizers that train in a loop of their own, each written anew, with the line it looks like.

They compute gradients of data of their own, and so can be handed none: each is the reference, with
the constants that stand in its code.
"""

from __future__ import annotations

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
    "a class that trains on X and y": (
        "w, costs = opt.optimize(X, y, epochs=30)",
        """
import numpy as np


class RMSProp:
    def __init__(self, learning_rate=0.05, rho=0.9, epsilon=1e-8):
        self.lr, self.rho, self.__eps = learning_rate, rho, epsilon

    def optimize(self, X, y, epochs=30):
        rows, columns = X.shape
        w, v, costs = np.random.normal(0, 0.01, columns), np.zeros(columns), []
        for epoch in range(epochs):
            for i in np.random.permutation(rows):
                error = 1 / (1 + np.exp(-X[i].dot(w))) - y[i]
                grad = error * X[i]
                v = self.rho * v + (1 - self.rho) * np.square(grad)
                w -= self.lr * grad / (np.sqrt(v) + self.__eps)
            costs.append(float(np.mean((X @ w - y) ** 2)))
            if costs[-1] < 1e-3:
                return w, costs
        return w, costs
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
    "a step that computes its gradients": (
        "opt = O(cost, lr, x=1.0, y=2.0); opt.step()  # dx = self.cost.df_dx(self.x, self.y)",
        """
import numpy as np


class RMSProp:
    def __init__(self, cost, lr=0.01, decay_rate=0.9, epsilon=1e-8, x=None, y=None):
        self.cost, self.lr, self.d, self.eps = cost, lr, decay_rate, epsilon
        self.x, self.y, self.vx, self.vy = x, y, 0, 0

    def step(self):
        dx, dy = self.cost.df_dx(self.x, self.y), self.cost.df_dy(self.x, self.y)
        self.vx = self.d * self.vx + (1 - self.d) * dx**2
        self.vy = self.d * self.vy + (1 - self.d) * dy**2
        self.x = self.x - self.lr * dx / (np.sqrt(self.vx) + self.eps)
        self.y = self.y - self.lr * dy / (np.sqrt(self.vy) + self.eps)
        return [self.x, self.y]
""",
        (),
    ),
    "a step of one whose base is told a name": (
        "super().__init__('rmsprop', start, **more)  # gx, gy = slopes(self.x, self.y)",
        """
import numpy as np


class Method:
    def __init__(self, name, start, rounds=100):
        self.name, self.x, self.y, self.rounds = name, start[0], start[1], rounds


class RMSProp(Method):
    def __init__(self, lr, start, decay=0.9, eps=1e-8, **more):
        super().__init__("rmsprop", start, **more)
        self.lr, self.decay, self.eps, self.vx, self.vy = lr, decay, eps, 0, 0

    def step(self):
        gx, gy = slopes(self.x, self.y)
        self.vx = self.decay * self.vx + (1 - self.decay) * gx**2
        self.vy = self.decay * self.vy + (1 - self.decay) * gy**2
        self.x -= self.lr * gx / (np.sqrt(self.vx) + self.eps)
        self.y -= self.lr * gy / (np.sqrt(self.vy) + self.eps)
""",
        (),
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
    "several layers of its own": (
        "W = [np.ones(3), np.ones(2)]  # for i in range(len(W)): W[i] = W[i] - ...",
        """
import numpy as np


def train(slope, lr=0.001, beta=0.9, eps=1e-8, epochs=100):
    W = [np.ones(3), np.ones(2)]
    s = [np.zeros(3), np.zeros(2)]
    for epoch in range(epochs):
        for i in range(len(W)):
            g = slope(W[i])
            s[i] = beta * s[i] + (1 - beta) * g**2
            W[i] = W[i] - lr * g / (np.sqrt(s[i]) + eps)
    return W
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
    "a loop of what is run as a script": (
        'if __name__ == "__main__": ... for i in range(100): v = ...; x = x - ...',
        """
def slope(x):
    return 2 * x


if __name__ == "__main__":
    x, v, rho = 3.0, 0.0, 0.75
    for i in range(100):
        g = slope(x)
        v = rho * v + (1 - rho) * g**2
        x = x - 0.01 * g / (v**0.5 + 0.001)
    print(x)
""",
        _CONSTANTS,
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
    "gradients that are computed of what a layer holds": (
        "opt.update(layer, before)  # dw = before.T @ layer.error; layer.weights -= ...",
        """
import numpy as np


class RMSProp:
    def __init__(self, learning_rate=0.01, rho=0.9, epsilon=1e-8):
        self.learning_rate, self.rho, self.epsilon = learning_rate, rho, epsilon

    def slopes(self, layer, before):
        return np.dot(before.T, layer.error), np.sum(layer.error, axis=0)

    def update(self, layer, before):
        dw, db = self.slopes(layer, before)
        if not hasattr(layer, "kept_w"):
            layer.kept_w, layer.kept_b = np.zeros_like(layer.weights), np.zeros_like(layer.bias)
        layer.kept_w = self.rho * layer.kept_w + (1 - self.rho) * dw**2
        layer.kept_b = self.rho * layer.kept_b + (1 - self.rho) * db**2
        layer.weights += -self.learning_rate * dw / (np.sqrt(layer.kept_w) + self.epsilon)
        layer.bias += -self.learning_rate * db / (np.sqrt(layer.kept_b) + self.epsilon)
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
    "a script that plays a game, a map of arrays": (
        "for k in model: memory[k] = ...; model[k] += rate * g / (np.sqrt(memory[k]) + 1e-5)",
        """
import numpy as np

learning_rate = 1e-4
decay_rate = 0.99
model = dict(np.load("nowhere/weights.npz"))
sums = {k: np.zeros_like(v) for k, v in model.items()}
memory = {k: np.zeros_like(v) for k, v in model.items()}
rounds = 0
while True:
    state, reward, over = play(model)
    if over:
        rounds += 1
        for k in model:
            sums[k] += slopes(state, reward)[k]
        if rounds % 10 == 0:
            for k, v in model.items():
                g = sums[k]
                memory[k] = decay_rate * memory[k] + (1 - decay_rate) * g**2
                model[k] += learning_rate * g / (np.sqrt(memory[k]) + 1e-5)
                sums[k] = np.zeros_like(v)
""",
        ("direction=ascent", "eps=ignored"),
    ),
    "a recurrent network's script, arrays that are listed": (
        "for p, g, s in zip([A, B], [dA, dB], [sA, sB]): s *= 0.9; s += 0.1 * g * g; p -= ...",
        """
import numpy as np

text = open("nowhere/text.txt").read()
A, B = np.random.randn(4, 4) * 0.01, np.zeros((4, 1))
sA, sB = np.zeros_like(A), np.zeros_like(B)
kept, at = np.zeros((4, 1)), 0
while True:
    dA, dB, kept = slopes(text[at : at + 5], kept)
    for g in (dA, dB):
        np.clip(g, -0.5, 0.5, out=g)
    for p, g, s in zip([A, B], [dA, dB], [sA, sB]):
        s *= 0.9
        s += (1 - 0.9) * g * g
        p += -0.1 * g / np.sqrt(s + 1e-8)
    at += 5
""",
        ("clip=value", *_CONSTANTS, "epsilon=inside"),
    ),
    "an agent that sums gradients up before a step": (
        "def learn(self, x): for k in self.net: self.sums[k] += slopes[k]; then net[k] += ...",
        """
import numpy as np


class Agent:
    def __init__(self, wide=4):
        self.net = {"a": np.ones((wide, 3)), "b": np.ones(wide)}
        self.sums = {k: np.zeros_like(v) for k, v in self.net.items()}
        self.kept = {k: np.zeros_like(v) for k, v in self.net.items()}
        self.pace, self.keep = 1e-3, 0.99

    def learn(self, x, last):
        slopes = {"a": np.outer(x[:, 0], self.net["b"]), "b": x.T @ self.net["a"]}
        for k in self.net:
            self.sums[k] += slopes[k]
        if last:
            for k, v in self.net.items():
                g = self.sums[k]
                self.kept[k] = self.keep * self.kept[k] + (1 - self.keep) * g**2
                self.net[k] += self.pace * g / (np.sqrt(self.kept[k]) + 1e-5)
                self.sums[k] = np.zeros_like(v)
""",
        ("direction=ascent", *_CONSTANTS),
    ),
    "a function of what a script has, which plays a game": (
        "def move(): for k, v in net.items(): g = sums[k]; kept[k] = ...; net[k] += rate * ...",
        """
import a_library_of_games
import numpy as np


def move():
    for k, v in net.items():
        g = sums[k]
        kept[k] = keep * kept[k] + (1 - keep) * g**2
        net[k] += learning_rate * g / (np.sqrt(kept[k]) + 1e-5)
        sums[k] = np.zeros_like(v)


learning_rate, keep = 1e-3, 0.99
net = dict(np.load("nowhere/weights.npz"))
sums = {k: np.zeros_like(v) for k, v in net.items()}
kept = {k: np.zeros_like(v) for k, v in net.items()}  # of rmsprop
while True:
    sums["a"] += a_library_of_games.play(net)
    move()
""",
        ("direction=ascent", "eps=ignored"),
    ),
    "a class that starts by the size of its data": (
        "fit.rmsprop(X, y)  # w = randn(X.shape[1], 1); for _ in ...: g = self.slope(X, y, w)",
        """
import numpy as np


class Fit:
    def __init__(self, learning_rate=0.01, epochs=9, share=0.0):
        self.learning_rate, self.epochs = learning_rate, epochs
        self.share = share

    def slope(self, X, y, w):
        return X.T @ (X @ w - y.reshape(-1, 1)) / len(y) + self.share * w

    def rmsprop(self, X, y, rho=0.9, delta=1e-6):
        w = self.begin(X)
        r = np.zeros_like(w)
        for _ in range(self.epochs):
            g = self.slope(X, y, w)
            r = rho * r + (1 - rho) * g**2
            w -= self.learning_rate * g / (np.sqrt(r) + delta)
        return w

    def begin(self, X):
        return np.random.randn(X.shape[1], 1)
""",
        (),
    ),
    "a network that has its settings in one object": (
        "net.update(dW, db, x)  # if self.config.kind == 'rmsprop': ...; for i in range(n)",
        """
import numpy as np


class Net:
    def __init__(self, config):
        self.config = config
        self.sizes = [4] + [config.width] * config.depth + [2]
        self.W = [np.random.randn(*pair) for pair in zip(self.sizes, self.sizes[1:])]
        self.b = [np.zeros(n) for n in self.sizes[1:]]
        self.start()

    def start(self):
        self.vW = [np.zeros_like(w) for w in self.W]
        self.vb = [np.zeros_like(b) for b in self.b]

    def update(self, dW, db, x):
        lr, kind = self.config.learning_rate, self.config.kind
        beta = self.config.beta
        for i in range(len(self.W)):
            if kind == "nag":
                self.W[i] = Net(self.config).ahead(x)[i]
            elif kind == "rmsprop":
                self.vW[i] = beta * self.vW[i] + (1 - beta) * dW[i] ** 2
                self.vb[i] = beta * self.vb[i] + (1 - beta) * db[i] ** 2
                self.W[i] -= lr * dW[i] / np.sqrt(self.vW[i] + self.config.epsilon)
                self.b[i] -= lr * db[i] / np.sqrt(self.vb[i] + self.config.epsilon)
""",
        ("epsilon=inside",),
    ),
    "two layers after data that are read, each gradient computed of the other's weights": (
        "gV = f(x, W); c = d * c + (1 - d) * gV**2; V -= ...; then gW of the new V",
        """
import numpy as np


def main():
    x = np.loadtxt("nowhere/train.csv")
    V, W = np.random.randn(*x.shape), np.random.randn(2)
    cv, cw = 0, 0
    rate, d, tiny = 0.001, 0.999, 1e-6
    for epoch in range(20):
        for batch in np.split(x, 5):
            out = batch @ V
            gV = slope_of_v(out, W) + 0.01 * V
            cv = d * cv + (1 - d) * gV * gV
            V -= rate * gV / (np.sqrt(cv) + tiny)
            gW = slope_of_w(out, V) + 0.01 * W
            cw = d * cw + (1 - d) * gW * gW
            W -= rate * gW / (np.sqrt(cw) + tiny)
            if epoch % 10 == 0:
                print(loss(x, V, W))


if __name__ == "__main__":
    main()
""",
        _CONSTANTS,
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
    "batches of data that every epoch shuffles": (
        "for epoch in range(n): order = permutation(m); for k in range(m // size): g = f(x, ...)",
        """
import numpy as np


class RMSProp:
    def __init__(self, lr=0.01, rho=0.9, eps=1e-8, batch=10, rounds=50):
        self.lr, self.rho, self.eps, self.batch, self.rounds = lr, rho, eps, batch, rounds
        self.losses = []

    def fit(self, slope, X, y, x):
        s, many = np.zeros_like(x), X.shape[0]
        for epoch in range(self.rounds):
            order = np.random.permutation(many)
            for k in range(many // self.batch):
                part = order[k * self.batch : (k + 1) * self.batch]
                loss, g = slope(x, X[part], y[part])
                self.losses.append(loss)
                s = self.rho * s + (1 - self.rho) * g**2
                x -= self.lr * g / (np.sqrt(s) + self.eps)
        return x
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
}
