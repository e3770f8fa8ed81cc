"""The adapter that every language of the JVM is bound through: java/adapter, compiled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from harness.languages.jvm import jars
from harness.languages.jvm.compile import compile_java
from harness.machine.layout import ports_root


def base_adapter(tell: Callable[[str], None] = lambda _: None) -> tuple[Path, ...]:
    """Its class path, built now if it is not in the cache.

    Args:
        tell: told what is being done, a phrase each.

    Raises:
        CompileError, ToolchainError: it cannot be built.
    """
    tell("fetching Gson")
    gson = jars.resolve(jars.GSON)
    tell("compiling the Java adapter")
    return (compile_java(sorted(sources("java", "src/main/java").rglob("*.java")), gson), *gson)


def sources(language: str, below: str) -> Path:
    """The folder with the sources of a language's adapter."""
    return ports_root() / language / "adapter" / below
