"""What runs in the worker beside a Python port: it is loaded, called and read.

Python 3.9 or newer, and NumPy: it may be the user's own interpreter.
"""
