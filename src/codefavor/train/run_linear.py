"""One fit of the linear control: pairs in, a finished judge folder out. No torch."""

from collections.abc import Sequence
from pathlib import Path

from codefavor.judge.card import JudgeCard
from codefavor.judge.linear import LINEAR_FORMAT
from codefavor.manifest import Manifest
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import TrainConfig
from codefavor.train.folder import check_folder, finish_folder
from codefavor.train.linear import fit_linear


def train_linear(pairs: Sequence[PreferencePair], config: TrainConfig, out: Path, manifest: Manifest) -> None:
    """Fit the linear control and write it to `out`.

    Raises:
        ConfigError: `out` holds something else.
        DataError: there are no pairs.
    """
    check_folder(out, resume=False)
    judge = fit_linear(pairs, config.comments)
    out.mkdir(parents=True, exist_ok=True)
    judge.save(out)
    card = JudgeCard(objective="linear", format=LINEAR_FORMAT, comments=config.comments)
    finish_folder(out, card, config, manifest, pairs, truncated=0)
