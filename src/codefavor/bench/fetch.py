"""Download the files of a benchmark, verified, for users who accept its licence; codefavor ships none of them."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2

from codefavor.bench.benchmark import Benchmark
from codefavor.errors import DataError, UserError
from codefavor.runs.run_folder import require_folder


def fetch_benchmark(
    benchmark: Benchmark, out: Path, base_url: str | None, accept_license: bool, report: Callable[[str], None]
) -> None:
    """Download the files of a benchmark into `out`; all of them arrive verified, or none does.

    Args:
        benchmark: the benchmark.
        out: the folder, made when missing; files in it that are already right are left alone.
        base_url: the folder of the files on a server; None for where the benchmark is published.
        accept_license: whether the user accepts the data's licence.
        report: called with a sentence for each file.

    Raises:
        UserError: the licence is not accepted, `out` is not a folder, or the benchmark is not published on a server.
        DataError: a file cannot be downloaded or is not the released one.
    """
    url = base_url or benchmark.url
    if url is None:
        raise UserError(f"{benchmark.title}: cannot be downloaded; see {benchmark.source}")
    if not accept_license:
        purpose = " and serves evaluation only, not training" if benchmark.evaluation_only else ""
        raise UserError(
            f"{benchmark.title} is licensed {benchmark.license} by its authors{purpose}; to accept that and download "
            "it, add --accept-license"
        )
    require_folder(out)
    missing = {name: digest for name, digest in benchmark.files.items() if not _is_there(out / name, digest)}
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as folder:
        with httpx2.Client(follow_redirects=True, timeout=60) as client:
            for name, digest in missing.items():
                _download(client, f"{url.rstrip('/')}/{name}", Path(folder) / name, digest)
        out.mkdir(exist_ok=True)
        for name in missing:
            (Path(folder) / name).replace(out / name)
    for name in benchmark.files:
        report(f"{out / name}: {'fetched and verified' if name in missing else 'already there'}")


def _is_there(path: Path, digest: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def _download(client: httpx2.Client, url: str, path: Path, digest: str) -> None:
    try:
        response = client.get(url)
        response.raise_for_status()
    except httpx2.HTTPStatusError as error:
        raise DataError(f"{url}: the server answered {error.response.status_code}") from None
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise DataError(f"{url}: cannot be fetched: {error or type(error).__name__}") from None
    received = hashlib.sha256(response.content).hexdigest()
    if received != digest:
        raise DataError(f"{url}: not the released file (SHA-256 {received[:12]}…, released {digest[:12]}…)")
    path.write_bytes(response.content)
