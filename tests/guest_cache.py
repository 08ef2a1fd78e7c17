"""A cache folder that belongs to the tests and holds the guests that this user has compiled."""

import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from codefavor.sandbox.wasm.private_files import FILE_MODE, FOLDER_MODE, cache_folder


def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for XDG_CACHE_HOME, one for all processes of this run; compiled guests have only one name."""
    cache = tmp_path_factory.getbasetemp().parent / "cache"
    guests = cache / "codefavor" / "wasm"
    with FileLock(f"{cache}.lock"):
        if not guests.exists():
            guests.parent.mkdir(parents=True)
            shutil.copytree(cache_folder(), guests, ignore=shutil.ignore_patterns("*.lock"))
            guests.chmod(FOLDER_MODE)
            for file in guests.iterdir():
                file.chmod(FILE_MODE)
    return cache
