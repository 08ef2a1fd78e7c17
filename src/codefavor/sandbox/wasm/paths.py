"""Paths of a guest, taken apart."""

from codefavor.sandbox.wasm.errors import Errno, WasiError

MAX_PATH = 4096
"""The longest path, in bytes."""
MAX_NAME = 255
"""The longest name of one file or directory, in characters."""


def parts_of(path: str) -> list[str]:
    """Return the names in `path` without the empty ones and `.`; `..` stays.

    Raises `WasiError`: NOENT for an empty path, NAMETOOLONG, INVAL for a NUL character.
    """
    if not path:
        raise WasiError(Errno.NOENT)
    if "\0" in path:
        raise WasiError(Errno.INVAL)
    parts = [part for part in path.split("/") if part and part != "."]
    if len(path) > MAX_PATH or any(len(part) > MAX_NAME for part in parts):
        raise WasiError(Errno.NAMETOOLONG)
    return parts


def has_own_name(path: str) -> bool:
    """Return whether `path` ends in a name: it is not the root and does not end in `.` or `..`."""
    return path.rstrip("/").rpartition("/")[2] not in {"", ".", ".."}


def absolute(path: str) -> str:
    """Return `path`, seen from the root, as an absolute path without `.` and `..`."""
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del kept[-1:]
        elif part and part != ".":
            kept.append(part)
    return "/" + "/".join(kept)
