"""Notes what a program tried that the sandbox refuses, from the interpreter's own audit events.

It refuses nothing itself: the kernel does. A program that calls the kernel past the interpreter is refused all the same
and merely not noted here.
"""

import errno
import os
import sys

from codefavor.sandbox.wire import RefusalReport, to_json

_REFUSED = {
    "socket.__new__": "network",
    "socket.getaddrinfo": "network",
    "os.fork": "new process",
    "os.forkpty": "new process",
    "os.exec": "new process",
    "os.posix_spawn": "new process",
    "subprocess.Popen": "new process",
    "os.system": "new process",
    "os.kill": "signal",
    "os.killpg": "signal",
}
_MAX_NOTES = 20
_NO = (errno.EACCES, errno.EPERM, errno.EROFS)
_OWN = ("/tmp/", sys.prefix, sys.base_prefix)


class Refusals:
    """An audit hook that reports each kind of attempt once, and files outside the reach of the program by name."""

    def __init__(self, results: int) -> None:
        self._results = results
        self._noted: set[str] = set()
        self._busy = False

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        """Note `event` when it is an attempt that the sandbox refuses."""
        if self._busy:
            return
        self._busy = True
        try:
            note = _REFUSED.get(event) or (_unreachable(arguments) if event == "open" else None)
            if note and note not in self._noted and len(self._noted) < _MAX_NOTES:
                self._noted.add(note)
                os.write(self._results, to_json(RefusalReport(note)).encode() + b"\n")
        finally:
            self._busy = False


def _unreachable(arguments: tuple[object, ...]) -> str | None:
    path, flags = arguments[0], arguments[2]
    if not isinstance(path, str) or not isinstance(flags, int):
        return None
    try:
        os.close(os.open(path, flags & ~(os.O_CREAT | os.O_TRUNC | os.O_EXCL)))
    except FileNotFoundError:
        hidden = path.startswith("/") and not path.startswith(_OWN)
        return f"file {path[:200]} (nothing is there inside)" if hidden else None
    except OSError as error:
        return f"file {path[:200]}" if error.errno in _NO else None
    return None
