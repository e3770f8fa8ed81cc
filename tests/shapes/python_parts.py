"""Constructors that many shapes in Python have."""

INIT = """
    def __init__(self, learning_rate=0.01, rho=0.9, epsilon=1e-8):
        self.lr, self.rho, self.eps = learning_rate, rho, epsilon
"""
HELD = """
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8):
        self.params, self.lr, self.alpha, self.eps = list(params), lr, alpha, eps
        self.v = [np.zeros_like(p.{data}) for p in self.params]
"""
