"""Preference pairs made by hand."""

from typing import Any

from codefavor.pairs.criterion import Aspect, Criterion, criterion_for
from codefavor.pairs.pair import PreferencePair, Provenance


def make_pair(
    chosen: str,
    rejected: str,
    criterion: Aspect | Criterion = Aspect.CORRECTNESS,
    *,
    instruction: str = "Write it.",
    source: str = "tests",
    source_id: object = 1,
    method: str = "by-hand",
    license_name: str | None = None,
    **fields: Any,
) -> PreferencePair:
    """Return a pair; `fields` are further fields of the record."""
    return PreferencePair(
        instruction=instruction,
        criterion=criterion_for(criterion) if isinstance(criterion, Aspect) else criterion,
        chosen=chosen,
        rejected=rejected,
        provenance=Provenance(method=method, source=source, source_id=str(source_id), license=license_name),
        **fields,
    )
