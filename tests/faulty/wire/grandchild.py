"""Ends, and leaves a child of its own that holds standard output open."""

import subprocess
import sys

from wire import Message, serve


def misbehave(request: Message) -> None:
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    sys.exit(0)


serve(misbehave)
