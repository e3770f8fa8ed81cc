"""`python -m rmsproof`: the command line."""

import sys

from rmsproof import main

if __name__ == "__main__":
    sys.exit(main())
