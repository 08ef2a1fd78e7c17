"""Which sockets of a Ray cluster of this machine alone others could reach, while it runs.

Run as a program it prints them; Ray's own warnings stay in that process. Other programs may listen at the same time, so
the cluster's processes are told by a mark in the environment that they were started with.
"""

import os
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from codefavor.fleet import spread

MARK = "OF_THE_CLUSTER_THAT_IS_LOOKED_AT"
LISTENING = "0A"
LOOPBACK = ("0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F")


def open_to_others(mark: str) -> str:
    """Return the listening sockets, not on loopback, of the processes whose environment has `mark`."""
    tables = [Path("/proc/net", name).read_text(encoding="ascii") for name in ("tcp", "tcp6")]
    rows = [line.split() for table in tables for line in table.splitlines()[1:]]
    theirs = set(_sockets(f"{MARK}={mark}".encode()))
    listening = {row[1] for row in rows if row[3] == LISTENING and f"socket:[{row[9]}]" in theirs}
    return " ".join(sorted(each for each in listening if each.split(":")[0] not in LOOPBACK))


def _sockets(marked: bytes) -> Iterator[str]:
    for process in Path("/proc").glob("[0-9]*"):
        # It has ended, or is another user's.
        with suppress(OSError):
            if marked in (process / "environ").read_bytes().split(b"\0"):
                yield from filter(None, map(_target, list((process / "fd").iterdir())))


def _target(descriptor: Path) -> str:
    # It may be closed by now.
    with suppress(OSError):
        return str(descriptor.readlink())
    return ""


if __name__ == "__main__":
    with closing(spread([os.environ[MARK]], open_to_others, 1, None)) as answers:
        print("open:", next(answers))  # noqa: T201
