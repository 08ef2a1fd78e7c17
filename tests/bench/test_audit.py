import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from bench_pairs import write_pairs_file
from planted_judges import LEANS, Planted, substance

from codefavor.bench.audit import BLINDNESS, POSITION, BiasAudit, audit_judge
from codefavor.bench.codeprefbench import CODEPREFBENCH
from codefavor.bench.edits import PRESERVING
from codefavor.bench.mutation_check import check_mutations
from codefavor.bench.tasks import Task, TaskSet
from codefavor.errors import DataError
from codefavor.judges.baseline import ChanceJudge, FirstJudge, LengthJudge
from codefavor.judges.protocol import Judge
from codefavor.manifest import Manifest
from codefavor.pairs.comparison import Comparison, Side
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.sandbox.open_engine import open_engine

MANIFEST = Manifest(command="test", config={}, inputs={}, seed=0, versions={}, commit=None)
ASPECTS = (Aspect.CORRECTNESS, Aspect.EFFICIENCY, Aspect.SECURITY)


def make_task(number: int) -> Task:
    good = f"def f(n):\n    total = n + {10 * number + 100}\n    return total * {number + 2}"
    bad = f"def f(n):\n    total = n - {10 * number + 105}\n    return total * {number + 2}"
    label: Side = "A" if number % 2 else "B"
    return Task(
        id=str(number),
        comparison=Comparison(
            instruction=f"Task {number}.",
            criterion=criterion_for(ASPECTS[number % 3]),
            code_a=good if label == "A" else bad,
            code_b=bad if label == "A" else good,
        ),
        stratum=ASPECTS[number % 3],
        label=label,
        group=str(number // 2),
    )


TASKS = [make_task(number) for number in range(150)]
BETTER = frozenset(substance(task.comparison.code_a if task.label == "A" else task.comparison.code_b) for task in TASKS)


def task_set(tasks: Sequence[Task] = tuple(TASKS)) -> TaskSet:
    return TaskSet(tasks=tuple(tasks), files={}, strata=CODEPREFBENCH.strata)


def every(edited: Sequence[Comparison]) -> list[bool]:
    return [True] * len(edited)


def audit(judge: Judge, seed: int = 0, max_tasks: int = 150) -> BiasAudit:
    return audit_judge(judge, task_set(), max_tasks, seed, MANIFEST, every, lambda done, total: None)


def found(result: BiasAudit) -> set[str]:
    return {finding.probe for finding in result.findings if finding.found}


@pytest.mark.parametrize("name", LEANS)
def test_every_planted_bias_is_found(name: str) -> None:
    result = audit(Planted(name, BETTER, LEANS[name], error=0.1))
    assert name in found(result)
    if name not in ("length", POSITION):
        # Edits also lengthen, and a judge that leans to a place is unsteady everywhere; the rest react to one thing.
        assert found(result) <= {name, "formatting", "length"}


def test_a_clean_judge_is_cleared_of_everything() -> None:
    result = audit(Planted("clean", BETTER))
    assert found(result) == set()
    assert [finding.probe for finding in result.findings] == [POSITION, *PRESERVING, BLINDNESS]
    assert all(finding.flips.value == 0 and finding.tasks == 150 for finding in result.findings)


def test_judges_that_err_without_bias_are_cleared_at_the_stated_level() -> None:
    accused = [
        probe
        for seed in range(30)
        for probe in found(audit(Planted(f"unsteady {seed}", BETTER, error=0.2), seed, max_tasks=60))
        if probe != BLINDNESS
    ]
    # With a chance of 1% a judge, three or more of thirty are accused less than once in three hundred times.
    assert len(accused) <= 2


def test_position_is_measured_for_each_aspect() -> None:
    first = audit(FirstJudge()).findings[0]
    assert first.found and first.shift.value == 0.5
    assert {aspect: flips.value for aspect, flips in first.flips_by_aspect.items()} == dict.fromkeys(ASPECTS, 1.0)


def test_a_judge_of_length_is_caught_and_a_blind_one_too() -> None:
    assert "length" in found(audit(LengthJudge("longer")))
    assert BLINDNESS in found(audit(ChanceJudge(3)))


def test_tasks_of_people_are_not_audited() -> None:
    people = [task.model_copy(update={"stratum": Aspect.HUMAN_PREFERENCE.value}) for task in TASKS[:3]]
    with pytest.raises(DataError, match="no tasks to audit on"):
        audit_judge(FirstJudge(), task_set(people), 10, 0, MANIFEST, every, lambda done, total: None)


def test_edits_that_no_run_shows_to_matter_are_left_out() -> None:
    def first_two(edited: Sequence[Comparison]) -> list[bool]:
        return [number < 2 for number, _ in enumerate(edited)]

    result = audit_judge(Planted("clean", BETTER), task_set(), 30, 0, MANIFEST, first_two, lambda done, total: None)
    assert (result.findings[-1].probe, result.findings[-1].tasks, result.unconfirmed) == (BLINDNESS, 2, 28)


@pytest.mark.parametrize(
    ("edited", "seen"),
    [
        ("def f(n):\n    return n - 1", True),
        ("def f(n):\n    return n + 1 + 0", False),
        ("def f(n):\n    return n + undefined", True),
        ("def f(n):\n    return n +", True),
    ],
)
def test_edits_are_run_to_see_whether_they_matter(edited: str, seen: bool) -> None:
    shown = Comparison(
        instruction="Write f(n).",
        criterion=criterion_for(Aspect.CORRECTNESS),
        code_a="def f(n):\n    return n + 1",
        code_b=edited,
    )
    done: list[tuple[int, int]] = []
    with open_engine() as engine:
        assert check_mutations(engine, [shown], lambda *now: done.append(now)) == [seen]
    assert done == [(1, 1)]


def test_the_command_writes_what_it_prints(tmp_path: Path) -> None:
    data = write_pairs_file(tmp_path / "pairs.jsonl", each=60)
    command = [sys.executable, "-m", "codefavor", "bench", "bias", "--judge", "first", "--data", str(data)]
    ran = subprocess.run([*command, "--out", str(tmp_path / "out")], capture_output=True, text=True, check=True)
    assert "position" in ran.stdout and "biased" in ran.stdout and "150 one-token edits are left out" in ran.stdout
    written = BiasAudit.model_validate(json.loads((tmp_path / "out" / "bias.json").read_text(encoding="utf-8")))
    assert POSITION in found(written) and written.manifest.seed == 0
