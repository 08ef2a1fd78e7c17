"""How far length alone gives the better code away."""

from collections.abc import Sequence

from codefavor.pairs.comparison import LabeledComparison


def shorter_better_share(tasks: Sequence[LabeledComparison]) -> float:
    """Return the accuracy of "the shorter candidate is better" on at least one task, equal lengths at half."""
    points = []
    for task in tasks:
        length_a, length_b = len(task.comparison.code_a), len(task.comparison.code_b)
        is_right = (length_a < length_b) == (task.label == "A")
        points.append(0.5 if length_a == length_b else float(is_right))
    return round(sum(points) / len(points), 4)
