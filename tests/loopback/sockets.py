"""Which sockets of this machine others could reach, before and while a Ray cluster of its own runs.

Run as a program it prints those that came with the cluster; Ray's own warnings stay in that process.
"""

from contextlib import closing
from pathlib import Path

from codefavor.fleet import spread

LISTENING = "0A"
LOOPBACK = ("0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F")


def open_to_others(_: str = "") -> str:
    """Return the listening sockets that are not on loopback."""
    tables = [Path("/proc/net", name).read_text(encoding="ascii") for name in ("tcp", "tcp6")]
    rows = [line.split() for table in tables for line in table.splitlines()[1:]]
    listening = {row[1] for row in rows if row[3] == LISTENING}
    return " ".join(sorted(each for each in listening if each.split(":")[0] not in LOOPBACK))


if __name__ == "__main__":
    before = set(open_to_others().split())
    with closing(spread(["now"], open_to_others, 1, None)) as answers:
        print("came with Ray:", *sorted(set(next(answers).split()) - before))  # noqa: T201
