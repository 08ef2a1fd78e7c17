"""The commands around a study, each in a process of its own, on a store that a study left behind."""

import json
from pathlib import Path

import pytest
from study_tools import NOW, make_answer, write_study

from codefavor.annotate.answers import AnswerKind, Assignment
from codefavor.annotate.store import Store
from codefavor.annotate.study import StudySettings, load_study
from codefavor.bench.bench_judge import read_result
from codefavor.jsonl import read_records
from codefavor.pairs.comparison import Side, other_side
from codefavor.pairs.vote import Vote
from command_runs import run as codefavor
from criterion_doors import MEANS_NO_ASPECT, MEANS_SECURITY

PEOPLE = ("ada", "ben", "cyd")


@pytest.fixture
def study(tmp_path: Path) -> tuple[Path, Path]:
    """Four tasks voted on by three people, each of whom saw every second task exchanged.

    Everybody is right about the first three; of the last, ada and ben prefer the worse code and cyd sees a tie.
    """
    pairs, path = write_study(tmp_path, 4), tmp_path / "votes.db"
    settings = StudySettings(seed=0)
    tasks = load_study(pairs, settings, None)
    store = Store.begin(path, settings, tasks)
    number = 0
    for who, name in enumerate(PEOPLE):
        for place, task in enumerate(tasks):
            swapped = (who + place) % 2 == 1
            store.append([Assignment(annotator=name, task=task.id, swapped=swapped, at=NOW)])
            better: Side = other_side(task.label) if swapped else task.label
            kind: AnswerKind = better if task.check or place < 3 else "tie" if name == "cyd" else other_side(better)
            number += 1
            store.append([make_answer(name, task.id, kind, number)])
    store.close()
    return pairs, path


def test_exported_votes_leave_out_checks_and_people_who_are_left_out(study: tuple[Path, Path], tmp_path: Path) -> None:
    _, store = study
    ran = codefavor("annotate", "export", "--store", store, "--out", tmp_path / "votes.jsonl")
    assert ran.returncode == 0 and ran.stdout == f"{tmp_path / 'votes.jsonl'}: 12 votes\n", ran.stderr
    ran = codefavor("annotate", "export", "--store", store, "--out", tmp_path / "two.jsonl", "--without", "ben")
    assert {vote.annotator for vote in read_records(tmp_path / "two.jsonl", Vote)} == {"ada", "cyd"}
    ran = codefavor("annotate", "export", "--store", store, "--out", tmp_path / "no.jsonl", "--without", "nobody")
    assert ran.returncode == 2 and "nobody called nobody has voted" in ran.stderr
    assert not (tmp_path / "no.jsonl").exists()


def test_analysis_says_what_the_votes_say(study: tuple[Path, Path]) -> None:
    _, store = study
    ran = codefavor("annotate", "analyse", "--store", store, "--wage", "30", "--json")
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)["overall"]
    assert (told["tasks"], told["votes"], told["solved"]["value"]) == (4, 12, 0.75)
    assert told["ties"] == pytest.approx(1 / 12)
    # Three minutes of a task's three people at half a dollar a minute.
    assert told["minutes_per_task"] == 3 and told["dollars_per_task"] == 1.5
    shown = codefavor("annotate", "analyse", "--store", store)
    assert shown.returncode == 0 and "75.0" in shown.stdout and all(name in shown.stdout for name in PEOPLE)


def test_a_file_that_is_no_study_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a study", encoding="utf-8")
    for arguments in (("export", "--out", tmp_path / "votes.jsonl"), ("analyse",)):
        ran = codefavor("annotate", *arguments, "--store", path)
        assert (ran.returncode, ran.stdout) == (2, "") and "not a study" in ran.stderr
    assert path.read_text(encoding="utf-8") == "not a study"


def test_people_are_a_judge_like_any_other(study: tuple[Path, Path], tmp_path: Path) -> None:
    pairs, store = study
    votes = tmp_path / "votes.jsonl"
    assert codefavor("annotate", "export", "--store", store, "--out", votes).returncode == 0
    for judge, out in ((f"votes:{votes}", "people"), ("shorter", "shorter")):
        ran = codefavor("bench", "run", "--judge", judge, "--data", pairs, "--out", tmp_path / out)
        assert ran.returncode == 0, ran.stderr
    people = read_result(tmp_path / "people").aspects["correctness"]
    assert (people.tasks, people.accuracy, people.undecided) == (4, 0.75, 0)
    assert people.cost.seconds == 180 and people.cost.dollars == pytest.approx(0.8)
    report = tmp_path / "report"
    ran = codefavor(
        "report", tmp_path / "people", tmp_path / "shorter", "--out", f"{report}.html", "--csv", f"{report}.csv"
    )
    assert ran.returncode == 0, ran.stderr
    assert "people" in (tmp_path / "report.csv").read_text(encoding="utf-8")


def test_a_study_is_held_by_a_named_criterion_or_by_words_and_its_checks_ask_the_same(tmp_path: Path) -> None:
    pairs = write_study(tmp_path, 2)
    for words, aspect in ((MEANS_SECURITY[1], "security"), (MEANS_SECURITY[2], "security"), (MEANS_NO_ASPECT, None)):
        tasks = load_study(pairs, StudySettings(criterion=words), None)
        assert {task.comparison.criterion.aspect for task in tasks} == {aspect}
        texts = {task.comparison.criterion.text for task in tasks}
        assert len(texts) == 1 and any(task.check for task in tasks) == (aspect is not None)
        assert texts == {words} or words == MEANS_SECURITY[1]
    ran = codefavor("annotate", "--pairs", pairs, "--store", tmp_path / "votes.db", "--criterion", " ")
    assert ran.returncode == 2 and "criterion is empty" in ran.stderr
