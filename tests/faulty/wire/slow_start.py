"""Takes longer to start than a scenario may take, as a virtual machine does."""

import time

from wire import serve

time.sleep(1.5)
serve()
