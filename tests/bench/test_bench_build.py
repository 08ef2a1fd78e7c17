import json
import random
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.bench.build.correctness import curate_correctness
from codefavor.bench.build.curated import Dropped
from codefavor.bench.build.efficiency import BUDGET, CountedSample, count_work, curate_efficiency, take_at_step
from codefavor.bench.build.preference import curate_votes, most_different
from codefavor.bench.build.problems import Problem, ProgramTest, read_problems
from codefavor.bench.build.samples import Sample, Sampling, by_problem, draw_samples, prompt_for
from codefavor.bench.build.security import curate_security
from codefavor.bench.build.testing import run_tests
from codefavor.bench.build.write import write_benchmark
from codefavor.bench.tasks import Task, load_tasks
from codefavor.errors import DataError, RecordError, UserError
from codefavor.jsonl import read_records, write_rows
from codefavor.manifest import make_manifest
from codefavor.pairs.comparison import Comparison, LabeledComparison
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.pair import PreferencePair
from codefavor.pairs.vote import Vote
from codefavor.sandbox.engine import Engine
from loopback.server import Loopback
from made_pairs import make_pair

DOUBLE = Problem(id="double", instruction="Double x.\nassert double(2) == 4", tests=("assert double(2) == 4",))
RIGHT, WRONG = "def double(x):\n    return 2 * x", "def double(x):\n    return 3 * x"
MANIFEST = make_manifest("codefavor bench build", {}, [], 0)


def sample(code: str, problem: str = "double") -> Sample:
    return Sample(problem=problem, code=code)


def pairs_of(made: list[PreferencePair] | Dropped) -> list[PreferencePair]:
    assert not isinstance(made, Dropped), made
    return made


def test_cases_are_read_by_their_names_of_version_0_1_too(tmp_path: Path) -> None:
    path = tmp_path / "problems.jsonl"
    row = {
        "id": "p",
        "instruction": "Double.",
        "cases": [{"typed": "2", "printed": "4"}, {"stdin": "3", "stdout": "6"}],
    }
    write_rows(path, [row])
    assert read_problems(path)["p"].cases == (ProgramTest(stdin="2", stdout="4"), ProgramTest(stdin="3", stdout="6"))
    write_rows(path, [{**row, "cases": [{"typed": "2", "writes": "4"}]}])
    with pytest.raises(RecordError, match=r"cases\.0\.stdout"):
        read_problems(path)


def test_problems_of_three_kinds_are_read(tmp_path: Path) -> None:
    path = tmp_path / "problems.jsonl"
    mbpp = {"task_id": 7, "text": "Double x.", "code": "def f(x):\r\n  return 2 * x", "test_list": ["assert f(1) == 2"]}
    human_eval = {
        **{"task_id": "HumanEval/1", "prompt": 'def g(x):\n    """x"""\n', "entry_point": "g"},
        **{"canonical_solution": "    return x\n", "test": "def check(candidate):\n    assert candidate(1) == 1\n"},
    }
    write_rows(path, [mbpp, human_eval, DOUBLE.model_dump(mode="json")])
    seven, first, own = read_problems(path, "MIT").values()
    assert seven.id == "7" and seven.instruction.endswith("assert f(1) == 2") and "\r" not in seven.solutions[0]
    assert first.tests[0].endswith("check(g)") and first.license == "MIT"
    assert own == DOUBLE.model_copy(update={"license": "MIT"})


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([{"test_list": ["assert f()"]}], "line 1: no task_id"),
        ([{"id": "1"}], "line 1: instruction: Field required"),
        ([{"id": "1", "instruction": "x"}] * 2, "line 2: the problem 1 is there twice"),
    ],
)
def test_a_row_that_is_no_problem_is_named(rows: list[dict[str, object]], reason: str, tmp_path: Path) -> None:
    path = tmp_path / "problems.jsonl"
    write_rows(path, rows)
    with pytest.raises(RecordError, match=reason):
        read_problems(path)
    path.write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="no problems"):
        read_problems(path)


def test_samples_are_tested_in_the_sandbox(engine: Engine) -> None:
    liar = "class Liar:\n    def __eq__(self, other):\n        return True\ndef double(x):\n    return Liar()"
    codes = [RIGHT, WRONG, "def double(x", "raise SystemExit", liar, "def double(x):\n    while True: pass"]
    assert run_tests(engine, DOUBLE, codes) == ["passed", "failed", "not loaded", "not loaded", "failed", "failed"]


def test_programs_are_tested_by_what_they_print(engine: Engine) -> None:
    cases = (ProgramTest(stdin="2\n", stdout="4\n"), ProgramTest(stdin="5\n", stdout="10"))
    problem = Problem(id="p", instruction="Double.", cases=cases)
    codes = ["print(2 * int(input()))", "print(4)", "print(", "print(2 * int(input()), end='  ')"]
    assert run_tests(engine, problem, codes) == ["passed", "failed", "not loaded", "passed"]


def test_correctness_pairs_samples_of_nearest_length(engine: Engine) -> None:
    long_right = f"{RIGHT}  # {'long ' * 20}"
    long_wrong = f"{WRONG}  # {'long ' * 20}"
    samples = [sample(code) for code in (RIGHT, long_wrong, long_right, WRONG, "def double(x):\n    return 99 * x")]
    made = pairs_of(curate_correctness(engine, DOUBLE, samples, "own"))
    assert [(pair.chosen, pair.rejected) for pair in made] == [(RIGHT, WRONG), (long_right, long_wrong)]
    assert made[0].provenance.source_id == "double" and made[0].criterion.aspect is Aspect.CORRECTNESS


def test_a_problem_without_both_kinds_of_samples_is_dropped(engine: Engine) -> None:
    assert curate_correctness(engine, DOUBLE, [sample(RIGHT)], "own") == Dropped(
        problem="double", reason="no failing sample"
    )
    assert curate_correctness(engine, DOUBLE, [sample(WRONG)], "own") == Dropped(
        problem="double", reason="no passing sample"
    )
    untested = DOUBLE.model_copy(update={"tests": ()})
    assert curate_correctness(engine, untested, [sample(RIGHT)], "own") == Dropped(problem="double", reason="no tests")


def test_efficiency_pairs_slow_with_fast_and_leaves_out_wrong_ones(engine: Engine) -> None:
    test = "assert unique([3, 1, 3]) == [1, 3]"
    problem = Problem(id="u", instruction=f"Sorted, without repetition.\n{test}", tests=(test,))
    fast = "def unique(xs):\n    return sorted(set(xs))"
    slow = (
        "def unique(xs):\n    found = []\n    for x in xs:\n        for y in found:\n            if x == y:\n"
        "                break\n        else:\n            found.append(x)\n    return sorted(found)"
    )
    wrong = "def unique(xs):\n    return xs"
    (pair,) = pairs_of(curate_efficiency(engine, problem, [sample(code, "u") for code in (slow, wrong, fast)], "own"))
    assert (pair.chosen, pair.rejected) == (fast, slow)
    assert re.fullmatch(
        r"rejected takes \d+\.\d times the counted work of chosen on the same input\.", str(pair.feedback)
    )
    same = curate_efficiency(engine, problem, [sample(fast, "u"), sample(f"{fast}\n", "u")], "own")
    assert same == Dropped(problem="u", reason="no two samples differ clearly")


DOUBLED = "def double(x):\n    return 2 * x"
SLOWLY = "def double(x):\n    total = 0\n    for _ in range(x):\n        total += 2\n    return total"


def double_on(*work: str) -> Problem:
    return DOUBLE.model_copy(update={"work": work})


@pytest.mark.parametrize(
    ("problem", "codes", "reason"),
    [
        (double_on("double(10 ** 9)"), (DOUBLED, SLOWLY), "the work of fewer than two samples can be counted"),
        (double_on("double(2)", "double(3)"), (DOUBLED, SLOWLY), "no input takes 200,000 instructions"),
    ],
    ids=["too much work", "too little work"],
)
def test_a_problem_without_counted_work_is_dropped(
    problem: Problem, codes: tuple[str, str], reason: str, engine: Engine
) -> None:
    made = curate_efficiency(engine, problem, [sample(code) for code in codes], "own")
    assert isinstance(made, Dropped) and reason in made.reason


def test_work_is_counted_on_the_largest_input_that_all_finish(engine: Engine) -> None:
    problem = double_on(*(f"double({10**power})" for power in range(1, 12)))
    samples = [sample(DOUBLED), sample(SLOWLY)]
    counted = [count_work(engine, problem, samples) for _ in range(2)]
    assert counted[0] == counted[1] and not isinstance(counted[0], Dropped)
    less, more = counted[0]
    assert less.work < 100_000 < more.work < BUDGET


def test_work_inside_c_functions_is_counted(engine: Engine) -> None:
    through_array = "def double(x):\n    import array\n    return len(array.array('b', bytes(x))) * 2"
    problem = double_on("double(50_000)", "double(500_000)")
    counted = count_work(engine, problem, [sample(DOUBLED), sample(through_array)])
    assert not isinstance(counted, Dropped)
    assert counted[1].work > 100 * counted[0].work


@given(st.lists(st.integers(1, 10**6), min_size=1), st.floats(1.1, 4))
def test_samples_taken_at_a_step_differ_by_it(work: list[int], step: float) -> None:
    counted = [CountedSample(sample(str(place)), amount) for place, amount in enumerate(work)]
    taken = take_at_step(counted, step)
    assert taken[0].work == min(work)
    for less, more in zip(taken, taken[1:], strict=False):
        assert more.work >= step * less.work


def test_security_pairs_insecure_code_with_a_fix_that_keeps_its_functions() -> None:
    insecure = "import hashlib\ndef digest(data):\n    return hashlib.md5(data).hexdigest()"
    fixed = insecure.replace("md5", "sha256")
    problem = Problem(id="h", instruction="Hash.", insecure=insecure)
    samples = [sample(code, "h") for code in ("x =", insecure, fixed.replace("digest(d", "other(d"), fixed)]
    (pair,) = pairs_of(curate_security(problem, samples, "own"))
    assert (pair.chosen, pair.rejected) == (fixed, insecure) and "CWE-" in str(pair.feedback)
    assert isinstance(curate_security(problem, samples[:3], "own"), Dropped)
    assert isinstance(curate_security(problem.model_copy(update={"insecure": "x = 1"}), samples, "own"), Dropped)
    assert insecure in prompt_for(problem) and "insecure:" in prompt_for(problem)


def test_the_most_different_samples_are_voted_on() -> None:
    samples = [sample(code) for code in ("x = 1", "x = 2", "def f():\n    return 'something else'")]
    (pair,) = pairs_of(most_different(DOUBLE, samples, "own", random.Random(0)))
    assert "something else" in pair.chosen + pair.rejected and "x = " in pair.chosen + pair.rejected
    assert isinstance(most_different(DOUBLE, samples[:1], "own", random.Random(0)), Dropped)


def make_task(number: int) -> Task:
    comparison = Comparison(
        instruction=f"Do {number}.",
        criterion=criterion_for(Aspect.CORRECTNESS),
        code_a=f"a = {number}  # said",
        code_b=f"b = {number}",
    )
    return Task(id=f"t{number}", comparison=comparison, stratum="correctness", label="A", group=f"g{number}")


def make_votes(task: Task, choices: str) -> list[Vote]:
    """One vote a letter; in lower case the voter saw the candidates exchanged."""
    votes = []
    for number, letter in enumerate(choices):
        shown = task.comparison.swapped() if letter.islower() else task.comparison
        said = {"a": "B", "b": "A", "A": "A", "B": "B", "T": "tie", "t": "tie"}[letter]
        vote = {"comparison": shown.digest(), "annotator": str(number), "choice": said, "confidence": "high"}
        votes.append(Vote.model_validate({**vote, "seconds": 1, "at": datetime(2026, 1, 1, tzinfo=UTC)}))
    return votes


@pytest.mark.parametrize(
    ("choices", "kept"),
    [
        ("BBB", "B"),
        ("BbB", "B"),
        ("aTt", "A"),
        ("AAB", "conflicting votes"),
        ("Aab", "conflicting votes"),
        ("TTT", "ties only"),
        ("AA", "fewer than 3 votes"),
    ],
)
def test_votes_without_a_conflict_are_labels(choices: str, kept: str) -> None:
    task = make_task(1)
    (made,) = curate_votes([task], make_votes(task, choices), 3)
    assert (made.reason if isinstance(made, Dropped) else made.label) == kept
    if isinstance(made, LabeledComparison):
        assert made.comparison.criterion.aspect is Aspect.HUMAN_PREFERENCE
        assert made.comparison.code_a == task.comparison.code_a


def make_pairs(count: int) -> list[PreferencePair]:
    return [
        make_pair(
            f"def f{number}():\n    return {number}\n",
            f"def f{number}():\n    return {number + 1} - {number}\n",
            instruction=f"Write the function number {number} of {number * 7919} that returns {number}.",
            source_id=f"p{number // 2}",
            license_name="MIT",
        )
        for number in range(count)
    ]


def test_a_benchmark_is_balanced_and_keeps_its_order(tmp_path: Path) -> None:
    made: list[PreferencePair | Dropped] = [*make_pairs(11), Dropped(problem="q", reason="no tests"), make_pairs(1)[0]]
    built = write_benchmark(made, tmp_path / "own", 3, MANIFEST)
    assert (built.tasks, built.problems, built.label_a) == (11, 6, 6)
    assert built.dropped == {"no tests": 1, "repeats an earlier task": 1}
    orders = [
        [(task.id, task.label, task.comparison.code_a) for task in load_tasks(data, "kept", seed).tasks]
        for data, seed in ((tmp_path / "own", 0), (tmp_path / "own", 1), (tmp_path / "own" / "tasks.jsonl", 2))
    ]
    assert orders[0] == orders[1] == orders[2] and len({task for task, _, _ in orders[0]}) == 11
    for task in load_tasks(tmp_path / "own", "kept", 0).tasks:
        assert " - " in (task.comparison.code_b if task.label == "A" else task.comparison.code_a)
    assert "better code is A in 6 and B in 5 tasks" in (tmp_path / "own" / "README.md").read_text(encoding="utf-8")
    assert len(list(read_records(tmp_path / "own" / "discarded.jsonl", Dropped))) == 2
    with pytest.raises(UserError, match="not empty"):
        write_benchmark(made, tmp_path / "own", 3, MANIFEST)


def test_nothing_curated_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no tests \(1\)"):
        write_benchmark([Dropped(problem="q", reason="no tests")], tmp_path / "own", 0, MANIFEST)
    assert not (tmp_path / "own").exists()


def test_a_repeated_task_id_is_refused(tmp_path: Path) -> None:
    task = LabeledComparison.model_validate(
        make_task(1).model_dump(include=set(LabeledComparison.model_fields))
    ).model_dump(mode="json")
    write_rows(tmp_path / "tasks.jsonl", [task, task])
    with pytest.raises(DataError, match="t1 is there twice"):
        load_tasks(tmp_path / "tasks.jsonl", "kept", 0)


def test_a_model_is_asked_once_for_every_draw(tmp_path: Path) -> None:
    with Loopback(answer=lambda messages: f"```python\n{RIGHT}\n```") as server:
        sampling = Sampling(model="vllm/m", base_urls=(server.url,), samples_per_problem=3)
        done: list[tuple[int, int]] = []
        samples, spent = draw_samples(sampling, [DOUBLE], tmp_path / "answers", lambda *now: done.append(now))
        assert spent.calls == server.tally.requests == 3 and done[-1] == (3, 3)
        again, spent = draw_samples(sampling, [DOUBLE], tmp_path / "answers", lambda *now: None)
        assert again == samples and spent.calls == 0 and server.tally.requests == 3
        asked = json.dumps(server.tally.asked[0].body)
    assert samples == [Sample(problem="double", code=RIGHT, model="vllm/m")] * 3
    assert len(by_problem(samples)["double"]) == 1
    assert "Double x." in asked and '"temperature": 0.8' in asked
