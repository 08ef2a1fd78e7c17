"""The folder of a judge: refused when it holds something else, finished by writing judge.json last. No torch."""

from collections.abc import Sequence
from pathlib import Path

from codefavor.errors import ConfigError
from codefavor.judges.card import CARD_FILE, JudgeCard, write_card
from codefavor.judges.training_groups import write_learned
from codefavor.manifest import Manifest
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import TrainConfig
from codefavor.train.model_card import model_card

CHECKPOINT = "checkpoint"
"""The name of the checkpoint in a run that has not ended."""
LOG_FILE = "training.jsonl"
"""The name of the file of reports."""
MANIFEST_FILE = "manifest.json"


def check_folder(out: Path, *, resume: bool) -> None:
    """Refuse a folder that a run must not write to.

    Raises:
        ConfigError: `out` holds a finished judge, a run that has not ended and is not resumed, or something else.
    """
    if (out / CARD_FILE).exists():
        raise ConfigError(f"{out} already holds a finished judge; choose another --out")
    if out.exists() and not out.is_dir():
        raise ConfigError(f"{out} is a file; --out names a folder")
    held = {path.name for path in out.iterdir()} if out.exists() else set()
    if held and not held & {CHECKPOINT, LOG_FILE}:
        raise ConfigError(f"{out} is not empty and holds no run; choose another --out")
    if held and not resume:
        raise ConfigError(f"{out} holds a run that has not ended; go on with --resume, or choose another --out")


def finish_folder(
    out: Path, card: JudgeCard, config: TrainConfig, manifest: Manifest, pairs: Sequence[PreferencePair], truncated: int
) -> None:
    """Write what stands beside the weights; the card comes last, since it says that the judge is whole."""
    (out / MANIFEST_FILE).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    write_learned(out, (pair.provenance.group for pair in pairs))
    (out / "README.md").write_text(model_card(config, pairs, truncated), encoding="utf-8")
    write_card(out, card)
