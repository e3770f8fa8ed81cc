"""Describes itself and dies at every scenario."""

import json
import sys

from wire import described, send

for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "run":
        sys.exit(3)
    send(described(request))
