"""How far rounding can take a right port: bounds, and the oracle that holds them."""
