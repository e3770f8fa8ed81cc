"""`rmsproof new`: a port to begin with, in languages/, a folder each that holds all of it."""
