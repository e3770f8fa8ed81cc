"""Answers into a buffer that is never full."""

import json
import sys

from wire import described

for line in sys.stdin:
    print(json.dumps(described(json.loads(line))))
