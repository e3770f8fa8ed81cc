from math import sqrt

DECAY = 0.95


class RMSProp:
    def __init__(self, learning_rate, decay_rate, epsilon):
        self.learning_rate = learning_rate
        self.decay_rate = decay_rate
        self.epsilon = epsilon
        self.squares = {}

    def update(self, params, grads):
        new_params = {}
        for name, values in params.items():
            squares = self.squares.get(name, [0.0] * len(values))
            squares = [DECAY * s + (1 - DECAY) * g**2 for s, g in zip(squares, grads[name])]
            new_params[name] = [
                w - self.learning_rate * g / (sqrt(s) + self.epsilon)
                for w, g, s in zip(values, grads[name], squares)
            ]
            self.squares[name] = squares
        return new_params
