"""Speaks a later version of the protocol."""

from wire import described, serve

serve(describe=lambda request: {**described(request), "protocol": 2})
