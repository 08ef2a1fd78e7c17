"""Calibrates a trained judge from its run on held-out pairs: temperature, errors before and after, abstention.

A run on pairs that the judge has learned from is refused, and so is one on the benchmark, which is for evaluation only.
Nothing is judged or written here.
"""

import hashlib
from pathlib import Path
from typing import NamedTuple

from codefavor.bench.abstention import certify_abstention
from codefavor.bench.bench_judge import read_result, read_verdicts
from codefavor.bench.registry import benchmark_of_files, find_benchmark
from codefavor.bench.reliability import Reliability, reliability_of
from codefavor.bench.results import BenchResult, RunSettings
from codefavor.bench.temperature import at_temperature, cross_fitted, fit_temperature, raw_rows
from codefavor.errors import DataError, UserError
from codefavor.judges.card import CARD_FILE, Calibration, JudgeCard, card_text, read_card
from codefavor.judges.load import judge_files
from codefavor.judges.training_groups import training_groups_among
from codefavor.manifest import hash_file


class Calibrated(NamedTuple):
    """What was found of a judge."""

    card: JudgeCard
    """Its card with the calibration."""
    before: Reliability
    """How reliable it is at temperature 1."""
    after: Reliability
    """How reliable it is at a fitted temperature, each half of the problems at the one of the other half."""
    unknown: bool
    """Whether the judge does not say what it has learned from, so that held out is taken at the user's word."""


def calibrate_judge(folder: Path, run: Path, abstain: float | None, delta: float, seed: int) -> Calibrated:
    """Return the calibration of the judge in `folder` from its finished run on held-out pairs.

    Args:
        folder: the judge.
        run: the folder of `codefavor bench run` in both orders.
        abstain: the error among answers to stay under; None for a judge that always answers.
        delta: the probability of exceeding it after all.
        seed: draws halves.

    Raises:
        ModelError: `folder` holds no judge.
        UserError: the run is of another judge, in one order, or on the benchmark.
        DataError: the run is unfinished, its pairs were learned from, they are too few, or the judge is at chance.
    """
    card = read_card(folder)
    result = read_result(run)
    _check_run(run, result)
    settings = result.settings
    temperature = _temperature_of_run(folder, card, run, settings)
    judged = read_verdicts(run)
    groups = {row.group for row in judged}
    learned = training_groups_among(folder, groups)
    if learned:
        raise DataError(
            f"{run}: the judge has learned from {len(learned)} of the {len(groups)} problems there, and is too sure of "
            "them; run it on pairs of other problems (`codefavor pairs split` keeps some apart)"
        )
    rows = raw_rows(judged, temperature)
    fitted = fit_temperature(rows)
    before, after = reliability_of(rows), reliability_of(cross_fitted(rows, seed))
    if before is None or after is None:
        raise DataError(f"{run}: no verdict carries a probability, so there is nothing to calibrate")
    calibration = Calibration(
        temperature=fitted,
        pairs=before.tasks,
        error_before=before.error,
        error_after=after.error,
        data=settings.data,
        abstain=certify_abstention(at_temperature(rows, fitted), abstain, delta, seed) if abstain else None,
    )
    return Calibrated(card.model_copy(update={"calibration": calibration}), before, after, learned is None)


def _check_run(run: Path, result: BenchResult) -> None:
    if result.settings.order != "both":
        raise UserError(f"{run}: judged in one order; run it with --orders both")
    benchmark = benchmark_of_files(result.settings.data)
    if result.benchmark and not benchmark:
        benchmark = find_benchmark(result.benchmark.name)
    if benchmark and benchmark.evaluation_only:
        raise UserError(f"{run}: a run on {benchmark.title}, which is for evaluation only; calibrate on held-out pairs")


def _temperature_of_run(folder: Path, card: JudgeCard, run: Path, settings: RunSettings) -> float:
    """Return the temperature under which a run was judged: the card's own, or 1 if it was not yet calibrated.

    Raises:
        UserError: the run is of another judge.
    """
    benched = settings.judge_files
    plain = hashlib.sha256(card_text(card.model_copy(update={"calibration": None})).encode()).hexdigest()
    own = {file.name: hash_file(file) for file in judge_files(f"model:{folder}")}
    if benched == own:
        return card.temperature
    if benched == own | {CARD_FILE: plain}:
        return 1.0
    raise UserError(
        f"{run}: not a run of {folder} as it is now; make one with "
        f"`codefavor bench run --judge model:{folder} --data HELD_OUT.jsonl --out NEW_FOLDER`"
    )
