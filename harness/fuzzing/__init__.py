"""The input on which two differ: scenarios drawn, fed, compared, and shrunk to the simplest."""
