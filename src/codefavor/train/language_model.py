"""A language model trained step by step: pairs in, a finished judge folder out, in one process or several."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from codefavor.errors import MissingExtraError
from codefavor.judges.card import GenerationShape, JudgeCard, RewardShape
from codefavor.manifest import Manifest
from codefavor.models.deepspeed_device import set_deepspeed_device
from codefavor.models.embedded import resolve_model
from codefavor.models.precision import keep_freed_memory
from codefavor.models.pretrained import load_tokenizer
from codefavor.pairs.pair import PreferencePair
from codefavor.record import content_digest
from codefavor.train.checkpoint import drop_checkpoint
from codefavor.train.config import GenerationTrainConfig, RewardConfig, StepsConfig, keeps_adapter
from codefavor.train.ddp import DdpEngine, joined
from codefavor.train.engine import Engine
from codefavor.train.examples import ExampleSet
from codefavor.train.fsdp import FsdpEngine
from codefavor.train.launch import Launch
from codefavor.train.learner import Learner
from codefavor.train.learners import make_learner
from codefavor.train.loop import train_steps
from codefavor.train.output_dir import check_folder, finish_folder
from codefavor.train.parameters import Trainable
from codefavor.train.step_metrics import StepMetrics

ALONE = Launch()
"""One process, without a launcher."""


def train_language_model(
    pairs: Sequence[PreferencePair],
    config: StepsConfig,
    out: Path,
    manifest: Manifest,
    *,
    resume: bool = False,
    on_step: Callable[[StepMetrics], None],
    launch: Launch = ALONE,
) -> ExampleSet[Any]:
    """Train a judge on a language model and write it to `out`; return its examples.

    Launched as one of several processes, all of them train the one judge, and the first writes it.

    Raises:
        ConfigError: `out` holds something else, or the configuration does not fit the model.
        DataError: there are no pairs.
        ModelError: the base model cannot be loaded.
        MissingExtraError: the launcher asks for DeepSpeed, and it is not installed.
        Interrupted: Ctrl-C was pressed; `resume` continues the run.
    """
    set_deepspeed_device()
    if launch.count == 1:
        return _run(Engine(), pairs, config, out, manifest, resume, on_step)
    engine = _engine(launch)
    with joined(launch):
        return _run(engine, pairs, config, out, manifest, resume, on_step)


def _engine(launch: Launch) -> Engine:
    match launch.sharing:
        case "ddp":
            return DdpEngine(launch)
        case "fsdp":
            return FsdpEngine(launch)
        case "deepspeed":
            try:
                # Imported where it is asked for alone: DeepSpeed looks at the machine as soon as it is imported.
                from codefavor.train.deepspeed import DeepSpeedEngine
            except ImportError as error:
                raise MissingExtraError(error.name or "deepspeed", "deepspeed") from None
            return DeepSpeedEngine(launch)


def _run(
    engine: Engine,
    pairs: Sequence[PreferencePair],
    config: StepsConfig,
    out: Path,
    manifest: Manifest,
    resume: bool,
    on_step: Callable[[StepMetrics], None],
) -> ExampleSet[Any]:
    check_folder(out, resume=resume)
    engine.check(config)
    keep_freed_memory()
    learner = make_learner(config, engine.load)
    example_set = learner.examples(pairs)
    # All have looked at the folder before the first writes to it.
    engine.wait()
    out.mkdir(parents=True, exist_ok=True)
    trainable = Trainable(learner, config)
    engine.place(learner)
    run = content_digest([config.model_dump(mode="json"), [[pair.id, pair.feedback] for pair in pairs]])
    train_steps(learner, trainable, example_set.examples, config, out=out, run=run, on_step=on_step, engine=engine)
    engine.gather(learner)
    if engine.main:
        _save(learner, trainable, config, out)
        finish_folder(out, _card(config, learner.input_format), config, manifest, pairs, example_set.truncated)
        drop_checkpoint(out)
    engine.wait()
    return example_set


def _save(learner: Learner[Any], trainable: Trainable, config: StepsConfig, out: Path) -> None:
    if keeps_adapter(config):
        trainable.save_adapter(out)
        load_tokenizer(resolve_model(config.model)).save_pretrained(out)
        return
    learner.language_model = trainable.merged()
    learner.save(out)


def _card(config: StepsConfig, input_format: str) -> JudgeCard:
    generation = reward = None
    if isinstance(config, GenerationTrainConfig):
        generation = GenerationShape(max_new_tokens=config.max_new_tokens, unfinished=config.unfinished)
    if isinstance(config, RewardConfig):
        reward = RewardShape(readout=config.readout, instruction=config.instruction)
    return JudgeCard(
        objective=config.objective,
        base_model=config.model,
        adapter=keeps_adapter(config),
        format=input_format,
        comments=config.comments,
        max_length=config.judge_max_length or config.max_length,
        generation=generation,
        reward=reward,
    )
