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

from codefavor.errors import CodeFavorError, ModelError
from codefavor.evolve.evolve_seeds import HOPELESS, EvolveProgress, Watch, finish, note, open_folder, up_to_limit
from codefavor.evolve.kind import ConfigT, SeedEvolverKind, SeedT
from codefavor.evolve.models import prices_of
from codefavor.evolve.registry import seed_evolver_named
from codefavor.evolve.run_config import RunConfig
from codefavor.evolve.seed_run import open_check, settle_seeds
from codefavor.evolve.settings import Effort
from codefavor.evolve.settled import Settled
from codefavor.evolve.shard_results import SeedShard, SettledShards, fix_size
from codefavor.evolve.summary import EvolveSummary
from codefavor.fleet import reach
from codefavor.llm.answers import AnswerFile
from codefavor.record import Record
from codefavor.runs.journal import NumberedJournal
from codefavor.runs.shards import Fleet, ShardOutcome, cut, settle, settled


class _Task(Record):
    """What a worker is handed; no secret is in it."""

    shard: SeedShard
    """The shard to settle."""
    evolver: str
    """The name of the kind of evolver."""
    config: dict[str, JsonValue]
    """The configuration of the run, with the effort of the shard."""


class _SeedOutcome(ShardOutcome):
    """What a worker reports when it leaves a shard of seeds."""

    failed: int = 0
    """How many seeds failed for good."""
    failure: str | None = None
    """The first failure."""


def run_sharded(
    kind: SeedEvolverKind[ConfigT, SeedT], config: ConfigT, folder: Path, command: str, watch: Watch
) -> EvolveSummary:
    """Make pairs in `folder` as `config` says on a Ray cluster, or continue, and return the summary.

    What is settled is written out however this ends; after a kill, when it is called again. A shard whose share of the
    budget is spent, or some of whose seeds failed, stays unfinished and is named in `EvolveProgress.unfinished`.

    Raises:
        UserError: the folder holds something else, or a run with other settings; or there is no such cluster.
        MissingExtraError: Ray is not installed.
        DataError: a source cannot be read, or has changed since the run began.
        CodeFavorError: a worker was stopped; the message names the shard.
    """
    settings, folder = kind.settings(config), folder.resolve()
    prices = prices_of(list(config.models().values()), config.effort)
    reach(config.effort.ray_address)
    open_folder(folder, settings, command, config.input_files(), config.effort.backend)
    fix_size(folder, config.effort.shards_of)
    progress = EvolveProgress()
    seeds = up_to_limit(kind.read_seeds(config), config.effort.limit, progress.not_seeds)
    shards = [SeedShard(**dict(shard)) for shard in cut(seeds, folder, config.effort.shards_of)]
    waiting = [shard for shard in shards if not shard.is_settled]
    progress.earlier = sum(shard.count for shard in shards) - sum(shard.count for shard in waiting)
    results = SettledShards(shards)
    try:
        _settle_all(kind.name, config, waiting, progress, watch)
    except (KeyboardInterrupt, CodeFavorError):
        finish(folder, settings, results, progress, prices, rejections=kind.rejections, drawn=False)
        raise
    drawn = not progress.unfinished
    return finish(folder, settings, results, progress, prices, rejections=kind.rejections, drawn=drawn)


def _settle_all(
    evolver: str, config: RunConfig, waiting: list[SeedShard], progress: EvolveProgress, watch: Watch
) -> None:
    effort = config.effort
    shares = share_out(effort, waiting)
    tasks = [_task(evolver, config, shard, share) for shard, share in zip(waiting, shares, strict=True)]
    shard_of = {shard.folder: shard for shard in waiting}
    fleet = Fleet(workers=effort.workers, shards_of=effort.shards_of, address=effort.ray_address)
    with closing(settle(tasks, settle_shard, _SeedOutcome, fleet)) as outcomes:
        for outcome in outcomes:
            _note_shard(shard_of[outcome.folder], outcome, progress)
            watch(progress)


def share_out(effort: Effort, shards: Sequence[SeedShard]) -> list[Effort]:
    """Return the effort of each shard: the budget by its seeds, limits and concurrency by the workers at one time."""
    seeds, workers = sum(shard.count for shard in shards), max(1, min(effort.workers, len(shards)))
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
    return [common.model_copy(update={"budget_usd": budget * shard.count / seeds}) for shard in shards]


def _task(evolver: str, config: RunConfig, shard: SeedShard, effort: Effort) -> _Task:
    shared = config.model_copy(update={"effort": effort})
    return _Task(shard=shard, evolver=evolver, config=shared.model_dump(mode="json"))


def settle_shard(line: str) -> str:
    """Settle a shard in the process of a worker; a named error is part of what is returned."""
    task = _Task.model_validate_json(line)
    kind = seed_evolver_named(task.evolver)
    config = kind.config.model_validate(task.config)
    return settled(task.shard, lambda: _settle(kind, config, task.shard))


def _settle(kind: SeedEvolverKind[ConfigT, SeedT], config: ConfigT, shard: SeedShard) -> _SeedOutcome:
    progress = EvolveProgress()
    with ExitStack() as opened:
        check = open_check(config, opened)
        answers = opened.enter_context(AnswerFile(shard.folder / "answers.sqlite"))
        journal = opened.enter_context(NumberedJournal(shard.journal, Settled))
        asyncio.run(settle_seeds(kind, config, shard.records, answers, check, journal, progress, lambda _: None))
        if len(journal) == shard.count:
            shard.finish()
    failure = str(progress.first_failure) if progress.first_failure else None
    return _SeedOutcome(folder=shard.folder, failed=progress.failed, failure=failure)


def _note_shard(shard: SeedShard, outcome: _SeedOutcome, progress: EvolveProgress) -> None:
    name = shard.folder.name
    for result in shard.settled():
        note(progress.tally, result)
    if not shard.is_settled:
        progress.unfinished.append(name)
    progress.failed += outcome.failed
    nothing_settled = not progress.tally.kept and not progress.tally.discarded
    if nothing_settled and progress.failed >= HOPELESS:
        raise ModelError(f"shard {name}: {outcome.failure}")
