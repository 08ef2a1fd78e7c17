"""An evolution run: seeds stream in, each is settled once, and a folder holds what came of them.

The folder: settings.json and manifest.json, answers.sqlite (every answer that arrived), journal.jsonl (every settled
seed with its transcript), and, written whenever the run ends or is interrupted, pairs.jsonl, discarded.jsonl,
summary.json and the data card. A killed run is continued by starting it again; how models are asked is not decided
here.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from codefavor.errors import BudgetExceeded, CodeFavorError, UserError
from codefavor.evolve.card import data_card
from codefavor.evolve.commit_seed import CommitSeed
from codefavor.evolve.conversation import Evolution, TracingEvolver
from codefavor.evolve.evidence_filter import PairCheck
from codefavor.evolve.export import export
from codefavor.evolve.instruction_seed import InstructionSeed
from codefavor.evolve.journal import Journal, Settled
from codefavor.evolve.protocol import Discard
from codefavor.evolve.settings import Effort, Engine, EvolveSettings
from codefavor.evolve.summary import CriticRejections, EvolveSummary, ModelTokens, OutcomeTally
from codefavor.llm.batch import Failed, run
from codefavor.llm.prices import Price
from codefavor.manifest import make_manifest
from codefavor.pairs.pair import PreferencePair

HOPELESS = 32
"""After so many failures and no answer at all, the run stops: the key, the address or the model is wrong."""

SHARDS = "shards"
"""The folder of the shards of a run that has them."""


SeedT = TypeVar("SeedT", CommitSeed, InstructionSeed)


@dataclass
class EvolveProgress:
    """How far a run is."""

    tally: OutcomeTally = field(default_factory=OutcomeTally)
    """What this process settled."""
    earlier: int = 0
    """How many seeds were settled before it."""
    failed: int = 0
    """How many failed in it."""
    not_seeds: Counter[str] = field(default_factory=Counter)
    """Changes of the source that are no seeds, so far."""
    first_failure: CodeFavorError | None = None
    """The first failure."""
    unfinished: list[str] = field(default_factory=list)
    """The shards that were left unfinished, where a run has shards."""


Watch = Callable[[EvolveProgress], None]


def open_folder(
    folder: Path, settings: EvolveSettings, command: str, inputs: Iterable[Path], engine: Engine = "local"
) -> None:
    """Prepare the folder of a run, or make sure that a run begun there has the same settings and engine.

    Raises:
        UserError: the folder holds a run under other settings or on another engine, or something else.
    """
    path = folder / "settings.json"
    if path.exists():
        _refuse_other_engine(folder, engine)
        _refuse_other_settings(json.loads(path.read_text(encoding="utf-8")), settings, folder)
        return
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder}: not empty and no evolution run; choose another folder")
    folder.mkdir(parents=True, exist_ok=True)
    manifest = make_manifest(command, settings.model_dump(mode="json"), inputs, settings.rng_seed)
    (folder / "manifest.json").write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    # The settings come last and at once, so that a folder with settings is a whole one.
    partial = folder / ".settings.json"
    partial.write_text(settings.model_dump_json(indent=2) + "\n", encoding="utf-8")
    partial.replace(path)


def _refuse_other_engine(folder: Path, engine: Engine) -> None:
    begun: Engine | None = None
    if (folder / SHARDS).exists():
        begun = "ray"
    elif (folder / "journal.jsonl").exists():
        begun = "local"
    if begun not in {None, engine}:
        raise UserError(f"{folder}: this run was begun with --engine {begun}; go on with it or choose a new folder")


def _refuse_other_settings(found: dict[str, object], settings: EvolveSettings, folder: Path) -> None:
    kept, asked = (dict(_without_servers(values)) for values in (found, settings.model_dump(mode="json")))
    other = sorted(name for name in kept.keys() | asked.keys() if kept.get(name) != asked.get(name))
    if other:
        raise UserError(f"{folder}: this run was begun with other settings ({', '.join(other)}); choose a new folder")


def _without_servers(values: dict[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        if name in {"critic", "draft"} and isinstance(value, dict):
            yield name, {key: part for key, part in value.items() if key != "base_urls"}
        else:
            yield name, value


async def evolve_seeds(
    seeds: Iterable[SeedT | Discard],
    evolver: TracingEvolver[SeedT],
    check: PairCheck,
    journal: Journal,
    effort: Effort,
    progress: EvolveProgress,
    watch: Watch,
) -> bool:
    """Settle every seed that is not settled yet, note it in `progress`, and return whether every seed was drawn.

    Discards among the seeds are counted and passed over. A spent budget ends the run early.

    Raises:
        DataError: the seeds are not those that the run was begun with.
        ModelError: the models fail from the start.
    """

    async def settle(numbered: tuple[int, SeedT]) -> Settled:
        index, seed = numbered
        return await _settled(index, seed, await evolver.trace(seed), check)

    unsettled = _unsettled(seeds, journal, effort.limit, progress)
    try:
        async with aclosing(run(unsettled, settle, effort.concurrency)) as outcomes:
            async for outcome in outcomes:
                if isinstance(outcome, Failed):
                    _note_failure(progress, outcome.error)
                else:
                    journal.add(outcome.value)
                    note(progress.tally, outcome.value)
                watch(progress)
    except BudgetExceeded:
        return False
    return True


def _unsettled(
    seeds: Iterable[SeedT | Discard], journal: Journal, limit: int | None, progress: EvolveProgress
) -> Iterator[tuple[int, SeedT]]:
    index = 0
    for seed in seeds:
        if isinstance(seed, Discard):
            progress.not_seeds[seed.reason] += 1
            continue
        if not journal.settled(index, seed.digest()):
            yield index, seed
        index += 1
        if index == limit:
            return


async def _settled(index: int, seed: CommitSeed | InstructionSeed, evolution: Evolution, check: PairCheck) -> Settled:
    outcome = evolution.outcome
    if isinstance(outcome, PreferencePair):
        outcome = await check(outcome)
    return Settled(
        index=index,
        source_id=seed.source_id,
        seed=seed.digest(),
        pair=outcome if isinstance(outcome, PreferencePair) else None,
        discard=outcome.model_copy(update={"transcript": ()}) if isinstance(outcome, Discard) else None,
        transcript=evolution.transcript,
        calls=evolution.calls,
    )


def note(tally: OutcomeTally, settled: Settled) -> None:
    """Count a settled seed."""
    tally.pay(settled.calls)
    if settled.pair:
        tally.keep(settled.pair)
    elif settled.discard:
        tally.drop(settled.discard)


def _note_failure(progress: EvolveProgress, error: CodeFavorError) -> None:
    progress.failed += 1
    progress.first_failure = progress.first_failure or error
    nothing_settled = not progress.tally.kept and not progress.tally.discarded
    if nothing_settled and progress.failed >= HOPELESS and not isinstance(error, BudgetExceeded):
        raise progress.first_failure


def finish(
    folder: Path,
    settings: EvolveSettings,
    journal: Iterable[Settled],
    progress: EvolveProgress,
    prices: dict[str, Price | None] | None,
    *,
    rejections: CriticRejections | None,
    drawn: bool,
) -> EvolveSummary:
    """Write the results of what is settled, `journal` gone through several times, and return their summary.

    `prices` are None where it is not known what was asked of models.

    Raises:
        DataError: a benchmark cannot be read.
    """
    tally, shares = export(journal, settings.decontaminate, folder)
    summary = tally.summary(
        settings.method,
        rejections=rejections,
        failed=progress.failed,
        complete=drawn and not progress.failed,
        not_seeds=progress.not_seeds,
        usd=None if prices is None else _cost(tally.tokens(), prices),
        contamination=shares,
    )
    (folder / "README.md").write_text(data_card(settings, summary), encoding="utf-8")
    (folder / "summary.json").write_text(summary.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return summary


def _cost(tokens: dict[str, ModelTokens], prices: dict[str, Price | None]) -> float | None:
    costs = [
        price.cost(spent.input, spent.output) if (price := prices.get(name)) else None for name, spent in tokens.items()
    ]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None
