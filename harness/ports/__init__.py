"""What is judged: where a port is, what it claims to be, which parameter plays which role."""
