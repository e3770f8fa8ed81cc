"""Jobs for CI as text: JSON, a job a line, or the line that GitHub's workflows read."""

from __future__ import annotations

import json
from collections.abc import Sequence

from harness.analysis.matrix import MOST_JOBS
from harness.model.errors import UsageError


def listing(jobs: Sequence[dict[str, str]]) -> str:
    """A JSON list of the jobs."""
    return "[\n" + ",\n".join(f"  {json.dumps(job)}" for job in jobs) + "\n]"


def github_output(jobs: Sequence[dict[str, str]]) -> str:
    """The line for $GITHUB_OUTPUT: `matrix` as `strategy.matrix` takes it, by fromJSON.

    Raises:
        UsageError: more jobs than a workflow of GitHub may have.
    """
    if len(jobs) > MOST_JOBS:
        raise UsageError(
            f"matrix: {len(jobs)} jobs are more than the {MOST_JOBS} that GitHub takes; name fewer"
            " targets, or fewer of --java, --python and --system"
        )
    return "matrix=" + json.dumps({"include": list(jobs)}, separators=(",", ":"))
