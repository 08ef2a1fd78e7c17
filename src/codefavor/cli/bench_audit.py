"""`codefavor bench bias` and `audit-labels`: what is wrong with a judge, and what with a benchmark."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from codefavor.bench.audit import BIAS_FILE, BLINDNESS, BiasAudit, audit_judge, write_audit
from codefavor.bench.label_audit import SUBSET_FILE, audit_labels
from codefavor.bench.mbpp_plus import MbppPlusRunner, read_mbpp_plus
from codefavor.bench.mutation_check import check_mutations
from codefavor.bench.tasks import load_tasks
from codefavor.cli.bench_options import DataOption, JudgeSpecOption, command_line
from codefavor.cli.options import EngineOption
from codefavor.cli.progress import counted
from codefavor.judges.load import judge_files, load_judge
from codefavor.manifest import make_manifest
from codefavor.pairs.comparison import Comparison
from codefavor.report.text import p_value, percent
from codefavor.sandbox.open_engine import open_engine


def audit_label_command(
    data: DataOption,
    out: Annotated[Path, typer.Option(help="The folder for audit.jsonl, summary.json and subset.json.")],
    plus: Annotated[
        Path | None, typer.Option(help="mbppplus.jsonl.gz: run candidates on these inputs against the solutions there.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The seed of every generated input.")] = 0,
    engine: EngineOption = "auto",
) -> None:
    """Re-derive the labels that can be re-derived, flag odd tasks, and write the verified subset."""
    tasks = load_tasks(data, "kept", seed)
    judge = load_judge("evidence", engine)
    runner = MbppPlusRunner(read_mbpp_plus(plus), engine) if plus else None
    with counted("auditing") as advance:
        summary = audit_labels(judge, runner, tasks, data, out, advance)
    table = Table("criterion", "tasks", *summary.flags, "verified", box=SIMPLE_HEAD)
    for row in summary.rows:
        counts = [str(row.counts.get(flag, 0)) for flag in summary.flags]
        table.add_row(row.aspect, str(row.tasks), *counts, str(row.verified))
    Console().print(table)
    for note in summary.notes:
        typer.echo(note)
    typer.echo(f"{out / SUBSET_FILE}: {summary.verified} tasks; give it to `codefavor bench run --only`")


def bias(
    judge: JudgeSpecOption,
    data: DataOption,
    out: Annotated[Path, typer.Option(help="The folder for bias.json.")],
    max_tasks: Annotated[int, typer.Option(min=1, help="The most tasks; each is judged about sixteen times.")] = 150,
    seed: Annotated[int, typer.Option(min=0, help="Draws tasks, sides and tokens.")] = 0,
    engine: EngineOption = "auto",
) -> None:
    """Find out what a judge reacts to: position, length, claims, names, layout, dead code, injected instructions."""
    loaded = load_judge(judge, engine)
    tasks = load_tasks(data, "stripped", seed)
    inputs = [*judge_files(judge), *tasks.paths(data)]
    manifest = make_manifest(command_line(), {"judge": judge, "tasks": max_tasks}, inputs, seed)

    with counted(f"auditing {loaded.name}") as advance, open_engine(engine) as opened:

        def check(edited: Sequence[Comparison]) -> list[bool]:
            return check_mutations(opened, edited, advance)

        audit = audit_judge(loaded, tasks, max_tasks, seed, manifest, check, advance)
    write_audit(audit, out)
    _print_audit(audit)
    typer.echo(f"{out / BIAS_FILE}")


def _print_audit(audit: BiasAudit) -> None:
    table = Table(title=escape(f"{audit.judge}: what it reacts to"), title_justify="left", box=SIMPLE_HEAD)
    table.add_column("edit")
    for heading in ("tasks", "changed %", "shift", "p", "finding"):
        table.add_column(heading, justify="right", no_wrap=True)
    for finding in audit.findings:
        low, high = (100 * bound for bound in finding.flips.interval)
        is_token = finding.probe == BLINDNESS
        outcome = ("[red]blind[/red]" if is_token else "[red]biased[/red]") if finding.found else "none found"
        table.add_row(
            finding.probe,
            str(finding.tasks),
            f"{percent(finding.flips.value)}\n{low:.1f} to {high:.1f}",
            f"{finding.shift.value:+.3f}",
            p_value(finding.p),
            outcome,
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
