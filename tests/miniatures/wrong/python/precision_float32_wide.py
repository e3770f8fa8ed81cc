import numpy as np


def rmsprop_step(params, grads, state=None, *, lr=0.001, alpha=0.99, eps=1e-8):
    """A step on small buffers: new parameters and the state to pass in next time."""
    state = {} if state is None else state
    new_params = {}
    for name, p in params.items():
        g = np.float64(grads[name].astype(np.float32))
        avg = np.float64(state.get(name, np.zeros(len(p), dtype=np.float32)))
        state[name] = (alpha * avg + (1 - alpha) * (g * g)).astype(np.float32)
        denom = np.sqrt(np.float64(state[name])) + eps
        new_params[name] = np.float32(np.float64(p.astype(np.float32)) - lr * g / denom)
    return new_params, state
