"""What ports are known to show: said in port.toml or a file of known differences, held, updated."""
