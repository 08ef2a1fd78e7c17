"""How deep C code may recurse in the Python guest: more than its build allows.

CPython for WASI stops C recursion after 112 KB (`Py_C_STACK_SIZE` in CPython's Python/ceval.c), although its stack has
16 MB: a function behind `functools.lru_cache` then fails at a depth of 200 instead of 1,000. The limits are three words
of the thread state (`c_stack_top`, `c_stack_soft_limit`, `c_stack_hard_limit` of `_PyThreadStateImpl`), which are found
by their distances and set anew. Where they are not found exactly once, nothing is changed.
"""

import numpy as np

from codefavor.sandbox.wasm.memory import GuestMemory

_WORD = 4
_STACK_END = 16 << 20
_SOFT, _HARD = 112 << 10, 120 << 10
"""Bytes below the top at which the build's limits lie."""
_NEW_SOFT, _NEW_HARD = 1 << 20, (1 << 20) + (16 << 10)


def raise_stack_limits(memory: GuestMemory) -> bool:
    """Allow C recursion a megabyte of stack; return whether the limits were found."""
    words = np.frombuffer(memory.read(0, memory.size), dtype="<u4")
    top, soft, hard = words[:-2], words[1:-1], words[2:]
    likely = np.flatnonzero(top - soft == np.uint32(_SOFT))
    found = [at for at in likely if 0 < top[at] <= _STACK_END and top[at] - hard[at] == np.uint32(_HARD)]
    if len(found) != 1:
        return False
    address = int(found[0]) * _WORD
    limits = int(top[found[0]]) - np.array([_NEW_SOFT, _NEW_HARD])
    memory.write(address + _WORD, limits.astype("<u4").tobytes())
    return True
