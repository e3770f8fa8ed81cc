"""Where the bundled ports are: beside the package in a checkout, below it in the wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def ports_root() -> Path:
    """The folder that holds a folder a language, such as java/."""
    bundled = _PACKAGE / "bundled"
    return bundled if bundled.is_dir() else _PACKAGE.parent


def editions() -> list[Path]:
    """Every bundled edition's folder."""
    manifests = ports_root().glob("*/editions/*/port.toml")
    return sorted(manifest.parent for manifest in manifests)
