"""What is computed with: orders of evaluation, and the floats of each precision."""
