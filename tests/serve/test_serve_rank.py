"""Ranking over HTTP: the library's own answer, the shape that reranking clients expect, an end for those who left."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from serve_tools import QUESTION, Server, serving

from codefavor.judges.load import load_judge
from codefavor.ranking.tournament import rank
from codefavor.serve.rank_messages import RankAnswer, RankRequest
from waiting import wait_until

CANDIDATES = [f"x = {'1' * length}" for length in (5, 2, 9, 1, 7)]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--judge", "shorter") as started:
        yield started


def post(server: Server, path: str, body: dict[str, Any]) -> dict[str, Any]:
    response = server.client.post(path, json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_a_ranking_is_the_librarys_own(server: Server) -> None:
    request = RankRequest(instruction="", candidates=tuple(CANDIDATES))
    own = RankAnswer.from_ranking(rank(load_judge("shorter"), request.task(), request.settings()).ranking)
    answers = [post(server, "/v1/rank", request.model_dump(mode="json")) for _ in range(2)]
    assert [RankAnswer.model_validate(answer) for answer in answers] == [own, own]
    assert own.winner == 3


def test_rankings_at_once_do_not_mix(server: Server) -> None:
    def winner(number: int) -> int:
        turned = CANDIDATES[number % 5 :] + CANDIDATES[: number % 5]
        best: int = post(server, "/v1/rank", {"instruction": "", "candidates": turned})["winner"]
        return best

    with ThreadPoolExecutor(10) as threads:
        assert list(threads.map(winner, range(20))) == [(3 - number) % 5 for number in range(20)]


@pytest.mark.parametrize("extra", [{}, {"model": "any", "max_chunks_per_doc": 3, "return_documents": True}])
def test_reranking_has_the_usual_shape(server: Server, extra: dict[str, Any]) -> None:
    documents = [{"text": CANDIDATES[0]}, *CANDIDATES[1:]]
    answer = post(server, "/v1/rerank", {"query": "a number", "documents": documents, "top_n": 3, **extra})
    assert [result["index"] for result in answer["results"]] == [3, 1, 0]
    scores = [result["relevance_score"] for result in answer["results"]]
    assert scores == sorted(scores, reverse=True) and 0.5 < scores[0] <= 1
    texts = [result.get("document") for result in answer["results"]]
    assert texts == ([{"text": CANDIDATES[index]} for index in (3, 1, 0)] if extra else [None] * 3)


@pytest.mark.parametrize("candidates", [["x"], ["x", "x", "x"], ["", "x"], [" ", "\x00"], ["x"] * 64])
def test_odd_sets_are_ranked(server: Server, candidates: list[str]) -> None:
    answer = post(server, "/v1/rank", {"instruction": "", "candidates": candidates})
    assert sorted(each["candidate"] for each in answer["ranked"]) == list(range(len(candidates)))


@pytest.mark.parametrize(
    "body",
    [
        {"instruction": "", "candidates": []},
        {"instruction": "", "candidates": ["x"] * 65},
        {"instruction": "", "candidates": ["x", 3]},
        {"instruction": "", "candidates": ["x", "y"], "delta": 0.5},
    ],
)
def test_what_cannot_be_ranked_is_refused(server: Server, body: dict[str, Any]) -> None:
    response = server.client.post("/v1/rank", json=body)
    assert response.status_code == 422 and response.json()["detail"]


def test_who_leaves_a_ranking_ends_it() -> None:
    # Sleep takes as long on every machine; all comparisons in a row would take much more than the second below.
    endless = [f"import time\ntime.sleep(1)\ndef add(a, b): return {number}\n" for number in range(12)]
    with serving("--judge", "evidence") as server:
        with pytest.raises(httpx2.TimeoutException):
            body = {"instruction": QUESTION["instruction"], "candidates": endless}
            httpx2.post(f"{server.address}v1/rank", json=body, timeout=1)
        wait_until(lambda: server.client.get("/health").json()["waiting"] == 0, "an empty queue")
        assert server.compare().json()["choice"] == "B"
