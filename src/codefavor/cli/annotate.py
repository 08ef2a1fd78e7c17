"""`codefavor annotate`: a study with people, its votes, and what they say."""

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from codefavor.annotate.analysis import Annotator, StudyAnalysis, Votes, analyse
from codefavor.annotate.answers import CastVote, cast_votes
from codefavor.annotate.auth import read_annotators
from codefavor.annotate.store import Store
from codefavor.annotate.study import StudyTask
from codefavor.atomic import writing_to
from codefavor.cli.annotate_file import import_votes, page
from codefavor.cli.options import CriterionOption, JsonOption, KeepCommentsOption
from codefavor.cli.study_options import CheckRateOption, ChecksOption, StudySeedOption, VotesPerTaskOption, read_study
from codefavor.cli.verbosity import note
from codefavor.errors import DataError, MissingExtraError, UserError
from codefavor.jsonl import write_records
from codefavor.judges.human_votes import MINIMUM_WAGE

app = typer.Typer(no_args_is_help=True, help="Let people vote on pairs in the browser, and analyse their votes.")

StoreFile = Annotated[Path, typer.Option("--store", help="The study's file.")]
Without = Annotated[
    list[str] | None, typer.Option("--without", help="Leave out an annotator's votes; may be repeated.")
]
app.command("page")(page)
app.command("import")(import_votes)


@app.callback(invoke_without_command=True)
def annotate(
    context: typer.Context,
    pairs: Annotated[Path | None, typer.Option(help="A file of preference pairs, or the benchmark's folder.")] = None,
    store: Annotated[Path | None, typer.Option(help="The study's file; one that exists is resumed.")] = None,
    criterion: CriterionOption = None,
    host: Annotated[str, typer.Option(help="A loopback address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 8417,
    votes_per_task: VotesPerTaskOption = 3,
    annotators: Annotated[
        Path | None, typer.Option(help="Lines of `name token`, or names alone; without it anyone may enter a name.")
    ] = None,
    check_rate: CheckRateOption = 0.05,
    checks: ChecksOption = None,
    keep_comments: KeepCommentsOption = False,
    seed: StudySeedOption = 0,
) -> None:
    """Serve a study on loopback: two candidates, a criterion, and a vote.

    --criterion is asked about instead of each pair's own. Ctrl-C stops the study, and the same command resumes it.
    """
    if context.invoked_subcommand is not None:
        return
    if pairs is None or store is None:
        raise UserError("--pairs and --store are needed to serve a study; see codefavor annotate --help")
    names = read_annotators(annotators) if annotators else None
    settings, tasks = read_study(
        pairs,
        checks,
        votes_per_task=votes_per_task,
        check_rate=check_rate,
        keep_comments=keep_comments,
        criterion=criterion,
        seed=seed,
    )
    try:
        server = import_module("codefavor.annotate.server")
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "starlette", "serve") from None
    count = sum(not task.check for task in tasks)

    def ready(address: str) -> None:
        note(f"{count} tasks, {votes_per_task} votes each, kept in {store}")
        typer.echo(address)

    server.serve(store, settings, tasks, names, host, port, ready)


@app.command()
def export(
    store: StoreFile,
    out: Annotated[Path, typer.Option(help="The file of votes, for `--judge votes:FILE`.")],
    without: Without = None,
) -> None:
    """Write the votes that stand as JSON Lines; attention checks are left out."""
    _, votes = _votes(store, without)
    with writing_to(out):
        count = write_records(out, (cast.vote for cast in votes if not cast.task.check))
    typer.echo(f"{out}: {count} votes")


@app.command("analyse")
def analyse_votes(
    store: StoreFile,
    wage: Annotated[
        float, typer.Option(min=0, help="US dollars an hour; California's minimum of 2024 unless given.")
    ] = MINIMUM_WAGE,
    without: Without = None,
    seed: Annotated[int, typer.Option(min=0, help="Draws the bootstrap.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Say what the votes say: solve rate, agreement, annotators' quality, time and cost."""
    tasks, votes = _votes(store, without)
    if all(cast.task.check for cast in votes):
        raise DataError(f"{store}: no votes in it yet")
    result = analyse(tasks, votes, wage, seed, without or ())
    if as_json:
        typer.echo(result.model_dump_json(indent=2))
    else:
        _print(result)


def _votes(path: Path, without: list[str] | None) -> tuple[tuple[StudyTask, ...], list[CastVote]]:
    store = Store.open(path)
    try:
        tasks = store.tasks()
        votes = cast_votes({task.id: task for task in tasks}, store.assignments(), store.answers())
    finally:
        store.close()
    unknown = set(without or ()) - {cast.vote.annotator for cast in votes}
    if unknown:
        raise UserError(f"{path}: nobody called {' or '.join(sorted(unknown))} has voted")
    return tasks, [cast for cast in votes if cast.vote.annotator not in (without or ())]


def _print(result: StudyAnalysis) -> None:
    console = Console()
    table = _table("Tasks", ("tasks", "votes", "solved %", "undecided %", "ties %", "alpha", "pairwise %", "A first %"))
    costs = _table(
        "Time and cost", ("mean min", "median", "p90", "p99", "min a task", "$ a task", "low / high / very %")
    )
    rows = {**result.aspects, "all": result.overall} if len(result.aspects) > 1 else result.aspects
    for aspect, votes in rows.items():
        table.add_row(aspect, *_figures(votes))
        costs.add_row(aspect, *_costs(votes))
    people = _table("Annotators", ("votes", "quality %", "solved %", "ties %", "A first %", "median min", "checks"))
    for annotator in result.annotators:
        people.add_row(escape(annotator.name), *_person(annotator))
    for part in (table, costs, people):
        console.print(part)
    console.print(
        "Solved: majority, ties dropped where a side has a vote, an undecided majority half. Intervals: 95%, by "
        "problem. Mean minutes leave out the longest hundredth. Quality: Dawid-Skene, from agreement alone. "
        f"Wage: ${result.wage:g}/h. ! failed more than a third of the attention checks.",
        highlight=False,
    )


def _table(title: str, headings: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column("", overflow="fold")
    for heading in headings:
        table.add_column(heading.replace(" ", "\n", 1), justify="right", no_wrap=True)
    return table


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"


def _figures(votes: Votes) -> list[str]:
    low, high = votes.solved.interval
    solved = f"{_percent(votes.solved.value)}\n{_percent(low)}–{_percent(high)}"
    alpha = pairwise = "–"
    if agreed := votes.agreement:
        alpha = f"{agreed.alpha.value:.2f}\n{agreed.alpha.interval[0]:.2f}–{agreed.alpha.interval[1]:.2f}"
        low, high = agreed.pairwise.interval
        pairwise = f"{_percent(agreed.pairwise.value)}\n{_percent(low)}–{_percent(high)}"
    shares = (_percent(votes.undecided), _percent(votes.ties))
    return [str(votes.tasks), str(votes.votes), solved, *shares, alpha, pairwise, _percent(votes.first_share)]


def _costs(votes: Votes) -> list[str]:
    minutes = votes.minutes
    times = (minutes.mean, minutes.median, minutes.p90, minutes.p99, votes.minutes_per_task)
    sure = " / ".join(f"{100 * share:.0f}" for share in votes.confidence.values())
    return [*(f"{value:.1f}" for value in times), f"{votes.dollars_per_task:.2f}", sure]


def _person(annotator: Annotator) -> list[str]:
    quality = annotator.quality
    median = "–" if annotator.median_minutes is None else f"{annotator.median_minutes:.1f}"
    return [
        str(annotator.votes),
        _percent(quality.score if quality else None),
        _percent(annotator.solved),
        _percent(quality.ties if quality else None),
        _percent(annotator.first_share),
        median,
        f"{annotator.checks_passed}/{annotator.checks}{' !' if annotator.flagged else ''}",
    ]
