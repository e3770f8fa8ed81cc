"""The words for verdicts, which is worse than which, and for what is noted beside them."""

from __future__ import annotations

# From worst to best; no-update takes the place of diverges.
ORDER = ("does-not-compile", "times-out", "crashes", "garbled", "diverges", "conforms", "exact")
VERDICTS = (*ORDER, "no-update", "unsupported", "not-run")
GOOD = ("exact", "conforms")
UNDECIDED = ("unsupported", "not-run")

# What is worth a note.
GRADIENTS_CHANGED = "gradients-changed"
WIDENED = "widened"
STATE_LEAKS = "state-leaks"
SHARED = "shared-by-objects"
UNSTEADY = "unsteady"
AFRESH = "wrong-afresh"
CHOSEN = "chosen"
FLUSHED = "flushes-subnormals"
ONE_STEP = "one-step"
MISREADS = "misreads-numbers"
MISPRINTS = "misprints-numbers"

# What an observation is in place of a language.
OBSERVATION = "observation"
