"""Answers rightly and leaves a thread running that keeps it from its end."""

import threading
import time

from wire import Message, right, send, serve


def misbehave(request: Message) -> None:
    threading.Thread(target=time.sleep, args=(600,)).start()
    send(right(request))


serve(misbehave)
