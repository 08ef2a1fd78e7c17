from collections import Counter
from datetime import timedelta

from study_tools import NOW, make_answer, make_task

from codefavor.annotate.answers import AnswerKind, Assignment
from codefavor.annotate.queue import RESERVED, Queue
from codefavor.annotate.study import StudySettings

TASKS = [make_task(number) for number in range(20)] + [make_task(number, check=True) for number in range(4)]


def queue(rate: float = 0.0, assignments: list[Assignment] | None = None) -> Queue:
    return Queue(StudySettings(check_rate=rate), TASKS, assignments or [], [])


def given(study: Queue, annotator: str) -> Assignment | None:
    assignment = study.next_for(annotator, NOW)
    if assignment:
        study.give(assignment, NOW)
    return assignment


def work(study: Queue, annotators: list[str], kind: AnswerKind = "A") -> list[Assignment]:
    """Let the annotators answer in turns until nobody gets anything."""
    done: list[Assignment] = []
    waiting = list(annotators)
    while waiting:
        for name in list(waiting):
            assignment = given(study, name)
            if assignment is None:
                waiting.remove(name)
                continue
            study.take(make_answer(name, assignment.task, kind, len(done)))
            done.append(assignment)
    return done


def test_every_task_gets_its_votes_and_no_more() -> None:
    done = work(queue(), [f"annotator {number}" for number in range(7)])
    assert Counter(each.task for each in done) == {f"task{number}": 3 for number in range(20)}
    assert len({(each.annotator, each.task) for each in done}) == len(done)


def test_coverage_is_even_on_the_way() -> None:
    study = queue()
    votes: Counter[str] = Counter()
    for number in range(30):
        name = f"annotator {number % 5}"
        assignment = given(study, name)
        assert assignment
        study.take(make_answer(name, assignment.task, "B", number))
        votes[assignment.task] += 1
        assert max(votes.values()) - min(votes[f"task{place}"] for place in range(20)) <= 1


def test_annotators_at_once_get_different_tasks_until_all_are_open() -> None:
    study = queue()
    open_tasks = Counter(assignment.task for number in range(60) if (assignment := given(study, f"annotator {number}")))
    assert set(open_tasks.values()) == {3} and len(open_tasks) == 20
    assert given(study, "late") is None
    assert study.next_for("late", NOW + RESERVED + timedelta(seconds=1)) is not None


def test_a_skip_counts_for_nothing_and_is_not_shown_again() -> None:
    study = queue()
    done = work(study, ["one", "two"], "skip")
    assert len(done) == 40 and study.progress("one").study_votes == 0 and study.progress("one").answered == 0


def test_an_open_task_is_resumed_and_an_undone_one_comes_back_first() -> None:
    study = queue()
    first = given(study, "ada")
    assert first and study.next_for("ada", NOW) == first
    study.take(make_answer("ada", first.task, "A", 1, seconds=42))
    second = given(study, "ada")
    assert second and second.task != first.task
    assert study.progress("ada").study_votes == 1
    study.take(make_answer("ada", first.task, "undo", 2))
    assert study.next_for("ada", NOW) == first and study.last_answer("ada") is None
    assert study.progress("ada").study_votes == 0
    before = study.taken_back("ada", first.task)
    assert before and before.seconds == 42
    study.take(make_answer("ada", first.task, "B", 3))
    assert study.next_for("ada", NOW) == second


def test_orders_are_drawn_by_seed_and_balanced() -> None:
    names = [f"annotator {number}" for number in range(40)]
    first, second = (work(Queue(StudySettings(check_rate=0), TASKS, [], []), names) for _ in range(2))
    assert first == second
    swapped = [
        assignment.swapped
        for name in (f"annotator {number}" for number in range(400))
        if (assignment := queue().next_for(name, NOW))
    ]
    assert 0.4 < sum(swapped) / len(swapped) < 0.6


def test_checks_come_at_about_their_rate_and_each_once() -> None:
    names = [f"annotator {number}" for number in range(60)]
    firsts = [given(queue(0.3), name) for name in names]
    share = sum(each is not None and each.task.startswith("check") for each in firsts) / len(firsts)
    assert 0.15 < share < 0.45
    done = work(queue(0.5), ["ada"])
    assert len(done) == len({each.task for each in done}) and sum(each.task.startswith("check") for each in done) == 4
