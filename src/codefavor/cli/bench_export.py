"""`codefavor bench export`: tasks for other evaluation frameworks."""

from pathlib import Path
from typing import Annotated

import typer

from codefavor.bench.export import Framework, export_tasks
from codefavor.bench.tasks import load_tasks
from codefavor.cli.bench_options import DataOption, KeepCommentsOption, comment_policy
from codefavor.errors import ConfigError


def export(
    to: Annotated[Framework, typer.Option(help="lm-evaluation-harness or Inspect.")],
    data: DataOption,
    out: Annotated[Path, typer.Option(help="A new folder for the task's files.")],
    name: Annotated[str, typer.Option(help="What the tasks' names begin with.")] = "codefavor",
    keep_comments: KeepCommentsOption = False,
    seed: Annotated[int, typer.Option(min=0, help="Draws the order in which pairs are shown, as in `bench run`.")] = 0,
) -> None:
    """Write tasks for lm-evaluation-harness or Inspect that give the figures of `bench run --judge chat:…`."""
    if not name.isidentifier():
        raise ConfigError(f"{name!r} is no name for a task: letters, digits and underscores only")
    tasks = load_tasks(data, comment_policy(keep_comments), seed)
    names = export_tasks(tasks, to, name, out)
    typer.echo(f"{out}: {', '.join(names)}")
    if to == "lm-eval":
        typer.echo(f"lm_eval --include_path {out} --tasks {','.join(names)} --apply_chat_template --model …")
    else:
        typer.echo(f"cd {out} && inspect eval {name}.py --model …")
