"""What can be said without a port: what goldens catch, how dialects differ."""
