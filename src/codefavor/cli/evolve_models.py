"""`codefavor evolve commit-instruct` and `critic-evol`: the evolvers that ask models."""

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from codefavor.cli.evolve_progress import watched
from codefavor.cli.fleet import AddressOption
from codefavor.cli.sandbox import UNSAFE_HELP
from codefavor.config import load_config
from codefavor.evolve.configuration import CommitInstructConfig, Config, CriticEvolConfig
from codefavor.evolve.forecast import forecast
from codefavor.evolve.runner import run_evolution
from codefavor.evolve.sharded import run_sharded
from codefavor.languages.registry import known_languages

_FIRST_PROMPTS = 3


class EngineName(StrEnum):
    """Where seeds are settled."""

    LOCAL = "local"
    RAY = "ray"


OutOption = Annotated[Path, typer.Option(help="The run's folder; a run begun there is continued.")]
ConfigOption = Annotated[Path | None, typer.Option(help="A YAML file of settings; options are laid over it.")]
CriticOption = Annotated[str | None, typer.Option(help="The critic, provider/model.")]
UrlOption = Annotated[list[str] | None, typer.Option(help="A server that answers for the critic; may be repeated.")]
TemperatureOption = Annotated[float | None, typer.Option(help="The critic's temperature.")]
StructuredOption = Annotated[bool | None, typer.Option(help="Hold the critic to a JSON schema.")]
BenchmarkOption = Annotated[
    list[Path] | None, typer.Option(help="Keep this benchmark file's tasks out of the pairs; may be repeated.")
]
LanguageOption = Annotated[
    str | None,
    typer.Option(
        help="The language of the code; Python if not given.",
        autocompletion=lambda incomplete: [
            language.name for language in known_languages() if language.name.startswith(incomplete)
        ],
    ),
]
SeedOption = Annotated[int | None, typer.Option(help="The seed of every random choice.")]
EngineOption = Annotated[EngineName | None, typer.Option(help="Settle seeds here, or on a Ray cluster.")]
ShardsOfOption = Annotated[int | None, typer.Option(help="With Ray: how many seeds a shard has.")]
WorkersOption = Annotated[int | None, typer.Option(help="With Ray: how many shards are worked on at a time.")]
ConcurrencyOption = Annotated[int | None, typer.Option(help="How many seeds are worked on at a time.")]
LimitOption = Annotated[int | None, typer.Option(help="How many seeds at most.")]
BudgetOption = Annotated[float | None, typer.Option(help="The most US dollars to spend.")]
PricesOption = Annotated[Path | None, typer.Option(help="A YAML file of prices for a million tokens.")]
RequestsOption = Annotated[float | None, typer.Option(help="The most requests a minute.")]
VerifyOption = Annotated[
    bool | None, typer.Option("--verify", help="Run both codes of every pair and drop those that evidence refutes.")
]
UnsafeOption = Annotated[bool | None, typer.Option("--unsafe-local", help=UNSAFE_HELP)]
DryOption = Annotated[bool, typer.Option("--dry-run", help="Show the first prompts and an estimate; ask nothing.")]


def commit_instruct(
    out: OutOption,
    repo: Annotated[list[Path] | None, typer.Option(help="A git repository, or a folder of them; repeatable.")] = None,
    edit_pack: Annotated[
        str | None, typer.Option(help="EditPackFT or CommitPackFT: JSON Lines, Parquet or hub:owner/name.")
    ] = None,
    critic: CriticOption = None,
    base_url: UrlOption = None,
    temperature: TemperatureOption = None,
    structured: StructuredOption = None,
    benchmark: BenchmarkOption = None,
    language: LanguageOption = None,
    verify: VerifyOption = None,
    unsafe_local: UnsafeOption = None,
    seed: SeedOption = None,
    concurrency: ConcurrencyOption = None,
    limit: LimitOption = None,
    budget: BudgetOption = None,
    prices: PricesOption = None,
    requests_per_minute: RequestsOption = None,
    engine: EngineOption = None,
    shards_of: ShardsOfOption = None,
    workers: WorkersOption = None,
    ray_address: AddressOption = None,
    config: ConfigOption = None,
    dry_run: DryOption = False,
) -> None:
    """Make pairs from the commits of repositories: a critic reasons about each, filters it, rephrases it."""
    given = {
        "repos": repo or None,
        "edit_pack": edit_pack,
        "critic": _model(critic, base_url, temperature),
        "structured": structured,
        "decontaminate": {"benchmarks": benchmark or None},
        "language": language,
        "verify": verify,
        "unsafe_local": unsafe_local,
        "seed": seed,
        "effort": {
            **_effort(concurrency, limit, budget, prices, requests_per_minute),
            **_engine(engine, shards_of, workers, ray_address),
        },
    }
    _run(load_config(CommitInstructConfig, config, given), out, dry_run=dry_run)


def critic_evol(
    out: OutOption,
    instructions: Annotated[
        str | None, typer.Option(help="JSON Lines, Parquet, hub:owner/name, or repo:PATH for docstrings.")
    ] = None,
    license_name: Annotated[str | None, typer.Option("--license", help="Their licence, where rows name none.")] = None,
    draft: Annotated[str | None, typer.Option(help="The model that writes drafts, provider/model.")] = None,
    draft_url: Annotated[list[str] | None, typer.Option(help="A server for it; may be repeated.")] = None,
    critic: CriticOption = None,
    base_url: UrlOption = None,
    temperature: TemperatureOption = None,
    structured: StructuredOption = None,
    benchmark: BenchmarkOption = None,
    language: LanguageOption = None,
    verify: VerifyOption = None,
    unsafe_local: UnsafeOption = None,
    seed: SeedOption = None,
    concurrency: ConcurrencyOption = None,
    limit: LimitOption = None,
    budget: BudgetOption = None,
    prices: PricesOption = None,
    requests_per_minute: RequestsOption = None,
    engine: EngineOption = None,
    shards_of: ShardsOfOption = None,
    workers: WorkersOption = None,
    ray_address: AddressOption = None,
    config: ConfigOption = None,
    dry_run: DryOption = False,
) -> None:
    """Make pairs from instructions: a weak model drafts, a critic revises what is not good enough."""
    given = {
        "instructions": instructions,
        "license": license_name,
        "draft": _model(draft, draft_url, None),
        "critic": _model(critic, base_url, temperature),
        "structured": structured,
        "decontaminate": {"benchmarks": benchmark or None},
        "language": language,
        "verify": verify,
        "unsafe_local": unsafe_local,
        "seed": seed,
        "effort": {
            **_effort(concurrency, limit, budget, prices, requests_per_minute),
            **_engine(engine, shards_of, workers, ray_address),
        },
    }
    _run(load_config(CriticEvolConfig, config, given), out, dry_run=dry_run)


def _model(name: str | None, urls: list[str] | None, temperature: float | None) -> dict[str, Any]:
    return {"id": name, "base_urls": urls or None, "temperature": temperature}


def _effort(
    concurrency: int | None, limit: int | None, budget: float | None, prices: Path | None, rate: float | None
) -> dict[str, Any]:
    return {
        "concurrency": concurrency,
        "limit": limit,
        "budget_usd": budget,
        "prices": prices,
        "requests_per_minute": rate,
    }


def _engine(
    engine: EngineName | None, shards_of: int | None, workers: int | None, address: str | None
) -> dict[str, Any]:
    return {
        "engine": engine and engine.value,
        "shards_of": shards_of,
        "workers": workers,
        "ray_address": address,
    }


def _run(config: Config, out: Path, *, dry_run: bool) -> None:
    if dry_run:
        _show_forecast(config, out)
        return
    run = run_sharded if config.effort.engine == "ray" else run_evolution
    watched(config.effort, out, config.unsafe_local, partial(run, config, out))


def _show_forecast(config: Config, out: Path) -> None:
    ahead = forecast(config, out, _FIRST_PROMPTS)
    for number, prompt in enumerate(ahead.prompts, start=1):
        typer.echo(f"--- first prompt of seed {number}\n{prompt}\n")
    basis = "measured on seeds settled before" if ahead.measured else "reckoned from prompts, answers guessed"
    for name, expected in ahead.models.items():
        money = "price not known" if expected.usd is None else f"${expected.usd:.2f}"
        typer.echo(
            f"{name}: {expected.items} seeds, about {expected.input_tokens:,.0f} tokens read and "
            f"{expected.output_tokens:,.0f} written, {money} ({basis})"
        )
