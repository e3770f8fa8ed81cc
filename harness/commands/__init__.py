"""The commands: each parses its options, calls its room, and shows what came of it."""
