"""Shapes of functions that make functions, or the state of others, seen from outside."""

from __future__ import annotations

CLOSURES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "two functions in a named tuple, the state of the first": (
        "rule = rmsprop(pace); memo = rule.start(w); w, memo = rule.turn(slopes, memo, w)",
        """
from typing import NamedTuple

import numpy as np


class Rule(NamedTuple):
    start: object
    turn: object


def rmsprop(pace, keep=0.9, tiny=1e-8):
    def start(things):
        return {k: np.zeros_like(v) for k, v in things.items()}

    def turn(slopes, memo, things):
        memo = {k: keep * memo[k] + (1 - keep) * s**2 for k, s in slopes.items()}
        scaled = {k: s / (np.sqrt(memo[k]) + tiny) for k, s in slopes.items()}
        return {k: t - pace * scaled[k] for k, t in things.items()}, memo

    return Rule(start, turn)
""",
        (),
    ),
    "three functions, a state that holds weights and averages": (
        "start, turn, get = rmsprop(pace); state = turn(i, slope, state)  # x, kept = state",
        """
import numpy as np


def rmsprop(pace, keep=0.9, tiny=1e-8):
    def start(x0):
        return x0, np.ones_like(x0)

    def turn(i, slope, state):
        x, kept = state
        kept = keep * kept + (1 - keep) * slope**2
        return x - pace * slope / (np.sqrt(kept) + tiny), kept

    def get(state):
        return state[0]

    return start, turn, get
""",
        ("initial_average=one",),
    ),
    "two functions in a tuple, no epsilon": (
        "start, turn = rmsprop(pace); x, kept = turn(slope, kept, x)  # / np.sqrt(kept)",
        """
import numpy as np


def rmsprop(pace, keep=0.9):
    def start(x0):
        return np.zeros_like(x0)

    def turn(slope, kept, x):
        kept = keep * kept + (1 - keep) * slope**2
        return x - pace * slope / np.sqrt(kept), kept

    return start, turn
""",
        ("epsilon=none",),
    ),
    "two functions in a tuple, maps that are made anew": (
        "start, turn = rmsprop(pace); w, memo = turn(slopes, memo, w)  # {k: ... for k in w}",
        """
import numpy as np


def rmsprop(pace, keep=0.9, tiny=1e-8):
    def start(w):
        return {k: np.ones_like(a) for k, a in w.items()}

    def turn(slopes, memo, w):
        memo = {k: keep * memo[k] + (1 - keep) * slopes[k] ** 2 for k in w}
        return {k: w[k] - pace * slopes[k] / (np.sqrt(memo[k]) + tiny) for k in w}, memo

    return start, turn
""",
        ("initial_average=one",),
    ),
    "functions of a class that a function returns": (
        "rule = rmsprop(pace); memo = rule.begin(w); w, memo = rule.turn(slopes, w, memo)",
        """
import numpy as np


def rmsprop(pace: float, keep: float = 0.9, tiny: float = 1e-8):
    class Rule:
        @staticmethod
        def begin(things):
            return [np.zeros_like(t) for t in things]

        @staticmethod
        def turn(slopes, things, memo):
            memo = [keep * m + (1 - keep) * s**2 for m, s in zip(memo, slopes)]
            moves = [pace * s / (np.sqrt(m) + tiny) for m, s in zip(memo, slopes)]
            return [t - m for t, m in zip(things, moves)], memo

    return Rule
""",
        (),
    ),
    "a state that begins at one, by a function beside it": (
        "memo = start_state(w); w, memo = rmsprop_turn(slopes, memo, w)  # np.ones_like",
        """
import numpy as np


def start_state(things):
    return {k: np.ones_like(v) for k, v in things.items()}


def rmsprop_turn(slopes, memo, things, pace=0.01, keep=0.9, tiny=1e-8):
    memo = {k: keep * memo[k] + (1 - keep) * s**2 for k, s in slopes.items()}
    return {k: t - pace * slopes[k] / (np.sqrt(memo[k]) + tiny) for k, t in things.items()}, memo
""",
        ("initial_average=one",),
    ),
    "a frozen state and settings of classes of one's own": (
        "memo = make_memo(w); w, memo = turn(w, slope, memo, config)  # replace(memo, sq=sq)",
        """
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Config:
    speed: float = 0.01
    memory: float = 0.9
    tiny: float = 1e-8


@dataclass(frozen=True)
class Memo:
    sq: np.ndarray
    turn: int = 0


def make_memo(where: np.ndarray) -> Memo:
    return Memo(np.zeros_like(where))


def rmsprop_turn(where: np.ndarray, slope: np.ndarray, memo: Memo, config: Config):
    sq = config.memory * memo.sq + (1 - config.memory) * slope**2
    step = config.speed * slope / (np.sqrt(sq) + config.tiny)
    return where - step, replace(memo, sq=sq, turn=memo.turn + 1)
""",
        (),
    ),
    "an array that a function has caught, changed where it is": (
        "walk = rmsprop_walker(where); walk(slope)  # where[...] = where - ...",
        """
import numpy as np


def rmsprop_walker(where, speed=0.01, memory=0.9, tiny=1e-8):
    sq = np.zeros_like(where)

    def walk(slope):
        nonlocal sq
        sq = memory * sq + (1 - memory) * slope**2
        where[...] = where - speed * slope / (np.sqrt(sq) + tiny)

    return walk
""",
        (),
    ),
}
