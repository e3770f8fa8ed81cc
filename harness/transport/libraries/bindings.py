"""The libraries whose optimizers are driven as they are: a module each, all listed here."""

from harness.transport.libraries import keras, mlx, optax, torch, triples

BINDINGS = (torch, keras, optax, triples, mlx)
