"""The documentation site builds without a warning, and its pages fetch nothing from elsewhere."""

import functools
import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from doc_blocks import ROOT
from playwright.sync_api import sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


def build(config: Path, site: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "--config-file",
        str(config),
        "--site-dir",
        str(site),
    ]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built = build(ROOT / "mkdocs.yml", folder)
    assert built.returncode == 0, built.stderr
    return folder


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def test_the_public_modules_are_documented(site: Path) -> None:
    page = (site / "api" / "judge.html").read_text(encoding="utf-8")
    for name in ("judges.protocol.Judge", "judges.load.load_judge", "judges.both_orders.BothOrders"):
        assert f'id="codefavor.{name}"' in page
    assert "codefavor.judges.load._baseline" not in page


@pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed")
def test_pages_fetch_nothing_from_elsewhere_and_search_finds(site: Path, address: str) -> None:
    asked: list[str] = []
    failed: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("response", lambda response: failed.append(response.url) if response.status >= 400 else None)
        for path in sorted(site.rglob("*.html")):
            page.goto(f"{address}/{path.relative_to(site).as_posix()}", wait_until="load")
        page.goto(f"{address}/index.html", wait_until="load")
        page.get_by_role("textbox", name="Search").fill("length balance")
        page.locator(".md-search-result__item").first.wait_for()
        browser.close()
    addresses = {urlsplit(url).netloc for url in asked if urlsplit(url).scheme not in ("data", "blob")}
    assert addresses == {urlsplit(address).netloc}
    assert failed == []


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("[a](index.md#a-page)", True),
        ("[a](nowhere.md)", False),
        ("[a](index.md#nowhere)", False),
        ("[a](/elsewhere/)", False),
    ],
)
def test_a_link_that_leads_nowhere_fails_the_build(link: str, leads: bool, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(f"# A page\n\n{link}\n", encoding="utf-8")
    config = tmp_path / "mkdocs.yml"
    config.write_text(
        f"INHERIT: {ROOT / 'mkdocs.yml'}\ndocs_dir: docs\nnav: [index.md]\ntheme: {{name: mkdocs}}\nplugins: []\n",
        encoding="utf-8",
    )
    built = build(config, tmp_path / "site")
    assert (built.returncode == 0) == leads, built.stderr
    assert ("WARNING" in built.stderr) != leads
