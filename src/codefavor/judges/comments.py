"""What a judge sees of comments: stripped from both candidates of the three verifiable aspects, or kept.

Paper: section 3.1 strips them there and keeps them for human preference. Where one candidate does not parse, both keep
theirs: stripping normalises the layout, so that stripping one alone would mark it.
"""

from codefavor.judges.card import CommentPolicy
from codefavor.languages.python.strip import strip_comments
from codefavor.pairs.comparison import Comparison
from codefavor.record import Record


class Shown(Record):
    """A comparison as it is shown to the judge."""

    comparison: Comparison
    """The comparison."""
    unparsed: bool = False
    """Whether comments were to be stripped and are not, because a candidate does not parse."""


def with_comments(comparison: Comparison, policy: CommentPolicy, verifiable: bool | None = None) -> Shown:
    """Return the comparison as `policy` shows it; "kept" leaves every comparison as it is.

    Args:
        comparison: the comparison.
        policy: whether comments are stripped.
        verifiable: whether a program can decide it; by default the aspect of its criterion says so.
    """
    if verifiable is None:
        aspect = comparison.criterion.aspect
        verifiable = aspect is not None and aspect.verifiable
    if policy == "kept" or not verifiable or comparison.language != "python":
        return Shown(comparison=comparison)
    code_a, code_b = strip_comments(comparison.code_a), strip_comments(comparison.code_b)
    if code_a.kept or code_b.kept:
        return Shown(comparison=comparison, unparsed=True)
    return Shown(comparison=comparison.model_copy(update={"code_a": code_a.code, "code_b": code_b.code}))
