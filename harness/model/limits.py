"""How long things may take: what a command line may change, and what it is where it does not."""

SCENARIO_SECONDS = 10.0
"""For one scenario of a port; the first of a process, which loads it, has twice that."""

PORT_SECONDS = 60.0
"""For all scenarios of a port together, whatever it does."""

SEARCH_SECONDS = 20.0
"""The processor time that a diagnosis may take."""
