"""Compiling once: results and failures kept, and what is no fault of the source."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from own_caches import RIGHT
from support import REPOSITORY, command
from test_jars import spoil

from harness.judging.options import Options
from harness.judging.run import run
from harness.languages.jvm import adapter
from harness.languages.jvm import compile as compile_of
from harness.languages.jvm.compile import CompileError, compile_java
from harness.machine import cache
from harness.model.errors import ToolchainError
from harness.ports.targets import bundled, of_target

pytestmark = pytest.mark.jvm


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


def test_a_source_in_latin_letters_is_read_as_one(tmp_path: Path) -> None:
    source = tmp_path / "Matrix.java"
    source.write_bytes("class Matrix {} // \xe0 utiliser".encode("latin-1"))
    assert compile_java([source]).is_file()


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


@pytest.mark.slow
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
