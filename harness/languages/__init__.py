"""What is known of a language: how its sources are built, launched, read and mended."""
