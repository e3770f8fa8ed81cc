import numpy as np


class RmsProp:
    """Weights `forget` the past: 1 - forget is how fast new squares come in."""

    def __init__(self, step_size=0.001, forget=0.9, stabilizer=1e-8):
        self.step_size = step_size
        self.keep, self.learn = forget, 1 - forget
        self.stabilizer = stabilizer
        self.second_moment = {}

    def optimise(self, thetas, gradients):
        moved = dict(thetas)
        for name, d in gradients.items():
            moment = self.keep * self.second_moment.get(name, 0.0) + self.learn * (d * d)
            self.second_moment[name] = moment
            moved[name] = thetas[name] - self.step_size * d / (self.stabilizer + np.sqrt(moment))
        return moved
