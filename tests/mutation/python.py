"""Mutation testing of the Python that decides: which change of the code would no test see?

    uv run --group mutation python tests/mutation/python.py [MODULE...]

mutmut changes one thing at a time in a copy of the checkout, and the quick tests of that module
are run against each change; what they let pass, against its slow ones. What these let pass, too, is
a survivor. Those that no caller could see
are listed in `equivalent/MODULE.toml`, by function and by the text of the changed line, each
with the reason::

    [[mutant]]
    function = "harness.comparison.compare.compare_all"
    was = "x <= y"
    is = "x < y"
    why = "..."

All other survivors are printed, and the exit code is 1; so it is if an entry of that file has no
survivor any more. `result.toml` keeps the count of each module:

    mutants     all of them, or of a sample those in it
    killed      a test fails, or the module cannot be imported
    nightly     of these, those that only tests of the slow part see, which runs each night
    endless     the tests do not end, and the mutant is listed as `[[endless]]`, like the above;
                on a machine that is fast enough a test may fail first, and it is killed
    equivalent  listed as `[[mutant]]`
    wording     only the letters of a sentence are changed ("XX...XX", upper, lower case): what
                a message has to name is tested, how it says so is nobody's contract
    strict      only the strict=True of a zip is: an assertion, which holds wherever no test fails
    survived    the rest
    of          of how many, where only a sample of them was tried
    source      of which text of the module this is, as `source` has it: a row with another, or
                with none, was written before the module was changed

A module whose mutants take long is tried on a sample (`--sample 100`): those whose texts have the
smallest hashes, the same ones every time and whatever else changes in the module.

mutmut leaves alone what stands outside of functions, and decorated functions (properties).
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import difflib
import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from modules import SLOW, TESTS

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent.parent
RESULT = HERE / "result.toml"

# Without the plugins that only cost time: the last collects garbage after every mutant.
_WITHOUT = ("randomly", "xdist", "cacheprovider", "faulthandler", "unraisableexception")
NIGHTLY = [*(f"-pno:{plugin}" for plugin in _WITHOUT), "--hypothesis-profile=mutation"]
OPTIONS = [*NIGHTLY, "-mnot slow"]

CONFIGURATION = """\
[tool.mutmut]
source_paths = ["harness", "python_ref"]
only_mutate = [{file!r}]
pytest_add_cli_args_test_selection = {tests!r}
pytest_add_cli_args = {options!r}
also_copy = ["conftest.py"]
use_git_change_detection = false
timeout_multiplier = 4.0
timeout_constant = 15.0

[tool.pytest.ini_options]
filterwarnings = [
    "error",
    "ignore::pytest.PytestAssertRewriteWarning",
    "ignore::pytest.PytestUnknownMarkWarning",
]
"""

KILLED = (1, 3)  # a test failed; pytest itself did
SURVIVED = (0, 33)  # all passed; no test calls the function
TIMED_OUT = (36, -24, 24, 152)


@dataclass(frozen=True)
class Mutant:
    """One change: the function it is in and the lines that differ, stripped and joined."""

    function: str
    was: str
    now: str

    @classmethod
    def of(cls, entry: dict[str, str]) -> Mutant:
        """Return the mutant that an entry of an equivalent file means."""
        return cls(entry["function"], entry["was"], entry["is"])

    def __str__(self) -> str:
        return f'function = "{self.function}"\nwas = {self.was!r}\nis = {self.now!r}\n'

    @property
    def wording(self) -> bool:
        """Whether only the letters of a sentence, a literal with a space in it, are changed."""
        was, now = (_LITERAL.split(line) for line in (self.was, self.now))
        if len(was) != len(now) or was[::2] != now[::2]:
            return False
        changed = [(a, b) for a, b in zip(was[1::2], now[1::2], strict=True) if a != b]
        return bool(changed) and all(
            " " in a and a.casefold() == b.replace("XX", "").casefold() for a, b in changed
        )

    @property
    def strict(self) -> bool:
        """Whether only the strictness of a zip is changed."""
        was, now = (
            re.sub(r",\s*(strict=\w+)?\s*(\)|$)", r"\2", line) for line in (self.was, self.now)
        )
        return "strict=True" in self.was and was == now


_LITERAL = re.compile(r"""("[^"]*"|'[^']*')""")


@dataclass
class Outcome:
    """The mutants of a module, by what became of them."""

    mutants: int = 0
    killed: int = 0
    nightly: int = 0
    survived: Sequence[Mutant] = ()
    endless: Sequence[Mutant] = ()
    untried: Sequence[Mutant] = ()


# -- running mutmut -------------------------------------------------------------------------------


@contextlib.contextmanager
def copied(folder: Path | None) -> Iterator[Path]:
    """Yield a copy of what is needed of the checkout; a temporary one unless a folder is given."""
    with contextlib.ExitStack() as stack:
        copy = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mutation-")))
        for name in ("harness", "python_ref", "tests"):
            shutil.copytree(
                CHECKOUT / name,
                copy / name,
                ignore=shutil.ignore_patterns("__pycache__", "mutation"),
                copy_function=shutil.copy,  # newer than what mutmut made of an older one
                dirs_exist_ok=True,
            )
        shutil.copy(HERE / "conftest_of_a_copy.py", copy / "conftest.py")
        yield copy


def run(
    copy: Path,
    module: str,
    only: Sequence[str],
    children: int,
    most: int | None = None,
    listed: Collection[Mutant] = (),
) -> Outcome:
    """Try the mutants of a module, those whose names match `only`, or a sample of `most`.

    Those that are `listed` are known to survive, and not held to slow tests.
    """
    file = module.replace(".", "/") + ".py"
    tests = sorted(
        str(path.relative_to(copy))
        for pattern in TESTS[module].split()
        for path in copy.glob(f"tests/{pattern}")
    )
    options = OPTIONS + ([f"-knot ({SLOW[module]})"] if module in SLOW else [])
    configuration = CONFIGURATION.format(file=file, tests=tests, options=options)
    (copy / "pyproject.toml").write_text(configuration, "utf-8")
    results, imports = copy / "mutants" / f"{file}.meta", copy / "mutants" / "imports.json"
    if not imports.exists():  # a run that was ended before it had learned anything
        shutil.rmtree(copy / "mutants", ignore_errors=True)

    def codes() -> dict[str, int | None]:
        found: dict[str, int | None] = json.loads(results.read_text("utf-8"))["exit_code_by_key"]
        return found

    before = codes() if results.exists() else {}
    if most is None:
        again = [name for name, code in before.items() if code is not None and code not in KILLED]
        _mutmut(copy, children, only)
        if again and not only:
            left = [name for name in again if name in codes()]
            _mutmut(copy, children, left)
        changes = dict(_changes(module, (copy / "mutants" / file).read_text("utf-8")))
        asked = {name for name, code in codes().items() if code is not None}
    else:
        changes = dict(_changes(module, _mutated(copy, file)))
        asked = {f"{module}.{name}" for name in sorted(changes, key=_rank(changes))[:most]}
        if left := [name for name in asked if before.get(name) not in KILLED]:
            _mutmut(copy, children, left)
        # What was killed before, of a function that is another one now.
        if left := [name for name in asked if codes()[name] is None]:
            _mutmut(copy, children, left)
    imported = json.loads(imports.read_text("utf-8"))

    @functools.cache
    def nightly(name: str) -> bool:
        if name and not nightly(""):
            raise SystemExit(f"slow tests of {module} fail without any mutant, too")
        return _passes(copy, name, [*NIGHTLY, *tests])

    outcome, survived, endless = Outcome(), [], []
    outcome.untried = [m for n, m in changes.items() if f"{module}.{n}" not in asked]
    for name, code in codes().items():
        if name not in asked:
            continue
        outcome.mutants += 1
        mutant = changes[name.rpartition(".")[2]]
        # What is called by an import alone was over before the mutant was in place; and pytest
        # may have stopped before any test was run, for one that has another name now.
        sure = code in SURVIVED and name.partition("__mutmut_")[0] not in imported
        if code in TIMED_OUT:
            endless.append(mutant)
        elif code not in KILLED and (sure or _passes(copy, name, [*options, *tests])):
            if mutant in listed or mutant.strict or nightly(name):
                survived.append(mutant)
                continue
            outcome.nightly += 1
            outcome.killed += 1
        else:
            outcome.killed += 1
    outcome.survived, outcome.endless = survived, endless
    return outcome


def _mutmut(copy: Path, children: int, names: Sequence[str]) -> None:
    command = [str(Path(sys.executable).with_name("mutmut")), "run", "--max-children"]
    with (copy / "mutmut.log").open("w+", encoding="utf-8") as log:
        done = subprocess.run(
            [*command, str(children), *names],
            cwd=copy,
            stdout=None if sys.stdout.isatty() else log,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode:
            log.seek(0)
            raise SystemExit(f"mutmut did not run to its end\n{log.read()}")


def _passes(copy: Path, name: str, arguments: Sequence[str]) -> bool:
    """Whether pytest passes with a mutant that is in place from the start."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-xq", *arguments],
        cwd=copy / "mutants",
        env={
            **os.environ,
            "MUTANT_UNDER_TEST": name,
            "MUTANT_FROM_THE_START": "yes",
            "PYTHONPATH": str(copy / "mutants"),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode == 0


def _mutated(copy: Path, file: str) -> str:
    """What mutmut makes of a file, before any of it is tried."""
    from mutmut.mutation.file_mutation import mutate_file_contents

    with contextlib.chdir(copy):  # where mutmut looks for its configuration
        return mutate_file_contents(file, Path(file).read_text("utf-8")).code


def _rank(changes: Mapping[str, Mutant]) -> Callable[[str], bytes]:
    """The order in which mutants enter a sample: as good as drawn, and always the same."""
    return lambda name: hashlib.sha256(str(changes[name]).encode()).digest()


def _changes(module: str, mutated: str) -> Iterator[tuple[str, Mutant]]:
    """Every mutant by mutmut's name: its function beside the original, both in one text."""
    lines = mutated.splitlines()
    sources: dict[str, list[str]] = {}
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, ast.FunctionDef) and "__mutmut_" in node.name:
            source = lines[node.lineno - 1 : node.end_lineno]
            sources[node.name] = [line.replace(node.name, "", 1).strip() for line in source]
    for name, source in sources.items():
        function, _, number = name.partition("__mutmut_")
        if number == "orig":
            continue
        # x_function, or xǁClassǁmethod
        plain = ".".join(function.split("ǁ")[1:]) or function.removeprefix("x_")
        parts: dict[str, list[str]] = {"- ": [], "+ ": []}
        for line in difflib.ndiff(sources[f"{function}__mutmut_orig"], source):
            if line[:2] in parts:
                parts[line[:2]].append(line[2:])
        yield name, Mutant(f"{module}.{plain}", " ".join(parts["- "]), " ".join(parts["+ "]))


# -- against what is listed -----------------------------------------------------------------------


def ledger(module: str) -> dict[str, list[dict[str, str]]]:
    """What is listed of a module: mutants that are equivalent, and some that do not end."""
    path = HERE / "equivalent" / f"{module.rpartition('.')[2]}.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}


def judged(module: str, outcome: Outcome) -> tuple[dict[str, int], list[Mutant], list[str]]:
    """Return the counts of a module, what survived unlisted, and entries that are stale."""
    listed = ledger(module)
    equivalent = {Mutant.of(entry) for entry in listed.get("mutant", [])}
    endless = {Mutant.of(entry) for entry in listed.get("endless", [])}
    reasonless = [
        entry["was"] for entries in listed.values() for entry in entries if not entry["why"].strip()
    ]
    # What no test sees may take longer than it is given where much else is run.
    late = [m for m in outcome.endless if m in equivalent]
    excused = {*outcome.survived, *outcome.untried, *late}
    stale = [f"no survivor is\n{m}" for m in equivalent - excused]
    stale += [f"no reason is given for {was}" for was in reasonless]
    left = [m for m in outcome.survived if m not in equivalent]
    unlisted = [m for m in left if not m.wording and not m.strict]
    unlisted += [m for m in outcome.endless if m not in endless and m not in late]
    counts = {
        "mutants": outcome.mutants,
        "killed": outcome.killed,
        "nightly": outcome.nightly,
        "endless": sum(m in endless for m in outcome.endless),
        "equivalent": len(outcome.survived) - len(left) + len(late),
        "wording": sum(m.wording for m in left),
        "strict": sum(m.strict for m in left),
        "survived": len(unlisted),
    }
    return counts, unlisted, stale


def source(module: str) -> str:
    """What tells a module's text from others."""
    text = (CHECKOUT / (module.replace(".", "/") + ".py")).read_bytes()
    return hashlib.sha256(text).hexdigest()[:12]


def keep(results: dict[str, dict[str, int | str]]) -> None:
    """Put the rows of these modules into result.toml beside those of the others."""
    rows = tomllib.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {}
    rows |= results
    lines = [
        "# Written by python.py, which says what the columns are; what is not there is none.\n\n"
    ]
    for module in sorted(rows):
        counts = {n: c for n, c in rows[module].items() if c or n in ("mutants", "survived")}
        row = ", ".join(f"{name} = {json.dumps(count)}" for name, count in counts.items())
        lines.append(f'"{module}" = {{ {row} }}\n')
    RESULT.write_text("".join(lines), "utf-8")


def main(arguments: Iterable[str]) -> int:
    """Run, print what survived, keep the counts; 1 if anything is left to be done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "modules", nargs="*", metavar="MODULE", help="harness.comparison.compare, ..."
    )
    parser.add_argument("--children", type=int, default=2, help="mutants tried at a time")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="PATTERN",
        help="only mutants of these names, as *.x_function__*; nothing is kept",
    )
    parser.add_argument(
        "--sample", type=int, metavar="COUNT", help="only so many of each module, always the same"
    )
    parser.add_argument(
        "--folder",
        type=Path,
        help="where the copy is made, and left: what was killed in one of before "
        "is not tried again unless its function has changed; for one module only",
    )
    given = parser.parse_args(list(arguments))
    if unknown := set(given.modules) - set(TESTS):
        parser.error(f"no tests are known for {', '.join(sorted(unknown))}")
    results: dict[str, dict[str, int | str]] = {}
    failed = False
    for module in given.modules or TESTS:
        with copied(given.folder) as copy:
            listed = {Mutant.of(entry) for entry in ledger(module).get("mutant", [])}
            outcome = run(copy, module, given.only, given.children, given.sample, listed)
        counts, unlisted, stale = judged(module, outcome)
        print(f"\n{module}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
        for mutant in unlisted:
            print(f"\nsurvived\n{mutant}", end="")
        for line in stale:
            print(f"\nstale: {line}", end="")
        failed = failed or bool(unlisted or stale)
        sampled = {"of": outcome.mutants + len(outcome.untried)} if outcome.untried else {}
        results[module] = {**counts, **sampled, "source": source(module)}
        if not given.only:
            keep(results)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
