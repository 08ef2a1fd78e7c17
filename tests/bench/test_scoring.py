import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.bench.codeprefbench import CODEPREFBENCH
from codefavor.bench.results import RunSettings, TaskVerdict
from codefavor.bench.scoring import score, score_run
from codefavor.bench.tasks import TaskSet
from codefavor.manifest import Manifest
from codefavor.pairs.comparison import Choice, Side
from codefavor.pairs.verdict import Cost, Verdict

SETTINGS = RunSettings(judge="j", judge_files={}, data={}, order="both", comments="stripped", seed=0)
MANIFEST = Manifest(command="", config={}, inputs={}, seed=0, versions={}, commit=None)
TASKS = TaskSet(tasks=(), files={}, strata=CODEPREFBENCH.strata)
CHOICES: list[Choice | None] = ["A", "B", "tie", None]


def answer(choice: Choice | None) -> Verdict:
    cost = Cost(seconds=1, input_tokens=10, output_tokens=3, dollars=0.5)
    return Verdict(comparison="c", judge="j", choice=choice, undecided=None if choice else "none", cost=cost)


def row(given_order: Choice | None, swapped: Choice | None, label: Side = "A", aspect: str = "security") -> TaskVerdict:
    return TaskVerdict(
        task="t", aspect=aspect, group="g", label=label, given=answer(given_order), swapped=answer(swapped)
    )


@pytest.mark.parametrize(("choice", "points"), [("A", 1.0), ("B", 0.0), ("tie", 0.5), (None, 0.5)])
def test_ties_and_no_answer_are_half_right(choice: Choice | None, points: float) -> None:
    assert score(answer(choice), "A") == points


def test_order_figures_of_a_handful_of_tasks() -> None:
    rows = [row("A", "A"), row("A", "B"), row("B", "B"), row("A", None), row("tie", "A"), row(None, None)]
    figures = score_run(rows, TASKS, SETTINGS, MANIFEST).aspects["security"]
    orders = figures.orders
    assert orders is not None
    assert orders.single_order == pytest.approx((1 + 1 + 0 + 1 + 0.5 + 0.5) / 6)
    assert orders.swapped_order == pytest.approx((1 + 0 + 0 + 0.5 + 1 + 0.5) / 6)
    assert orders.both_orders == figures.accuracy == pytest.approx((1 + 0.5 + 0 + 1 + 0.5 + 0.5) / 6)
    assert orders.flip_rate == pytest.approx(3 / 6)
    assert orders.first_share == pytest.approx(5 / 8)
    assert figures.undecided == pytest.approx(3 / 6) and figures.ties == 0


def test_costs_are_per_task_over_both_orders() -> None:
    cost = score_run([row("A", "A"), row("B", "A")], TASKS, SETTINGS, MANIFEST).cost
    assert (cost.seconds, cost.input_tokens, cost.output_tokens, cost.dollars) == (2, 20, 6, 1)


def test_people_stand_beside_the_average() -> None:
    aspects = ["correctness", "efficiency", "security"]
    rows = [row("A", "A", aspect=aspect) for aspect in aspects] + [row("B", "B", aspect="human-preference")]
    assert score_run(rows, TASKS, SETTINGS, MANIFEST).average == 1
    assert score_run(rows[1:], TASKS, SETTINGS, MANIFEST).average is None


@given(st.lists(st.tuples(st.sampled_from(CHOICES), st.sampled_from(CHOICES), st.sampled_from("AB")), min_size=1))
def test_every_task_is_counted(answers: list[tuple[Choice | None, Choice | None, Side]]) -> None:
    rows = [row(*each) for each in answers]
    figures = score_run(rows, TASKS, SETTINGS, MANIFEST).aspects["security"]
    assert figures.tasks == len(answers)
    assert 0 <= figures.undecided + figures.ties <= 1
    assert figures.accuracy >= (figures.undecided + figures.ties) / 2 - 1e-12
