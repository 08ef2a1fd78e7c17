"""What a judge is shown of two candidates: one function for judging, training, ranking, filters and statistics.

Comments and documentation are stripped from both candidates of the three verifiable aspects and kept for human
preference and for criteria in words (paper, section 3.1). Stripping normalises the layout, so that stripping one
candidate alone would mark it: where one cannot be stripped, both keep their text.
"""

from collections.abc import Sequence
from typing import Literal

from codefavor.languages.registry import find_language, title_of
from codefavor.languages.source import Stripped
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Criterion
from codefavor.pairs.pair import PreferencePair
from codefavor.record import Record

CommentPolicy = Literal["stripped", "kept"]
"""What judges see of comments: stripped where the criterion's aspect is verifiable, or kept everywhere."""


class Presentation(Record):
    """A comparison as a judge is shown it."""

    comparison: Comparison
    """The comparison."""
    kept: str | None = None
    """Why comments were to be stripped and are not; None where all went as the policy says."""


def present(comparison: Comparison, comments: CommentPolicy, verifiable: bool | None = None) -> Presentation:
    """Return the comparison as a judge is shown it under a comment policy.

    Args:
        comparison: the comparison.
        comments: whether comments are stripped.
        verifiable: whether a program can decide the comparison; by default the aspect of its criterion says so.
    """
    stripping = strips(comparison.criterion, comments) if verifiable is None else comments == "stripped" and verifiable
    if not stripping:
        return Presentation(comparison=comparison)
    a, b = (strip_code(code, comparison.language) for code in (comparison.code_a, comparison.code_b))
    if reasons := [f"{side}: {stripped.kept}" for side, stripped in (("A", a), ("B", b)) if stripped.kept]:
        return Presentation(comparison=comparison, kept="; ".join(reasons))
    return Presentation(comparison=comparison.model_copy(update={"code_a": a.code, "code_b": b.code}))


def present_pair(pair: PreferencePair, comments: CommentPolicy) -> PreferencePair | None:
    """Return the pair with the codes that a judge would be shown; None where it would be shown the same code twice."""
    comparison = present(pair.present("A").comparison, comments).comparison
    if comparison.code_a == comparison.code_b:
        return None
    return pair.model_copy(update={"chosen": comparison.code_a, "rejected": comparison.code_b})


def group_alike(codes: Sequence[str], criterion: Criterion, language: str, comments: CommentPolicy) -> list[list[int]]:
    """Return groups of indices: the codes of one group are the same to a judge that is shown any two of them."""
    stripping = strips(criterion, comments)
    groups: dict[tuple[str, bool], list[int]] = {}
    for index, code in enumerate(codes):
        stripped = strip_code(code, language) if stripping else Stripped(code=code, parses=True)
        # A code that cannot be stripped is never the same as one that can: beside it, neither is stripped.
        groups.setdefault((stripped.code, stripped.kept is None), []).append(index)
    return list(groups.values())


def strips(criterion: Criterion, comments: CommentPolicy) -> bool:
    """Return whether comments are to be stripped from candidates that are judged by `criterion`."""
    return comments == "stripped" and criterion.aspect is not None and criterion.aspect.verifiable


def strip_code(code: str, language: str) -> Stripped:
    """Return a code without comments and documentation, or as it is with the reason why they stay."""
    found = find_language(language)
    if found is None:
        return Stripped(code=code, parses=True, kept=f"comments of {title_of(language)} are not known")
    return found.syntax.strip_comments(code)
