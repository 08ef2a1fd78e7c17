"""Download the released benchmark files, verified, for users who accept their licence; codefavor ships none of them.

The data is CC-BY-NC-4.0 and its authors ask that it not be trained on, so it is fetched only on explicit acceptance.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2

from codefavor.bench.tasks import RELEASED, file_name
from codefavor.errors import DataError, UserError
from codefavor.runs.run_folder import require_folder

RELEASED_AT = (
    "https://raw.githubusercontent.com/amazon-science/llm-code-preference/"
    "99b404d5abdcff45c6029d44e30191c6e29071d8/datasets/eval"
)
"""The folder of the four files in the authors' repository, at the commit whose hashes are pinned."""

LICENCE_NOTE = (
    "CodePrefBench is licensed CC-BY-NC-4.0 (non-commercial) by its authors and serves evaluation only, not training"
)


def fetch_benchmark(out: Path, base_url: str, accept_license: bool, report: Callable[[str], None]) -> None:
    """Download the four files into `out`; all of them arrive verified, or none does.

    Args:
        out: the folder, made when missing; files in it that are already right are left alone.
        base_url: the folder of the files on a server.
        accept_license: whether the user accepts the data's licence.
        report: called with a sentence for each file.

    Raises:
        UserError: the licence is not accepted, or `out` is not a folder.
        DataError: a file cannot be had or is not the released one.
    """
    if not accept_license:
        raise UserError(f"{LICENCE_NOTE}; to accept that and download it, add --accept-license")
    require_folder(out)
    wanted = {file_name(aspect): digest for aspect, digest in RELEASED.items()}
    missing = {name: digest for name, digest in wanted.items() if not _is_there(out / name, digest)}
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as folder:
        with httpx2.Client(follow_redirects=True, timeout=60) as client:
            for name, digest in missing.items():
                _download(client, f"{base_url.rstrip('/')}/{name}", Path(folder) / name, digest)
        out.mkdir(exist_ok=True)
        for name in missing:
            (Path(folder) / name).replace(out / name)
    for name in wanted:
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
