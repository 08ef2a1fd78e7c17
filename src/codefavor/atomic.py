"""Files and folders that appear whole or not at all, whatever happens to the process or the machine meanwhile.

Content goes to a new file in the same folder, is synced to the disk, and takes its place by a rename, which is synced
too. The new file's name cannot be guessed, so a link that somebody laid in a shared folder is never written through.
Its mode is what the umask leaves. What is written is the caller's.
"""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from codefavor.errors import UserError
from codefavor.record import Record

_TOKEN_BYTES = 8
_SUFFIX = ".partial"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a new, empty file to write to; it takes the place of `path` when the block ends without an error.

    Folders above `path` are made. A killed process leaves the new file behind, whose name ends in `.partial`. A device
    or a pipe is written to as it is.

    Raises:
        OSError: `path` is a folder, or the file cannot be written.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if _is_no_file(path):
        yield path
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = _new_file_beside(path)
    try:
        yield partial
        _sync(partial)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield a new, empty folder to fill; it becomes `path`, which must not exist, when the block ends without an error.

    Folders above `path` are made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(_TOKEN_BYTES)}{_SUFFIX}")
    partial.mkdir()
    try:
        yield partial
        partial.rename(path)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, all or nothing."""
    with replacing(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, record: Record) -> None:
    """Write a record as indented JSON, all or nothing."""
    write_text(path, as_json(record))


def as_json(record: Record) -> str:
    """Return what `write_json` writes."""
    return record.model_dump_json(indent=2) + "\n"


def create_once(path: Path, text: str) -> bool:
    """Write `text` to `path` unless it exists, and return whether it was written; of several processes one does.

    A hard link is what decides: like O_EXCL it fails where the name is taken, on network file systems too, and unlike
    O_EXCL it never shows a file that is not yet written. Where a file system has no hard links O_EXCL decides.
    """
    partial = _new_file_beside(path)
    try:
        partial.write_text(text, encoding="utf-8", newline="\n")
        _sync(partial)
        try:
            path.hardlink_to(partial)
        except FileExistsError:
            return False
        except OSError:
            return _create_without_links(path, text)
        return True
    finally:
        partial.unlink(missing_ok=True)


def remove_partials(path: Path) -> None:
    """Remove the new files that killed processes left beside `path`; for a file that one process at a time writes."""
    for file in path.parent.glob(f".*{_SUFFIX}"):
        if is_partial(file.name, path.name):
            file.unlink(missing_ok=True)


def is_partial(name: str, of: str) -> bool:
    """Return whether `name` is that of a new file which did not come to take the place of the file called `of`."""
    return name.startswith(f".{of}.") and name.endswith(_SUFFIX)


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Turn what the file system objects to into an error that names `path`.

    Raises:
        UserError: the place cannot be written to.
    """
    try:
        yield
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror or error}") from None


def _new_file_beside(path: Path) -> Path:
    partial = path.with_name(f".{path.name}.{secrets.token_hex(_TOKEN_BYTES)}{_SUFFIX}")
    os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    return partial


def _is_no_file(path: Path) -> bool:
    """Return whether a rename would take the place of a device, a pipe, or the name of an open file."""
    in_system = path.absolute().parts[:2] in (("/", "dev"), ("/", "proc")) and path.absolute().parts[2:3] != ("shm",)
    return path.exists() and (in_system or not path.is_file())


def _create_without_links(path: Path, text: str) -> bool:
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


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
