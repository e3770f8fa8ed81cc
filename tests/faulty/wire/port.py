"""One of the ports of `altered` or of `misbehaving`: python port.py NAME."""

import sys

import altered
import misbehaving
import wire

name = sys.argv[1]
if alter := getattr(altered, name, None):
    wire.altered(alter)
else:
    wire.serve(getattr(misbehaving, name))
