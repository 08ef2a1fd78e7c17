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
from codefavor.sandbox.engine import Engine, EngineChoice
from codefavor.sandbox.open_engine import open_engine
from codefavor.sandbox.shared import SharedEngine


class EvidenceJudge:
    """Decides by what running and analysing shows."""

    name = "evidence"
    order_invariant = True

    def __init__(
        self,
        seed: int = 0,
        workers: int | None = None,
        engine: EngineChoice = "auto",
        shared: SharedEngine | None = None,
    ) -> None:
        """Judge with as many workers as there are processors; `seed` is that of the generated inputs.

        With `shared`, that engine is used and kept, instead of one opened for every call of `judge`.
        """
        self._seed = seed
        self._workers = shared.workers if shared else workers or os.cpu_count() or 1
        self._engine = engine
        self._shared = shared

    @one_order
    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return a verdict for every comparison, with its evidence; each is run once, whichever order it is shown in.

        Raises:
            SandboxError: candidates cannot be run safely here.
        """
        with self._open() as engine, ThreadPoolExecutor(self._workers) as threads:
            return list(threads.map(lambda comparison: self._judge(engine, comparison), comparisons))

    def _open(self) -> AbstractContextManager[Engine]:
        if self._shared is not None:
            return nullcontext(self._shared.engine())
        return open_engine(self._engine, self._workers)

    def _judge(self, engine: Engine, comparison: Comparison) -> Verdict:
        start = time.monotonic()
        evidence = collect(engine, comparison, wanted_for(comparison.criterion.aspect, self._seed))
        return verdict_by_evidence(self.name, comparison, evidence, start)
