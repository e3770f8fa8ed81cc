"""How long things may take, where no command line says otherwise, and how often a port may die."""

SCENARIO_SECONDS = 10.0
"""For one scenario of a port; the first of a process, which loads it, has twice that."""

PORT_SECONDS = 60.0
"""For all scenarios of a port together, whatever it does."""

DEATHS = 3
"""So many of its processes in a row, and no more is started."""

SEARCH_SECONDS = 20.0
"""The processor time that a diagnosis may take."""
