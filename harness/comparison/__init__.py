"""Golden against observed: the facts of what differs, and where."""
