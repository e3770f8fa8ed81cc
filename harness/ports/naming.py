"""The names that a class goes by, and which of them say that it steps."""

from __future__ import annotations

import re


def class_names(name: str) -> tuple[str, ...]:
    """The ways a class may be asked for: in full, without package, without outer class.

    >>> class_names("nn.Optimizers$")  # an object of Scala
    ('nn.Optimizers$', 'nn.Optimizers', 'Optimizers$', 'Optimizers', 'nn.Optimizers')
    """
    plain = name.rstrip("$")
    last = [plain.rsplit("$", 1)[-1]] if "$" in plain else []
    short = [n.rsplit(".", 1)[-1] for n in dict.fromkeys((name, plain))]
    return (*dict.fromkeys((name, plain)), *short, *last, plain.replace("$", "."))


_STEP = re.compile(r"rms_?prop|optim|updat|step|grad|descen|delta|apply|adjust|learn|train|adapt")


def says_step(title: str) -> bool:
    """Whether a name of a class, method or function says that it steps.

    Others scale what they are given by its running average, too, as a normalizer its samples.

    >>> says_step("Sgd.update"), says_step("RunningNorm.normalize")
    (True, False)
    """
    return bool(_STEP.search(title.lower()))
