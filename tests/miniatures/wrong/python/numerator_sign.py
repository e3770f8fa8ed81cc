import numpy as np


def rmsprop_update(theta, grad, state, lr=0.01, alpha=0.99, eps=1e-8):
    """One RMSProp step on an array; `state` is a dict kept by the caller."""
    if "square_avg" not in state:
        state["square_avg"] = np.zeros_like(theta)
    avg = state["square_avg"]
    avg *= alpha
    avg += (1 - alpha) * grad**2
    return theta - lr * np.sign(grad) / (np.sqrt(avg) + eps)
