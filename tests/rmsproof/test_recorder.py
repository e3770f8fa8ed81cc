"""`rmsproof.Recorder`: two lines in a loop, and `identify` says what the loop does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import REPOSITORY, Done, alike

import rmsproof
from rmsproof import Recorder, UsageError

RATES = {"learning_rate": 0.01, "decay_rate": 0.9, "epsilon": 1e-6}


class Tensor:
    """An array behind the methods of a library's tensors."""

    def __init__(self, array: Any, grad: Tensor | None = None) -> None:
        self.array, self.grad = array, grad

    def detach(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return self

    def numpy(self) -> Any:
        return self.array


def loop(recorder: Recorder, pack: Callable[[Any], Any], steps: int = 4, size: int = 3) -> None:
    """Train with epsilon inside the root, two arrays, handed over as `pack` has them."""
    rng = np.random.default_rng(7)
    weights = {"kernel": rng.normal(size=size), "bias": rng.normal(size=1)}
    average = {name: 0 * w for name, w in weights.items()}
    for _ in range(steps):
        gradients = {name: 1e-3 * rng.normal(size=w.size) for name, w in weights.items()}
        recorder.before(pack(weights), pack(gradients))
        for name, g in gradients.items():
            average[name] = 0.9 * average[name] + 0.1 * (g * g)
            weights[name] -= 0.01 * g / np.sqrt(average[name] + 1e-6)
        recorder.after(pack(weights))


PACKS: dict[str, Callable[[Any], Any]] = {
    "a dict of arrays": dict,
    "a list of arrays": lambda arrays: list(arrays.values()),
    "a tuple of lists": lambda arrays: tuple(a.tolist() for a in arrays.values()),
    "a generator": lambda arrays: (a for a in arrays.values()),
    "tensors": lambda arrays: {name: Tensor(a) for name, a in arrays.items()},
}


@pytest.mark.parametrize("ending", alike([".jsonl", ".json", ".npz"]))
@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS)
def test_what_is_recorded_is_identified(
    tmp_path: Path, pack: Callable[[Any], Any], ending: str
) -> None:
    path = tmp_path / f"seen{ending}"
    with Recorder(path, **RATES) as recorder:
        loop(recorder, pack)
    result = rmsproof.identify(path)
    assert (result.verdict.word, result.deviations) == ("diverges", ("epsilon=inside",))
    assert rmsproof.identify(recorder.observation()).deviations == ("epsilon=inside",)


def test_arrays_in_lists_get_names_and_one_array_is_w() -> None:
    for given, names in (([np.ones(2), np.ones(3)], ["w0", "w1"]), ([0.5, 1.0], ["w"])):
        recorder = Recorder(**RATES)
        recorder.before(given, given)
        recorder.after(given)
        assert list(recorder.observation()["weights"]) == names


def test_gradients_are_taken_from_the_weights_themselves() -> None:
    """An array without one takes no part in the step."""
    recorder = Recorder(**RATES)
    parts = {"a": Tensor(np.ones(2), Tensor(np.full(2, 0.5))), "b": Tensor(np.ones(1))}
    recorder.before(parts)
    recorder.after(parts)
    (step,) = recorder.observation()["gradients"]
    assert list(step) == ["a"]
    with pytest.raises(UsageError, match="no `grad`"):
        Recorder(**RATES).before({"a": np.ones(2)})


def test_float32_is_recorded_as_that() -> None:
    recorder = Recorder(**RATES)
    ones = np.ones(2, dtype=np.float32)
    recorder.before(ones, ones)
    recorder.after(ones)
    assert recorder.observation()["precision"] == "float32"


def test_a_schedule_is_recorded_a_rate_a_step() -> None:
    recorder = Recorder(**RATES)
    for rate in (0.1, 0.05):
        recorder.before([1.0], [1.0], learning_rate=rate)
        recorder.after([1.0])
    assert recorder.observation()["learning_rate"] == [0.1, 0.05]


def test_what_is_too_much_is_sampled_and_that_is_said(tmp_path: Path) -> None:
    """Of a part of the elements the same is true as of all, and the small array is whole."""
    path = tmp_path / "seen.json"
    recorder = Recorder(path, **RATES, elements=8, steps=3)
    loop(recorder, dict, steps=5, size=10_000)
    with pytest.warns(UserWarning, match=re.escape("the first 3 of 5 steps of 2 arrays, 8 of")):
        recorder.close()
    seen = json.loads(path.read_text())
    assert [len(seen["weights"][name]) for name in ("kernel", "bias")] == [7, 1]
    assert len(seen["observed"]) == 3
    assert rmsproof.identify(path).deviations == ("epsilon=inside",)


def test_a_loop_that_raises_leaves_what_was_seen_and_raises_on(tmp_path: Path) -> None:
    path = tmp_path / "seen.json"

    def train() -> None:
        with Recorder(path, **RATES) as recorder:
            loop(recorder, dict, steps=2)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        train()
    assert len(json.loads(path.read_text())["observed"]) == 2
    with pytest.raises(ZeroDivisionError), Recorder(tmp_path / "none.json", **RATES):
        raise ZeroDivisionError
    assert not (tmp_path / "none.json").exists()


def _changed(recorder: Recorder) -> None:
    recorder.before([1.0], [1.0])
    recorder.after([0.5])
    recorder.before([0.25], [1.0])


@pytest.mark.parametrize(
    ("misuse", "message"),
    [
        (lambda r: r.after([1.0]), "after: call before(weights, gradients) first"),
        (lambda r: r.close(), "nothing was recorded: no step has a before and an after"),
        (_changed, "weights: 'w' changed after step 1 was recorded; record every step"),
        (
            lambda r: r.before({"a": [1.0]}, {"b": [1.0]}),
            "gradients: 'b' is none of the weights: a",
        ),
        (lambda r: r.before([1.0, 2.0], [1.0]), "gradients: 'w' has 1 elements, its weights 2"),
        (
            lambda r: r.before(np.ones(2, np.float16), np.ones(2, np.float16)),
            "weights: expected float64 or float32 throughout, found float16",
        ),
        (lambda r: r.before({"a": "much"}, {"a": [1.0]}), "weights: 'a': holds <U4"),
        (lambda r: r.before({}, {}), "weights: there is no array"),
    ],
)
def test_misuse_is_named(misuse: Callable[[Recorder], None], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        misuse(Recorder(**RATES))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"path": "seen.txt"}, "seen.txt: the name must end in .json, .jsonl, .ndjson, .npz"),
        ({"path": "gone/seen.json"}, "gone/seen.json: there is no folder gone"),
        ({"elements": 0}, "elements: 0 is not from 1 to 1,000"),
        ({"elements": 1000, "steps": 2000}, "elements and steps: 1000 times 2000 is more than"),
    ],
)
def test_what_cannot_be_recorded_is_refused_before_the_loop(
    given: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        Recorder(**RATES, **given)


def test_the_example_of_the_readme_does_what_it_says(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    """Run as it stands there, in a loop of the shape that it shows."""
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(import rmsproof\n.*?)```", readme, re.DOTALL)
    (example,) = (code for code in examples if "Recorder" in code)
    exec(compile(example, "README.md", "exec"), {})
    done = call("identify", "seen.json")
    assert (done.code, done.out.splitlines()[0]) == (
        1,
        "seen.json: diverges (compared with the reference)",
    )
    assert "the moving average starts at one" in done.out
