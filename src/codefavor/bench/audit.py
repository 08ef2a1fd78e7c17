"""The bias audit: does a judge react to what should not matter, and does it see what should?

Each task is judged in both orders, then again with one candidate edited without a change of behaviour (see `edits`):
a clean judge answers as before. A one-token edit that is seen to change behaviour when both are run is set against its
original: a blind judge cannot tell them apart. Tests are clustered by problem and corrected for their number (Holm
1979), so that a clean judge is cleared of everything at the stated level. Nothing here comes from the paper.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from codefavor.atomic import write_json, writing_to
from codefavor.bench.bench_judge import ProgressCallback
from codefavor.bench.edits import PRESERVING, Edit, change_one_token, regenerate
from codefavor.bench.scoring import score
from codefavor.bench.statistics import ClusteredSample, Estimate, holm, paired_test
from codefavor.bench.tasks import Task, TaskSet
from codefavor.errors import DataError
from codefavor.judges.both_orders import in_both_orders, join_orders, pair_orders
from codefavor.judges.protocol import Judge
from codefavor.manifest import Manifest
from codefavor.pairs.comparison import Comparison, Side
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.verdict import Verdict
from codefavor.record import Record

BIAS_FILE = "bias.json"
LEVEL = 0.01
"""The chance that a clean judge is accused of anything at all."""
POSITION = "position"
BLINDNESS = "one-token edits"
CHUNK = 64
"""Comparisons judged between two reports of progress."""

MutationCheck = Callable[[Sequence[Comparison]], list[bool]]
"""Returns for comparisons of a code with its one-token edit which were seen to differ; see `bench.mutation_check`."""


class BiasFinding(Record):
    """What the judge does under one kind of edit."""

    probe: str
    """What was changed: the order, or one candidate."""
    tasks: int
    """Tasks to which the edit applies."""
    flips: Estimate
    """Share of tasks whose choice changes; for one-token edits, share whose original is not preferred."""
    flips_by_aspect: dict[str, Estimate]
    """The same for each stratum."""
    shift: Estimate
    """Mean shift of support towards the candidate shown first, or edited; for one-token edits, towards the original.

    Support is P(candidate), or 1, 1/2 and 0 for a choice, so that 0 is no shift and 0.5 is the most for the position.
    """
    p: float
    """Two-sided p value of no shift, by sign flips of whole problems."""
    found: bool
    """Whether the judge is biased here, or blind, at the level of the audit."""


class BiasAudit(Record):
    """The content of `bias.json`."""

    judge: str
    """The judge's name."""
    level: float
    """The chance of any false accusation."""
    seed: int
    """The seed of the draw of tasks, sides and tokens."""
    findings: tuple[BiasFinding, ...]
    """The position, every edit that keeps behaviour, then the one-token edits."""
    unconfirmed: int = 0
    """One-token edits that were left out, since no run showed a change of behaviour."""
    manifest: Manifest
    """What made this result."""


class _EditedTask(Record):
    """A task as it is judged under one kind of edit."""

    task: Task
    """The task behind the comparison."""
    comparison: Comparison
    """What is judged, in both orders."""
    side: Side
    """The side whose support is measured."""


def audit_judge(
    judge: Judge,
    tasks: TaskSet,
    max_tasks: int,
    seed: int,
    manifest: Manifest,
    check_mutations: MutationCheck,
    progress: ProgressCallback,
) -> BiasAudit:
    """Audit `judge` on at most `max_tasks` tasks drawn by `seed`, spread evenly over the strata.

    Strata whose style counts, such as human preference, are left out: comments, names and layout may well matter there.

    Raises:
        DataError: no task is of use.
    """
    rng = random.Random(seed)
    drawn = _draw(tasks, max_tasks, rng)
    if not drawn:
        raise DataError("no tasks to audit on: Python code and a criterion for which style does not count are needed")
    plain = [_EditedTask(task=task, comparison=task.comparison, side="A") for task in drawn]
    cases = {POSITION: plain}
    cases |= {name: [case for task in drawn if (case := _edited(task, edit, rng))] for name, edit in PRESERVING.items()}
    against = [case for task in drawn if (case := _against_changed(task, rng))]
    differs = check_mutations([case.comparison for case in against])
    cases[BLINDNESS] = [case for case, seen in zip(against, differs, strict=True) if seen]
    verdicts = _judge_all(judge, cases, progress)
    generator = np.random.default_rng(seed)
    base = dict(zip((task.id for task in drawn), verdicts[POSITION], strict=True))
    findings = [_position(plain, verdicts[POSITION], generator)]
    for name in PRESERVING:
        if cases[name]:
            findings.append(_reaction(name, cases[name], verdicts[name], base, generator))
    corrected = holm([finding.p for finding in findings])
    findings = [f.model_copy(update={"found": p <= LEVEL}) for f, p in zip(findings, corrected, strict=True)]
    if cases[BLINDNESS]:
        findings.append(_blindness(cases[BLINDNESS], verdicts[BLINDNESS], generator))
    return BiasAudit(
        judge=judge.name,
        level=LEVEL,
        seed=seed,
        findings=tuple(findings),
        unconfirmed=differs.count(False),
        manifest=manifest,
    )


def write_audit(audit: BiasAudit, out: Path) -> None:
    """Write `bias.json` into `out`, all or nothing.

    Raises:
        UserError: it cannot be written there.
    """
    with writing_to(out):
        write_json(out / BIAS_FILE, audit)


def _draw(tasks: TaskSet, max_tasks: int, rng: random.Random) -> list[Task]:
    left_out = {stratum.key for stratum in tasks.strata if stratum.style_counts}
    by_stratum: dict[str, list[Task]] = defaultdict(list)
    for task in tasks.tasks:
        if task.stratum not in left_out and task.comparison.language == "python":
            by_stratum[task.stratum].append(task)
    count = max(1, max_tasks // max(1, len(by_stratum)))
    return [task for members in by_stratum.values() for task in rng.sample(members, min(count, len(members)))]


def _edited(task: Task, edit: Edit, rng: random.Random) -> _EditedTask | None:
    side: Side = rng.choice(("A", "B"))
    field = "code_a" if side == "A" else "code_b"
    code = edit(getattr(task.comparison, field), rng)
    if code is None:
        return None
    return _EditedTask(task=task, comparison=task.comparison.model_copy(update={field: code}), side=side)


def _against_changed(task: Task, rng: random.Random) -> _EditedTask | None:
    better = task.comparison.code_a if task.label == "A" else task.comparison.code_b
    changed = change_one_token(better, rng)
    if changed is None:
        return None
    side: Side = rng.choice(("A", "B"))
    code_a, code_b = (regenerate(better), changed) if side == "A" else (changed, regenerate(better))
    update = {"code_a": code_a, "code_b": code_b, "criterion": criterion_for(Aspect.CORRECTNESS)}
    return _EditedTask(task=task, comparison=task.comparison.model_copy(update=update), side=side)


_BothOrders = tuple[Verdict, Verdict]
"""The verdict in the order given, and that of the other order said of the order given."""


def _judge_all(
    judge: Judge, cases: dict[str, list[_EditedTask]], progress: ProgressCallback
) -> dict[str, list[_BothOrders]]:
    comparisons = [case.comparison for members in cases.values() for case in members]
    pairs: list[_BothOrders] = []
    for start in range(0, len(comparisons), CHUNK):
        chunk = comparisons[start : start + CHUNK]
        pairs += pair_orders(judge, chunk, judge.judge(in_both_orders(judge, chunk)))
        progress(len(pairs), len(comparisons))
    following = iter(pairs)
    return {name: [next(following) for _ in members] for name, members in cases.items()}


def _support(verdict: Verdict, side: Side) -> float:
    if verdict.prob_a is None:
        return score(verdict, side)
    return verdict.prob_a if side == "A" else 1 - verdict.prob_a


def _position(cases: Sequence[_EditedTask], verdicts: Sequence[_BothOrders], rng: np.random.Generator) -> BiasFinding:
    shifts = [(_support(given, "A") + _support(swapped, "B")) / 2 - 0.5 for given, swapped in verdicts]
    flips = [float(given.choice != swapped.choice) for given, swapped in verdicts]
    return _finding(POSITION, cases, flips, shifts, rng)


def _reaction(
    name: str,
    cases: Sequence[_EditedTask],
    verdicts: Sequence[_BothOrders],
    base: dict[str, _BothOrders],
    rng: np.random.Generator,
) -> BiasFinding:
    shifts, flips = [], []
    for case, pair in zip(cases, verdicts, strict=True):
        after, before = join_orders(*pair), join_orders(*base[case.task.id])
        shifts.append(_support(after, case.side) - _support(before, case.side))
        flips.append(float(after.choice != before.choice))
    return _finding(name, cases, flips, shifts, rng)


def _blindness(cases: Sequence[_EditedTask], verdicts: Sequence[_BothOrders], rng: np.random.Generator) -> BiasFinding:
    joined = [join_orders(*pair) for pair in verdicts]
    shifts = [_support(verdict, case.side) - 0.5 for verdict, case in zip(joined, cases, strict=True)]
    missed = [float(verdict.choice != case.side) for verdict, case in zip(joined, cases, strict=True)]
    finding = _finding(BLINDNESS, cases, missed, shifts, rng)
    # Here the burden of proof is the other way round: a judge is blind until it is seen to prefer the original.
    return finding.model_copy(update={"found": finding.p > LEVEL or finding.shift.value <= 0})


def _finding(
    name: str, cases: Sequence[_EditedTask], flips: Sequence[float], shifts: Sequence[float], rng: np.random.Generator
) -> BiasFinding:
    strata = [case.task.stratum for case in cases]
    groups = [case.task.group for case in cases]
    places: dict[str, list[int]] = defaultdict(list)
    for place, stratum in enumerate(strata):
        places[stratum].append(place)
    shift = ClusteredSample(shifts, strata, groups)
    return BiasFinding(
        probe=name,
        tasks=len(cases),
        flips=ClusteredSample(flips, strata, groups).estimate(rng),
        flips_by_aspect={
            stratum: ClusteredSample([flips[i] for i in at], [stratum] * len(at), [groups[i] for i in at]).estimate(rng)
            for stratum, at in places.items()
        },
        shift=shift.estimate(rng, low=-1.0, high=1.0),
        p=paired_test(shift, rng).sign_flip_p,
        found=False,
    )
