"""How others are held against the reference: toolchain, transports, comparison, verdict, report."""
