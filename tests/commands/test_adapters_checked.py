"""`check --adapter`: manifests, interpreters, constants, and whose fault what is."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from adapters_written import judged
from support import Done
from test_adapt import SHAPED

from harness.languages.jvm.toolchain import Toolchain
from harness.languages.python import Python
from harness.ports.targets import own


def test_an_adapter_beside_a_manifest_is_named_in_it(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    """And a constant may be all that is missing."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "mine.py").write_text(SHAPED)
    manifest = 'name = "mine"\nlanguage = "python"\nsource = "mine.py"\n'
    (folder / "port.toml").write_text(f'{manifest}[give]\nmodel = "none"\n')
    assert judged(call, "mine")["verdict"] == "exact"
    (folder / "through.py").write_text(
        "from mine import Trainer\n\n\nclass Through(Trainer):\n"
        "    def __init__(self, learning_rate, decay_rate, epsilon):\n"
        "        super().__init__(2 * learning_rate, decay_rate, epsilon, None)\n"
    )
    (folder / "port.toml").write_text(f'{manifest}adapter = "through.py"\n')
    row = judged(call, "mine")
    assert (row["verdict"], row["port"]) == ("diverges", "mine")


def test_every_scenario_meets_a_source_that_was_loaded_afresh(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    """State in a module's globals is the port's own; it is none that the adapter carries over."""
    (tmp_path / "globals.py").write_text(
        "import numpy as np\n\nCACHE = {}\n\n\ndef tick(label, blob, slope, speed, rho, floor):\n"
        "    CACHE[label] = v = rho * CACHE.get(label, 0 * slope) + (1 - rho) * (slope * slope)\n"
        "    blob -= speed * slope / (np.sqrt(v) + floor)\n"
    )
    (tmp_path / "through.py").write_text(
        "import globals\n\n\ndef through(weights, gradients, lr, rho, eps):\n"
        "    for name, g in gradients.items():\n"
        "        globals.tick(name, weights[name], g, lr, rho, eps)\n"
    )
    done = call(
        "check", "globals.py", "--adapter", "through.py", "--golden", "page-*", "--json", "-"
    )
    assert json.loads(done.out)["results"][0]["verdict"] == "exact"


def test_an_adapter_runs_in_the_interpreter_that_its_port_is_run_in(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(SHAPED)
    (tmp_path / "through.py").write_text("def through(w, g, lr, rho, eps): pass\n")
    port = own(tmp_path / "mine.py", adapter=tmp_path / "through.py")
    there = replace(port, python=Path(sys.executable))
    launched = Python().launch(there, "local", Toolchain(), ())
    assert launched.request["python"] == sys.executable
    assert launched.request["source"] == str(tmp_path / "through.py")


BROKEN = {
    "syntax.py": ("def through(:\n", "does not compile: SyntaxError: "),
    "absent.py": ("from mine import Nobody\n", "does not load: ImportError: "),
    "raises.py": ("raise ValueError('no')\n", "does not load: while loading: ValueError: no"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_with_an_adapter_is_said_of_the_adapter(
    call: Callable[..., Done], tmp_path: Path, name: str
) -> None:
    (tmp_path / "mine.py").write_text(SHAPED)
    (tmp_path / name).write_text(BROKEN[name][0])
    done = call("check", "mine.py", "--adapter", name)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert done.err.startswith(f"rmsproof: mine.py: the adapter {name} {BROKEN[name][1]}")


def test_a_source_that_does_not_compile_is_still_the_ports_fault(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text("def broken(:\n")
    (tmp_path / "through.py").write_text("import mine\n\n\ndef through(w, g, lr): pass\n")
    assert judged(call, "mine.py", "--adapter", "through.py")["verdict"] == "does-not-compile"
    done = call("adapt", "mine.py")
    assert done.code == 2
    assert done.err.startswith("rmsproof: mine.py: does-not-compile: SyntaxError: ")


GIVE_JAVA = """
class Give {
    private final double lr, rho, eps, k;
    private double[] v;

    Give(double lr, double rho, double eps, double k0, boolean nag, int seed, String mood) {
        if (nag || seed != 3 || !mood.equals("calm")) {
            throw new IllegalStateException(nag + " " + seed + " " + mood);
        }
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
        this.k = k0;
    }

    void step(double[] w, double[] g) {
        v = v == null ? new double[g.length] : v;
        for (int i = 0; i < w.length; i++) {
            v[i] = rho * v[i] + (1 - rho) * (g[i] * g[i]);
            w[i] = w[i] - (1 + k) * lr * g[i] / (Math.sqrt(v[i]) + eps);
        }
    }
}
"""


@pytest.mark.jvm
def test_constants_reach_a_class_of_the_jvm_as_its_types_want_them(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "Give.java").write_text(GIVE_JAVA)
    manifest = 'name = "mine"\nlanguage = "java"\nsource = "Give.java"\n[give]\n'
    given = 'k0 = 0\nnag = false\nseed = 3\nmood = "calm"\n'
    (folder / "port.toml").write_text(manifest + given)
    assert judged(call, "mine")["verdict"] == "exact"
    (folder / "port.toml").write_text(manifest + given.replace("3", '"three"'))
    done = call("check", "mine")
    assert done.code == 2
    assert done.err.startswith("rmsproof: mine: give.seed: 'three' is no int\n")
