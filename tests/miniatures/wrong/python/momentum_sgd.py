class RMSProp:
    """Optimizer with velocity."""

    def __init__(self, learning_rate, decay_rate, epsilon, momentum=0.9):
        self.learning_rate = learning_rate
        self.decay_rate = decay_rate
        self.epsilon = epsilon
        self.momentum = momentum
        self.velocity = {}

    def update(self, params, grads):
        for name, w in params.items():
            velocity = self.velocity.setdefault(name, [0.0] * len(w))
            for i, g in enumerate(grads[name]):
                velocity[i] = self.momentum * velocity[i] + self.learning_rate * g
                w[i] -= velocity[i]
