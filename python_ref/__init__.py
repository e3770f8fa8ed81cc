"""What is true: the RMSProp that every port is held against. NumPy only; knows no harness."""
