import re
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from study_tools import Server, serving, write_study

from codefavor.annotate.auth import SessionAuth, read_annotators
from codefavor.annotate.store import Store
from codefavor.errors import CodeFavorError


class Annotator:
    """A browser without a screen."""

    def __init__(self, address: str, word: str) -> None:
        self._client = httpx2.Client(base_url=address, timeout=60)
        page = self._client.post("/enter", data={"who": word}, follow_redirects=True)
        token = re.search('data-form-token="([0-9a-f]+)"', page.text)
        self.let_in = token is not None
        self.headers = {"X-Codefavor-Form": token[1] if token else ""}

    def task(self) -> dict[str, Any]:
        state: dict[str, Any] = self._client.get("/api/task", headers=self.headers).raise_for_status().json()
        return state

    def send(self, **changes: Any) -> httpx2.Response:
        answer = {"key": str(uuid.uuid4()), "kind": "A", "confidence": "low", "seconds": 1.5, **changes}
        return self._client.post("/api/answer", json=answer, headers=self.headers)

    def post(self, **request: Any) -> httpx2.Response:
        return self._client.post("/api/answer", **request)

    def close(self) -> None:
        self._client.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("study")
    with serving(write_study(folder, 40), folder / "votes.db") as started:
        yield started


@pytest.fixture
def ada(server: Server) -> Iterator[Annotator]:
    annotator = Annotator(server.address, "ada")
    yield annotator
    annotator.close()


def test_an_answer_sent_twice_is_one_and_can_be_taken_back(ada: Annotator) -> None:
    before = ada.task()
    first, key, answered = before["task"]["id"], str(uuid.uuid4()), before["progress"]["answered"]
    for _ in range(3):
        state = ada.send(key=key, task=first).json()
        assert state["progress"]["answered"] == answered + 1 and state["task"]["id"] != first
        assert state["undo"] == first
    state = ada.send(kind="undo", confidence=None, task=first).json()
    assert state["task"]["id"] == first and state["task"]["seconds"] == 1.5
    assert state["task"]["before"] == {"kind": "A", "confidence": "low", "note": None}
    assert state["progress"]["answered"] == answered


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"kind": "C"}, 400),
        ({"confidence": None}, 400),
        ({"seconds": -1}, 400),
        ({"key": "x"}, 400),
        ({"annotator": "bob"}, 200),
        ({"task": "nothing"}, 409),
        ({"kind": "undo", "confidence": None, "task": "nothing"}, 409),
        ({"note": "x" * 4001}, 400),
        ({"note": "x" * 70_000}, 413),
    ],
)
def test_answers_are_checked(ada: Annotator, changes: dict[str, Any], status: int) -> None:
    task = ada.task()["task"]["id"]
    assert ada.send(**{"task": task, **changes}).status_code == status


def test_nobody_votes_in_anothers_name(server: Server, ada: Annotator) -> None:
    bob = Annotator(server.address, "bob")
    before = bob.task()["progress"]["answered"]
    ada.send(task=ada.task()["task"]["id"], annotator="bob")
    assert bob.task()["progress"]["answered"] == before
    ada.headers, kept = bob.headers, ada.headers
    assert ada.send(task="any").status_code == 403
    ada.headers = kept
    bob.close()


@pytest.mark.parametrize("body", [b"[]", b"{", b"null", b"[" * 60_000])
def test_bodies_that_are_no_objects_are_refused(ada: Annotator, body: bytes) -> None:
    headers = {**ada.headers, "Content-Type": "application/json"}
    assert ada.post(content=body, headers=headers).status_code == 400


def test_a_body_without_a_length_is_limited_too(ada: Annotator) -> None:
    headers = {**ada.headers, "Content-Type": "application/json"}
    assert ada.post(content=(b"x" * 1000 for _ in range(100)), headers=headers).status_code == 413


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "localhost.evil.example:80"}, 421),
        ({"Host": "[bad"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "localhost:9000"}, 200),
        ({}, 200),
    ],
)
def test_foreign_hosts_and_sites_are_refused(server: Server, headers: dict[str, str], status: int) -> None:
    response = httpx2.get(server.address, headers=headers)
    assert response.status_code == status


def test_a_form_of_another_site_gets_nowhere(ada: Annotator) -> None:
    assert ada.post(content=b"{}", headers={**ada.headers, "Content-Type": "text/plain"}).status_code == 415
    assert ada.post(json={}).status_code == 403


def test_strangers_see_the_sign_in_page_only(server: Server) -> None:
    for cookie in ("", "x", "616461.00", "zz.zz", "616461." + "é"):
        headers = {b"Cookie": f"codefavor-annotator={cookie}".encode()}
        assert httpx2.get(server.address + "api/task", headers=headers).status_code == 401
    page = httpx2.get(server.address)
    assert "Your name" in page.text and "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert httpx2.post(server.address + "enter", data={"who": "\u202e"}).status_code == 403


def test_no_answer_tells_which_side_is_right(ada: Annotator) -> None:
    state = ada.task()
    assert set(state["task"]) == {"id", "html", "seconds", "before"}
    assert not re.search("chosen|rejected|right", state["task"]["html"])


def test_with_a_list_only_tokens_open(tmp_path: Path) -> None:
    (tmp_path / "names").write_text("# staff\nada s3cret\nbob\n")
    names = read_annotators(tmp_path / "names")
    assert names == {"s3cret": "ada", "bob": "bob"}
    with serving(write_study(tmp_path, 3), tmp_path / "votes.db", "--annotators", str(tmp_path / "names")) as started:
        admitted = {word: Annotator(started.address, word) for word in ("ada", "s3cret", "bob", "")}
        assert [word for word, each in admitted.items() if each.let_in] == ["s3cret", "bob"]
        for each in admitted.values():
            each.close()
    auth = SessionAuth("secret", names)
    assert auth.name_of(auth.session("ada")) == "ada" and auth.name_of(auth.session("carol")) is None
    assert SessionAuth("other", names).name_of(auth.session("ada")) is None


@pytest.mark.parametrize("lines", ["a b c\n", "a\na\n", "a x\nb x\n", "# nobody\n"])
def test_lists_that_make_no_sense_are_refused(tmp_path: Path, lines: str) -> None:
    (tmp_path / "names").write_text(lines)
    with pytest.raises(CodeFavorError, match="names"):
        read_annotators(tmp_path / "names")


def test_no_acknowledged_vote_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    path = tmp_path / "votes.db"
    with serving(write_study(tmp_path, 200), path, "--check-rate", "0") as started:

        def vote(name: str) -> None:
            try:
                annotator = Annotator(started.address, name)
            except httpx2.TransportError:
                return
            try:
                task = annotator.task()["task"]
                while task:
                    key = str(uuid.uuid4())
                    response = annotator.send(key=key, task=task["id"])
                    if response.status_code == 200:
                        acknowledged.append(key)
                        task = response.json()["task"]
            except httpx2.TransportError:
                pass  # the server was killed
            finally:
                annotator.close()

        for round_number in range(3):
            threads = [threading.Thread(target=vote, args=(f"{round_number} {n}",)) for n in range(6)]
            for thread in threads:
                thread.start()
            enough = len(acknowledged) + 40
            while len(acknowledged) < enough and any(thread.is_alive() for thread in threads):
                threads[0].join(0.005)
            started.kill()
            for thread in threads:
                thread.join()
            started.start()
    store = Store.open(path)
    kept = [answer.key for answer in store.answers()]
    store.close()
    assert len(acknowledged) >= 120 and len(kept) == len(set(kept))
    assert set(acknowledged) <= set(kept)
