"""A port that looks its answers up is right in every golden, and in nothing else."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from support import REPOSITORY, CommandLine

PORT = Path(__file__).parent / "ports" / "looks_up.py"


@pytest.mark.usefixtures("briefly")
def test_what_is_looked_up_fails_afresh(
    call: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [str(REPOSITORY), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    asked = ("check", str(PORT), "--golden", "*/float*/[!mt]*", "--seed", "7", "--json")
    done = call(*asked, "one.json")
    assert done.code == 1
    assert "it is right in every test case, and wrong in one that was drawn afresh" in " ".join(
        done.out.split()
    )
    report = json.loads((tmp_path / "one.json").read_text(encoding="utf-8"))
    (row,) = report["results"]
    assert report["seed"] == 7
    assert row["first_divergence"]["golden"] == "drawn-float64/7-1"
    assert not row["explained"]
    assert "--seed 7" in row["reproduce"]
    wrong = [g["golden"] for g in row["goldens"] if not g["as_expected"]]
    assert wrong
    assert all(name.startswith("drawn-float") for name in wrong)
    again = json.loads(call(*asked, "-").out)["results"]
    assert again[0]["first_divergence"] == row["first_divergence"]
