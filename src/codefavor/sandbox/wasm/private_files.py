"""Files that nobody but this user can have written: what is loaded from them is executed.

On POSIX systems they belong to this user and have one name, and other users have no rights on their folder. Windows
gives each user's profile rights of its own; there only links and junctions are refused.
"""

import os
import stat
from pathlib import Path

from platformdirs import user_cache_dir

from codefavor.errors import SandboxError

FOLDER_MODE = 0o700
FILE_MODE = 0o600


def cache_folder() -> Path:
    """Return the folder for compiled guests in this user's cache, made and checked.

    Raises:
        SandboxError: it is not this user's alone, cannot be made, or this user has none.
        OSError: it cannot be read.
    """
    folder = Path(user_cache_dir("codefavor", appauthor=False)) / "wasm"
    if not folder.is_absolute():
        raise SandboxError(f"{folder}: this user has no cache folder; name one in XDG_CACHE_HOME")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    except OSError as error:
        raise SandboxError(f"{folder}: cannot be made: {error.strerror or error}") from None
    check_private_folder(folder)
    return folder


def check_private_folder(path: Path) -> None:
    """Do nothing if only this user can have changed what the folder contains.

    Raises:
        SandboxError: it is a link or no folder, belongs to somebody else, or gives others rights.
        OSError: it cannot be read.
    """
    status = path.lstat()
    if _is_link(status) or not stat.S_ISDIR(status.st_mode):
        raise SandboxError(f"{path}: not a folder, or a link to one; remove it")
    _check_owner(path, status)
    if os.name == "posix" and status.st_mode & 0o077:
        raise SandboxError(f"{path}: other users have rights on this folder; remove it")


def check_private_file(path: Path) -> None:
    """Do nothing if only this user can have written the file, which lies in a private folder.

    Raises:
        SandboxError: it is a link or no file, has a second name, belongs to somebody else, or others may write to it.
        OSError: it cannot be read.
    """
    status = path.lstat()
    if _is_link(status) or not stat.S_ISREG(status.st_mode):
        raise SandboxError(f"{path}: not a file, or a link to one")
    _check_owner(path, status)
    if os.name == "posix" and (status.st_mode & 0o077 or status.st_nlink != 1):
        raise SandboxError(f"{path}: other users have rights on this file, or it has a second name")


def _check_owner(path: Path, status: os.stat_result) -> None:
    if os.name == "posix" and status.st_uid != os.geteuid():
        raise SandboxError(f"{path}: belongs to user {status.st_uid}, not to this user")


def _is_link(status: os.stat_result) -> bool:
    """Return whether a path is a symbolic link, or on Windows anything else that leads elsewhere."""
    reparse_point = getattr(status, "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_REPARSE_POINT
    return stat.S_ISLNK(status.st_mode) or bool(reparse_point)
