"""What ports are known to show: in port.toml or a file of known differences, matched, updated."""
