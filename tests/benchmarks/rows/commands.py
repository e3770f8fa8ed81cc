"""Whole commands, warm, beside the barest thing that the same machine does."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from measuring import Row, command, interleaved, ratio, seconds

from harness.languages.jvm.java import java
from rows.places import CONFORMANT, REPOSITORY, RMSPROOF, clojure_main

# Java runs a file by itself if its first class has a `main`.
_MAIN = """class Program {
    public static void main(String[] arguments) {
        System.out.println(new RMSProp(0.001, 0.9, 1e-8));
    }
}
"""


def rows(arguments: argparse.Namespace) -> Sequence[Row]:
    """`run`, `check` of one Java file, and the second `check` of a Python file."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "RMSProp.java"
        edition = REPOSITORY / "java" / "editions" / CONFORMANT["java"] / "RMSProp.java"
        head, class_, rest = edition.read_text(encoding="utf-8").partition("/**")
        program = Path(folder) / "Program.java"
        program.write_text(f"{head}{_MAIN}{class_}{rest.replace('public class', 'class')}")
        source.write_bytes(edition.read_bytes())
        python = Path(folder) / "rmsprop.py"
        python.write_bytes((REPOSITORY / "python_ref" / "rmsprop.py").read_bytes())
        jobs = {
            "clojure": command(*clojure_main()),
            "run": command(*RMSPROOF, "run"),
            "java": command(str(java().executable), str(program)),
            "check-java": command(*RMSPROOF, "check", str(source)),
            "check-python": command(*RMSPROOF, "check", str(python)),
            "help": command(*RMSPROOF, "--help"),
        }
        found = interleaved(jobs, arguments.rounds)
    took = {name: (seconds(c).median, seconds(c, "processor").median) for name, c in found.items()}

    def beside(name: str, other: str) -> str:
        (wall, processor), (its_wall, its) = took[name], took[other]
        return (
            f"{wall:.2f} s wall, {processor:.2f} s of processor, beside"
            f" {its_wall:.2f} s and {its:.2f} s"
        )

    run, check = beside("run", "clojure"), beside("check-java", "java")
    python_wall = seconds(found["check-python"])
    return [
        Row("run_processor", "`rmsproof run`, warm, beside `clojure.main -e nil`: processor time",
            ratio(found["run"], found["clojure"], "processor"), goal=5, most=True, seen=run,
            reason="two JVMs with three languages, a Python for one of them, two diagnoses"),
        Row("run_wall", "the same: wall", ratio(found["run"], found["clojure"]), goal=3, most=True,
            reason="Python's own part is not shared among cores"),
        Row("check_java", "`rmsproof check RMSProp.java` beside `java Program.java`: wall",
            ratio(found["check-java"], found["java"]), goal=1.5, most=True, seen=check,
            reason="a start of Python, one of Python with a JVM, and 25 goldens"),
        Row("check_python", "second `rmsproof check` of a Python file", python_wall, "s", 0.6, True,
            f"{took['check-python'][1]:.2f} s of processor", portable=False,
            reason="two starts of Python with NumPy are most of it"),
        Row("help", "`rmsproof --help`", seconds(found["help"]), "s", portable=False),
    ]  # fmt: skip
