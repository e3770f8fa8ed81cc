"""What a campaign found: causes, each reported once, with the least case that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np

from harness.comparison.compare import Comparison
from harness.diagnosis.diagnose import Diagnosis
from harness.fuzzing.drawing import Entry
from harness.fuzzing.strategies import Case
from harness.model.observation import Observation
from harness.ports.port import Port
from python_ref.dialects.dialect import Dialect
from python_ref.golden import Golden, of_stored
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS

KNOWN, UNEXPLAINED, UNSTEADY = "known", "unexplained", "unsteady"
UNEXAMINED = "unexamined"
Cause = tuple[object, ...]
"""("known", place), ("fault", target, kind, error, message), ("unexplained",), ("unsteady",), or
("unexamined",) where the user ended it before anything was looked into."""


@dataclass(frozen=True)
class Parting:
    """Where two targets first part.

    Attributes:
        step: from 1.
        array, index: the element; index from 0.
        weights: what each target gives there.
        bound: how far rounding can take two right results apart; NaN where it has no bound.
    """

    step: int
    array: str
    index: int
    weights: tuple[float, ...]
    bound: float


@dataclass
class Finding:
    """One cause.

    Attributes:
        cause: what tells it from others.
        cases: how many showed it.
        first: the number of the first.
        case: the least that shows it; None as long as that was not looked for.
        golden: what the claim gives for it.
        observations: what the targets gave, one each.
        comparison: of one target, held against its claim.
        parting: of two, where they part.
        diagnoses: why, one a target; None where nothing is to be explained.
        entry: the case, as Hypothesis' database has it.
        shrunk: it was made as small as it gets, in the time there was.
    """

    cause: Cause
    cases: int
    first: int
    case: Case | None = None
    golden: Golden | None = None
    observations: tuple[Observation, ...] = ()
    comparison: Comparison | None = None
    parting: Parting | None = None
    diagnoses: tuple[Diagnosis | None, ...] = ()
    entry: Entry = b""
    shrunk: bool = False


def replayable(finding: Finding, ports: Sequence[Port]) -> Golden | None:
    """The golden by which `check --golden FILE` replays a finding; None where no file can say it.

    A file names choices alone: constants of a claim's own stand in its scenario. What two ports
    are fed alike has a name for each.
    """
    claim = ports[0].claim
    made = finding.golden
    if made is None or made.scenario.learning_rates:
        return None
    constants = {name: x for name, x in claim.items if name in (*HYPERPARAMETERS, *OPTIONS)}
    whose = " ".join([made.id, *(word for port in ports for word in (port.name, *port.target))])
    name = f"fuzz-{sha256(whose.encode()).hexdigest()[:8]}"
    fed = replace(made.scenario.having(constants), name=name)
    if min(fed.hyperparameters.values()) < 0 or fed.decay_rate > 1:
        return None
    plain = of_stored(fed, Dialect(claim.deviations), made.precision)
    same_there = np.array_equal(plain.weights, made.weights, equal_nan=True)
    return plain if same_there else None
