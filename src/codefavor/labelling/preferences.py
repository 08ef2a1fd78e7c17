"""Rows of a preference set in TRL's format: prompt, chosen, rejected, and what is known of the preference.

TRL's DPO and reward trainers read `prompt`, `chosen` and `rejected`; the reward trainer also subtracts `margin` in its
loss where the column is there. The column `codefavor` holds criterion and provenance, so that
`codefavor pairs convert --from trl` gives back whole pairs.
"""

from typing import Any

from codefavor.evidence.describe import describe
from codefavor.labelling.labelled import LabelledPair, LabelledProblem, LabelSettings
from codefavor.pairs.formats.protocol import ColumnType, row_of_pair
from codefavor.pairs.formats.trl import TrlConversational, TrlPreference
from codefavor.pairs.pair import PreferencePair, Provenance
from codefavor.ranking.candidate_set import CandidateSet

METHOD = "label"


def columns(chat: bool) -> dict[str, ColumnType]:
    """Return the columns of a set and what they hold, without `codefavor`."""
    trl = TrlConversational if chat else TrlPreference
    return {
        **trl.columns,
        "margin": "real",
        "probability": "real",
        "judge": "text",
        "evidence": "text",
        "evidence_digest": "text",
    }


def rows_of(problem: LabelledProblem, task: CandidateSet, settings: LabelSettings, chat: bool) -> list[dict[str, Any]]:
    """Return the rows of one problem, as plain text or as chat messages."""
    return [_row(problem, pair, task, settings, chat) for pair in problem.pairs]


def _row(
    problem: LabelledProblem, pair: LabelledPair, task: CandidateSet, settings: LabelSettings, chat: bool
) -> dict[str, Any]:
    preferred = PreferencePair(
        instruction=task.instruction,
        criterion=task.criterion,
        chosen=task.candidates[pair.chosen],
        rejected=task.candidates[pair.rejected],
        language=task.language,
        provenance=Provenance(method=METHOD, source=settings.source, source_id=problem.id, license=settings.license),
    )
    row = row_of_pair(TrlConversational() if chat else TrlPreference(), preferred)
    known = pair.evidence
    return row | {
        "margin": round(pair.margin, 6),
        "probability": round(pair.probability, 6),
        "judge": settings.judge,
        # Empty and not null, for a column of nulls alone has no type that readers agree on.
        "evidence": "\n".join(describe(known)) if known else "",
        "evidence_digest": known.digest() if known else "",
    }
