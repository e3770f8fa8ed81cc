"""What is remembered: of these targets alone, and a folder that is full is not passed over."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis.database import DirectoryBasedExampleDatabase
from support_fuzzing import campaign, target

from harness.fuzzing.remembered import Remembered
from python_ref.dialects.dialect import Dialect


def test_what_is_remembered_is_there_for_the_same_targets_and_claim_alone(tmp_path: Path) -> None:
    first = Remembered(tmp_path, campaign(target("mine")))
    assert first.remember([b"one", b"two"]) == ""
    assert Remembered(tmp_path, campaign(target("mine"), seed=9)).entries() == [b"one", b"two"]
    others = (target("other"), target("mine", claim=Dialect(["epsilon=inside"])))
    for other in others:
        assert Remembered(tmp_path, campaign(other)).entries() == []
    first.forget([b"one"])
    assert first.entries() == [b"two"]


def test_what_cannot_be_remembered_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hypothesis passes over a disk that is full."""
    remembered = Remembered(tmp_path, campaign())
    monkeypatch.setattr(DirectoryBasedExampleDatabase, "save", lambda *_: None)
    said = remembered.remember([b"one"])
    assert said == f"{tmp_path}: what was found could not be remembered there; is the disk full?"
