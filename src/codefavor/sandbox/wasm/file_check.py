"""Whether a file has the SHA-256 that it must have, without reading it again while it stays as it was.

A large file that was read once is known again by its stamp, which a record keeps in the user's cache. This finds files
that were replaced, updated, copied badly or damaged; it does not stop somebody who may write to the cache.
"""

import hashlib
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from codefavor.atomic import as_json, replacing
from codefavor.errors import SandboxError
from codefavor.record import Record
from codefavor.sandbox.wasm.private_files import FILE_MODE, check_private_file

_MAX_STAMPS = 16


class FileStamp(Record):
    """What changes when a file does."""

    device: int
    """The file system that the file lies on."""
    inode: int
    """Its number there."""
    size: int
    """Its length in bytes."""
    modified_ns: int
    """When its content was last changed."""
    changed_ns: int
    """When its content, names, owner or mode were last changed; on Windows when it was made."""


class CheckRecord(Record):
    """The files of one content that were read and found right."""

    sha256: str
    """The SHA-256 of that content."""
    stamps: tuple[FileStamp, ...]
    """The stamps of the files, those found last at the end; the same package may be installed several times."""


def has_sha256(path: Path, sha256: str, record_path: Path | None) -> bool:
    """Return whether the file has this SHA-256; reading 100 MB takes up to half a second, knowing its stamp nothing.

    Args:
        path: the file.
        sha256: the hash that it must have.
        record_path: where its stamp is kept, in a private folder; None reads the file each time.

    Raises:
        OSError: the file cannot be read.
    """
    stamp = _stamp(path)
    record = read_record(record_path) if record_path else None
    stamps = record.stamps if record and record.sha256 == sha256 else ()
    if stamp in stamps:
        return True
    if file_sha256(path) != sha256:
        return False
    if record_path:
        with suppress(OSError):  # without the record the file is read again the next time
            _write(record_path, CheckRecord(sha256=sha256, stamps=(*stamps, stamp)[-_MAX_STAMPS:]))
    return True


def read_record(path: Path) -> CheckRecord | None:
    """Return the record in a private file, or None where there is none that can be read."""
    try:
        check_private_file(path)
        return CheckRecord.model_validate_json(path.read_bytes())
    except (SandboxError, OSError, ValidationError):
        return None


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_record(path: Path, checked: Path, sha256: str) -> None:
    """Record that the file `checked` has this SHA-256, and no other file.

    Raises:
        OSError: the record cannot be written.
    """
    _write(path, CheckRecord(sha256=sha256, stamps=(_stamp(checked),)))


def _write(path: Path, record: CheckRecord) -> None:
    with replacing(path) as partial:
        partial.chmod(FILE_MODE)
        partial.write_text(as_json(record), encoding="utf-8")


def _stamp(path: Path) -> FileStamp:
    status = path.stat()
    return FileStamp(
        device=status.st_dev,
        inode=status.st_ino,
        size=status.st_size,
        modified_ns=status.st_mtime_ns,
        changed_ns=status.st_ctime_ns,
    )
