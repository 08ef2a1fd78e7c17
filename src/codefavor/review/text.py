"""A review as plain text for a terminal or a log."""

from collections.abc import Iterator

from codefavor.review.printable import printable
from codefavor.review.records import FunctionReview, Judged, Review

_MOST_EVIDENCE = 8
_WIDTH = 13


def as_text(review: Review) -> str:
    """Return the review as text."""
    return "\n".join(printable(line) if line else "" for line in _lines(review)) + "\n"


def _lines(review: Review) -> Iterator[str]:
    yield f"{review.compared}, judged by {review.judge}. A is the old code, B the new."
    if review.not_run:
        yield f"No code was run: {review.not_run}"
    for function in review.functions:
        yield ""
        yield from _function(function)
    yield ""
    for file in review.not_judged:
        yield f"not judged: {file.path}: {file.reason}"
    yield summary(review)


def _function(function: FunctionReview) -> Iterator[str]:
    was = f", was {function.was}" if function.was else ""
    yield f"{function.path}:{function.first_line} {function.name} ({function.kind}{was})"
    for judged in function.judged[: 1 if _says_nothing(function) else None]:
        yield f"  {label(judged):<{_WIDTH}}{_outcome(judged)}: {judged.words}"
        for line in _beyond_words(judged):
            yield f"  {'':<{_WIDTH}}{line}"
    for finding in function.new_findings:
        weakness = f"line {finding.line}: {finding.message} (CWE-{finding.cwe}, {finding.severity})"
        yield f"  {'new finding':<{_WIDTH}}{weakness}"


def _says_nothing(function: FunctionReview) -> bool:
    """Return whether no criterion gives a side; then the first one's reason is enough."""
    return all(judged.outcome in ("undecided", "no difference") for judged in function.judged)


def _beyond_words(judged: Judged) -> list[str]:
    """Return the evidence, but for what the words say already."""
    lines = [line for line in judged.evidence if line.rpartition(": ")[2] not in judged.words]
    return lines[:_MOST_EVIDENCE]


def label(judged: Judged) -> str:
    """Return the criterion's short name."""
    return str(judged.criterion.aspect or judged.criterion.text)


def _outcome(judged: Judged) -> str:
    return judged.outcome if judged.sureness is None else f"{judged.outcome} ({judged.sureness:.2f})"


def summary(review: Review) -> str:
    """Return one line of counts."""
    functions = review.functions
    if not functions:
        return f"No function {'was reviewed' if review.not_judged else 'differs'} in {review.compared}."
    answers = [function.judged for function in functions]
    worse = sum(any(judged.outcome == "worse" for judged in of_one) for of_one in answers)
    better = sum(any(judged.outcome == "better" for judged in of_one) for of_one in answers)
    alone = sum(not of_one for of_one in answers)
    noun = "function" if len(functions) == 1 else "functions"
    counts = f"{len(functions)} {noun}: {worse} worse, {better} better by some criterion"
    return f"{counts}; {alone} added or deleted, with nothing to compare." if alone else f"{counts}."
