import hashlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from codefavor.bench.benchmark import Benchmark
from codefavor.bench.codeprefbench import CODEPREFBENCH, file_name
from codefavor.bench.fetch import fetch_benchmark
from codefavor.errors import DataError, UserError
from codefavor.pairs.criterion import Aspect

SMALL: Benchmark = replace(
    CODEPREFBENCH, files={file_name(aspect): hashlib.sha256(aspect.encode()).hexdigest() for aspect in Aspect}
)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Serve four small files of our own whose hashes stand in for the released ones."""
    folder = tmp_path / "served"
    folder.mkdir()
    for aspect in Aspect:
        (folder / file_name(aspect)).write_bytes(aspect.encode())
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as running:
        Thread(target=running.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def test_four_files_arrive_verified(server: tuple[Path, str], tmp_path: Path) -> None:
    said: list[str] = []
    out = tmp_path / "deep" / "bench"
    fetch_benchmark(SMALL, out, server[1] + "/", accept_license=True, report=said.append)
    assert sorted(path.name for path in out.iterdir()) == sorted(file_name(aspect) for aspect in Aspect)
    assert all(line.endswith("fetched and verified") for line in said)
    (out / file_name(Aspect.SECURITY)).write_bytes(b"spoiled")
    said.clear()
    fetch_benchmark(SMALL, out, server[1], accept_license=True, report=said.append)
    assert [line.rpartition(": ")[2] for line in said].count("already there") == 3
    assert (out / file_name(Aspect.SECURITY)).read_bytes() == b"security"


def test_nothing_is_written_when_a_file_is_missing_or_changed(server: tuple[Path, str], tmp_path: Path) -> None:
    last = server[0] / file_name(Aspect.HUMAN_PREFERENCE)
    last.write_bytes(b"changed")
    with pytest.raises(DataError, match=r"human-preference-alignment.jsonl.gz: not the released file"):
        fetch_benchmark(SMALL, tmp_path / "bench", server[1], accept_license=True, report=print)
    last.unlink()
    with pytest.raises(DataError, match="the server answered 404"):
        fetch_benchmark(SMALL, tmp_path / "bench", server[1], accept_license=True, report=print)
    assert [path.name for path in tmp_path.iterdir()] == ["served"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense", "http://["])
def test_a_server_that_is_not_there_is_one_sentence(tmp_path: Path, url: str) -> None:
    with pytest.raises(DataError, match="cannot be fetched"):
        fetch_benchmark(SMALL, tmp_path / "bench", url, accept_license=True, report=print)
    assert list(tmp_path.iterdir()) == []


def test_the_licence_must_be_accepted(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"CC-BY-NC-4.0.*--accept-license"):
        fetch_benchmark(SMALL, tmp_path / "bench", "http://127.0.0.1:1", accept_license=False, report=print)
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="CodePrefBench: cannot be downloaded; see Liu"):
        fetch_benchmark(replace(SMALL, url=None), tmp_path / "bench", None, accept_license=True, report=print)
    with pytest.raises(UserError, match="is a file"):
        fetch_benchmark(SMALL, tmp_path / "file", "http://127.0.0.1:1", accept_license=True, report=print)
