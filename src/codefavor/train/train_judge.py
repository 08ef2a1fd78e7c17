"""One training run, whatever the objective: pairs in, a finished judge folder out.

A folder without judge.json is a run that has not ended.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from codefavor.errors import ConfigError
from codefavor.manifest import make_manifest
from codefavor.pairs.pair import PreferencePair
from codefavor.sandbox.engine import EngineChoice
from codefavor.train.config import ModelConfig, TrainConfig
from codefavor.train.launch import Launch
from codefavor.train.objective import TrainingRun, torch_module, training_objective
from codefavor.train.step_metrics import StepMetrics

_LOG = logging.getLogger(__name__)
_ALONE = Launch()
"""One process, without a launcher."""


@dataclass(frozen=True)
class TrainedJudge:
    """A judge that was trained."""

    folder: Path
    """Where it is; `model:FOLDER` is its spec."""
    config: TrainConfig
    """The settings that it was trained with: in fp32 where the processor has no products in bf16."""
    pairs: int
    """The pairs that it learned from."""
    truncated: int
    """Those of which something was cut to fit."""

    @property
    def spec(self) -> str:
        """The spec by which it is loaded."""
        return f"model:{self.folder}"


def _ignore(progress: object) -> None:
    pass


def train_judge(
    pairs: Sequence[PreferencePair],
    config: TrainConfig,
    out: Path,
    *,
    resume: bool = False,
    engine: EngineChoice = "auto",
    on_step: Callable[[StepMetrics], None] = _ignore,
    on_pairs: Callable[[int], None] = _ignore,
    warn: Callable[[str], None] = _LOG.warning,
    launch: Launch = _ALONE,
    command: str = "codefavor.train_judge",
    inputs: Sequence[Path] = (),
) -> TrainedJudge:
    """Train a judge on pairs and write it to a folder, with its card, manifest and model card.

    Started as one of several processes, all of them train the one judge, and the first writes it.

    Args:
        pairs: the training pairs; `codefavor.train.selection` draws mixtures.
        config: its settings, a record of the objective, such as `LinearConfig()` or `RewardConfig(layers=1)`.
        out: the folder; new or empty, unless `resume`.
        resume: continue a run in `out` that was stopped.
        engine: what runs candidates for the grounded objective.
        on_step: called with the metrics of the latest steps, where a language model is trained.
        on_pairs: called with the number of pairs that a language model has read, where it is not trained.
        warn: called with a sentence where this machine trains otherwise than the settings say.
        launch: the place of this process among several, as `codefavor.train.launch.read_launch` reads it.
        command: the command that the manifest names.
        inputs: the files whose hashes the manifest keeps.

    Raises:
        UserError: `out` holds something else or another run.
        ConfigError: the settings do not fit the model.
        DataError: there are no pairs that can be learned from.
        ModelError: the base model, or a judge that evidence is joined with, cannot be loaded.
        SandboxError: evidence must be collected, and code cannot be run safely here.
        MissingExtraError: the objective needs a package that is not installed.
        Interrupted: Ctrl-C was pressed; `resume` continues the run.
    """
    objective = training_objective(config)
    if launch.count > 1 and not objective.trains_language_model:
        raise ConfigError(f"the {objective.name} objective takes one process; start it without a launcher")
    suited = _suited(config, launch, warn)
    manifest = make_manifest(command, suited.model_dump(mode="json"), list(inputs), suited.seed)
    run = TrainingRun(pairs, suited, out, manifest, resume, on_step, on_pairs, launch, engine)
    result = objective.train(run)
    return TrainedJudge(out, suited, result.pairs, result.truncated)


def _suited(config: TrainConfig, launch: Launch, warn: Callable[[str], None]) -> TrainConfig:
    """Return the settings that this machine trains with, with a warning where they differ from `config`."""
    if not isinstance(config, ModelConfig) or not config.bf16:
        # Nothing here computes with torch, which is then not imported.
        return config
    suited: ModelConfig = torch_module("dtype").suited(config)
    if not suited.bf16 and launch.main:
        warn("this processor emulates bf16 and would be very slow; training in fp32")
    return suited
