import numpy as np


class RMSprop:
    """RMSprop in the style of torch.optim: a state per parameter."""

    def __init__(self, lr=1e-2, alpha=0.99, eps=1e-8):
        self.lr = lr
        self.alpha = alpha
        self.eps = eps
        self.state = {}

    def step(self, params, grads):
        for name, p in params.items():
            state = self.state.setdefault(name, {"step": 0, "square_avg": np.zeros_like(p)})
            state["step"] += 1
            grad = grads[name]
            square_avg = self.alpha * state["square_avg"] + (1 - self.alpha) * grad * grad
            state["square_avg"] = square_avg
            corrected = square_avg / (1 - self.alpha ** state["step"])
            params[name] = p - self.lr * grad / (np.sqrt(corrected) + self.eps)
