"""Writes a benchmark: tasks without repetitions in a balanced order, its card, what was dropped, and the manifest."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

from codefavor.atomic import write_json, write_text, writing_to
from codefavor.bench.build.curated import Dropped
from codefavor.bench.length_shortcut import shorter_better_share
from codefavor.bench.pair_strata import stratum_of
from codefavor.bench.tasks import TASKS_FILE
from codefavor.errors import DataError
from codefavor.jsonl import write_records
from codefavor.manifest import Manifest
from codefavor.pairs.comparison import Comparison, LabeledComparison, Side
from codefavor.pairs.overlap import NearDuplicates
from codefavor.pairs.pair import PreferencePair
from codefavor.pairs.presentation import present
from codefavor.record import Record
from codefavor.runs.run_folder import MANIFEST_FILE, require_new

DISCARDED_FILE, CARD_FILE = "discarded.jsonl", "README.md"
NEAR_DUPLICATE = 0.9
"""Jaccard likeness of instruction and codes from which a task repeats an earlier one."""

CuratedTask = PreferencePair | LabeledComparison
"""What is known to be better: as a pair, or in some order."""


class BuiltBenchmark(Record):
    """What was written."""

    tasks: int
    """Tasks."""
    problems: int
    """The problems behind them."""
    label_a: int
    """Tasks whose better candidate is A."""
    shorter_better: float
    """The accuracy of "the shorter candidate is better", as judges see them, equal lengths at half: a shortcut where
    far from 0.5."""
    dropped: dict[str, int]
    """How often each reason left something out."""


def write_benchmark(
    curated: Sequence[CuratedTask | Dropped], out: Path, seed: int, manifest: Manifest
) -> BuiltBenchmark:
    """Write `tasks.jsonl`, `discarded.jsonl`, `README.md` and `manifest.json` into a new or empty folder.

    Half of the tasks show the better candidate as A, which ones is drawn by `seed`; the order is in the file, so that
    every run sees the same.

    Raises:
        DataError: nothing was curated.
        UserError: the folder holds something, or cannot be written.
    """
    require_new(out)
    dropped = [made for made in curated if isinstance(made, Dropped)]
    kept, repeated = _without_repetitions([made for made in curated if not isinstance(made, Dropped)])
    dropped += [Dropped(problem=group_of(made), reason="repeats an earlier task") for made in repeated]
    reasons = dict(Counter(drop.reason for drop in dropped).most_common())
    if not kept:
        raise DataError(f"nothing to make a benchmark of: {_listed(reasons)}")
    tasks = _ordered(kept, Random(seed))
    built = BuiltBenchmark(
        tasks=len(tasks),
        problems=len({task.group for task in tasks}),
        label_a=sum(task.label == "A" for task in tasks),
        shorter_better=shorter_better_share([_without_comments(task) for task in tasks]),
        dropped=reasons,
    )
    with writing_to(out):
        write_records(out / TASKS_FILE, tasks)
        write_records(out / DISCARDED_FILE, dropped)
        write_text(out / CARD_FILE, _card(tasks, kept, built, manifest))
        write_json(out / MANIFEST_FILE, manifest)
    return built


def group_of(curated: CuratedTask) -> str:
    """Return the problem behind a task."""
    return curated.group if isinstance(curated, LabeledComparison) else curated.provenance.source_id


def _without_repetitions(curated: Sequence[CuratedTask]) -> tuple[list[CuratedTask], list[CuratedTask]]:
    """Return what is kept and what nearly repeats a task of an earlier problem, or wholly one of its own."""
    near = NearDuplicates(NEAR_DUPLICATE)
    texts: list[str] = []
    kept: list[CuratedTask] = []
    repeated: list[CuratedTask] = []
    for place, candidate in enumerate(curated):
        task = candidate.present("A") if isinstance(candidate, PreferencePair) else candidate
        texts.append(_text_of(task.comparison))
        earlier = near.add(texts[place])
        # Two tasks of one problem share their instruction, and often a code: they are alike by nature.
        is_own = earlier is not None and group_of(curated[earlier]) == group_of(candidate)
        is_new = earlier is None or (is_own and texts[place] not in texts[:place])
        (kept if is_new else repeated).append(candidate)
    return kept, repeated


def _text_of(comparison: Comparison) -> str:
    codes = sorted((comparison.code_a, comparison.code_b))
    return "\n".join([comparison.instruction, comparison.criterion.text, *codes])


def _ordered(curated: Sequence[CuratedTask], rng: Random) -> list[LabeledComparison]:
    sides: list[Side] = [("A", "B")[place % 2] for place in range(len(curated))]
    rng.shuffle(sides)
    numbers: Counter[str] = Counter()
    tasks = []
    for task_or_pair, side in zip(curated, sides, strict=True):
        if isinstance(task_or_pair, PreferencePair):
            task = task_or_pair.present(side)
        else:
            task = task_or_pair if task_or_pair.label == side else task_or_pair.swapped()
        group = group_of(task_or_pair)
        numbers[group] += 1
        tasks.append(task.model_copy(update={"id": f"{group}#{numbers[group]}", "group": group}))
    return tasks


def _without_comments(task: LabeledComparison) -> LabeledComparison:
    return task.model_copy(update={"comparison": present(task.comparison, "stripped").comparison})


def _listed(reasons: dict[str, int]) -> str:
    return ", ".join(f"{reason} ({count})" for reason, count in reasons.items()) or "no problems"


def _card(
    tasks: Sequence[LabeledComparison],
    curated: Sequence[CuratedTask],
    built: BuiltBenchmark,
    manifest: Manifest,
) -> str:
    pairs = [made for made in curated if isinstance(made, PreferencePair)]
    licenses = Counter(pair.provenance.license or "not named" for pair in pairs)
    models = Counter(pair.provenance.model or "no model" for pair in pairs)
    strata = Counter(stratum_of(task).title for task in tasks)
    return f"""---
pretty_name: Own benchmark of code preferences
task_categories: [text-classification]
tags: [code, preference, benchmark]
configs:
- config_name: default
  data_files: {TASKS_FILE}
---
# Own benchmark of code preferences

{built.tasks} tasks of {built.problems} problems, made by `{manifest.command}`. A task is an instruction, a criterion, \
two codes, and which of them is better.

{_table("criterion", strata)}

- The better code is A in {built.label_a} and B in {built.tasks - built.label_a} tasks, drawn by seed \
{manifest.seed}; the order is part of the file.
- "The shorter code is better" scores {100 * built.shorter_better:.1f}%: what a judge reaches by length alone.
- Left out: {_listed(built.dropped)}. Every case is in `{DISCARDED_FILE}`.

## Use

`codefavor bench run --judge JUDGE --data {TASKS_FILE} --out RUN`. The file is for evaluation. To keep it out of \
pairs that are made for training, give it to `codefavor evolve … --benchmark {TASKS_FILE}`. Problems that have been \
public for long may be known to the models that are judged.

## Sources

{_table("licence", licenses)}

{_table("written by", models)}
"""


def _table(head: str, rows: Counter[str]) -> str:
    return "\n".join([f"| {head} | tasks |", "|---|---|", *(f"| {name} | {count} |" for name, count in rows.items())])
