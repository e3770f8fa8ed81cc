import numpy as np


class RMSprop:
    """RMSprop with everything; what is zero is switched off.

    Args:
        lr: learning rate.
        alpha: smoothing constant.
        eps: added to the denominator.
        weight_decay: L2 penalty.
        momentum: momentum factor.
        centered: divide by the standard deviation instead.
    """

    def __init__(self, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False):
        self.lr = lr
        self.alpha = alpha
        self.eps = eps
        self.weight_decay = weight_decay
        self.momentum = momentum
        self.centered = centered
        self.state = {}

    def step(self, params, grads):
        for name, p in params.items():
            state = self.state.setdefault(name, self.fresh(p))
            grad = grads[name]
            if self.weight_decay != 0:
                grad = grad + self.weight_decay * p
            square_avg = state["square_avg"]
            square_avg *= self.alpha
            square_avg += (1 - self.alpha) * (grad * grad)
            if self.centered:
                state["grad_avg"] += (1 - self.alpha) * (grad - state["grad_avg"])
                avg = np.sqrt(square_avg - state["grad_avg"] ** 2) + self.eps
            else:
                avg = np.sqrt(square_avg) + self.eps
            if self.momentum > 0:
                state["buf"] = self.momentum * state["buf"] + grad / avg
                p -= self.lr * state["buf"]
            else:
                p -= self.lr * (grad / avg)

    @staticmethod
    def fresh(p):
        return {key: np.zeros_like(p) for key in ("square_avg", "grad_avg", "buf")}
