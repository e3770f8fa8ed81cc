"""Jars from Maven Central, by name and by hash.

jgo resolves and downloads; what it brings is trusted only after every jar of the closure was
checked against the table below (none missing, none more, each of its hash), and only copies in
our own cache are used. jgo is not safe for parallel use and passes truncated downloads: one
lock stands around it, its folders lie inside our cache, and on a mismatch both are deleted and
resolved once more. A warm run never calls it.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.errors import ToolchainError
from harness.toolchain.cache import locked, root, sha256


@dataclass(frozen=True)
class Closure:
    """A Maven artifact with everything it needs.

    Attributes:
        coordinate: group:artifact:version.
        jars: file name to SHA-256, the whole closure.
    """

    coordinate: str
    jars: Mapping[str, str]

    @property
    def version(self) -> str:
        """The artifact's version."""
        return self.coordinate.rsplit(":", 1)[1]


_SCALA_LIBRARY = {
    "scala-library-2.13.16.jar": "1ebb2b6f9e4eb4022497c19b1e1e825019c08514f962aaac197145f88ed730f1",
    "scala3-library_3-3.7.3.jar": "265c593f80d3391b869e2daa206155cdd00702b35ec5a096fcf18dddad10e1b6",
}

GSON = Closure(
    "com.google.code.gson:gson:2.13.2",
    {
        "error_prone_annotations-2.41.0.jar": "a56e782b5b50811ac204073a355a21d915a2107fce13ec711331ad036f660fcc",
        "gson-2.13.2.jar": "dd0ce1b55a3ed2080cb70f9c655850cda86c206862310009dcb5e5c95265a5e0",
    },
)
CLOJURE = Closure(
    "org.clojure:clojure:1.12.3",
    {
        "clojure-1.12.3.jar": "cb2a1a3db1c2cd76ef4fa4a545d5a65f10b1b48b7f7672f0a109f5476f057166",
        "core.specs.alpha-0.4.74.jar": "eb73ac08cf49ba840c88ba67beef11336ca554333d9408808d78946e0feb9ddb",
        "spec.alpha-0.5.238.jar": "94cd99b6ea639641f37af4860a643b6ed399ee5a8be5d717cff0b663c8d75077",
    },
)
SCALA = Closure("org.scala-lang:scala3-library_3:3.7.3", _SCALA_LIBRARY)
SCALA_COMPILER = Closure(
    "org.scala-lang:scala3-compiler_3:3.7.3",
    {
        "compiler-interface-1.10.7.jar": "2bacc5761e03920a228e5c9d20b33d9c51d43aaf2f52e8f839ece630966eb880",
        "jline-native-3.29.0.jar": "19cfcc9d3c78a1c6cfe4c6c9599f16a657e4bf8da43940fc4b875373236dc258",
        "jline-reader-3.29.0.jar": "a4cb0a5fde9289f2f1b614e04f94b202f6ff5c9c96476425837b1184c92ef81d",
        "jline-terminal-3.29.0.jar": "fd68a98b32b1132035c62102e5df0b0fdc358e7c87a9f876ce7071450b4d10da",
        "jline-terminal-jni-3.29.0.jar": "13fef8bcc0e4788c8e192dc76c33758683c6bfdbaef6f67b41445eb8986773ad",
        "scala-asm-9.8.0-scala-1.jar": "86af037580bdf9ce9c05f8b2afd734daf1a8564c38cd10ca5d08bf81508ad2e4",
        "scala3-compiler_3-3.7.3.jar": "83c0666d468878edd7671f28472c759e5ac16a6e94180b2e5a45298a9e1de26e",
        "scala3-interfaces-3.7.3.jar": "1600b0f69299f89f7655ae48722465db46e5d966a3c5019e39dfe855d486d001",
        "tasty-core_3-3.7.3.jar": "26d6f7cac567090bc0cbb7aba63e5aa9608c894a94f8203602eea186fd46dee8",
        "util-interface-1.10.7.jar": "1d6b91efa42b70fc064caed6d62962374e13b27737f885a87c84c667b30be625",
        **_SCALA_LIBRARY,
    },
)
ECJ = Closure(
    "org.eclipse.jdt:ecj:3.43.0",
    {"ecj-3.43.0.jar": "c786468c65e906498e7e36ece4e0d04c6d3dd34c9a61b34a3a5b512801911a82"},
)
JUNIT = Closure(
    "org.junit.platform:junit-platform-console-standalone:1.13.4",
    {
        "junit-platform-console-standalone-1.13.4.jar": "3fdfc37e29744a9a67dd5365e81467e26fbde0b7aa204e6f8bbe79eeaa7ae892"
    },
)


def resolve(closure: Closure) -> list[Path]:
    """Return the closure's jars in our cache, every one of its hash, fetching what is missing.

    Raises:
        ToolchainError: they cannot be had; says what is missing and how to get it.
    """
    wanted = [_copy(name, digest) for name, digest in closure.jars.items()]
    if all(_whole(path, digest) for path, digest in zip(wanted, closure.jars.values(), strict=True)):
        return wanted
    with locked("jars"):
        problem = ""
        for _ in range(2):  # a truncated download is deleted and fetched once more
            if all(_whole(p, d) for p, d in zip(wanted, closure.jars.values(), strict=True)):
                return wanted
            problem = _fetch(closure)
            if not problem:
                return wanted
            for folder in (root() / "jgo", root() / "m2"):
                shutil.rmtree(folder, ignore_errors=True)
    raise ToolchainError(
        f"{closure.coordinate} is not in the cache and cannot be fetched from Maven Central"
        f" ({problem}). Connect once and run the same command, or copy the cache folder"
        f" ({root()}) from a machine that has run it; RMSPROOF_CACHE names another folder."
    )


def _copy(name: str, digest: str) -> Path:
    return root() / "jars" / digest[:16] / name


def _whole(path: Path, digest: str) -> bool:
    return path.is_file() and sha256(path) == digest


def _fetch(closure: Closure) -> str:
    """Bring a closure into the cache; return what went wrong, or ""."""
    try:
        found = {path.name: path for path in _resolved(closure.coordinate)}
    except (Exception, SystemExit) as error:
        return " ".join(str(error).split())[:300] or type(error).__name__
    missing, more = closure.jars.keys() - found.keys(), found.keys() - closure.jars.keys()
    if missing or more:
        parts = [f"missing {', '.join(sorted(missing))}"] if missing else []
        parts += [f"unexpected {', '.join(sorted(more))}"] if more else []
        return "the closure differs from the pinned one: " + "; ".join(parts)
    for name, digest in closure.jars.items():
        if sha256(found[name]) != digest:
            return f"{name} does not have the pinned hash"
    for name, digest in closure.jars.items():
        target = _copy(name, digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent)
        os.close(handle)
        shutil.copyfile(found[name], temporary)  # jgo hard-links: a copy of our own
        Path(temporary).replace(target)
    return ""


def _resolved(coordinate: str) -> list[Path]:
    import jgo

    context = jgo.MavenContext(
        repo_cache=root() / "m2", remote_repos={"central": jgo.MAVEN_CENTRAL_URL}
    )
    builder = jgo.EnvironmentBuilder(
        context=context, cache_dir=root() / "jgo", link_strategy=jgo.LinkStrategy.COPY
    )
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        environment = builder.from_endpoint(endpoint=coordinate, update=False)
    return [Path(jar) for jar in environment.all_jars]
