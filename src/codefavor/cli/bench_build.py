"""`codefavor bench build`: a benchmark of one's own, curated as the paper's was."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from random import Random
from typing import Annotated, Literal

import typer

from codefavor.bench.build.correctness import curate_correctness
from codefavor.bench.build.curated import Dropped
from codefavor.bench.build.efficiency import STEP, curate_efficiency
from codefavor.bench.build.preference import VOTES, curate_votes, most_different
from codefavor.bench.build.problems import Problem
from codefavor.bench.build.rules import samples_by_rules
from codefavor.bench.build.samples import Sample
from codefavor.bench.build.security import curate_security
from codefavor.bench.build.write import CuratedTask, write_benchmark
from codefavor.bench.tasks import TASKS_FILE, load_tasks
from codefavor.cli.bench_build_options import BuildOptions, FolderOption, SeedOption, curate_all, with_build_options
from codefavor.cli.bench_options import command_line
from codefavor.cli.options import EngineOption
from codefavor.errors import DataError
from codefavor.jsonl import read_records
from codefavor.manifest import Manifest, make_manifest
from codefavor.pairs.pair import PreferencePair
from codefavor.pairs.source import write_pairs
from codefavor.pairs.vote import Vote
from codefavor.runs.run_folder import require_absent, require_new
from codefavor.sandbox.engine import Engine, EngineChoice
from codefavor.sandbox.open_engine import open_engine

app = typer.Typer(no_args_is_help=True, help="Make a benchmark of your own, as the paper's was made.")
PairsFileOption = Annotated[Path, typer.Option(help="The file of pairs, for `codefavor annotate --pairs`.")]
CurateByRunning = Callable[[Engine, Problem, list[Sample], str], list[PreferencePair] | Dropped]
"""Makes pairs of a problem and its samples, which are run, or says why there are none."""


@app.callback()
def _build() -> None:
    """Make a benchmark of your own, as the paper's was made."""


@app.command()
@with_build_options()
def correctness(options: BuildOptions, engine: EngineOption = "auto") -> None:
    """From tests: a sample that passes them all against one that fails."""
    _build_by_running(options, engine, curate_correctness, "correctness")


@app.command()
@with_build_options()
def efficiency(
    options: BuildOptions,
    step: Annotated[
        float, typer.Option(min=1.1, help="How many times the work of one sample the next one takes at the least.")
    ] = STEP,
    engine: EngineOption = "auto",
) -> None:
    """From counted work: passing samples, sorted by it and taken at a step."""
    _build_by_running(options, engine, partial(curate_efficiency, step=step), "efficiency", step=step)


@app.command()
@with_build_options(samples_per_problem=4)
def security(
    options: BuildOptions,
    fixer: Annotated[
        Literal["rules"] | None, typer.Option(help="Also fix by rules: no model, known calls and secrets alone.")
    ] = None,
) -> None:
    """From analysers: insecure code against a fix in which they find nothing."""
    require_new(options.out)
    problems = options.read_problems()
    by_rules = {problem.id: samples_by_rules(problem) for problem in problems.values()} if fixer else {}
    needs_samples = not fixer or options.samples or options.sampling
    samples = options.read_samples(problems) if needs_samples else {}
    samples = {name: [*samples.get(name, []), *by_rules.get(name, [])] for name in problems}
    source = options.problems.name
    curated = list(curate_all(problems, samples, lambda problem, own: curate_security(problem, own, source)))
    settings = {"fixer": fixer} if fixer else {}
    _write(curated, options.out, options.manifest("security", **settings))


@app.command()
@with_build_options(out=PairsFileOption)
def candidates(options: BuildOptions) -> None:
    """For people to vote on: the two most different samples of each problem. Which one is "chosen" is drawn."""
    out, source = options.out, options.problems.name
    require_absent(out)
    problems = options.read_problems()
    samples = options.read_samples(problems)
    rng = Random(options.seed)
    curated = list(curate_all(problems, samples, lambda problem, own: most_different(problem, own, source, rng)))
    pairs = [made for made in curated if isinstance(made, PreferencePair)]
    if not pairs:
        raise DataError(f"{options.problems}: no problem has two different samples")
    typer.echo(f"{out}: {write_pairs(out, pairs)} pairs without a label; {len(curated) - len(pairs)} problems left out")


@app.command("human-preference")
def human_preference(
    pairs: Annotated[Path, typer.Option(help="What was voted on: the file given to `codefavor annotate --pairs`.")],
    votes: Annotated[Path, typer.Option(help="The votes, as `codefavor annotate export` writes them.")],
    out: FolderOption,
    min_votes: Annotated[int, typer.Option(min=1, help="Votes that a task needs.")] = VOTES,
    seed: SeedOption = 0,
) -> None:
    """From votes: what at least three people voted on without a conflict."""
    require_new(out)
    tasks = load_tasks(pairs, "kept", seed).tasks
    curated = curate_votes(tasks, list(read_records(votes, Vote)), min_votes)
    config = {"kind": "human-preference", "sampling": None, "min_votes": min_votes}
    _write(curated, out, make_manifest(command_line(), config, [pairs, votes], seed))


def _build_by_running(
    options: BuildOptions, engine: EngineChoice, curate: CurateByRunning, kind: str, **settings: float | str
) -> None:
    require_new(options.out)
    problems = options.read_problems()
    samples = options.read_samples(problems)
    source = options.problems.name
    with open_engine(engine) as opened:
        curated = list(curate_all(problems, samples, lambda problem, own: curate(opened, problem, own, source)))
    _write(curated, options.out, options.manifest(kind, **settings))


def _write(curated: Iterable[CuratedTask | Dropped], out: Path, manifest: Manifest) -> None:
    built = write_benchmark(list(curated), out, manifest.seed or 0, manifest)
    typer.echo(f"{out / TASKS_FILE}: {built.tasks} tasks of {built.problems} problems, A better in {built.label_a}")
    typer.echo(f"the shorter code is better in {100 * built.shorter_better:.1f}%")
    for reason, count in built.dropped.items():
        typer.echo(f"  left out: {reason} ({count})")
