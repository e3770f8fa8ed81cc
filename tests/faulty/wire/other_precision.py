"""Declares a precision that nobody holds goldens of."""

from wire import described, serve

serve(describe=lambda request: {**described(request), "precision": ["float64", "bfloat16"]})
