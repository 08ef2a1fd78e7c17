"""What an exported task needs inside another evaluation framework: its rows, and our scoring of a model's answers.

The files that `codefavor bench export` writes import this, so that a framework asks what a chat judge asks, reads the
answers as it does, and counts as `bench run` does. No framework is imported here.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from codefavor.bench.scoring import score
from codefavor.bench.tasks import Task
from codefavor.jsonl import read_records
from codefavor.judges.both_orders import join_orders
from codefavor.judges.chat_format import feedback_prompt, read_answer
from codefavor.pairs.comparison import Comparison, Side, other_side
from codefavor.pairs.verdict import Verdict
from codefavor.record import Record

ROWS_FILE = "rows.jsonl"
MAX_TOKENS = 2048
"""The most tokens of an answer: what a chat judge asks for unless told otherwise."""
METRICS = ("single_order", "both_orders", "undecided")
"""The figures: of the order given, of both orders joined, and the share without a joined answer."""


class ExportedPrompt(Record):
    """One line of `rows.jsonl`: a task in one order, as a model is asked it."""

    id: str
    """The task's id, the same in both orders."""
    aspect: str
    """The key of its stratum."""
    order: Literal["given", "swapped"]
    """Whether the candidates stand as in the file or exchanged."""
    label: Side
    """The better candidate in the order given."""
    prompt: str
    """What the model is asked."""


class ExportedAnswer(Record):
    """A row with what the model's answer was read as."""

    id: str
    """The task."""
    label: Side
    """The better candidate in the order given."""
    verdict: Verdict
    """The verdict, said of the order given."""
    order: Literal["given", "swapped"]
    """The order in which it was asked."""


def prompts_of(task: Task) -> Iterator[ExportedPrompt]:
    """Yield the task in both orders."""
    orders: tuple[tuple[Literal["given", "swapped"], Comparison], ...] = (
        ("given", task.comparison),
        ("swapped", task.comparison.swapped()),
    )
    for order, comparison in orders:
        (message,) = feedback_prompt(comparison)
        yield ExportedPrompt(id=task.id, aspect=task.stratum, order=order, label=task.label, prompt=message.content)


def read_rows_of(folder: Path, aspect: str) -> list[dict[str, Any]]:
    """Return the rows of a stratum in an exported folder, as plain data.

    Raises:
        DataError: the file is missing.
    """
    rows = read_records(folder / ROWS_FILE, ExportedPrompt)
    return [row.model_dump(mode="json") for row in rows if row.aspect == aspect]


def read_reply(row: Mapping[str, Any], reply: str) -> dict[str, Any]:
    """Return, as plain data, what `figures` needs of a model's answer to a row."""
    reading = read_answer(reply)
    choice = reading.choice
    if row["order"] == "swapped" and choice in ("A", "B"):
        choice = other_side(choice)
    verdict = Verdict(comparison=row["id"], judge="model", choice=choice, undecided=reading.undecided)
    answered = ExportedAnswer(id=row["id"], label=row["label"], verdict=verdict, order=row["order"])
    return answered.model_dump(mode="json")


def figures(answers: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Return the metrics of what `read_reply` returned of all rows of a stratum."""
    read = [ExportedAnswer.model_validate(answer) for answer in answers]
    in_given_order = {answer.id: answer for answer in read if answer.order == "given"}
    swapped = {answer.id: answer for answer in read if answer.order == "swapped"}
    joined = {
        task: join_orders(answer.verdict, swapped[task].verdict) if task in swapped else answer.verdict
        for task, answer in in_given_order.items()
    }
    count = len(in_given_order) or 1
    return {
        "single_order": sum(score(answer.verdict, answer.label) for answer in in_given_order.values()) / count,
        "both_orders": sum(score(joined[task], answer.label) for task, answer in in_given_order.items()) / count,
        "undecided": sum(verdict.choice is None for verdict in joined.values()) / count,
    }
