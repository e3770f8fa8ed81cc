"""Greets on standard output before it is asked anything."""

from wire import serve

print("Welcome to RMSProp 2.1", flush=True)
serve()
