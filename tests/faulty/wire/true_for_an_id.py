"""Answers under the id true, which Python takes for 1."""

from wire import described, serve

serve(describe=lambda request: {**described(request), "id": True})
