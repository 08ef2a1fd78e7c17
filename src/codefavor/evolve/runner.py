"""Evolution runs as one call: from a configuration to a folder with pairs.

Everything is built here that the evolvers and the run are given; nothing is decided but by the configuration.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from codefavor.errors import CodeFavorError
from codefavor.evolve.commit_instruct import CommitInstruct
from codefavor.evolve.commit_seed import CommitSeed
from codefavor.evolve.configuration import CommitInstructConfig, Config, CriticEvolConfig
from codefavor.evolve.critic_evol import CriticEvol
from codefavor.evolve.evidence_filter import Check, make_check
from codefavor.evolve.evolve_seeds import Progress, Watch, evolve_seeds, finish, open_folder
from codefavor.evolve.instruction_seed import InstructionSeed
from codefavor.evolve.models import load_models, prices_of
from codefavor.evolve.plugin import PluginConfig
from codefavor.evolve.settings import ModelSettings
from codefavor.evolve.settled import Settled
from codefavor.evolve.summary import Summary
from codefavor.jsonl import read_records
from codefavor.llm.answers import AnswerFile
from codefavor.llm.prices import Price
from codefavor.llm.protocol import ChatModel
from codefavor.llm.usage_budget import UsageBudget
from codefavor.runs.journal import JOURNAL_FILE, NumberedJournal
from codefavor.sandbox.probe import open_sandbox

_VERIFIERS = 4
"""How many pairs are verified at a time; the sandbox has as many workers."""


def run_evolution(config: Config, folder: Path, command: str, watch: Watch) -> Summary:
    """Make pairs in `folder` as `config` says, or continue what was begun there, and return the summary.

    What is settled is written out however this ends, Ctrl-C and named errors included; after a kill, when it is called
    again.

    Raises:
        UserError: the folder holds something else, or a run with other settings.
        ConfigError: a model is not known, its key is not set, or its price is needed and not known.
        DataError: a source cannot be read, or has changed since the run began.
        ModelError: the models fail from the start.
        SandboxError: pairs are to be verified, and code cannot be run safely here.
    """
    models = models_of(config)
    meter = UsageBudget(config.effort.budget_usd)

    async def settle(answers: AnswerFile, check: Check, journal: NumberedJournal[Settled], progress: Progress) -> bool:
        loaded = load_models(models, config.effort, answers, meter)
        return await evolve(config, None, loaded, check, journal, progress, watch)

    return _carry_out(config, folder, command, prices_of(models, config.effort), settle)


def run_plugin(config: PluginConfig, folder: Path, command: str, watch: Watch) -> Summary:
    """Make pairs in `folder` by another package's evolver, or continue what was begun there, and return the summary.

    Raises:
        UserError: there is no such evolver, or the folder holds something else, or a run with other settings.
        DataError: the instructions cannot be read, or have changed since the run began.
        SandboxError: pairs are to be verified, and code cannot be run safely here.
        PluginError: the package is broken; one that fails on some instructions only has them counted as failed.
    """
    evolver = config.load()

    async def settle(_: AnswerFile, check: Check, journal: NumberedJournal[Settled], progress: Progress) -> bool:
        drawn = await evolve_seeds(config.read_seeds(), evolver, check, journal, config.effort, progress, watch)
        if progress.first_failure and not len(journal):
            raise progress.first_failure
        return drawn

    return _carry_out(config, folder, command, None, settle)


def _carry_out(
    config: Config | PluginConfig,
    folder: Path,
    command: str,
    prices: dict[str, Price | None] | None,
    settle: Callable[[AnswerFile, Check, NumberedJournal[Settled], Progress], Coroutine[None, None, bool]],
) -> Summary:
    """Open all that a run needs, settle its seeds, and write out what is settled, however this ends."""
    settings = config.settings()
    with ExitStack() as opened:
        check = open_check(config, opened)
        open_folder(folder, settings, command, config.input_files())
        answers = opened.enter_context(AnswerFile(folder / "answers.sqlite"))
        journal = opened.enter_context(NumberedJournal(folder / JOURNAL_FILE, Settled))
        progress = Progress(earlier=len(journal))
        try:
            drawn = asyncio.run(settle(answers, check, journal, progress))
        except (KeyboardInterrupt, CodeFavorError):
            if len(journal):
                finish(folder, settings, journal, progress, prices, drawn=False)
            raise
        return finish(folder, settings, journal, progress, prices, drawn=drawn)


def models_of(config: Config) -> list[ModelSettings]:
    """Return the critic and, where there is one, the model that drafts."""
    draft = config.draft if isinstance(config, CriticEvolConfig) else None
    return [config.critic, *([draft] if draft else [])]


def open_check(config: Config | PluginConfig, opened: ExitStack) -> Check:
    """Return what is asked of every pair, with a sandbox where pairs are verified, for as long as `opened` is."""
    pool = opened.enter_context(open_sandbox(_VERIFIERS, config.unsafe_local)) if config.verify else None
    threads = opened.enter_context(ThreadPoolExecutor(_VERIFIERS))
    return make_check(config.pairs, pool, threads, config.seed)


async def evolve(
    config: Config,
    cut: Path | None,
    models: tuple[ChatModel, ...],
    check: Check,
    journal: NumberedJournal[Settled],
    progress: Progress,
    watch: Watch,
) -> bool:
    """Settle the seeds in the file `cut`, or all that `config` names, and close the models; see `evolve_seeds`."""
    try:
        if isinstance(config, CommitInstructConfig):
            asked = config.critic
            commit_critic = CommitInstruct(
                models[0],
                asked.generation(),
                reason_tokens=asked.reason_tokens,
                filter_tokens=asked.filter_tokens,
                structured=config.structured,
            )
            commits = read_records(cut, CommitSeed) if cut else config.read_seeds()
            return await evolve_seeds(commits, commit_critic, check, journal, config.effort, progress, watch)
        draft = (models[1], config.draft.generation()) if config.draft else None
        evolver = CriticEvol(
            draft, (models[0], config.critic.generation()), order_seed=config.seed, structured=config.structured
        )
        instructions = read_records(cut, InstructionSeed) if cut else config.read_seeds()
        return await evolve_seeds(instructions, evolver, check, journal, config.effort, progress, watch)
    finally:
        for model in models:
            await model.aclose()
