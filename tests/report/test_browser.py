import json

from hypothesis import given
from hypothesis import strategies as st
from report_results import OWN_TASKS, TASKS, make_run

from codefavor.report.browser import browser_json, covers, length_rows
from codefavor.report.runs import ReportedRun

RUN = make_run("careful", 0.2)
TITLES = {stratum.key: stratum.title for stratum in TASKS.strata}


@given(st.text())
def test_any_code_comes_back_and_none_ends_the_script(code: str) -> None:
    shown = OWN_TASKS[0].comparison.model_copy(update={"code_a": code + "</script><!--"})
    text = browser_json(
        TASKS.model_copy(update={"tasks": (OWN_TASKS[0].model_copy(update={"comparison": shown}),)}), [RUN]
    )
    assert json.loads(text)["tasks"][0]["a"] == code + "</script><!--"
    assert "<" not in text and ">" not in text and "\u2028" not in text


def test_only_runs_with_verdicts_on_these_tasks_are_covered() -> None:
    assert covers(TASKS, RUN)
    assert not covers(TASKS, ReportedRun(result=RUN.result))
    assert not covers(TASKS.model_copy(update={"files": {"other": "2"}}), RUN)


def test_a_task_without_a_verdict_is_null() -> None:
    content = json.loads(browser_json(TASKS, [RUN.model_copy(update={"rows": RUN.rows[1:]})]))
    assert content["verdicts"][0][0] is None and content["verdicts"][0][1]["choice"] in ("A", "B")
    assert len(content["tasks"]) == len(content["verdicts"][0]) == 120


def test_length_figures_tell_a_judge_of_length_from_the_truth() -> None:
    always_a = [
        row.model_copy(update={"given": row.given.model_copy(update={"choice": "A", "prob_a": None})})
        for row in RUN.rows
    ]
    judged = RUN.model_copy(update={"rows": tuple(always_a)})
    figures = {row.stratum: row.figures for row in length_rows(TASKS, judged, TITLES)}
    assert set(figures) == {"Correctness", "Efficiency", "Security"}
    for prefers, better, where_shorter, where_longer in figures.values():
        assert (prefers, where_shorter, where_longer) == ("100.0", "100.0", "0.0") and 50 < float(better) < 100
