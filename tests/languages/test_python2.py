"""What can only have been meant for Python 2."""

from __future__ import annotations

import pytest

from harness.languages.python_versions import is_python2

OLD = (
    "print 'loss', loss",
    'print"done"',
    "for i in range(3):\n    print i,",
    "import sys\nprint >>sys.stderr, 'slow'",
    "try:\n    f()\nexcept ValueError, error:\n    pass",
    "raise ValueError, 'no rate'",
    "exec 'x = 1' in d",
    "name = `v`",
    "if a <> b:\n    a = b",
    "n = 10L",
    "mode = 0755",
    "key = lambda (a, b): a",
    "for i in xrange(10):\n    i",
    "def f(params):\n    for k, v in params.iteritems():\n        k",
    "import cPickle",
    "from itertools import izip",
    # Its indentation is lost.
    "for i in range(3):\nif i:\nprint 'loss', i\nprint 'done'",
    # A method shown with the indentation that it has in its class.
    "    def f(self):\n        print 'loss'",
)
NEW = (
    "print('loss', loss)",
    "print",
    "for i in range(3):\nif i:\nprint('loss')",
    "def f(:\n    print('a')",
    '"""\nprint the loss\n"""\nx = = 1',
    "xrange = range\nfor i in xrange(10):\n    i",
    "import pandas as pd\nfor k, v in pd.DataFrame().iteritems():\n    k",
    "from __future__ import print_function\nprint('a')",
    "class C:\n    def iteritems(self):\n        return 1",
)


@pytest.mark.parametrize("text", OLD)
def test_is_python2(text: str) -> None:
    assert is_python2(text)


@pytest.mark.parametrize("text", NEW)
def test_is_not_python2(text: str) -> None:
    assert not is_python2(text)


def test_what_an_earlier_block_defines_is_not_lacking() -> None:
    assert not is_python2("for i in xrange(3):\n    i", "from six.moves import xrange")
    assert not is_python2("for i in xrange(3):\n    i", "from past.builtins import *")
