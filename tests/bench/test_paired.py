from pathlib import Path

import pytest
from bench_pairs import write_pairs_file
from test_bench_judge import bench

from codefavor.bench.paired import compare_runs
from codefavor.errors import DataError
from codefavor.judges.baseline import FirstJudge, LengthJudge


def test_a_difference_is_found_with_its_sign(tmp_path: Path) -> None:
    data = write_pairs_file(tmp_path / "pairs.jsonl", each=40)
    one, two = tmp_path / "one", tmp_path / "two"
    bench(LengthJudge("shorter"), data, one)
    bench(LengthJudge("longer"), data, two, order="given")
    result = compare_runs(one, two / "result.json", seed=0)
    assert (result.first, result.second, result.differing) == ("shorter", "longer", ("order",))
    assert [row.aspect for row in result.rows] == [
        "correctness",
        "efficiency",
        "security",
        "human-preference",
        "average",
    ]
    for row in result.rows:
        assert row.first == pytest.approx(0.8) and row.second == pytest.approx(0.2)
        assert row.difference.value == pytest.approx(0.6)
        assert row.difference.interval[0] > 0 and row.test.sign_flip_p < 0.01
        assert row.test.first_better == 4 * row.test.second_better
    backwards = compare_runs(two, one, seed=0)
    assert backwards.rows[0].difference.value == pytest.approx(-0.6)


def test_a_judge_does_not_differ_from_itself(tmp_path: Path) -> None:
    data = write_pairs_file(tmp_path / "pairs.jsonl")
    bench(FirstJudge(), data, tmp_path / "one")
    for row in compare_runs(tmp_path / "one", tmp_path / "one", seed=0).rows:
        assert (row.difference.value, row.test.sign_flip_p, row.test.mcnemar_p) == (0, 1, 1)


def test_runs_on_other_data_are_not_compared(tmp_path: Path) -> None:
    bench(FirstJudge(), write_pairs_file(tmp_path / "one.jsonl"), tmp_path / "one")
    bench(FirstJudge(), write_pairs_file(tmp_path / "two.jsonl", each=10), tmp_path / "two")
    with pytest.raises(DataError, match="different data"):
        compare_runs(tmp_path / "one", tmp_path / "two", seed=0)
