"""Why a port differs: the smallest set of deviations that reproduces what was observed."""
