"""Stands for a module of ours that is started: it prints what its argument comes to."""

import os
import random  # noqa: F401  for what is asked
import sys

import numpy as np

np.random.rand()  # noqa: NPY002  the generator that all share is there before a fork


def main() -> None:
    """Print it, and end."""
    print(eval(sys.argv[1]), flush=True)
    os._exit(0)
