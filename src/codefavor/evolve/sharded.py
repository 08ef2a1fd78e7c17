"""An evolution run over a Ray cluster: each worker settles a shard of seeds as a run of one machine settles them all.

The run's folder has to be on storage that the driver and every worker share. The driver reads and cuts the seeds,
hands out the numbers of unfinished shards and, at the end, writes the same results as a run without Ray: pairs are
compared with each other over all shards, in the order of the seeds.
"""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from codefavor.errors import CodeFavorError, ModelError
from codefavor.evolve.configuration import CommitInstructConfig, Config, CriticEvolConfig
from codefavor.evolve.evolve_seeds import HOPELESS, Progress, Watch, finish, note, open_folder, up_to_limit
from codefavor.evolve.models import load_models, prices_of
from codefavor.evolve.runner import evolve, models_of, open_check
from codefavor.evolve.settings import Effort
from codefavor.evolve.settled import Settled
from codefavor.evolve.shard_results import SeedShard, SettledShards, fix_size
from codefavor.evolve.summary import Summary
from codefavor.fleet import reach
from codefavor.llm.answers import AnswerFile
from codefavor.llm.usage_budget import UsageBudget
from codefavor.record import Record
from codefavor.runs.journal import NumberedJournal
from codefavor.runs.shards import Fleet, ShardOutcome, cut, settle, settled


class _Task(Record):
    """What a worker is handed; no secret is in it."""

    shard: SeedShard
    """The shard to settle."""
    commits: CommitInstructConfig | None = None
    """The run, where it is Commit-Instruct."""
    instructions: CriticEvolConfig | None = None
    """The run, where it is Critic-Evol."""


class _SeedOutcome(ShardOutcome):
    """What a worker reports when it leaves a shard of seeds."""

    failed: int = 0
    """How many seeds failed for good."""
    failure: str | None = None
    """The first failure."""


def run_sharded(config: Config, folder: Path, command: str, watch: Watch) -> Summary:
    """Make pairs in `folder` as `config` says on a Ray cluster, or continue, and return the summary.

    What is settled is written out however this ends; after a kill, when it is called again. A shard whose share of the
    budget is spent, or some of whose seeds failed, stays unfinished and is named in `Progress.unfinished`.

    Raises:
        UserError: the folder holds something else, or a run with other settings; or there is no such cluster.
        MissingExtraError: Ray is not installed.
        DataError: a source cannot be read, or has changed since the run began.
        CodeFavorError: a worker was stopped; the message names the shard.
    """
    settings, folder = config.settings(), folder.resolve()
    prices = prices_of(models_of(config), config.effort)
    reach(config.effort.ray_address)
    open_folder(folder, settings, command, config.input_files(), config.effort.engine)
    fix_size(folder, config.effort.shards_of)
    progress = Progress()
    seeds = up_to_limit(config.read_seeds(), config.effort.limit, progress.not_seeds)
    shards = [SeedShard(**dict(shard)) for shard in cut(seeds, folder, config.effort.shards_of)]
    waiting = [shard for shard in shards if not shard.is_settled]
    progress.earlier = sum(shard.count for shard in shards) - sum(shard.count for shard in waiting)
    results = SettledShards(shards)
    try:
        _settle_all(config, waiting, progress, watch)
    except (KeyboardInterrupt, CodeFavorError):
        finish(folder, settings, results, progress, prices, drawn=False)
        raise
    return finish(folder, settings, results, progress, prices, drawn=not progress.unfinished)


def _settle_all(config: Config, waiting: list[SeedShard], progress: Progress, watch: Watch) -> None:
    effort = config.effort
    tasks = [_task(config, shard, share) for shard, share in zip(waiting, share_out(effort, waiting), strict=True)]
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


def _task(config: Config, shard: SeedShard, effort: Effort) -> _Task:
    shared = config.model_copy(update={"effort": effort})
    if isinstance(shared, CommitInstructConfig):
        return _Task(shard=shard, commits=shared)
    return _Task(shard=shard, instructions=shared)


def settle_shard(line: str) -> str:
    """Settle a shard in the process of a worker; a named error is part of what is returned."""
    task = _Task.model_validate_json(line)
    config = task.commits or task.instructions
    assert config is not None
    return settled(task.shard, lambda: _settle(config, task.shard))


def _settle(config: Config, shard: SeedShard) -> _SeedOutcome:
    progress = Progress()
    with ExitStack() as opened:
        check = open_check(config, opened)
        answers = opened.enter_context(AnswerFile(shard.folder / "answers.sqlite"))
        journal = opened.enter_context(NumberedJournal(shard.journal, Settled))
        models = load_models(models_of(config), config.effort, answers, UsageBudget(config.effort.budget_usd))
        asyncio.run(evolve(config, shard.records, models, check, journal, progress, lambda _: None))
        if len(journal) == shard.count:
            shard.finish()
    failure = str(progress.first_failure) if progress.first_failure else None
    return _SeedOutcome(folder=shard.folder, failed=progress.failed, failure=failure)


def _note_shard(shard: SeedShard, outcome: _SeedOutcome, progress: Progress) -> None:
    name = shard.folder.name
    for result in shard.settled():
        note(progress.tally, result)
    if not shard.is_settled:
        progress.unfinished.append(name)
    progress.failed += outcome.failed
    nothing_settled = not progress.tally.kept and not progress.tally.discarded
    if nothing_settled and progress.failed >= HOPELESS:
        raise ModelError(f"shard {name}: {outcome.failure}")
