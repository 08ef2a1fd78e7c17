import pytest
from report_results import make_result

from codefavor.report.published import load_published
from codefavor.report.table import by_data, make_table


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


def test_published_rows_stand_beside_results_on_the_benchmark_only() -> None:
    published = load_published()
    on_benchmark = make_table([make_result("shorter")], published)
    assert on_benchmark.title == "CodePrefBench" and len(on_benchmark.rows) == 24
    elsewhere = make_table([make_result("shorter", {"own.jsonl": "0"})], published)
    assert elsewhere.title == "own.jsonl" and [row.name for row in elsewhere.rows] == ["shorter"]


def test_columns_are_in_the_papers_order_with_their_tasks() -> None:
    table = make_table([make_result("shorter")], None)
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
    table = make_table([make_result("shorter"), make_result("shorter", order="given")], None)
    assert [row.name for row in table.rows] == ["shorter", "shorter (one order)"]
