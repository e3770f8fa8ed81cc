"""What names say: plain ones, those that a class goes by, RMSProp's own."""

from __future__ import annotations


def says_rmsprop(name: str) -> bool:
    """Whether a name says RMSProp, in one of its words."""
    return "rmsprop" in plain_name(name) or any(
        w.lower().startswith("rms") for w in name.split("_")
    )


def plain_name(name: str) -> str:
    """A name in lower case, without what languages put between words."""
    return name.replace("_", "").replace("-", "").replace("*", "").lower()


def class_names(name: str) -> tuple[str, ...]:
    """The ways a class may be asked for: in full, without package, without outer class.

    >>> class_names("nn.Optimizers$")  # an object of Scala
    ('nn.Optimizers$', 'nn.Optimizers', 'Optimizers$', 'Optimizers', 'nn.Optimizers')
    """
    plain = name.rstrip("$")
    last = [plain.rsplit("$", 1)[-1]] if "$" in plain else []
    short = [n.rsplit(".", 1)[-1] for n in dict.fromkeys((name, plain))]
    return (*dict.fromkeys((name, plain)), *short, *last, plain.replace("$", "."))
