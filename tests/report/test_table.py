import pytest
from report_results import TASKS, make_result

from codefavor.bench.results import TaskVerdict
from codefavor.bench.scoring import score_run
from codefavor.pairs.comparison import Choice
from codefavor.pairs.verdict import Verdict
from codefavor.report.published import PublishedScore, load_published
from codefavor.report.table import by_data, make_accuracy_table


def test_the_published_rows_are_the_papers() -> None:
    rows = {row.name: row for row in load_published().rows}
    assert len(rows) == 23
    people = rows["3-developer majority"].scores
    assert people["correctness"].accuracy == pytest.approx(0.849) and people["security"].undecided == 0.74
    assert "human-preference" not in people
    assert max(row.scores["average"].accuracy for row in rows.values()) == pytest.approx(0.822)


def test_published_averages_agree_with_their_members() -> None:
    for row in load_published().rows:
        members = [row.scores[aspect].accuracy for aspect in ("correctness", "efficiency", "security")]
        assert row.scores["average"].accuracy == pytest.approx(sum(members) / 3, abs=0.0015), row.name


RELEASED_TASKS = {"correctness": 660, "efficiency": 352, "security": 207, "human-preference": 145}
PEOPLE = {"correctness": (498, 124, 38), "efficiency": (245, 37, 70), "security": (47, 153, 7)}
"""Answers of the majority that are right, tied and wrong, worked out from the printed shares (section 3.2)."""


@pytest.mark.parametrize("aspect", PEOPLE)
def test_the_published_row_of_people_reproduces_from_its_counts(aspect: str) -> None:
    right, ties, wrong = PEOPLE[aspect]
    answers: tuple[tuple[Choice, int], ...] = (("A", right), ("tie", ties), ("B", wrong))
    choices = [choice for choice, count in answers for _ in range(count)]
    verdicts = [Verdict(comparison=str(place), judge="people", choice=choice) for place, choice in enumerate(choices)]
    rows = [
        TaskVerdict(task=each.comparison, aspect=aspect, group=each.comparison, label="A", given=each)
        for each in verdicts
    ]
    assert len(rows) == RELEASED_TASKS[aspect]
    settings = make_result("people", order="given").settings
    figures = score_run(rows, TASKS, settings, make_result("people").manifest).aspects[aspect]
    printed = {row.name: row for row in load_published().rows}["3-developer majority"].scores[aspect]
    assert printed.undecided is not None
    assert figures.accuracy == pytest.approx(printed.accuracy, abs=0.0006)
    # The printed figure is half the share, rounded.
    assert figures.ties == pytest.approx(printed.undecided, abs=0.001)


OFF_BY_MORE_THAN_ROUNDING = {
    ("3-developer majority", "correctness"),
    ("Claude 3.5 Sonnet", "efficiency"),
    ("Gemma-2-27B", "security"),
}
"""Printed figures that no counts over all tasks give: cut off instead of rounded, or tasks were left out."""


def test_every_published_figure_is_a_count_of_answers_under_the_scoring_rule_but_for_three() -> None:
    off = {
        (row.name, aspect)
        for row in load_published().rows
        for aspect, printed in row.scores.items()
        if aspect != "average" and not _is_a_count(printed, RELEASED_TASKS[aspect])
    }
    assert off == OFF_BY_MORE_THAN_ROUNDING


def _is_a_count(printed: PublishedScore, tasks: int) -> bool:
    half_share = (printed.undecided or 0.0) / 2
    undecided = [count for count in range(tasks + 1) if abs(count / tasks / 2 - half_share) <= 0.000501]
    reached = ((right + count / 2) / tasks for count in undecided for right in range(tasks - count + 1))
    return any(abs(score - printed.accuracy) <= 0.000501 for score in reached)


def test_published_rows_stand_beside_results_on_the_benchmark_only() -> None:
    published = load_published()
    on_benchmark = make_accuracy_table([make_result("shorter")], published)
    assert on_benchmark.title == "CodePrefBench" and len(on_benchmark.rows) == 24
    elsewhere = make_accuracy_table([make_result("shorter", {"own.jsonl": "0"})], published)
    assert elsewhere.title == "own.jsonl" and [row.name for row in elsewhere.rows] == ["shorter"]


def test_columns_are_in_the_papers_order_with_their_tasks() -> None:
    table = make_accuracy_table([make_result("shorter")], None)
    assert [(column.title, column.tasks) for column in table.columns] == [
        ("Correctness", 100),
        ("Efficiency", 100),
        ("Security", 100),
        ("Average", 300),
        ("Human preference", 100),
    ]


def test_results_on_different_data_are_kept_apart() -> None:
    one, two, three = make_result("a"), make_result("b", {"own.jsonl": "0"}), make_result("c")
    assert by_data([one, two, three]) == [[one, three], [two]]


def test_what_departs_from_the_protocol_is_in_the_name() -> None:
    table = make_accuracy_table([make_result("shorter"), make_result("shorter", order="given")], None)
    assert [row.name for row in table.rows] == ["shorter", "shorter (one order)"]
