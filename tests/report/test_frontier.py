import pytest
from report_results import make_result, make_run

from codefavor.report.frontier import CostRow, cost_rows, draw_frontier, frontier, money
from codefavor.report.published import load_published
from codefavor.report.table import make_accuracy_table

PUBLISHED = load_published()


def row(name: str, dollars: float, accuracy: float | None) -> CostRow:
    return CostRow(judge=name, published=False, dollars=dollars, relative=None, accuracy=accuracy)


def test_the_frontier_keeps_what_nothing_beats_for_less() -> None:
    rows = [row("dear", 1, 0.9), row("beaten", 0.5, 0.6), row("free", 0, 0.5), row("good", 0.1, 0.7), row("?", 0, None)]
    assert [each.judge for each in frontier(rows)] == ["free", "good", "dear"]
    assert [each.judge for each in frontier([row("worse", 1, 0.6), row("better", 1, 0.7)])] == ["better"]


def test_costs_are_normalised_to_the_cheapest_that_costs_any() -> None:
    results = [make_result("paid"), make_result("free")]
    free = results[1].model_copy(update={"cost": results[1].cost.model_copy(update={"dollars": 0.0})})
    rows = {
        each.judge: each
        for each in cost_rows([results[0], free], make_accuracy_table([results[0], free], None), PUBLISHED)
    }
    assert rows["paid"].relative == pytest.approx(0.0012 / 0.0000508)
    assert rows["free"].relative is None and rows["free"].dollars == 0


def test_the_published_costs_are_those_of_table_four() -> None:
    result = make_result("ours")
    rows = cost_rows([result], make_accuracy_table([result], PUBLISHED), PUBLISHED)
    relative = {each.judge: each.relative for each in rows if each.published}
    assert relative == {
        "3-developer majority": pytest.approx(1.2e5, rel=0.02),
        "Llama-3.1-405B-Instruct": pytest.approx(1.2e3, rel=0.02),
        "Llama-3-70B-Instruct": pytest.approx(34, rel=0.02),
        "Mistral Nemo + CodeFavor classification": 1,
    }


def test_published_costs_stand_beside_the_benchmark_only() -> None:
    run = make_run("own", 0.2)
    rows = cost_rows([run.result], make_accuracy_table([run.result], PUBLISHED), PUBLISHED)
    assert [each.judge for each in rows] == ["own (one order)"] and rows[0].relative == 1


def test_where_nothing_costs_anything_there_is_no_drawing() -> None:
    assert draw_frontier([row("free", 0, 0.6)]) == ""
    assert draw_frontier([row("one", 0.01, 0.6)]).count("<circle") == 1


@pytest.mark.parametrize(
    ("dollars", "text"),
    [(0, "0"), (0.0000508, "0.000051"), (0.061, "0.061"), (6.1, "6.1"), (10, "10"), (120, "120"), (0.1, "0.1")],
)
def test_money_has_no_exponent(dollars: float, text: str) -> None:
    assert money(dollars) == text
