"""Writes a benchmark: tasks without repetitions in a balanced order, its card, what was dropped, and the manifest."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

from codefavor.atomic import write_json, write_text, writing_to
from codefavor.bench.build.curated import Dropped
from codefavor.bench.tasks import TASKS_FILE
from codefavor.errors import DataError
from codefavor.jsonl import write_records
from codefavor.manifest import Manifest
from codefavor.pairs.comparison import LabeledComparison, Side
from codefavor.pairs.overlap import NearDuplicates
from codefavor.pairs.pair import PreferencePair
from codefavor.pairs.presentation import present
from codefavor.record import Record
from codefavor.runs.run_folder import MANIFEST_FILE, require_new

DISCARDED_FILE, CARD_FILE = "discarded.jsonl", "README.md"
NEAR = 0.9
"""Jaccard likeness of instruction and codes from which a task repeats an earlier one."""

Curated = PreferencePair | LabeledComparison
"""What is known to be better: as a pair, or in some order."""


class Built(Record):
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


def write_benchmark(curated: Sequence[Curated | Dropped], out: Path, seed: int, manifest: Manifest) -> Built:
    """Write `tasks.jsonl`, `discarded.jsonl`, `README.md` and `manifest.json` into a new or empty folder.

    Half of the tasks show the better candidate as A, which ones is drawn by `seed`; the order is in the file, so that
    every run sees the same.

    Raises:
        DataError: nothing was curated.
        UserError: the folder holds something, or cannot be written.
    """
    require_new(out)
    dropped = [each for each in curated if isinstance(each, Dropped)]
    kept, repeated = _without_repetitions([each for each in curated if not isinstance(each, Dropped)])
    dropped += [Dropped(problem=group_of(each), reason="repeats an earlier task") for each in repeated]
    reasons = dict(Counter(each.reason for each in dropped).most_common())
    if not kept:
        raise DataError(f"nothing to make a benchmark of: {_listed(reasons)}")
    tasks = _ordered(kept, Random(seed))
    built = Built(
        tasks=len(tasks),
        problems=len({task.group for task in tasks}),
        label_a=sum(task.label == "A" for task in tasks),
        shorter_better=_shorter_better(tasks),
        dropped=reasons,
    )
    with writing_to(out):
        write_records(out / TASKS_FILE, tasks)
        write_records(out / DISCARDED_FILE, dropped)
        write_text(out / CARD_FILE, _card(tasks, kept, built, manifest))
        write_json(out / MANIFEST_FILE, manifest)
    return built


def group_of(each: Curated) -> str:
    """Return the problem behind a task."""
    return each.group if isinstance(each, LabeledComparison) else each.provenance.source_id


def _without_repetitions(curated: Sequence[Curated]) -> tuple[list[Curated], list[Curated]]:
    """Return what is kept and what nearly repeats a task of an earlier problem, or wholly one of its own."""
    near = NearDuplicates(NEAR)
    texts: list[str] = []
    kept: list[Curated] = []
    repeated: list[Curated] = []
    for place, each in enumerate(curated):
        shown = each.present("A").comparison if isinstance(each, PreferencePair) else each.comparison
        texts.append("\n".join([shown.instruction, shown.criterion.text, *sorted((shown.code_a, shown.code_b))]))
        earlier = near.add(texts[place])
        # Two tasks of one problem share their instruction, and often a code: they are alike by nature.
        is_own = earlier is not None and group_of(curated[earlier]) == group_of(each)
        is_new = earlier is None or (is_own and texts[place] not in texts[:place])
        (kept if is_new else repeated).append(each)
    return kept, repeated


def _ordered(curated: Sequence[Curated], rng: Random) -> list[LabeledComparison]:
    sides: list[Side] = [("A", "B")[place % 2] for place in range(len(curated))]
    rng.shuffle(sides)
    numbers: Counter[str] = Counter()
    tasks = []
    for each, side in zip(curated, sides, strict=True):
        if isinstance(each, PreferencePair):
            task = each.present(side)
        else:
            task = each if each.label == side else each.swapped()
        group = group_of(each)
        numbers[group] += 1
        tasks.append(task.model_copy(update={"id": f"{group}#{numbers[group]}", "group": group}))
    return tasks


def _shorter_better(tasks: Sequence[LabeledComparison]) -> float:
    shown = [present(task.comparison, "stripped").comparison for task in tasks]
    lengths = [(len(each.code_a), len(each.code_b), task.label) for each, task in zip(shown, tasks, strict=True)]
    points = [0.5 if a == b else float((a < b) == (label == "A")) for a, b, label in lengths]
    return round(sum(points) / len(points), 4)


def _listed(reasons: dict[str, int]) -> str:
    return ", ".join(f"{reason} ({count})" for reason, count in reasons.items()) or "no problems"


def _card(
    tasks: Sequence[LabeledComparison],
    curated: Sequence[Curated],
    built: Built,
    manifest: Manifest,
) -> str:
    pairs = [each for each in curated if isinstance(each, PreferencePair)]
    licenses = Counter(pair.provenance.license or "not named" for pair in pairs)
    models = Counter(pair.provenance.model or "no model" for pair in pairs)
    aspects = Counter(str(task.comparison.criterion.aspect or "other") for task in tasks)
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

{_table("aspect", aspects)}

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
