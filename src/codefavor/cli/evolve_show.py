"""`codefavor evolve show`: show the conversations of a run of Commit-Instruct or Critic-Evol."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.panel import Panel
from rich.syntax import Syntax

from codefavor.errors import UserError
from codefavor.evolve.protocol import Discard
from codefavor.evolve.settled import Settled
from codefavor.jsonl import read_records
from codefavor.languages.diff import unified_diff
from codefavor.pairs.pair import PreferencePair
from codefavor.runs.journal import JOURNAL_FILE, read_journal

_AT_EXPORT = {"near-duplicate", "contamination"}


class Which(StrEnum):
    """Which seeds to walk through."""

    ALL = "all"
    KEPT = "kept"
    DISCARDED = "discarded"


def show(
    run: Annotated[Path, typer.Argument(help="The run's folder.")],
    which: Annotated[Which, typer.Option("--only", help="Which seeds.")] = Which.ALL,
    stage: Annotated[str | None, typer.Option(help="Only seeds discarded at this stage.")] = None,
    seed: Annotated[str | None, typer.Option(help="Only the seed whose id begins so.")] = None,
    limit: Annotated[int | None, typer.Option(help="The most seeds to show.")] = None,
) -> None:
    """Show every turn of each seed's conversation, and the pair or why there is none; Enter shows the next."""
    console = Console()
    late = _dropped_at_export(run)
    count = 0
    for settled in read_journal(run / JOURNAL_FILE, Settled):
        discard = settled.discard or late.get(settled.source_id)
        if not _is_wanted(settled, discard, which, stage, seed):
            continue
        if count and sys.stdin.isatty() and sys.stdout.isatty():
            typer.prompt("", default="", show_default=False, prompt_suffix="Enter: next ")
        _print(console, settled, discard)
        count += 1
        if count == limit:
            break
    if not count:
        raise UserError(f"{run}: no such seed is settled")


def _dropped_at_export(run: Path) -> dict[str, Discard]:
    path = run / "discarded.jsonl"
    rows = read_records(path, Discard) if path.exists() else iter(())
    return {row.source_id: row for row in rows if row.stage in _AT_EXPORT}


def _is_wanted(settled: Settled, discard: Discard | None, which: Which, stage: str | None, seed: str | None) -> bool:
    if seed and not settled.source_id.startswith(seed):
        return False
    if stage:
        return discard is not None and discard.stage == stage
    return which is Which.ALL or (which is Which.DISCARDED) == (discard is not None)


def _print(console: Console, settled: Settled, discard: Discard | None) -> None:
    console.rule(f"seed {settled.index}: {settled.source_id}")
    for turn in settled.transcript:
        console.print(Panel(Markdown(turn.content), title=turn.role, title_align="left"))
    if settled.pair:
        _print_pair(console, settled.pair)
    if discard:
        console.print(f"discarded at {discard.stage}: {discard.reason}", style="red", markup=False)


def _print_pair(console: Console, pair: PreferencePair) -> None:
    console.print(f"instruction: {pair.instruction}\ncriterion: {pair.criterion.text}", markup=False)
    change = unified_diff(pair.rejected, pair.chosen, "rejected", "chosen")
    console.print(Panel(Syntax(change, "diff"), title="from rejected to chosen", title_align="left"))
    console.print(f"feedback: {pair.feedback}", markup=False)
