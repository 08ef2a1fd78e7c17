"""Hostile code in evidence requests: the server stays alive, answers, and keeps answering others."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from serve_tools import QUESTION, Server, serving

from waiting import wait_until

HEAD = "def add(a, b):\n"
HOSTILE = {
    "fork bomb": "import os\nwhile True: os.fork()\n",
    "forks when called": HEAD + "    import os\n    while True: os.fork()\n",
    "output without end": "while True: print('x' * 1000000)\n",
    "exit": "import sys\nsys.exit(3)\n",
    "hard exit": HEAD + "    import os\n    os._exit(0)\n",
    "abort": HEAD + "    import os\n    os.abort()\n",
    "kills its group": HEAD + "    import os\n    os.killpg(0, 9)\n",
    "memory": HEAD + "    return [0] * 10 ** 10\n",
    "recursion": HEAD + "    return add(a, b)\n",
    "threads": HEAD + "    import threading\n    while True: threading.Thread(target=add, args=(a, b)).start()\n",
    "deep nesting": "x = " + "[" * 5_000 + "]" * 5_000,
    "deep calls": HEAD + "    return " + "(" * 150 + "a + b" + ")" * 150,
    "a chain": "x = a" + ".b" * 20_000,
    "minus signs": "x = " + "-" * 50_000 + "1",
    "additions": "x = " + "1+" * 20_000 + "1",
    "parentheses": "(" * 190_000,
    "null bytes": "x = 1\x00\x00def add(a, b): pass",
    "surrogates returned": HEAD + "    return '\\ud800' * 100\n",
    "surrogates raised": HEAD + "    raise ValueError('\\udfff')\n",
    "a lying object": HEAD + "    class T:\n        def __eq__(self, o): return True\n    return T()\n",
    "a long integer": HEAD + "    return 10 ** 100000\n",
    "not a number": HEAD + "    return float('nan')\n",
    "text direction": "# \u202e\u0000\n" + HEAD + "    return a + b\n",
    "carriage returns": "\r\r\n\x0c\x0b\x85\u2028" + HEAD + "    return 1\n",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--judge", "evidence", "--max-seconds", "170") as started:
        started.client.timeout = 180
        yield started


@pytest.mark.slow
def test_hostile_code_is_answered_and_harms_nobody(server: Server) -> None:
    asked = [(name, criterion) for name in HOSTILE for criterion in ("correctness", "security", "efficiency")]

    def ask(case: tuple[str, str]) -> tuple[str, str, int, str | None]:
        name, criterion = case
        response = server.compare(code_a=HOSTILE[name], criterion=criterion)
        return name, criterion, response.status_code, response.json().get("choice", response.text)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, asked))
    assert [answer for answer in answers if answer[2] != 200] == []
    assert [answer for answer in answers if answer[1] == "correctness" and answer[3] == "A"] == []
    assert server.compare().json()["choice"] == "B"
    most = (os.cpu_count() or 1) + 1
    wait_until(lambda: children(server.pid) <= most, "that only the server and the mothers of its sandbox are left")


def test_hostile_code_in_the_playground_is_only_shown(server: Server) -> None:
    code = HEAD + "    return '</code><script>alert(1)</script>\\ud800\u202e'\n"
    response = server.client.post("/playground", json={**QUESTION, "code_a": code, "comments": "kept"})
    assert response.status_code == 200
    assert "<script" not in response.text and "&lt;script&gt;" in response.text and "\u202e" not in response.text


@pytest.mark.parametrize(
    "code", ["(" * 1_100_000, "\ud800", "x" * 200_001], ids=["a megabyte of parentheses", "lone surrogate", "long"]
)
def test_what_is_too_much_is_refused(server: Server, code: str) -> None:
    content = json.dumps({**QUESTION, "code_a": code})
    response = server.client.post("/v1/compare", content=content, headers={"Content-Type": "application/json"})
    assert response.status_code in (413, 422) and response.json()["detail"]
    assert server.client.get("/health").status_code == 200


def children(pid: int) -> int:
    """Return how many processes there are under `pid` (Linux)."""
    return sum(f"/{pid}/" in str(path) or _has_parent(path, pid) for path in Path("/proc").glob("[0-9]*/stat"))


def _has_parent(path: Path, pid: int) -> bool:
    try:
        return int(path.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[1]) == pid
    except (OSError, IndexError):
        return False
