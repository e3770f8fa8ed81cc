"""The machine under a port: a cache of what was made, and an end for what was started."""
