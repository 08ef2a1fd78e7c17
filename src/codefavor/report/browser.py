"""The browser of tasks: texts and verdicts as JSON inside the page, drawn by the page only as they are opened.

Results hold no code, so the tasks are given at report time; they are matched by id and label and never guessed.
"""

import json
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from codefavor.bench.results import TaskVerdict
from codefavor.bench.scoring import joined
from codefavor.bench.tasks import Task, TaskSet
from codefavor.pairs.verdict import Verdict
from codefavor.record import Record
from codefavor.report.runs import ReportedRun
from codefavor.report.table import row_name
from codefavor.report.text import percent

_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


class LengthRow(Record):
    """How a judge's preferences go with length on one stratum."""

    judge: str
    """The row's name."""
    stratum: str
    """The heading of the stratum."""
    figures: tuple[str, ...]
    """In percent: shorter preferred, better is shorter, right where it is, right where it is not."""


def covers(tasks: TaskSet, run: ReportedRun) -> bool:
    """Return whether `tasks` are those of the run."""
    return bool(run.rows) and tasks.files == run.result.settings.data


def browser_json(tasks: TaskSet, runs: Sequence[ReportedRun]) -> Markup:
    """Return the content of the page's JSON block: tasks, and the verdicts of every run on them, in task order."""
    titles = {stratum.key: stratum.title for stratum in tasks.strata}
    content = {
        "judges": [row_name(run.result) for run in runs],
        "tasks": [_task(task, titles[task.stratum]) for task in tasks.tasks],
        "verdicts": [_verdicts(tasks.tasks, run.rows) for run in runs],
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    # Inside JSON these only occur in strings, and escaped there nothing can end the script element.
    return Markup(text.translate(_ESCAPES))


def _task(task: Task, stratum: str) -> dict[str, str]:
    comparison = task.comparison
    return {
        "id": task.id,
        "stratum": stratum,
        "instruction": comparison.instruction,
        "criterion": comparison.criterion.text,
        "a": comparison.code_a,
        "b": comparison.code_b,
        "label": task.label,
    }


def _verdicts(tasks: Sequence[Task], rows: Sequence[TaskVerdict]) -> list[dict[str, object] | None]:
    by_task = {(row.task, row.label): row for row in rows}
    found = (by_task.get((task.id, task.label)) for task in tasks)
    return [_verdict(row) if row else None for row in found]


def _verdict(row: TaskVerdict) -> dict[str, object]:
    verdict = joined(row)
    entry: dict[str, object] = {"choice": verdict.choice or "undecided", "feedback": _feedback(row, verdict)}
    entry["p"] = None if verdict.prob_a is None else round(verdict.prob_a, 3)
    entry["why"] = verdict.undecided
    entry["evidence"] = verdict.evidence.model_dump(mode="json", exclude_defaults=True) if verdict.evidence else None
    return {name: value for name, value in entry.items() if value is not None}


def _feedback(row: TaskVerdict, verdict: Verdict) -> str | None:
    if verdict.feedback or not row.swapped:
        return verdict.feedback
    texts = [("as shown", row.given.feedback), ("exchanged, so that A is B here", row.swapped.feedback)]
    return "\n\n".join(f"[{order}] {text}" for order, text in texts if text) or None


def length_rows(tasks: TaskSet, run: ReportedRun, titles: Mapping[str, str]) -> list[LengthRow]:
    """Return how the judge's preferences go with length, for each stratum; tasks of equal length are left out."""
    by_task = {(row.task, row.label): joined(row) for row in run.rows}
    answers: dict[str, list[tuple[bool, bool | None, float]]] = {}
    for task in tasks.tasks:
        verdict = by_task.get((task.id, task.label))
        length_a, length_b = len(task.comparison.code_a), len(task.comparison.code_b)
        if verdict and length_a != length_b:
            shorter = "A" if length_a < length_b else "B"
            decided = verdict.choice in ("A", "B")
            right = float(verdict.choice == task.label) if decided else 0.5
            prefers = verdict.choice == shorter if decided else None
            answers.setdefault(task.stratum, []).append((task.label == shorter, prefers, right))
    name = row_name(run.result)
    return [LengthRow(judge=name, stratum=titles[key], figures=_lengths(members)) for key, members in answers.items()]


def _lengths(answers: Sequence[tuple[bool, bool | None, float]]) -> tuple[str, ...]:
    shares = (
        [float(prefers) for _, prefers, _ in answers if prefers is not None],
        [float(is_shorter) for is_shorter, _, _ in answers],
        [right for is_shorter, _, right in answers if is_shorter],
        [right for is_shorter, _, right in answers if not is_shorter],
    )
    return tuple(percent(sum(share) / len(share)) if share else "–" for share in shares)
