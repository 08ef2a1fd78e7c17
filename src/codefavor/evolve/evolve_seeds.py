"""An evolution run: seeds stream in, each is settled once, and a folder holds what came of them.

The folder: settings.json and manifest.json, answers.sqlite (every answer that arrived), journal.jsonl (every settled
seed with its transcript), and, written whenever the run ends or is interrupted, pairs.jsonl, discarded.jsonl,
summary.json and the data card. A killed run is continued by starting it again; how models are asked is not decided
here.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from codefavor.atomic import write_json, write_text
from codefavor.errors import BudgetExceeded, CodeFavorError
from codefavor.evolve.card import data_card
from codefavor.evolve.commit_seed import CommitSeed
from codefavor.evolve.conversation import Evolution, TracingEvolver
from codefavor.evolve.evidence_filter import PairCheck
from codefavor.evolve.export import export
from codefavor.evolve.instruction_seed import InstructionSeed
from codefavor.evolve.protocol import Discard
from codefavor.evolve.settings import Backend, Effort, EvolveSettings
from codefavor.evolve.settled import Settled
from codefavor.evolve.summary import CriticRejections, EvolveSummary, ModelTokens, OutcomeTally
from codefavor.llm.batch import Failed, run
from codefavor.llm.prices import Price
from codefavor.manifest import make_manifest
from codefavor.pairs.pair import PreferencePair
from codefavor.runs.journal import JOURNAL_FILE, NumberedJournal
from codefavor.runs.run_folder import MANIFEST_FILE, claim, other_settings
from codefavor.runs.shards import SHARDS

HOPELESS = 32
"""After so many failures and no answer at all, the run stops: the key, the address or the model is wrong."""


SeedT = TypeVar("SeedT", CommitSeed, InstructionSeed)
DrawnT = TypeVar("DrawnT", bound=CommitSeed | InstructionSeed)


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
    folder: Path, settings: EvolveSettings, command: str, inputs: Iterable[Path], backend: Backend = "local"
) -> None:
    """Prepare the folder of a run, or make sure that a run begun there has the same settings and backend.

    Raises:
        UserError: the folder holds a run with other settings or on another backend, or something else.
    """
    manifest = make_manifest(command, settings.model_dump(mode="json"), inputs, settings.rng_seed)
    claim(folder, settings, comparable=_without_servers)
    _refuse_other_backend(folder, backend)
    if not (folder / MANIFEST_FILE).exists():
        write_json(folder / MANIFEST_FILE, manifest)


def _refuse_other_backend(folder: Path, backend: Backend) -> None:
    begun: Backend | None = None
    if (folder / SHARDS).exists():
        begun = "ray"
    elif (folder / JOURNAL_FILE).exists():
        begun = "local"
    if begun not in {None, backend}:
        raise other_settings(folder, ["backend"], f"--backend {begun}")


def _without_servers(settings: dict[str, Any]) -> dict[str, Any]:
    """Return what of the settings shapes the result: whose servers answer for a model does not."""
    kept = dict(settings)
    for model in ("critic", "draft"):
        if isinstance(kept.get(model), dict):
            kept[model] = {name: value for name, value in kept[model].items() if name != "base_urls"}
    return kept


async def evolve_seeds(
    seeds: Iterable[SeedT | Discard],
    evolver: TracingEvolver[SeedT],
    check: PairCheck,
    journal: NumberedJournal[Settled],
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

    unsettled = journal.unfinished(enumerate(up_to_limit(seeds, effort.limit, progress.not_seeds)))
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


def up_to_limit(seeds: Iterable[DrawnT | Discard], limit: int | None, not_seeds: Counter[str]) -> Iterator[DrawnT]:
    """Yield the first seeds; discards among them are counted in `not_seeds`. None is drawn beyond the last."""
    count = 0
    for seed in seeds:
        if isinstance(seed, Discard):
            not_seeds[seed.reason] += 1
            continue
        yield seed
        count += 1
        if count == limit:
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
    write_text(folder / "README.md", data_card(settings, summary))
    write_json(folder / "summary.json", summary)
    return summary


def _cost(tokens: dict[str, ModelTokens], prices: dict[str, Price | None]) -> float | None:
    costs = [
        price.cost(spent.input, spent.output) if (price := prices.get(name)) else None for name, spent in tokens.items()
    ]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None
