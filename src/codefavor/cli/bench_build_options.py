"""The options that every kind of `codefavor bench build` takes, in one place, and what they read."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from random import Random
from typing import Annotated, Any

import typer

from codefavor.bench.build.curated import Dropped
from codefavor.bench.build.problems import Problem, read_problems
from codefavor.bench.build.samples import Sample, Sampling, by_problem, draw_samples, read_samples
from codefavor.cli.bench_options import command_line
from codefavor.cli.progress import counted
from codefavor.cli.verbosity import note
from codefavor.errors import ConfigError
from codefavor.manifest import Manifest, make_manifest
from codefavor.pairs.pair import PreferencePair

FolderOption = Annotated[Path, typer.Option(help="A new folder for tasks.jsonl, its card and its manifest.")]
SeedOption = Annotated[int, typer.Option(min=0, help="Draws the order of candidates, and problems under --limit.")]

Curate = Callable[[Problem, list[Sample]], list[PreferencePair] | Dropped]
"""Makes pairs of a problem and its samples, or says why there are none."""


@dataclass(frozen=True)
class BuildOptions:
    """The options, each a field; `with_build_options` gives them to a command."""

    problems: Annotated[Path, typer.Option(help="JSON Lines of problems: our own rows, or those of MBPP or HumanEval.")]
    out: FolderOption
    samples: Annotated[
        Path | None, typer.Option(help="JSON Lines of `problem`, `code` and perhaps `model`: answers to the problems.")
    ] = None
    model: Annotated[str | None, typer.Option(help="Draw samples from this chat model, provider/model.")] = None
    base_url: Annotated[list[str] | None, typer.Option(help="A server that answers for it; may be repeated.")] = None
    samples_per_problem: Annotated[int, typer.Option(min=1, help="Answers the model gives to each problem.")] = 8
    temperature: Annotated[float, typer.Option(min=0, help="The model's temperature.")] = 0.8
    budget: Annotated[float | None, typer.Option(help="The most US dollars to spend.")] = None
    answers: Annotated[
        Path | None,
        typer.Option(help="The folder of the model's answers, kept for the next run; beside --out by default."),
    ] = None
    license_name: Annotated[str | None, typer.Option("--license", help="The licence where a row names none.")] = None
    limit: Annotated[int | None, typer.Option(min=1, help="Use only so many problems, drawn by the seed.")] = None
    seed: SeedOption = 0

    @property
    def sampling(self) -> Sampling | None:
        """How the chat model is asked; None where there is none."""
        if self.model is None:
            return None
        return Sampling(
            model=self.model,
            base_urls=tuple(self.base_url or ()),
            samples_per_problem=self.samples_per_problem,
            temperature=self.temperature,
            budget_usd=self.budget,
        )

    def read_problems(self) -> dict[str, Problem]:
        """Return the problems by their ids, drawn by the seed where they are limited.

        Raises:
            DataError: the file is unreadable or empty.
        """
        problems = read_problems(self.problems, self.license_name)
        if self.limit is None or self.limit >= len(problems):
            return problems
        drawn = sorted(Random(self.seed).sample(range(len(problems)), self.limit))
        ids = list(problems)
        return {ids[place]: problems[ids[place]] for place in drawn}

    def read_samples(self, problems: dict[str, Problem]) -> dict[str, list[Sample]]:
        """Return the samples of the file and of the chat model, by problem.

        Raises:
            ConfigError: nothing answers the problems.
            CodeFavorError: the file is malformed, or the model failed; what it answered is kept.
        """
        sampling = self.sampling
        if self.samples is None and sampling is None and not any(problem.solutions for problem in problems.values()):
            raise ConfigError("no samples: give a file of them with --samples, or a chat model with --model")
        in_file = read_samples(self.samples) if self.samples else []
        samples = [sample for sample in in_file if sample.problem in problems]
        if sampling:
            folder = self.answers or self.out.with_name(f"{self.out.name}.answers")
            with counted("sampling") as advance:
                drawn, spent = draw_samples(sampling, list(problems.values()), folder, advance)
            cost = f"{spent.calls} requests in this run, ${spent.usd:.2f}"
            note(f"{len(drawn)} samples of {sampling.model}; {cost}")
            samples += drawn
        return by_problem(samples)

    def manifest(self, kind: str, **settings: float | str) -> Manifest:
        """Return the manifest of a benchmark of one kind, with the settings of that kind."""
        sampling = self.sampling
        config = {"kind": kind, "sampling": sampling.model_dump(mode="json") if sampling else None, **settings}
        inputs = [path for path in (self.problems, self.samples) if path]
        return make_manifest(command_line(), config, inputs, self.seed)


def curate_all(
    problems: dict[str, Problem], samples: dict[str, list[Sample]], curate: Curate
) -> Iterator[PreferencePair | Dropped]:
    """Yield what becomes of every problem, with a bar on a terminal."""
    with counted("curating", len(problems)) as advance:
        for number, problem in enumerate(problems.values(), start=1):
            made = curate(problem, samples.get(problem.id, []))
            advance(number)
            yield from [made] if isinstance(made, Dropped) else made


def with_build_options(
    samples_per_problem: int = 8, out: Any = FolderOption
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that gives a command the options of `BuildOptions` before its own.

    Args:
        samples_per_problem: the default of the option.
        out: the annotation of `--out`, where it is not a folder.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        shared = inspect.signature(BuildOptions, eval_str=True).parameters
        _, *own = inspect.signature(command, eval_str=True).parameters.values()
        changed = {
            "samples_per_problem": shared["samples_per_problem"].replace(default=samples_per_problem),
            "out": shared["out"].replace(annotation=out),
        }

        @wraps(command)
        def with_options(**values: Any) -> None:
            options = BuildOptions(**{field.name: values.pop(field.name) for field in fields(BuildOptions)})
            command(options, **values)

        # Typer reads a command's options from its signature.
        with_options.__annotations__ = {}
        with_options.__signature__ = inspect.Signature([*(shared | changed).values(), *own])  # type: ignore[attr-defined]
        return with_options

    return decorate
