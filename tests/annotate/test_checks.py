"""Attention checks: only where their answer is beyond doubt."""

from datetime import UTC, datetime
from pathlib import Path

from codefavor.annotate.checks import builtin_checks
from codefavor.annotate.queue import Queue
from codefavor.annotate.study import StudySettings, lacks_checks, load_study
from codefavor.jsonl import write_records
from codefavor.pairs.criterion import Aspect, Criterion, criterion_for
from codefavor.pairs.pair import PreferencePair, Provenance


def write_pair(path: Path, criterion: Criterion, chosen: str = "a = 1") -> Path:
    provenance = Provenance(method="test", source="own", source_id="1")
    pair = PreferencePair(
        instruction="One.", criterion=criterion, chosen=chosen, rejected="b = 1", provenance=provenance
    )
    write_records(path, [pair])
    return path


def test_every_aspect_has_checks_by_its_own_criterion() -> None:
    for aspect in Aspect:
        checks = builtin_checks(criterion_for(aspect))
        assert checks and {check.comparison.criterion.aspect for check in checks} == {aspect}


def test_a_criterion_in_words_gets_no_checks_of_another(tmp_path: Path) -> None:
    settings = StudySettings(check_rate=0.5, criterion="Reads like prose.")
    pairs = write_pair(tmp_path / "pairs.jsonl", criterion_for(Aspect.CORRECTNESS))
    tasks = load_study(pairs, settings, None)
    assert [task.check for task in tasks] == [False] and lacks_checks(settings, tasks)
    assignment = Queue(settings, tasks, [], []).next_for("ada", datetime(2026, 1, 1, tzinfo=UTC))
    assert assignment is not None and assignment.task == tasks[0].id
    assert not lacks_checks(StudySettings(check_rate=0, criterion="Reads like prose."), tasks)


def test_checks_of_ones_own_serve_a_criterion_in_words(tmp_path: Path) -> None:
    words = Criterion(text="Reads like prose.")
    own = write_pair(tmp_path / "checks.jsonl", words, "c = 1")
    pairs = write_pair(tmp_path / "pairs.jsonl", Criterion(text="Is short."))
    settings = StudySettings(criterion=words.text)
    tasks = load_study(pairs, settings, own)
    assert [task.check for task in tasks] == [False, True]
    assert tasks[1].comparison.criterion == words and not lacks_checks(settings, tasks)
