"""Goes on printing a while after its reply: while the next question is being asked."""

import sys
import threading
import time

from wire import Message, right, send, serve


def misbehave(request: Message) -> None:
    def later() -> None:
        time.sleep(0.3)
        sys.stdout.write("done\n")
        sys.stdout.flush()

    send(right(request))
    threading.Thread(target=later, daemon=True).start()


serve(misbehave)
