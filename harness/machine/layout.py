"""Where the bundled ports are: beside the package in a checkout, below it in the wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
LANGUAGES = ("java", "scala", "clojure")


def ports_root() -> Path:
    """Return the folder that holds java/, scala/ and clojure/."""
    bundled = _PACKAGE / "bundled"
    return bundled if bundled.is_dir() else _PACKAGE.parent


def editions() -> list[Path]:
    """Every bundled edition's folder."""
    return [
        manifest.parent
        for language in LANGUAGES
        for manifest in sorted((ports_root() / language / "editions").glob("*/port.toml"))
    ]


def adapter_sources(language: str) -> Path:
    """Return the folder with the sources of a language's adapter."""
    adapter = ports_root() / language / "adapter"
    return adapter / "src" if language == "clojure" else adapter / "src" / "main" / language
