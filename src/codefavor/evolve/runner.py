"""Evolution runs as one call: from a configuration to a folder with pairs, whichever the evolver."""

from pathlib import Path
from typing import Any, overload

from codefavor.evolve.evolve_seeds import EvolveProgress, Watch
from codefavor.evolve.kind import SeedEvolverKind
from codefavor.evolve.plugin import PLUGIN
from codefavor.evolve.registry import EVOLVERS
from codefavor.evolve.regress_evol.regress import RegressEvolConfig, RegressSummary, run_regress_evol
from codefavor.evolve.run_config import RunConfig
from codefavor.evolve.seed_run import run_here
from codefavor.evolve.sharded import run_sharded
from codefavor.evolve.summary import EvolveSummary


def _ignore(_: EvolveProgress) -> None:
    """Show no progress."""


@overload
def evolve(config: RunConfig, out: Path, *, command: str = "", watch: Watch = _ignore) -> EvolveSummary: ...
@overload
def evolve(config: RegressEvolConfig, out: Path, *, command: str = "", watch: Watch = _ignore) -> RegressSummary: ...
def evolve(
    config: RunConfig | RegressEvolConfig, out: Path, *, command: str = "", watch: Watch = _ignore
) -> EvolveSummary | RegressSummary:
    """Make preference pairs in the folder `out`, and return the summary.

    The class of `config` says which evolver makes them: `CommitInstructConfig`, `CriticEvolConfig`, `PluginConfig` or
    `RegressEvolConfig`. All but the last continue what was begun in the folder, and write out what is settled however
    they end, Ctrl-C and named errors included; after a kill, when they are called again.

    Args:
        config: which evolver, what it reads, and how.
        out: the folder of the run.
        command: the command line, for the manifest.
        watch: is called with the progress whenever a seed is settled.

    Raises:
        UserError: the folder holds something else, or a run under other settings; or there is no such evolver.
        ConfigError: a model is not known, its key is not set, or its price is needed and not known.
        DataError: a source cannot be read, has changed since the run began, or gives no pair.
        MissingExtraError: a package that a source, a model or the engine needs is not installed.
        ModelError: the models fail from the start.
        SandboxError: pairs are to be verified, and code cannot be run safely here.
        PluginError: the package of an evolver is broken; one that fails on some instructions only has them counted.
    """
    if isinstance(config, RegressEvolConfig):
        return run_regress_evol(config, out, command, watch)
    run = run_sharded if config.effort.backend == "ray" else run_here
    return run(kind_of(config), config, out, command, watch)


def kind_of(config: RunConfig) -> SeedEvolverKind[Any, Any]:
    """Return the kind of evolver whose run `config` describes."""
    kinds = (kind for kind in (*EVOLVERS, PLUGIN) if isinstance(kind, SeedEvolverKind))
    return next(kind for kind in kinds if kind.config is type(config))
