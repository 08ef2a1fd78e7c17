"""Run git on a repository that may be hostile, reading only.

No hook, filter, pager, external diff, textconv or file-system monitor that the repository's configuration names is
run, and nothing is fetched: a partial clone's missing object is missing. It knows nothing of what is read.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from codefavor.errors import DataError, UserError

_CHUNK_BYTES = 1 << 16
_SAFE_CONFIG = (
    "core.fsmonitor=",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.sshCommand=false",
    "diff.external=",
    "protocol.allow=never",
    "log.showSignature=false",
    "credential.helper=",
    "safe.bareRepository=all",
)


def open_repository(path: Path, index: Path | None = None) -> "Repository":
    """Return the repository at `path`: a checkout, a bare repository, or a checkout's `.git`.

    Args:
        path: where it is.
        index: the index to read what is staged from, instead of the repository's own.

    Raises:
        UserError: git is not installed.
        DataError: there is no git repository at `path`.
    """
    if shutil.which("git") is None:
        raise UserError("git is not installed; it is needed to read repositories")
    for git_dir in (path / ".git", path):
        if (git_dir / "objects").is_dir() and (git_dir / "HEAD").is_file():
            return Repository(path, git_dir.resolve(), index)
    if (path / ".git").is_file():
        return Repository(path, _linked_git_dir(path), index)
    raise DataError(f"{path}: no git repository")


def find_repositories(path: Path) -> list[Path]:
    """Return `path` when it is a repository, else the repositories directly below it, by name.

    Raises:
        DataError: there is none.
    """
    if _is_repository(path):
        return [path]
    found = sorted(child for child in path.iterdir() if _is_repository(child)) if path.is_dir() else []
    if not found:
        raise DataError(f"{path}: neither a git repository nor a folder of them")
    return found


def _is_repository(path: Path) -> bool:
    bare = (path / "objects").is_dir() and (path / "HEAD").is_file()
    return (path / ".git").exists() or bare


def _linked_git_dir(path: Path) -> Path:
    pointer = (path / ".git").read_text(encoding="utf-8", errors="replace").strip()
    return (path / pointer.removeprefix("gitdir:").strip()).resolve()


class Repository:
    """One repository to read from."""

    def __init__(self, path: Path, git_dir: Path, index: Path | None = None) -> None:
        self.path = path
        self._git_dir = git_dir
        self._index = index

    def read(self, *arguments: str) -> str:
        """Return what a git command prints.

        Raises:
            DataError: the command fails.
        """
        done = subprocess.run(self._command(arguments), env=self._environment(), capture_output=True, check=False)
        if done.returncode:
            reason = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise DataError(f"{self.path}: git {arguments[0]} failed: {reason[-1] if reason else done.returncode}")
        return done.stdout.decode("utf-8", "replace")

    def fields(self, *arguments: str) -> Iterator[bytes]:
        """Yield what a git command that is asked for `-z` prints, cut at every NUL, while it runs.

        Raises:
            DataError: the command fails, which shows at the end of what it prints.
        """
        with self._started(arguments, subprocess.DEVNULL) as (process, output):
            rest = b""
            while chunk := os.read(output.fileno(), _CHUNK_BYTES):
                *whole, rest = (rest + chunk).split(b"\0")
                yield from whole
            if process.wait():
                raise DataError(f"{self.path}: git {arguments[0]} failed; `git fsck` shows what is missing")

    @contextmanager
    def stream(self, *arguments: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """Start a git command and give (its input, its output); it is ended on the way out."""
        with self._started(arguments, subprocess.PIPE) as (process, output):
            assert process.stdin is not None
            yield process.stdin, output

    @contextmanager
    def _started(self, arguments: tuple[str, ...], stdin: int) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
        """Start a git command and give it with its output; it is killed on the way out."""
        with subprocess.Popen(
            self._command(arguments),
            env=self._environment(),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            assert process.stdout is not None
            try:
                yield process, process.stdout
            finally:
                process.kill()

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        settings = [part for setting in _SAFE_CONFIG for part in ("-c", setting)]
        return ["git", f"--git-dir={self._git_dir}", "--no-pager", "--no-replace-objects", *settings, *arguments]

    def _environment(self) -> dict[str, str]:
        """An environment of our own: none of the caller's secrets, no configuration but the repository's."""
        own_index = {"GIT_INDEX_FILE": str(self._index.resolve())} if self._index else {}
        return own_index | {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": "/nonexistent",
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_PROTOCOL_FROM_USER": "0",
        }
