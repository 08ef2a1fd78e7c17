"""`codefavor bench bias` and `audit-labels`: what is wrong with a judge, and what with a benchmark."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from codefavor.bench.audit import AUDIT_FILE, BLINDNESS, BiasAudit, audit_judge, write_audit
from codefavor.bench.label_audit import SUBSET_FILE, run_audit
from codefavor.bench.mbpp_plus import PlusRunner, read_plus
from codefavor.bench.mutation_check import confirm_changes
from codefavor.bench.tasks import load_tasks
from codefavor.cli.options import judge_specs
from codefavor.cli.progress import counted
from codefavor.cli.sandbox import UNSAFE_HELP
from codefavor.judges.load import judge_files, load_judge
from codefavor.judges.registry import KNOWN_SPECS
from codefavor.manifest import make_manifest
from codefavor.pairs.comparison import Comparison
from codefavor.report.text import percent
from codefavor.sandbox.probe import open_sandbox

COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
"""A line of progress."""


def command_line() -> str:
    """Return the command as it was given, for manifests."""
    return shlex.join(["codefavor", *sys.argv[1:]])


def audit_labels(
    data: Annotated[
        Path, typer.Option(envvar="CODEFAVOR_BENCH", help="The benchmark's folder, or a file of preference pairs.")
    ],
    out: Annotated[Path, typer.Option(help="The folder for audit.jsonl, summary.json and subset.json.")],
    plus: Annotated[
        Path | None, typer.Option(help="mbppplus.jsonl.gz: run candidates on these inputs against the solutions there.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The seed of every generated input.")] = 0,
    unsafe_local: Annotated[bool, typer.Option("--unsafe-local", help=UNSAFE_HELP)] = False,
) -> None:
    """Re-derive the labels that can be re-derived, flag odd tasks, and write the verified subset."""
    tasks = load_tasks(data, "kept", seed)
    judge = load_judge("evidence", unsafe_local)
    oracle = read_plus(plus) if plus else {}
    with counted("auditing", len(tasks.tasks)) as advance:
        runner = PlusRunner(oracle, unsafe_local) if oracle else None
        summary = run_audit(judge, runner, tasks, data, out, lambda done, _: advance(done))
    table = Table("aspect", "tasks", *summary.flags, "verified", box=SIMPLE_HEAD)
    for row in summary.rows:
        counts = [str(row.counts.get(flag, 0)) for flag in summary.flags]
        table.add_row(row.aspect, str(row.tasks), *counts, str(row.verified))
    Console().print(table)
    for note in summary.notes:
        typer.echo(note)
    typer.echo(f"{out / SUBSET_FILE}: {summary.verified} tasks; give it to `codefavor bench run --only`")


def bias(
    judge: Annotated[str, typer.Option(help=f"The judge: {', '.join(KNOWN_SPECS)}.", autocompletion=judge_specs)],
    data: Annotated[
        Path,
        typer.Option(envvar="CODEFAVOR_BENCH", help="The benchmark's folder, or a file of preference pairs."),
    ],
    out: Annotated[Path, typer.Option(help="The folder for bias.json.")],
    tasks: Annotated[int, typer.Option(min=1, help="The most tasks; each is judged about sixteen times.")] = 150,
    seed: Annotated[int, typer.Option(min=0, help="Draws tasks, sides and tokens.")] = 0,
    unsafe_local: Annotated[bool, typer.Option("--unsafe-local", help=UNSAFE_HELP)] = False,
) -> None:
    """Find out what a judge reacts to: position, length, claims, names, layout, dead code, injected instructions."""
    chosen = load_judge(judge, unsafe_local)
    loaded = load_tasks(data, "stripped", seed)
    inputs = [*judge_files(judge), *((data / name for name in loaded.files) if data.is_dir() else [data])]
    manifest = make_manifest(command_line(), {"judge": judge, "tasks": tasks}, inputs, seed)
    console = Console(stderr=True)
    with (
        Progress(*COLUMNS, console=console, transient=True, disable=not console.is_terminal) as progress,
        open_sandbox(unsafe_local=unsafe_local) as pool,
    ):
        bar = progress.add_task("running edits", total=None)

        def show(done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total)

        def confirm(edited: Sequence[Comparison]) -> list[bool]:
            confirmed = confirm_changes(pool, edited, show)
            progress.reset(bar, description=chosen.name)
            return confirmed

        audit = audit_judge(chosen, loaded.tasks, tasks, seed, manifest, confirm, show)
    write_audit(audit, out)
    _print_audit(audit)
    typer.echo(f"{out / AUDIT_FILE}")


def _print_audit(audit: BiasAudit) -> None:
    table = Table(title=escape(f"{audit.judge}: what it reacts to"), title_justify="left", box=SIMPLE_HEAD)
    table.add_column("edit")
    for heading in ("tasks", "changed %", "shift", "p", "finding"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in audit.findings:
        low, high = (100 * bound for bound in each.flips.interval)
        is_token = each.probe == BLINDNESS
        finding = ("[red]blind[/red]" if is_token else "[red]biased[/red]") if each.found else "none found"
        table.add_row(
            each.probe,
            str(each.tasks),
            f"{percent(each.flips.value)}\n{low:.1f} to {high:.1f}",
            f"{each.shift.value:+.3f}",
            p_value(each.p),
            finding,
        )
    console = Console()
    console.print(table)
    console.print(
        f"A judge without bias is cleared of everything with {1 - audit.level:.0%}. The shift is towards the first or "
        "the edited candidate; for one-token edits, towards the original, which a judge that sees must prefer. Edits "
        f"also change the length: read them beside that row. {audit.unconfirmed} one-token edits are left out: running "
        "them showed no change.",
        highlight=False,
    )


def p_value(p: float) -> str:
    """Return a p value for a table."""
    return f"{p:.3f}" if p >= 0.001 else "<0.001"
