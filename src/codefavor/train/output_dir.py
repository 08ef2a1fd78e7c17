"""The folder of a judge: refused when it holds something else, finished by writing judge.json last. No torch."""

from collections.abc import Sequence
from pathlib import Path

from codefavor.atomic import write_json, write_text
from codefavor.judges.card import CARD_FILE, JudgeCard, write_card
from codefavor.judges.training_groups import write_training_groups
from codefavor.manifest import Manifest
from codefavor.pairs.pair import PreferencePair
from codefavor.runs.run_folder import MANIFEST_FILE, require_resumable
from codefavor.train.config import TrainConfig
from codefavor.train.model_card import model_card

CHECKPOINT = "checkpoint"
"""The name of the checkpoint in a run that has not ended."""
LOG_FILE = "training.jsonl"
"""The name of the file of step metrics."""


def check_folder(out: Path, *, resume: bool) -> None:
    """Refuse a folder that a run must not write to.

    Raises:
        UserError: `out` holds a finished judge, a run that has not ended and is not resumed, or something else.
    """
    require_resumable(out, finished=CARD_FILE, begun={CHECKPOINT, LOG_FILE}, resume=resume, what="judge")


def finish_folder(
    out: Path, card: JudgeCard, config: TrainConfig, manifest: Manifest, pairs: Sequence[PreferencePair], truncated: int
) -> None:
    """Write what stands beside the weights; the card comes last, since it says that the judge is whole."""
    write_json(out / MANIFEST_FILE, manifest)
    write_training_groups(out, (pair.provenance.group for pair in pairs))
    write_text(out / "README.md", model_card(config, pairs, truncated))
    write_card(out, card)
