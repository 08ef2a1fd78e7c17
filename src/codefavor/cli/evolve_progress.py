"""An evolution run as its user sees it: a line of progress on stderr, and how it ended."""

import shlex
import sys
import time
from pathlib import Path

import typer
from rich.console import Console
from rich.live import Live
from rich.text import Text

from codefavor.cli.verbosity import is_quiet
from codefavor.evolve.evolve_seeds import EvolveProgress, Watch
from codefavor.evolve.run_config import RunConfig
from codefavor.evolve.runner import evolve
from codefavor.evolve.settings import Effort


def run_with_progress(config: RunConfig, out: Path) -> None:
    """Make pairs in `out` with a line of progress, and print how it ended."""
    latest = EvolveProgress()
    with Live(console=Console(stderr=True, quiet=is_quiet()), refresh_per_second=4, transient=True) as live:
        show = _line_in(live, config.effort)

        def watch(progress: EvolveProgress) -> None:
            nonlocal latest
            latest = progress
            show(progress)

        summary = evolve(config, out, command=f"codefavor {shlex.join(sys.argv[1:])}", watch=watch)
    turned_down, paper = summary.filtered_by_critic, summary.filtered_in_paper
    share = (
        "" if turned_down is None or paper is None else f"; critic turned down {turned_down:.1%} (paper {paper:.1%})"
    )
    typer.echo(f"{out / 'pairs.jsonl'}: {summary.kept} pairs; {summary.discarded} discarded{share}")
    for stage, reasons in summary.discarded_by.items():
        typer.echo(f"  {stage}: {sum(reasons.values())}")
    if config.engine == "unsafe":
        typer.echo("Candidates ran without a sandbox (--engine unsafe).")
    if not summary.complete:
        _print_unfinished(latest, summary.failed)


def _print_unfinished(progress: EvolveProgress, failed: int) -> None:
    if progress.unfinished:
        typer.echo(f"unfinished shards: {', '.join(progress.unfinished)}", err=True)
    if progress.first_failure:
        typer.echo(f"first failure: {progress.first_failure}", err=True)
    typer.echo(f"not complete: {failed} seeds failed or the budget is spent; run it again to resume", err=True)


def _line_in(live: Live, effort: Effort) -> Watch:
    started = time.monotonic()

    def show(progress: EvolveProgress) -> None:
        tally, elapsed = progress.tally, time.monotonic() - started
        settled = tally.kept + tally.discarded
        drops = ", ".join(f"{stage} {reasons.total()}" for stage, reasons in sorted(tally.discards.items()))
        read, written = (sum(getattr(t, side) for t in tally.tokens().values()) for side in ("input", "output"))
        line = f"{progress.earlier + settled} settled, {tally.kept} kept now; {drops or 'none discarded'}"
        line += f"; {progress.failed} failed" if progress.failed else ""
        line += f"; {read:,} + {written:,} tokens; {settled / max(elapsed, 1e-6):.1f}/s"
        if effort.limit and settled:
            left = (effort.limit - progress.earlier - settled) * elapsed / settled
            line += f"; {left / 60:.1f} min left"
        live.update(Text(line))

    return show
