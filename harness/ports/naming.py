"""The names that a class goes by."""

from __future__ import annotations


def class_names(name: str) -> tuple[str, ...]:
    """The ways a class may be asked for: in full, without package, without outer class.

    >>> class_names("nn.Optimizers$")  # an object of Scala
    ('nn.Optimizers$', 'nn.Optimizers', 'Optimizers$', 'Optimizers', 'nn.Optimizers')
    """
    plain = name.rstrip("$")
    last = [plain.rsplit("$", 1)[-1]] if "$" in plain else []
    short = [n.rsplit(".", 1)[-1] for n in dict.fromkeys((name, plain))]
    return (*dict.fromkeys((name, plain)), *short, *last, plain.replace("$", "."))
