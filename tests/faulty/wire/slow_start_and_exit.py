"""Takes longer to start than a scenario may take, and has to be started twice."""

import sys
import time

from wire import Message, serve


def misbehave(request: Message) -> None:
    sys.exit(1)


time.sleep(1.5)
serve(misbehave)
