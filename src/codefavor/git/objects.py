"""Contents of git objects, read one at a time from one long-lived process. What they mean is not known here."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from codefavor.git.repository import Repository


class GitObjects:
    """Contents of git objects, asked for one at a time."""

    def __init__(self, requests: IO[bytes], answers: IO[bytes]) -> None:
        self._requests = requests
        self._answers = answers

    def read(self, name: str, limit: int) -> bytes | None:
        """Return an object's content, or None when it is missing or larger than `limit` bytes."""
        self._requests.write(f"{name}\n".encode())
        self._requests.flush()
        header = self._answers.readline().split()
        if len(header) != 3 or not header[2].isdigit():
            return None
        size = int(header[2])
        content = b""
        left = size + 1
        while left:
            chunk = self._answers.read(min(left, 1 << 20))
            if not chunk:
                return None
            left -= len(chunk)
            content = content + chunk if size <= limit else b""
        return content[:-1] if size <= limit else None


@contextmanager
def open_objects(repository: Repository) -> Iterator[GitObjects]:
    """Start reading the objects of a repository; the process is ended on the way out."""
    with repository.stream("cat-file", "--batch") as (requests, answers):
        yield GitObjects(requests, answers)
