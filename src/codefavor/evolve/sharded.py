"""An evolution run over a Ray cluster: each worker settles a shard of seeds as a run of one machine settles them all.

The run's folder has to be on storage that the driver and every worker share. The driver reads and cuts the seeds,
hands out the numbers of unfinished shards and, at the end, writes the same results as a run without Ray: pairs are
compared with each other over all shards, in the order of the seeds.
"""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from pydantic import JsonValue

from codefavor.errors import CodeFavorError, DataError, ModelError
from codefavor.evolve.evolve_seeds import HOPELESS, EvolveProgress, Watch, finish, note, open_folder
from codefavor.evolve.journal import Journal
from codefavor.evolve.kind import ConfigT, SeedEvolverKind, SeedT
from codefavor.evolve.models import prices_of
from codefavor.evolve.registry import seed_evolver_named
from codefavor.evolve.run_config import RunConfig
from codefavor.evolve.seed_run import open_check, settle_seeds
from codefavor.evolve.settings import Effort
from codefavor.evolve.shards import SettledShards, Shard, cut, fix_size
from codefavor.evolve.summary import EvolveSummary
from codefavor.fleet import reach, spread
from codefavor.llm.answers import AnswerFile
from codefavor.record import Record


class _Task(Record):
    """What a worker is told; no secret is in it."""

    shard: Shard
    """The shard to settle."""
    evolver: str
    """The name of the kind of evolver."""
    config: dict[str, JsonValue]
    """The configuration of the run, with the effort of the shard."""


class _Outcome(Record):
    """What a worker says when it leaves a shard."""

    shard: Shard
    """The shard."""
    failed: int = 0
    """How many seeds failed for good."""
    failure: str | None = None
    """The first failure."""
    error: str | None = None
    """What stopped the worker."""


def run_sharded(
    kind: SeedEvolverKind[ConfigT, SeedT], config: ConfigT, folder: Path, command: str, watch: Watch
) -> EvolveSummary:
    """Make pairs in `folder` as `config` says on a Ray cluster, or continue, and return the summary.

    What is settled is written out however this ends; after a kill, when it is called again. A shard whose share of the
    budget is spent, or some of whose seeds failed, stays unfinished and is named in `EvolveProgress.unfinished`.

    Raises:
        UserError: the folder holds something else, or a run under other settings; or there is no such cluster.
        MissingExtraError: Ray is not installed.
        DataError: a source cannot be read, or has changed since the run began.
        CodeFavorError: a worker was stopped; the message names the shard.
    """
    settings, folder = kind.settings(config), folder.resolve()
    prices = prices_of(list(config.models().values()), config.effort)
    reach(config.effort.ray_address)
    open_folder(folder, settings, command, config.input_files(), config.effort.engine)
    fix_size(folder, config.effort.shards_of)
    progress = EvolveProgress()
    shards = cut(kind.read_seeds(config), folder, config.effort.shards_of, config.effort.limit, progress.not_seeds)
    waiting = [shard for shard in shards if not shard.table.exists()]
    progress.earlier = sum(shard.seeds for shard in shards) - sum(shard.seeds for shard in waiting)
    settled = SettledShards(shards)
    try:
        _settle_all(kind.name, config, waiting, progress, watch)
    except (KeyboardInterrupt, CodeFavorError):
        finish(folder, settings, settled, progress, prices, rejections=kind.rejections, drawn=False)
        raise
    drawn = not progress.unfinished
    return finish(folder, settings, settled, progress, prices, rejections=kind.rejections, drawn=drawn)


def _settle_all(evolver: str, config: RunConfig, waiting: list[Shard], progress: EvolveProgress, watch: Watch) -> None:
    effort = config.effort
    shares = share_out(effort, waiting)
    tasks = [_task(evolver, config, shard, share) for shard, share in zip(waiting, shares, strict=True)]
    lines = [task.model_dump_json() for task in tasks]
    with closing(spread(lines, settle_shard, effort.workers, effort.ray_address)) as outcomes:
        for line in outcomes:
            _note_shard(_Outcome.model_validate_json(line), progress)
            watch(progress)


def share_out(effort: Effort, shards: Sequence[Shard]) -> list[Effort]:
    """Return the effort of each shard: the budget by its seeds, limits and concurrency by the workers at one time."""
    seeds, workers = sum(shard.seeds for shard in shards), max(1, min(effort.workers, len(shards)))
    common = effort.model_copy(
        update={
            "limit": None,
            "concurrency": max(1, effort.concurrency // workers),
            "requests_per_minute": effort.requests_per_minute and effort.requests_per_minute / workers,
            "tokens_per_minute": effort.tokens_per_minute and effort.tokens_per_minute / workers,
            "prices": effort.prices and effort.prices.resolve(),
        }
    )
    budget = effort.budget_usd
    if budget is None:
        return [common] * len(shards)
    return [common.model_copy(update={"budget_usd": budget * shard.seeds / seeds}) for shard in shards]


def _task(evolver: str, config: RunConfig, shard: Shard, effort: Effort) -> _Task:
    shared = config.model_copy(update={"effort": effort})
    return _Task(shard=shard, evolver=evolver, config=shared.model_dump(mode="json"))


def settle_shard(line: str) -> str:
    """Settle a shard in the process of a worker; a named error is part of what is returned."""
    task = _Task.model_validate_json(line)
    kind = seed_evolver_named(task.evolver)
    try:
        return _settle(kind, kind.config.model_validate(task.config), task.shard).model_dump_json()
    except CodeFavorError as error:
        return _Outcome(shard=task.shard, error=str(error)).model_dump_json()


def _settle(kind: SeedEvolverKind[ConfigT, SeedT], config: ConfigT, shard: Shard) -> _Outcome:
    if not shard.seed_file.exists():
        raise DataError(f"{shard.seed_file}: not seen by this worker; --out has to be on storage that all nodes share")
    progress = EvolveProgress()
    with ExitStack() as opened:
        check = open_check(config, opened)
        answers = opened.enter_context(AnswerFile(shard.folder / "answers.sqlite"))
        journal = opened.enter_context(Journal(shard.journal))
        settling = settle_seeds(kind, config, shard.seed_file, answers, check, journal, progress, lambda _: None)
        asyncio.run(settling)
        if len(journal) == shard.seeds:
            shard.finish()
    failure = str(progress.first_failure) if progress.first_failure else None
    return _Outcome(shard=shard, failed=progress.failed, failure=failure)


def _note_shard(outcome: _Outcome, progress: EvolveProgress) -> None:
    name = outcome.shard.folder.name
    if outcome.error:
        raise CodeFavorError(f"shard {name}: {outcome.error}")
    for settled in outcome.shard.settled():
        note(progress.tally, settled)
    if not outcome.shard.table.exists():
        progress.unfinished.append(name)
    progress.failed += outcome.failed
    nothing_settled = not progress.tally.kept and not progress.tally.discarded
    if nothing_settled and progress.failed >= HOPELESS:
        raise ModelError(f"shard {name}: {outcome.failure}")
