"""Answers rightly but neither quits when told to nor when its input ends."""

import signal
import time

from wire import serve

signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
serve()
time.sleep(600)
