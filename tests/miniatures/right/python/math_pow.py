import math
from dataclasses import KW_ONLY, dataclass, field


@dataclass
class RMSProp:
    """Optimizer state and settings in one record."""

    learning_rate: float
    _: KW_ONLY
    decay: float = 0.9
    epsilon: float = 1e-8
    accumulated: dict = field(default_factory=dict, repr=False)

    def update(self, weights, gradients):
        for name, w in weights.items():
            v = self.accumulated.setdefault(name, [0.0] * len(w))
            for i, g in enumerate(gradients[name]):
                v[i] = self.decay * v[i] + (1 - self.decay) * math.pow(g, 2)
                w[i] -= self.learning_rate * g / (math.sqrt(v[i]) + self.epsilon)
        return weights
