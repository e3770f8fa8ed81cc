"""The words for verdicts, and which is worse than which."""

from __future__ import annotations

# From worst to best; no-update takes the place of diverges.
ORDER = ("does-not-compile", "times-out", "crashes", "garbled", "diverges", "conforms", "exact")
VERDICTS = (*ORDER, "no-update", "unsupported", "not-run")
GOOD = ("exact", "conforms")
UNDECIDED = ("unsupported", "not-run")
