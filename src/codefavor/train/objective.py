"""An objective as training sees it: one value with its configuration and the function that trains its judges.

`codefavor.judges.objective` says how its judges are loaded. Modules that need torch are imported on demand.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from codefavor.errors import ConfigError, MissingExtraError
from codefavor.judges.load import load_judge
from codefavor.judges.objective import Objective, objective_named
from codefavor.manifest import Manifest
from codefavor.pairs.pair import PreferencePair
from codefavor.sandbox.engine import EngineChoice
from codefavor.train.config import (
    ClassificationConfig,
    DifferenceConfig,
    GenerationTrainConfig,
    GroundedConfig,
    LinearConfig,
    OrderFreeConfig,
    RewardConfig,
    StepsConfig,
    TrainConfig,
    objective_name,
)
from codefavor.train.launch import Launch
from codefavor.train.step_metrics import StepMetrics


@dataclass(frozen=True)
class TrainingRun:
    """The arguments of a run."""

    pairs: Sequence[PreferencePair]
    """The training pairs."""
    config: TrainConfig
    """The settings."""
    out: Path
    """The folder of the judge."""
    manifest: Manifest
    """What made it."""
    resume: bool
    """Whether a run that stopped in `out` is resumed."""
    on_step: Callable[[StepMetrics], None]
    """Called with the metrics of the latest steps."""
    on_pairs: Callable[[int], None]
    """Called with the number of pairs that were read."""
    launch: Launch
    """The place of this process among those that train."""
    engine: EngineChoice
    """Whether foreign code may run without a full sandbox."""


@dataclass(frozen=True)
class TrainingResult:
    """What a run gave."""

    pairs: int
    """The pairs that it was trained on."""
    truncated: int = 0
    """Those of which something was cut to fit."""


@dataclass(frozen=True)
class TrainingObjective:
    """How judges of an objective are trained."""

    config: type[TrainConfig]
    """The record of its settings, which names the objective."""
    train: Callable[[TrainingRun], TrainingResult]
    """Trains one and writes it."""
    learner: tuple[str, str] | None = None
    """The module and the class that train a language model step by step; None where none is trained."""
    progress: Literal["steps", "pairs"] | None = None
    """What its progress is counted in, and what a stopped run is resumed from; None for a fit of seconds."""

    @property
    def name(self) -> str:
        """Its name."""
        return objective_name(self.config)

    @property
    def judge(self) -> Objective:
        """What its judges are."""
        return objective_named(self.name)

    @property
    def trains_language_model(self) -> bool:
        """Whether a language model is trained, in steps, by one process or several."""
        return self.learner is not None


def _linear(run: TrainingRun) -> TrainingResult:
    from codefavor.train.linear import train_linear  # with scikit-learn

    assert isinstance(run.config, LinearConfig)
    train_linear(run.pairs, run.config, run.out, run.manifest)
    return TrainingResult(len(run.pairs))


def _difference(run: TrainingRun) -> TrainingResult:
    train = torch_module("difference").train_difference
    cut = train(run.pairs, run.config, run.out, run.manifest, resume=run.resume, on_pairs=run.on_pairs)
    return TrainingResult(len(run.pairs), cut)


def _grounded(run: TrainingRun) -> TrainingResult:
    from codefavor.train.grounded import train_grounded  # with scipy and the sandbox

    assert isinstance(run.config, GroundedConfig)
    evidence = load_judge("evidence", run.engine)
    inner = load_judge(run.config.inner, run.engine) if run.config.inner else None
    fitted = train_grounded(run.pairs, run.config, run.out, run.manifest, evidence, inner)
    return TrainingResult(sum(fitted.pairs.values()))


def _language_model(run: TrainingRun) -> TrainingResult:
    assert isinstance(run.config, StepsConfig)
    train = torch_module("language_model").train_language_model
    settings: dict[str, Any] = {"resume": run.resume, "on_step": run.on_step, "launch": run.launch}
    example_set = train(run.pairs, run.config, run.out, run.manifest, **settings)
    return TrainingResult(example_set.pairs, example_set.truncated)


def torch_module(name: str) -> Any:
    """Return a module of `codefavor.train` that needs torch or transformers.

    Raises:
        MissingExtraError: a package that it needs is not installed.
    """
    try:
        return import_module(f"codefavor.train.{name}")
    except ImportError as error:
        raise MissingExtraError(error.name or "torch", "train") from None


def _in_steps(config: type[TrainConfig], module: str, learner: str) -> TrainingObjective:
    return TrainingObjective(config, _language_model, (module, learner), "steps")


OBJECTIVES: tuple[TrainingObjective, ...] = (
    _in_steps(ClassificationConfig, "classification", "ClassificationLearner"),
    _in_steps(OrderFreeConfig, "order_free", "OrderFreeLearner"),
    _in_steps(GenerationTrainConfig, "generation", "GenerationLearner"),
    _in_steps(RewardConfig, "reward", "RewardLearner"),
    TrainingObjective(LinearConfig, _linear),
    TrainingObjective(DifferenceConfig, _difference, progress="pairs"),
    TrainingObjective(GroundedConfig, _grounded),
)
"""Every objective of training."""

_BY_CONFIG = {objective.config: objective for objective in OBJECTIVES}


def training_objective(config: TrainConfig) -> TrainingObjective:
    """Return the objective of a configuration."""
    return _BY_CONFIG[type(config)]


def require_steps(config: TrainConfig) -> StepsConfig:
    """Return the configuration of an objective that trains a language model.

    Raises:
        ConfigError: it is of one that trains none.
    """
    if not isinstance(config, StepsConfig):
        raise ConfigError(f"the {config.objective} objective trains no language model; it has its own fit")
    return config
