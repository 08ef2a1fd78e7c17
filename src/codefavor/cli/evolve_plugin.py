"""`codefavor evolve plugin`: the evolvers that other packages add.

One sub-verb serves all of them: options are the signature of a command, so that a verb of its own for each would have
to be imported, and the package behind it, before `codefavor evolve --help` could list it.
"""

from functools import partial
from typing import Annotated

import typer

from codefavor.cli.evolve_models import (
    BenchmarkOption,
    ConcurrencyOption,
    LanguageOption,
    LimitOption,
    OutOption,
    SeedOption,
    UnsafeOption,
    VerifyOption,
)
from codefavor.cli.evolve_progress import watched
from codefavor.config import load_config
from codefavor.evolve.plugin import PluginConfig
from codefavor.evolve.runner import run_plugin
from codefavor.plugins import all_plugins


def plugin(
    evolver: Annotated[
        str,
        typer.Argument(
            help="The evolver that a package adds: NAME, or NAME:ARGUMENT.",
            autocompletion=lambda incomplete: [
                each.name for each in all_plugins("evolver") if each.name.startswith(incomplete)
            ],
        ),
    ],
    seeds: Annotated[str, typer.Option(help="Instructions: JSON Lines, Parquet, hub:owner/name, or repo:PATH.")],
    out: OutOption,
    license_name: Annotated[str | None, typer.Option("--license", help="Their licence, where rows name none.")] = None,
    benchmark: BenchmarkOption = None,
    language: LanguageOption = None,
    verify: VerifyOption = None,
    unsafe_local: UnsafeOption = None,
    seed: SeedOption = None,
    concurrency: ConcurrencyOption = None,
    limit: LimitOption = None,
) -> None:
    """Make pairs from instructions by an evolver that another installed package adds."""
    given = {
        "evolver": evolver,
        "instructions": seeds,
        "license": license_name,
        "decontaminate": {"benchmarks": benchmark or None},
        "language": language,
        "verify": verify,
        "unsafe_local": unsafe_local,
        "seed": seed,
        "effort": {"concurrency": concurrency, "limit": limit},
    }
    config = load_config(PluginConfig, None, given)
    watched(config.effort, out, config.unsafe_local, partial(run_plugin, config, out))
