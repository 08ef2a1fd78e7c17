"""Asks the evidence whether a new pair's label holds; what a mark means is decided in `evidence.verification`.

Both codes are run in the sandbox, so this is the one filter that costs seconds.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from codefavor.evidence.verification import Mark, verify
from codefavor.evidence.verify_pairs import with_evidence
from codefavor.evolve.filters import PairFilter
from codefavor.evolve.protocol import Discard
from codefavor.pairs.pair import PreferencePair
from codefavor.sandbox.engine import Engine

VERIFY_STAGE: Final = "verify"
_REFUTED: Final[frozenset[Mark]] = frozenset({"refuted"})

PairCheck = Callable[[PreferencePair], Awaitable[PreferencePair | Discard]]
"""Checks a new pair: returns the pair as it is kept, or why it is dropped."""


def filter_by_evidence(
    engine: Engine, pair: PreferencePair, rng_seed: int, dropped: frozenset[Mark]
) -> PreferencePair | Discard:
    """Return the pair with its evidence, or a discard where the evidence gives it one of the `dropped` marks."""
    pair = with_evidence(engine, pair, rng_seed)
    mark, _, reason = verify(pair)
    if mark not in dropped:
        return pair
    return Discard(
        source_id=pair.provenance.source_id, stage=VERIFY_STAGE, reason=f"{pair.provenance.method}: {mark}: {reason}"
    )


def make_check(rules: PairFilter, engine: Engine | None, threads: ThreadPoolExecutor, rng_seed: int) -> PairCheck:
    """Return the check of a run: the filters, then, where there is a `engine`, what evidence says.

    A model's pair that cannot be tested is kept: most criteria in a critic's own words are not about anything that a
    program can show. Only a label that the evidence refutes is dropped.
    """

    async def check(pair: PreferencePair) -> PreferencePair | Discard:
        outcome = rules.check(pair)
        if engine is None or isinstance(outcome, Discard):
            return outcome
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(threads, filter_by_evidence, engine, outcome, rng_seed, _REFUTED)

    return check
