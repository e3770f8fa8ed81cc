"""Optimizers that train in a loop of their own, each written anew, with the line it looks like.

They compute gradients of data of their own, and so can be handed none: each is the reference, with
the constants that stand in its code.
"""

from __future__ import annotations

_CONSTANTS = ("learning_rate=ignored", "decay_rate=ignored", "eps=ignored")

# The line it looks like, the source, and the hyperparameters that stand in the code.
LOOPS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "a loop over a gradient that is handed in": (
        "x = rmsprop(grad_f, x0, lr, n_iter, tol)  # g = grad_f(x)",
        """
import numpy as np


def rmsprop(grad_f, x0, lr=0.01, beta=0.9, eps=1e-8, n_iter=500, tol=1e-6):
    x, v = x0.copy(), np.zeros_like(x0)
    for i in range(n_iter):
        g = grad_f(x)
        if np.linalg.norm(g) < tol:
            break
        v = beta * v + (1 - beta) * g**2
        x = x - lr * g / (np.sqrt(v) + eps)
    return x, i
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
}
