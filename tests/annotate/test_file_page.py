"""The page in a file, in a real browser without any server, and the way of its votes into the study."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from study_tools import make_pair

from codefavor.annotate.answers import cast_votes
from codefavor.annotate.store import Store, sole_server
from codefavor.jsonl import write_records
from loopback.runs import Ended, codefavor

HOSTILE = 'def number():\n    return "</script><script>document.title=2</script><img src=http://127.0.0.1:9/x>"\n'


class Study:
    """A study of eight tasks, with a page for Ada."""

    def __init__(self, folder: Path) -> None:
        self.pairs, self.store, self.page = folder / "pairs.jsonl", folder / "votes.db", folder / "ada.html"
        write_records(self.pairs, (make_pair(number, chosen=f"{HOSTILE}x = {number}\n") for number in range(8)))
        self.made = self.make("Ada  Łove", self.page)

    def make(self, annotator: str, out: Path, *options: str) -> Ended:
        given = ("--pairs", self.pairs, "--store", self.store, "--annotator", annotator, "--out", out)
        return codefavor("annotate", "page", *given, "--check-rate", "0.3", "--seed", 4, *options)

    def take(self, file: Path) -> Ended:
        return codefavor("annotate", "import", file, "--store", self.store)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path)


@pytest.fixture
def page(browser: Browser, study: Study) -> Iterator[Page]:
    context = browser.new_context()
    context.set_default_timeout(60_000)
    opened = context.new_page()
    told: list[str] = []
    opened.on("pageerror", lambda error: told.append(str(error)))
    opened.on("console", lambda each: told.append(each.text))
    opened.on("request", lambda each: None if each.url.startswith(("file:", "blob:")) else told.append(each.url))
    opened.goto(study.page.as_uri())
    opened.wait_for_selector("#title-A")
    yield opened
    assert told == [] and opened.title() == "Which code is better?"
    context.close()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def save(page: Page, to: Path) -> list[dict[str, Any]]:
    with page.expect_download() as download:
        page.click("#save")
    assert download.value.suggested_filename == "votes-Ada-Łove.jsonl"
    download.value.save_as(to)
    return [json.loads(line) for line in to.read_text(encoding="utf-8").splitlines()]


def test_votes_by_keyboard_are_saved_resumed_and_taken_into_the_study(page: Page, study: Study, tmp_path: Path) -> None:
    assert page.is_disabled("#save")
    first = page.inner_text("#instruction-title + p")
    press(page, "Enter")
    assert "Choose A, B or a tie first" in page.inner_text("#notice")
    press(page, "b", "3", "n")
    page.keyboard.type("said </script>")
    expect(page.locator("#timer")).to_have_text(re.compile("0:0[1-9]|0:[1-5][0-9]|[1-9]:"))
    press(page, "Escape", "Enter")
    expect(page.locator("#progress-text")).to_contain_text("· 1 by you")
    press(page, "u")
    assert page.inner_text("#instruction-title + p") == first
    assert page.is_checked("input[value=B]") and page.input_value("#note") == "said </script>"
    press(page, "a", "Enter", "s", "t", "1")
    page.reload()
    page.wait_for_selector("#title-A")
    assert page.is_checked("input[value=tie]"), "the draft is gone"
    press(page, "Enter")
    rows = save(page, tmp_path / "first.jsonl")
    assert [row["kind"] for row in rows] == ["B", "undo", "A", "skip", "tie"]
    assert rows[0]["note"] == "said </script>" and rows[2]["seconds"] >= rows[0]["seconds"] >= 1
    while page.is_enabled("#send"):
        press(page, "a", "2", "Enter")
    assert "Save the votes and send the file back" in page.inner_text("#task")
    whole = save(page, tmp_path / "whole.jsonl")
    assert whole[:5] == rows
    for file, fresh in (("first", 5), ("whole", len(whole) - 5), ("whole", 0)):
        taken = study.take(tmp_path / f"{file}.jsonl")
        assert taken.returncode == 0, taken.stderr
        assert f"{fresh} new answers of Ada Łove" in taken.stdout
    store = Store.open(study.store)
    tasks = {task.id: task for task in store.tasks()}
    votes = cast_votes(tasks, store.assignments(), store.answers())
    store.close()
    assert len([vote for vote in votes if not vote.task.check]) + 1 >= 8
    shown = {vote.vote.comparison for vote in votes}
    assert shown == {
        tasks[row["task"]].shown(row["swapped"]).digest() for row in whole if row["kind"] not in ("skip", "undo")
    }
    analysed = codefavor("annotate", "analyse", "--store", study.store, "--json")
    assert [each["name"] for each in json.loads(analysed.stdout)["annotators"]] == ["Ada Łove"]


def test_a_page_tells_no_answer_and_differs_between_annotators_only_in_the_draw(study: Study, tmp_path: Path) -> None:
    again = study.make("Ada Łove", tmp_path / "again.html")
    other = study.make("Bob", tmp_path / "bob.html")
    assert (again.returncode, other.returncode) == (0, 0)
    ada, bob = (held(path) for path in (study.page, tmp_path / "bob.html"))
    assert held(tmp_path / "again.html") == ada
    assert {task["id"] for task in ada["tasks"]} >= {task["id"] for task in bob["tasks"] if task["id"] in ids(study)}
    assert [task["id"] for task in ada["tasks"]] != [task["id"] for task in bob["tasks"]]
    assert len({task["swapped"] for task in (*ada["tasks"], *bob["tasks"])}) == 2
    assert {key for task in ada["tasks"] for key in task} == {"id", "swapped", "html"}
    assert "label" not in json.dumps(ada["tasks"][0]).replace("aria-label", "")


def held(path: Path) -> dict[str, Any]:
    (found,) = re.findall(r'id="held">(.*)</script>', path.read_text(encoding="utf-8"))
    content: dict[str, Any] = json.loads(found)
    return content


def ids(study: Study) -> set[str]:
    store = Store.open(study.store)
    try:
        return {task.id for task in store.tasks() if not task.check}
    finally:
        store.close()


def line(study: Study, number: int, /, **changed: object) -> dict[str, Any]:
    content = held(study.page)
    task = content["tasks"][number]
    told = {"study": content["study"], "annotator": content["annotator"], "swapped": task["swapped"]}
    answer = {"key": f"key-{number:08}", "task": task["id"], "kind": "A", "confidence": "high", "seconds": 9.5}
    return {**told, **answer, "note": None, "at": "2026-01-01T00:00:00.000Z", **changed}


BAD: list[tuple[Callable[[Study], list[dict[str, Any]]], str]] = [
    (lambda s: [line(s, 0), line(s, 1, study="0" * 16)], "line 2: study: of another study"),
    (lambda s: [line(s, 0, swapped=not line(s, 0)["swapped"])], "line 1: task: not given to this annotator in this"),
    (lambda s: [line(s, 0, task="unknown")], "line 1: task: not given"),
    (lambda s: [line(s, 0), line(s, 1, annotator="Eve")], "line 2: annotator: Ada Łove alone"),
    (
        lambda s: [line(s, 0), line(s, 1), line(s, 0, key="key-again", kind="undo", confidence=None)],
        "line 3: kind: only",
    ),
    (lambda s: [line(s, 0), line(s, 1, key="key-00000000")], "line 2: key: stands on an earlier line"),
    (lambda s: [line(s, 0, at="2999-01-01T00:00:00Z")], "line 1: at: a time in the past"),
    (lambda s: [line(s, 0, at="2026-01-01T00:00:00")], "line 1: at: a time in the past with its zone"),
    (lambda s: [line(s, 0, confidence=None)], "line 1: record: a vote has a confidence"),
    (lambda s: [line(s, 0, label="A")], "line 1: label: Extra inputs"),
    (lambda s: [line(s, 0, seconds=-1)], "line 1: seconds"),
    (lambda s: [], "no votes in it"),
]


@pytest.mark.parametrize(("rows", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_a_file_that_the_page_cannot_have_written_is_refused_whole(
    study: Study, tmp_path: Path, rows: Callable[[Study], list[dict[str, Any]]], reason: str
) -> None:
    file = tmp_path / "votes.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows(study)), encoding="utf-8")
    refused = study.take(file)
    assert refused.returncode == 2 and refused.stderr.count("\n") == 1 and reason in refused.stderr
    store = Store.open(study.store)
    assert store.answers() == [] and store.assignments() == []
    store.close()


def test_pages_and_votes_go_with_their_study_alone(study: Study, tmp_path: Path) -> None:
    assert study.made.returncode == 0 and "8 tasks for Ada Łove" in study.made.stdout
    other = study.make("Bob", tmp_path / "bob.html", "--keep-comments")
    assert (
        other.returncode == 2
        and "was begun with other settings (comments, tasks); choose another --store" in other.stderr
    )
    assert not (tmp_path / "bob.html").exists()
    assert study.make("\t", tmp_path / "nobody.html").returncode == 2
    file = tmp_path / "votes.jsonl"
    file.write_text(json.dumps(line(study, 0)) + "\n", encoding="utf-8")
    with sole_server(study.store):
        served = study.take(file)
    assert served.returncode == 2 and "another server has this study open" in served.stderr
