"""The options of `codefavor evolve`: groups that evolvers share, declared once, and commands put together of them."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from codefavor.cli.fleet import AddressOption
from codefavor.cli.options import ENGINE_HELP
from codefavor.evolve.kind import EvolverKind
from codefavor.languages.registry import known_languages
from codefavor.sandbox.engine import EngineChoice

Overrides = dict[str, Any]
"""Values of a configuration that options give, by field; those that are None leave the field as it is."""
OptionGroup = Callable[..., Overrides]
"""A function whose parameters are options, and which returns what they give."""


class BackendName(StrEnum):
    """Where seeds are settled."""

    LOCAL = "local"
    RAY = "ray"


OutOption = Annotated[Path, typer.Option(help="The run's folder; a run begun there is continued.")]


def language_options(
    language: Annotated[
        str | None,
        typer.Option(
            help="The language of the code; Python if not given.",
            autocompletion=lambda incomplete: [
                language.name for language in known_languages() if language.name.startswith(incomplete)
            ],
        ),
    ] = None,
    verify: Annotated[
        bool | None,
        typer.Option(
            "--verify", help="Run both codes of every pair, keep the evidence, and drop pairs that it refutes."
        ),
    ] = None,
    engine: Annotated[EngineChoice | None, typer.Option("--engine", help=ENGINE_HELP)] = None,
    seed: Annotated[int | None, typer.Option(help="The seed of every random choice.")] = None,
) -> Overrides:
    """Which code, whether it is run, and chance."""
    return {"language": language, "verify": verify, "engine": engine, "rng_seed": seed}


def run_options(
    benchmark: Annotated[
        list[Path] | None, typer.Option(help="Keep this benchmark file's tasks out of the pairs; may be repeated.")
    ] = None,
    concurrency: Annotated[int | None, typer.Option(help="How many seeds are worked on at a time.")] = None,
    limit: Annotated[int | None, typer.Option(help="How many seeds at most.")] = None,
) -> Overrides:
    """What runs have in common that settle one seed at a time."""
    return {
        "decontaminate": {"benchmarks": benchmark or None},
        "effort": {"concurrency": concurrency, "limit": limit},
    }


def critic_options(
    critic: Annotated[str | None, typer.Option(help="The critic, provider/model.")] = None,
    base_url: Annotated[
        list[str] | None, typer.Option(help="A server that answers for the critic; may be repeated.")
    ] = None,
    temperature: Annotated[float | None, typer.Option(help="The critic's temperature.")] = None,
    structured: Annotated[bool | None, typer.Option(help="Hold the critic to a JSON schema.")] = None,
    budget: Annotated[float | None, typer.Option(help="The most US dollars to spend.")] = None,
    prices: Annotated[Path | None, typer.Option(help="A YAML file of prices for a million tokens.")] = None,
    requests_per_minute: Annotated[float | None, typer.Option(help="The most requests a minute.")] = None,
) -> Overrides:
    """The critic, and what it may cost."""
    return {
        "critic": model_overrides(critic, base_url, temperature),
        "structured": structured,
        "effort": {"budget_usd": budget, "prices": prices, "requests_per_minute": requests_per_minute},
    }


def backend_options(
    backend: Annotated[BackendName | None, typer.Option(help="Settle seeds here, or on a Ray cluster.")] = None,
    shards_of: Annotated[int | None, typer.Option(help="With Ray: how many seeds a shard has.")] = None,
    workers: Annotated[int | None, typer.Option(help="With Ray: how many shards are worked on at a time.")] = None,
    ray_address: AddressOption = None,
) -> Overrides:
    """Where seeds are settled."""
    return {
        "effort": {
            "backend": backend and backend.value,
            "shards_of": shards_of,
            "workers": workers,
            "ray_address": ray_address,
        }
    }


def model_overrides(name: str | None, urls: list[str] | None, temperature: float | None = None) -> Overrides:
    """Return what options give of a model."""
    return {"id": name, "base_urls": urls or None, "temperature": temperature}


def evolver_command(kind: EvolverKind, groups: Sequence[OptionGroup], run: Callable[..., None]) -> Callable[..., None]:
    """Return the command of an evolver.

    Args:
        kind: the evolver.
        groups: its options.
        run: is called with `kind` and what the options give; its further parameters are options of the command, too.
    """
    own = _options_of(run)[2:]
    options_of = [(group, _options_of(group)) for group in groups]

    def command(**values: Any) -> None:
        overrides: Overrides = {}
        for group, options in options_of:
            _merge(overrides, group(**{option.name: values[option.name] for option in options}))
        run(kind, overrides, **{option.name: values[option.name] for option in own})

    options = [*own, *(option for _, options in options_of for option in options)]
    command.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]
    command.__doc__ = kind.help
    return command


def _options_of(function: Callable[..., Any]) -> list[inspect.Parameter]:
    parameters = inspect.signature(function).parameters.values()
    return [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]


def _merge(overrides: Overrides, more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        overrides[name] = {**overrides.get(name, {}), **value} if isinstance(value, dict) else value
