"""How names of Python packages are compared. Runs in the worker as well: Python 3.9 will do."""

from __future__ import annotations

import re


def package_name(name: str) -> str:
    """The name of a package as indexes have it: `Stable_Baselines3` is `stable-baselines3`."""
    return re.sub(r"[-_.]+", "-", name).lower()
