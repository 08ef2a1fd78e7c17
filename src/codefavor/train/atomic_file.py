"""Replace a file atomically: a reader finds the old file or the new one, also after a kill."""

import os
from collections.abc import Callable
from pathlib import Path


def replace_file(path: Path, write: Callable[[Path], None]) -> None:
    """Put what `write` makes in the place of `path`: after a kill at any moment the old file or the new one is whole.

    `write` gets the path of a file beside it. The new file is on the disk before it takes the name.
    """
    partial = path.with_name(f".{path.name}.partial")
    write(partial)
    with partial.open("rb+") as written:
        os.fsync(written.fileno())
    partial.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Have the names in `folder` on the disk; systems that open no folders do that by themselves."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
