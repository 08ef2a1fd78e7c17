"""Code that names nothing by which its harness can be reached, and code that does."""

import pytest

from codefavor.evidence.confinement import can_reach_harness


@pytest.mark.parametrize(
    "code",
    [
        "def f(xs):\n    return sorted(set(xs))\n",
        "from typing import List\nimport math\ndef f(xs: List[int]): return math.sqrt(len(xs))",
        "import re\nre.compile('a').findall('a')",
        "from collections import deque\nclass A:\n    def __init__(self): self._seen = deque()",
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int = 0\n",
        "if __name__ == '__main__':\n    print(1)\n",
    ],
)
def test_ordinary_code_cannot(code: str) -> None:
    assert not can_reach_harness(code)


@pytest.mark.parametrize(
    "code",
    [
        "import os",
        "from sys import modules",
        "import numpy as np",
        "from . import x",
        "eval('1')",
        "x = __import__('os')",
        "getattr(f, '__globals__')",
        "f.__globals__",
        "(lambda: 0).__code__",
        "type(1).__subclasses__()",
        "import typing\ntyping.sys.modules",
        "import random\nrandom._os.read(4, 9)",
        "from random import _os",
        "import json\njson.loads = None",
        "import json as j\ndel j.dumps",
        "import operator\noperator.attrgetter('x')",
        "import string\nstring.Formatter().get_field('0.x', [1], {})",
        "match f:\n    case object(__globals__=g): pass",
        "def __getattr__(name): pass",
        "def f(): yield\nf().gi_frame",
        "try: f()\nexcept Exception as e: e.__traceback__.tb_frame",
        "open('x')",
        "def ](",
    ],
)
def test_code_that_might_can(code: str) -> None:
    assert can_reach_harness(code)
