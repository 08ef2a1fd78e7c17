"""The evolver: good functions in, pairs and discards out. Deterministic under its seed.

Of the operators that fit a function, those that made the fewest pairs so far come first, so that rare ways to get
worse are not drowned by common ones.
"""

import keyword
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from random import Random

from codefavor.evolve.protocol import Discard
from codefavor.evolve.provenance import provenance_of
from codefavor.evolve.regress_evol.balance import MAX_RELATIVE_CHANGE
from codefavor.evolve.regress_evol.operator import Change, Operator
from codefavor.evolve.regress_evol.snippet import Snippet
from codefavor.evolve.regress_evol.wording import criterion_in_words, describe_task
from codefavor.evolve.seeds import GoodFunction
from codefavor.languages.python.parse import parses
from codefavor.languages.python.strip import strip_comments
from codefavor.pairs.pair import PreferencePair

METHOD = "regress-evol"
_SHORT_WORD = 3


class RegressEvol:
    """Makes pairs of good functions by making them worse."""

    def __init__(self, operators: Sequence[Operator], rng_seed: int, pairs_per_aspect: int = 2) -> None:
        self._operators = operators
        self._rng_seed = rng_seed
        self._pairs_per_aspect = pairs_per_aspect
        self._made: Counter[str] = Counter()

    def evolve_all(self, functions: Iterable[GoodFunction]) -> Iterator[PreferencePair | Discard]:
        """Yield what becomes of every function."""
        for function in functions:
            yield from self.evolve(function)

    def evolve(self, good: GoodFunction) -> list[PreferencePair | Discard]:
        """Return the pairs made of one function, at most `pairs_per_aspect` for an aspect, and what was dropped."""
        stripped = strip_comments(good.function.snippet)
        if stripped.kept:
            return [Discard(source_id=good.source_id, stage="strip", reason=stripped.kept)]
        snippet = Snippet(stripped.code)
        found: list[PreferencePair | Discard] = []
        made: Counter[str] = Counter()
        for operator in sorted(self._operators, key=lambda operator: (self._made[operator.name], operator.name)):
            if made[operator.aspect] < self._pairs_per_aspect:
                outcome = self._apply(operator, good, snippet)
                found += [outcome] if outcome else []
                if isinstance(outcome, PreferencePair):
                    made[operator.aspect] += 1
                    self._made[operator.name] += 1
        if not found:
            return [Discard(source_id=good.source_id, stage="operators", reason="no operator finds anything to change")]
        return found

    def _apply(self, operator: Operator, good: GoodFunction, snippet: Snippet) -> PreferencePair | Discard | None:
        rng = Random(f"{self._rng_seed}:{good.source}:{good.source_id}:{operator.name}")
        changes = operator.changes(snippet, rng)
        if not changes:
            return None
        change = rng.choice(changes)
        try:
            chosen, rejected = _rendered(change, snippet, operator.settles_imports)
        except (ValueError, RecursionError) as error:
            return Discard(source_id=good.source_id, stage="render", reason=f"{operator.name}: {error}")
        task = describe_task(good.function, rng)
        if flaw := _flaw(chosen, rejected, task):
            return Discard(source_id=good.source_id, stage=flaw[0], reason=f"{operator.name}: {flaw[1]}")
        return PreferencePair(
            instruction=f"{task} {change.task}" if change.task else task,
            criterion=criterion_in_words(operator.aspect, rng),
            chosen=chosen,
            rejected=rejected,
            feedback=operator.harm,
            provenance=provenance_of(good, f"{METHOD}/{operator.name}"),
        )


def _rendered(change: Change, snippet: Snippet, settled: bool) -> tuple[str, str]:
    better = change.better
    chosen = snippet.text() if better is None else snippet.text_with(change.node, better, settled)
    return chosen, snippet.text_with(change.node, change.worse, settled)


def _flaw(chosen: str, rejected: str, task: str) -> tuple[str, str] | None:
    """Return the stage and reason for which a pair is no pair, or None."""
    if not parses(chosen) or not parses(rejected):
        return "parse", "one side does not parse"
    if chosen == rejected:
        return "same", "both sides are the same code"
    ratio = max(len(chosen), len(rejected)) / min(len(chosen), len(rejected))
    if ratio > 1 + MAX_RELATIVE_CHANGE:
        return "length", "one side is more than twice as long as the other"
    if leaked := sorted(_words(task) & (_words(chosen) ^ _words(rejected))):
        return "leak", f"the instruction holds {leaked[0]!r}, which only one side does"
    return None


def _words(text: str) -> set[str]:
    words = re.findall(r"\w+", text)
    return {word for word in words if len(word) > _SHORT_WORD and not keyword.iskeyword(word)}
