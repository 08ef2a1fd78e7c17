"""A run of Regress-Evol: seeds to a folder of pairs.jsonl, discarded.jsonl, summary.json and manifest.json."""

from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from random import Random
from typing import Annotated

from pydantic import Field, field_validator

from codefavor.atomic import write_json
from codefavor.errors import DataError
from codefavor.evidence.verification import Mark
from codefavor.evolve.evidence_filter import filter_by_evidence
from codefavor.evolve.evolve_seeds import EvolveProgress, Watch
from codefavor.evolve.kind import EvolverKind
from codefavor.evolve.protocol import Discard
from codefavor.evolve.regress_evol.balance import balanced
from codefavor.evolve.regress_evol.catalogue import choose_operators
from codefavor.evolve.regress_evol.evolver import METHOD, RegressEvol
from codefavor.evolve.seeds import good_functions
from codefavor.jsonl import write_records
from codefavor.languages.python.language import PYTHON
from codefavor.languages.registry import canonical_name, title_of
from codefavor.manifest import make_manifest
from codefavor.pairs.criterion import VERIFIABLE_ASPECTS, Aspect
from codefavor.pairs.pair import PreferencePair
from codefavor.record import Record
from codefavor.runs.run_folder import MANIFEST_FILE, claim, require_claimable
from codefavor.sandbox.engine import Engine, EngineChoice
from codefavor.sandbox.open_engine import open_engine

_SUMMARY_FILE = "summary.json"
CANDIDATES_PER_PAIR = 3
"""How many pairs are made for one that is kept, so that the balance by length has something to choose from."""


_DROPPED_MARKS: frozenset[Mark] = frozenset({"refuted", "untestable"})
"""Marks that drop a pair: its defect has to be seen, in other results, more work, or a weakness."""


class RegressEvolConfig(Record):
    """A run of Regress-Evol."""

    source: str
    """`installed`, `stdlib`, or the path of a file, folder or checkout."""
    language: str = PYTHON.name
    """The language of the code; the operators know Python only."""
    max_pairs: Annotated[int, Field(gt=0)] | None = None
    """The most pairs, shared out evenly among the aspects; None keeps all that the balance allows."""
    rng_seed: int = 0
    """Decides the order of files, the operators' choices and the wording."""
    operators: tuple[str, ...] = ()
    """The operators to use; empty for all."""
    exclude_operators: tuple[str, ...] = ()
    """The operators to leave out."""
    aspects: tuple[Aspect, ...] = VERIFIABLE_ASPECTS
    """The aspects to make pairs for."""
    max_files: Annotated[int, Field(gt=0)] = 2000
    """The most files to read."""
    verify: bool = False
    """Run both codes of every pair and keep those that show their defect."""
    engine: EngineChoice = "auto"
    """Whether code may run where the sandbox does not hold."""

    @field_validator("language")
    @classmethod
    def _python_only(cls, name: str) -> str:
        language = canonical_name(name)
        if language != PYTHON.name:
            raise ValueError(f"Regress-Evol makes pairs in Python only; {title_of(name)} is not supported yet")
        return language


class RegressSummary(Record):
    """What a run of Regress-Evol made."""

    pairs: int
    """Pairs kept."""
    by_aspect: dict[str, int]
    """Pairs of each aspect."""
    by_operator: dict[str, int]
    """Pairs of each operator."""
    by_source: dict[str, int]
    """Pairs of each distribution or checkout."""
    discarded: dict[str, int]
    """Discards of each stage."""
    shorter_chosen: dict[str, float]
    """The accuracy of "the shorter code is better" by aspect, equal lengths at half; "longer" is one minus it."""
    mean_length_change: dict[str, float]
    """The mean of how much the rejected code's length differs from the chosen code's, as a fraction, by aspect."""


def run_regress_evol(config: RegressEvolConfig, folder: Path, command: str, watch: Watch) -> RegressSummary:
    """Make pairs and write them with what was dropped; `watch` is called whenever one is made.

    Raises:
        UserError: `folder` holds pairs made with other settings or something else, or cannot be written.
        ConfigError: an operator is unknown, or none is left.
        DataError: the source has no Python files, or gives no pair.
        SandboxError: pairs are to be verified, and code cannot be run safely here.
    """
    require_claimable(folder, config)
    manifest = make_manifest(command, config.model_dump(mode="json"), [], config.rng_seed)
    with open_engine(config.engine) if config.verify else nullcontext() as engine:
        made, discards = _make(config, engine, watch)
    kept = _balance(made, config, discards)
    if not kept:
        raise DataError(f"{config.source}: no function here gives a pair; name another source or more operators")
    summary = summarize_run(kept, discards)
    claim(folder, config)
    write_records(folder / "discarded.jsonl", discards)
    write_json(folder / _SUMMARY_FILE, summary)
    write_json(folder / MANIFEST_FILE, manifest)
    write_records(folder / "pairs.jsonl", kept)
    return summary


def _make(
    config: RegressEvolConfig, engine: Engine | None, watch: Watch
) -> tuple[dict[Aspect, dict[str, PreferencePair]], list[Discard]]:
    operators = choose_operators(config.operators, config.exclude_operators, config.aspects)
    aspects = sorted({operator.aspect for operator in operators})
    made: dict[Aspect, dict[str, PreferencePair]] = {aspect: {} for aspect in aspects}
    discards: list[Discard] = []
    progress = EvolveProgress()
    enough = None if config.max_pairs is None else CANDIDATES_PER_PAIR * (-(-config.max_pairs // len(aspects)))
    evolver = RegressEvol(operators, config.rng_seed)
    for outcome in evolver.evolve_all(good_functions(config.source, config.rng_seed, config.max_files)):
        if engine is not None and isinstance(outcome, PreferencePair):
            outcome = filter_by_evidence(engine, outcome, config.rng_seed, _DROPPED_MARKS)
        if isinstance(outcome, Discard):
            discards.append(outcome)
        elif outcome.criterion.aspect is not None:
            made[outcome.criterion.aspect][outcome.id] = outcome
            progress.tally.keep(outcome)
            watch(progress)
        if enough is not None and all(len(pairs) >= enough for pairs in made.values()):
            break
    return made, discards


def _balance(
    made: dict[Aspect, dict[str, PreferencePair]], config: RegressEvolConfig, discards: list[Discard]
) -> list[PreferencePair]:
    kept: list[PreferencePair] = []
    max_pairs = None if config.max_pairs is None else config.max_pairs // len(made)
    for aspect, pairs in made.items():
        chosen = balanced(list(pairs.values()), max_pairs, Random(f"{config.rng_seed}:{aspect}"))
        ids = {pair.id for pair in chosen}
        dropped = (pair for pair in pairs.values() if pair.id not in ids)
        discards += [
            Discard(
                source_id=pair.provenance.source_id,
                stage="balance",
                reason=f"{pair.provenance.method}: left out so that length does not tell the better code",
            )
            for pair in dropped
        ]
        kept += chosen
    return Random(config.rng_seed).sample(kept, len(kept))


def summarize_run(pairs: list[PreferencePair], discards: list[Discard]) -> RegressSummary:
    """Return the counts of a run."""
    aspects = sorted({str(pair.criterion.aspect) for pair in pairs})
    of = {aspect: [pair for pair in pairs if str(pair.criterion.aspect) == aspect] for aspect in aspects}
    return RegressSummary(
        pairs=len(pairs),
        by_aspect={aspect: len(of[aspect]) for aspect in aspects},
        by_operator=_counted(pair.provenance.method.partition("/")[2] for pair in pairs),
        by_source=_counted(pair.provenance.source for pair in pairs),
        discarded=_counted(discard.stage for discard in discards),
        shorter_chosen={aspect: _shorter(of[aspect]) for aspect in aspects},
        mean_length_change={aspect: _mean_change(of[aspect]) for aspect in aspects},
    )


def _counted(names: object) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))  # type: ignore[call-overload]


def _shorter(pairs: list[PreferencePair]) -> float:
    signs = [(len(pair.chosen) < len(pair.rejected)) + (len(pair.chosen) == len(pair.rejected)) / 2 for pair in pairs]
    return round(sum(signs) / len(signs), 4)


def _mean_change(pairs: list[PreferencePair]) -> float:
    return round(sum(abs(len(pair.rejected) / len(pair.chosen) - 1) for pair in pairs) / len(pairs), 4)


REGRESS_EVOL = EvolverKind(
    name=METHOD,
    help="Make good functions worse in known ways. No model is asked; with --verify only defects that show are kept.",
    config=RegressEvolConfig,
)
