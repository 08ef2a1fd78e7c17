"""A guest: an interpreter compiled to WebAssembly, pinned to the byte, that comes inside an installed package.

Where its files lie is read from the package's metadata; the package itself is never imported.
"""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Literal

from codefavor.errors import SandboxError

Entry = Literal["turn", "start", "reactor"]
"""How a guest is started and given its source text.

- `turn`: `turn(pointer, length)` runs the source text that lies in memory from `host_alloc(length)`, as often as
  wanted; the interpreter is already initialised.
- `start`: `_start` runs a command, once, with its arguments.
- `reactor`: `_initialize`, then `qjs_init_argv` with arguments (QuickJS-NG).
"""


@dataclass(frozen=True)
class GuestFile:
    """One file of a guest, as it must be."""

    path: str
    """Where it lies among the distribution's installed files, with slashes."""
    sha256: str
    """Its SHA-256, as 64 hex digits."""


@dataclass(frozen=True)
class Guest:
    """An interpreter compiled to WebAssembly."""

    name: str
    """How it is called in evidence and files, like `python-3.15`."""
    title: str
    """How it is called in sentences, like `Python 3.15`."""
    language: str
    """The canonical name of the language that it runs."""
    version: str
    """The version of the interpreter, as it says itself."""
    distribution: str
    """The name of the package on the package index."""
    distribution_version: str
    """The version of the package that has these files."""
    entry: Entry
    """How it is started."""
    module: GuestFile
    """The WebAssembly module."""
    standard_library: GuestFile | None = None
    """The standard library as a zip, or None where the module contains it."""

    @property
    def files(self) -> tuple[GuestFile, ...]:
        """All pinned files; the module comes first."""
        return (self.module,) if self.standard_library is None else (self.module, self.standard_library)

    @property
    def requirement(self) -> str:
        """The package as `pip install` takes it."""
        return f"{self.distribution}=={self.distribution_version}"


def find_file(guest: Guest, file: GuestFile) -> Path:
    """Return where a file of the guest lies; its content is not looked at.

    Raises:
        SandboxError: the package, or this file in it, is not installed.
    """
    try:
        installed = distribution(guest.distribution)
    except PackageNotFoundError:
        raise SandboxError(
            f"{guest.title} for WebAssembly is not installed; run: pip install {guest.requirement}"
        ) from None
    path = Path(str(installed.locate_file(file.path)))
    if not path.is_file():
        raise SandboxError(
            f"{path}: missing, though {guest.distribution} {installed.version} is installed; "
            f"run: pip install --force-reinstall {guest.requirement}"
        )
    return path
