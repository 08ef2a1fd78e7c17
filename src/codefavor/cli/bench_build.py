"""`codefavor bench build`: a benchmark of one's own, curated as the paper's was."""

import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Annotated, Literal

import typer

from codefavor.bench.build.correctness import curate_correctness
from codefavor.bench.build.curated import Dropped
from codefavor.bench.build.efficiency import STEP, curate_efficiency
from codefavor.bench.build.preference import VOTES, curate_votes, most_different
from codefavor.bench.build.problems import Problem, read_problems
from codefavor.bench.build.rules import samples_by_rules
from codefavor.bench.build.samples import Sample, Sampling, by_problem, draw_samples, read_samples
from codefavor.bench.build.security import curate_security
from codefavor.bench.build.write import Built, write_benchmark
from codefavor.bench.tasks import TASKS_FILE, load_tasks
from codefavor.cli.progress import counted
from codefavor.cli.sandbox import UNSAFE_HELP
from codefavor.errors import ConfigError, DataError
from codefavor.jsonl import read_records
from codefavor.manifest import Manifest, make_manifest
from codefavor.pairs.comparison import LabeledComparison
from codefavor.pairs.pair import PreferencePair
from codefavor.pairs.source import write_pairs
from codefavor.pairs.vote import Vote
from codefavor.runs.run_folder import require_absent, require_new
from codefavor.sandbox.probe import open_sandbox

app = typer.Typer(no_args_is_help=True, help="Make a benchmark of your own, as the paper's was made.")

ProblemsOption = Annotated[
    Path, typer.Option(help="JSON Lines of problems: our own rows, or those of MBPP or HumanEval.")
]
SamplesOption = Annotated[
    Path | None, typer.Option(help="JSON Lines of `problem`, `code` and perhaps `model`: answers to the problems.")
]
ModelOption = Annotated[str | None, typer.Option(help="Draw samples from this chat model, provider/model.")]
UrlOption = Annotated[list[str] | None, typer.Option(help="A server that answers for it; may be repeated.")]
DrawsOption = Annotated[int, typer.Option(min=1, help="Answers the model gives to each problem.")]
TemperatureOption = Annotated[float, typer.Option(min=0, help="The model's temperature.")]
BudgetOption = Annotated[float | None, typer.Option(help="The most US dollars to spend.")]
AnswersOption = Annotated[
    Path | None, typer.Option(help="The folder of the model's answers, kept for the next run; beside --out by default.")
]
LicenseOption = Annotated[str | None, typer.Option("--license", help="The licence where a row names none.")]
LimitOption = Annotated[int | None, typer.Option(min=1, help="Use only so many problems, drawn by the seed.")]
SeedOption = Annotated[int, typer.Option(min=0, help="Draws the order of candidates, and problems under --limit.")]
OutOption = Annotated[Path, typer.Option(help="A new folder for tasks.jsonl, its card and its manifest.")]
UnsafeOption = Annotated[bool, typer.Option("--unsafe-local", help=UNSAFE_HELP)]

Curated = Iterable[PreferencePair | LabeledComparison | Dropped]


@app.callback()
def _build() -> None:
    """Make a benchmark of your own, as the paper's was made."""


@app.command()
def correctness(
    problems: ProblemsOption,
    out: OutOption,
    samples: SamplesOption = None,
    model: ModelOption = None,
    base_url: UrlOption = None,
    draws: DrawsOption = 8,
    temperature: TemperatureOption = 0.8,
    budget: BudgetOption = None,
    answers: AnswersOption = None,
    license_name: LicenseOption = None,
    limit: LimitOption = None,
    seed: SeedOption = 0,
    unsafe_local: UnsafeOption = False,
) -> None:
    """From tests: a sample that passes them all against one that fails."""
    asked = _read(problems, license_name, limit, seed, out)
    sampling = _sampling(model, base_url, draws, temperature, budget)
    found = _samples(asked, samples, sampling, answers, out)
    with open_sandbox(unsafe_local=unsafe_local) as pool:
        made = list(_each(asked, found, lambda problem, own: curate_correctness(pool, problem, own, problems.name)))
    _write(made, out, seed, _manifest("correctness", [problems, samples], sampling, seed))


@app.command()
def efficiency(
    problems: ProblemsOption,
    out: OutOption,
    samples: SamplesOption = None,
    model: ModelOption = None,
    base_url: UrlOption = None,
    draws: DrawsOption = 8,
    temperature: TemperatureOption = 0.8,
    budget: BudgetOption = None,
    answers: AnswersOption = None,
    step: Annotated[
        float, typer.Option(min=1.1, help="How many times the work of one sample the next one takes at the least.")
    ] = STEP,
    license_name: LicenseOption = None,
    limit: LimitOption = None,
    seed: SeedOption = 0,
    unsafe_local: UnsafeOption = False,
) -> None:
    """From counted work: passing samples, sorted by it and taken at a step."""
    asked = _read(problems, license_name, limit, seed, out)
    sampling = _sampling(model, base_url, draws, temperature, budget)
    found = _samples(asked, samples, sampling, answers, out)
    with open_sandbox(unsafe_local=unsafe_local) as pool:

        def curate(problem: Problem, own: list[Sample]) -> list[PreferencePair] | Dropped:
            return curate_efficiency(pool, problem, own, problems.name, step)

        made = list(_each(asked, found, curate))
    _write(made, out, seed, _manifest("efficiency", [problems, samples], sampling, seed, step=step))


@app.command()
def security(
    problems: ProblemsOption,
    out: OutOption,
    samples: SamplesOption = None,
    model: ModelOption = None,
    base_url: UrlOption = None,
    draws: DrawsOption = 4,
    temperature: TemperatureOption = 0.8,
    budget: BudgetOption = None,
    answers: AnswersOption = None,
    fixer: Annotated[
        Literal["rules"] | None, typer.Option(help="Also mend by rules: no model, known calls and secrets alone.")
    ] = None,
    license_name: LicenseOption = None,
    limit: LimitOption = None,
    seed: SeedOption = 0,
) -> None:
    """From analysers: insecure code against a fix in which they find nothing."""
    asked = _read(problems, license_name, limit, seed, out)
    sampling = _sampling(model, base_url, draws, temperature, budget)
    by_rules = {each.id: samples_by_rules(each) for each in asked.values()} if fixer else {}
    found = {} if fixer and not (samples or sampling) else _samples(asked, samples, sampling, answers, out)
    found = {name: [*found.get(name, []), *by_rules.get(name, [])] for name in asked}
    made = list(_each(asked, found, lambda problem, own: curate_security(problem, own, problems.name)))
    config = {"fixer": fixer} if fixer else {}
    _write(made, out, seed, _manifest("security", [problems, samples], sampling, seed, **config))


@app.command()
def candidates(
    problems: ProblemsOption,
    out: Annotated[Path, typer.Option(help="The file of pairs, for `codefavor annotate --pairs`.")],
    samples: SamplesOption = None,
    model: ModelOption = None,
    base_url: UrlOption = None,
    draws: DrawsOption = 8,
    temperature: TemperatureOption = 0.8,
    budget: BudgetOption = None,
    answers: AnswersOption = None,
    license_name: LicenseOption = None,
    limit: LimitOption = None,
    seed: SeedOption = 0,
) -> None:
    """For people to vote on: the two most different samples of each problem. Which one is "chosen" is drawn."""
    require_absent(out)
    asked = _read(problems, license_name, limit, seed, None)
    sampling = _sampling(model, base_url, draws, temperature, budget)
    found = _samples(asked, samples, sampling, answers, out)
    rng = Random(seed)
    made = list(_each(asked, found, lambda problem, own: most_different(problem, own, problems.name, rng)))
    pairs = [each for each in made if isinstance(each, PreferencePair)]
    if not pairs:
        raise DataError(f"{problems}: no problem has two different samples")
    typer.echo(f"{out}: {write_pairs(out, pairs)} pairs without a label; {len(made) - len(pairs)} problems left out")


@app.command("human-preference")
def human_preference(
    pairs: Annotated[Path, typer.Option(help="What was voted on: the file given to `codefavor annotate --pairs`.")],
    votes: Annotated[Path, typer.Option(help="The votes, as `codefavor annotate export` writes them.")],
    out: OutOption,
    least: Annotated[int, typer.Option(min=1, help="Votes that a task needs.")] = VOTES,
    seed: SeedOption = 0,
) -> None:
    """From votes: what at least three people voted on without a conflict."""
    require_new(out)
    tasks = load_tasks(pairs, "kept", seed).tasks
    made = curate_votes(tasks, list(read_records(votes, Vote)), least)
    _write(made, out, seed, _manifest("human-preference", [pairs, votes], None, seed, least=least))


def _read(path: Path, license_name: str | None, limit: int | None, seed: int, out: Path | None) -> dict[str, Problem]:
    if out:
        require_new(out)
    problems = read_problems(path, license_name)
    if limit is None or limit >= len(problems):
        return problems
    drawn = sorted(Random(seed).sample(range(len(problems)), limit))
    every = list(problems.values())
    return {every[place].id: every[place] for place in drawn}


def _sampling(
    model: str | None, urls: list[str] | None, draws: int, temperature: float, budget: float | None
) -> Sampling | None:
    if model is None:
        return None
    return Sampling(model=model, base_urls=tuple(urls or ()), draws=draws, temperature=temperature, budget_usd=budget)


def _samples(
    problems: dict[str, Problem], file: Path | None, sampling: Sampling | None, answers: Path | None, out: Path
) -> dict[str, list[Sample]]:
    if file is None and sampling is None and not any(problem.solutions for problem in problems.values()):
        raise ConfigError("no samples: give a file of them with --samples, or a chat model with --model")
    samples = [sample for sample in read_samples(file) if sample.problem in problems] if file else []
    if sampling:
        folder = answers or out.with_name(f"{out.name}.answers")
        with counted("sampling", len(problems) * sampling.draws) as advance:
            drawn, spent = draw_samples(sampling, list(problems.values()), folder, lambda done, _: advance(done))
        typer.echo(f"{len(drawn)} samples of {sampling.model}; {spent.calls} asked for now, ${spent.usd:.2f}", err=True)
        samples += drawn
    return by_problem(samples)


def _each(
    problems: dict[str, Problem],
    samples: dict[str, list[Sample]],
    curate: Callable[[Problem, list[Sample]], list[PreferencePair] | Dropped],
) -> Iterator[PreferencePair | Dropped]:
    with counted("curating", len(problems)) as advance:
        for number, problem in enumerate(problems.values(), start=1):
            made = curate(problem, samples.get(problem.id, []))
            advance(number)
            yield from [made] if isinstance(made, Dropped) else made


def _manifest(
    kind: str, inputs: list[Path | None], sampling: Sampling | None, seed: int, **more: float | str
) -> Manifest:
    config = {"kind": kind, "sampling": sampling.model_dump(mode="json") if sampling else None, **more}
    command = shlex.join(["codefavor", *sys.argv[1:]])
    return make_manifest(command, config, [path for path in inputs if path], seed)


def _write(curated: Curated, out: Path, seed: int, manifest: Manifest) -> None:
    built: Built = write_benchmark(list(curated), out, seed, manifest)
    typer.echo(f"{out / TASKS_FILE}: {built.tasks} tasks of {built.problems} problems, A better in {built.label_a}")
    typer.echo(f"the shorter code is better in {100 * built.shorter_better:.1f}%")
    for reason, count in built.dropped.items():
        typer.echo(f"  left out: {reason} ({count})")
