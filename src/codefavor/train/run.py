"""One training run: pairs in, a finished judge folder out. A folder without judge.json is a run that has not ended."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from codefavor.errors import ConfigError
from codefavor.judge.card import GenerationShape, JudgeCard, RewardShape, WideShape
from codefavor.judge.wide import WIDE_FORMAT
from codefavor.manifest import Manifest
from codefavor.pairs.pair import PreferencePair
from codefavor.record import content_digest
from codefavor.train.checkpoint import drop_checkpoint
from codefavor.train.config import TrainConfig
from codefavor.train.examples import ExampleSet, ExampleT
from codefavor.train.folder import check_folder, finish_folder
from codefavor.train.generation import GenerationLearner
from codefavor.train.loop import train_steps
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
) -> ExampleSet[Any]:
    """Train a judge on a language model and write it to `out`; return what it learned from.

    Raises:
        ConfigError: `out` holds something else, or the configuration does not fit the model.
        DataError: there are no pairs.
        ModelError: the base model cannot be loaded.
        Interrupted: Ctrl-C came; the run goes on with `resume`.
    """
    check_folder(out, resume=resume)
    match config.objective:
        case "classification":
            return _run(ClassificationLearner(config), pairs, config, out, manifest, report)
        case "generation":
            return _run(GenerationLearner(config), pairs, config, out, manifest, report)
        case "reward":
            return _run(RewardLearner(config), pairs, config, out, manifest, report)
        case "linear" | "grounded":
            raise ConfigError(f"the {config.objective} objective trains no language model; it has its own fit")


def _run(
    learner: Learner[ExampleT],
    pairs: Sequence[PreferencePair],
    config: TrainConfig,
    out: Path,
    manifest: Manifest,
    report: Callable[[Report], None],
) -> ExampleSet[ExampleT]:
    learned = learner.examples(pairs)
    out.mkdir(parents=True, exist_ok=True)
    trainable = Trainable(learner, config)
    run = content_digest([config.model_dump(mode="json"), [[pair.id, pair.feedback] for pair in pairs]])
    train_steps(learner, trainable, learned.examples, config, out=out, run=run, report=report)
    learner.language_model = trainable.merged()
    learner.save(out)
    finish_folder(out, _card(config, learner.input_format), config, manifest, pairs, learned.truncated)
    drop_checkpoint(out)
    return learned


def _card(config: TrainConfig, input_format: str) -> JudgeCard:
    generation = GenerationShape(max_new_tokens=config.max_new_tokens, unfinished=config.unfinished)
    wide = WideShape(weight=config.wide, format=WIDE_FORMAT) if config.wide else None
    reward = RewardShape(readout=config.readout, instruction=config.instruction, wide=wide)
    return JudgeCard(
        objective=config.objective,
        base_model=config.model,
        format=input_format,
        comments=config.comments,
        max_length=config.judge_max_length or config.max_length,
        generation=generation if config.objective == "generation" else None,
        reward=reward if config.objective == "reward" else None,
    )
