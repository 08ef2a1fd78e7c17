import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from bench_pairs import write_pairs_file
from scipy import stats

from codefavor.annotate.study import StudySettings, load_study
from codefavor.bench.cascade import StageAnswers, apply_thresholds, binomial_tail, certify, min_problems
from codefavor.judges.cascade_card import CascadeCard, CascadeStage
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.source import read_pairs
from command_runs import run

EVERYTHING = 20_000
TARGET, DELTA, SPLITS = 0.1, 0.1, 60


def population(rng: np.random.Generator) -> list[StageAnswers]:
    """Two judges, one overconfident and mostly silent."""
    ease = rng.random(EVERYTHING)
    stages = []
    for skill, silent in ((1.5, 0.4), (3.0, 0.0)):
        p_right = 1 - 0.5 * (1 - ease) ** skill
        sure = np.round(0.5 + np.clip(2 * p_right - 1 + rng.normal(0, 0.1, EVERYTHING), 0.01, 0.99) / 2, 2)
        sure[rng.random(EVERYTHING) < silent] = 0.0
        stages.append(StageAnswers(sure, (rng.random(EVERYTHING) < p_right) & (sure > 0)))
    return stages


def test_the_error_exceeds_the_target_no_more_often_than_delta_allows() -> None:
    rng = np.random.default_rng(0)
    stages = population(rng)
    over = certified = 0
    for _ in range(SPLITS):
        drawn = rng.choice(EVERYTHING, 400, replace=False)
        part = [StageAnswers(stage.confidence[drawn], stage.right[drawn]) for stage in stages]
        found = certify(part, [str(index) for index in drawn], TARGET, DELTA, rng)
        if found:
            outcome = apply_thresholds(stages, found.thresholds, np.arange(EVERYTHING))
            certified += 1
            over += outcome.errors / outcome.answered > TARGET
    assert certified > SPLITS / 2
    assert over <= stats.binom.ppf(0.999, SPLITS, DELTA)


def test_judges_by_chance_are_not_certified() -> None:
    rng = np.random.default_rng(1)
    chance = StageAnswers(rng.uniform(0.5, 1, 400), rng.random(400) < 0.5)
    found = [
        certify([chance], [str(n) for n in range(400)], TARGET, DELTA, np.random.default_rng(n)) for n in range(40)
    ]
    assert sum(each is not None for each in found) <= stats.binom.ppf(0.999, 40, DELTA)


def test_tasks_of_one_problem_count_once() -> None:
    right = StageAnswers(np.full(1000, 0.9), np.full(1000, True))
    assert certify([right], [str(n // 100) for n in range(1000)], TARGET, DELTA, np.random.default_rng(0)) is None
    found = certify([right], [str(n) for n in range(1000)], TARGET, DELTA, np.random.default_rng(0))
    assert found is not None and (found.problems, found.answered, found.errors) == (500, 500, 0)


def test_the_least_number_of_problems_is_the_least() -> None:
    least = min_problems(TARGET, DELTA)
    assert binomial_tail(least, 0, TARGET) <= DELTA < binomial_tail(least - 1, 0, TARGET)
    assert binomial_tail(0, 0, TARGET) == 1.0


def test_a_stage_answers_only_what_is_left_and_what_it_has_a_side_for() -> None:
    first = StageAnswers(np.array([0.9, 0.6, 0.0]), np.array([True, True, False]))
    second = StageAnswers(np.array([0.9, 0.9, 0.0]), np.array([False, False, False]))
    outcome = apply_thresholds([first, second], (0.8, 0.0), np.arange(3))
    assert list(outcome.by) == [0, 1, -1] and (outcome.answered, outcome.errors) == (2, 1)


def bench(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return run("bench", *arguments, environment={"COLUMNS": "140"})


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    data = write_pairs_file(folder / "pairs.jsonl", (Aspect.SECURITY,), 200)
    for judge in ("shorter", "longer"):
        assert bench("run", "--judge", judge, "--data", data, "--out", folder / judge).returncode == 0
    assert (
        bench("run", "--judge", "first", "--data", data, "--out", folder / "one", "--orders", "given").returncode == 0
    )
    return folder


def test_runs_become_a_cascade_that_judges(runs: Path, tmp_path: Path) -> None:
    out, plot = tmp_path / "cascade.json", tmp_path / "frontier.svg"
    stages = ("--stage", f"shorter={runs / 'shorter'}", "--stage", f"longer={runs / 'longer'}")
    more = ("--target", "0.4", "--target", "0.001", "--machine-hour", "1", "--plot", plot)
    answer = bench("calibrate-cascade", *stages, "--out", out, *more)
    assert answer.returncode == 0, answer.stderr
    assert "target 0.001: no thresholds keep the error under 0.001" in answer.stderr
    card = CascadeCard.model_validate_json(out.read_text(encoding="utf-8"))
    assert card.guarantee is not None and card.guarantee.p_value <= 0.1 and card.manifest is not None
    assert [stage.spec for stage in card.stages] == ["shorter", "longer"]
    assert "<svg" in plot.read_text(encoding="utf-8")
    data = runs / "pairs.jsonl"
    assert bench("run", "--judge", f"cascade:{out}", "--data", data, "--out", tmp_path / "run").returncode == 0
    result = json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8"))
    assert out.name in result["settings"]["judge_files"]


def test_what_no_stage_answers_is_exported_for_people(runs: Path, tmp_path: Path) -> None:
    file, queue = tmp_path / "silent.json", tmp_path / "queue.jsonl"
    silent = CascadeCard(stages=(CascadeStage(spec="shorter", threshold=None),))
    file.write_text(silent.model_dump_json(), encoding="utf-8")
    data = ("--data", runs / "pairs.jsonl", "--out", tmp_path / "run")
    ran = bench("run", "--judge", f"cascade:{file}", *data, "--export-undecided", queue)
    assert ran.returncode == 0, ran.stderr
    assert "200 undecided pairs\n" in ran.stdout
    before = {(pair.chosen, pair.rejected) for pair in read_pairs(queue)}
    assert len(before) == len(load_study(queue, StudySettings(check_rate=0), None)) == 200


@pytest.mark.parametrize(
    ("stages", "told"),
    [
        (["shorter"], "write SPEC=FOLDER"),
        (["shorter=/nowhere"], "no such file"),
        (["first={runs}/one"], "judged in one order"),
        (["longer={runs}/longer"], "no thresholds keep the error under"),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(runs: Path, tmp_path: Path, stages: list[str], told: str) -> None:
    given = [part for stage in stages for part in ("--stage", stage.format(runs=runs))]
    answer = bench("calibrate-cascade", *given, "--out", tmp_path / "c.json", "--target", "0.01")
    assert answer.returncode == 2 and told in answer.stderr and answer.stderr.count("\n") == 1
    assert not (tmp_path / "c.json").exists()
