"""What is fed to ports: the catalogue of inputs, each with what it is there to catch."""
