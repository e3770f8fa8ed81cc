"""Nothing that lies where the user stands, or on PYTHONPATH, is taken for ours or for Python's.

A folder holds what people have: `harness/`, `python_ref/`, files that are called like modules of
Python or like libraries. Each raises when it is imported, so that nothing passes unseen.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent

import pytest
from support import Done, alike, command

pytestmark = pytest.mark.jvm

RAISES = "raise RuntimeError('a file of the user was imported: ' + __name__)\n"
LIBRARIES = "numpy jpype jgo msgspec typer rich tomlkit markdown_it platformdirs sitecustomize"
PORT = """
    import json  # Python's, whatever lies here
    import signal

    import numpy as np
    from helper import root


    def update(weights, gradients, v, learning_rate, decay_rate, epsilon):
        for name, g in gradients.items():
            v[name] = decay_rate * v.get(name, 0.0) + (1 - decay_rate) * (g * g)
            weights[name] = weights[name] - (learning_rate * g) / (root(v[name]) + epsilon)
"""
USES_THEIRS = "from harness.roots import root\nfrom python_ref import SCALE\n"
# One step of the reference: identified at once.
OBSERVATION = {
    "learning_rate": 0.25,
    "decay_rate": 0.75,
    "epsilon": 0.25,
    "precision": "float64",
    "weights": {"w": [1.0]},
    "gradients": [{"w": [0.5]}],
    "observed": [{"w": [0.75]}],
}
SCRIPT = Path(sys.executable).with_name("rmsproof")


def needed_by_python() -> set[str]:
    """Modules that Python itself looks for before any of ours is asked."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import runpy, importlib.util"],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = (line for line in done.stderr.splitlines() if line.count("|") == 2)
    return {line.rsplit("|", 1)[1].strip().split(".")[0] for line in lines}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder with a port, what it needs, and all the names that could be confused."""
    place = tmp_path_factory.mktemp("user")
    # Where Python has no `msvcrt`, a file of that name is not taken for Python's.
    standard = {name for name in sys.stdlib_module_names if find_spec(name)}
    for name in {*standard, *LIBRARIES.split()} - needed_by_python():
        (place / f"{name}.py").write_text(RAISES, encoding="utf-8")
    for name in ("harness", "python_ref"):
        (place / name).mkdir()
        (place / name / "__init__.py").write_text(RAISES, encoding="utf-8")
    (place / "port.py").write_text(dedent(PORT), encoding="utf-8")
    (place / "helper.py").write_text("import numpy as np\nroot = np.sqrt\n", encoding="utf-8")
    return place


def rmsproof(way: str, folder: Path, elsewhere: Path, *arguments: str) -> Done:
    """Run the command line from the user's folder, or from elsewhere with it on PYTHONPATH."""
    start = [str(SCRIPT)] if way == "script, PYTHONPATH" else [sys.executable, "-m", "rmsproof"]
    if way == "module, folder":
        return command([*start, *arguments], cwd=folder, without=["PYTHONPATH"])
    return command([*start, *arguments], cwd=elsewhere, env={"PYTHONPATH": str(folder)})


WAYS = ["module, folder", "module, PYTHONPATH", "script, PYTHONPATH"]


def verdicts(done: Done) -> list[tuple[str, str]]:
    return [(row["transport"], row["verdict"]) for row in json.loads(done.out)["results"]]


@pytest.mark.parametrize("way", alike(WAYS))
def test_python_ports_are_judged_and_find_what_lies_beside_them(
    folder: Path, tmp_path: Path, way: str
) -> None:
    targets = [str(folder / "port.py"), "port:update"]
    done = rmsproof(way, folder, tmp_path, "check", *targets, "--golden", "page*", "--json", "-")
    assert verdicts(done) == [("local", "exact")] * 2
    assert done.code == 0


@pytest.mark.parametrize("way", alike(["module, folder", "script, PYTHONPATH"], 0))
def test_editions_and_documents_are_judged(folder: Path, tmp_path: Path, way: str) -> None:
    arguments = ["--golden", "page*", "--json", "-"]
    done = rmsproof(way, folder, tmp_path, "run", "java/double", *arguments)
    assert verdicts(done) == [("jpype", "exact"), ("stdio", "exact")]
    page = f"```python\n{dedent(PORT).replace('from helper import root', 'root = np.sqrt')}```\n"
    (tmp_path / "page.md").write_text(page, encoding="utf-8")
    done = rmsproof(way, folder, tmp_path, "doc", str(tmp_path / "page.md"), *arguments)
    assert verdicts(done) == [("local", "exact")]


@pytest.mark.parametrize(("way", "regular"), alike(zip(WAYS, [False, True, False], strict=True)))
def test_a_port_may_use_packages_of_our_names(tmp_path: Path, way: str, regular: bool) -> None:
    place, elsewhere = tmp_path / "mine", tmp_path / "elsewhere"
    for name in ("mine/harness", "mine/python_ref", "elsewhere"):
        (tmp_path / name).mkdir(parents=True)
    (place / "harness/roots.py").write_text("import numpy as np\nroot = np.sqrt\n")
    if regular:
        (place / "harness/__init__.py").touch()
    (place / "python_ref/__init__.py").write_text("SCALE = 1\n")
    source = dedent(PORT).replace("from helper import root\n", USES_THEIRS)
    (place / "port.py").write_text(source, encoding="utf-8")
    arguments = ("check", "port:update", "--golden", "page*", "--json", "-")
    done = rmsproof(way, place, elsewhere, *arguments)
    assert (verdicts(done), done.code) == ([("local", "exact")], 0)


@pytest.mark.parametrize("loaded", alike([False, True]), ids=["not yet imported", "imported"])
def test_a_program_of_the_user_keeps_its_own(folder: Path, loaded: bool) -> None:
    """Beside it lies all that could be confused; what it imports, before and after, is its own."""
    (folder / "harness/__init__.py").write_text("MINE = 1\n", encoding="utf-8")
    program = folder / "program.py"
    program.write_text(
        dedent(f"""
        import sys
        import rmsproof
        {"import harness" if loaded else ""}
        path = sys.path[:]
        results = rmsproof.check({str(folder / "port.py")!r}, golden="page*")
        print(*(result.verdict.word for result in results))
        print(rmsproof.identify({OBSERVATION}).verdict.word)
        import harness
        assert harness.MINE == 1 and sys.path == path
        print(*sorted(n for n in sys.modules if n.split(".")[0] in ("harness", "python_ref")))
        """),
        encoding="utf-8",
    )
    done = command([sys.executable, str(program)], cwd=folder, without=["PYTHONPATH"])
    (folder / "harness/__init__.py").write_text(RAISES, encoding="utf-8")
    assert (done.out, done.err) == ("exact\nexact\nharness\n", "")


def test_results_can_be_pickled_where_no_name_is_taken(tmp_path: Path) -> None:
    program = (
        "import pickle, rmsproof;"
        f"found = rmsproof.identify({OBSERVATION});"
        "print(pickle.loads(pickle.dumps(found.verdict)) == found.verdict)"
    )
    done = command([sys.executable, "-c", program], cwd=tmp_path)
    assert (done.out, done.err) == ("True\n", "")
