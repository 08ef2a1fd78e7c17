"""Order invariance: declared by a judge, held by one wrapper, used wherever both orders are asked."""

from collections.abc import Sequence

import pytest

from codefavor.bench.codeprefbench import CODEPREFBENCH
from codefavor.bench.judging import judge_tasks
from codefavor.bench.results import RunSettings
from codefavor.bench.scoring import score_run
from codefavor.bench.tasks import Task, TaskSet
from codefavor.judges.baseline import FirstJudge, LengthJudge
from codefavor.judges.both_orders import BothOrders
from codefavor.judges.cascade import CascadeJudge, Stage
from codefavor.judges.evidence import EvidenceJudge
from codefavor.judges.load import load_judge
from codefavor.judges.one_order import in_one_order, one_order, order_invariant, turned
from codefavor.judges.protocol import Judge
from codefavor.manifest import make_manifest
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.verdict import Cost, Verdict

ADD_ONE = "Write f, which adds one.\n\n>>> f(1)\n2\n"
GOOD, BAD = "def f(x):\n    return x + 1\n", "def f(x):\n    return x\n"


def comparison(code_a: str = "x", code_b: str = "xx", aspect: Aspect = Aspect.CORRECTNESS) -> Comparison:
    return Comparison(instruction=ADD_ONE, criterion=criterion_for(aspect), code_a=code_a, code_b=code_b)


class Shorter:
    """Prefers the shorter code and says so; remembers what it was asked."""

    name = "shorter"
    order_invariant = True

    def __init__(self) -> None:
        self.asked: list[Comparison] = []

    @one_order
    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        self.asked += comparisons
        return [self._judge(original) for original in comparisons]

    def _judge(self, original: Comparison) -> Verdict:
        better, worse = ("A", "B") if len(original.code_a) < len(original.code_b) else ("B", "A")
        words = f"Code {better} is shorter than code {worse}. Longer code says more."
        return Verdict.model_validate(
            {
                "comparison": original.digest(),
                "judge": self.name,
                "choice": better,
                "prob_a": 0.9 if better == "A" else 0.1,
                "feedback": words,
                "cost": {"seconds": 2.0},
            }
        )


def test_each_comparison_is_asked_once_in_one_order_and_turned_back_with_its_words() -> None:
    judge, original = Shorter(), comparison()
    straight, swapped, again = judge.judge([original, original.swapped(), original])
    assert judge.asked == [original]
    assert (straight.choice, swapped.choice, again.choice) == ("A", "B", "A")
    assert straight.feedback == "Code A is shorter than code B. Longer code says more."
    assert swapped.feedback == "Code B is shorter than code A. Longer code says more."
    assert swapped.comparison == original.swapped().digest()
    assert swapped.prob_a == pytest.approx(0.1)
    assert [verdict.cost for verdict in (straight, swapped, again)] == [
        Cost(seconds=2.0),
        Cost(seconds=0.0),
        Cost(seconds=0.0),
    ]
    assert judge.judge([original.swapped()]) == [swapped.model_copy(update={"cost": Cost(seconds=2.0)})]
    assert judge.judge([]) == []


def test_other_answers_than_verdicts_are_turned_by_whoever_knows_how() -> None:
    original = comparison()
    numbers = in_one_order(
        [original.swapped(), original], lambda distinct: [1.0] * len(distinct), lambda number, _: -number, lambda _: 5.0
    )
    assert numbers == [-1.0, 5.0]


def test_a_judge_that_says_nothing_of_it_depends_on_the_order() -> None:
    class Plain:
        name = "plain"

        def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
            return []

    assert not order_invariant(Plain())
    assert not order_invariant(FirstJudge())
    assert not order_invariant(load_judge("chance:1"))
    assert not order_invariant(load_judge("grounded:first"))


INVARIANT = ["shorter", "longer", "evidence", "grounded", "grounded:shorter", "cascade:evidence>first"]


@pytest.mark.parametrize("spec", INVARIANT)
def test_a_judge_that_declares_it_exchanges_its_answer_and_its_words(spec: str) -> None:
    judge = load_judge(spec)
    assert order_invariant(judge)
    original = comparison(BAD, GOOD)
    (straight,), (swapped,) = judge.judge([original]), judge.judge([original.swapped()])
    back = turned(swapped, original)
    assert (back.choice, back.feedback, back.undecided) == (straight.choice, straight.feedback, straight.undecided)
    assert back.prob_a == (None if straight.prob_a is None else pytest.approx(straight.prob_a))


@pytest.mark.parametrize("original", [comparison(BAD, GOOD), comparison(GOOD, BAD)], ids=["bad first", "good first"])
def test_the_words_of_a_cascade_name_the_side_that_fails(original: Comparison) -> None:
    judge = CascadeJudge("c", [Stage("evidence", EvidenceJudge(), 0.9)])
    (verdict,) = judge.judge([original])
    worse = "A" if original.code_a == BAD else "B"
    assert verdict.choice == ("B" if worse == "A" else "A")
    assert verdict.feedback is not None and f"{worse} fails 1 of 1 worked examples: f(1)" in verdict.feedback
    assert verdict.evidence is not None
    failing = verdict.evidence.a if worse == "A" else verdict.evidence.b
    assert failing.examples_failed


class Counting:
    """Counts how many comparisons a judge is asked."""

    def __init__(self, inner: Judge, invariant: bool) -> None:
        self.name = inner.name
        self.order_invariant = invariant
        self.count = 0
        self._inner = inner

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        self.count += len(comparisons)
        return self._inner.judge(comparisons)


def test_both_orders_of_an_invariant_judge_are_one_question_with_the_same_answer() -> None:
    original = [comparison("x", "xx"), comparison("xxx", "x"), comparison("x", "y")]
    twice, once = Counting(LengthJudge("shorter"), False), Counting(LengthJudge("shorter"), True)
    assert BothOrders(once).judge(original) == BothOrders(twice).judge(original)
    assert (once.count, twice.count) == (3, 6)


def test_a_benchmark_asks_an_invariant_judge_once_and_reports_the_same_figures() -> None:
    tasks = [
        Task(
            id=str(number),
            comparison=original,
            label="A",
            group=str(number),
            stratum=str(original.criterion.aspect),
        )
        for number, original in enumerate(
            [comparison("x", "xx"), comparison("xxx", "x", Aspect.EFFICIENCY), comparison("x", "y", Aspect.SECURITY)]
        )
    ]
    settings = RunSettings(judge="shorter", judge_files={}, data={}, order="both", comments="stripped", seed=0)
    manifest = make_manifest("codefavor bench run", {}, [], 0)
    results = {}
    for invariant in (False, True):
        judge = Counting(LengthJudge("shorter"), invariant)
        rows = list(judge_tasks(judge, tasks, settings))
        assert all(row.swapped is not None and row.swapped.comparison == row.given.comparison for row in rows)
        results[invariant] = score_run(
            rows, TaskSet(tasks=tuple(tasks), files={}, strata=CODEPREFBENCH.strata), settings, manifest
        )
        assert judge.count == (3 if invariant else 6)
    assert results[True].average == results[False].average
    for aspect, own in results[True].aspects.items():
        other = results[False].aspects[aspect]
        assert own.orders == other.orders
        assert (own.accuracy, own.undecided, own.ties) == (other.accuracy, other.undecided, other.ties)
        assert own.orders is not None and own.orders.flip_rate == 0
        assert own.orders.single_order == own.orders.both_orders == own.orders.swapped_order
