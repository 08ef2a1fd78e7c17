"""The server as a process of its own, over loopback: answers, refusals, limits, and how it ends."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx2
import pytest
from serve_tools import QUESTION, Server, serving

from codefavor.judges.both_orders import BothOrders
from codefavor.judges.load import load_judge
from codefavor.languages.registry import BUILT_IN
from codefavor.pairs.presentation import present
from codefavor.sandbox.native.probe import best_layers
from codefavor.serve.messages import CompareAnswer, CompareRequest
from criterion_doors import INSTRUCTION, MEANS_NO_ASPECT, MEANS_SECURITY, NO_ASPECT, OPEN, SAFE
from waiting import wait_until

TOKEN = "a-secret-word"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--judge", "shorter", "--max-body", "100000") as started:
        yield started


def test_an_answer_is_the_judges_own(server: Server) -> None:
    request = CompareRequest(**QUESTION)
    (own,) = BothOrders(load_judge("shorter")).judge([present(request.comparison(), "stripped").comparison])
    response = server.compare()
    assert response.status_code == 200
    assert CompareAnswer.model_validate(response.json()) == CompareAnswer.of(own)
    assert response.json()["choice"] is None  # without the comment, both are of one length
    assert server.compare(comments="kept").json()["choice"] == "A"


def test_concurrent_clients_each_get_their_own_answer(server: Server) -> None:
    def ask(number: int) -> str:
        longer = {"code_b": "x = 1111"} if number % 2 else {"code_a": "x = 1111"}
        choice: str = server.compare(**{"code_a": "x = 1", "code_b": "x = 1", **longer}).json()["choice"]
        return choice

    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(ask, range(200))) == ["B", "A"] * 100


def test_a_language_has_any_of_its_names_and_an_unknown_one_is_refused(server: Server) -> None:
    assert server.compare(language="JS").status_code == 200
    ranked = {"instruction": "", "candidates": ["x", "y"]}
    reranked = {"query": "", "documents": ["x", "y"]}
    for path, body in (("/v1/compare", QUESTION), ("/v1/rank", ranked), ("/v1/rerank", reranked)):
        assert server.client.post(path, json={**body, "language": "C++"}).status_code == 200
        refused = server.client.post(path, json={**body, "language": "klingon"})
        assert refused.status_code == 422 and "no language is called 'klingon'" in refused.json()["detail"]
    schemas = server.client.get("/openapi.json").json()["components"]["schemas"]
    for name in ("CompareRequest", "RankRequest", "RerankRequest"):
        described = schemas[name]["properties"]["language"]["description"]
        assert all(language.name in described for language in BUILT_IN)


def test_criteria_in_words_are_judged_as_what_they_mean() -> None:
    codes = {"instruction": INSTRUCTION, "code_a": OPEN, "code_b": SAFE}
    with serving("--judge", "evidence") as server:
        for words in MEANS_SECURITY:
            assert server.compare(**codes, criterion=words).json()["choice"] == "B"
            ranked = {"instruction": INSTRUCTION, "candidates": [OPEN, SAFE], "criterion": words}
            assert server.client.post("/v1/rank", json=ranked).json()["winner"] == 1
        undecided = server.compare(**codes, criterion=MEANS_NO_ASPECT).json()
        assert (undecided["choice"], undecided["undecided"]) == (None, NO_ASPECT)
        other = server.compare(language="ruby").json()
        assert other["choice"] is None and "Ruby is not run yet" in other["undecided"]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ("{", 422, "JSON"),
        ("[]", 422, "body"),
        ('"text"', 422, "body"),
        ('{"instruction": 3}', 422, "body.instruction"),
        ("[" * 90_000, 400, "parsing"),
        ('{"a": 1' + "0" * 5_000 + "}", 422, "JSON"),
        ('{"instruction": "\\ud800", "code_a": "", "code_b": ""}', 422, "unicode"),
        ('{"instruction": "", "code_a": "", "code_b": "", "\\ud800": 1}', 422, "unicode"),
        ('{"instruction": "", "code_a": "", "code_b": "", "more": NaN}', 422, "more"),
        (b"\xff\xfe\x00", 400, "parsing"),
    ],
)
def test_what_is_no_request_is_refused_with_a_sentence(
    server: Server, body: str | bytes, status: int, words: str
) -> None:
    response = server.client.post("/v1/compare", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code in (status, 400, 422), response.text
    assert response.status_code < 500 and set(response.json()) == {"detail"}
    assert words in response.json()["detail"] or response.status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_foreign_sites_are_refused(server: Server, headers: dict[str, str], status: int) -> None:
    request = server.client.build_request("POST", "/v1/compare", content=b"{}", headers=headers)
    response = server.client.send(request)
    assert response.status_code == status and response.json()["detail"]
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("length", ["100001", "9" * 19])
def test_a_large_body_is_refused_before_it_is_read(server: Server, length: str) -> None:
    address = urlsplit(server.address)
    with socket.create_connection(("127.0.0.1", address.port or 0), 10) as connection:
        head = f"POST /v1/compare HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_body_without_a_length_is_cut_off(server: Server) -> None:
    parts = (b" " * 10_000 for _ in range(20))
    response = server.client.post("/v1/compare", content=parts, headers={"Content-Type": "application/json"})
    assert response.status_code == 413


def test_long_candidates_are_refused(server: Server) -> None:
    with serving("--judge", "shorter") as other:
        assert other.compare(code_a="x" * 200_001).status_code == 422
        assert other.compare(code_a="x" * 200_000).json()["choice"] == "B"


def test_metrics_count_what_happened(server: Server) -> None:
    server.compare(code_a="x", code_b="yy")
    server.client.get("/nowhere/at/all")
    text = server.client.get("/metrics").text
    assert 'codefavor_requests_total{path="/v1/compare",status="200"}' in text
    assert 'codefavor_requests_total{path="other",status="404"}' in text
    assert "codefavor_comparisons_waiting 0.0" in text and 'codefavor_verdicts_total{choice="A"}' in text


def test_the_token_is_asked_for() -> None:
    with serving("--judge", "shorter", environment={"CODEFAVOR_TOKEN": TOKEN}) as server:
        for wrong in ("", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer ä", "Bearer"):
            response = server.client.post("/v1/compare", json=QUESTION, headers=[(b"Authorization", wrong.encode())])
            assert response.status_code == 401 and response.headers["WWW-Authenticate"] == "Bearer"
        for path in ("/metrics", "/playground"):
            assert server.client.get(path).status_code == 401
        assert server.client.get("/health").status_code == 200
        right = {"Authorization": f"Bearer {TOKEN}"}
        assert server.client.post("/v1/compare", json=QUESTION, headers=right).status_code == 200
        assert server.client.get("/metrics", headers=right).status_code == 200
        assert TOKEN not in server.client.get("/").text


def test_other_machines_need_a_token() -> None:
    command = [sys.executable, "-m", "codefavor", "serve", "--judge", "shorter", "--host", "0.0.0.0", "--port", "0"]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert refused.returncode == 2 and refused.stdout == ""
    assert refused.stderr.count("\n") == 1 and "CODEFAVOR_TOKEN" in refused.stderr
    with serving("--judge", "shorter", "--host", "0.0.0.0", environment={"CODEFAVOR_TOKEN": TOKEN}) as server:
        address = f"http://127.0.0.1:{urlsplit(server.address).port}/v1/compare"
        headers = {"Authorization": f"Bearer {TOKEN}", "Host": "judge.example"}
        assert httpx2.post(address, json=QUESTION, headers=headers).status_code == 200


@pytest.mark.parametrize("options", [("--judge", "nobody"), ("--judge", "model:/nowhere"), ("--host", "no host")])
def test_what_cannot_be_served_is_refused_in_a_sentence(options: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "codefavor", "serve", "--port", "0", *options]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert refused.returncode == 2 and refused.stdout == ""
    assert refused.stderr.startswith("error: ") and refused.stderr.count("\n") == 1


def accepts(address: str) -> bool:
    try:
        socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), 60).close()
    except OSError:
        return False
    return True


def test_sigterm_finishes_what_is_accepted_and_takes_nothing_new() -> None:
    server = Server("--judge", "evidence")
    slow = {"code_a": "import time\ntime.sleep(2)\ndef add(a, b):\n    return a - b\n"}
    answers: list[httpx2.Response] = []
    asking = threading.Thread(target=lambda: answers.append(server.compare(**slow)))
    asking.start()
    with httpx2.Client(base_url=server.address, timeout=60) as watching:
        # This request and the one that is watched.
        wait_until(lambda: "codefavor_requests_active 2.0" in watching.get("/metrics").text, "a request under way")
    server.send(signal.SIGTERM)
    wait_until(lambda: not accepts(server.address), "a server that takes nothing new")
    asking.join(120)
    assert [answer.status_code for answer in answers] == [200]
    assert answers[0].json()["choice"] == "B"
    code, complaints = server.stop()
    assert code in (0, -signal.SIGTERM) and complaints == ""


@pytest.mark.skipif(not best_layers()[1].safe, reason="foreign code cannot be run natively here")
def test_a_late_answer_is_a_504_and_a_full_queue_a_429() -> None:
    # A native sleep takes as long on every machine: each is late, and all but two more than are judged at once are
    # refused.
    late = "import time\ntime.sleep(5)\ndef add(a, b):\n    return a + b\n"
    slow = {"code_a": late, "code_b": f"{late}\n"}
    count = (os.cpu_count() or 1) + 12
    with serving("--judge", "evidence", "--engine", "native", "--max-seconds", "3", "--max-waiting", "2") as server:
        with ThreadPoolExecutor(count) as threads:
            answers = list(threads.map(lambda _: server.compare(**slow), range(count)))
        statuses = {answer.status_code for answer in answers}
        assert statuses == {429, 504}
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert int(refused.headers["Retry-After"]) >= 1
        wait_until(lambda: server.client.get("/health").json()["waiting"] == 0, "an empty queue")
