"""Fails when asked what it is."""

from wire import serve

serve(describe=lambda request: {"id": request["id"], "error": "licence expired"})
