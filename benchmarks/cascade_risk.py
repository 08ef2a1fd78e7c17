"""Does the error among answered stay under the target? Cascades calibrated on 1,000 splits, each checked on the rest.

Simulated: three judges of rising skill whose confidence is wrong in different ways, 200,000 tasks whose error is known
as good as exactly, 1,000 calibration sets drawn from them. The share of sets whose cascade exceeds the target has to be
at most delta, up to the binomial bound of 1,000 draws. With `--stage SPEC=RUN` the same on finished runs of
`codefavor bench run`: each split calibrates on half of the problems and counts errors on the other half.

    PYTHONPATH=src python benchmarks/cascade_risk.py
    PYTHONPATH=src python benchmarks/cascade_risk.py --stage evidence=RUN --stage model:FOLDER=RUN

The results are recorded in benchmarks/cascade_risk.md.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy import stats

from codefavor.bench.cascade import Indices, StageAnswers, apply_thresholds, certify
from codefavor.bench.cascade_runs import read_stage

POPULATION = 200_000
TARGETS = (0.02, 0.05, 0.1, 0.2)
DELTA = 0.1


def main() -> None:
    """Calibrate on every split, check on what is left, print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--stage", action="append", default=[])
    arguments.add_argument("--splits", type=int, default=1000)
    arguments.add_argument("--tasks", type=int, default=600)
    arguments.add_argument("--seed", type=int, default=0)
    given = arguments.parse_args()
    rng = np.random.default_rng(given.seed)
    if given.stage:
        runs = [read_stage(spec, Path(run)) for spec, _, run in (each.rpartition("=") for each in given.stage)]
        splits_of_runs([run.answers for run in runs], runs[0].groups, given.splits, rng)
    else:
        simulated(given.splits, given.tasks, rng)


def judges(rng: np.random.Generator) -> list[StageAnswers]:
    """Return three judges on one population: silent on many tasks; overconfident; good and underconfident."""
    ease = rng.beta(2.0, 1.5, POPULATION)
    stages = []
    for skill, silent, bend in ((2.0, 0.5, 1.0), (1.0, 0.0, 0.5), (3.0, 0.05, 2.0)):
        p_right = 1 - 0.5 * (1 - ease) ** skill
        right = rng.random(POPULATION) < p_right
        noisy = np.clip(2 * p_right - 1 + rng.normal(0, 0.1, POPULATION), 0.001, 0.999)
        confidence = 0.5 + noisy**bend / 2
        confidence[rng.random(POPULATION) < silent] = 0.0
        stages.append(StageAnswers(np.round(confidence, 2), right & (confidence > 0)))
    return stages


def simulated(splits: int, tasks: int, rng: np.random.Generator) -> None:
    """Print how often the cascade's true error exceeds the target."""
    stages = judges(rng)
    everything = np.arange(POPULATION)
    known: dict[tuple[float | None, ...], tuple[float, float]] = {}
    print(f"{splits} sets of {tasks} tasks, delta {DELTA}: at most {most_allowed(splits)} may exceed the target")
    for target in TARGETS:
        errors, answered, none = [], [], 0
        for _ in range(splits):
            drawn = rng.choice(POPULATION, tasks, replace=False)
            part = [StageAnswers(stage.confidence[drawn], stage.right[drawn]) for stage in stages]
            found = certify(part, [str(index) for index in drawn], target, DELTA, rng)
            if found is None:
                none += 1
                continue
            if found.thresholds not in known:
                outcome = apply_thresholds(stages, found.thresholds, everything)
                known[found.thresholds] = (outcome.errors / outcome.answered, outcome.answered / POPULATION)
            error, share = known[found.thresholds]
            errors.append(error)
            answered.append(share)
        tell(target, errors, answered, none, sum(error > target for error in errors))


def splits_of_runs(
    stages: Sequence[StageAnswers], groups: Sequence[str], splits: int, rng: np.random.Generator
) -> None:
    """Print how often the error on held-out problems exceeds the target, and by more than chance explains."""
    names = np.array(groups)
    problems = np.unique(names)
    print(f"{splits} splits of {len(problems)} problems, {len(groups)} tasks, delta {DELTA}")
    for target in TARGETS:
        errors, answered, none, beyond = [], [], 0, 0
        for _ in range(splits):
            inside = np.isin(names, rng.permutation(problems)[: len(problems) // 2])
            calibration: Indices = np.flatnonzero(inside)
            part = [StageAnswers(stage.confidence[calibration], stage.right[calibration]) for stage in stages]
            found = certify(part, list(names[calibration]), target, DELTA, rng)
            if found is None:
                none += 1
                continue
            outcome = apply_thresholds(stages, found.thresholds, np.flatnonzero(~inside))
            errors.append(outcome.errors / max(1, outcome.answered))
            answered.append(outcome.answered / int((~inside).sum()))
            beyond += bool(stats.binom.sf(outcome.errors - 1, outcome.answered, target) < 0.05)
        tell(target, errors, answered, none, beyond)


def most_allowed(splits: int) -> int:
    """Return the 99.9% quantile of how many of the splits may exceed the target with probability delta."""
    return int(stats.binom.ppf(0.999, splits, DELTA))


def tell(target: float, errors: list[float], answered: list[float], none: int, over: int) -> None:
    """Print one line of figures."""
    if not errors:
        print(f"target {target:.2f}: nothing certified in {none} splits")
        return
    print(
        f"target {target:.2f}: {none} splits certify nothing; mean error {np.mean(errors):.3f}, 90th percentile "
        f"{np.percentile(errors, 90):.3f}, answered {np.mean(answered):.1%}; over the target {over}"
    )


if __name__ == "__main__":
    main()
