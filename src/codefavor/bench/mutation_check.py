"""Runs a code and its one-token edit in the sandbox, to see whether the edit changes what the code does."""

from collections.abc import Callable, Sequence

from codefavor.evidence.collect import collect
from codefavor.evidence.wanted import Wanted
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.evidence import CandidateEvidence, Evidence, Observed
from codefavor.sandbox.engine import Engine

_WANTED = Wanted(examples=True, behaviour=True)


def check_mutations(
    engine: Engine, comparisons: Sequence[Comparison], progress: Callable[[int, int], None]
) -> list[bool]:
    """Return for every comparison whether a worked example or a generated input shows that its codes differ.

    False is no proof of the contrary: code that cannot be called shows nothing.
    """
    differs = []
    for number, comparison in enumerate(comparisons, start=1):
        differs.append(_differ(collect(engine, comparison, _WANTED)))
        progress(number, len(comparisons))
    return differs


def _differ(evidence: Evidence) -> bool:
    return evidence.disagreements > 0 or _outcome(evidence.a) != _outcome(evidence.b)


def _outcome(candidate: CandidateEvidence) -> tuple[bool, int, tuple[tuple[str, Observed], ...]]:
    failed = tuple((example.call, example.got) for example in candidate.examples_failed)
    return candidate.load_failure is None, candidate.examples_passed, failed
