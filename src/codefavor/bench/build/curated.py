"""What curation gives of a problem: pairs of which one code is known to be better, or the reason why there is none."""

from codefavor.bench.build.problems import Problem
from codefavor.bench.build.samples import Sample
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.pair import PreferencePair, Provenance
from codefavor.record import Record


class Dropped(Record):
    """One line of `discarded.jsonl`."""

    problem: str
    """The problem."""
    reason: str
    """Why nothing was made of it."""


def make_pair(
    aspect: Aspect, problem: Problem, source: str, better: Sample, worse: Sample, feedback: str
) -> PreferencePair:
    """Return the pair of two samples; the model named is that of the worse code, else of the better."""
    return PreferencePair(
        instruction=problem.instruction,
        criterion=criterion_for(aspect),
        chosen=better.code,
        rejected=worse.code,
        feedback=feedback,
        provenance=Provenance(
            method=f"bench-build/{aspect}",
            source=source,
            source_id=problem.id,
            license=problem.license,
            model=worse.model or better.model,
        ),
    )
