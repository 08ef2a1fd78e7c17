"""The manifest: what made a result, so that the result can be made again.

It names the command, the resolved configuration, the inputs by hash, the seed, the versions and the commit. It never
holds environment variables, since those carry secrets.
"""

import hashlib
import platform
import subprocess
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from codefavor.errors import DataError
from codefavor.record import Record

_REPORTED = ("codefavor", "numpy", "scipy", "scikit-learn", "torch", "transformers", "openai", "bandit")


class Manifest(Record):
    """What a result was made from."""

    command: str
    """The verb and its arguments, as one line."""
    config: dict[str, JsonValue]
    """The resolved configuration."""
    inputs: dict[str, str]
    """SHA-256 of every input file, by its name as given."""
    seed: int | None
    """The seed of every random choice, or None where there is none."""
    versions: dict[str, str]
    """Versions of Python, codefavor and the libraries that shape results."""
    commit: str | None
    """The git commit of codefavor's own checkout, with "+" when it has local changes; None when installed."""


def make_manifest(command: str, config: dict[str, Any], inputs: Iterable[Path], seed: int | None) -> Manifest:
    """Return a manifest for work that starts now.

    Raises:
        DataError: an input is missing.
    """
    return Manifest(
        command=command,
        config=config,
        inputs={str(path): hash_file(path) for path in inputs},
        seed=seed,
        versions=installed_versions(),
        commit=_own_commit(),
    )


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file in hex.

    Raises:
        DataError: the file is missing or unreadable.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from None


def installed_versions() -> dict[str, str]:
    """Return the version of Python and of every reported library that is installed."""
    versions = {"python": platform.python_version()}
    for name in _REPORTED:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def _own_commit() -> str | None:
    checkout = Path(__file__).resolve().parents[2]
    if not (checkout / ".git").exists():
        return None
    described = subprocess.run(
        ["git", "-C", str(checkout), "describe", "--always", "--dirty=+", "--abbrev=12", "--exclude=*"],
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or None
