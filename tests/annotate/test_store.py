import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from study_tools import NOW, make_answer, make_task

from codefavor.annotate.answers import Assignment, cast_votes
from codefavor.annotate.store import Store, sole_server
from codefavor.annotate.study import StudySettings
from codefavor.errors import DataError, UserError

TASKS = tuple(make_task(number) for number in range(3))
GIVEN = Assignment(annotator="ada", task="task1", swapped=True, at=NOW)


def begun(path: Path) -> Store:
    return Store.begin(path, StudySettings(), TASKS)


def test_what_is_appended_is_there_when_opened_again(tmp_path: Path) -> None:
    store = begun(tmp_path / "votes.db")
    answer = make_answer("ada", "task1", "A", 1)
    store.append([GIVEN, answer])
    store.append([GIVEN, answer])
    store.close()
    again = begun(tmp_path / "votes.db")
    assert (again.tasks(), again.assignments(), again.answers()) == (TASKS, [GIVEN], [answer])
    again.close()


def test_a_vote_is_said_of_the_tasks_own_order_and_an_undo_takes_it_back(tmp_path: Path) -> None:
    tasks = {task.id: task for task in TASKS}
    answers = [make_answer("ada", "task1", "A", 1), make_answer("ada", "task1", "tie", 2)]
    (cast,) = cast_votes(tasks, [GIVEN], answers[:1])
    assert cast.choice == "B" and cast.vote.comparison == TASKS[1].comparison.swapped().digest()
    (cast,) = cast_votes(tasks, [GIVEN], answers)
    assert cast.choice == "tie"
    assert cast_votes(tasks, [GIVEN], [*answers, make_answer("ada", "task1", "undo", 3)]) == []
    assert cast_votes(tasks, [GIVEN], [make_answer("ada", "task1", "skip", 3)]) == []


@pytest.mark.parametrize("statement", ["DELETE FROM answers", "UPDATE answers SET record = '{}'"])
def test_the_log_is_append_only(tmp_path: Path, statement: str) -> None:
    store = begun(tmp_path / "votes.db")
    store.append([GIVEN, make_answer("ada", "task1", "A", 1)])
    store.close()
    connection = sqlite3.connect(tmp_path / "votes.db")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    connection.close()


def test_another_study_is_refused(tmp_path: Path) -> None:
    begun(tmp_path / "votes.db").close()
    with pytest.raises(UserError, match=r"other settings \(votes per task, tasks\); choose another --store"):
        Store.begin(tmp_path / "votes.db", StudySettings(votes_per_task=5), TASKS[:2])


@pytest.mark.parametrize("same", [True, False])
def test_two_that_begin_a_study_at_once_agree_or_one_is_refused(tmp_path: Path, same: bool) -> None:
    start = Barrier(6)

    def begin(count: int) -> str:
        start.wait()
        try:
            Store.begin(tmp_path / "votes.db", StudySettings(), TASKS[: 3 if same else count]).close()
        except UserError as error:
            return str(error)
        return "begun"

    with ThreadPoolExecutor(6) as threads:
        replies = list(threads.map(begin, [1, 2, 3] * 2))
    assert replies.count("begun") == (6 if same else 2), replies
    assert all("other settings (tasks); choose another --store" in reply for reply in replies if reply != "begun")


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "votes.db")
    connection.execute("CREATE TABLE songs (name TEXT)")
    connection.close()
    with pytest.raises(DataError, match="not a study of codefavor"):
        begun(tmp_path / "votes.db")


def test_what_is_no_study_is_refused(tmp_path: Path) -> None:
    (tmp_path / "votes.db").write_text("hello, hello, this is no database at all")
    with pytest.raises(DataError, match="not a study"):
        begun(tmp_path / "votes.db")
    with pytest.raises(DataError, match="no such study"):
        Store.open(tmp_path / "absent.db")


def test_only_one_server_serves_a_study(tmp_path: Path) -> None:
    with sole_server(tmp_path / "votes.db"):
        with pytest.raises(UserError, match="another server"), sole_server(tmp_path / "votes.db"):
            pass
    with sole_server(tmp_path / "votes.db"):
        pass
