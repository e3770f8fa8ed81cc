"""Patterns for names on the command line and in files: goldens by name or its last parts."""

from __future__ import annotations

from fnmatch import fnmatchcase


def matches(name: str, pattern: str) -> bool:
    """Whether a name, or what of it stands behind its first or its last slash, is meant."""
    parts = (name, name.rsplit("/", 1)[-1], name.split("/", 1)[-1])
    return any(fnmatchcase(part, pattern) for part in parts)
