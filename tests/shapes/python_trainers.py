"""Shapes of classes, layers and scripts that compute their gradients themselves."""

from __future__ import annotations

_CONSTANTS = ("learning_rate=ignored", "decay_rate=ignored", "eps=ignored")

TRAINERS: dict[str, tuple[str, str, tuple[str, ...]]] = {
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
}
