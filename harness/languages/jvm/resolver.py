"""Artifacts resolved by jgo, in a process of its own that can be ended.

Reads one request from standard input: coordinates, repositories (address by name), store and
cache (folders). Writes a JSON object a line: {"unreached": [address]}, then for each endpoint
{"endpoint", "jars"} or {"endpoint", "failed"}: all coordinates together, and where they cannot
be had together, so that of two versions of one artifact one is chosen, each by itself.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Mapping
from importlib import import_module
from typing import IO, Any

# A repository that is there accepts a connection in this time, and answers in twice as much.
_CONNECT_SECONDS, _ANSWER_SECONDS = 3.0, 6.0
# What jgo waits for a connection, and for more of what is being sent.
_PATIENCE = (_CONNECT_SECONDS, 20.0)


def main() -> None:
    """Answer the request."""
    request = json.load(sys.stdin)
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)  # whatever jgo prints is no answer
        _resolve(request, answers)
    os._exit(0)  # whoever is still asked for a sign of life is not waited for


def _resolve(request: Mapping[str, Any], answers: IO[str]) -> None:
    jgo = import_module("jgo")
    repositories = {"central": jgo.MAVEN_CENTRAL_URL, **request["repositories"]}
    reached = _reached(repositories)
    unreached = [url for name, url in repositories.items() if name not in reached]
    _write(answers, {"unreached": unreached})
    context = jgo.MavenContext(
        repo_cache=request["store"],
        remote_repos={name: url for name, url in repositories.items() if name in reached},
        timeout=_PATIENCE,
    )
    builder = jgo.EnvironmentBuilder(
        context=context, cache_dir=request["cache"], link_strategy=jgo.LinkStrategy.COPY
    )
    together = "+".join(request["coordinates"])
    for endpoint in dict.fromkeys([together, *request["coordinates"]]):
        try:
            jars = builder.from_endpoint(endpoint=endpoint, update=False).all_jars
        except (Exception, SystemExit) as error:
            why = " ".join(str(error).split()) or type(error).__name__
            _write(answers, {"endpoint": endpoint, "failed": why})
            continue
        _write(answers, {"endpoint": endpoint, "jars": [str(jar) for jar in jars]})
        if endpoint == together:
            break


def _reached(repositories: Mapping[str, str]) -> frozenset[str]:
    """The names of those that answer, whatever it is."""
    requests = import_module("requests")
    answered: set[str] = set()

    def ask(name: str, url: str) -> None:
        try:
            requests.head(url, timeout=(_CONNECT_SECONDS, _ANSWER_SECONDS))
        except requests.RequestException:
            return
        answered.add(name)

    # No time limit is heeded while a name is looked up.
    asked = [threading.Thread(target=ask, args=each, daemon=True) for each in repositories.items()]
    for thread in asked:
        thread.start()
    ends = time.monotonic() + _ANSWER_SECONDS
    for thread in asked:
        thread.join(max(0.0, ends - time.monotonic()))
    return frozenset(answered)


def _write(answers: IO[str], answer: Mapping[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
