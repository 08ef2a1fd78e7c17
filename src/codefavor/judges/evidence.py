"""The judge that runs both candidates and uses no model: it decides by evidence, and abstains where it has none."""

import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext

from codefavor.evidence.collect import collect
from codefavor.evidence.verdict import verdict_by_evidence
from codefavor.evidence.wanted import wanted_for
from codefavor.judges.one_order import one_order
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Verdict
from codefavor.sandbox.pool import Pool
from codefavor.sandbox.probe import open_sandbox
from codefavor.sandbox.shared import SharedPool


class EvidenceJudge:
    """Decides by what running and analysing shows."""

    name = "evidence"
    order_invariant = True

    def __init__(
        self,
        seed: int = 0,
        workers: int | None = None,
        unsafe_local: bool = False,
        shared: SharedPool | None = None,
    ) -> None:
        """Judge with as many workers as there are processors; `seed` is that of the generated inputs.

        With `shared`, that pool is used and kept, instead of one opened for every call of `judge`.
        """
        self._seed = seed
        self._workers = shared.workers if shared else workers or os.cpu_count() or 1
        self._unsafe_local = unsafe_local
        self._shared = shared

    @one_order
    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return a verdict for every comparison, with its evidence; each is run once, whichever order it is shown in.

        Raises:
            SandboxError: foreign code cannot be run safely here, and `unsafe_local` is not given.
        """
        with self._open() as pool, ThreadPoolExecutor(self._workers) as threads:
            return list(threads.map(lambda comparison: self._judge(pool, comparison), comparisons))

    def _open(self) -> AbstractContextManager[Pool]:
        if self._shared is not None:
            return nullcontext(self._shared.pool())
        return open_sandbox(self._workers, self._unsafe_local)

    def _judge(self, pool: Pool, comparison: Comparison) -> Verdict:
        start = time.monotonic()
        evidence = collect(pool, comparison, wanted_for(comparison.criterion.aspect, self._seed))
        return verdict_by_evidence(self.name, comparison, evidence, start)
