"""The kind `evidence`: the judge that runs both candidates. The sandbox is imported when one is loaded."""

from codefavor.judges.kind import JudgeKind, Loader
from codefavor.judges.protocol import Judge


def _load(argument: str, loader: Loader) -> Judge | None:
    return None if argument else loader.evidence()


EVIDENCE = JudgeKind(
    name="evidence",
    forms=("evidence",),
    description="Runs and analyses both candidates, and uses no model.",
    load=_load,
    runs_code=lambda argument, runs_code: True,
    order_invariant=True,
)
