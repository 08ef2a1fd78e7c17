"""A review as a Markdown comment on a pull request; what comes from the repository stands in code and fences."""

from collections.abc import Iterator

from codefavor.review.printable import code_span, fence, printable
from codefavor.review.records import FunctionReview, Review
from codefavor.review.text import label, summary

MOST_CHARACTERS = 60_000
"""GitHub takes 65,536 characters in a comment."""
_SIGNS = {"worse": "🔻", "better": "🔺", "no difference": "＝", "undecided": "·"}


def as_markdown(review: Review) -> str:
    """Return the review as a comment: what is worse first, in full, then the rest as a table."""
    parts = list(_parts(review))
    kept, length = [], 0
    for part in parts:
        if length + len(part) > MOST_CHARACTERS:
            kept.append("*The rest is too long for a comment; `codefavor review` shows it.*\n")
            break
        kept.append(part)
        length += len(part) + 1
    return "\n".join(kept)


def _parts(review: Review) -> Iterator[str]:
    yield f"### codefavor review\n\n{code_span(review.compared)}: {printable(summary(review))}\n"
    if review.not_run:
        yield f"No code was run: {code_span(review.not_run)}\n"
    worse = [each for each in review.functions if any(one.outcome == "worse" for one in each.judged)]
    for function in worse:
        yield _in_full(function)
    rest = [each for each in review.functions if each not in worse]
    if rest:
        yield "| function | what happened | answers |\n|---|---|---|\n" + "\n".join(map(_row, rest)) + "\n"
    if review.not_judged:
        lines = [f"{file.path}: {file.reason}" for file in review.not_judged]
        yield f"<details><summary>{len(lines)} files not judged</summary>\n\n{fence(lines)}\n\n</details>\n"
    yield f"<sub>Judge: {code_span(review.judge)}. A is the old code, B the new.</sub>\n"


def _place(function: FunctionReview) -> str:
    return code_span(f"{function.path}:{function.first_line} {function.name}")


def _in_full(function: FunctionReview) -> str:
    blocks = [f"#### {_place(function)}\n"]
    for judged in function.judged:
        sureness = "" if judged.sureness is None else f" ({judged.sureness:.2f})"
        lines = [judged.words, *judged.evidence]
        blocks.append(f"{_SIGNS[judged.outcome]} **{printable(label(judged))}**: {judged.outcome}{sureness}\n")
        if judged.outcome != "undecided":
            blocks.append(f"{fence(lines)}\n")
    return "\n".join([*blocks, *_findings(function)])


def _findings(function: FunctionReview) -> list[str]:
    lines = [
        f"line {found.line}: {found.message} (CWE-{found.cwe}, {found.severity})" for found in function.new_findings
    ]
    return [f"New findings:\n\n{fence(lines)}\n"] if lines else []


def _row(function: FunctionReview) -> str:
    answers = ", ".join(f"{_SIGNS[each.outcome]} {printable(label(each))}" for each in function.judged)
    findings = f"{len(function.new_findings)} new findings" if function.new_findings else ""
    outcome = "; ".join(part for part in (answers, findings) if part) or "nothing to compare with"
    return f"| {_place(function)} | {function.kind} | {outcome} |"
