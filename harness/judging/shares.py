"""A number that an average is told the other way round: the share of what is new, 1 - decay rate.

With one that is small by default (a `forget` of 0.1) a source computes what others compute with a
decay rate of 0.9. Told the decay rate itself it would look swapped, and is not.
"""

from __future__ import annotations

from collections.abc import Callable

from harness.diagnosis.hypotheses import IGNORED
from harness.judging.judge import Answers
from harness.judging.telling import likeliest
from harness.judging.verdict import Result
from harness.model.observation import Unreachable
from harness.ports.binding import BindingError
from harness.transport.hosted import HostedTransport

_DECAY = "decay_rate"
_SWAPPED = "average=swapped"
# What is kept of an average is most of it.
_MOST = 0.5


def told_as_share(
    transport: HostedTransport, result: Result, ask_it: Callable[[], Answers]
) -> Result:
    """The result where a port is told 1 - decay rate, if its default is one and that explains it.

    A default is evidence; without one, what the number means is what its name says.
    """
    if _SWAPPED not in result.deviations or _DECAY not in transport.describe().roles:
        return result
    before = transport.way
    try:
        transport.adopt(before.without(_DECAY))
        share = 1 - _kept(ask_it().result())
        if 0 < share < _MOST:
            transport.adopt(before.telling_share())
            again = ask_it().result()
            if again.stands and _SWAPPED not in again.deviations:
                return again.saying(
                    f"told 1 - decay rate, since what it has by default is {share:.6g}"
                )
    except (BindingError, Unreachable):
        pass  # it has no default, and nothing says that it is a share
    transport.adopt(before)
    return result


def _kept(result: Result) -> float:
    """How much of its average a port keeps that is not told it; 0 where nothing shows that."""
    best = likeliest(result)
    if best is None or not result.stands or f"{IGNORED[_DECAY]}=ignored" not in best.deviations:
        return 0.0
    constant = best.constants.get(_DECAY, 0.0)
    return 1 - constant if _SWAPPED in best.deviations else constant
