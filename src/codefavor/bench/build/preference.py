"""Human preference: the two most different samples of a problem are voted on, and kept where no vote conflicts.

Paper, section 3.1 and A.3: of eight samples the pair with the largest edit distance, three annotators, conflicts
dropped, ties allowed beside votes for one side.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from random import Random

from rapidfuzz.distance import Levenshtein

from codefavor.bench.build.curated import Dropped, make_pair
from codefavor.bench.build.problems import Problem
from codefavor.bench.build.samples import Sample
from codefavor.bench.tasks import Task
from codefavor.pairs.comparison import Choice, Comparison, LabeledComparison, other_side
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.pair import PreferencePair
from codefavor.pairs.presentation import present
from codefavor.pairs.vote import Vote

VOTES = 3
"""Votes that a task needs."""


def most_different(
    problem: Problem, samples: Sequence[Sample], source: str, rng: Random
) -> list[PreferencePair] | Dropped:
    """Return the two samples of largest edit distance, to be voted on; which of them is `chosen` is drawn."""
    if len(samples) < 2:
        return Dropped(problem=problem.id, reason="fewer than two samples")
    one, other = max(combinations(samples, 2), key=lambda two: Levenshtein.distance(two[0].code, two[1].code))
    first, second = (one, other) if rng.randrange(2) else (other, one)
    pair = make_pair(Aspect.HUMAN_PREFERENCE, problem, source, first, second, "")
    provenance = pair.provenance.model_copy(update={"method": "bench-build/unlabelled"})
    return [pair.model_copy(update={"feedback": None, "provenance": provenance})]


def curate_votes(tasks: Sequence[Task], votes: Sequence[Vote], min_votes: int) -> list[LabeledComparison | Dropped]:
    """Return for every task what people prefer, or why that is not known.

    Args:
        tasks: what was voted on, with comments kept; their labels are not looked at.
        votes: as `codefavor annotate export` writes them.
        min_votes: how many votes a task needs.
    """
    votes_by_digest: dict[str, list[Vote]] = defaultdict(list)
    for vote in votes:
        votes_by_digest[vote.comparison].append(vote)
    return [_curate(task, votes_by_digest, min_votes) for task in tasks]


def _curate(task: Task, votes_by_digest: dict[str, list[Vote]], min_votes: int) -> LabeledComparison | Dropped:
    choices = [choice for form in _forms_shown(task.comparison) for choice in _choices(form, votes_by_digest)]
    sides = {choice for choice in choices if choice != "tie"}
    if len(choices) < min_votes:
        return Dropped(problem=task.id, reason=f"fewer than {min_votes} votes")
    if len(sides) != 1:
        return Dropped(problem=task.id, reason="conflicting votes" if sides else "ties only")
    (side,) = sides
    comparison = task.comparison.model_copy(update={"criterion": criterion_for(Aspect.HUMAN_PREFERENCE)})
    return LabeledComparison(id=task.id, comparison=comparison, label=side, group=task.group)


def _forms_shown(comparison: Comparison) -> list[Comparison]:
    """Return the forms in which a study may have shown a comparison, without repetitions."""
    human = comparison.model_copy(update={"criterion": criterion_for(Aspect.HUMAN_PREFERENCE)})
    forms = [comparison, human, present(comparison, "stripped").comparison]
    return list({form.digest(): form for form in forms}.values())


def _choices(comparison: Comparison, votes_by_digest: dict[str, list[Vote]]) -> list[Choice]:
    straight = [vote.choice for vote in votes_by_digest.get(comparison.digest(), ())]
    swapped = [vote.choice for vote in votes_by_digest.get(comparison.swapped().digest(), ())]
    return straight + [choice if choice == "tie" else other_side(choice) for choice in swapped]
