"""`record`: the script runs as it would, and what it trained with is said beside it.

A stand-in has as much of PyTorch as a script and the hooks touch; the real libraries are recorded
where they are installed.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest
from support import CommandLine

from harness.commands.record import _run, _words
from harness.judging.recorded import recorded

TORCH = """
import sys, types
import numpy as np

class Tensor:
    is_sparse = False
    def __init__(self, array): self.array, self.grad = np.array(array), None
    def detach(self): return self
    def cpu(self): return self
    def numpy(self): return self.array

_hooks = {"pre": [], "post": []}
optimizer = types.ModuleType("torch.optim.optimizer")
optimizer.register_optimizer_step_pre_hook = _hooks["pre"].append
optimizer.register_optimizer_step_post_hook = _hooks["post"].append

class RMSprop:
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8):
        self.defaults = {"lr": lr, "alpha": alpha, "eps": eps}
        groups = [g if isinstance(g, dict) else {"params": [g]} for g in params]
        if not isinstance(params[0], dict):
            groups = [{"params": list(params)}]
        self.param_groups = [{**self.defaults, **group} for group in groups]
        self.v = {}
    def step(self):
        for hook in _hooks["pre"]: hook(self, (), {})
        for group in self.param_groups:
            for p in group["params"]:
                g, i = p.grad.array, id(p)
                self.v[i] = group["alpha"] * self.v.get(i, 0.0) + (1 - group["alpha"]) * g * g
                p.array -= group["lr"] * g / DENOMINATOR
        for hook in _hooks["post"]: hook(self, (), {})

RMSprop.__module__ = "torch.optim.rmsprop"
optim = types.ModuleType("torch.optim")
optim.RMSprop, optim.optimizer = RMSprop, optimizer
sys.modules.update({"torch.optim": optim, "torch.optim.optimizer": optimizer})
__version__ = "9.9"
"""
OUTSIDE = "(np.sqrt(self.v[i]) + group['eps'])"
INSIDE = "np.sqrt(self.v[i] + group['eps'])"
SCRIPT = """
import sys
import numpy as np
import torch
print("arguments", sys.argv[1:])
random = np.random.default_rng(0)
weights = [torch.Tensor(random.standard_normal(n)) for n in (3, 100)]
optimizer = torch.optim.RMSprop(weights, lr=0.05)
for step in range(6):
    for w in weights:
        w.grad = torch.Tensor(random.standard_normal(len(w.array)) * 1e-4)
    optimizer.param_groups[0]["lr"] = 0.05 / (1 + step // 3)
    optimizer.step()
sys.exit(7)
"""


def written(folder: Path, script: str, denominator: str = OUTSIDE) -> Path:
    (folder / "torch.py").write_text(TORCH.replace("DENOMINATOR", denominator))
    (folder / "train.py").write_text(script)
    return folder / "train.py"


def test_a_script_runs_as_it_is_and_its_optimizer_is_named(
    cli: CommandLine, tmp_path: Path
) -> None:
    script = written(tmp_path, SCRIPT)
    done = cli("record", "--out", "seen.json", "--", sys.executable, str(script), "a", "--b=1")
    assert (done.code, done.out) == (7, "arguments ['a', '--b=1']\n")
    assert "torch.optim.rmsprop.RMSprop, version 9.9, PyTorch in the table" in done.err
    assert "learning rate: 0.05 at first, 0.025 at step 6, 2 values in all" in done.err
    assert "recorded: 6 of 6 steps" in done.err
    assert "exact: equal to the last bit" in done.err
    seen = json.loads((tmp_path / "seen.json").read_text())
    assert seen["learning_rate"] == [0.05] * 3 + [0.025] * 3
    assert [len(array) for array in seen["weights"].values()] == [3, 32]
    assert cli("identify", "seen.json").code == 0


def test_what_a_changed_copy_does_is_said(cli: CommandLine, tmp_path: Path) -> None:
    done = cli("record", "--", sys.executable, str(written(tmp_path, SCRIPT, INSIDE)))
    assert done.code == 7
    assert "diverges: epsilon is added inside the square root" in done.err


GROUPS = """
import numpy as np
import torch
random = np.random.default_rng(0)
weights = [torch.Tensor(random.standard_normal(n)) for n in (3, 5, 2)]
optimizer = torch.optim.RMSprop([
    {"params": weights[:1]}, {"params": weights[1:2], OWN}, {"params": []},
    {"params": weights[2:]},
], lr=0.05)
for step in range(6):
    for w in weights:
        w.grad = torch.Tensor(random.standard_normal(len(w.array)))
    optimizer.step()
"""


def test_groups_of_parameters_are_each_read_by_their_own_settings(
    cli: CommandLine, tmp_path: Path
) -> None:
    script = written(tmp_path, GROUPS.replace("OWN", '"lr": 0.01, "alpha": 0.5'))
    done = cli("record", "--out", "seen.json", "--", sys.executable, str(script))
    assert done.code == 0
    said = " ".join(done.err.split())
    alike, own = said.split("rmsproof: torch.optim.rmsprop.RMSprop")[1:]
    assert "in the table of libraries, parameter groups 1 and 4 of 4 settings" in alike
    assert "other groups have other values of: lr=0.05, alpha=0.99 learning" in alike
    assert "in the table of libraries, parameter group 2 of 4 settings" in own
    assert "other groups have other values of: lr=0.01, alpha=0.5 learning" in own
    for group in (alike, own):
        assert "recorded: 6 of 6 steps" in group
        assert "exact: equal to the last bit" in group
    seen = [json.loads((tmp_path / name).read_text()) for name in ("seen.json", "seen-2.json")]
    assert [s["learning_rate"] for s in seen] == [0.05, 0.01]
    assert [[len(a) for a in s["weights"].values()] for s in seen] == [[3, 2], [5]]


def test_groups_that_are_alike_are_said_to_be_one_optimizer(
    cli: CommandLine, tmp_path: Path
) -> None:
    script = written(tmp_path, GROUPS.replace("OWN", '"lr": 0.05'))
    done = cli("record", "--", sys.executable, str(script))
    assert done.err.count("rmsproof: torch.optim.rmsprop.RMSprop") == 1
    assert "parameter groups 1, 2 and 4 of 4 settings" in " ".join(done.err.split())
    assert "other groups have other values" not in done.err


def test_a_script_that_fails_fails_as_it_would(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import sys\nprint(1)\nsys.exit('no data')\n")
    done = cli("record", "--", sys.executable, "train.py")
    assert (done.code, done.out) == (1, "1\n")
    assert done.err.startswith("no data\n")
    assert "no optimizer of PyTorch, Keras 3 or Optax took a step" in done.err


def test_what_is_no_script_is_refused(call: CommandLine) -> None:
    for command in (["make", "train"], ["python", "-W", "ignore", "-c", "print(1)"]):
        done = call("record", "--", *command)
        assert done.code == 2
        assert f"{command[0]}: is no Python script that can be recorded" in done.err
    assert "--out .: is a folder" in call("record", "--out", ".", "--", "python", "x.py").err


def test_what_was_done_until_it_was_interrupted_is_waited_for() -> None:
    ctrl_c = "import os, signal, time; os.kill(os.getppid(), signal.SIGINT); time.sleep(0.1); "
    assert _run([sys.executable, "-c", ctrl_c + "raise SystemExit(5)"]) == 5


def test_a_word_of_pythons_own_options_is_not_the_script() -> None:
    command = ["python", "-u", "-W", "ignore", "train.py", "-c"]
    assert _words(command, ["R"]) == ["python", "-u", "-W", "ignore", "R", "train.py", "-c"]


@pytest.mark.parametrize(
    ("order", "settings", "claim"),
    [
        ("scale_by_rms trace scale_by_learning_rate",
         {"scale_by_rms.eps_in_sqrt": False, "trace.decay": 0.5},
         ["momentum=lr_out_of_buffer"]),
        ("scale_by_stddev scale_by_learning_rate trace",
         {"scale_by_stddev.eps_in_sqrt": True, "trace.decay": 0.5},
         ["epsilon=inside", "centered=yes", "momentum=lr_in_buffer"]),
        ("add_decayed_weights scale_by_rms scale_by_learning_rate",
         {"scale_by_rms.eps_in_sqrt": False, "add_decayed_weights.weight_decay": 0.1},
         ["weight_decay=coupled"]),
        ("scale_by_rms add_decayed_weights scale_by_learning_rate",
         {"scale_by_rms.eps_in_sqrt": False, "add_decayed_weights.weight_decay": 0.1},
         ["weight_decay=decoupled"]),
    ],
)  # fmt: skip
def test_a_chain_is_read_by_the_order_of_its_parts(
    order: str, settings: dict[str, object], claim: list[str]
) -> None:
    rms = order.split()[0 if order.startswith("scale") else 1]
    given = {f"{rms}.decay": 0.9, f"{rms}.eps": 1e-3, f"{rms}.initial_scale": 0.0, **settings,
             "scale_by_learning_rate.learning_rate": 0.1, "order": order}  # fmt: skip
    told = {"objects": ["optax"], "settings": given, "version": "1", "notes": [], "taken": 1,
            "precision": "float64", "rates": [0.1], "weights": [[1.0]], "gradients": [[[1.0]]],
            "observed": [[[0.9]]]}  # fmt: skip
    observation = recorded(told).observation
    assert observation is not None
    assert observation["dialect"] == claim


@pytest.mark.slow
@pytest.mark.parametrize("library", ["torch", "optax"])
def test_a_real_library_is_recorded(cli: CommandLine, tmp_path: Path, library: str) -> None:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    lines = {
        "torch": "p, q = (torch.nn.Parameter(torch.ones(3)) for _ in range(2))\n"
        "o = torch.optim.RMSprop([{'params': p}, {'params': q, 'momentum': 0}], lr=0.1,"
        " momentum=0.5)\n"
        "for i in range(9):\n    p.grad = torch.ones(3) * (i - 4)\n    q.grad = p.grad / 8\n"
        "    o.step()\n",
        "optax": "import jax\np = jax.numpy.ones(3)\no = optax.rmsprop(0.1, momentum=0.5)\n"
        "s = o.init(p)\nfor i in range(9):\n    u, s = o.update(p * (i - 4), s, p)\n"
        "    p = optax.apply_updates(p, u)\n",
    }
    (tmp_path / "train.py").write_text(f"import {library}\n{lines[library]}")
    done = cli("record", "--", sys.executable, "train.py")
    assert done.code == 0
    groups = 2 if library == "torch" else 1
    assert done.err.count("recorded: 9 of 9 steps") == groups
    assert done.err.count("  exact: ") + done.err.count("  conforms: ") == groups, done.err
