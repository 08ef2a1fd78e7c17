"""A run that settles one seed at a time on this machine: opened, settled, and written out, however it ends.

Everything is built here that the evolvers and the run are handed; nothing is decided but by the configuration.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from codefavor.errors import CodeFavorError
from codefavor.evolve.evidence_filter import PairCheck, make_check
from codefavor.evolve.evolve_seeds import EvolveProgress, Watch, evolve_seeds, finish, open_folder
from codefavor.evolve.kind import ConfigT, SeedEvolverKind, SeedT
from codefavor.evolve.models import load_models, prices_of
from codefavor.evolve.run_config import RunConfig
from codefavor.evolve.settled import Settled
from codefavor.evolve.summary import EvolveSummary
from codefavor.jsonl import read_records
from codefavor.llm.answers import AnswerFile
from codefavor.llm.usage_budget import UsageBudget
from codefavor.runs.journal import JOURNAL_FILE, NumberedJournal
from codefavor.sandbox.open_engine import open_engine

_VERIFIERS = 4
"""How many pairs are verified at a time; the sandbox has as many workers."""


def run_here(
    kind: SeedEvolverKind[ConfigT, SeedT], config: ConfigT, folder: Path, command: str, watch: Watch
) -> EvolveSummary:
    """Make pairs in `folder` as `config` says, or continue what was begun there, and return the summary.

    What is settled is written out however this ends, Ctrl-C and named errors included; after a kill, when it is called
    again. Errors are those of `codefavor.evolve.runner.evolve`.
    """
    settings = kind.settings(config)
    prices = prices_of(list(config.models().values()), config.effort) if config.models() else None
    with ExitStack() as opened:
        check = open_check(config, opened)
        open_folder(folder, settings, command, config.input_files())
        answers = opened.enter_context(AnswerFile(folder / "answers.sqlite"))
        journal = opened.enter_context(NumberedJournal(folder / JOURNAL_FILE, Settled))
        progress = EvolveProgress(earlier=len(journal))
        try:
            drawn = asyncio.run(settle_seeds(kind, config, None, answers, check, journal, progress, watch))
            if progress.first_failure and not len(journal) and not config.models():
                raise progress.first_failure
        except (KeyboardInterrupt, CodeFavorError):
            if len(journal):
                finish(folder, settings, journal, progress, prices, rejections=kind.rejections, drawn=False)
            raise
        return finish(folder, settings, journal, progress, prices, rejections=kind.rejections, drawn=drawn)


def open_check(config: RunConfig, opened: ExitStack) -> PairCheck:
    """Return what every pair is checked by, with a sandbox where pairs are verified, for as long as `opened` is."""
    engine = opened.enter_context(open_engine(config.engine, _VERIFIERS)) if config.verify else None
    threads = opened.enter_context(ThreadPoolExecutor(_VERIFIERS))
    return make_check(config.pairs, engine, threads, config.rng_seed)


async def settle_seeds(
    kind: SeedEvolverKind[ConfigT, SeedT],
    config: ConfigT,
    seed_file: Path | None,
    answers: AnswerFile,
    check: PairCheck,
    journal: NumberedJournal[Settled],
    progress: EvolveProgress,
    watch: Watch,
) -> bool:
    """Settle the seeds in `seed_file`, or all that `config` names, and return whether every seed was drawn.

    Errors are those of `evolve_seeds`.
    """
    models = load_models(list(config.models().values()), config.effort, answers, UsageBudget(config.effort.budget_usd))
    try:
        seeds = read_records(seed_file, kind.seed) if seed_file else kind.read_seeds(config)
        evolver = kind.make(config, models)
        return await evolve_seeds(seeds, evolver, check, journal, config.effort, progress, watch)
    finally:
        for model in models:
            await model.aclose()
