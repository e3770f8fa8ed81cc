"""The pytest plugin: a test a golden, the diagnosis for a failure's text, nothing where unused."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from support import REPOSITORY, alike, command

import rmsproof
from harness.commands import testing
from harness.machine import cache
from python_ref.scenarios.catalogue import scenario_names

pytest_plugins = "pytester"

INSIDE = (REPOSITORY / "docs/variant.py").read_text(encoding="utf-8")
CAUSE = "diverges: epsilon is added inside the square root [[]g / sqrt(v + eps)], as in Keras 3,*"
WHERE = (
    "reference/float64/page-one-step, step 1, w1[[]0]: expected 0.4968377233398313, observed"
    " 0.4968377381511013, 2.7e+08 ULP apart"
)
PAGE = [
    f"{p}/page-{n}-step{'s' * (n == 'ten')}" for p in ("float64", "float32") for n in ("one", "ten")
]

# In two precisions.
GOLDENS = 2 * len(scenario_names())


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with a port whose epsilon stands inside the root; the cache is the user's own."""
    monkeypatch.setenv("RMSPROOF_CACHE", str(cache.root()))
    pytester.makepyfile(optim=INSIDE)
    return pytester


def run(suite: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return suite.runpytest_inprocess("-p", "no:randomly", "-p", "no:cacheprovider", *arguments)


def test_a_conformance_is_a_test_a_golden(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        test_optim="""
        import pytest
        import rmsproof
        from optim import RMSProp

        test_mine = rmsproof.conformance(RMSProp, golden="page*")

        class TestInside:
            test_it = pytest.mark.slow(
                rmsproof.conformance(RMSProp, dialect="keras-3", golden="page*")
            )

        class Own:
            def __init__(self, lr, rho, eps):
                self.lr, self.rho, self.eps, self.v = lr, rho, eps, {}

            def step(self, weights, gradients):
                for k, g in gradients.items():
                    v = self.v.get(k, 0.0)
                    self.v[k] = v = self.rho * v + (1 - self.rho) * (g * g)
                    weights[k] -= self.lr * g / (v ** 0.5 + self.eps)

        test_own = rmsproof.conformance(Own, golden="page-one-step")
        """
    )
    suite.makeini("[pytest]\nmarkers = slow")
    done = run(suite, "-v")
    assert done.parseoutcomes() == {"passed": 8, "failed": 2}
    names = [f"*::test_mine[[]{name}] *" for name in PAGE]
    done.stdout.fnmatch_lines(
        [*names, *(f"*::TestInside::test_it[[]{name}] PASSED*" for name in PAGE)]
    )
    done.stdout.fnmatch_lines(
        [
            "*_ test_mine[[]float64/page-one-step] _*",
            CAUSE,
            "expected in place of what is in brackets: g / (sqrt(v) + eps)",
            WHERE,
            'if that is intended, say so: dialect="keras-3" (--rmsproof-dialect keras-3)',
            "by itself: rmsproof check optim.py:RMSProp *--golden reference/float64/page-one-step",
            "*_ test_mine[[]float64/page-ten-steps] _*",
        ]
    )
    # Where CI says that it is, pytest's summary repeats what failed, uncut.
    failures = done.stdout.str().partition("short test summary info")[0]
    assert failures.count("ULP: units in the last place") == 1, "of two that fail"
    assert "Traceback" not in done.stdout.str()
    assert "<-" not in done.stdout.str(), "a test stands in the module that asked for it"
    for chosen, count in (("-mslow", 4), ("-mrmsproof", 10)):
        listed = run(suite, "--collect-only", "-q", chosen)
        assert sum("::" in line for line in listed.outlines) == count, chosen


def test_an_assertion_names_the_cause_and_the_line_of_the_user(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        test_optim="""
        import rmsproof
        from optim import RMSProp

        def test_right():
            rmsproof.assert_conforms(RMSProp, dialect=["epsilon=inside"], golden="page*")

        def test_wrong():
            rmsproof.assert_conforms(RMSProp, golden="page*")
        """
    )
    done = run(suite)
    assert done.parseoutcomes() == {"passed": 1, "failed": 1}
    done.stdout.fnmatch_lines(
        [
            ">       rmsproof.assert_conforms(*",
            f"E       AssertionError: {CAUSE}",
            "E       expected in place of what is in brackets: g / (sqrt(v) + eps)",
            f"E       {WHERE}",
            "E       by itself: rmsproof check optim.py:RMSProp *--golden 'page[*]'*",
        ]
    )
    assert "testing.py" not in done.stdout.str()


def test_what_a_test_asks_for_in_vain_is_said_without_lines_of_ours(
    suite: pytest.Pytester,
) -> None:
    """A conformance made while a test runs is run by nobody."""
    suite.makepyfile(
        test_optim="""
        import rmsproof
        from optim import RMSProp

        def test_made_in_vain():
            rmsproof.conformance(RMSProp)

        def test_an_object():
            rmsproof.assert_conforms(RMSProp(0.1, 0.9, 1e-8))

        def test_a_class_within():
            class Local: pass
            rmsproof.assert_conforms(Local)

        def test_no_port():
            rmsproof.assert_conforms("optim.py:RMSPro")
        """
    )
    done = run(suite)
    assert done.parseoutcomes() == {"failed": 4}
    error = "E       harness.model.errors.UsageError:"
    done.stdout.fnmatch_lines(
        [
            f"{error} rmsproof.conformance makes a test*call rmsproof.assert_conforms here*",
            f"{error} <optim.RMSProp object*: a port runs in a process of its own*",
            f"{error} <class *Local'>: a port runs in a process of its own*",
            f"{error} optim.py:RMSPro: *",
        ]
    )
    shown = re.findall(r"^\S+\.py:\d+", done.stdout.str(), re.MULTILINE)
    assert len(shown) == 4
    assert all(place.startswith("test_optim.py:") for place in shown)


def test_a_target_needs_no_test_and_is_judged_once_by_all_processes(suite: pytest.Pytester) -> None:
    """Two processes of xdist; what is not asked for is not run."""
    suite.makepyfile(test_other="def test_other(): pass")
    done = run(suite, "--rmsproof", "optim.py", "-k", "page or mixed", "-n2", "--junitxml=out.xml")
    assert done.parseoutcomes() == {"passed": 2, "failed": 6}
    cases = {
        (case.get("classname"), case.get("name")): case.find("failure")
        for case in ElementTree.parse(suite.path / "out.xml").iter("testcase")
    }
    assert {name for _, name in cases} >= set(PAGE)
    failure = cases["optim", "float64/page-one-step"]
    assert failure is not None
    assert (failure.text or "").startswith("diverges: epsilon is added inside the square root")
    assert cases["optim", "float32/page-one-step"] is None


def test_with_its_dialect_a_target_passes_beside_other_tests(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_other_things="def test_other(): pass")
    arguments = ("--rmsproof", "optim.py", "--rmsproof-dialect", "keras-3")
    done = run(suite, *arguments, "-k", "other or page")
    assert done.parseoutcomes() == {"passed": 5, "deselected": GOLDENS - 4}
    assert run(suite, *arguments, "--collect-only", "-q", "-m", "rmsproof").ret == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rmsproof", "nowhere.py"], "ERROR: nowhere.py: no such file or folder. A target is*"),
        (
            ["--rmsproof", "optim.py", "--rmsproof-dialect", "keras-33"],
            "ERROR: dialect: no dialect is called 'keras-33'*",
        ),
        (["--rmsproof-dialect", "keras-3"], "ERROR: --rmsproof-dialect says what a port is*"),
        (["--rmsproof", "empty.py"], "ERROR: empty.py: no class or function takes gradients*"),
    ],
)
def test_what_cannot_be_bound_is_a_usage_error(
    suite: pytest.Pytester, arguments: list[str], message: str
) -> None:
    suite.makepyfile(empty="class Nothing: pass")
    done = run(suite, *arguments)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    (done.stderr if done.stderr.lines else done.stdout).fnmatch_lines([message])
    assert "Traceback" not in done.stdout.str() + done.stderr.str()


def test_what_a_module_cannot_ask_for_is_said_when_it_is_collected(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        test_optim="""
        import rmsproof
        from optim import RMSProp

        test_unnamed = rmsproof.conformance(lambda lr, rho, eps: RMSProp(lr, rho, eps))
        """
    )
    done = run(suite)
    assert done.parseoutcomes() == {"errors": 1}
    done.stdout.fnmatch_lines(
        ["*<lambda>*: a port runs in a process of its own, which finds it by*"]
    )
    assert "testing.py" not in done.stdout.str()


def test_what_concerns_all_goldens_fails_once(suite: pytest.Pytester) -> None:
    """And it does fail, whichever of the tests is run."""
    suite.makepyfile(broken="import nothing_of_that_name\n\ndef rmsprop(lr, rho, eps, g, w): pass")
    done = run(suite, "--rmsproof", "broken.py", "-k", "page-ten or short")
    outcomes = done.parseoutcomes()
    assert (outcomes["failed"], outcomes["skipped"]) == (1, 3)
    done.stdout.fnmatch_lines(
        ["*_ broken.py::float64/page-ten-steps _*", "not-run: *nothing_of_that_name*"]
    )
    done = run(suite, "--rmsproof", "broken.py", "-k", "short", "-rs")
    done.stdout.fnmatch_lines(["*_ broken.py::float64/short-memory _*"])
    done.stdout.fnmatch_lines(["SKIPPED*for the reason that broken.py::float64/short-memory gives"])


def test_processes_that_share_a_folder_judge_a_port_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[Any] = []
    real = testing._judge
    monkeypatch.setattr(testing, "_judge", lambda *given: judged.append(given) or real(*given))
    asked = testing.Asked(str(REPOSITORY / "docs/variant.py"), pattern="mixed-arrays")
    rows = []
    for folder in (tmp_path / "run", tmp_path / "run", None):
        judgements = testing.Judgements("1", folder)
        rows.append(judgements.of(asked).row)
        assert judgements.of(asked).row is rows[-1]
    assert len(judged) == 2, "once for the folder, once for who shares nothing"
    assert rows[0] is not None
    assert (rows[0].verdict, rows[0].deviations) == ("diverges", ["epsilon=inside"])
    assert rows[1] == rows[0]


def test_nothing_but_the_plugin_is_imported_where_it_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text("def test_one(): pass\n", encoding="utf-8")
    show = (
        "import pytest, sys; code = pytest.main(['-q', '-p', 'no:randomly']);"
        "print(code, *sorted(n for n in sys.modules if n.split('.')[0] in"
        " ('rmsproof', 'harness', 'python_ref', 'numpy', 'msgspec', 'rich', 'typer')))"
    )
    done = command([sys.executable, "-c", show], cwd=tmp_path)
    assert done.out.splitlines()[-1] == "0 rmsproof rmsproof.own rmsproof.pytest_plugin"


def test_asking_for_a_conformance_imports_nothing_either(tmp_path: Path) -> None:
    """A port may stand in its test module, which then runs in the port's own process."""
    show = (
        "import sys, rmsproof; test = rmsproof.conformance(dict); print(*sorted(n for n in"
        " sys.modules if n.split('.')[0] in ('rmsproof', 'harness', 'pytest')))"
    )
    assert command([sys.executable, "-c", show], cwd=tmp_path).out == "rmsproof rmsproof.testing\n"


@pytest.mark.slow
def test_outside_of_pytest_an_assertion_raises_too() -> None:
    target = str(REPOSITORY / "docs/variant.py")
    rmsproof.assert_conforms(target, dialect="epsilon=inside", golden="page-one-step")
    with pytest.raises(AssertionError, match=r"^diverges: epsilon is added inside"):
        rmsproof.assert_conforms(target, golden="page-one-step")
    with pytest.raises(rmsproof.UsageError, match="no method or function"):
        rmsproof.assert_conforms(str(REPOSITORY / "tests/front_door.py"))


@pytest.mark.parametrize("page", alike(["README.md", "docs/in-tests.md"]))
def test_what_the_pages_show_passes(suite: pytest.Pytester, page: str) -> None:
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(import rmsproof\nfrom .*?)```", text, re.DOTALL)
    suite.makepyfile(variant=INSIDE, test_optim=block)
    (suite.path / "docs").mkdir()
    (suite.path / "docs/variant.py").write_text(INSIDE, encoding="utf-8")
    done = run(suite, "-k", "page-one or page-ten")
    assert done.parseoutcomes() == {"passed": 4, "deselected": GOLDENS - 4}
    (line,) = re.findall(r"^\$ uv run pytest (.+)$", text, re.MULTILINE)[-1:]
    assert run(suite, *line.split()).parseoutcomes() == {"passed": 2 * GOLDENS}, "all of either"


def test_the_failure_shown_is_what_is_printed(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        variant=INSIDE,
        test_optim=(
            "import rmsproof\nfrom variant import RMSProp\n"
            "test_mine = rmsproof.conformance(RMSProp)"
        ),
    )
    printed = " ".join(run(suite, "-k", "page-one").stdout.str().split())
    text = (REPOSITORY / "docs/in-tests.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```text\n_+ (test_mine\S+) _+\n(.*?)```", text, re.DOTALL)
    assert " ".join(block[1].split()) in printed
