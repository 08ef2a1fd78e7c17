import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from bench_pairs import write_pairs_file

from codefavor.bench.bench_judge import bench_judge, read_result, run_bench
from codefavor.bench.codeprefbench import CODEPREFBENCH
from codefavor.bench.results import BenchResult, RunSettings
from codefavor.bench.tasks import load_tasks
from codefavor.errors import DataError, ModelError, UserError
from codefavor.judges.baseline import ChanceJudge, FirstJudge, LengthJudge
from codefavor.judges.protocol import Judge
from codefavor.manifest import make_manifest
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.verdict import Verdict
from codefavor.runs.shards import Fleet


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    return write_pairs_file(tmp_path / "pairs.jsonl")


def bench(judge: Judge, data: Path, out: Path, /, **changes: object) -> BenchResult:
    tasks = load_tasks(data, "stripped", seed=0)
    settings = RunSettings(
        judge=judge.name, judge_files={}, data=tasks.files, order="both", comments="stripped", seed=0
    )
    settings = settings.model_copy(update=changes)
    manifest = make_manifest("codefavor bench run", settings.model_dump(mode="json"), [], 0)
    return run_bench(judge, tasks, settings, out, manifest, lambda done, total: None)


class Counting:
    """Counts what the judge inside is asked, and fails after so many calls."""

    def __init__(self, inner: Judge, calls: int = 1000) -> None:
        self.name = inner.name
        self.asked = 0
        self._inner, self._calls = inner, calls

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        if self._calls == 0:
            raise ModelError("gone")
        self._calls -= 1
        self.asked += len(comparisons)
        return self._inner.judge(comparisons)


def test_shorter_on_the_benchmark_is_what_was_counted_elsewhere(benchmark: Path, tmp_path: Path) -> None:
    result = bench(LengthJudge("shorter"), benchmark, tmp_path / "out")
    accuracy = {aspect: round(100 * each.accuracy, 1) for aspect, each in result.aspects.items()}
    assert accuracy == {"correctness": 65.6, "efficiency": 63.6, "security": 32.6, "human-preference": 38.6}
    assert [each.clusters for each in result.aspects.values()] == [330, 118, 207, 145]
    assert result.average == pytest.approx((0.656 + 0.636 + 0.326) / 3, abs=1e-3)
    assert all(each.orders and each.orders.flip_rate == 0 for each in result.aspects.values())


def test_a_result_is_read_back_from_its_folder_or_file(pairs: Path, tmp_path: Path) -> None:
    result = bench(LengthJudge("shorter"), pairs, tmp_path / "out")
    assert read_result(tmp_path / "out") == read_result(tmp_path / "out" / "result.json") == result
    assert result.aspects["efficiency"].tasks == 20 and result.aspects["efficiency"].clusters == 10
    assert result.aspects["efficiency"].accuracy == 0.8
    assert result.cost.seconds > 0


def test_a_planted_position_bias_is_seen(pairs: Path, tmp_path: Path) -> None:
    for each in bench(FirstJudge(), pairs, tmp_path / "first").aspects.values():
        assert each.orders and each.orders.flip_rate == each.orders.first_share == each.undecided == 1
        assert each.accuracy == 0.5 and each.orders.single_order + each.orders.swapped_order == 1
    for each in bench(LengthJudge("longer"), pairs, tmp_path / "longer").aspects.values():
        assert each.orders and each.orders.flip_rate == 0 and each.orders.first_share == 0.5


def test_one_order_has_no_bias_figures(pairs: Path, tmp_path: Path) -> None:
    counting = Counting(LengthJudge("shorter"))
    result = bench(counting, pairs, tmp_path / "out", order="given")
    assert counting.asked == 80
    assert all(each.orders is None for each in result.aspects.values())


def test_the_average_needs_all_three_verifiable_aspects(tmp_path: Path) -> None:
    data = write_pairs_file(tmp_path / "pairs.jsonl", (Aspect.CORRECTNESS, Aspect.HUMAN_PREFERENCE))
    assert bench(FirstJudge(), data, tmp_path / "out").average is None


def test_a_cut_run_goes_on_where_it_stopped(pairs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(ModelError, match="gone"):
        bench(Counting(ChanceJudge(1), calls=1), pairs, out)
    assert not (out / "result.json").exists()
    with (out / "verdicts.jsonl").open("a", encoding="utf-8") as log:
        log.write('{"task": "torn')
    rest = Counting(ChanceJudge(1))
    resumed = bench(rest, pairs, out)
    assert rest.asked == 2 * (80 - 32)
    whole = bench(ChanceJudge(1), pairs, tmp_path / "whole")
    assert resumed.average_estimate == whole.average_estimate
    again = Counting(ChanceJudge(1))
    assert bench(again, pairs, out).aspects == resumed.aspects and again.asked == 0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"judge": "other"}, r"other settings \(judge\); choose another --out"),
        ({"order": "given"}, r"other settings \(order\); choose another --out"),
        ({"judge_files": {"judge.json": "0"}, "seed": 3}, r"other settings \(judge files, seed\); "),
    ],
)
def test_a_run_is_not_continued_under_other_settings(
    pairs: Path, tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    out = tmp_path / "out"
    bench(FirstJudge(), pairs, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(UserError, match=reason):
        bench(FirstJudge(), pairs, out, **changes)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_folder_of_something_else_is_left_alone(pairs: Path, tmp_path: Path) -> None:
    out = tmp_path / "papers"
    out.mkdir()
    (out / "thesis.tex").touch()
    with pytest.raises(UserError, match="holds no such run; choose another --out"):
        bench(FirstJudge(), pairs, out)
    assert [path.name for path in out.iterdir()] == ["thesis.tex"]


def test_verdicts_on_other_comparisons_are_refused(pairs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    bench(FirstJudge(), pairs, out)
    log = out / "verdicts.jsonl"
    lines = log.read_text(encoding="utf-8").splitlines()
    log.write_text("\n".join([lines[0].replace('"task":"1:', '"task":"9:'), *lines[1:]]) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="about another comparison"):
        bench(FirstJudge(), pairs, out)


@pytest.mark.parametrize("content", [None, "{", "{}"])
def test_what_is_no_result_is_refused_by_name(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "result.json").write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=r"result.json"):
        read_result(tmp_path)


def test_one_call_does_what_the_command_does(pairs: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "codefavor", "bench", "run", "--judge", "shorter", "--data", str(pairs)]
    subprocess.run([*command, "--out", str(tmp_path / "command")], check=True, capture_output=True)
    counts: list[tuple[int, int]] = []
    called = bench_judge("shorter", pairs, tmp_path / "call", progress=lambda done, total: counts.append((done, total)))
    printed = read_result(tmp_path / "command")
    assert called.settings == printed.settings and called.average_estimate == printed.average_estimate
    assert (counts[0], counts[-1]) == ((0, 80), (80, 80))
    assert list(called.manifest.inputs) == [str(pairs)]


def test_a_judge_is_benched_as_it_is_and_goes_on_where_it_stopped(pairs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(ModelError, match="gone"):
        bench_judge(Counting(ChanceJudge(1), calls=1), pairs, out)
    rest = Counting(ChanceJudge(1))
    assert bench_judge(rest, pairs, out).aspects["security"].tasks == 20 and rest.asked == 2 * (80 - 32)
    with pytest.raises(UserError, match=r"begun with other settings \(order\)"):
        bench_judge(ChanceJudge(1), pairs, out, orders="given")
    with pytest.raises(UserError, match="a Ray cluster loads the judge by its spec"):
        bench_judge(ChanceJudge(1), pairs, tmp_path / "ray", fleet=Fleet())


def old_result(path: Path) -> dict[str, Any]:
    """Return a result as version 0.1 wrote it."""
    content: dict[str, Any] = json.loads((path / "result.json").read_text(encoding="utf-8"))
    del content["strata"], content["benchmark"]
    return content


def test_results_of_version_0_1_are_read(pairs: Path, tmp_path: Path) -> None:
    now = bench(LengthJudge("shorter"), pairs, tmp_path / "out")
    content = old_result(tmp_path / "out")
    file = tmp_path / "result.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    assert read_result(file) == now
    content["aspects"]["other"] = content["aspects"].pop("security")
    content["settings"]["data"] = CODEPREFBENCH.files
    file.write_text(json.dumps(content), encoding="utf-8")
    old = read_result(file)
    assert old.benchmark == CODEPREFBENCH.names and old.strata[-1].title == "Other criteria"
    content["aspects"]["beauty"] = content["aspects"]["other"]
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(DataError, match=r"result.json: not a benchmark result: .*beauty"):
        read_result(file)


def test_verdicts_under_other_strata_are_not_continued(tmp_path: Path) -> None:
    data = write_pairs_file(tmp_path / "pairs.jsonl", (Aspect.SECURITY,))
    out = tmp_path / "out"
    bench(FirstJudge(), data, out)
    log = out / "verdicts.jsonl"
    log.write_text(log.read_text(encoding="utf-8").replace('"security"', '"other"'), encoding="utf-8")
    with pytest.raises(DataError, match="about another comparison or criterion"):
        bench(FirstJudge(), data, out)
