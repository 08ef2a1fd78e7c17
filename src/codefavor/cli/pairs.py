"""`codefavor pairs`: look at and convert files of preference pairs."""

import os
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from codefavor.cli.options import (
    CriterionOption,
    EngineOption,
    JsonOption,
    LanguageOption,
    find_language,
    read_criterion,
)
from codefavor.cli.progress import counting
from codefavor.errors import ConfigError, DataError
from codefavor.evidence.verification import MARKS
from codefavor.evidence.verify_pairs import PAIRS_FILE, MarkSummary, verify_pairs
from codefavor.judges.format import joint_text
from codefavor.pairs.criterion import GENERAL_CRITERION
from codefavor.pairs.dataset_folder import write_dataset_folder
from codefavor.pairs.formats.protocol import RowDefaults
from codefavor.pairs.formats.registry import all_formats, pair_format
from codefavor.pairs.pair import PreferencePair
from codefavor.pairs.pick import pair_at, pair_with_id, random_pair
from codefavor.pairs.source import read_pairs, write_pairs
from codefavor.pairs.split import check_ratio, in_first, side_of_split
from codefavor.pairs.stats import count_pairs
from codefavor.pairs.stats_view import render_stats
from codefavor.pairs.view import render_pair
from codefavor.sandbox.open_engine import open_engine

FORMATS = ", ".join(all_formats(joint_text))

app = typer.Typer(no_args_is_help=True, help="Validate, count, show, convert and split files of preference pairs.")

PairsFile = Annotated[
    Path, typer.Argument(help="A file of pairs (.jsonl, .jsonl.gz, .jsonl.zst, .parquet) or a dataset folder.")
]
Out = Annotated[Path, typer.Argument(help="Where to write; the suffix names the container.")]


@app.callback()
def _pairs() -> None:
    """Validate, count, show, convert and split files of preference pairs."""


@app.command()
def validate(file: PairsFile) -> None:
    """Check every pair; the first bad one is named."""
    groups = Counter(pair.provenance.group for pair in _not_empty(file, read_pairs(file)))
    typer.echo(f"{file}: {groups.total()} pairs of {len(groups)} groups, all valid")


@app.command()
def stats(file: PairsFile, as_json: JsonOption = False) -> None:
    """Count pairs by origin, aspect, criterion, licence and language, and say what length alone gives away."""
    counted = count_pairs(_not_empty(file, read_pairs(file)))
    if as_json:
        typer.echo(counted.model_dump_json(indent=2))
    else:
        Console().print(render_stats(counted))


@app.command()
def show(
    file: PairsFile,
    index: Annotated[int | None, typer.Option(min=1, help="The number of the pair, from 1.")] = None,
    pair_id: Annotated[str | None, typer.Option("--id", help="The pair's id, or how it begins.")] = None,
    seed: Annotated[int | None, typer.Option(help="A random pair, drawn with this seed.")] = None,
) -> None:
    """Show one pair with both codes side by side; the first one unless another is named."""
    if sum(choice is not None for choice in (index, pair_id, seed)) > 1:
        raise ConfigError("--index, --id and --seed exclude each other; give one")
    pairs = read_pairs(file)
    Console().print(render_pair(_pick(file, pairs, index, pair_id, seed)))


def _pick(
    file: Path, pairs: Iterable[PreferencePair], index: int | None, pair_id: str | None, seed: int | None
) -> PreferencePair:
    if pair_id is not None:
        found, wanted = pair_with_id(pairs, pair_id), f"no pair whose id begins with {pair_id}"
    elif seed is not None:
        found, wanted = random_pair(pairs, random.Random(seed)), "no pairs"
    else:
        found, wanted = pair_at(pairs, index or 1), f"no pair {index or 1}"
    if found is None:
        raise DataError(f"{file}: there is {wanted}")
    return found


@app.command()
def convert(
    file: PairsFile,
    out: Out,
    from_: Annotated[str, typer.Option("--from", help=f"The format of the input: {FORMATS}.")] = "codefavor",
    to: Annotated[str, typer.Option("--to", help="The format of the output, from the same list.")] = "codefavor",
    criterion: CriterionOption = None,
    language: LanguageOption = None,
    license_name: Annotated[str | None, typer.Option("--license", help="The licence of rows that name none.")] = None,
    source: Annotated[str | None, typer.Option(help="The source of rows that name none; else the file's name.")] = None,
    folder: Annotated[bool, typer.Option(help="Write a Hugging Face dataset folder with its card.")] = False,
    filters: Annotated[
        list[str] | None, typer.Option("--filter", help="A filter the pairs went through, for the card.")
    ] = None,
) -> None:
    """Convert between formats and containers.

    --criterion and --language are those of rows that name none.
    """
    reader, writer = pair_format(from_, joint_text), pair_format(to, joint_text)
    if filters and not folder:
        raise ConfigError("--filter is a line of the dataset card; give --folder too")
    defaults = RowDefaults(
        source=source or file.name,
        criterion=GENERAL_CRITERION if criterion is None else read_criterion(criterion),
        language=find_language((), language),
        license=license_name,
    )
    if from_ == "benchmark" and criterion is None:
        raise ConfigError("rows of the benchmark name no criterion; give --criterion")
    pairs = read_pairs(file, reader, defaults)
    if folder:
        count = write_dataset_folder(out, pairs, writer, filters or [])
    else:
        count = write_pairs(out, _not_empty(file, pairs), writer)
    typer.echo(f"{out}: {count} pairs")


@app.command()
def split(
    file: PairsFile,
    first: Annotated[Path, typer.Argument(help="Where the first side goes.")],
    second: Annotated[Path, typer.Argument(help="Where the rest goes.")],
    ratio: Annotated[float, typer.Option(help="About which share of the groups goes to the first side.")] = 0.9,
    seed: Annotated[int, typer.Option(help="The seed of the split.")] = 0,
) -> None:
    """Split by group: pairs of one problem or source stay on one side, and pairs appended later move no other."""
    check_ratio(ratio)
    if len({path.resolve() for path in (file, first, second)}) < 3:
        raise ConfigError("the input and the two sides must be three different files")
    # Everything is read once before anything is written, so that a bad line leaves neither file behind.
    sides = [in_first(pair.provenance.group, ratio, seed) for pair in read_pairs(file)]
    if len(set(sides)) < 2:
        raise DataError(f"{file}: {len(sides)} pairs leave one side empty; take another ratio, seed or file")
    for out, is_first in ((first, True), (second, False)):
        count = write_pairs(out, side_of_split(read_pairs(file), is_first, ratio, seed))
        typer.echo(f"{out}: {count} pairs")


@app.command()
def verify(
    file: PairsFile,
    out: Annotated[Path, typer.Option(help="The folder for pairs.jsonl with evidence, marks.jsonl and summary.json.")],
    seed: Annotated[int, typer.Option(help="The seed of every generated input.")] = 0,
    workers: Annotated[int | None, typer.Option(min=1, help="Candidates run side by side; else one a core.")] = None,
    engine: EngineOption = "auto",
) -> None:
    """Run both codes of every pair, attach the evidence, and mark the label confirmed, refuted or untestable."""
    pairs = list(_not_empty(file, read_pairs(file)))
    size = workers or os.cpu_count() or 1
    with open_engine(engine, size) as opened, counting("verifying", len(pairs), out) as advance:
        summary = verify_pairs(opened, size, pairs, out, seed, advance)
    Console().print(_marks_table(summary))
    totals = ", ".join(f"{summary.total(mark)} {mark}" for mark in MARKS)
    typer.echo(f"{out / PAIRS_FILE}: {len(pairs)} pairs: {totals}")
    if engine == "unsafe":
        typer.echo("Candidates ran without a sandbox (--engine unsafe).")


def _marks_table(summary: MarkSummary) -> Table:
    table = Table("method", "aspect", *MARKS)
    for row in summary.rows:
        table.add_row(row.method, row.aspect, *(str(getattr(row, mark)) for mark in MARKS))
    return table


def _not_empty(file: Path, pairs: Iterable[PreferencePair]) -> Iterator[PreferencePair]:
    empty = True
    for pair in pairs:
        empty = False
        yield pair
    if empty:
        raise DataError(f"{file}: holds no pairs")
