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
    "a network that is told once, a layer that is named by its place": (
        "opt.set_model(net); opt.update(i, lr)  # layer = self.model.layers[i]; layer.W -= ...",
        """
class RMSProp:
    def __init__(self, beta=0.9, eps=1e-8):
        self.beta, self.eps = beta, eps

    def set_model(self, model):
        self.model = model
        self.w = [np.zeros_like(layer.W) for layer in model.layers]
        self.b = [np.zeros_like(layer.b) for layer in model.layers]

    def update(self, index, lr):
        layer = self.model.layers[index]
        self.w[index] = self.beta * self.w[index] + (1 - self.beta) * layer.dW**2
        self.b[index] = self.beta * self.b[index] + (1 - self.beta) * layer.db**2
        layer.W -= lr * layer.dW / (np.sqrt(self.w[index]) + self.eps)
        layer.b -= lr * layer.db / (np.sqrt(self.b[index]) + self.eps)
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
    "layers of a class of the repository": (
        "opt.update(layers)  # if isinstance(layer, Linear): layer.vw = ...; layer.weight -= ...",
        """
class Linear:
    def __init__(self, ins, outs):
        self.weight, self.bias = np.random.randn(ins, outs), np.zeros(outs)


class RMSProp:
    def __init__(self, lr=0.01, beta=0.9, eps=1e-8):
        self.lr, self.beta, self.eps = lr, beta, eps

    def update(self, layers):
        for layer in layers:
            if isinstance(layer, Linear):
                layer.vw = self.beta * layer.vw + (1 - self.beta) * np.square(layer.JW)
                layer.weight -= self.lr * layer.JW / (np.sqrt(layer.vw) + self.eps)
                slope = layer.Jb.reshape(layer.bias.shape)
                layer.vb = self.beta * layer.vb + (1 - self.beta) * np.square(slope)
                layer.bias -= self.lr * slope / (np.sqrt(layer.vb) + self.eps)
""",
    ),
    "gradients by the names of their arrays": (
        'params = opt.rmsprop(params, grads, s, beta, lr, eps)  # grads["d" + name]',
        """
class Optimizers:
    def gradient_descent(self, params, grads, lr):
        for name in params.keys():
            params[name] -= lr * grads["d" + name]
        return params

    def rmsprop(self, params, grads, s, beta, lr, alpha, eps):
        updated = params.copy()
        for name in params.keys():
            slope = grads["d" + name] + alpha * params[name]
            s[name] = beta * s[name] + (1 - beta) * np.square(slope)
            updated[name] = params[name] - lr * slope / (np.sqrt(s[name]) + eps)
        return updated
""",
    ),
    "gradients that are looked for by other names": (
        'opt.update(params, grads, learning_rate)  # if f"dL_d{key}" in grads: params[key] -= ...',
        """
class RMSProp:
    def __init__(self, beta=0.9, epsilon=1e-8):
        self.beta, self.epsilon, self.v = beta, epsilon, {}

    def update(self, params, grads, learning_rate):
        for key in params:
            slope = f"dL_d{key}"
            if slope in grads:
                v = self.beta * self.v.get(key, 0) + (1 - self.beta) * np.square(grads[slope])
                params[key] -= learning_rate * grads[slope] / (np.sqrt(v) + self.epsilon)
                self.v[key] = v
""",
    ),
    "a method that is handed its averages": (
        "w, b, sdw, sdb = opt.minimize(w, b, dw, db, sdw, sdb, lr, beta, eps)",
        """
class Momentum:
    def minimize(self, w, b, dw, db, lr):
        return w - lr * dw, b - lr * db


class RMSProp:
    @staticmethod
    def minimize(w, b, dw, db, sdw, sdb, lr, beta, eps):
        sdw = beta * sdw + (1 - beta) * np.square(dw)
        sdb = beta * sdb + (1 - beta) * np.square(db)
        w, b = w - lr * dw / (np.sqrt(sdw) + eps), b - lr * db / (np.sqrt(sdb) + eps)
        return w, b, sdw, sdb
""",
    ),
    "a network in a list of maps": (
        'opt.update(network, gradient, m)  # network[i]["weight"] -= ...; gradient[i]["weight"]',
        """
import copy


class RMSProp:
    def __init__(self, eta, num_layers, beta, epsilon=1e-8):
        self.eta, self.layers, self.beta, self.epsilon = eta, num_layers, beta, epsilon
        self.v = None

    def update(self, network, gradient, m):
        if self.v is None:
            self.v = copy.deepcopy(gradient)
            for i in range(self.layers):
                for kind in ("weight", "bias"):
                    self.v[i][kind] = (1 - self.beta) * ((gradient[i][kind] / m) ** 2)
        else:
            for i in range(self.layers):
                for kind in ("weight", "bias"):
                    square = (gradient[i][kind] / m) ** 2
                    self.v[i][kind] = self.beta * self.v[i][kind] + (1 - self.beta) * square
        for i in range(self.layers):
            for kind in ("weight", "bias"):
                step = self.eta * (gradient[i][kind] / m)
                step = step / (np.sqrt(self.v[i][kind]) + self.epsilon)
                network[i][kind] = network[i][kind] - step
""",
    ),
    "layers that may go without biases": (
        "opt = O(layers, lr); opt.step()  # layer.grad, layer.grad_bias if layer.use_bias",
        """
class RMSProp:
    def __init__(self, layers=[], lr=0.001, beta=0.9, e=1e-10):
        self.layers, self.lr, self.beta, self.e = layers, lr, beta, e
        self.v = [np.zeros_like(layer.weights) for layer in self.layers]
        self.v_bias = [np.zeros_like(layer.bias) for layer in self.layers if layer.use_bias]

    def step(self):
        for i, layer in enumerate(self.layers):
            self.v[i] = self.beta * self.v[i] + (1 - self.beta) * np.square(layer.grad)
            layer.weights -= self.lr * layer.grad / (np.sqrt(self.v[i]) + self.e)
            if layer.use_bias:
                square = np.square(layer.grad_bias)
                self.v_bias[i] = self.beta * self.v_bias[i] + (1 - self.beta) * square
                layer.bias -= self.lr * layer.grad_bias / (np.sqrt(self.v_bias[i]) + self.e)
""",
    ),
    "lists with averages, and a weight decay that must be given": (
        "rmsprop_update(w, b, dw, db, vw, vb, lr, beta, eps, wd)  # w[i] -= lr * (dw[i] + wd * w)",
        """
def sgd_update(w, b, dw, db, lr, wd):
    for i in range(len(w)):
        w[i] -= lr * (dw[i] + wd * w[i])
        b[i] -= lr * db[i]


def rmsprop_update(w, b, dw, db, vw, vb, lr, beta, eps, wd):
    for i in range(len(w)):
        vw[i] = beta * vw[i] + (1 - beta) * (dw[i] ** 2)
        vb[i] = beta * vb[i] + (1 - beta) * (db[i] ** 2)
        w[i] -= lr * (dw[i] + wd * w[i]) / (np.sqrt(vw[i]) + eps)
        b[i] -= lr * db[i] / (np.sqrt(vb[i]) + eps)
    return w, b, vw, vb


def rmsprop_wrapper(w, b, grads_w, grads_b, state, args):
    if "vw" not in state:
        state["vw"] = [np.zeros_like(each) for each in w]
        state["vb"] = [np.zeros_like(each) for each in b]
    w, b, state["vw"], state["vb"] = rmsprop_update(
        w, b, grads_w, grads_b, state["vw"], state["vb"], args.lr, args.beta, args.eps, args.wd
    )
    return w, b, state
""",
    ),
    "gradients that are put there before it is asked for weights": (
        "opt.del_w = dw; w, b = opt.get_update(w, b)  # del_w, del_b of its own",
        """
class RMSProp:
    def __init__(self, eta=0.001, beta=0.9, epsilon=1e-3):
        self.eta, self.beta, self.epsilon = eta, beta, epsilon

    def reset(self):
        self.del_w, self.v_w = np.zeros(self.w_shape), np.zeros(self.w_shape)
        self.del_b, self.v_b = np.zeros(self.b_shape), np.zeros(self.b_shape)

    def get_update(self, w, b):
        self.v_w = self.beta * self.v_w + (1 - self.beta) * np.power(self.del_w, 2)
        self.v_b = self.beta * self.v_b + (1 - self.beta) * np.power(self.del_b, 2)
        w = w - self.eta * self.del_w / (np.power(self.v_w, 0.5) + self.epsilon)
        b = b - self.eta * self.del_b / (np.power(self.v_b, 0.5) + self.epsilon)
        return w, b
""",
    ),
    "a decay that is called momentum, beside a beta of others": (
        "O(nn, lr, momentum=0.9, beta=0.9)  # self.h[i] = self.momentum * self.h[i] + ...",
        """
class Optimizer:
    def __init__(self, nn, lr=0.001, momentum=0.9, epsilon=1e-8, beta=0.9):
        self.nn, self.lr, self.momentum, self.epsilon = nn, lr, momentum, epsilon
        self.beta = beta
        self.h_weights = [np.zeros_like(w) for w in self.nn.weights]

    def NAG(self, d_weights):
        for i in range(self.nn.hidden_layers + 1):
            self.h_weights[i] = self.beta * self.h_weights[i] + d_weights[i]
            self.nn.weights[i] -= self.lr * self.h_weights[i]

    def RMSProp(self, d_weights):
        for i in range(self.nn.hidden_layers + 1):
            square = d_weights[i] ** 2
            self.h_weights[i] = (
                self.momentum * self.h_weights[i] + (1 - self.momentum) * square
            )
            root = np.sqrt(self.h_weights[i])
            self.nn.weights[i] -= self.lr * d_weights[i] / (root + self.epsilon)
""",
    ),
    "a step that is asked for, beside one that takes weights": (
        "w -= opt.get_update(grad)  # class NAG: def get_update(self, W, grad=None)",
        """
class NAG:
    def __init__(self, gamma=0.9, eta=1e-3):
        self.gamma, self.eta, self.update = gamma, eta, 0

    def get_update(self, W, grad=None):
        self.update = self.gamma * self.update + self.eta * slope(W - self.gamma * self.update)
        return W - self.update


class RMSProp:
    def __init__(self, beta=0.9, eta=1e-3, eps=1e-7):
        self.v, self.beta, self.eta, self.eps = 0, beta, eta, eps

    def get_update(self, grad):
        self.v = self.beta * self.v + (1 - self.beta) * grad**2
        return self.eta * grad / (self.v**0.5 + self.eps)
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
