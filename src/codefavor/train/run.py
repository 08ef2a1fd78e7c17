"""One training run: pairs in, a finished judge folder out. A folder without judge.json is a run that has not ended."""

from collections.abc import Callable, Sequence
from pathlib import Path

from codefavor.errors import ConfigError
from codefavor.judge.card import CARD_FILE, JudgeCard, write_card
from codefavor.manifest import Manifest
from codefavor.pairs.pair import PreferencePair
from codefavor.record import content_digest
from codefavor.train.checkpoint import CHECKPOINT, drop_checkpoint
from codefavor.train.config import TrainConfig
from codefavor.train.examples import ExampleSet
from codefavor.train.loop import LOG_FILE, train_steps
from codefavor.train.model_card import model_card
from codefavor.train.objectives import ClassificationLearner, Learner, RewardLearner
from codefavor.train.parameters import Trainable
from codefavor.train.report import Report


def train(
    pairs: Sequence[PreferencePair],
    config: TrainConfig,
    out: Path,
    manifest: Manifest,
    *,
    resume: bool = False,
    report: Callable[[Report], None],
) -> ExampleSet:
    """Train a judge of objective classification or reward and write it to `out`; return what it learned from.

    Raises:
        ConfigError: `out` holds something else, or the configuration does not fit the model.
        DataError: there are no pairs.
        ModelError: the base model cannot be loaded.
        Interrupted: Ctrl-C came; the run goes on with `resume`.
    """
    _check_folder(out, resume)
    learner = _learner(config)
    learned = learner.examples(pairs)
    out.mkdir(parents=True, exist_ok=True)
    trainable = Trainable(learner, config)
    run = content_digest([config.model_dump(mode="json"), [pair.id for pair in pairs]])
    train_steps(learner, trainable, learned.examples, config, out=out, run=run, report=report)
    trainable.merge()
    learner.save(out)
    (out / "manifest.json").write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (out / "README.md").write_text(model_card(config, learned, pairs), encoding="utf-8")
    write_card(out, _card(config, learner))
    drop_checkpoint(out)
    return learned


def _check_folder(out: Path, resume: bool) -> None:
    if (out / CARD_FILE).exists():
        raise ConfigError(f"{out} already holds a finished judge; choose another --out")
    if out.exists() and not out.is_dir():
        raise ConfigError(f"{out} is a file; --out names a folder")
    held = {path.name for path in out.iterdir()} if out.exists() else set()
    if held and not held & {CHECKPOINT, LOG_FILE}:
        raise ConfigError(f"{out} is not empty and holds no run; choose another --out")
    if held and not resume:
        raise ConfigError(f"{out} holds a run that has not ended; go on with --resume, or choose another --out")


def _learner(config: TrainConfig) -> Learner:
    match config.objective:
        case "classification":
            return ClassificationLearner(config)
        case "reward":
            return RewardLearner(config)
        case "linear":
            raise ConfigError("the linear objective has no language model to train here")


def _card(config: TrainConfig, learner: Learner) -> JudgeCard:
    return JudgeCard(
        objective=config.objective,
        base_model=config.model,
        format=learner.input_format,
        comments=config.comments,
        max_length=config.max_length,
    )
