"""A guest whose files are here and are the pinned ones: what an engine runs."""

from dataclasses import dataclass
from pathlib import Path

from codefavor.errors import SandboxError
from codefavor.sandbox.wasm.file_check import has_sha256
from codefavor.sandbox.wasm.guest import Guest, GuestFile, find_file
from codefavor.sandbox.wasm.private_files import cache_folder


@dataclass(frozen=True)
class VerifiedGuest:
    """A guest and where its files lie on this machine; `verify_guest` makes one."""

    guest: Guest
    """The guest."""
    module: Path
    """The WebAssembly module."""
    standard_library: Path | None
    """The standard library as a zip, or None where the module contains it."""


def verify_guest(guest: Guest) -> VerifiedGuest:
    """Find the guest's files and check them against their pins; those that did not change are not read again.

    Raises:
        SandboxError: a file is not installed, cannot be read, or is not the pinned one.
    """
    try:
        records: Path | None = cache_folder()
    except (SandboxError, OSError):
        records = None  # compiled_module says so
    library = guest.standard_library
    return VerifiedGuest(
        guest, _checked(guest, guest.module, records), _checked(guest, library, records) if library else None
    )


def _checked(guest: Guest, file: GuestFile, records: Path | None) -> Path:
    path = find_file(guest, file)
    record = records / f"{file.sha256[:32]}.checked.json" if records else None
    try:
        right = has_sha256(path, file.sha256, record)
    except OSError as error:
        raise SandboxError(f"{path}: cannot be read: {error.strerror or error}") from None
    if not right:
        raise SandboxError(
            f"{path}: not the file of {guest.requirement}, its SHA-256 differs; "
            f"run: pip install --force-reinstall {guest.requirement}"
        )
    return path
