"""One short trial of a way to call a port: what it shows, and how it is ranked for that.

Ranking decides what is judged first, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.model.observation import Observation, Unreachable
from harness.transport.guess import KNOWN, Guess
from harness.transport.handing import TRIAL, Conversation
from python_ref.dialects.dialect import Dialect
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

# Numbers that are this near are the same but for their rounding.
_NEAR = 1e-9


def try_once(conversation: Conversation, message: dict[str, Any]) -> Observation:
    """Feed a port that is called in a way; faults come back inside, an end of its process too."""
    try:
        conversation.bind(message)
    except Unreachable as error:
        return Observation(np.zeros((0, TRIAL.size)), fault=error.fault)
    return conversation.run(TRIAL, "float64")


def by_rank(moved: Sequence[Guess]) -> list[Guess]:
    """Guesses, the likeliest first."""
    return sorted(moved, key=lambda guess: (guess.known, -len(guess.description.roles)))


def place_among_known(observation: Observation) -> int:
    """The place of what a trial shows among the reference and what ports often do."""
    hypotheses = [Hypothesis(Dialect(names)) for names in KNOWN]
    replayed = replay(TRIAL, hypotheses).weights
    near = (np.allclose(observation.weights, w, rtol=_NEAR, equal_nan=True) for w in replayed)
    return next((place for place, same in enumerate(near) if same), len(KNOWN))
