"""The traces of docs/design: each diff applies to the source, touches what the page says, and adds what it shows."""

import json
import os
import re
import shutil
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

ROOT = Path(__file__).parents[2]
DIFFS = re.findall(r"^```diff\n(.*?)^```$", (ROOT / "docs/design/traces.md").read_text(encoding="utf-8"), re.M | re.S)
JUDGE, LANGUAGE, BENCHMARK = DIFFS


class PrefersA(BaseHTTPRequestHandler):
    """An endpoint that is posted a comparison and prefers the candidate that says "good"."""

    def do_POST(self) -> None:
        comparison = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = json.dumps({"choice": "A" if "good" in comparison["code_a"] else "B"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def apply(diff: str, folder: Path) -> dict[str, str]:
    """Apply a diff to a copy of the source in `folder`, and return an environment that uses it."""
    for name in ("src", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(["git", "apply", "-"], cwd=folder, input=diff, text=True, check=True)
    return {**os.environ, "PYTHONPATH": str(folder / "src")}


def run(environment: dict[str, str], *arguments: object) -> str:
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("diff", "added", "changed"),
    [
        (JUDGE, "src/codefavor/judges/http.py", {"src/codefavor/judges/registry.py", "docs/judges.md"}),
        (LANGUAGE, "src/codefavor/languages/lua.py", {"src/codefavor/languages/registry.py", "docs/languages.md"}),
        (BENCHMARK, "src/codefavor/bench/styles.py", {"src/codefavor/bench/registry.py", "docs/guides/bench.md"}),
    ],
    ids=["judge", "language", "benchmark"],
)
def test_a_trace_touches_one_new_file_one_registration_and_its_page(diff: str, added: str, changed: set[str]) -> None:
    assert set(re.findall(r"^diff --git a/(\S+)", diff, re.M)) == {added, *changed}
    assert diff.count("new file mode") == 1 and f"b/{added}\nnew file mode" in diff


def test_the_judge_of_the_trace_answers_at_the_command_line(tmp_path: Path) -> None:
    environment = apply(JUDGE, tmp_path)
    for name, code in (("a.py", "x = 'bad'"), ("b.py", "x = 'good'")):
        (tmp_path / name).write_text(code, encoding="utf-8")
    with HTTPServer(("127.0.0.1", 0), PrefersA) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        spec = f"http:http://127.0.0.1:{server.server_port}/"
        files = (tmp_path / "a.py", tmp_path / "b.py")
        options = ("--instruction", "Be good.", "--criterion", "idiomatic", "--judge", spec, "--json")
        answer = json.loads(run(environment, "-m", "codefavor", "compare", *files, *options))
        server.shutdown()
    assert (answer["choice"], answer["judge"]) == ("B", f"{spec} (both orders)")


def test_the_language_of_the_trace_is_known_everywhere(tmp_path: Path) -> None:
    environment = apply(LANGUAGE, tmp_path)
    code = """
from pathlib import PurePath
from codefavor.languages.registry import canonical_name, language_of_path
lua = language_of_path(PurePath("a.lua"))
print(canonical_name("LUAU"), lua.syntax.strip_comments("local x = 1 -- note").code)
"""
    assert run(environment, "-c", code) == "lua local x = 1\n"


def test_the_benchmark_of_the_trace_has_its_columns(tmp_path: Path) -> None:
    environment = apply(BENCHMARK, tmp_path)
    data, out = ROOT / "tests/plugin_example/data", tmp_path / "run"
    run(environment, "-m", "codefavor", "bench", "run", "--judge", "shorter", "--data", data, "--out", out)
    table, page = tmp_path / "table.md", tmp_path / "report.html"
    run(environment, "-m", "codefavor", "report", out, "--out", page, "--markdown", table)
    text = table.read_text(encoding="utf-8")
    assert "Readable" in text and "Idiomatic" in text and "Correctness" not in text
