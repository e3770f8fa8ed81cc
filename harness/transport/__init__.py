"""How a port is reached. Transports carry facts and never judge."""
