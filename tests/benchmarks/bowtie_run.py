"""Cases a second of Bowtie's own run of an implementation in this process; printed last.

Run in an interpreter that has bowtie-json-schema and jsonschema: python bowtie_run.py CASES
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

cases = int(sys.argv[1])
lines = [
    json.dumps(
        {
            "description": f"case {number}",
            "schema": {"type": "number", "minimum": number},
            "tests": [{"description": "one", "instance": number + 1, "valid": True}],
        }
    )
    for number in range(cases)
]
command = [sys.executable, "-m", "bowtie", "run", "-i", "direct:python-jsonschema"]
command += ["-D", "https://json-schema.org/draft/2020-12/schema"]


def took(count: int) -> float:
    start = time.perf_counter()
    done = subprocess.run(
        command, input="\n".join(lines[:count]) + "\n", capture_output=True, text=True, check=False
    )
    if done.returncode or done.stdout.count('"seq"') < count:
        sys.exit(f"bowtie ended with {done.returncode}: {done.stderr[-300:]}")
    return time.perf_counter() - start


print(cases / took(cases))
