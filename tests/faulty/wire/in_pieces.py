"""Writes a right reply a few bytes at a time, with the line ends of another system."""

import json
import sys
import time

from wire import Message, right, serve


def misbehave(request: Message) -> None:
    text = json.dumps(right(request)) + "\r\n"
    for start in range(0, len(text), 16):
        sys.stdout.write(text[start : start + 16])
        sys.stdout.flush()
        time.sleep(0.002)


serve(misbehave)
